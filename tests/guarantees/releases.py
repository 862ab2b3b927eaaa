"""Periods of outputs with a known error rate, to see what is released of them: a binormal signal, some of it reviewed.

The signal x is drawn from N(0, 1) where an output is right and from N(mu, 1) where it is wrong, so that its AUROC is
Phi(mu / sqrt 2) and the true chance of being wrong is expit(logit(rate) + mu x - mu²/2). The risk is that chance as a
calibrator would have it that saw four times as many reviews before: with an error of slope and intercept.

Where reviewers err, the period holds what they say, and what second looks and known answers tell of that. Where users
repeat, some of them ask harder questions, and the share of wrong ones over all users that may come stays the cell's.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit, ndtr, ndtri

from reviewers.decisions.estimate_inputs import ReviewerErrors
from reviewers.model import PeriodOutputs
from tests.guarantees import simulation
from tests.guarantees.simulation_reviewers import Team, members, told
from tests.guarantees.simulation_users import Crowd, questions
from tests.periods import a_period

Floats = NDArray[np.float64]
OUTPUTS = 10_000
WEEKS = 4  # that are pooled
FLOOR = 0.2  # part of the chances that is the same for all
SPREAD = 1.0  # of users: standard deviation of a user's effect on the logit of being wrong


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One setting of the simulation."""

    rate: float  # of wrong outputs
    auroc: float  # of the signal
    reviews: int  # of the period
    team: Team | None = None  # who reviews; None: verdicts never err
    users: int = 0  # whose outputs they are; 0: nobody asks twice

    @property
    def label(self) -> str:
        """As a test names it."""
        team = f"-finds {self.team.finds} passes {self.team.passes}" if self.team else ""
        stamps = "-one stamps" if self.team and self.team.stamps else ""
        return f"{self.rate}-{self.auroc}-{self.reviews}{team}{stamps}{f'-{self.users} users' if self.users else ''}"

    @property
    def shift(self) -> float:
        """mu: the distance of the two normals."""
        return sqrt(2.0) * float(ndtri(self.auroc))


@dataclass(frozen=True, kw_only=True)
class Calibrator:
    """Its errors: the risk is expit(intercept + slope · the logit of the true chance)."""

    intercept: float
    slope: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Period:
    """All outputs of one period, and what only the simulation knows."""

    cell: Cell
    calibrator: Calibrator
    outputs: PeriodOutputs
    wrong: NDArray[np.bool_]  # of every output
    errors: ReviewerErrors | None = None  # what is known of the reviewers'; None: they make none

    def released_error(self, threshold: float) -> float:
        """The true share of wrong ones among those up to the threshold."""
        return float(self.wrong[self.outputs.risk <= threshold].mean())

    def error_to_come(self, threshold: float) -> float:
        """The same among all outputs that may come, from whichever user.

        rate Φ(x − mu) / (rate Φ(x − mu) + (1 − rate) Φ(x)), with x the signal at which the risk is the threshold.
        """
        rate, mu = self.cell.rate, self.cell.shift
        evidence = (float(logit(threshold)) - self.calibrator.intercept) / self.calibrator.slope
        x = (evidence - float(logit(rate)) + mu * mu / 2.0) / mu
        wrong, right = rate * float(ndtr(x - mu)), (1.0 - rate) * float(ndtr(x))
        return wrong / (wrong + right)

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
    """The last four weeks, seen at the end of each week from the fourth on; one calibrator serves them all.

    Verdicts never err here, and nobody asks twice.
    """
    assert cell.team is None
    assert not cell.users
    calibrator = _calibrator(cell, rng)
    one_by_one = [
        _drawn(cell, rng, OUTPUTS // WEEKS, cell.reviews // WEEKS, calibrator, active=True) for _ in range(count)
    ]
    return [_together(one_by_one[end - WEEKS : end]) for end in range(WEEKS, count + 1)]


def _calibrator(cell: Cell, rng: np.random.Generator) -> Calibrator:
    doubt = 1.0 / sqrt(max(1.0, 4.0 * cell.reviews * cell.rate))  # by the errors that it saw
    return Calibrator(intercept=float(rng.normal(0.0, doubt)), slope=float(1.0 + rng.normal(0.0, doubt)))


def _drawn(
    cell: Cell, rng: np.random.Generator, outputs: int, reviews: int, calibrator: Calibrator, *, active: bool
) -> Period:
    mu = cell.shift
    wrong, cluster = rng.random(outputs) < cell.rate, np.zeros(outputs, np.int64)
    if cell.users:
        crowd = Crowd(users=cell.users, spread=SPREAD, cell=simulation.Cell(rate=cell.rate))
        wrong, whose = questions(rng, crowd, outputs)
        cluster = whose + 1  # 0 is nobody known
    signal = rng.standard_normal(outputs) + mu * wrong
    evidence = float(logit(cell.rate)) + mu * signal - mu * mu / 2.0
    risk = expit(calibrator.intercept + calibrator.slope * evidence)
    chance = _chances(risk, reviews) if active else np.full(outputs, reviews / outputs)
    drawn = np.flatnonzero(rng.random(outputs) < chance)
    said, errors = told(members(cell.team, rng), wrong[drawn], rng) if cell.team else (wrong[drawn], None)
    return Period(
        cell=cell,
        calibrator=calibrator,
        outputs=a_period(risk, drawn, said, chance=chance, cluster=cluster),
        wrong=wrong,
        errors=errors,
    )


def _together(parts: list[Period]) -> Period:
    """Several weeks as one period."""
    starts = np.cumsum([0, *(len(part.outputs) for part in parts)])
    return Period(
        cell=parts[0].cell,
        calibrator=parts[0].calibrator,
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
