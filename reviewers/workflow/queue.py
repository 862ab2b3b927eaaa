"""What waits for whom: the queue of one person, claims, and handing over."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from reviewers.decisions import assignment
from reviewers.errors import AlreadyResolved, Claimed, Invalid, NotYourTask, Unavailable, UnknownTask
from reviewers.model import Purpose, ReviewTask, TaskState, TaskView
from reviewers.ports import Clock, Store, UnitOfWork
from reviewers.workflow.permissions import Permission, Permissions
from reviewers.workflow.review import redraw_card

CLAIM_MINUTES = 15
VIEWS_AT_ONCE = 5  # whole texts are read only for what is likely to be shown
COUNTED = 100  # beyond it people read "more than"
QUEUE_PAGE = 50  # tasks looked at in one read while searching the next one for a person
LONGEST_NUMBER = 15  # digits of a running number; far beyond any table
DISPUTES = 200  # looked at for one lead; more of them open at once would be another problem


@dataclass(frozen=True, kw_only=True, slots=True)
class ReviewQueue:
    """Open tasks as people meet them."""

    store: Store
    clock: Clock
    permissions: Permissions

    def waiting_for(self, reviewer: str, limit: int = QUEUE_PAGE) -> list[TaskView]:
        """Open tasks that this person may decide and has not yet: the held ones first, then by due time.

        Those of a route of which Slack does not tell who reviews it are left out.
        """
        return list(islice(self._waiting(reviewer), limit))

    def count_for(self, reviewer: str, limit: int = COUNTED) -> int:
        """How many `waiting_for` would give, up to `limit`; no text is read."""
        permissions: dict[str, Permission | None] = {}
        now, after, found = self.clock.now(), "", 0
        while found < limit:
            with self.store.read() as uow:
                page = uow.tasks.open(limit=QUEUE_PAGE, after=after)
            likely = [task for task in page if self._is_for(task, reviewer, permissions, now)]
            with self.store.read() as uow:
                found += len(_still_theirs(uow, likely, reviewer, permissions, now))
            if len(page) < QUEUE_PAGE:
                break
            after = page[-1].task_id
        return min(found, limit)

    def _is_for(self, task: ReviewTask, reviewer: str, known: dict[str, Permission | None], now: datetime) -> bool:
        """Whether it waits for them; not where the route's permission cannot be read, so that the others still do."""
        permission = self._permission(task.route, known)
        return permission is not None and assignment.waits_for(task, reviewer, reviewers=permission.reviewers, now=now)

    def _permission(self, route: str, known: dict[str, Permission | None]) -> Permission | None:
        """Asked once a route; None where Slack does not tell who is in a user group."""
        if route not in known:
            try:
                known[route] = self.permissions.named(route)
            except Unavailable:
                known[route] = None
        return known[route]

    def next_for(self, reviewer: str) -> TaskView | None:
        """The first of `waiting_for`."""
        return next(self._waiting(reviewer), None)

    def take_next(self, reviewer: str, skip: Collection[str] = ()) -> TaskView | None:
        """Claim the first of `waiting_for` that is not among `skip`; None when nothing is left."""
        known: dict[str, Permission | None] = {}
        for view in self._waiting(reviewer):
            if view.task.task_id in skip or self._permission(view.task.route, known) is None:
                continue  # the second: also what they claimed before cannot be claimed again now
            try:
                self.claim(view.task.task_id, reviewer)
            except (Claimed, AlreadyResolved, NotYourTask):
                continue  # somebody was faster
            return self._view(view.task.task_id)
        return None

    def claim(self, task_id: str, reviewer: str, *, take_over: bool = False) -> ReviewTask:
        """Claim a task for 15 minutes, or for 15 more. Raises UnknownTask, NotYourTask, AlreadyResolved and Claimed."""
        with self.store.read() as uow:
            task = _known(uow.tasks.get(task_id), task_id)
        permission = self.permissions.named(task.route)
        now = self.clock.now()
        with self.store.begin() as uow:
            task = uow.tasks.lock(task_id)
            _require(uow, task, reviewer, permission)
            claimant = task.claimant(now)
            if claimant not in ("", reviewer) and task.quorum > 1:
                return task  # several decide it, so nobody keeps it from the others
            if claimant not in ("", reviewer) and not take_over:
                assert task.claimed_until is not None
                raise Claimed(by=claimant, until=task.claimed_until)
            until = now + timedelta(minutes=CLAIM_MINUTES)
            uow.tasks.set_claim(task_id, reviewer, until)
            if claimant != reviewer:
                redraw_card(uow, task, why=f"{task_id}:claim:{reviewer}:{until.isoformat()}", at=now)
            return _known(uow.tasks.get(task_id), task_id)

    def give_back(self, task_id: str, reviewer: str) -> None:
        """End one's claim; nothing happens when there is none."""
        now = self.clock.now()
        with self.store.begin() as uow:
            task = uow.tasks.lock(task_id)
            if task.claimed_by == reviewer:
                uow.tasks.set_claim(task_id, "", None)
                redraw_card(uow, task, why=f"{task_id}:back:{reviewer}:{now.isoformat()}", at=now)

    def hand_over(self, task_id: str, by: str, to: str = "") -> None:
        """Give a task to another reviewer of its route, or with an empty `to` to whoever is next.

        It is not `by`'s again before it is due, unless the others are too few.

        Raises UnknownTask, AlreadyResolved, NotYourTask when `by` may not decide it, Claimed when a third person works
        on it, and Invalid (`to`) when the other one may not decide it.
        """
        with self.store.read() as uow:
            task = _known(uow.tasks.get(task_id), task_id)
        permission = self.permissions.named(task.route)
        now = self.clock.now()
        with self.store.begin() as uow:
            task = uow.tasks.lock(task_id)
            _require(uow, task, by, permission)
            if task.claimant(now) not in ("", by) and task.quorum == 1:
                assert task.claimed_until is not None
                raise Claimed(by=task.claimed_by, until=task.claimed_until)
            if to:
                _require_other(uow, task, by, to, permission)
            uow.tasks.set_claim(task_id, "", None)
            uow.tasks.set_assigned(task_id, to)
            uow.tasks.set_handed_on(task_id, by)
            redraw_card(uow, task, why=f"{task_id}:over:{by}:{now.isoformat()}", at=now)

    def claimed_by(self, reviewer: str) -> list[TaskView]:
        """What this person has claimed now."""
        with self.store.read() as uow:
            return uow.tasks.views([task.task_id for task in uow.tasks.claimed(reviewer, self.clock.now())])

    def held_by(self, person: str) -> list[TaskView]:
        """What this person has claimed now or was given."""
        with self.store.read() as uow:
            tasks = [*uow.tasks.claimed(person, self.clock.now()), *uow.tasks.assigned(person)]
            return uow.tasks.views(list(dict.fromkeys(task.task_id for task in tasks)))

    def disputes_for(self, lead: str) -> list[TaskView]:
        """Disputed tasks that this person may settle as a lead."""
        policy = self.permissions.policies.current()
        with self.store.read() as uow:
            disputed = uow.tasks.disputed(limit=DISPUTES)
            mine = [task for task in disputed if lead in (task.lead, *policy.route(task.route).leads)]
            views = uow.tasks.views([task.task_id for task in mine])
        return [view for view in views if view.output.submitted_by != lead]

    def find(self, name: str, person: str = "") -> TaskView | None:
        """The task of this running number or output id; None when there is none.

        For a reviewer who is asked to judge it blindly, or has, it is that task of theirs: what others decided is not
        told to them. Raises Unavailable when Slack does not tell whether they are one.
        """
        with self.store.read() as uow:
            task = uow.tasks.for_output(name)
            if task is None and name.isdecimal() and len(name) <= LONGEST_NUMBER:
                task = uow.tasks.by_number(int(name))
            look = _look_of(uow, task, person) if task is not None and person else None
        if look is not None and self.permissions.named(look.route).admits(person):
            task = look
        with self.store.read() as uow:
            views = uow.tasks.views([task.task_id]) if task else []
        return views[0] if views else None

    def _waiting(self, reviewer: str) -> Iterator[TaskView]:
        """The person's own claims first, then everything else in the queue's order."""
        claimed = self.claimed_by(reviewer)
        yield from claimed
        mine = {view.task.task_id for view in claimed}
        permissions: dict[str, Permission | None] = {}
        now, after = self.clock.now(), ""
        while True:
            with self.store.read() as uow:
                page = uow.tasks.open(limit=QUEUE_PAGE, after=after)
            likely = [
                task for task in page if task.task_id not in mine and self._is_for(task, reviewer, permissions, now)
            ]
            for start in range(0, len(likely), VIEWS_AT_ONCE):
                some = likely[start : start + VIEWS_AT_ONCE]
                with self.store.read() as uow:
                    views = uow.tasks.views(_still_theirs(uow, some, reviewer, permissions, now))
                yield from views
            if len(page) < QUEUE_PAGE:
                return
            after = page[-1].task_id

    def _view(self, task_id: str) -> TaskView:
        with self.store.read() as uow:
            views = uow.tasks.views([task_id])
        if not views:
            raise UnknownTask(task_id)
        return views[0]


