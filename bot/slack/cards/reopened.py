"""An answer that was decided and is open again: a verdict was taken back, or changed."""

from __future__ import annotations

from bot.slack import clock
from bot.slack.cards.options import CardOptions
from bot.slack.text import mention
from reviewers.decisions.consensus import live, stand
from reviewers.model import Outcome, Release, ReleaseState, Resolution, TaskView, VerdictKind

LEFT = (ReleaseState.APPROVED, ReleaseState.EDITED)


def taken_back(view: TaskView) -> Resolution | None:
    """The resolution that opened the task again; None for a task that was never decided, or is.

    A view holds the newest resolution that counts, and a withdrawn one counts for nothing: it is worked out from the
    verdicts, as it was when they were recorded.
    """
    newest: Resolution | None = None
    if view.resolution is not None:
        return None
    for place in range(1, len(view.verdicts) + 1):
        standing = stand(view.verdicts[:place], newest, quorum=view.task.quorum)
        newest = standing.resolution or newest
    return newest if newest is not None and live(newest) is None else None


def reopened_words(view: TaskView, options: CardOptions) -> str:
    """ "*Open again.* @Mara took the verdict back. Sent at 14:06, *recalled* at 14:31."; empty when it is not so."""
    back = taken_back(view)
    if back is None or back.outcome is not Outcome.WITHDRAWN:
        return ""
    newest = next(verdict for verdict in view.verdicts if verdict.verdict_id == back.verdict_id)
    did = "took the verdict back" if newest.kind is VerdictKind.WITHDRAWN else "changed a verdict"
    words = f"*Open again.* {mention(back.resolved_by)} {did}."
    seen = view.task.created_at
    if left := _left_at(view.release, options, view):
        words += f" Sent at {left}"
        if view.release is not None and view.release.recalled_at is not None:
            words += f", *recalled* at {clock.token(view.release.recalled_at, options.zone, seen_on=seen)}"
        return f"{words}."
    if any(use.revision == back.revision - 1 for use in view.uses):
        words += f" *Recalled* at {clock.token(back.resolved_at, options.zone, seen_on=seen)}."
    return words


def _left_at(release: Release | None, options: CardOptions, view: TaskView) -> str:
    if release is None or release.decided_at is None or release.state not in LEFT:
        return ""
    return clock.token(release.decided_at, options.zone, seen_on=view.task.created_at)
