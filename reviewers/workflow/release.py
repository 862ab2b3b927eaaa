"""Hold back what must not leave unseen, and let go what was decided."""

from __future__ import annotations

from dataclasses import dataclass

from reviewers.decisions import gate
from reviewers.errors import NotHeld, UnknownOutput
from reviewers.model import Release, ReleaseState, ReviewTask, TaskState
from reviewers.ports import Clock, Metrics, OutboxItem, OutboxKind, Store, UnitOfWork

SWEEP_LIMIT = 200  # releases looked at in one sweep; the rest follows in the next


@dataclass(frozen=True, kw_only=True, slots=True)
class ReleaseDesk:
    """Answers whether a held output may leave."""

    store: Store
    clock: Clock
    metrics: Metrics

    def get(self, output_id: str) -> Release:
        """The release as it stands, a passed deadline included. Raises UnknownOutput and NotHeld."""
        with self.store.read() as uow:
            release = _held(uow, output_id)
        if release.state is ReleaseState.HELD and release.deadline and self.clock.now() >= release.deadline:
            return self._time_out(release)
        return release

    def sweep(self) -> int:
        """Time out what is held past its deadline; returns how many."""
        with self.store.read() as uow:
            overdue = uow.releases.overdue(self.clock.now(), SWEEP_LIMIT)
        for release in overdue:
            self._time_out(release)
        return len(overdue)

    def _time_out(self, release: Release) -> Release:
        now = self.clock.now()
        with self.store.begin() as uow:
            task = uow.tasks.for_output(release.output_id)
            if task is not None:
                task = uow.tasks.lock(task.task_id)  # a verdict that is being recorded goes first
            standing = _held(uow, release.output_id)
            output = uow.outputs.get(release.output_id)
            assert output is not None
            resolution = uow.verdicts.resolution(task.task_id) if task else None

            decided = gate.outcome(standing, output, resolution, now=now)

            if decided == standing or not uow.releases.decide(decided):
                return _held(uow, release.output_id)
            # Deciding waits for whoever opens its task at this moment (`review.open_task`): then it is there by now.
            task = task or uow.tasks.for_output(release.output_id)
            if task is not None and decided.state is ReleaseState.TIMED_OUT:
                self._close(uow, task, decided)
        self.metrics.count("releases_timed_out")
        return decided

    def _close(self, uow: UnitOfWork, task: ReviewTask, decided: Release) -> None:
        assert decided.decided_at is not None
        uow.tasks.set_state(task.task_id, TaskState.TIMED_OUT)
        uow.outbox.add(
            OutboxItem(
                key=f"update:{task.task_id}:timed_out",
                kind=OutboxKind.UPDATE_CARD,
                task_id=task.task_id,
                channel=task.channel,
                due_at=decided.decided_at,
            )
        )


def _held(uow: UnitOfWork, output_id: str) -> Release:
    release = uow.releases.get(output_id)
    if release is not None:
        return release
    if uow.outputs.get(output_id) is None:
        raise UnknownOutput(output_id)
    raise NotHeld(output_id)
