"""Weeks of outputs whose truth is known, reviewed under a budget: what the estimates of them are worth.

An output's signal is binormal: standard normal where it is right, shifted by √2 Φ⁻¹(AUROC) where it is wrong, so that
the AUROC and the best possible gain over uniform reviews, exp(shift² / 4), are known in closed form. What selection
sees of it is an over-confident score, calibrated on the reviews of earlier weeks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit
from scipy.stats import norm

from reviewers.decisions.estimate import Estimate, Population, Sample, estimate
from reviewers.decisions.selection import caution, chances
from reviewers.decisions.signal import Auroc, auroc, guard
from reviewers.decisions.too_few import TooFew
from tests.guarantees.systematic import systematic

Floats = NDArray[np.float64]
Generator = np.random.Generator

OUTPUTS = 10_000
EARLIER_BUDGETS = 4  # weeks of reviews that the calibration has
CLUMPS = np.array([0.01, 0.05, 0.1, 0.2, 0.3, 0.5])  # what a model says when it is asked how sure it is
CLUMP_EDGES = np.array([0.012, 0.04, 0.1, 0.2, 0.4])


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One setting of the table."""

    rate: float = 0.10  # share of wrong outputs
    auroc: float = 0.80  # of the signal, this week
    reviews: int = 200  # the budget
    earlier_rate: float | None = None  # None: as this week
    earlier_auroc: float | None = None
    earlier: int = EARLIER_BUDGETS  # 0: nothing was reviewed before
    coarse: bool = False  # six clumps in place of a continuous score
    name: str = ""

    @property
    def label(self) -> str:
        """As a test names it."""
        return self.name or f"{self.rate:.2f}/{self.auroc:.2f}/{self.reviews}"


class Week(NamedTuple):
    """Outputs with what selection sees and what is true."""

    wrong: Floats
    score: Floats


class Draw(NamedTuple):
    """One repetition of one way to select and estimate."""

    error: float  # estimate - truth
    held_90: bool  # whether the interval holds the truth
    held_95: bool
    width_95: float
    found: float  # wrong outputs that were reviewed


@dataclass(frozen=True)
class Outcome:
    """All repetitions of a cell; one place a repetition in each array."""

    cell: Cell
    draws: dict[str, Floats]  # by way: columns as in Draw
    uniform_variance: Floats  # m (1 - m) / n · (N - n) / (N - 1): exact for a uniform draw without replacement
    wilson_width: Floats  # mean over uniform draws of the same week
    truth: Floats

    def coverage(self, way: str, level: int) -> float:
        """The share of repetitions whose interval holds the truth."""
        return float(self.draws[way][:, 1 if level == 90 else 2].mean())

    def gain(self, way: str) -> float:
        """Effective sample size over uniform's: the exact variance of a uniform draw over the mean squared error."""
        return float(self.uniform_variance.mean() / (self.draws[way][:, 0] ** 2).mean())

    def width(self, way: str) -> float:
        """Of the 95 % interval, over Wilson's."""
        return float(self.draws[way][:, 3].mean() / self.wilson_width.mean())

    def found(self, way: str) -> float:
        """Wrong outputs reviewed, over the number that a uniform draw of the same size finds."""
        return float(self.draws[way][:, 4].mean() / (self.truth.mean() * self.cell.reviews))


def shift_of(auroc: float) -> float:
    """The distance of two unit normals with this AUROC."""
    return sqrt(2.0) * float(norm.ppf(auroc))


def a_week(rng: Generator, cell: Cell, *, earlier: bool = False, size: int = OUTPUTS) -> Week:
    """Outputs of this week or an earlier one; the score is what the earlier weeks' signal would have meant."""
    rate_then, auroc_then = cell.earlier_rate or cell.rate, cell.earlier_auroc or cell.auroc
    rate, auroc = (rate_then, auroc_then) if earlier else (cell.rate, cell.auroc)
    wrong = (rng.random(size) < rate).astype(float)
    signal = rng.standard_normal(size) + shift_of(auroc) * wrong
    believed = shift_of(auroc_then)
    score = expit(1.6 * (logit(rate_then) + believed * signal - believed**2 / 2.0) - 1.2)  # over-confident
    if cell.coarse:
        score = CLUMPS[np.searchsorted(CLUMP_EDGES, score)]
    return Week(wrong, score)


def calibration(rng: Generator, cell: Cell) -> tuple[Callable[[Floats], Floats], float]:
    """What turns scores into risks, and the errors that were seen to learn it."""
    budget = cell.earlier * cell.reviews
    if budget == 0:
        return platt(np.zeros(0), np.zeros(0), np.zeros(0)), 0.0
    week = a_week(rng, cell, earlier=True, size=max(4000, 4 * budget))
    chance = chances(week.score, budget=budget, caution=caution(5.0))
    drawn = rng.random(len(chance)) < chance
    return platt(week.score[drawn], week.wrong[drawn], 1.0 / chance[drawn]), float(week.wrong[drawn].sum())


def platt(score: Floats, wrong: Floats, weight: Floats) -> Callable[[Floats], Floats]:
    """Weighted Platt scaling, drawn to slope 0.6 with the weight of 8 and to intercept 0 with that of 0.05."""
    features = np.column_stack([np.ones(len(score)), logit(np.clip(score, 1e-6, 1 - 1e-6))])
    weight = weight / weight.mean() if len(weight) else weight
    prior, ridge = np.array([0.0, 0.6]), np.diag([0.05, 8.0])
    numbers = prior.copy()
    for _ in range(40):
        q = expit(features @ numbers)
        gradient = features.T @ (weight * (wrong - q)) - ridge @ (numbers - prior)
        information = (features * (weight * np.maximum(q * (1 - q), 1e-9))[:, None]).T @ features + ridge
        step = np.clip(np.linalg.solve(information, gradient), -2.0, 2.0)
        numbers = numbers + step
        if np.abs(step).max() < 1e-8:
            break
    return lambda raw: np.asarray(expit(numbers[0] + numbers[1] * logit(np.clip(raw, 1e-6, 1 - 1e-6))))


