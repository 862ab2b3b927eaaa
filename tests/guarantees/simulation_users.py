"""Weeks whose outputs hang together: some users' questions are hard, and each user asks several."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import expit, logit

from reviewers.decisions.estimate import Estimate, Population, Sample, estimate
from reviewers.decisions.selection import caution, chances
from tests.guarantees.simulation import OUTPUTS, Cell, Floats, Generator, Week, calibration, shift_of

LEAST = {0.90: 0.88, 0.95: 0.935}  # of the intervals of each level
LEAST_OF_FEW = {0.90: 0.86, 0.95: 0.92}  # twice as far below it
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
    def least(self) -> dict[float, float]:
        """The coverage that is asked for, by level: thirty users of very unequal weight count as a dozen."""
        return LEAST if self.users >= 100 else LEAST_OF_FEW

    @property
    def middle(self) -> float:
        """The logit at which the mean rate over all users that may come is the cell's."""

        def over(middle: float) -> float:
            return float(WEIGHTS @ expit(middle + self.spread * NODES) / WEIGHTS.sum()) - self.cell.rate

        return float(brentq(over, -15.0, 5.0))


@dataclass(frozen=True, kw_only=True)
class Held:
    """How often the intervals of one level hold the truth, and how wide they are."""

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


def questions(rng: Generator, crowd: Crowd, outputs: int) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """Which outputs are wrong, and whose they are; a few users ask much more than most (weights e^z)."""
    weights = np.exp(rng.standard_normal(crowd.users))
    whose = rng.choice(crowd.users, outputs, p=weights / weights.sum())
    hard = crowd.spread * rng.standard_normal(crowd.users)
    return rng.random(outputs) < expit(crowd.middle + hard[whose]), whose


def a_crowded_week(rng: Generator, crowd: Crowd) -> tuple[Week, NDArray[np.int64]]:
    """Outputs and whose they are."""
    is_wrong, whose = questions(rng, crowd, OUTPUTS)
    wrong = is_wrong.astype(float)
    shift, rate = shift_of(crowd.cell.auroc), crowd.cell.rate
    signal = rng.standard_normal(OUTPUTS) + shift * wrong
    return Week(wrong, expit(1.6 * (logit(rate) + shift * signal - shift**2 / 2.0) - 1.2)), whose


def run(crowd: Crowd, repetitions: int, seed: int) -> dict[float, Held]:
    """Estimate each week twice, as if outputs were strangers to each other and by user: what is held, by level."""
    rng = np.random.default_rng(seed)
    rows: dict[float, list[list[float]]] = {level: [] for level in LEAST}
    for _ in range(repetitions):
        week, whose = a_crowded_week(rng, crowd)
        calibrate, errors = calibration(rng, crowd.cell)
        risk = calibrate(week.score)
        chance = chances(risk, budget=crowd.cell.reviews, caution=caution(errors))
        drawn = rng.random(OUTPUTS) < chance
        found = [_estimate(week.wrong[drawn], risk, chance, drawn, clusters) for clusters in (None, whose)]
        truths = (float(week.wrong.mean()), crowd.cell.rate)
        for level, held in rows.items():
            ends = [one.at(level) for one in found]
            held.append(
                [float(low <= truth <= high) for truth in truths for low, high in ends]
                + [high - low for low, high in ends]
            )
    return {level: _mean(held) for level, held in rows.items()}


def _mean(rows: list[list[float]]) -> Held:
    means = np.array(rows).mean(axis=0)
    return Held(
        week_one_by_one=means[0],
        week_by_user=means[1],
        process_one_by_one=means[2],
        process_by_user=means[3],
        wider=means[5] / means[4],
    )


def _estimate(wrong: Floats, risk: Floats, chance: Floats, drawn: np.ndarray, whose: np.ndarray | None) -> Estimate:
    found = estimate(
        Sample(wrong=wrong, risk=risk[drawn], chance=chance[drawn], cluster=None if whose is None else whose[drawn]),
        Population(risk=risk, chance=chance, cluster=whose),
    )
    assert isinstance(found, Estimate)
    return found


CROWDS = [
    Crowd(users=users, spread=spread, cell=Cell(reviews=reviews))
    for users in (30, 100, 500)
    for spread in (0.5, 1.0, 1.5)
    for reviews in (200, 500)
]
