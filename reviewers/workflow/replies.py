"""What people write in a card's thread, or put on the card: kept with the task, and sometimes asked back.

Nothing is recorded here as a verdict. A proposal says only that a reply or a reaction comes near to one; the person
who wrote it confirms it, or leaves it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from reviewers.decisions.remarks import Leaning, Remark, read_reaction, read_reply
from reviewers.errors import AlreadyResolved, Claimed, NotYourTask
from reviewers.model import Reply, ReviewTask, TaskState, TaskView, VerdictKind
from reviewers.ports import Clock, Metrics, Store
from reviewers.workflow.verdicts import VerdictDesk

TEXT_LENGTH = 40_000  # characters of a message of Slack
EVENTS_KEPT = timedelta(days=2)  # Slack's last retry comes after minutes


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """A message in some thread, as Slack tells of it."""

    event_id: str
    channel: str
    ts: str
    thread_ts: str  # of the message that the thread hangs on
    author: str  # Slack user id
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Reacted:
    """An emoji on some message, as Slack tells of it."""

    event_id: str
    channel: str
    ts: str  # of the message
    person: str  # Slack user id
    name: str  # of the emoji, as Slack names it


@dataclass(frozen=True, kw_only=True, slots=True)
class Proposal:
    """What somebody's words come near to; to be asked back, to them alone."""

    view: TaskView
    remark: Remark


@dataclass(frozen=True, kw_only=True, slots=True)
class ReplyDesk:
    """Where replies are kept, and what they propose is found."""

    store: Store
    clock: Clock
    metrics: Metrics
    verdicts: VerdictDesk

    def keep(self, written: Written) -> Proposal | None:
        """Keep a reply in a card's thread; what it proposes, if its author is to be asked.

        A message elsewhere is not kept. One that is delivered again, under the same event or another, is kept once and
        asked back once. Raises Unavailable.
        """
        task = self._task_at(written.channel, written.thread_ts)
        if task is None or not written.text.strip():
            return None
        with self.store.begin() as uow:
            now = self.clock.now()
            uow.events.forget(now - EVENTS_KEPT)
            if not uow.events.first_time(written.event_id, now) or not uow.replies.add(_reply(written, task)):
                return None
        self.metrics.count("replies_kept")
        return self._proposal(task, written.author, read_reply(written.text))

    def weigh(self, reacted: Reacted) -> Proposal | None:
        """What a reaction on a card proposes, if the person is to be asked: once a leaning. Raises Unavailable."""
        remark = read_reaction(reacted.name)
        task = self._task_at(reacted.channel, reacted.ts) if remark else None
        proposal = self._proposal(task, reacted.person, remark) if task else None
        if proposal is None:
            return None
        asked = f"asked:{proposal.view.task.task_id}:{reacted.person}:{proposal.remark.leaning.value}"
        with self.store.begin() as uow:
            now = self.clock.now()
            uow.events.forget(now - EVENTS_KEPT)
            first = uow.events.first_time(reacted.event_id, now) and uow.events.first_time(asked, now)
        return proposal if first else None

    def sweep(self) -> int:
        """Forget events that Slack repeats no more, where nobody replies too; returns how many."""
        with self.store.begin() as uow:
            return uow.events.forget(self.clock.now() - EVENTS_KEPT)

    def own_reply(self, view: TaskView, channel: str, ts: str, author: str) -> Reply | None:
        """The reply with this key, if it stands under this task and this person wrote it."""
        key = (channel, ts, author)
        return next((reply for reply in view.replies if (reply.channel, reply.ts, reply.author) == key), None)

    def _task_at(self, channel: str, ts: str) -> ReviewTask | None:
        with self.store.read() as uow:
            return uow.replies.task_at(channel, ts)

    def _proposal(self, task: ReviewTask, person: str, remark: Remark | None) -> Proposal | None:
        if remark is None or task.batch_id:  # the answers of a batch share one message: it could mean any
            return None
        view = self.verdicts.view(task.task_id)
        return Proposal(view=view, remark=remark) if self._is_due(view, person, remark) else None

    def _is_due(self, view: TaskView, person: str, remark: Remark) -> bool:
        """Whether this person's verdict would count now, and would say something else than it says already."""
        try:
            self.verdicts.require(view, person)
        except (NotYourTask, Claimed, AlreadyResolved):
            return False
        own = next((verdict for verdict in reversed(view.verdicts) if verdict.reviewer == person), None)
        if own is None or own.kind in (VerdictKind.UNSURE, VerdictKind.WITHDRAWN):
            return True
        if view.task.state is TaskState.DISPUTED and not own.as_lead:
            return True
        if own.kind is VerdictKind.APPROVE:
            return remark.leaning is not Leaning.APPROVE
        if remark.leaning is Leaning.APPROVE:
            return own.kind is VerdictKind.REJECT  # "looks good" after an edit may well speak of the edit
        return bool(remark.words) and remark.words not in (own.correction or own.note)


def _reply(written: Written, task: ReviewTask) -> Reply:
    return Reply(
        task_id=task.task_id,
        channel=written.channel,
        ts=written.ts,
        author=written.author,
        text=written.text[:TEXT_LENGTH],
        written_at=_moment(written.ts),
    )


def _moment(ts: str) -> datetime:
    """When a message was written: Slack's key of it is its time in seconds of the epoch."""
    return datetime.fromtimestamp(float(ts), UTC)
