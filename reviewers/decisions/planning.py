"""The next plan of a route: what is left of the week's budget, over what is still to come, by what the route has seen.

The parts are `pacing_budget` (what may be spent), `signal` (how far the risk is believed) and `selection` (who gets
which chance); this is where they meet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

import numpy as np
from numpy.typing import NDArray

from reviewers.decisions import pacing_budget, selection, signal, slices
from reviewers.decisions.estimate_inputs import Sample
from reviewers.decisions.figures import DEFAULT_SECONDS, WRONG
from reviewers.decisions.pacing_budget import CAPPED, HOURS
from reviewers.decisions.selection import LEAST_CHANCE, UNIFORM_PART
from reviewers.decisions.signal import Auroc, Guard
from reviewers.decisions.too_few import TooFew
from reviewers.model import HourCount, MadePlan, PeriodOutputs, Policy, Purpose, Reviewed, Route, Signal, Stratum

HOUR, WEEK = timedelta(hours=1), timedelta(days=7)
OUTPUTS_NEED = 50  # recent outputs: our choice, below them their mean risk alone is off by a third
GUARDED_WEEKS = 4  # in which the guard looks for the newest two that say anything
TRAFFIC_WEEKS = 8  # earlier weeks that the forecast knows
FLOOR_PART = UNIFORM_PART  # of the budget, that the floor may take at most: then a week that is overdrawn ends soon
MATERIAL = 0.05  # change of any chance, relative: our choice, below what a reader of two plans would call a difference
PROBES = (0.02, 0.1, 0.3, 0.6)  # risks whose chances are compared
STARTS_WITHIN = timedelta(days=1)  # of a Monday: traffic that begins so early makes its first week a whole one


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """What a plan is made from, all of one route."""

    outputs: PeriodOutputs  # recent ones, selected or not
    reviews: PeriodOutputs  # selected ones of the last four weeks
    verdicts: Sequence[Reviewed]  # of the last eight weeks, on what a draw, a rule or a hold brought
    traffic: Sequence[HourCount]  # of up to eight earlier weeks and of this one, by hour
    waiting: int  # tasks that are open or disputed
    before: MadePlan | None  # the newest plan so far
    reopened: int = 0  # verdicts of this ISO week on answers that were reopened: they cost time, and nobody drew them


@dataclass(frozen=True, kw_only=True, slots=True)
class Demand:
    """What reviews cost, and what comes in."""

    seconds_a_review: float  # of all the verdicts that one review needs
    weekly_minutes: float
    spent_minutes: float  # this ISO week
    by_hour: NDArray[np.float64]  # outputs to expect in each hour of a week
    last_hour: float = 0.0  # outputs that it brought

    @property
    def weekly_reviews(self) -> float:
        """The whole budget in reviews."""
        return self.weekly_minutes * 60.0 / self.seconds_a_review


def next_plan(seen: Seen, route: Route, policy: Policy, *, version: str, now: datetime) -> MadePlan | TooFew:
    """The plan that holds from now on, for a route with a budget.

    The budget pays for what waits already and for held outputs and rules first; the rest is drawn. `uniform_rate` is
    the floor as long as a fifth of the budget pays for it, and that fifth is the floor below. Where fewer than 50
    outputs are recent, the plan is uniform: their risks and slices say too little, and an earlier plan was made for
    another traffic or budget.

    Args:
        seen: what the route has seen.
        route: as the policy has it now.
        policy: of now.
        version: a new one.
        now: UTC.

    Returns:
        `TooFew` until a route has seen 50 outputs in two weeks: then threshold and uniform rate go on.
    """
    if is_short(seen) and seen.before is None:
        return TooFew(found=len(seen.outputs), needed=OUTPUTS_NEED, of="outputs")
    demand = demand_of(seen, route, now)
    pace = pacing_budget.paced_budget(
        demand.by_hour,
        (now - monday(now)) / HOUR,
        weekly_minutes=demand.weekly_minutes,
        spent_minutes=demand.spent_minutes,
        waiting=seen.waiting,
        seconds_a_review=demand.seconds_a_review,
        last_hour=demand.last_hour,
    )
    drawn = is_drawn(seen.outputs)
    share = float(drawn.mean()) if len(drawn) else 1.0
    forced = float(seen.outputs.chance[~drawn].sum()) / max(len(drawn), 1)  # reviews that no plan decides on, an output
    guard, measured = guarded(seen.reviews, seen.before, now)
    plan = selection.plan(
        seen.outputs.risk[drawn],
        slices.told_apart([seen.outputs.slices[place] for place in seen.outputs.slice[drawn]]),
        budget=max(pace.reviews - forced * pace.outputs, 0.0),
        expected_outputs=max(pace.outputs * share, 1.0),
        errors_seen=float(errors_seen(seen.verdicts)),
        guard=1.0 if is_short(seen) else guard.uniform_part,
        slice_power=0.0 if is_short(seen) else route.favours_small_slices,
        floor=floor_of(demand, policy),
    )
    return MadePlan(
        version=version,
        route=route.name,
        plan=plan,
        signal=measured,
        seconds_a_review=demand.seconds_a_review,
        minutes_per_week=demand.weekly_minutes,
        minutes_spent=demand.weekly_minutes - pace.left_minutes,
        policy_version=policy.version,
        made_at=now,
    )


def is_short(seen: Seen) -> bool:
    """Whether too few outputs are recent for their risks and slices to tell of those to come."""
    return len(seen.outputs) < OUTPUTS_NEED


def holds_briefly(made: MadePlan, seen: Seen) -> bool:
    """Whether a plan is to be made anew within minutes, since a launch before its hour is over would spend the week.

    So it is where few outputs are recent, and where the budget takes every one that is expected.
    """
    return is_short(seen) or (made.plan.learned_from > 0 and made.plan.budget >= made.plan.expected_outputs)


def demand_of(seen: Seen, route: Route, now: datetime) -> Demand:
    """What a review costs, what this week has spent, and the traffic of a week.

    Every verdict of the week counts as the learned time and not as its own, so that a lunch before an open card does
    not eat the budget. Those on reopened answers are paid for too, and say nothing of how long a review takes.
    """
    times = [(one.recorded_at - one.opened_at).total_seconds() for one in seen.verdicts if one.opened_at is not None]
    each = pacing_budget.seconds_a_review([time for time in times if time > 0.0], DEFAULT_SECONDS)
    seconds = each * route.quorum
    this_week = sum(one.recorded_at >= monday(now) for one in seen.verdicts)
    expected = expected_week(seen.traffic, now)
    return Demand(
        seconds_a_review=seconds,
        weekly_minutes=route.minutes(seconds) or 0.0,
        spent_minutes=(this_week + seen.reopened) * each / 60.0,
        by_hour=level(seen.traffic, expected, now) * expected,
        last_hour=last_hour(seen.traffic, now),
    )


def expected_week(traffic: Sequence[HourCount], now: datetime) -> NDArray[np.float64]:
    """Outputs to expect in each hour of a week from Monday 00:00 UTC: 168 numbers.

    By `pacing_budget.forecast` over earlier weeks that were whole. Before there is one: as many every hour as there
    were on average since the first output, the busiest tenth of the hours cut down to the rest (an import of old
    outputs is no traffic to come); and none where none came. Where all of these weeks were silent it is the same, over
    `since_silence`.
    """
    if not traffic:
        return np.zeros(HOURS)
    known = since_silence(traffic, now)
    expected = pacing_budget.forecast(_whole_weeks(known, now))
    if isinstance(expected, TooFew) or not expected.any():
        return np.full(HOURS, _an_hour(known, now))
    return expected


def since_silence(traffic: Sequence[HourCount], now: datetime) -> Sequence[HourCount]:
    """The traffic that tells what is to come: where it ends a silence of every earlier whole week, this week's alone.

    A launch after a pilot is like a new route: neither the pilot nor the silence says how busy it is.
    """
    weeks, this_week = _whole_weeks(traffic, now), [one for one in traffic if one.hour >= monday(now)]
    is_over = bool(weeks) and not any(week.any() for week in weeks)
    return this_week if is_over and this_week else traffic


def _whole_weeks(traffic: Sequence[HourCount], now: datetime) -> list[NDArray[np.float64]]:
    """Of each earlier week that was whole, the newest first, the outputs by hour."""
    if not traffic:
        return []
    first, this = traffic[0].hour, monday(now)
    begins = monday(first) if first - monday(first) < STARTS_WITHIN else monday(first) + WEEK
    weeks = [this - back * WEEK for back in range(1, TRAFFIC_WEEKS + 1) if this - back * WEEK >= begins]
    counted = np.zeros((len(weeks), HOURS))
    for one in traffic:
        back = (this - monday(one.hour)) // WEEK
        if 1 <= back <= len(weeks):
            counted[back - 1, int((one.hour - monday(one.hour)) / HOUR)] += one.outputs
    return list(counted)


def _an_hour(traffic: Sequence[HourCount], now: datetime) -> float:
    """The winsorised mean of an hour since the first output; the plain one where most hours had none at all."""
    hours = max(ceil((now - traffic[0].hour) / HOUR), 1)
    counts = np.zeros(max(hours, len(traffic)))
    counts[: len(traffic)] = [one.outputs for one in traffic]
    cap = float(np.quantile(counts, CAPPED))
    return float((np.minimum(counts, cap) if cap > 0.0 else counts).mean())


def level(traffic: Sequence[HourCount], expected: NDArray[np.float64], now: datetime) -> float:
    """How much busier this week is than expected, so far: (seen + d) / (expected until now + d), d a day's traffic.

    1 on Monday morning, and where nothing is expected; a holiday or a launch shows within a day. What was expected
    counts from the first output on: before it there was no traffic to fall behind.

    Args:
        expected: of `expected_week`.
    """
    this, known = monday(now), since_silence(traffic, now)
    begins = max(this, known[0].hour) if known else this
    seen = sum(one.outputs for one in known if one.hour >= this)
    to_come = [pacing_budget.remaining(expected, (moment - this) / HOUR) for moment in (begins, now)]
    so_far = to_come[0] - to_come[1]
    day = float(expected.sum()) / 7.0
    return (seen + day) / (so_far + day) if day > 0.0 else 1.0


def last_hour(traffic: Sequence[HourCount], now: datetime) -> float:
    """Outputs of the last whole hour, or of the one that has begun where these are more already."""
    return float(max((one.outputs for one in traffic if one.hour > now - 2 * HOUR), default=0))


def guarded(reviews: PeriodOutputs, before: MadePlan | None, now: datetime) -> tuple[Guard, Signal]:
    """How far the risk may be followed, and the newest weekly AUROC that can be said."""
    weeks = [_auroc_of(reviews, now - (back + 1) * WEEK, now - back * WEEK) for back in range(GUARDED_WEEKS)]
    guard = signal.guard(weeks, dead_before=before is not None and not before.signal.trusted)
    newest = next((week for week in weeks if isinstance(week, Auroc)), None)
    if newest is None:
        return guard, Signal(trusted=not guard.dead)
    return guard, Signal(
        auroc=newest.value,
        low=newest.interval.low,
        high=newest.interval.high,
        reviewed=round(newest.wrong + newest.right),
        wrong=round(newest.wrong),
        trusted=not guard.dead,
    )


def floor_of(demand: Demand, policy: Policy) -> float:
    """The least chance of any output: the uniform rate, or the chance that a fifth of the budget pays for."""
    paid = FLOOR_PART * demand.weekly_reviews / max(float(demand.by_hour.sum()), 1.0)
    return max(min(policy.uniform_rate, paid), LEAST_CHANCE)


def errors_seen(verdicts: Sequence[Reviewed]) -> int:
    """Outputs that people found wrong; a known answer is no finding, and a second look finds nothing new."""
    findings = (one for one in verdicts if one.purpose is Purpose.REVIEW and not one.known)
    return len({one.task_id for one in findings if one.outcome in WRONG})


def differs(plan: MadePlan, before: MadePlan | None) -> bool:
    """Whether a plan changes anything that matters: the policy, the trust in the risk, or a chance by 5 %."""
    if before is None or plan.policy_version != before.policy_version:
        return True
    if plan.signal.trusted != before.signal.trusted:
        return True
    known = set(plan.plan.shares) | set(before.plan.shares) | {""}
    for name in known:
        for risk in PROBES:
            one = selection.chance(plan.plan, risk, slices.as_known(name, plan.plan.shares))
            other = selection.chance(before.plan, risk, slices.as_known(name, before.plan.shares))
            if abs(one - other) > MATERIAL * other:
                return True
    return False


def monday(moment: datetime) -> datetime:
    """When the ISO week of a moment began, in UTC: budgets and traffic are counted by it, wherever people are."""
    day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return day - timedelta(days=day.weekday())


def is_drawn(outputs: PeriodOutputs) -> NDArray[np.bool_]:
    """The outputs whose chance a plan gives, or gave by threshold and uniform rate."""
    codes = [place for place, name in enumerate(outputs.strata) if name == Stratum.DRAWN.value]
    return np.isin(outputs.stratum, codes)


def _auroc_of(reviews: PeriodOutputs, since: datetime, until: datetime) -> Auroc | TooFew:
    """The AUROC of what was decided on in [since, until), of draws alone."""
    moments = reviews.decided_at[reviews.reviewed]
    first, last = (np.datetime64(moment.replace(tzinfo=None), "us") for moment in (since, until))
    within = (moments >= first) & (moments < last) & is_drawn(reviews)[reviews.reviewed]
    places = reviews.reviewed[within]
    sample = Sample(
        wrong=reviews.wrong[within].astype(np.float64), risk=reviews.risk[places], chance=reviews.chance[places]
    )
    return signal.auroc(sample)
