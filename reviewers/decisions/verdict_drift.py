"""Whether outputs became wrong more often, told review by review: sequential change detection on the verdicts.

Reviews are chosen by their risk, so their plain error rate says nothing. What is watched is the chance of being wrong
given the risk, which no way of choosing can bias: each verdict is held against what a frozen baseline expected of that
output. It says nothing of a change in which outputs come; the weighted estimate of the week does.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from reviewers.decisions import logistic
from reviewers.decisions.e_values import WATCH_YEARS
from reviewers.decisions.estimate_inputs import Floats
from reviewers.decisions.selection import MEAN_RISK
from reviewers.decisions.stamps import moment
from reviewers.model.missing import Missing
from reviewers.model.watch import Baseline, Side, Watch

BASELINE_NEEDS = 400  # reviews: with fewer, measured false alarms come from the baseline's own error
PART_NEEDS = 100  # reviews of a slice or version: our choice, its tolerance pays for the wider error
TOLERATED_ERRORS = 1.5  # of the baseline's standard error: .25 logit at 400 reviews of which 10 in 100 are wrong
# Of a part, whose baseline has a quarter of the reviews: in 700 simulated years of 25 reviews a week an error over 1.5
# was called a change in 9 of 1,000, one beyond this in none; a rise from 12 to 40 in 100 takes 25 reviews more.
PART_TOLERATED = 2.25
BETS = (0.4, 0.6, 0.8, 1.1, 1.6)  # logits beyond the tolerance: from 10 in 100, rises to between 14 and 35
YEARS = 1.0 / WATCH_YEARS  # average run length without a change: a false alarm in at most 1 of 20 years of reviews
WEEKS = 52.0  # a year of digests
UP_SHARE = 0.9  # of the false alarms go to "more wrong", which is why people look; the rest to "fewer": our choice
CONFIRMING = 5  # reviews after the crossing through which it has to hold: our choice
LET_GO = 1.0  # ln of how far below the line it may fall meanwhile: five right outputs in a row do not take it back
LEAST = 1e-4  # risks closer to 0 or 1 are taken for this far
PRIOR = (0.04, 8.0, 1.0)  # precisions: intercept within 5 logits, slope worth 40 reviews, unscored outputs within 1
LOG_LARGEST = 690.0  # an e-value beyond e^690 is said as that: floats end there


class Direction(Enum):
    """Which way a change goes; the value is its sign on the logit scale."""

    MORE_WRONG = 1.0
    FEWER_WRONG = -1.0


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Reviews:
    """Decided outputs in the order of their decision, one place a review in each array."""

    at: NDArray[np.datetime64]  # when it was decided; microseconds, UTC
    wrong: Floats  # 1 wrong, 0 right; between them the posterior probability of being wrong
    risk: Floats  # by the baseline's risk model: a newer one has learned the change away. NaN: not scored

    def __post_init__(self) -> None:
        if not len(self.at) == len(self.wrong) == len(self.risk):
            raise ValueError("each review has a time, a verdict and a risk")
        if bool(np.any(self.at[1:] < self.at[:-1])):
            raise ValueError("reviews come in the order of their decision")
        if bool(np.any((self.wrong < 0.0) | (self.wrong > 1.0))):
            raise ValueError("a verdict lies outside [0, 1]")

    def __len__(self) -> int:
        return len(self.wrong)


def freeze(
    reviews: Reviews, *, risk_version: str, frozen_at: datetime, needed: int = BASELINE_NEEDS
) -> Baseline | Missing:
    """The baseline that these reviews give: logit P(wrong) = a + b logit(risk), by penalised maximum likelihood.

    No weights: given the risk, the chance of a review does not depend on the verdict. The more reviews it is made
    of, the smaller its error and with it the tolerance of the watch.

    Args:
        reviews: of the reference, decided before `frozen_at`.
        risk_version: of the risk model that gave the risks.
        frozen_at: when the watch begins.
        needed: reviews; 400 for a route, 100 for a part of it.

    Too little data: `Missing` below `needed` reviews.
    """
    if len(reviews) < needed:
        return Missing(found=len(reviews), needed=needed)
    scored = ~np.isnan(reviews.risk)
    middle = _logits(np.array([reviews.risk[scored].mean() if scored.any() else MEAN_RISK]))[0]
    evidence = np.where(scored, _logits(reviews.risk), middle)
    features = np.column_stack([np.ones(len(reviews)), evidence, ~scored])
    found = logistic.fit(
        features,
        reviews.wrong,
        np.ones(len(reviews)),
        mean=np.array([0.0, 1.0, 0.0]),
        precision=np.array(PRIOR),
    )
    chance = expit(features @ found)
    return Baseline(
        intercept=float(found[0]),
        slope=float(found[1]),
        middle=float(middle),
        unscored=float(found[2]),
        error=float((PRIOR[0] + (chance * (1.0 - chance)).sum()) ** -0.5),
        reviews=len(reviews),
        wrong=float(reviews.wrong.sum()),
        risk_version=risk_version,
        frozen_at=frozen_at,
    )


def begin(baseline: Baseline, *, weekly_reviews: float, tolerated: float = TOLERATED_ERRORS) -> Watch:
    """A watch that has seen nothing yet.

    Args:
        baseline: what the verdicts are held against.
        weekly_reviews: how many are expected, above 0: it says how long a year is.
        tolerated: standard errors of the baseline that count as no change, 0 or more.
    """
    nothing = Side(sums=(0.0,) * len(BETS), runs=(0.0,) * len(BETS), began=(None,) * len(BETS))
    return Watch(baseline=baseline, weekly_reviews=weekly_reviews, tolerated=tolerated, up=nothing, down=nothing)


def observe(watch: Watch, reviews: Reviews) -> Watch:
    """The watch after more reviews; one by one or all at once, it comes to the same.

    Each review is a bet against "logit P(wrong) is at most the baseline's plus the tolerance": with q0 the chance at
    that edge and q1 the chance d logits beyond, it multiplies the evidence by L = y q1 / q0 + (1 - y)(1 - q1)/(1 - q0),
    whose mean is at most 1 while nothing is worse than tolerated. M ← (1 + M) L adds up the evidence for every moment
    at which a change may have begun (Shiryaev-Roberts), one sum for each of the five bets d, which are averaged. That
    average is an e-detector: without a change, the mean number of reviews until it passes c is at least c (Shin,
    Ramdas & Rinaldo, New England Journal of Statistics in Data Science 2, 2023, section 2: e-SR and mixtures), however
    outputs are chosen. The line is 20 years of reviews, so at most 1 year in 20 has a false alarm. A change downward
    is its own detector with the signs turned round; the two share the false alarms 9 to 1.

    A crossing is confirmed once five more reviews came in and the evidence never fell below 1/e of the line: then it is
    told, once. Fewer are told than cross, so the bound on false alarms holds for both.

    Extremes: verdicts as the baseline expects them keep the sums near the number of reviews at most; after a change
    they grow exponentially. A rise from 10 to 20 in 100 is told after 100 to 170 reviews, by how well risks rank
    (tests/guarantees/test_drift_verdicts.py prints it).

    Args:
        watch: the state so far.
        reviews: decided since, in order.
    """
    if not len(reviews):
        return watch
    expected = _expected(watch.baseline, reviews.risk)
    up, down = (
        _advanced(
            _side(watch, direction),
            _gains(reviews.wrong, expected, tolerance(watch), direction),
            reviews.at,
            float(np.log(YEARS)) + _log_year(watch, direction),
        )
        for direction in (Direction.MORE_WRONG, Direction.FEWER_WRONG)
    )
    return replace(watch, up=up, down=down, seen=watch.seen + len(reviews), last_at=moment(reviews.at[-1]))


def e_value(watch: Watch, direction: Direction) -> float:
    """The evidence for a change as an e-value: the share of the direction times mean M, over the reviews of a year.

    Without a change its mean is at most 1 whenever one looks within a year, so e-values of several watches can be held
    together against each other (see `e_values`). 20 is the line of a watch that stands alone.
    """
    side = _side(watch, direction)
    if not any(side.sums):
        return 0.0
    return float(np.exp(min(_log_mean(np.array([side.sums]))[0] - _log_year(watch, direction), LOG_LARGEST)))


def confirmed(watch: Watch) -> Direction | None:
    """Which change is confirmed; the earlier one, should both be."""
    told = [
        (side.confirmed_at, direction)
        for direction in Direction
        if (side := _side(watch, direction)).confirmed_at is not None
    ]
    return min(told, key=lambda one: one[0])[1] if told else None


def since(watch: Watch, direction: Direction) -> datetime | None:
    """When the change most likely began: where the bet with the most evidence has its best product (Page 1954)."""
    side = _side(watch, direction)
    return side.began[int(np.argmax(side.sums))]


def tolerance(watch: Watch) -> float:
    """Logits that the chance of being wrong may lie off the baseline without counting as a change."""
    return watch.tolerated * watch.baseline.error


def _side(watch: Watch, direction: Direction) -> Side:
    return watch.up if direction is Direction.MORE_WRONG else watch.down


def _log_year(watch: Watch, direction: Direction) -> float:
    """ln of the reviews of a year, over the direction's share of the false alarms."""
    share = UP_SHARE if direction is Direction.MORE_WRONG else 1.0 - UP_SHARE
    return float(np.log(WEEKS * watch.weekly_reviews / share))


