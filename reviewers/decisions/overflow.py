"""When a queue of drawn outputs is longer than people can review, and how it is cut by lot."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from reviewers.decisions import selection_draws
from reviewers.decisions.figures import DEFAULT_SECONDS
from reviewers.decisions.sampling import stable_draw
from reviewers.decisions.selection_draws import LEAST_KEPT
from reviewers.model import Cut, MadePlan, ReviewTask, Route, SamplingDecision

CUT_TO = 0.75  # of what may wait: our choice, so that the next outputs do not cut it again at once


def may_be_cut(task: ReviewTask, decision: SamplingDecision, route: Route, now: datetime) -> bool:
    """Whether the lot may close this drawn, open task without a verdict: nobody has begun to work on it.

    What somebody has claimed or handed on, also to a colleague by name, stays: their work counts. Where the clock
    assigns, every task of one verdict is given to somebody, so that says nothing of work; elsewhere a person gave it.
    What earlier cuts kept with a chance of 0.01 in all stays too: else a queue that cannot get shorter would be cut
    every minute, and each cut multiplied into the chance. Who is spared does not depend on what the answer is like, so
    those that are cut still stand for what was cut.
    """
    given = task.assigned_to and not (route.assign and task.quorum == 1)
    return not (task.claimant(now) or given or task.handed_on_by) and decision.keep_probability > LEAST_KEPT


def most_waiting(route: Route, newest: MadePlan | None) -> float | None:
    """How many drawn outputs may wait on a route: as it says, else a week's budget of reviews; None without a budget.

    Before the first plan a review counts as 45 seconds for each verdict that it needs.
    """
    if route.backlog_reviews is not None:
        return route.backlog_reviews if route.has_budget else None
    seconds = newest.seconds_a_review if newest else DEFAULT_SECONDS * route.quorum
    minutes = route.minutes(seconds)
    return None if minutes is None else minutes * 60.0 / seconds


def keep_probability(waiting: int, spared: int, most: float) -> float | None:
    """With which chance each waiting output is kept; None where the queue is short enough.

    A queue over `most` is cut to three quarters of it: (0.75 most - spared) / waiting, at least 0.01.

    Args:
        waiting: drawn outputs that may be cut, 0 or more.
        spared: drawn outputs that may not.
        most: that may wait in all.
    """
    if waiting == 0 or waiting + spared <= most:
        return None
    keep = selection_draws.keep_chance(waiting, max(CUT_TO * most - spared, 0.0))
    return keep if keep < 1.0 else None


def cut_of(decision: SamplingDecision, *, route: str, keep: float, reaches_from: datetime, cut_at: datetime) -> Cut:
    """What the cut means for one output. The draw is a hash of its id and the moment: anyone can compute it again."""
    draw = stable_draw(decision.output_id, f"cut:{cut_at.isoformat()}")
    return Cut(
        output_id=decision.output_id,
        route=route,
        keep_probability=keep,
        kept_so_far=decision.keep_probability * keep,
        draw=draw,
        kept=selection_draws.kept(draw, keep),
        reaches_from=reaches_from,
        cut_at=cut_at,
    )


def oldest(decisions: Sequence[SamplingDecision]) -> datetime:
    """When the oldest of these was decided on; there is one at least."""
    return min(decision.decided_at for decision in decisions)
