"""What all repositories of `MemoryStore` share, and its tasks as people and the clock meet them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from reviewers.decisions import consensus
from reviewers.errors import UnknownTask
from reviewers.model import Purpose, Resolution, Reviewed, ReviewTask, SamplingDecision, Stratum, TaskState, Verdict
from reviewers.ports import QueueState
from tests.memory_state import State

NEVER_DUE = datetime(9999, 1, 1, tzinfo=UTC)
WAITING = (TaskState.OPEN, TaskState.DISPUTED)


class Repository:
    """On the state of one transaction; `_own` is the same state, and refuses when the transaction only reads."""

    def __init__(self, state: State, *, writes: bool) -> None:
        self._state = state
        self._writes = writes

    @property
    def _own(self) -> State:
        if not self._writes:
            raise RuntimeError("this transaction only reads")
        return self._state


def place(task: ReviewTask) -> tuple[bool, datetime, str]:
    """Where a task stands among the open ones."""
    return not task.hold, task.due_at or NEVER_DUE, task.task_id


def newest_resolutions(
    resolutions: Mapping[tuple[str, int], Resolution], as_of: datetime | None = None
) -> dict[str, Resolution]:
    """The newest resolution by task id, a withdrawn one too; those after `as_of` are unseen."""
    seen = [key for key in sorted(resolutions) if as_of is None or resolutions[key].resolved_at <= as_of]
    return {task_id: resolutions[task_id, revision] for task_id, revision in seen}


def corrected(state: State, decision: SamplingDecision, as_of: datetime | None = None) -> SamplingDecision:
    """The decision with what the newest cut of its output says of all its cuts."""
    cuts = [cut for cut in state.cuts if as_of is None or cut.cut_at <= as_of]
    kept = next((cut.kept_so_far for cut in reversed(cuts) if cut.output_id == decision.output_id), 1.0)
    return replace(decision, inclusion_probability=decision.inclusion_probability * kept, keep_probability=kept)


class MemoryQueues(Repository):
    """The part of `reviewers.ports.Tasks` that lists tasks by who or what waits for them."""

    def _in(self, *states: TaskState) -> list[ReviewTask]:
        return sorted((task for task in self._state.tasks.values() if task.state in states), key=place)

    def disputed(self, *, limit: int) -> list[ReviewTask]:
        return self._in(TaskState.DISPUTED)[:limit]

    def claimed(self, by: str, now: datetime) -> list[ReviewTask]:
        return [task for task in self._in(TaskState.OPEN) if task.claimant(now) == by]

    def assigned(self, to: str) -> list[ReviewTask]:
        return [task for task in self._in(TaskState.OPEN) if task.assigned_to == to]

    def claims_ended(self, now: datetime, limit: int) -> list[ReviewTask]:
        found = [
            (task.claimed_until, task.task_id, task)
            for task in self._in(TaskState.OPEN)
            if task.claimed_by and task.claimed_until is not None and task.claimed_until <= now
        ]
        return [task for _, _, task in sorted(found, key=lambda one: one[:2])[:limit]]

    def past_due(self, now: datetime, limit: int, *, route: str) -> list[ReviewTask]:
        waiting = [task for task in self._in(*WAITING) if task.route == route and not task.hold]
        return sorted((task for task in waiting if task.due_at and task.due_at <= now), key=place)[:limit]

    def to_time_out(self, now: datetime, limit: int) -> list[ReviewTask]:
        found = [
            (task.times_out_at, task.task_id, task)
            for task in self._in(*WAITING)
            if not task.hold and task.times_out_at is not None and task.times_out_at <= now
        ]
        return [task for _, _, task in sorted(found, key=lambda one: one[:2])[:limit]]

    def for_batches(self, limit: int) -> list[ReviewTask]:
        found = [task for task in self._in(TaskState.OPEN) if task.waits_for_batch]
        return sorted(found, key=lambda task: (task.created_at, task.task_id))[:limit]

    def of_batch(self, batch_id: str) -> list[ReviewTask]:
        found = [task for task in self._state.tasks.values() if batch_id and task.batch_id == batch_id]
        return sorted(found, key=lambda task: task.task_id)

    def looks(self, since: datetime) -> list[ReviewTask]:
        made = [task for task in self._state.tasks.values() if task.created_at >= since]
        looks = [task for task in made if task.purpose is not Purpose.REVIEW]
        return sorted(looks, key=lambda task: (task.created_at, task.task_id))

    def loads(self) -> dict[str, int]:
        return dict(Counter(task.assigned_to for task in self._in(TaskState.OPEN) if task.assigned_to))

    def in_queue(self, route: str) -> list[ReviewTask]:
        voted = {verdict.task_id for verdict in self._state.verdicts}
        found = [
            task
            for task in self._in(TaskState.OPEN)
            if task.route == route
            and not (task.hold or task.sent_by or task.known or task.task_id in voted)
            and task.purpose is Purpose.REVIEW
        ]
        drawn = [task for task in found if self._state.decisions[task.output_id].stratum is Stratum.DRAWN]
        return sorted(drawn, key=lambda task: (task.created_at, task.task_id))

    def queues(self, now: datetime) -> list[QueueState]:
        routes = sorted({task.route for task in self._in(*WAITING)})
        return [self._queue(route, now) for route in routes]

    def _queue(self, route: str, now: datetime) -> QueueState:
        tasks = [task for task in self._in(*WAITING) if task.route == route]
        return QueueState(
            route=route,
            open=sum(task.state is TaskState.OPEN for task in tasks),
            disputed=sum(task.state is TaskState.DISPUTED for task in tasks),
            past_due=sum(task.due_at is not None and task.due_at <= now for task in tasks),
            oldest_at=min(task.created_at for task in tasks),
            cut=sum(
                not cut.kept and cut.route == route and cut.cut_at > now - timedelta(days=7) for cut in self._state.cuts
            ),
        )

    def reviewed(self, since: datetime, until: datetime, *, as_of: datetime | None = None) -> list[Reviewed]:
        order = {verdict.verdict_id: number for number, verdict in enumerate(self._state.verdicts)}
        found = [
            verdict
            for verdict in self._current(since, until, as_of)
            if self._state.tasks[verdict.task_id].purpose is not Purpose.REOPENED
        ]
        found.sort(key=lambda one: (one.recorded_at, order[one.verdict_id]))
        return [self._reviewed(one, as_of) for one in found]

    def verdicts_on_reopened(self, since: datetime, until: datetime, *, route: str) -> int:
        tasks = [self._state.tasks[verdict.task_id] for verdict in self._current(since, until, None)]
        return sum(task.purpose is Purpose.REOPENED and task.route == route for task in tasks)

    def _current(self, since: datetime, until: datetime, as_of: datetime | None) -> list[Verdict]:
        newest: dict[tuple[str, str], Verdict] = {}
        seen = [one for one in self._state.verdicts if as_of is None or one.recorded_at <= as_of]
        for verdict in sorted(seen, key=lambda verdict: verdict.revision):
            newest[verdict.task_id, verdict.reviewer] = verdict
        found = [one for one in newest.values() if since <= one.recorded_at < until]
        return [one for one in found if one.kind in consensus.OUTCOMES]

    def _reviewed(self, verdict: Verdict, as_of: datetime | None) -> Reviewed:
        state = self._state
        task = state.tasks[verdict.task_id]
        decision, output = corrected(state, state.decisions[task.output_id]), state.outputs[task.output_id]
        resolution = consensus.live(newest_resolutions(state.resolutions, as_of).get(task.task_id))
        return Reviewed(
            **{name: getattr(verdict, name) for name in ("task_id", "reviewer", "kind", "as_lead", "seen")},
            **{name: getattr(verdict, name) for name in ("opened_at", "recorded_at")},
            **{name: getattr(task, name) for name in ("output_id", "route", "show", "marks_draw", "sent_by", "known")},
            **{name: getattr(task, name) for name in ("purpose", "words")},
            **{name: getattr(decision, name) for name in ("reason", "inclusion_probability", "policy_version", "risk")},
            **{name: getattr(output, name) for name in ("model", "model_version", "received_at")},
            outcome=resolution.outcome if resolution else None,
            resolved_at=resolution.resolved_at if resolution else None,
            resolved_by=resolution.resolved_by if resolution else "",
            looked_up=(opened := state.openings.get((task.task_id, verdict.reviewer))) is not None
            and opened <= verdict.recorded_at,
        )


def require_task(state: State, task_id: str) -> None:
    if task_id not in state.tasks:
        raise UnknownTask(task_id)
