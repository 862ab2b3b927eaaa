"""When a queue of drawn outputs is longer than people can review, and how it is cut by lot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from reviewers.decisions import selection_draws
from reviewers.decisions.figures import DEFAULT_SECONDS
from reviewers.decisions.sampling import stable_draw
from reviewers.decisions.selection_draws import LEAST_KEPT
from reviewers.model import Cut, MadePlan, ReviewTask, Route, SamplingDecision, Stratum

Floats = NDArray[np.float64]
Moments = NDArray[np.datetime64]  # in UTC

CUT_TO = 0.75  # of what may wait: our choice, so that the next outputs do not cut it again at once
DAY = 24  # hours
AFTER = timedelta(microseconds=1)  # as exactly as moments are kept


@dataclass(frozen=True, kw_only=True, slots=True)
class Lot:
    """One cut of a route's queue, as it is read back; moments in UTC."""

    reaches_from: np.datetime64  # when the oldest output in it was decided on
    cut_at: np.datetime64
    keep: float  # with which it kept each output in it, in (0, 1)
    waited: Mapping[int, int]  # outputs in it, kept or not, by the hour of the decision, in hours since 1970


@dataclass(frozen=True, kw_only=True, slots=True)
class Drawn:
    """Drawn outputs of one route, one place an output in each array."""

    decided_at: Moments
    open_from: Moments  # from when on cuts may meet it that are not in its own chance; NaT: none


@dataclass(frozen=True, kw_only=True, slots=True)
class Met:
    """What one cut left of the chance of an output that was decided on while it reached, by the hour."""

    reaches_from: np.datetime64
    cut_at: np.datetime64
    first: int  # hour since 1970 of the first of `left`
    left: Floats  # 1 - s (1 - keep), in (0, 1]


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


def met(lots: Sequence[Lot], picked: Drawn) -> list[Met]:
    """What each of these cuts of one route left, in their order: 1 - s (1 - keep).

    s is the share of the selected outputs of an hour that were in the lot, of those that no earlier lot had closed. The
    others had been reviewed, or somebody had begun: the cut left their chance as it was. So the chances of all outputs
    add up, in expectation, to what was reviewed or can still be. Where an hour has none that was selected, its day says
    it, and where that has none, all the time that the cut reached.

    Args:
        lots: the cuts of one route, the oldest first.
        picked: what draws selected there; open from the lot on that closed it.
    """
    return [_met(lot, picked) for lot in lots]


def left(cuts: Sequence[Met], drawn: Drawn) -> Floats:
    """What the cuts of a route left of the chance of each of these outputs: the product over those that it would meet.

    An output that was not selected would meet them from its decision on, one that a lot closed those after that lot.
    """
    hours, found = _hours(drawn.decided_at), np.ones(len(drawn.decided_at))
    for cut in cuts:
        there = (drawn.decided_at >= cut.reaches_from) & (drawn.decided_at <= cut.cut_at)
        there &= drawn.open_from <= cut.cut_at  # never so of NaT
        found[there] *= cut.left[hours[there] - cut.first]
    return found


def drawn(decisions: Sequence[SamplingDecision], closed: Mapping[str, datetime]) -> Drawn:
    """These outputs as cuts may meet them.

    Args:
        decisions: on drawn outputs of one route.
        closed: when a lot closed an output, by its id.
    """
    found = [
        closed[one.output_id] + AFTER if one.output_id in closed else None if one.selected else one.decided_at
        for one in decisions
    ]
    return Drawn(decided_at=_moments([one.decided_at for one in decisions]), open_from=_moments(found))


def with_cuts(
    decisions: Sequence[SamplingDecision], closed: Mapping[str, datetime], cuts: Mapping[str, Sequence[Met]]
) -> list[SamplingDecision]:
    """The decisions, in order, with all cuts in their chances: a selected output has those that it was in already.

    Args:
        decisions: as they are stored.
        closed: when a lot closed an output, by its id.
        cuts: of each route, by its name.
    """
    found = list(decisions)
    for route, some in cuts.items():
        mine = [at for at, one in enumerate(found) if one.route == route and one.stratum is Stratum.DRAWN]
        shares = left(some, drawn([found[at] for at in mine], closed)).tolist()
        for at, share in zip(mine, shares, strict=True):
            one = found[at]
            chance, kept = one.inclusion_probability * share, one.keep_probability * share
            found[at] = replace(one, inclusion_probability=chance, keep_probability=kept)
    return found


def _met(lot: Lot, picked: Drawn) -> Met:
    first, last = (int(_hours(moment)) for moment in (lot.reaches_from, lot.cut_at))
    there = (picked.decided_at >= lot.reaches_from) & (picked.decided_at <= lot.cut_at)
    there &= ~(picked.open_from <= lot.cut_at)  # what an earlier lot closed is no more in any
    selected = np.bincount(_hours(picked.decided_at[there]) - first, minlength=last - first + 1)
    waited = np.array([lot.waited.get(hour, 0) for hour in range(first, last + 1)])
    share = _share(waited, selected, first)
    return Met(reaches_from=lot.reaches_from, cut_at=lot.cut_at, first=first, left=1.0 - share * (1.0 - lot.keep))


def _share(waited: NDArray[np.int64], selected: NDArray[np.int64], first: int) -> Floats:
    """Of each hour from `first` on; 0 where nothing at all was selected."""
    days = (first + np.arange(len(selected))) // DAY
    days -= days[0]
    by_day = [np.bincount(days, weights=counts)[days] for counts in (waited, selected)]
    whole = [np.full(len(selected), counts.sum()) for counts in (waited, selected)]
    found = np.zeros(len(selected))
    for some, all_ in (whole, by_day, (waited, selected)):  # the finest that has any counts
        np.divide(some, all_, out=found, where=all_ > 0)
    return np.minimum(found, 1.0)  # clocks of two machines may differ at its ends


def _moments(moments: Sequence[datetime | None]) -> Moments:
    plain = [None if one is None else one.astimezone(UTC).replace(tzinfo=None) for one in moments]
    return np.array(plain, dtype="datetime64[us]")


def _hours(moments: Moments | np.datetime64) -> NDArray[np.int64]:
    return moments.astype("datetime64[h]").astype(np.int64)
