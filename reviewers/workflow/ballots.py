"""What a person hands in, whether they may, and whether it says anything new."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from reviewers.decisions import assignment, consensus
from reviewers.decisions.opinions import SAW_DECISION
from reviewers.errors import AlreadyResolved, Claimed, Invalid, NotYourTask
from reviewers.model import (
    ClaimMark,
    Output,
    Resolution,
    ReviewTask,
    Route,
    TaskState,
    Verdict,
    VerdictKind,
)
from reviewers.workflow.permissions import Permission


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
    opened_at: datetime | None = None  # when they had it before them, where that is known
    disagrees: bool = False  # with what was resolved before: a lead decides
    settles: bool = False  # pressed where a lead settles a dispute, so it is no repetition of their earlier verdict


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """A task as a ballot finds it."""

    task: ReviewTask
    output: Output
    verdicts: tuple[Verdict, ...]  # in the order of recording
    newest: Resolution | None  # a withdrawn one too

    @property
    def resolved(self) -> Resolution | None:
        """The resolution that holds."""
        return consensus.live(self.newest)

    def own(self, reviewer: str) -> Verdict | None:
        """The newest verdict of this person, a withdrawal included."""
        return next((verdict for verdict in reversed(self.verdicts) if verdict.reviewer == reviewer), None)


def verdict_of(ballot: Ballot, case: Case, verdict_id: str, *, as_lead: bool, now: datetime) -> Verdict:
    """The verdict that this ballot makes; it supersedes the person's earlier one."""
    own = case.own(ballot.reviewer)
    return Verdict(
        verdict_id=verdict_id,
        task_id=ballot.task_id,
        reviewer=ballot.reviewer,
        revision=1 + sum(verdict.reviewer == ballot.reviewer for verdict in case.verdicts),
        kind=ballot.kind,
        correction=ballot.correction,
        reasons=ballot.reasons,
        note=ballot.note,
        marks=ballot.marks,
        supersedes=own.verdict_id if own else None,
        seen=_seen(ballot, case, own),
        as_lead=as_lead,
        opened_at=ballot.opened_at,
        recorded_at=now,
    )


def _seen(ballot: Ballot, case: Case, own: Verdict | None) -> str:
    """What the person had before them: what was decided, where they disagree with it and had not said so before.

    Told apart, since nobody who agrees with a decision is asked: such verdicts say nothing of how far people agree.
    """
    if own is not None and own.kind is ballot.kind:
        return own.seen
    if case.task.show == "blind" and ballot.marks:
        return case.task.show  # labels made of marks have to know that no passage stood beside its claim
    if ballot.disagrees or (own is not None and own.seen == SAW_DECISION):
        return SAW_DECISION
    return case.task.show


def repeated(ballot: Ballot, case: Case) -> Verdict | None:
    """The person's newest verdict, when this ballot says nothing else and that verdict still stands."""
    own = case.own(ballot.reviewer)
    if own is None or case.task.state.is_over:
        return None
    if case.task.state is TaskState.DISPUTED and ballot.settles and not own.as_lead:
        return None
    if case.resolved is not None and consensus.OUTCOMES.get(own.kind) not in (None, case.resolved.outcome):
        return None  # it was decided otherwise since: the person has to be told
    said = (ballot.kind, ballot.correction, ballot.reasons, ballot.note)
    same = (own.kind, own.correction, own.reasons, own.note) == said
    return own if same and (not ballot.marks or ballot.marks == own.marks) else None


def entitled(ballot: Ballot, case: Case, permission: Permission, now: datetime) -> bool:
    """Whether this person decides as a lead. Raises NotYourTask, Claimed, AlreadyResolved or Invalid."""
    as_lead = may_say(case, ballot.reviewer, permission)
    if ballot.disagrees:
        _may_disagree(case, permission.route)
        return False
    if as_lead:
        if ballot.kind is VerdictKind.UNSURE:
            raise Invalid("kind", "Reviewers differ, so this needs a decision: approve, edit or reject.")
        return True
    still_open_to(ballot.reviewer, case)
    task, claimant = case.task, case.task.claimant(now)
    if task.state is TaskState.OPEN and task.quorum == 1 and claimant not in ("", ballot.reviewer):
        assert task.claimed_until is not None
        raise Claimed(by=claimant, until=task.claimed_until)
    resolved = case.resolved
    return resolved is not None and resolved.as_lead and resolved.resolved_by == ballot.reviewer


def may_say(case: Case, reviewer: str, permission: Permission) -> bool:
    """Whether the person speaks as a lead here. Raises NotYourTask when they may not speak at all."""
    route = permission.route
    if case.task.state is TaskState.DISPUTED:
        assignment.may_settle(case.task, case.output, reviewer, route, case.verdicts)
        if not assignment.settlers(case.task, case.output, route):
            _may_decide(case, reviewer, permission)
        return True
    settled_it = any(verdict.as_lead and verdict.reviewer == reviewer for verdict in consensus.current(case.verdicts))
    if not settled_it:  # a lead may change their own decision without being a reviewer of the route
        _may_decide(case, reviewer, permission)
    return False


def _may_decide(case: Case, reviewer: str, permission: Permission) -> None:
    assignment.may_decide(case.output, reviewer, permission.reviewers, permission.route.name, seen_by=case.task.seen_by)


def still_open_to(reviewer: str, case: Case) -> None:
    """Those whose verdicts settled a task may change their mind; everybody else came late: AlreadyResolved."""
    if case.task.state.is_over:
        raise AlreadyResolved(by="", outcome=case.task.state.words, at=None)
    resolved = case.resolved
    if resolved is None or resolved.resolved_by == reviewer:
        return
    voted = any(verdict.reviewer == reviewer for verdict in consensus.deciding(case.verdicts))
    if resolved.as_lead or not voted:
        raise AlreadyResolved(by=resolved.resolved_by, outcome=resolved.outcome.value, at=resolved.resolved_at)


def _may_disagree(case: Case, route: Route) -> None:
    resolved = case.resolved
    if case.task.state is not TaskState.RESOLVED or resolved is None:
        raise NotYourTask("Nobody has decided this answer yet, so there is nothing to disagree with.")
    if resolved.as_lead:
        raise NotYourTask("A lead has decided this answer.")
    if not assignment.choose_lead(route, case.output, case.verdicts, case.task.task_id):
        raise NotYourTask("No lead is named who may decide this answer. Ask whoever set up the route to name one.")
