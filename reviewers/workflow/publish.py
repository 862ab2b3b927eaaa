"""Tell what is due: one card a task or batch and one direct message a notice, exactly once; then their changes.

The outbox row is written in the transaction that makes a card due; the call to Slack happens outside any transaction.
An attempt whose end nobody saw (a lost answer, a killed worker) is looked up by the message metadata before the
message is posted again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from reviewers.decisions.pacing import retry_delay
from reviewers.errors import OutcomeUnknown, RateLimited, Refused, Unavailable, Unready
from reviewers.model import Notice, TaskState, TaskView
from reviewers.ports import Clock, Messenger, Metrics, OutboxItem, OutboxKind, Store

LOOK_BACK = timedelta(minutes=5)  # history is read from before the first attempt: clocks of two machines differ


@dataclass(frozen=True, kw_only=True, slots=True)
class CardPublisher:
    """One worker's loop body over the outbox."""

    store: Store
    clock: Clock
    metrics: Metrics
    messenger: Messenger
    digests: Callable[[OutboxItem], None]  # tells what belongs to a digest
    events: Callable[[OutboxItem], None]  # tells other programs
    report: Callable[[str, Exception], None]
    worker: str
    batch_size: int = 20
    lease_seconds: float = 60.0
    post_pace_seconds: float = 1.0  # Slack asks for about one message a second and channel
    pauses: dict[tuple[OutboxKind, str], datetime] = field(default_factory=dict)  # when a channel may be called again

    def deliver_due(self) -> int:
        """Deliver what is due; returns how many items were taken, 0 when nothing is due."""
        now = self.clock.now()
        with self.store.begin() as uow:
            items = uow.outbox.claim_due(
                limit=self.batch_size, now=now, lease_seconds=self.lease_seconds, worker=self.worker
            )
        paced: Counter[str] = Counter()
        for item in items:
            slot = self._slot(item, claimed_at=now, already_waiting=paced[item.channel])
            if slot is None:
                self._deliver(item)
                continue
            paced[item.channel] += 1
            with self.store.begin() as uow:
                uow.outbox.put_off(item.key, slot)
        return len(items)

    def _slot(self, item: OutboxItem, *, claimed_at: datetime, already_waiting: int) -> datetime | None:
        """When to deliver this item instead of now; None for now.

        Half of the lease is kept for the call itself: an item begun later could be in two workers' hands at once.
        What a channel's pace puts off goes one after the other, so that it does not come back all at once.
        """
        now = self.clock.now()
        pause = self.pauses.get((item.kind, item.channel))
        if pause is not None and now < pause:
            return pause + already_waiting * timedelta(seconds=self.post_pace_seconds)
        return now if now - claimed_at > timedelta(seconds=self.lease_seconds / 2) else None

    def next_due(self) -> datetime | None:
        """When the next item falls due, for a loop that sleeps until then."""
        with self.store.read() as uow:
            return uow.outbox.next_due()

    def _deliver(self, item: OutboxItem) -> None:
        now = self.clock.now()
        try:
            self._tell(item)
        except RateLimited as error:
            until = now + timedelta(seconds=error.retry_after_seconds)
            self.pauses[item.kind, item.channel] = until
            self._retry(item, at=until, error=str(error), unknown=item.outcome_unknown)
        except OutcomeUnknown as error:
            self._retry(item, at=now + retry_delay(item.attempts), error=str(error), unknown=True)
        except Refused as error:
            self.report("outbox", error)
            self.metrics.count("outbox_dead", kind=item.kind.value)
            with self.store.begin() as uow:
                uow.outbox.give_up(item.key, error.code)
        except Unavailable as error:
            if isinstance(error, Unready):  # it waits for people, so people must hear of it
                self.report("outbox", error)
            self._retry(item, at=now + retry_delay(item.attempts), error=str(error), unknown=item.outcome_unknown)

    def _tell(self, item: OutboxItem) -> None:
        match item.kind:
            case OutboxKind.POST_CARD:
                self._post(item)
            case OutboxKind.UPDATE_CARD:
                self._update(item)
            case OutboxKind.POST_NOTICE:
                self._post_notice(item)
            case OutboxKind.UPDATE_NOTICE:
                self._update_notice(item)
            case OutboxKind.POST_DIGEST:
                self.digests(item)
                self._pace(item)
            case OutboxKind.EMIT_EVENT:
                self.events(item)

    def _post(self, item: OutboxItem) -> None:
        views = self._views(item)
        if _came_too_late(views) and not item.outcome_unknown:
            self._finish(item)
            return
        posting = views[0].task.posting
        if posting is None and item.outcome_unknown:
            posting = self.messenger.find_card(views[0], since=_looked_up_since(item))
        if posting is None:
            posting = self.messenger.post_card(views, attempt=item.attempts + 1)
            self._pace(item)
        with remembering(), self.store.begin() as uow:
            for view in views:
                uow.tasks.set_posting(view.task.task_id, posting)
            uow.outbox.done(item.key)
        self.metrics.count("cards_posted")

    def _update(self, item: OutboxItem) -> None:
        views = self._views(item)
        if _came_too_late(views):
            self._finish(item)
            return
        if views[0].task.posting is None and not views[0].task.waits_for_batch:
            raise Refused("no_card")  # it was never posted: nothing to redraw
        if views[0].task.posting is not None:
            self.messenger.update_card(views)
        with self.store.begin() as uow:
            uow.outbox.done(item.key)
        self.metrics.count("cards_updated")

    def _finish(self, item: OutboxItem) -> None:
        with self.store.begin() as uow:
            uow.outbox.done(item.key)

    def _post_notice(self, item: OutboxItem) -> None:
        notice, views = self._notice(item)
        if not notice.ts:
            found = self.messenger.find_notice(notice, since=_looked_up_since(item)) if item.outcome_unknown else None
            if found is None:
                found = self.messenger.post_notice(notice, views, attempt=item.attempts + 1)
                self._pace(item)
            with remembering(), self.store.begin() as uow:
                uow.notices.set_posting(notice.notice_id, found.channel, found.ts)
        with self.store.begin() as uow:
            uow.outbox.done(item.key)
        self.metrics.count("notices_posted", kind=notice.kind.value)

    def _update_notice(self, item: OutboxItem) -> None:
        notice, views = self._notice(item)
        if not notice.ts:
            raise Refused("no_notice")
        self.messenger.update_notice(notice, views)
        with self.store.begin() as uow:
            uow.outbox.done(item.key)

    def _pace(self, item: OutboxItem) -> None:
        self.pauses[item.kind, item.channel] = self.clock.now() + timedelta(seconds=self.post_pace_seconds)

    def _views(self, item: OutboxItem) -> list[TaskView]:
        """The item's task, or all tasks of its batch."""
        with self.store.read() as uow:
            views = uow.tasks.views([item.task_id])
            if views and views[0].task.batch_id:
                batch = uow.tasks.of_batch(views[0].task.batch_id)
                views = uow.tasks.views([task.task_id for task in batch])
        if not views:
            raise Refused("unknown_task")
        return views

    def _notice(self, item: OutboxItem) -> tuple[Notice, list[TaskView]]:
        with self.store.read() as uow:
            notice = uow.notices.get(item.notice_id)
            views = uow.tasks.views(notice.task_ids) if notice else []
        if notice is None:
            raise Refused("unknown_notice")
        return notice, views

    def _retry(self, item: OutboxItem, *, at: datetime, error: str, unknown: bool) -> None:
        self.metrics.count("outbox_retried", kind=item.kind.value)
        with self.store.begin() as uow:
            uow.outbox.retry(item.key, at=at, error=error, outcome_unknown=unknown)


@contextmanager
def remembering() -> Iterator[None]:
    """Around the transaction that stores where a message stands, once it was posted.

    A store that fails here must not look like Slack saying no: the next attempt looks for the message. Raises
    OutcomeUnknown in place of Unavailable.
    """
    try:
        yield
    except Unavailable as error:
        raise OutcomeUnknown(f"It was posted, and that could not be stored. {error}") from error


def _came_too_late(views: Sequence[TaskView]) -> bool:
    """Whether the lot closed all that a card is of before it was posted: then nobody needs to see it."""
    return all(view.task.state is TaskState.CUT for view in views) and views[0].task.posting is None


def _looked_up_since(item: OutboxItem) -> datetime:
    return (item.first_attempt_at or item.due_at) - LOOK_BACK
