"""What the use cases need of the store: review tasks, verdicts, releases, and what people wrote."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from reviewers.model import (
    AuditEntry,
    ClaimMark,
    Draft,
    Posting,
    Release,
    Reply,
    Resolution,
    Reviewed,
    ReviewTask,
    TaskState,
    TaskView,
    Verdict,
)
from reviewers.model.past_tasks import TaskCount


@dataclass(frozen=True, kw_only=True, slots=True)
class QueueState:
    """What waits in one route."""

    route: str
    open: int
    disputed: int
    past_due: int
    oldest_at: datetime  # when the oldest open or disputed task was made
    cut: int = 0  # tasks that cuts of the queue closed in the last seven days


class Tasks(Protocol):
    """Review tasks."""

    def add(self, task: ReviewTask) -> bool:
        """Store; False when the output has a task of the same purpose and round already."""

    def get(self, task_id: str) -> ReviewTask | None: ...

    def for_output(self, output_id: str) -> ReviewTask | None:
        """The task that decides this output."""

    def of_output(self, output_id: str) -> list[ReviewTask]:
        """Every task of this output, second looks and known answers too, in the order of making."""

    def looks(self, since: datetime) -> list[ReviewTask]:
        """Second looks, known answers and reopened ones made at `since` or later, in the order of making."""

    def by_number(self, number: int) -> ReviewTask | None:
        """The task that decides the output with this running number."""

    def lock(self, task_id: str) -> ReviewTask:
        """Read for writing: two writers of one task take turns until the transaction ends. Raises UnknownTask."""

    def set_posting(self, task_id: str, posting: Posting) -> None: ...

    def set_state(self, task_id: str, state: TaskState) -> None: ...

    def set_handed_on(self, task_id: str, by: str) -> None: ...

    def set_claim(self, task_id: str, by: str, until: datetime | None) -> None:
        """Claim for this person, or give back with an empty `by` and None."""

    def set_assigned(self, task_id: str, to: str) -> None: ...

    def set_disputed(self, task_id: str, lead: str) -> None:
        """State DISPUTED, with the lead who settles it (may be empty: any lead)."""

    def set_due(self, task_id: str, due_at: datetime | None, times_out_at: datetime | None) -> None:
        """Another due time; the order of `open` follows it."""

    def set_batch(self, task_ids: Sequence[str], batch_id: str) -> None:
        """They wait no longer for a batch: they share this one, or with an empty id each gets a card of its own."""

    def open(self, *, limit: int, after: str = "") -> list[ReviewTask]:
        """Open tasks: held ones first, then by due time, then by id; `after` is a task id to go on from."""

    def disputed(self, *, limit: int) -> list[ReviewTask]:
        """Disputed tasks, in the order of `open`."""

    def claimed(self, by: str, now: datetime) -> list[ReviewTask]:
        """Open tasks that this person has claimed, in the order of `open`."""

    def assigned(self, to: str) -> list[ReviewTask]:
        """Open tasks that this person was given, in the order of `open`."""

    def claims_ended(self, now: datetime, limit: int) -> list[ReviewTask]:
        """Open tasks whose claim ran out and was not given back."""

    def past_due(self, now: datetime, limit: int, *, route: str) -> list[ReviewTask]:
        """Open or disputed tasks of this route that are not held, at or past their due time, the longest first."""

    def to_time_out(self, now: datetime, limit: int) -> list[ReviewTask]:
        """Open or disputed tasks that are not held, at or past `times_out_at`, the longest first."""

    def for_batches(self, limit: int) -> list[ReviewTask]:
        """Open tasks that wait for a batch, the oldest first."""

    def of_batch(self, batch_id: str) -> list[ReviewTask]:
        """All tasks of this batch, by id, decided ones too."""

    def loads(self) -> dict[str, int]:
        """How many open tasks each person has been assigned."""

    def in_queue(self, route: str) -> list[ReviewTask]:
        """Open tasks of this route that a draw selected, with no verdict of anybody yet, the oldest first.

        Neither held ones nor those of a rule, sent by hand, or with a known answer: no budget cuts these.
        """

    def queues(self, now: datetime) -> list[QueueState]:
        """The open tasks of each route, by route name; routes without any are left out."""

    def views(self, task_ids: Sequence[str], *, as_of: datetime | None = None) -> list[TaskView]:
        """All that may be shown of these tasks, in the order asked for; unknown ids are left out.

        Verdicts, resolutions, replies and uses in datasets that came after `as_of` are unseen, and the state is
        RESOLVED only where it was; due time, claims, card and release are those of now. None: all are seen.
        """

    def resolved(
        self, *, route: str | None = None, since: datetime | None = None, as_of: datetime | None = None
    ) -> Iterator[TaskView]:
        """Every task whose newest resolution was not withdrawn, by output id, in batches that fit in memory.

        What second looks and known answers came to is no resolution of their output, so it is left out. So is what was
        approved and, reopened since its source changed, was edited or rejected.

        Args:
            route: of the task; empty: the policy's own; None: all.
            since: only what was resolved after this moment.
            as_of: what came later is unseen, as in `views`; None: all is seen.
        """

    def standing(self, since: datetime, until: datetime, *, route: str, as_of: datetime) -> list[TaskCount]:
        """The tasks of the selected outputs of this route decided on in [since, until), by their state at a moment.

        Counted without known answers, by the name of the state; states without any are left out. Only what can never
        be changed tells how a task stood: its resolutions, a cut, the time-out of its release, and a time-out that
        has passed. So a task that timed out counts as such from that time on, swept or not.
        """

    def reviewed(self, since: datetime, until: datetime, *, as_of: datetime | None = None) -> list[Reviewed]:
        """Each current deciding verdict recorded in [since, until), without any text, in the order of recording.

        Current: no later one of the same person on the task, a withdrawal included. Unsure ones are left out, and
        verdicts on answers that were reopened: they speak of the source as it is now, and nobody drew them.
        Verdicts and resolutions that came after `as_of` are unseen: what they replaced is current. None: all are seen.
        """

    def verdicts_on_reopened(self, since: datetime, until: datetime, *, route: str) -> int:
        """How many current deciding verdicts on reopened answers of this route were recorded in [since, until).

        They are in no rate, but they took people's time.
        """


class Verdicts(Protocol):
    """Append-only verdicts, marks and resolutions."""

    def append(self, verdict: Verdict) -> None:
        """Store; raises Conflict when (task, reviewer, revision) is taken."""

    def for_task(self, task_id: str) -> list[Verdict]:
        """In the order of recording."""

    def resolve(self, resolution: Resolution) -> None:
        """Append a resolution; raises Conflict when (task, revision) is taken."""

    def resolution(self, task_id: str) -> Resolution | None:
        """The newest, a withdrawn one too: the next revision goes on from it."""

    def keep_marks(self, task_id: str, reviewer: str, marks: Sequence[ClaimMark], at: datetime) -> None:
        """Append the marks of one person; the newest of a claim counts."""

    def marks(self, task_id: str, reviewer: str) -> list[ClaimMark]:
        """The newest mark of each claim, by claim number."""

    def voted(self, reviewer: str, task_ids: Sequence[str]) -> set[str]:
        """Those of the tasks on which this person has a verdict, unsure included, that they did not take back."""

    def audit(self, since: datetime, until: datetime) -> Iterator[AuditEntry]:
        """All verdicts and resolutions of [since, until), in the order of time; of one moment the verdicts first.

        It is read as it goes, inside the transaction: a history of any length fits.
        """

    def keep_draft(self, draft: Draft) -> None:
        """Keep the edit that a person is writing; it replaces their earlier draft of this task."""

    def note_opening(self, task_id: str, reviewer: str, at: datetime) -> None:
        """Note that a person has the claims with their passages before them; the first time stays."""

    def draft(self, task_id: str, reviewer: str) -> Draft | None:
        """The person's newest draft of this task, up to 100,000 characters and more; None without one."""


class Releases(Protocol):
    """Whether held outputs may leave."""

    def add(self, release: Release) -> None: ...

    def get(self, output_id: str) -> Release | None: ...

    def lock(self, output_id: str) -> Release | None:
        """Read for writing: who decides it waits until the transaction ends."""

    def decide(self, release: Release) -> bool:
        """Set the final state; False, and nothing changed, when it was final before."""

    def overdue(self, now: datetime, limit: int) -> list[Release]:
        """Still held past their deadline."""

    def half_waited(self, now: datetime, limit: int) -> list[Release]:
        """Still held before their deadline, with half of the time from `held_since` to it gone."""

    def recall(self, output_id: str, at: datetime) -> None:
        """Note that people changed their mind about a final release; the state stays.

        Again: the first time stays, until `restore`.
        """

    def restore(self, output_id: str) -> None:
        """Take a recall back: people say again what the application was told."""


class Replies(Protocol):
    """What people wrote in the threads of cards; append-only."""

    def add(self, reply: Reply) -> bool:
        """Store; False when this message (channel, ts) is stored already."""

    def task_at(self, channel: str, ts: str) -> ReviewTask | None:
        """The task whose card stands there; of a batch the first."""
