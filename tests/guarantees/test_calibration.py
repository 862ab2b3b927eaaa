"""How near calibrated risks come to the true probabilities, by the number of verdicts they learned from.

Weeks of 2,000 outputs with a binormal, over-confident signal; a tenth are wrong. Five weeks are reviewed, each with
chances that the calibration of the weeks before gave, and the whole is calibrated on all five. `pytest -s` prints the
root mean squared distance to the truth, in points, as the mean over repetitions.
"""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
from scipy.special import expit, logit, ndtri

from reviewers.decisions import calibration
from reviewers.decisions.calibration import Verdicts, balanced, platt, probabilities
from reviewers.decisions.logistic import Floats
from reviewers.decisions.selection import caution, chances
from reviewers.model import Curve, CurveKind

RATE = 0.10
WEEKS, OUTPUTS = 5, 2000
REPETITIONS = 60
SHARPER, OFF = 1.6, 1.2  # what the signal's own odds are raised to, and by how many logits they are too low
START = Curve(kind=CurveKind.PLATT, numbers=(0.0, calibration.SLOPE))


def outputs(rng: np.random.Generator, auroc: float, count: int) -> tuple[Floats, Floats, Floats]:
    """Wrong or not, the signal's logit, and the true probability."""
    shift = sqrt(2.0) * float(ndtri(auroc))
    wrong = (rng.random(count) < RATE).astype(np.float64)
    signal = rng.standard_normal(count) + shift * wrong
    truth = logit(RATE) + shift * signal - shift**2 / 2.0
    return wrong, np.asarray(SHARPER * truth - OFF), np.asarray(expit(truth))


def distance(rng: np.random.Generator, auroc: float, reviews: int) -> float:
    """The calibration after `reviews` verdicts, in points from the truth; before any, the prior's."""
    seen, wrong, chance = (np.zeros(0) for _ in range(3))
    curve = START
    for _ in range(WEEKS if reviews else 0):
        answers, evidence, _ = outputs(rng, auroc, OUTPUTS)
        drawn = chances(probabilities(curve, evidence), budget=reviews / WEEKS, caution=caution(float(wrong.sum())))
        taken = rng.random(OUTPUTS) < drawn
        seen = np.concatenate([seen, evidence[taken]])
        wrong = np.concatenate([wrong, answers[taken]])
        chance = np.concatenate([chance, drawn[taken]])
        verdicts = Verdicts(evidence=seen, wrong=wrong, weights=balanced(chance), folds=np.zeros(len(seen)))
        curve = platt(verdicts, START)
    _, evidence, truth = outputs(rng, auroc, 20_000)
    return 100.0 * float(np.sqrt(np.mean((probabilities(curve, evidence) - truth) ** 2)))


def mean_distance(auroc: float, reviews: int) -> tuple[float, float]:
    """The mean over repetitions, and its standard error."""
    found = [
        distance(np.random.default_rng([int(100 * auroc), reviews, seed]), auroc, reviews)
        for seed in range(REPETITIONS)
    ]
    print(f"AUROC {auroc:.2f}, {reviews:4} verdicts: {np.mean(found):.2f} points")
    return float(np.mean(found)), float(np.std(found, ddof=1)) / sqrt(REPETITIONS)


@pytest.mark.parametrize("auroc", [0.7, 0.8, 0.9])
def test_a_hundred_verdicts_come_within_four_points(auroc: float) -> None:
    """Without any the prior is about 6 points off, and a constant 8 to 18."""
    mean, error = mean_distance(auroc, 100)
    assert mean + 2.0 * error <= 4.0


def test_five_hundred_verdicts_come_near_to_one_and_a_half_points() -> None:
    """The mean over three signals: 1.6, and 1.5 within two standard errors.

    More cannot be had from so few: at 50 errors even the level alone is known within ±1.3 points when drawn uniformly,
    and a fit without weights, which is efficient but believes the chances to follow the signal alone, comes to 1.5.
    """
    found = [mean_distance(auroc, 500) for auroc in (0.7, 0.8, 0.9)]
    mean = sum(value for value, _ in found) / 3
    error = sqrt(sum(error**2 for _, error in found)) / 3
    assert mean - 2.0 * error <= 1.5
    assert mean + 2.0 * error <= 1.9


def test_without_a_verdict_the_prior_is_better_than_the_raw_score() -> None:
    """The raw score is 10 points off."""
    mean, _ = mean_distance(0.8, 0)
    assert mean < 7.0
