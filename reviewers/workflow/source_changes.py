"""Note which documents changed, and ask people again about approved answers that rest on what is no longer said.

The answers that cite a change are found by what they cite, not by when they were given: what was approved an hour
before the change is found, and so is what was read before it and approved after.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from reviewers.decisions import double_review, figures, sampling, source_changes
from reviewers.model import AfterDue, Outcome, Policy, Purpose, Reviewed, ReviewTask, Route, TaskState
from reviewers.model.sources import DocumentChange, Reopening
from reviewers.ports import Clock, Ids, Metrics, SourceChange, Store, UnitOfWork
from reviewers.workflow.permissions import Permissions
from reviewers.workflow.review import look_again, post_card

LOOKED_BACK = timedelta(days=90)  # how old an approval may be: our choice, few answers are read again after that
SHARE = 0.1  # of a route's minutes a week that may go to reopened answers: our choice, a change is no emergency
AT_MOST = 20  # reopened in a week on a route that has no budget: our choice, a quarter of an hour
AT_ONCE = 20  # changes looked at in one sweep, all in one reading of the answers; the rest follows in the next
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

        Where more answers rest on changes than the route's minutes allow, those that are asked about are drawn at
        random, and how many rest on each is kept.
        """
        now = self.clock.now()
        with self.store.read() as uow:
            waiting = uow.source_changes.waiting(AT_ONCE)
            if not waiting:
                return 0
            reviewed = uow.tasks.reviewed(now - LOOKED_BACK, now)
            resting = _resting(uow, waiting, reviewed)
            lately = [one for one in uow.tasks.looks(now - WEEK) if one.purpose is Purpose.REOPENED]
        room = _Room(policy=self.permissions.policies.current(), reviewed=reviewed, lately=lately)
        return sum(self._one(change, resting[change.change_id], room, now) for change in waiting)

    def _one(self, change: DocumentChange, resting: Sequence[ReviewTask], room: _Room, now: datetime) -> int:
        opened = 0
        for review in sorted(resting, key=lambda one: sampling.stable_draw(one.output_id, change.change_id)):
            route = room.policy.route(review.route)
            if room.left(route) > 0 and self._open(review, change, route, now):
                room.take(route)
                opened += 1
        self._end(change, len(resting), now)
        self.metrics.count("answers_reopened", opened)
        return opened

    def _open(self, review: ReviewTask, change: DocumentChange, route: Route, now: datetime) -> bool:
        """A card of its own in the queue of the route; False where somebody is asked already, or it is open again."""
        with self.store.begin() as uow:
            standing = uow.tasks.lock(review.task_id)
            again = [one for one in uow.tasks.of_output(review.output_id) if one.purpose is Purpose.REOPENED]
            asked = any(task.state in WAITS or task.change_id == change.change_id for task in again)
            if asked or standing.state is not TaskState.RESOLVED:
                return False
            made = 1 + len(again)
            task = look_again(standing, route, task_id=self.ids.new("t"), purpose=Purpose.REOPENED, round=made, at=now)
            # An answer like any other of its route: it waits for as long as the route says, over a weekend too.
            ends = task.times_out_at if route.after_due is AfterDue.TIME_OUT else None
            task = replace(task, change_id=change.change_id, times_out_at=ends)
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


@dataclass(frozen=True, kw_only=True, slots=True)
class _Room:
    """How many more answers may be reopened on each route within the week."""

    policy: Policy
    reviewed: Sequence[Reviewed]
    lately: Sequence[ReviewTask]  # that were reopened within the week
    taken: Counter[str] = field(default_factory=Counter)  # by route, in this sweep

    def left(self, route: Route) -> int:
        """From 0 on."""
        opened = sum(one.route == route.name for one in self.lately) + self.taken[route.name]
        found = figures.seconds_for_one(self.reviewed)
        seconds = found if isinstance(found, float) and found > 0.0 else figures.DEFAULT_SECONDS
        left = double_review.room(route.minutes(seconds), seconds=seconds, share=SHARE, opened=opened)
        return max(0, AT_MOST - opened) if left is None else left

    def take(self, route: Route) -> None:
        """One of them is reopened."""
        self.taken[route.name] += 1


def _resting(
    uow: UnitOfWork, changes: Sequence[DocumentChange], reviewed: Sequence[Reviewed]
) -> dict[str, list[ReviewTask]]:
    """By change: the reviews of answers that were approved as they stand, and rest on what is no longer said."""
    approved = {
        one.task_id: None
        for one in reviewed
        if one.purpose is Purpose.REVIEW and one.outcome is Outcome.APPROVED and not one.known
    }
    tasks = list(approved)
    found: dict[str, list[ReviewTask]] = {change.change_id: [] for change in changes}
    for start in range(0, len(tasks), VIEWS_AT_ONCE):
        for view in uow.tasks.views(tasks[start : start + VIEWS_AT_ONCE]):
            for change in changes:
                if source_changes.rests_on(view, change):
                    found[change.change_id].append(view.task)
    return found
