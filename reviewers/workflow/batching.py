"""Give a shared card to answers that wait for others like them."""

from __future__ import annotations

from dataclasses import dataclass

from reviewers.decisions import batches
from reviewers.model import ReviewTask, TaskState
from reviewers.ports import Clock, Store, UnitOfWork
from reviewers.workflow.review import post_card

LOOKED_AT = 500  # tasks in one sweep; the rest follows in the next


@dataclass(frozen=True, kw_only=True, slots=True)
class Batcher:
    """Part of the clock's sweep."""

    store: Store
    clock: Clock

    def sweep(self) -> int:
        """Form the batches that are due; returns how many cards will be posted."""
        with self.store.read() as uow:
            waiting = uow.tasks.for_batches(LOOKED_AT)
            alike = {task.task_id: self._kind(uow, task) for task in waiting}
        if not waiting:
            return 0
        formed = batches.form(waiting, alike, self.clock.now())
        for ids in formed.batches:
            self._post(ids)
        for task_id in formed.alone:
            self._post((task_id,))
        return len(formed.batches) + len(formed.alone)

    def _kind(self, uow: UnitOfWork, task: ReviewTask) -> str:
        """Answers of one model on one kind of question are alike."""
        output = uow.outputs.get(task.output_id)
        return "\0".join((output.model, *sorted(output.tags))) if output else ""

    def _post(self, ids: tuple[str, ...]) -> None:
        """Somebody may have decided one of them meanwhile; those that still wait share what is left."""
        now = self.clock.now()
        with self.store.begin() as uow:
            tasks = [uow.tasks.lock(task_id) for task_id in ids]
            still = [task for task in tasks if task.state is TaskState.OPEN and task.waits_for_batch]
            if not still:
                return
            batch_id = still[0].task_id if len(still) > 1 else ""
            uow.tasks.set_batch([task.task_id for task in still], batch_id)
            post_card(uow, still[0], at=now)