def _logits(risk: Floats) -> Floats:
    return np.asarray(logit(np.clip(risk, LEAST, 1.0 - LEAST)))


def _expected(baseline: Baseline, risk: Floats) -> Floats:
    """The logit of being wrong that the baseline expects of each."""
    scored = ~np.isnan(risk)
    evidence = np.where(scored, _logits(risk), baseline.middle)
    return np.asarray(baseline.intercept + baseline.slope * evidence + baseline.unscored * ~scored)


def _gains(wrong: Floats, expected: Floats, edge: float, direction: Direction) -> Floats:
    """ln L of each review and bet. Linear in the verdict, so that a posterior probability is a fair bet too."""
    sign, bets = direction.value, np.array(BETS)
    start = expected + sign * edge
    null, bet = expit(start)[:, None], expit(start[:, None] + sign * bets)
    return np.asarray(np.log(wrong[:, None] * bet / null + (1.0 - wrong)[:, None] * (1.0 - bet) / (1.0 - null)))


def _advanced(side: Side, gains: Floats, at: NDArray[np.datetime64], line: float) -> Side:
    """M_n = e^{C_n} [(1 + M_0) + Σ_{k<n} e^{-C_k}] with C the cumulated gains, all on the log scale."""
    total = np.cumsum(gains, axis=0)
    starts = np.vstack([np.array(side.sums), -total[:-1]])
    sums = np.logaddexp(0.0, total + np.logaddexp.accumulate(starts, axis=0))
    lowest, place = total.min(axis=0), total.argmin(axis=0)
    carried = lowest >= -np.array(side.runs)
    runs = total[-1] - np.where(carried, -np.array(side.runs), lowest)
    began = tuple(
        _began(side.began[bet], at, int(place[bet]), carried=bool(carried[bet])) for bet in range(gains.shape[1])
    )
    moved = replace(side, sums=tuple(sums[-1].tolist()), runs=tuple(runs.tolist()), began=began)
    return _held(moved, _crossed(_log_mean(sums) - line, before=side.held > 0), at)


