"""What the verdicts on one task come to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reviewers.model import OnDisagreement, Outcome, Output, Resolution, TaskState, Verdict, VerdictKind

OUTCOMES = {
    VerdictKind.APPROVE: Outcome.APPROVED,
    VerdictKind.EDIT: Outcome.EDITED,
    VerdictKind.REJECT: Outcome.REJECTED,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """Where a task stands after its verdicts."""

    state: TaskState  # OPEN, DISPUTED or RESOLVED
    missing: int = 0  # verdicts that are still needed, while it is open
    resolution: Resolution | None = None  # the new revision to append; None: what was resolved before stays


def current(verdicts: Sequence[Verdict]) -> tuple[Verdict, ...]:
    """The verdicts that count: not superseded by a later one of the same person, and not taken back."""
    superseded = {verdict.supersedes for verdict in verdicts if verdict.supersedes}
    return tuple(
        verdict
        for verdict in verdicts
        if verdict.verdict_id not in superseded and verdict.kind is not VerdictKind.WITHDRAWN
    )


def deciding(verdicts: Sequence[Verdict]) -> tuple[Verdict, ...]:
    """Those of `current` that say something of the output: all but unsure."""
    return tuple(verdict for verdict in current(verdicts) if verdict.kind in OUTCOMES)


def live(newest: Resolution | None) -> Resolution | None:
    """The newest resolution unless it was withdrawn."""
    return None if newest is None or newest.outcome is Outcome.WITHDRAWN else newest


def state_then(now: TaskState, resolution: Resolution | None) -> TaskState:
    """How a task stood at a moment, as far as its resolutions of until then tell.

    Args:
        now: its state.
        resolution: the live one of that moment.
    """
    if resolution is not None:
        return TaskState.RESOLVED
    return TaskState.OPEN if now is TaskState.RESOLVED else now


def stand(
    verdicts: Sequence[Verdict],
    newest: Resolution | None,
    *,
    quorum: int = 1,
    on_disagreement: OnDisagreement = OnDisagreement.THIRD,
    to_the_lead: bool = False,
    final: bool = False,
) -> Standing:
    """Where a task stands after these verdicts.

    Unsure hands the task on and counts for nothing. A lead's verdict settles it alone. Else `quorum` deciding verdicts
    are needed, and more than half of those that were given must agree: on the outcome, and of edits on the text. Where
    no position has a majority, one more person is asked (THIRD), or at once, and after that person, a lead.

    A change of mind makes a new revision. When what is left no longer resolves the task, a withdrawn revision opens it
    again; only unsure in place of a verdict leaves it resolved, since what was decided cannot become undecided by a
    shrug.

    Args:
        verdicts: all of the task, in the order of recording.
        newest: the newest resolution, a withdrawn one too.
        quorum: 1 to 5.
        on_disagreement: who is asked when no position has a majority.
        to_the_lead: somebody disagrees with what was resolved: a lead decides, whatever the majority.
        final: the newest resolution was used in a dataset or sent, so that changing it is a recall.
    """
    given = deciding(verdicts)
    winners = _winners(given, quorum)
    resolved = live(newest)
    if winners and not (to_the_lead and not winners[-1].as_lead):
        if resolved is not None and resolved.verdict_id in {verdict.verdict_id for verdict in winners}:
            return Standing(state=TaskState.RESOLVED)
        return Standing(state=TaskState.RESOLVED, resolution=_resolution(winners[-1], newest, final=final))
    if resolved is not None and not to_the_lead and verdicts[-1].kind is VerdictKind.UNSURE:
        return Standing(state=TaskState.RESOLVED)
    withdrawn = _withdrawn(verdicts[-1], resolved, final=final) if resolved is not None else None
    if to_the_lead:
        return Standing(state=TaskState.DISPUTED, resolution=withdrawn)
    if len(given) < quorum:
        return Standing(state=TaskState.OPEN, missing=quorum - len(given), resolution=withdrawn)
    if on_disagreement is OnDisagreement.THIRD and len(given) == quorum and quorum > 1:
        return Standing(state=TaskState.OPEN, missing=1, resolution=withdrawn)
    return Standing(state=TaskState.DISPUTED, resolution=withdrawn)


def _winners(given: Sequence[Verdict], quorum: int) -> list[Verdict]:
    """The verdicts of the position that carries the task, in the order of recording; empty when none does."""
    leads = [verdict for verdict in given if verdict.as_lead]
    if leads:
        return leads[-1:]
    if len(given) < quorum:
        return []
    for verdict in given:
        same = [other for other in given if _position(other) == _position(verdict)]
        if 2 * len(same) > len(given):
            return same
    return []


def _position(verdict: Verdict) -> tuple[VerdictKind, str]:
    """What two verdicts must share to agree; white space in an edit is no difference of opinion."""
    return verdict.kind, " ".join((verdict.correction or "").split())


def _resolution(verdict: Verdict, newest: Resolution | None, *, final: bool) -> Resolution:
    return Resolution(
        task_id=verdict.task_id,
        revision=newest.revision + 1 if newest else 1,
        outcome=OUTCOMES[verdict.kind],
        verdict_id=verdict.verdict_id,
        resolved_by=verdict.reviewer,
        text=verdict.correction,
        reasons=verdict.reasons,
        note=verdict.note,
        as_lead=verdict.as_lead,
        recall=final,
        resolved_at=verdict.recorded_at,
    )


def _withdrawn(verdict: Verdict, resolved: Resolution, *, final: bool) -> Resolution:
    return Resolution(
        task_id=verdict.task_id,
        revision=resolved.revision + 1,
        outcome=Outcome.WITHDRAWN,
        verdict_id=verdict.verdict_id,
        resolved_by=verdict.reviewer,
        recall=final,
        resolved_at=verdict.recorded_at,
    )


def final_text(output: Output, resolution: Resolution) -> str | None:
    """What a person stands behind: the output, the edit, or nothing."""
    if resolution.outcome is Outcome.APPROVED:
        return output.completion
    return resolution.text