def wilson_width(share: float, n: float) -> float:
    """Of the 95 % interval."""
    z = 1.959963984540054
    return 2.0 * z / (1.0 + z * z / n) * sqrt(share * (1.0 - share) / n + z * z / (4.0 * n * n))


def reviewed(week: Week, risk: Floats, chance: Floats, drawn: NDArray[np.bool_]) -> Draw:
    """The estimate of a week from the outputs that were drawn, beside the truth."""
    found = estimate(
        Sample(wrong=week.wrong[drawn], risk=risk[drawn], chance=chance[drawn]), Population(risk=risk, chance=chance)
    )
    assert isinstance(found, Estimate)
    truth = week.wrong.mean()
    ninety, wide = found.at(0.90), found.at(0.95)
    return Draw(
        error=found.value - truth,
        held_90=ninety.low <= truth <= ninety.high,
        held_95=wide.low <= truth <= wide.high,
        width_95=wide.high - wide.low,
        found=week.wrong[drawn].sum(),
    )


def run(cell: Cell, repetitions: int, seed: int) -> Outcome:
    """Repeat a cell: outputs drawn one by one as they come ("hash"), and a batch of a fixed size ("batch")."""
    rng = np.random.default_rng(seed)
    draws: dict[str, list[Draw]] = {"hash": [], "batch": []}
    variance, widths, truths = [], [], []
    for _ in range(repetitions):
        week = a_week(rng, cell)
        calibrate, errors = calibration(rng, cell)
        risk, n = calibrate(week.score), cell.reviews
        chance = chances(risk, budget=n, caution=caution(errors))
        draws["hash"].append(reviewed(week, risk, chance, rng.random(OUTPUTS) < chance))
        order = np.argsort(risk + 1e-9 * rng.random(OUTPUTS))
        draws["batch"].append(reviewed(week, risk, chance, systematic(chance, order, rng.random())))
        truth = float(week.wrong.mean())
        variance.append(truth * (1.0 - truth) / n * (OUTPUTS - n) / (OUTPUTS - 1))
        uniform = rng.hypergeometric(int(week.wrong.sum()), OUTPUTS - int(week.wrong.sum()), n) / n
        widths.append(wilson_width(float(uniform), n * (OUTPUTS - 1) / (OUTPUTS - n)))
        truths.append(truth)
    return Outcome(
        cell,
        {way: np.array(rows, dtype=float) for way, rows in draws.items()},
        np.array(variance),
        np.array(widths),
        np.array(truths),
    )


TABLE = [
    Cell(rate=rate, auroc=auroc, reviews=reviews)
    for rate in (0.05, 0.10, 0.15)
    for auroc in (0.70, 0.80, 0.90)
    for reviews in (50, 100, 200, 500)
]
STRESS = [
    Cell(name="as planned"),
    Cell(name="nothing reviewed before", earlier=0),
    Cell(name="signal dead now", auroc=0.501, earlier_auroc=0.80),
    Cell(name="signal reversed now", auroc=0.40, earlier_auroc=0.80),
    Cell(name="rate 5 to 15 in 100 since", rate=0.15, earlier_rate=0.05),
    Cell(name="rate 15 to 5 in 100 since", rate=0.05, earlier_rate=0.15),
    Cell(name="six clumps", coarse=True),
    Cell(name="rare errors, 2 in 100", rate=0.02),
    Cell(name="rare errors, 1 in 100", rate=0.01, reviews=500),
]


def weeks_until_dead(cell: Cell, repetitions: int, seed: int, weeks: int = 2) -> list[int | None]:
    """The week in which each repetition's guard found the signal dead; None where it did not within these weeks."""
    rng = np.random.default_rng(seed)
    return [_week_found_dead(rng, cell, weeks) for _ in range(repetitions)]


def _week_found_dead(rng: Generator, cell: Cell, weeks: int) -> int | None:
    calibrate, errors = calibration(rng, cell)
    seen: list[Auroc | TooFew] = []
    watch = guard(seen)
    for number in range(1, weeks + 1):
        week = a_week(rng, cell)
        risk = calibrate(week.score)
        chance = chances(risk, budget=cell.reviews, caution=caution(errors, guard=watch.uniform_part))
        drawn = rng.random(OUTPUTS) < chance
        seen.insert(0, auroc(Sample(wrong=week.wrong[drawn], risk=risk[drawn], chance=chance[drawn])))
        watch, errors = guard(seen, dead_before=watch.dead), errors + float(week.wrong[drawn].sum())
        if watch.dead:
            return number
    return None


def line(outcome: Outcome) -> str:
    """One line of the printed table."""
    parts = [f"{outcome.cell.label:28}"]
    for way in outcome.draws:
        parts.append(
            f"{way}: {100 * outcome.coverage(way, 90):5.1f}/{100 * outcome.coverage(way, 95):5.1f}"
            f"  gain {outcome.gain(way):4.2f}  width {outcome.width(way):4.2f}  found {outcome.found(way):4.2f}"
        )
    return " | ".join(parts)