def _look_of(uow: UnitOfWork, task: ReviewTask, person: str) -> ReviewTask | None:
    """The newest blind look at the output that this person took or could take."""
    looks = [one for one in uow.tasks.of_output(task.output_id) if one.purpose is not Purpose.REVIEW]
    open_to = [one for one in looks if person not in (one.submitted_by, *one.seen_by)]
    voted = uow.verdicts.voted(person, [one.task_id for one in open_to])
    theirs = [one for one in open_to if one.state is TaskState.OPEN or one.task_id in voted]
    return theirs[-1] if theirs else None


def _still_theirs(
    uow: UnitOfWork,
    tasks: Sequence[ReviewTask],
    reviewer: str,
    known: Mapping[str, Permission | None],
    now: datetime,
) -> list[str]:
    """Those of the tasks that this person has given no verdict on, nor left to others."""
    done = uow.verdicts.voted(reviewer, [task.task_id for task in tasks])
    return [
        task.task_id
        for task in tasks
        if task.task_id not in done and not _is_left(uow, task, reviewer, known[task.route], now)
    ]


def _is_left(uow: UnitOfWork, task: ReviewTask, reviewer: str, permission: Permission | None, now: datetime) -> bool:
    if permission is None or not assignment.gave_away(task, reviewer, now):
        return False  # no verdict of anybody is read where it need not be
    verdicts = uow.verdicts.for_task(task.task_id)
    return assignment.left_to_others(task, reviewer, verdicts, reviewers=permission.reviewers, now=now)


