"""Record what people decide: gather, decide, apply, in one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from reviewers.decisions import assignment, consensus, gate
from reviewers.decisions.ballots import check
from reviewers.errors import AlreadyResolved, UnknownTask
from reviewers.model import (
    ClaimMark,
    Draft,
    Output,
    Policy,
    Resolution,
    ReviewTask,
    TaskState,
    TaskView,
    Verdict,
    VerdictKind,
)
from reviewers.ports import Clock, Ids, Metrics, OutboxItem, OutboxKind, Policies, Store, UnitOfWork

QUEUE_PAGE = 50  # tasks looked at in one read while searching the next one for a person
LONGEST_NUMBER = 15  # digits of a running number; far beyond any table


@dataclass(frozen=True, kw_only=True, slots=True)
class Ballot:
    """What a person hands in."""

    task_id: str
    reviewer: str
    kind: VerdictKind
    correction: str | None = None
    reasons: tuple[str, ...] = ()
    note: str = ""
    marks: tuple[ClaimMark, ...] = ()
    seen: str = "evidence"


@dataclass(frozen=True, kw_only=True, slots=True)
class Recorded:
    """What became of a ballot."""

    verdict: Verdict
    resolution: Resolution | None  # as it stands after the ballot
    superseded: bool  # it replaced an earlier verdict of the same person
    repeated: bool = False  # the same ballot again (a second click, a redelivery): nothing was written


@dataclass(frozen=True, kw_only=True, slots=True)
class VerdictDesk:
    """Where verdicts are recorded and tasks are looked up."""

    store: Store
    clock: Clock
    ids: Ids
    metrics: Metrics
    policies: Policies

    def record(self, ballot: Ballot) -> Recorded:
        """Append the verdict and let everything follow from it in the same transaction.

        Raises UnknownTask, NotYourTask, AlreadyResolved (somebody else settled it, or it timed out), NothingChanged
        and Invalid. The same ballot twice is recorded once.
        """
        now = self.clock.now()
        with self.store.begin() as uow:
            task = uow.tasks.lock(ballot.task_id)
            output = _output(uow, task)
            verdicts = uow.verdicts.for_task(task.task_id)
            previous = uow.verdicts.resolution(task.task_id)

            assignment.may_decide(output, ballot.reviewer, self.policies.current().reviewers)
            _still_open_to(ballot.reviewer, task, previous)
            check(output, kind=ballot.kind, correction=ballot.correction, reasons=ballot.reasons, note=ballot.note)
            own = [v for v in consensus.current(verdicts) if v.reviewer == ballot.reviewer]
            verdict = Verdict(
                verdict_id=self.ids.new("v"),
                task_id=task.task_id,
                reviewer=ballot.reviewer,
                revision=1 + sum(v.reviewer == ballot.reviewer for v in verdicts),
                kind=ballot.kind,
                correction=ballot.correction,
                reasons=ballot.reasons,
                note=ballot.note,
                marks=ballot.marks or tuple(uow.verdicts.marks(task.task_id, ballot.reviewer)),
                supersedes=own[-1].verdict_id if own else None,
                seen=ballot.seen,
                recorded_at=now,
            )
            if own and _says_the_same(own[-1], verdict):
                return Recorded(verdict=own[-1], resolution=previous, superseded=False, repeated=True)

            uow.verdicts.append(verdict)
            resolution = consensus.resolve([*verdicts, verdict], previous)
            self._apply(uow, task, output, verdict, resolution)
        self.metrics.count("verdicts_recorded", kind=verdict.kind.value)
        superseded = verdict.supersedes is not None
        return Recorded(verdict=verdict, resolution=resolution or previous, superseded=superseded)

    def _apply(
        self, uow: UnitOfWork, task: ReviewTask, output: Output, verdict: Verdict, resolution: Resolution | None
    ) -> None:
        if resolution is not None:
            uow.verdicts.resolve(resolution)
            uow.tasks.set_state(task.task_id, TaskState.RESOLVED)
            release = uow.releases.get(output.output_id)
            if release is not None:
                decided = gate.outcome(release, output, resolution, now=verdict.recorded_at)
                if decided != release:
                    uow.releases.decide(decided)
        elif verdict.kind is VerdictKind.UNSURE and task.state is TaskState.OPEN:
            uow.tasks.set_handed_on(task.task_id, verdict.reviewer)
        uow.outbox.add(
            OutboxItem(
                key=f"update:{verdict.verdict_id}",
                kind=OutboxKind.UPDATE_CARD,
                task_id=task.task_id,
                channel=task.channel,
                due_at=verdict.recorded_at,
            )
        )

    def keep_marks(self, task_id: str, reviewer: str, marks: Sequence[ClaimMark]) -> None:
        """Keep the marks of one person on single claims; they decide nothing by themselves."""
        with self.store.begin() as uow:
            task = uow.tasks.lock(task_id)
            assignment.may_decide(_output(uow, task), reviewer, self.policies.current().reviewers)
            uow.verdicts.keep_marks(task_id, reviewer, marks, self.clock.now())

    def marks(self, task_id: str, reviewer: str) -> list[ClaimMark]:
        """The newest marks of one person, by claim number."""
        with self.store.read() as uow:
            return uow.verdicts.marks(task_id, reviewer)

    def keep_draft(self, task_id: str, reviewer: str, text: str, reasons: Sequence[str]) -> None:
        """Keep an edit that is not saved yet, while the person looks at the changes."""
        draft = Draft(task_id=task_id, reviewer=reviewer, text=text, reasons=tuple(reasons), kept_at=self.clock.now())
        with self.store.begin() as uow:
            uow.verdicts.keep_draft(draft)

    def draft(self, task_id: str, reviewer: str) -> Draft | None:
        """The newest edit of this person that may not be saved yet."""
        with self.store.read() as uow:
            return uow.verdicts.draft(task_id, reviewer)

    def view(self, task_id: str) -> TaskView:
        """All that may be shown of a task. Raises UnknownTask."""
        with self.store.read() as uow:
            return _view(uow, task_id)

    def require(self, view: TaskView, reviewer: str) -> None:
        """Raise NotYourTask or AlreadyResolved where a verdict of this person on this task would not count."""
        assignment.may_decide(view.output, reviewer, self.policies.current().reviewers)
        _still_open_to(reviewer, view.task, view.resolution)

    def find(self, name: str) -> TaskView | None:
        """The task of this running number or output id; None when there is none."""
        with self.store.read() as uow:
            task = uow.tasks.for_output(name)
            if task is None and name.isdecimal() and len(name) <= LONGEST_NUMBER:
                task = uow.tasks.by_number(int(name))
            views = uow.tasks.views([task.task_id]) if task else []
        return views[0] if views else None

    def waiting_for(self, reviewer: str, limit: int = QUEUE_PAGE) -> list[TaskView]:
        """Open tasks that this person may decide and was not unsure about: the held ones first, then by due time."""
        return list(islice(self._waiting(reviewer), limit))

    def next_for(self, reviewer: str) -> TaskView | None:
        """The first of `waiting_for`."""
        return next(self._waiting(reviewer), None)

    def _waiting(self, reviewer: str) -> Iterator[TaskView]:
        after = ""
        while True:
            with self.store.read() as uow:
                page = uow.tasks.open(limit=QUEUE_PAGE, after=after)
                views = uow.tasks.views([task.task_id for task in page])
            yield from (view for view in views if _waits_for(view, reviewer, self.policies.current()))
            if len(page) < QUEUE_PAGE:
                return
            after = page[-1].task_id


def _waits_for(view: TaskView, reviewer: str, policy: Policy) -> bool:
    mine = view.output.submitted_by == reviewer or any(v.reviewer == reviewer for v in view.verdicts)
    return not mine and (not policy.reviewers or reviewer in policy.reviewers)


def _output(uow: UnitOfWork, task: ReviewTask) -> Output:
    output = uow.outputs.get(task.output_id)
    if output is None:
        raise UnknownTask(task.task_id)
    return output


def _view(uow: UnitOfWork, task_id: str) -> TaskView:
    views = uow.tasks.views([task_id])
    if not views:
        raise UnknownTask(task_id)
    return views[0]


def _still_open_to(reviewer: str, task: ReviewTask, previous: Resolution | None) -> None:
    """The person who settled a task may change their mind; everybody else came late."""
    if task.state is TaskState.TIMED_OUT:
        raise AlreadyResolved(by="", outcome="timed out", at=None)
    if previous is not None and previous.resolved_by != reviewer:
        raise AlreadyResolved(by=previous.resolved_by, outcome=previous.outcome.value, at=previous.resolved_at)


def _says_the_same(before: Verdict, after: Verdict) -> bool:
    def content(verdict: Verdict) -> tuple[object, ...]:
        return verdict.kind, verdict.correction, verdict.reasons, verdict.note, verdict.marks

    return content(before) == content(after)
