"""Record what people decide: gather, decide, apply, in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from reviewers.decisions import consensus
from reviewers.decisions.ballots import check
from reviewers.decisions.consensus import Standing
from reviewers.errors import NotYourTask, UnknownTask
from reviewers.model import (
    ClaimMark,
    Draft,
    Resolution,
    Route,
    TaskState,
    TaskView,
    Verdict,
    VerdictKind,
)
from reviewers.ports import Clock, Ids, Metrics, Store, UnitOfWork
from reviewers.workflow import ballots
from reviewers.workflow import standing as following
from reviewers.workflow.ballots import Ballot, Case
from reviewers.workflow.permissions import Permission, Permissions

__all__ = ["Ballot", "Recorded", "VerdictDesk"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Recorded:
    """What became of a ballot."""

    verdict: Verdict
    resolution: Resolution | None  # as it stands after the ballot; None: nothing is resolved
    standing: Standing
    superseded: bool  # it replaced an earlier verdict of the same person
    repeated: bool = False  # the same ballot again (a second click, a redelivery): nothing was written


@dataclass(frozen=True, kw_only=True, slots=True)
class VerdictDesk:
    """Where verdicts are recorded."""

    store: Store
    clock: Clock
    ids: Ids
    metrics: Metrics
    permissions: Permissions

    def record(self, ballot: Ballot) -> Recorded:
        """Append the verdict and let everything follow from it in the same transaction.

        Raises UnknownTask, NotYourTask, Claimed (somebody else works on it), AlreadyResolved (somebody else settled it,
        or it timed out), NothingChanged, Invalid and Unavailable. The same ballot twice is recorded once.
        """
        permission = self._permission(ballot.task_id)
        with self.store.begin() as uow:
            case = _case(uow, ballot.task_id)
            before = ballots.repeated(ballot, case)
            if before is not None:
                return _nothing_new(before, case)
            now = self.clock.now()
            as_lead = ballots.entitled(ballot, case, permission, now)
            check(case.output, kind=ballot.kind, correction=ballot.correction, reasons=ballot.reasons, note=ballot.note)
            marks = ballot.marks or tuple(uow.verdicts.marks(ballot.task_id, ballot.reviewer))
            new = replace(ballot, marks=marks)
            verdict = ballots.verdict_of(new, case, self.ids.new("v"), as_lead=as_lead, now=now)
            recorded = _append(uow, case, permission.route, verdict, to_the_lead=ballot.disagrees)
        self.metrics.count("verdicts_recorded", kind=verdict.kind.value)
        return recorded

    def withdraw(self, task_id: str, reviewer: str) -> Recorded:
        """Take one's verdict back: the task is open again, and what was used or sent is recalled.

        Raises UnknownTask, NotYourTask when there is no verdict of this person, and AlreadyResolved when somebody else
        settled it since. A second time nothing is written.
        """
        permission = self._permission(task_id)
        with self.store.begin() as uow:
            case = _case(uow, task_id)
            own = case.own(reviewer)
            if own is None:
                raise NotYourTask("You have no verdict on this answer, so there is nothing to undo.")
            if own.kind is VerdictKind.WITHDRAWN:
                return _nothing_new(own, case)
            ballots.still_open_to(reviewer, case)
            ballot = Ballot(task_id=task_id, reviewer=reviewer, kind=VerdictKind.WITHDRAWN)
            now = self.clock.now()
            verdict = ballots.verdict_of(ballot, case, self.ids.new("v"), as_lead=own.as_lead, now=now)
            recorded = _append(uow, case, permission.route, verdict, to_the_lead=False)
        self.metrics.count("verdicts_recorded", kind=verdict.kind.value)
        return recorded

    def keep_marks(self, task_id: str, reviewer: str, marks: Sequence[ClaimMark]) -> None:
        """Keep the marks of one person on single claims; they decide nothing by themselves."""
        permission = self._permission(task_id)
        with self.store.begin() as uow:
            ballots.may_say(_case(uow, task_id), reviewer, permission)
            uow.verdicts.keep_marks(task_id, reviewer, marks, self.clock.now())

    def marks(self, task_id: str, reviewer: str) -> list[ClaimMark]:
        """The newest marks of one person, by claim number."""
        with self.store.read() as uow:
            return uow.verdicts.marks(task_id, reviewer)

    def note_opening(self, task_id: str, reviewer: str) -> None:
        """Note that a person has the claims of an open task before them; of anything else nothing is noted."""
        with self.store.begin() as uow:
            task = uow.tasks.get(task_id)
            if task is not None and task.state is TaskState.OPEN:
                uow.verdicts.note_opening(task_id, reviewer, self.clock.now())

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
            views = uow.tasks.views([task_id])
        if not views:
            raise UnknownTask(task_id)
        return views[0]

    def require(self, view: TaskView, reviewer: str) -> None:
        """Raise NotYourTask, Claimed or AlreadyResolved where a verdict of this person on this task would not count."""
        ballot = Ballot(task_id=view.task.task_id, reviewer=reviewer, kind=VerdictKind.APPROVE)
        case = Case(task=view.task, output=view.output, verdicts=view.verdicts, newest=view.resolution)
        ballots.entitled(ballot, case, self.permissions.named(view.task.route), self.clock.now())

    def _permission(self, task_id: str) -> Permission:
        with self.store.read() as uow:
            task = uow.tasks.get(task_id)
        if task is None:
            raise UnknownTask(task_id)
        return self.permissions.named(task.route)


def _case(uow: UnitOfWork, task_id: str) -> Case:
    """The task as it stands, locked until the transaction ends. Raises UnknownTask."""
    task = uow.tasks.lock(task_id)
    output = uow.outputs.get(task.output_id)
    if output is None:
        raise UnknownTask(task_id)
    verdicts = tuple(uow.verdicts.for_task(task_id))
    return Case(task=task, output=output, verdicts=verdicts, newest=uow.verdicts.resolution(task_id))


def _nothing_new(verdict: Verdict, case: Case) -> Recorded:
    standing = Standing(state=case.task.state)
    return Recorded(verdict=verdict, resolution=case.resolved, standing=standing, superseded=False, repeated=True)


def _append(uow: UnitOfWork, case: Case, route: Route, verdict: Verdict, *, to_the_lead: bool) -> Recorded:
    final = following.is_final(uow, case.task, case.newest)
    uow.verdicts.append(verdict)
    every = (*case.verdicts, verdict)
    standing = consensus.stand(
        every,
        case.newest,
        quorum=case.task.quorum,
        on_disagreement=route.on_disagreement,
        to_the_lead=to_the_lead,
        final=final,
    )
    following.apply(uow, case.task, case.output, route, every, standing)
    return Recorded(
        verdict=verdict,
        resolution=consensus.live(standing.resolution or case.newest),
        standing=standing,
        superseded=verdict.supersedes is not None,
    )
