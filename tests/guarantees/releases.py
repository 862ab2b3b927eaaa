"""Periods of outputs with a known error rate, to see what is released of them: a binormal signal, some of it reviewed.

The signal x is drawn from N(0, 1) where an output is right and from N(mu, 1) where it is wrong, so that its AUROC is
Phi(mu / sqrt 2) and the true chance of being wrong is expit(logit(rate) + mu x - mu²/2). The risk is that chance as a
calibrator would have it that saw four times as many reviews before: with an error of slope and intercept.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit, ndtri

from reviewers.model import PeriodOutputs
from tests.periods import a_period

Floats = NDArray[np.float64]
OUTPUTS = 10_000
WEEKS = 4  # that are pooled
FLOOR = 0.2  # part of the chances that is the same for all


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One setting of the simulation."""

    rate: float  # of wrong outputs
    auroc: float  # of the signal
    reviews: int  # of the period


@dataclass(frozen=True, kw_only=True, eq=False)
class Period:
    """All outputs of one period, and what only the simulation knows."""

    outputs: PeriodOutputs
    wrong: NDArray[np.bool_]  # of every output

    def released_error(self, threshold: float) -> float:
        """The true share of wrong ones among those up to the threshold."""
        return float(self.wrong[self.outputs.risk <= threshold].mean())

    def released_share(self, threshold: float) -> float:
        """The share of outputs up to the threshold."""
        return float((self.outputs.risk <= threshold).mean())

    def best_share(self, limit: float) -> float:
        """What could be released if all truths were known: the largest part by risk within the limit."""
        order = np.argsort(self.outputs.risk)
        errors = np.cumsum(self.wrong[order]) / np.arange(1, len(order) + 1)
        within = np.flatnonzero(errors <= limit)
        return float(within[-1] + 1) / len(order) if len(within) else 0.0


def period(cell: Cell, rng: np.random.Generator, *, active: bool) -> Period:
    """One period; active: riskier outputs are reviewed more often."""
    return _drawn(cell, rng, OUTPUTS, cell.reviews, _calibrator(cell, rng), active=active)


def weeks(cell: Cell, rng: np.random.Generator, count: int) -> list[Period]:
    """The last four weeks, seen at the end of each week from the fourth on; one calibrator serves them all."""
    calibrator = _calibrator(cell, rng)
    one_by_one = [
        _drawn(cell, rng, OUTPUTS // WEEKS, cell.reviews // WEEKS, calibrator, active=True) for _ in range(count)
    ]
    return [_together(one_by_one[end - WEEKS : end]) for end in range(WEEKS, count + 1)]


def _calibrator(cell: Cell, rng: np.random.Generator) -> tuple[float, float]:
    """Its errors of intercept and slope."""
    doubt = 1.0 / sqrt(max(1.0, 4.0 * cell.reviews * cell.rate))  # by the errors that it saw
    return float(rng.normal(0.0, doubt)), float(1.0 + rng.normal(0.0, doubt))


def _drawn(
    cell: Cell, rng: np.random.Generator, outputs: int, reviews: int, calibrator: tuple[float, float], *, active: bool
) -> Period:
    mu = sqrt(2.0) * float(ndtri(cell.auroc))
    wrong = rng.random(outputs) < cell.rate
    signal = rng.standard_normal(outputs) + mu * wrong
    evidence = float(logit(cell.rate)) + mu * signal - mu * mu / 2.0
    risk = expit(calibrator[0] + calibrator[1] * evidence)
    chance = _chances(risk, reviews) if active else np.full(outputs, reviews / outputs)
    drawn = np.flatnonzero(rng.random(outputs) < chance)
    return Period(outputs=a_period(risk, drawn, wrong[drawn], chance=chance), wrong=wrong)


def _together(parts: list[Period]) -> Period:
    """Several weeks as one period."""
    starts = np.cumsum([0, *(len(part.outputs) for part in parts)])
    return Period(
        outputs=a_period(
            np.concatenate([part.outputs.risk for part in parts]),
            np.concatenate([part.outputs.reviewed + start for part, start in zip(parts, starts, strict=False)]),
            np.concatenate([part.outputs.wrong for part in parts]),
            chance=np.concatenate([part.outputs.chance for part in parts]),
        ),
        wrong=np.concatenate([part.wrong for part in parts]),
    )


def _chances(risk: Floats, reviews: int) -> Floats:
    """Proportional to the spread of a verdict, mixed with an even floor, capped at 1, with the reviews as their sum."""
    spread = np.sqrt(risk * (1.0 - risk))
    wanted = (1.0 - FLOOR) * spread / spread.sum() + FLOOR / len(risk)
    chance = reviews * wanted / wanted.sum()
    while (chance > 1.0 + 1e-12).any():
        full = chance >= 1.0
        chance = np.where(full, 1.0, wanted * (reviews - full.sum()) / wanted[~full].sum())
    capped: Floats = np.minimum(chance, 1.0)
    return capped