def _began(before: datetime | None, at: NDArray[np.datetime64], lowest: int, *, carried: bool) -> datetime | None:
    """A product begins with the review after the lowest point; one that was never as low goes on."""
    if carried:
        return before or moment(at[0])
    return moment(at[lowest + 1]) if lowest + 1 < len(at) else None


def _crossed(beyond: Floats, *, before: bool) -> NDArray[np.bool_]:
    """After which reviews the line counts as crossed: from the line on, and until it is let go."""
    told = (beyond >= 0.0) | (beyond < -LET_GO)  # between the two it stays as it was
    last = np.maximum.accumulate(np.where(told, np.arange(len(beyond)), -1))
    return np.where(last < 0, before, beyond[last] >= 0.0)


def _held(side: Side, above: NDArray[np.bool_], at: NDArray[np.datetime64]) -> Side:
    """How long the line has been crossed without a break, since when, and whether that confirms it."""
    place = np.arange(len(above))
    last_below = np.maximum.accumulate(np.where(above, -1, place))
    held = np.where(last_below < 0, place + 1 + side.held, place - last_below)
    if side.confirmed_at is not None:
        return replace(side, held=int(held[-1]))
    enough = np.flatnonzero(held > CONFIRMING)
    end = int(enough[0]) if len(enough) else len(above) - 1
    crossed = int(held[end])
    first = end + 1 - crossed
    began = None if not crossed else side.crossed_at if first < 0 else moment(at[first])
    return replace(
        side,
        held=int(held[-1]),
        crossed_at=began,
        confirmed_at=moment(at[end]) if len(enough) else None,
    )


def _log_mean(sums: Floats) -> Floats:
    """ln of the mean of M = e^sum - 1 over the bets."""
    logs = sums + np.log(-np.expm1(-sums))
    return np.asarray(np.logaddexp.reduce(logs, axis=1) - np.log(logs.shape[1]))
