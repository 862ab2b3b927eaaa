"""How many reviews are left for the outputs that are still to come this week."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reviewers.decisions.too_few import TooFew

Floats = NDArray[np.float64]

HOURS = 168  # of a week, from Monday 00:00 UTC
HALF_LIFE_WEEKS = 4.0  # after which a week's traffic counts half: our choice, a season is longer and a launch shorter
FLAT_WEEKS = 0.1  # that an even week is worth in the forecast: our choice, since what it puts into nights is not spent
PRIOR_TIMES = 10.0  # verdicts that the time taken before is worth: our choice, an afternoon of one person
CAPPED = 0.9  # share of times that are taken as they are; longer ones (a lunch) count as the longest of these
# Of the week's traffic, four hours where all are alike: our choice, so that a Sunday's last outputs do not take all. A
# seventh left 5 % of every week's budget unspent.
SHORTEST_HORIZON = 1.0 / 42.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Pace:
    """What a selection plan is made with."""

    reviews: float  # that may still be drawn
    outputs: float  # on which they are spread
    left_minutes: float  # of the week's budget, after what was spent and what waits; below 0: overdrawn


def forecast(weeks: Sequence[Floats]) -> Floats | TooFew:
    """Outputs to expect in each hour of a week.

    (Σ_k 2^(-k/4) count_kh + 0.1 m) / (Σ_k 2^(-k/4) + 0.1), m the mean of an hour: past weeks, newer ones counting more,
    and a tenth of a week of even traffic. No past week is too few.

    Args:
        weeks: of each earlier whole week, the newest first, the outputs by hour from Monday 00:00 UTC: 168 numbers.
    """
    if not weeks:
        return TooFew(found=0, needed=1, of="weeks")
    counts = np.stack(weeks)
    if counts.shape[1] != HOURS:
        raise ValueError(f"a week has {HOURS} hours, not {counts.shape[1]}")
    weight = 0.5 ** (np.arange(len(weeks)) / HALF_LIFE_WEEKS)
    by_hour = weight @ counts
    even = by_hour.mean() / weight.sum()
    return np.asarray((by_hour + FLAT_WEEKS * even) / (weight.sum() + FLAT_WEEKS))


def remaining(expected: Floats, hour: float) -> float:
    """Of a forecast, the outputs from this hour of the week on; hour in [0, 168], with its fraction."""
    whole = min(int(hour), HOURS - 1)
    return float(expected[whole + 1 :].sum() + expected[whole] * (whole + 1 - hour))


def paced_budget(
    expected: Floats,
    hour: float,
    *,
    weekly_minutes: float,
    spent_minutes: float,
    waiting: float,
    seconds_a_review: float,
    last_hour: float,
) -> Pace:
    """What is left of the week's minutes, spread over the outputs that are left of the week.

    reviews = (weekly - spent) · 60 / seconds - waiting, at least 0; outputs = those to come, at least 1 in 42 of the
    week's, and as many as the last hour brought: the next one, for which this holds, may bring them again. Where fewer
    are left, only that part of what is left is drawn now. An overdrawn week gives 0 reviews: then the floor alone
    draws.

    Args:
        expected: of `forecast`.
        hour: of the week, now, in [0, 168].
        weekly_minutes: the budget, 0 or more.
        spent_minutes: on reviews this week.
        waiting: drawn outputs that nobody decided yet: they are promised already.
        seconds_a_review: above 0.
        last_hour: outputs that it brought, 0 or more.
    """
    if seconds_a_review <= 0.0:
        raise ValueError("a review takes time")
    left = weekly_minutes - spent_minutes - waiting * seconds_a_review / 60.0
    outputs = max(remaining(expected, hour), SHORTEST_HORIZON * float(expected.sum()), last_hour, 1.0)
    return Pace(reviews=max(left, 0.0) * 60.0 / seconds_a_review, outputs=outputs, left_minutes=left)


def seconds_a_review(times: Sequence[float], prior: float) -> float:
    """How many seconds a review takes: the mean of the times, the longest tenth cut down, drawn to what was assumed.

    (Σ min(t, 90 % point) + 10 prior) / (n + 10). The mean and not the median, since a budget pays for the sum. Without
    times it is the prior. Winsorised mean: Dixon, Annals of Mathematical Statistics 31, 1960.

    Args:
        times: from having an output before one to the verdict, in seconds, above 0.
        prior: what was assumed before, in seconds, above 0.
    """
    if not len(times):
        return prior
    measured = np.asarray(times, dtype=np.float64)
    capped = np.minimum(measured, np.quantile(measured, CAPPED))
    return float((capped.sum() + PRIOR_TIMES * prior) / (len(measured) + PRIOR_TIMES))
