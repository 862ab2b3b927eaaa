"""Weeks that are judged by reviewers who err, and slices of a week."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import expit, logit

from reviewers.decisions.estimate import Beta, Estimate, Population, ReviewerErrors, Sample, estimate
from reviewers.decisions.selection import caution, chances
from reviewers.decisions.too_few import TooFew
from tests.guarantees.simulation import OUTPUTS, Cell, Floats, Generator, a_week, calibration, shift_of

SENSITIVITY, SPECIFICITY = 0.80, 0.96  # of the simulated reviewers
PRIOR = ReviewerErrors(sensitivity=Beta(right=4.0, missed=1.0), specificity=Beta(right=20.0, missed=1.0))
SHARES = np.array([0.40, 0.25, 0.15, 0.10, 0.06, 0.04])  # of outputs, by slice
RATES = np.array([0.6, 1.0, 1.0, 1.5, 2.0, 0.5])  # of wrong ones, by slice, before they are brought to the cell's mean


class Corrected(NamedTuple):
    """How often 95 % intervals hold the true rate."""

    corrected: float
    uncorrected: float


class Slice(NamedTuple):
    """One slice over all repetitions."""

    held: float  # of the 95 % intervals that there were
    width: float  # mean of them
    reviews: float  # mean


def known_answers(rng: Generator, golden: int) -> ReviewerErrors:
    """What so many wrong and so many right known answers teach of the reviewers, from a wide prior on."""
    hits, passes = rng.binomial(golden, SENSITIVITY), rng.binomial(golden, SPECIFICITY)
    prior = PRIOR
    return ReviewerErrors(
        sensitivity=Beta(right=prior.sensitivity.right + hits, missed=prior.sensitivity.missed + golden - hits),
        specificity=Beta(right=prior.specificity.right + passes, missed=prior.specificity.missed + golden - passes),
    )


def run_errors(cell: Cell, golden: int, repetitions: int, seed: int) -> Corrected:
    """Estimate each week from verdicts that err, with and without what the known answers say of them."""
    rng = np.random.default_rng(seed)
    held = []
    for _ in range(repetitions):
        week = a_week(rng, cell)
        calibrate, errors = calibration(rng, cell)
        risk = calibrate(week.score)
        chance = chances(risk, budget=cell.reviews, caution=caution(errors))
        drawn = rng.random(OUTPUTS) < chance
        said = rng.random(OUTPUTS) < np.where(week.wrong == 1.0, SENSITIVITY, 1.0 - SPECIFICITY)
        sample = Sample(wrong=said[drawn].astype(float), risk=risk[drawn], chance=chance[drawn])
        population, truth = Population(risk=risk, chance=chance), week.wrong.mean()
        found = [estimate(sample, population, errors=known) for known in (known_answers(rng, golden), None)]
        held.append([_holds(one, float(truth)) for one in found])
    return Corrected(*np.array(held, dtype=float).mean(axis=0))


def run_slices(cell: Cell, power: float, repetitions: int, seed: int) -> list[Slice]:
    """Estimate six slices of each week by themselves; the signal knows nothing of them."""
    rng, rates = np.random.default_rng(seed), cell.rate * RATES / (SHARES @ RATES)
    rows: list[list[tuple[float, float, float]]] = [[] for _ in SHARES]
    for _ in range(repetitions):
        slices = rng.choice(len(SHARES), OUTPUTS, p=SHARES)
        wrong = (rng.random(OUTPUTS) < rates[slices]).astype(float)
        shift = shift_of(cell.auroc)
        signal = rng.standard_normal(OUTPUTS) + shift * wrong
        calibrate, errors = calibration(rng, cell)
        risk = calibrate(expit(1.6 * (logit(cell.rate) + shift * signal - shift**2 / 2.0) - 1.2))
        chance = chances(
            risk, budget=cell.reviews, caution=caution(errors), slices=slices.astype(np.int64), slice_power=power
        )
        drawn = rng.random(OUTPUTS) < chance
        for number, row in enumerate(rows):
            row.append(_in_slice(wrong, risk, chance, drawn, slices == number))
    means = [np.nanmean(np.array(row), axis=0) for row in rows]
    return [Slice(*mean) for mean in means]


def _in_slice(
    wrong: Floats, risk: Floats, chance: Floats, drawn: np.ndarray, inside: np.ndarray
) -> tuple[float, float, float]:
    both = drawn & inside
    found = estimate(
        Sample(wrong=wrong[both], risk=risk[both], chance=chance[both]),
        Population(risk=risk[inside], chance=chance[inside]),
    )
    if isinstance(found, TooFew):
        return np.nan, np.nan, float(both.sum())
    low, high = found.at(0.95)
    return float(low <= wrong[inside].mean() <= high), high - low, float(both.sum())


def _holds(found: Estimate | TooFew, truth: float) -> bool:
    assert isinstance(found, Estimate)
    low, high = found.at(0.95)
    return low <= truth <= high
