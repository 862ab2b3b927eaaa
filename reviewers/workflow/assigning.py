"""Give open tasks to reviewers, by skill and load, on the routes that ask for it; take them from who is gone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from reviewers.decisions import assignment
from reviewers.errors import Unavailable
from reviewers.model import ReviewTask, Route, TaskState
from reviewers.ports import Clock, Store
from reviewers.workflow.people import Roster
from reviewers.workflow.permissions import Permissions
from reviewers.workflow.review import redraw_card

PAGE = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Assigner:
    """Part of the clock's sweep."""

    store: Store
    clock: Clock
    permissions: Permissions

    def sweep(self) -> int:
        """Assign what nobody was given and nobody has claimed; returns how many tasks were given to somebody.

        Before that, what somebody was given who cannot decide any more is everybody's again, on every route: nobody
        else would see it until it is late.
        """
        policy = self.permissions.policies.current()
        self._take_back()
        routes = {route.name: route for route in policy.routes if route.assign}
        if not routes:
            return 0
        roster = Roster(store=self.store, permissions=self.permissions, now=self.clock.now())
        with self.store.read() as uow:
            loads = Counter(uow.tasks.loads())
        given = 0
        for task in self._unassigned(routes):
            person = self._choose(task, routes[task.route], roster, loads)
            if person and self._give(task.task_id, person):
                loads[person] += 1
                given += 1
        return given

    def _take_back(self) -> None:
        with self.store.read() as uow:
            holders = list(uow.tasks.loads())
        gone = [person for person in holders if not self.permissions.directory.is_able(person)]
        if not gone:
            return
        with self.store.read() as uow:
            tasks = [task for person in gone for task in uow.tasks.assigned(person)]
        for found in tasks:
            now = self.clock.now()
            with self.store.begin() as uow:
                task = uow.tasks.lock(found.task_id)
                if task.state is TaskState.OPEN and task.assigned_to == found.assigned_to:
                    uow.tasks.set_assigned(task.task_id, "")
                    why = f"{task.task_id}:taken:{found.assigned_to}:{now.isoformat()}"
                    redraw_card(uow, task, why=why, at=now)

    def _unassigned(self, routes: dict[str, Route]) -> Iterator[ReviewTask]:
        """Not past their due time: then they are everybody's."""
        now, after = self.clock.now(), ""
        while True:
            with self.store.read() as uow:
                page = uow.tasks.open(limit=PAGE, after=after)
            for task in page:
                late = task.due_at is not None and now >= task.due_at
                free = not (task.assigned_to or task.claimant(now) or late or task.waits_for_batch)
                if task.route in routes and task.quorum == 1 and free:
                    yield task
            if len(page) < PAGE:
                return
            after = page[-1].task_id

    def _choose(self, task: ReviewTask, route: Route, roster: Roster, loads: Counter[str]) -> str:
        """Somebody on duty; of a held answer, which cannot wait for their morning, and of any other alike."""
        try:
            candidates = [person.user_id for person in roster.on_duty(roster.reviewers(route.name))]
        except Unavailable:
            return ""  # Slack does not tell who is in a user group now; the next sweep asks again
        with self.store.read() as uow:
            output = uow.outputs.get(task.output_id)
            voted = {verdict.reviewer for verdict in uow.verdicts.for_task(task.task_id)}
        if output is None:
            return ""
        refused = voted | {task.submitted_by, task.handed_on_by, *task.seen_by}
        able = [person for person in candidates if person not in refused]
        return assignment.choose_reviewer(able, output, route, loads, task.task_id)

    def _give(self, task_id: str, person: str) -> bool:
        now = self.clock.now()
        with self.store.begin() as uow:
            task = uow.tasks.lock(task_id)
            if task.state is not TaskState.OPEN or task.assigned_to or task.claimant(now):
                return False
            uow.tasks.set_assigned(task_id, person)
            redraw_card(uow, task, why=f"{task_id}:given:{person}:{now.isoformat()}", at=now)
        return True
