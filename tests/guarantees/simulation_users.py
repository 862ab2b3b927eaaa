"""Weeks whose outputs hang together: some users' questions are hard, and each user asks several."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit, logit

from reviewers.decisions.estimate import Estimate, Population, Sample, estimate
from reviewers.decisions.selection import caution, chances
from tests.guarantees.simulation import OUTPUTS, Cell, Floats, Generator, Week, calibration, shift_of

LEAST = 0.935  # of 95 % intervals
LEAST_OF_FEW = 0.92
NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(60)  # the mean over a standard normal


@dataclass(frozen=True, kw_only=True)
class Crowd:
    """How many users there are, and how much they differ."""

    users: int
    spread: float  # standard deviation of a user's effect on the logit of being wrong
    cell: Cell = field(default_factory=Cell)

    @property
    def label(self) -> str:
        """As a test names it."""
        return f"{self.users} users, spread {self.spread}, {self.cell.label}"

    @property
    def least(self) -> float:
        """The coverage that is asked for: thirty users of very unequal weight count as a dozen."""
        return LEAST if self.users >= 100 else LEAST_OF_FEW

    @property
    def middle(self) -> float:
        """The logit at which the mean rate over all users that may come is the cell's."""

        def over(middle: float) -> float:
            return float(WEIGHTS @ expit(middle + self.spread * NODES) / WEIGHTS.sum()) - self.cell.rate

        return float(brentq(over, -15.0, 5.0))


@dataclass(frozen=True, kw_only=True)
class Held:
    """How often 95 % intervals hold the truth, and how wide they are."""

    week_one_by_one: float  # the week's rate, outputs taken one by one
    week_by_user: float
    process_one_by_one: float  # the rate over all users that may come
    process_by_user: float
    wider: float  # by user over one by one

    def __str__(self) -> str:
        return (
            f"week's rate {100 * self.week_one_by_one:5.1f} one by one, {100 * self.week_by_user:5.1f} by user | "
            f"rate of all that may come {100 * self.process_one_by_one:5.1f}, {100 * self.process_by_user:5.1f} | "
            f"wider by {self.wider:4.2f}"
        )


def a_crowded_week(rng: Generator, crowd: Crowd) -> tuple[Week, np.ndarray]:
    """Outputs and whose they are; a few users ask much more than most (weights e^z)."""
    weights = np.exp(rng.standard_normal(crowd.users))
    whose = rng.choice(crowd.users, OUTPUTS, p=weights / weights.sum())
    hard = crowd.spread * rng.standard_normal(crowd.users)
    wrong = (rng.random(OUTPUTS) < expit(crowd.middle + hard[whose])).astype(float)
    shift, rate = shift_of(crowd.cell.auroc), crowd.cell.rate
    signal = rng.standard_normal(OUTPUTS) + shift * wrong
    return Week(wrong, expit(1.6 * (logit(rate) + shift * signal - shift**2 / 2.0) - 1.2)), whose


def run(crowd: Crowd, repetitions: int, seed: int) -> Held:
    """Estimate each week twice: as if outputs were strangers to each other, and by user."""
    rng = np.random.default_rng(seed)
    rows = []
    for _ in range(repetitions):
        week, whose = a_crowded_week(rng, crowd)
        calibrate, errors = calibration(rng, crowd.cell)
        risk = calibrate(week.score)
        chance = chances(risk, budget=crowd.cell.reviews, caution=caution(errors))
        drawn = rng.random(OUTPUTS) < chance
        single, grouped = (_interval(week.wrong[drawn], risk, chance, drawn, clusters) for clusters in (None, whose))
        truths = (float(week.wrong.mean()), crowd.cell.rate)
        rows.append(
            [low <= truth <= high for truth in truths for low, high in (single, grouped)]
            + [single[1] - single[0], grouped[1] - grouped[0]]
        )
    means = np.array(rows, dtype=float).mean(axis=0)
    return Held(
        week_one_by_one=means[0],
        week_by_user=means[1],
        process_one_by_one=means[2],
        process_by_user=means[3],
        wider=means[5] / means[4],
    )


def _interval(
    wrong: Floats, risk: Floats, chance: Floats, drawn: np.ndarray, whose: np.ndarray | None
) -> tuple[float, float]:
    found = estimate(
        Sample(wrong=wrong, risk=risk[drawn], chance=chance[drawn], cluster=None if whose is None else whose[drawn]),
        Population(risk=risk, chance=chance, cluster=whose),
    )
    assert isinstance(found, Estimate)
    return found.at(0.95)


CROWDS = [
    Crowd(users=users, spread=spread, cell=Cell(reviews=reviews))
    for users in (30, 100, 500)
    for spread in (0.5, 1.0, 1.5)
    for reviews in (200, 500)
]
