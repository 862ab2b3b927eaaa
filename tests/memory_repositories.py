"""The repositories of `MemoryStore`, on a state that a transaction has for itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from reviewers.decisions import consensus
from reviewers.errors import Conflict, NotHeld, UnknownOutput, UnknownTask
from reviewers.model import (
    Assessment,
    AuditEntry,
    ClaimMark,
    Draft,
    Outcome,
    Output,
    Posting,
    Purpose,
    Release,
    ReleaseState,
    Resolution,
    ReviewTask,
    Score,
    TaskState,
    TaskView,
    Verdict,
    VerdictKind,
)
from reviewers.model.past_tasks import TaskCount
from reviewers.ports import Receipt, Received
from tests.memory_queues import MemoryQueues, Repository, corrected, newest_resolutions, place, require_task
from tests.memory_state import Lease, Marked, State, in_utc


class MemoryOutputs(Repository):
    """Implements `reviewers.ports.Outputs`."""

    def add(self, outputs: Sequence[Output]) -> list[Receipt]:
        return [self._add(output) for output in outputs]

    def _add(self, output: Output) -> Receipt:
        state = self._own
        stored = state.outputs.get(output.output_id)
        if stored is None:
            state.last_number += 1
            stored = state.outputs[output.output_id] = in_utc(replace(output, number=state.last_number))
            state.queue[output.output_id] = Lease(holder="", until=output.received_at)
            status = Received.NEW
        else:
            status = Received.SAME if stored.body_hash == output.body_hash else Received.CONFLICT
        number = 0 if status is Received.CONFLICT else stored.number
        return Receipt(output_id=output.output_id, status=status, number=number, received_at=stored.received_at)

    def get(self, output_id: str) -> Output | None:
        return self._state.outputs.get(output_id)

    def claim_unscored(self, *, limit: int, now: datetime, lease_seconds: float, worker: str) -> list[Output]:
        state = self._own
        free = [state.outputs[output_id] for output_id, lease in state.queue.items() if lease.until <= now]
        taken = sorted(free, key=lambda output: (not output.hold, output.number))[:limit]
        until = now + timedelta(seconds=lease_seconds)
        state.queue.update({output.output_id: Lease(holder=worker, until=until) for output in taken})
        return taken

    def waiting(self) -> int:
        return len(self._state.queue)


class MemoryAssessments(Repository):
    """Implements `reviewers.ports.Assessments`."""

    def add(self, assessments: Sequence[Assessment]) -> None:
        for assessment in assessments:
            _require_output(self._own, assessment.output_id)
            self._own.assessments.setdefault(assessment.output_id, in_utc(assessment))
            self._own.queue.pop(assessment.output_id, None)

    def get(self, output_id: str) -> Assessment | None:
        return self._state.assessments.get(output_id)

    def scores(self, output_ids: Sequence[str]) -> dict[str, tuple[Score, ...]]:
        known = {name: self._state.assessments[name] for name in output_ids if name in self._state.assessments}
        return {name: one.scores for name, one in known.items() if one.risk is not None}


class MemoryTasks(MemoryQueues):
    """Implements `reviewers.ports.Tasks`. A writer holds the whole store, so `lock` has nothing to wait for."""

    def add(self, task: ReviewTask) -> bool:
        if task.output_id not in self._own.decisions:
            raise UnknownOutput(task.output_id)  # there is no sampling decision on it
        if task.task_id in self._own.tasks or any(
            _place(one) == _place(task) for one in self.of_output(task.output_id)
        ):
            return False
        self._own.tasks[task.task_id] = in_utc(task)
        return True

    def get(self, task_id: str) -> ReviewTask | None:
        return self._state.tasks.get(task_id)

    def for_output(self, output_id: str) -> ReviewTask | None:
        return next((task for task in self.of_output(output_id) if task.purpose is Purpose.REVIEW), None)

    def of_output(self, output_id: str) -> list[ReviewTask]:
        found = [task for task in self._state.tasks.values() if task.output_id == output_id]
        return sorted(found, key=lambda task: (task.created_at, task.task_id))

    def by_number(self, number: int) -> ReviewTask | None:
        found = next((output for output in self._state.outputs.values() if output.number == number), None)
        return self.for_output(found.output_id) if found else None

    def lock(self, task_id: str) -> ReviewTask:
        task = self.get(task_id)
        if task is None:
            raise UnknownTask(task_id)
        return task

    def set_posting(self, task_id: str, posting: Posting) -> None:
        self._own.tasks[task_id] = replace(self.lock(task_id), posting=posting)

    def set_state(self, task_id: str, state: TaskState) -> None:
        self._own.tasks[task_id] = replace(self.lock(task_id), state=state)

    def set_handed_on(self, task_id: str, by: str) -> None:
        self._own.tasks[task_id] = replace(self.lock(task_id), handed_on_by=by)

    def set_claim(self, task_id: str, by: str, until: datetime | None) -> None:
        self._own.tasks[task_id] = in_utc(replace(self.lock(task_id), claimed_by=by, claimed_until=until))

    def set_assigned(self, task_id: str, to: str) -> None:
        self._own.tasks[task_id] = replace(self.lock(task_id), assigned_to=to)

    def set_disputed(self, task_id: str, lead: str) -> None:
        self._own.tasks[task_id] = replace(self.lock(task_id), state=TaskState.DISPUTED, lead=lead)

    def set_due(self, task_id: str, due_at: datetime | None, times_out_at: datetime | None) -> None:
        self._own.tasks[task_id] = in_utc(replace(self.lock(task_id), due_at=due_at, times_out_at=times_out_at))

    def set_batch(self, task_ids: Sequence[str], batch_id: str) -> None:
        for task_id in task_ids:
            self._own.tasks[task_id] = replace(self.lock(task_id), waits_for_batch=False, batch_id=batch_id)

    def open(self, *, limit: int, after: str = "") -> list[ReviewTask]:
        found = [task for task in self._state.tasks.values() if task.state is TaskState.OPEN]
        if after:
            last = place(self.lock(after))
            found = [task for task in found if place(task) > last]
        return sorted(found, key=place)[:limit]

    def views(self, task_ids: Sequence[str], *, as_of: datetime | None = None) -> list[TaskView]:
        tasks = self._state.tasks
        return [_view(self._state, tasks[task_id], as_of) for task_id in task_ids if task_id in tasks]

    def resolved(
        self, *, route: str | None = None, since: datetime | None = None, as_of: datetime | None = None
    ) -> Iterator[TaskView]:
        newest = newest_resolutions(self._state.resolutions, as_of)
        live = [one for one in newest.values() if one.outcome is not Outcome.WITHDRAWN]
        belied = {
            self._state.tasks[one.task_id].output_id
            for one in live
            if one.outcome is not Outcome.APPROVED and self._state.tasks[one.task_id].purpose is Purpose.REOPENED
        }
        tasks = [self._state.tasks[one.task_id] for one in live if since is None or one.resolved_at > since]
        for task in sorted(tasks, key=lambda task: task.output_id):
            decides = task.purpose is Purpose.REVIEW and task.output_id not in belied
            if decides and route in (None, task.route):
                yield _view(self._state, task, as_of)

    def standing(self, since: datetime, until: datetime, *, route: str, as_of: datetime) -> list[TaskCount]:
        counts: dict[TaskState, list[datetime]] = defaultdict(list)
        for task in self._state.tasks.values():
            decision = self._state.decisions[task.output_id]
            in_period = since <= decision.decided_at < until and decision.selected and decision.stratum is not None
            told = task.purpose is Purpose.REVIEW and not task.known and task.created_at <= as_of
            if in_period and told and decision.route == route:
                counts[self._state_at(task, as_of)].append(task.created_at)
        return [
            TaskCount(state=state, tasks=len(counts[state]), oldest_at=min(counts[state])) for state in sorted(counts)
        ]

    def _state_at(self, task: ReviewTask, as_of: datetime) -> TaskState:
        state = self._state
        if consensus.live(newest_resolutions(state.resolutions, as_of).get(task.task_id)):
            return TaskState.RESOLVED
        if any(cut.output_id == task.output_id and not cut.kept and cut.cut_at <= as_of for cut in state.cuts):
            return TaskState.CUT
        release = state.releases.get(task.output_id)
        ended = release.decided_at if release and release.state is ReleaseState.TIMED_OUT else None
        times = (None if task.hold else task.times_out_at, ended)
        return TaskState.TIMED_OUT if any(one and one <= as_of for one in times) else TaskState.OPEN


def _place(task: ReviewTask) -> tuple[str, int]:
    return task.purpose.value, task.round


def _view(state: State, task: ReviewTask, as_of: datetime | None) -> TaskView:
    def seen(at: datetime) -> bool:
        return as_of is None or at <= as_of

    resolution = consensus.live(newest_resolutions(state.resolutions, as_of).get(task.task_id))
    return TaskView(
        task=replace(task, state=consensus.state_then(task.state, resolution)) if as_of else task,
        output=state.outputs[task.output_id],
        assessment=state.assessments.get(task.output_id),
        decision=corrected(state, state.decisions[task.output_id]),
        verdicts=tuple(one for one in state.verdicts if one.task_id == task.task_id and seen(one.recorded_at)),
        resolution=resolution,
        release=state.releases.get(task.output_id) if task.purpose is Purpose.REVIEW else None,
        replies=tuple(one for one in state.replies.values() if one.task_id == task.task_id and seen(one.written_at)),
        uses=tuple(one for one in state.uses.values() if one.task_id == task.task_id and seen(one.built_at)),
        change=state.source_changes.get(task.change_id),
    )


class MemoryVerdicts(Repository):
    """Implements `reviewers.ports.Verdicts`."""

    def append(self, verdict: Verdict) -> None:
        require_task(self._own, verdict.task_id)
        taken = {(one.task_id, one.reviewer, one.revision) for one in self._own.verdicts}
        ids = {one.verdict_id for one in self._own.verdicts}
        if (verdict.task_id, verdict.reviewer, verdict.revision) in taken or verdict.verdict_id in ids:
            raise Conflict(f"Revision {verdict.revision} of this reviewer's verdict on the task was recorded before.")
        self._own.verdicts.append(in_utc(verdict))

    def for_task(self, task_id: str) -> list[Verdict]:
        return [verdict for verdict in self._state.verdicts if verdict.task_id == task_id]

    def resolve(self, resolution: Resolution) -> None:
        require_task(self._own, resolution.task_id)
        if all(verdict.verdict_id != resolution.verdict_id for verdict in self._own.verdicts):
            raise ValueError(f"no verdict has the id {resolution.verdict_id!r}")
        if (resolution.task_id, resolution.revision) in self._own.resolutions:
            raise Conflict(f"Revision {resolution.revision} of the task's resolution was recorded before.")
        self._own.resolutions[resolution.task_id, resolution.revision] = in_utc(resolution)

    def resolution(self, task_id: str) -> Resolution | None:
        return newest_resolutions(self._state.resolutions).get(task_id)

    def keep_marks(self, task_id: str, reviewer: str, marks: Sequence[ClaimMark], at: datetime) -> None:
        require_task(self._own, task_id)
        self._own.marks.extend(Marked(task_id=task_id, reviewer=reviewer, mark=mark) for mark in marks)

    def marks(self, task_id: str, reviewer: str) -> list[ClaimMark]:
        own = [one.mark for one in self._state.marks if (one.task_id, one.reviewer) == (task_id, reviewer)]
        newest = {mark.claim_number: mark for mark in own}
        return [newest[number] for number in sorted(newest)]

    def voted(self, reviewer: str, task_ids: Sequence[str]) -> set[str]:
        newest = {one.task_id: one.kind for one in self._state.verdicts if one.reviewer == reviewer}
        return {
            task_id for task_id in task_ids if newest.get(task_id, VerdictKind.WITHDRAWN) is not VerdictKind.WITHDRAWN
        }

    def note_opening(self, task_id: str, reviewer: str, at: datetime) -> None:
        require_task(self._own, task_id)
        self._own.openings.setdefault((task_id, reviewer), at)

    def audit(self, since: datetime, until: datetime) -> Iterator[AuditEntry]:
        entries = [self._entry(one, at=one.recorded_at, verdict=one) for one in self._state.verdicts]
        found = sorted(self._state.resolutions.values(), key=lambda one: (one.resolved_at, one.task_id, one.revision))
        entries += [self._entry(one, at=one.resolved_at, resolution=one) for one in found]
        kept = [entry for entry in entries if since <= entry.at < until]
        return iter(sorted(kept, key=lambda entry: (entry.at, entry.verdict is None)))

    def _entry(self, of: Verdict | Resolution, **what: Any) -> AuditEntry:
        task = self._state.tasks[of.task_id]
        named = {name: getattr(task, name) for name in ("task_id", "output_id", "number", "route", "purpose")}
        return AuditEntry(**named, **what)

    def keep_draft(self, draft: Draft) -> None:
        require_task(self._own, draft.task_id)
        self._own.drafts[draft.task_id, draft.reviewer] = in_utc(draft)

    def draft(self, task_id: str, reviewer: str) -> Draft | None:
        return self._state.drafts.get((task_id, reviewer))


class MemoryReleases(Repository):
    """Implements `reviewers.ports.Releases`."""

    def add(self, release: Release) -> None:
        _require_output(self._own, release.output_id)
        self._own.releases.setdefault(release.output_id, in_utc(release))

    def get(self, output_id: str) -> Release | None:
        return self._state.releases.get(output_id)

    def lock(self, output_id: str) -> Release | None:
        return self._own.releases.get(output_id)

    def decide(self, release: Release) -> bool:
        standing = self._own.releases.get(release.output_id)
        if standing is None:
            raise NotHeld(release.output_id)
        if standing.state is not ReleaseState.HELD:
            return False
        self._own.releases[release.output_id] = in_utc(replace(release, held_since=standing.held_since))
        return True

    def overdue(self, now: datetime, limit: int) -> list[Release]:
        found = [
            (release.deadline, release.output_id, release)
            for release in self._state.releases.values()
            if release.state is ReleaseState.HELD and release.deadline is not None and release.deadline <= now
        ]
        return [release for _, _, release in sorted(found, key=lambda one: one[:2])[:limit]]

    def half_waited(self, now: datetime, limit: int) -> list[Release]:
        found = [
            (release.deadline, release.output_id, release)
            for release in self._state.releases.values()
            if release.state is ReleaseState.HELD and release.deadline is not None and release.deadline > now
        ]
        half = [one for one in sorted(found, key=lambda one: one[:2]) if now - one[2].held_since >= one[0] - now]
        return [release for _, _, release in half[:limit]]

    def recall(self, output_id: str, at: datetime) -> None:
        standing = self._own.releases.get(output_id)
        if standing is None:
            raise NotHeld(output_id)
        if standing.recalled_at is None:
            self._own.releases[output_id] = in_utc(replace(standing, recalled_at=at))

    def restore(self, output_id: str) -> None:
        standing = self._own.releases.get(output_id)
        if standing is None:
            raise NotHeld(output_id)
        self._own.releases[output_id] = replace(standing, recalled_at=None)


def _require_output(state: State, output_id: str) -> None:
    if output_id not in state.outputs:
        raise UnknownOutput(output_id)
