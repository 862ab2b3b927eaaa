"""Note which documents changed, and ask people again about approved answers that rest on what is no longer said.

The answers that cite a change are found by what they cite, not by when they were given: what was approved an hour
before the change is found, and so is what was read before it and approved after.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from reviewers.decisions import double_review, figures, sampling, source_changes
from reviewers.model import Outcome, Purpose, Reviewed, ReviewTask, Route, TaskState
from reviewers.model.sources import DocumentChange, Reopening
from reviewers.ports import Clock, Ids, Metrics, SourceChange, Store, UnitOfWork
from reviewers.workflow.permissions import Permissions
from reviewers.workflow.review import post_card

LOOKED_BACK = timedelta(days=90)  # how old an approval may be: our choice, few answers are read again after that
SHARE = 0.1  # of a route's minutes a week that may go to reopened answers: our choice, a change is no emergency
AT_MOST = 20  # reopened in a week on a route that has no budget: our choice, a quarter of an hour
AT_ONCE = 10  # changes looked at in one sweep; the rest follows in the next
VIEWS_AT_ONCE = 100  # an output may have 100,000 characters, and so many are in memory together
WEEK = timedelta(days=7)
WAITS = (TaskState.OPEN, TaskState.DISPUTED)


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeDesk:
    """Where it is noted that a document says something else."""

    store: Store
    clock: Clock
    metrics: Metrics

    def note(self, change: SourceChange) -> None:
        """Keep it, once; one that says what it said is left out. Raises Unavailable."""
        if not change.change_id:
            return
        kept = DocumentChange(
            change_id=change.change_id,
            document=change.document,
            title=change.title,
            address=change.address,
            removed=change.status == "removed",
            sentences=change.sentences,
            changed_at=self.clock.now(),
        )
        with self.store.begin() as uow:
            new = uow.source_changes.add(kept)
        if new:
            self.metrics.count("documents_changed")


@dataclass(frozen=True, kw_only=True, slots=True)
class Reopener:
    """Part of the clock's sweep."""

    store: Store
    clock: Clock
    ids: Ids
    metrics: Metrics
    permissions: Permissions

    def sweep(self) -> int:
        """Reopen what rests on new changes; returns how many tasks. Again: nothing, until a document changes.

        Where more answers rest on a change than the route's minutes allow, those that are asked about are drawn at
        random, and how many rest on it is kept.
        """
        with self.store.read() as uow:
            waiting = uow.source_changes.waiting(AT_ONCE)
        return sum(self._one(change) for change in waiting)

    def _one(self, change: DocumentChange) -> int:
        now = self.clock.now()
        with self.store.read() as uow:
            reviewed = uow.tasks.reviewed(now - LOOKED_BACK, now)
            lately = [one for one in uow.tasks.looks(now - WEEK) if one.purpose is Purpose.REOPENED]
            resting = sorted(_resting(uow, change, reviewed), key=lambda one: _draw(change, one))
        opened = 0
        room: dict[str, int] = {}
        for review in resting:
            route = self.permissions.policies.current().route(review.route)
            left = room.setdefault(route.name, _room(route, reviewed, lately))
            if left == 0:
                continue
            if self._open(review, change, route, now):
                room[route.name] -= 1
                opened += 1
        self._end(change, len(resting), now)
        self.metrics.count("answers_reopened", opened)
        return opened

    def _open(self, review: ReviewTask, change: DocumentChange, route: Route, now: datetime) -> bool:
        """A card of its own in the queue of the route; False where somebody is asked already, or it is open again."""
        with self.store.begin() as uow:
            standing = uow.tasks.lock(review.task_id)
            every = uow.tasks.of_output(review.output_id)
            again = [task for task in every if task.purpose is Purpose.REOPENED]
            output = uow.outputs.get(review.output_id)
            asked = any(task.state in WAITS or task.change_id == change.change_id for task in again)
            if asked or output is None or standing.state is not TaskState.RESOLVED:
                return False
            due_at = now + timedelta(hours=route.due_hours)
            task = ReviewTask(
                task_id=self.ids.new("t"),
                output_id=review.output_id,
                number=review.number,
                channel=review.channel,
                hold=False,
                state=TaskState.OPEN,
                created_at=now,
                due_at=due_at,
                times_out_at=due_at + timedelta(hours=route.grace_hours),  # nobody waits for it
                route=review.route,
                show=route.show,
                submitted_by=review.submitted_by,
                purpose=Purpose.REOPENED,
                round=1 + len(again),
                words=review.words,
                change_id=change.change_id,
            )
            if not uow.tasks.add(task):
                return False
            post_card(uow, task, at=now)
        return True

    def _end(self, change: DocumentChange, resting: int, now: datetime) -> None:
        """Counted anew from what is stored: a sweep that was cut short has opened some before."""
        with self.store.begin() as uow:
            opened = [one for one in uow.tasks.looks(change.changed_at) if one.change_id == change.change_id]
            reopened = min(len(opened), resting)
            uow.source_changes.end(
                Reopening(change_id=change.change_id, ended_at=now, resting=resting, reopened=reopened)
            )


def _resting(uow: UnitOfWork, change: DocumentChange, reviewed: Sequence[Reviewed]) -> Iterator[ReviewTask]:
    """The reviews of answers that were approved as they stand, and rest on what is no longer said."""
    approved = {
        one.task_id: None
        for one in reviewed
        if one.purpose is Purpose.REVIEW and one.outcome is Outcome.APPROVED and not one.known
    }
    tasks = list(approved)
    for start in range(0, len(tasks), VIEWS_AT_ONCE):
        for view in uow.tasks.views(tasks[start : start + VIEWS_AT_ONCE]):
            if source_changes.rests_on(view, change):
                yield view.task


def _draw(change: DocumentChange, task: ReviewTask) -> float:
    return sampling.stable_draw(task.output_id, change.change_id)


def _room(route: Route, reviewed: Sequence[Reviewed], lately: Sequence[ReviewTask]) -> int:
    """How many more may be reopened on this route within the week."""
    opened = sum(one.route == route.name for one in lately)
    found = figures.seconds_for_one(reviewed)
    seconds = found if isinstance(found, float) and found > 0.0 else figures.DEFAULT_SECONDS
    left = double_review.room(route.minutes(seconds), seconds=seconds, share=SHARE, opened=opened)
    return max(0, AT_MOST - opened) if left is None else left