def _known(task: ReviewTask | None, task_id: str) -> ReviewTask:
    if task is None:
        raise UnknownTask(task_id)
    return task


def _require(uow: UnitOfWork, task: ReviewTask, reviewer: str, permission: Permission) -> None:
    """Raise what keeps this person from working on this task now."""
    output = uow.outputs.get(task.output_id)
    if output is None:
        raise UnknownTask(task.task_id)
    if task.state is TaskState.DISPUTED:
        assignment.may_settle(task, output, reviewer, permission.route, uow.verdicts.for_task(task.task_id))
        return
    assignment.may_decide(output, reviewer, permission.reviewers, permission.route.name, seen_by=task.seen_by)
    if task.state.is_over:
        raise AlreadyResolved(by="", outcome=task.state.words, at=None)
    resolution = uow.verdicts.resolution(task.task_id)
    if task.state is TaskState.RESOLVED and resolution is not None:
        raise AlreadyResolved(by=resolution.resolved_by, outcome=resolution.outcome.value, at=resolution.resolved_at)


def _require_other(uow: UnitOfWork, task: ReviewTask, by: str, to: str, permission: Permission) -> None:
    """Raises Invalid (`to`) when the task cannot go to this person."""
    if to == by:
        raise Invalid("to", "Choose somebody else, or close this window.")
    output = uow.outputs.get(task.output_id)
    if output is not None and output.submitted_by == to:
        raise Invalid("to", "They sent this answer to review themselves. Choose somebody else.")
    if not permission.admits(to):
        raise Invalid("to", "They are not a reviewer of these answers. Choose somebody else.")
    if to in task.seen_by or any(verdict.reviewer == to for verdict in uow.verdicts.for_task(task.task_id)):
        raise Invalid("to", "They gave a verdict on this answer already. Choose somebody else.")
