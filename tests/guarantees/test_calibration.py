"""How near calibrated risks come to the true probabilities, by the number of verdicts they learned from.

Outputs with a binormal, over-confident signal; a tenth are wrong. The verdicts come from one draw by the raw signal, as
where a deployment has some from elsewhere; or from five weeks that begin with nothing, each drawn with chances that the
calibration of the weeks before gave. `pytest -s` prints the root mean squared distance to the truth, in points, as the
mean over repetitions.
"""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt
from statistics import fmean

import numpy as np
import pytest
from scipy.special import expit, logit, ndtri

from reviewers.decisions import calibration
from reviewers.decisions.calibration import Verdicts, balanced, platt, probabilities
from reviewers.decisions.logistic import Floats
from reviewers.decisions.selection import Caution, caution, chances
from reviewers.model import Curve, CurveKind

RATE = 0.10
WEEKS, OUTPUTS = 5, 2000
REPETITIONS = 400  # half a minute; a standard error of .04 points
SHARPER, OFF = 1.6, 1.2  # what the signal's own odds are raised to, and by how many logits they are too low
START = Curve(kind=CurveKind.PLATT, numbers=(0.0, calibration.SLOPE))


def outputs(rng: np.random.Generator, auroc: float, count: int) -> tuple[Floats, Floats, Floats]:
    """Wrong or not, the signal's logit, and the true probability."""
    shift = sqrt(2.0) * float(ndtri(auroc))
    wrong = (rng.random(count) < RATE).astype(np.float64)
    signal = rng.standard_normal(count) + shift * wrong
    truth = logit(RATE) + shift * signal - shift**2 / 2.0
    return wrong, np.asarray(SHARPER * truth - OFF), np.asarray(expit(truth))


def in_one_draw(rng: np.random.Generator, auroc: float, reviews: int) -> float:
    """The calibration on `reviews` verdicts of one draw by the raw signal, half of it uniform, in points."""
    answers, evidence, _ = outputs(rng, auroc, max(4000, 4 * reviews))
    drawn = chances(np.asarray(expit(evidence)), budget=float(reviews), caution=Caution(humility=0.0, uniform_part=0.5))
    taken = rng.random(len(drawn)) < drawn
    weights, folds = balanced(drawn[taken]), np.zeros(int(taken.sum()))
    verdicts = Verdicts(evidence=evidence[taken], wrong=answers[taken], weights=weights, folds=folds)
    return off(rng, auroc, platt(verdicts, START))


def from_nothing(rng: np.random.Generator, auroc: float, reviews: int) -> float:
    """The calibration after five weeks with `reviews` verdicts in all, in points; before any, the prior's."""
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
    return off(rng, auroc, curve)


def off(rng: np.random.Generator, auroc: float, curve: Curve) -> float:
    """How far a curve is from the truth on 20,000 new outputs, in points."""
    _, evidence, truth = outputs(rng, auroc, 20_000)
    return 100.0 * float(np.sqrt(np.mean((probabilities(curve, evidence) - truth) ** 2)))


def mean_distance(way: Callable[..., float], auroc: float, reviews: int) -> tuple[float, float]:
    """The mean over repetitions, and its standard error."""
    found = [
        way(np.random.default_rng([int(100 * auroc), reviews, seed]), auroc, reviews) for seed in range(REPETITIONS)
    ]
    print(f"{way.__name__}, AUROC {auroc:.2f}, {reviews:4} verdicts: {np.mean(found):.2f} points")
    return float(np.mean(found)), float(np.std(found, ddof=1)) / sqrt(REPETITIONS)


@pytest.mark.parametrize("way", [in_one_draw, from_nothing])
@pytest.mark.parametrize("auroc", [0.7, 0.8, 0.9])
def test_a_hundred_verdicts_come_within_four_points(way: Callable[..., float], auroc: float) -> None:
    """Without any the prior is about 6 points off, and a constant 8 to 18."""
    mean, error = mean_distance(way, auroc, 100)
    assert mean + 2.0 * error <= 4.0


def test_five_hundred_verdicts_come_within_one_and_a_half_points() -> None:
    """Of one draw: 1.48 ± .02 as the mean over three signals; each alone as far as the repetitions can tell."""
    found = [mean_distance(in_one_draw, auroc, 500) for auroc in (0.7, 0.8, 0.9)]
    assert fmean(mean for mean, _ in found) <= 1.5
    assert all(mean - error <= 1.5 for mean, error in found)


def test_five_hundred_verdicts_that_began_with_none_come_nearly_as_near() -> None:
    """The first weeks are drawn almost uniformly, so a fifth fewer of these verdicts are of wrong outputs."""
    found = [mean_distance(from_nothing, auroc, 500) for auroc in (0.7, 0.8, 0.9)]
    assert fmean(mean for mean, _ in found) + 2.0 * sqrt(sum(error**2 for _, error in found)) / 3 <= 1.7


def test_without_a_verdict_the_prior_is_better_than_the_raw_score() -> None:
    """The raw score is 10 points off."""
    mean, _ = mean_distance(from_nothing, 0.8, 0)
    assert mean < 7.0
