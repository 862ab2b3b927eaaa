"""What the verdicts on one task come to."""

from __future__ import annotations

from collections.abc import Sequence

from reviewers.model import Outcome, Output, Resolution, Verdict, VerdictKind

OUTCOMES = {
    VerdictKind.APPROVE: Outcome.APPROVED,
    VerdictKind.EDIT: Outcome.EDITED,
    VerdictKind.REJECT: Outcome.REJECTED,
}


def current(verdicts: Sequence[Verdict]) -> tuple[Verdict, ...]:
    """The verdicts that no later one of the same reviewer supersedes, in the order of recording."""
    superseded = {verdict.supersedes for verdict in verdicts if verdict.supersedes}
    return tuple(verdict for verdict in verdicts if verdict.verdict_id not in superseded)


def resolve(verdicts: Sequence[Verdict], previous: Resolution | None) -> Resolution | None:
    """The resolution after these verdicts, or None when nothing changes.

    One verdict decides: approve, edit or reject. Unsure hands the task on and decides nothing. When the person who
    settled it supersedes with another verdict, that is a new revision; when they supersede with unsure, the earlier
    resolution stands, since an output that was decided cannot become undecided.
    """
    deciding = [verdict for verdict in current(verdicts) if verdict.kind is not VerdictKind.UNSURE]
    if not deciding:
        return None
    if previous is None:
        return _resolution(deciding[0], revision=1)
    newest = next((v for v in reversed(deciding) if v.reviewer == previous.resolved_by), None)
    if newest is None or newest.verdict_id == previous.verdict_id:
        return None
    return _resolution(newest, revision=previous.revision + 1)


def _resolution(verdict: Verdict, *, revision: int) -> Resolution:
    return Resolution(
        task_id=verdict.task_id,
        revision=revision,
        outcome=OUTCOMES[verdict.kind],
        verdict_id=verdict.verdict_id,
        resolved_by=verdict.reviewer,
        text=verdict.correction,
        reasons=verdict.reasons,
        note=verdict.note,
        resolved_at=verdict.recorded_at,
    )


def final_text(output: Output, resolution: Resolution) -> str | None:
    """What a person stands behind: the output, the edit, or nothing."""
    if resolution.outcome is Outcome.APPROVED:
        return output.completion
    return resolution.text
