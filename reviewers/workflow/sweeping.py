"""What the clock ends: claims that ran out, and tasks that nobody decided in time."""

from __future__ import annotations

from dataclasses import dataclass

from reviewers.model import TaskState
from reviewers.ports import Clock, Metrics, Store
from reviewers.workflow.review import redraw_card

AT_ONCE = 200  # looked at in one sweep; the rest follows in the next


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskSweeper:
    """Part of the clock's sweep."""

    store: Store
    clock: Clock
    metrics: Metrics

    def sweep(self) -> int:
        """Returns how many tasks were changed."""
        return self._end_claims() + self._time_out()

    def _end_claims(self) -> int:
        now = self.clock.now()
        with self.store.read() as uow:
            ended = uow.tasks.claims_ended(now, AT_ONCE)
        changed = 0
        for found in ended:
            with self.store.begin() as uow:
                task = uow.tasks.lock(found.task_id)
                if not task.claimed_by or task.claimant(now):
                    continue  # it was claimed anew, or given back
                uow.tasks.set_claim(task.task_id, "", None)
                assert task.claimed_until is not None
                redraw_card(uow, task, why=f"{task.task_id}:ended:{task.claimed_until.isoformat()}", at=now)
                changed += 1
        return changed

    def _time_out(self) -> int:
        """An outcome of its own: no verdict, no resolution, never in a dataset."""
        now = self.clock.now()
        with self.store.read() as uow:
            late = uow.tasks.to_time_out(now, AT_ONCE)
        changed = 0
        for found in late:
            with self.store.begin() as uow:
                task = uow.tasks.lock(found.task_id)  # a verdict that is being recorded goes first
                waits = task.state in (TaskState.OPEN, TaskState.DISPUTED)
                if not waits or task.times_out_at is None or now < task.times_out_at:
                    continue
                uow.tasks.set_state(task.task_id, TaskState.TIMED_OUT)
                redraw_card(uow, task, why=f"{task.task_id}:timed_out", at=now)
                changed += 1
        if changed:
            self.metrics.count("tasks_timed_out", changed)
        return changed
