"""Logistic regression with a normal prior on every coefficient, for few rows and few columns."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.special import expit

Floats: TypeAlias = npt.NDArray[np.float64]

STEPS = 100  # Newton's steps; six to eight are usual
CLOSE = 1e-9  # the longest change of a coefficient that counts as none


def fit(features: Floats, wrong: Floats, weights: Floats, *, mean: Floats, precision: Floats) -> Floats:
    """The coefficients b that maximise the posterior (MAP):

        Σ wᵢ [yᵢ ln qᵢ + (1 - yᵢ) ln(1 - qᵢ)] - ½ Σ pⱼ (bⱼ - mⱼ)²,   qᵢ = 1 / (1 + exp(-xᵢ·b))

    Newton's method with halved steps (Bishop, Pattern Recognition and Machine Learning, 2006, section 4.3.3; the
    prior as in section 4.5.1). The prior makes the maximum finite and unique, also where a column parts right from
    wrong without fail. Without a row the answer is the prior mean.

    Args:
        features: one row an output; a column of ones for the intercept is the caller's.
        wrong: 1 for a wrong output, 0 for a right one; fractions are allowed.
        weights: of the rows, 0 and up; their sum is the number of verdicts that the rows count as.
        mean: the prior's mean of each coefficient.
        precision: 1 / the prior's variance of each, above 0.
    """
    found = mean.astype(np.float64)
    value = _posterior(found, features, wrong, weights, mean, precision)
    for _ in range(STEPS):
        chance = expit(features @ found)
        slope = features.T @ (weights * (wrong - chance)) - precision * (found - mean)
        bend = (features.T * (weights * chance * (1.0 - chance))) @ features + np.diag(precision)
        step = np.linalg.solve(bend, slope)
        found, value, moved = _climb(found, value, step, features, wrong, weights, mean, precision)
        if moved < CLOSE:
            break
    return found


def _climb(
    start: Floats,
    value: float,
    step: Floats,
    features: Floats,
    wrong: Floats,
    weights: Floats,
    mean: Floats,
    precision: Floats,
) -> tuple[Floats, float, float]:
    """The first of the step, its half, its quarter … that does not go down; the length of what was taken."""
    length = float(np.abs(step).max())
    while length >= CLOSE:
        there = start + step
        reached = _posterior(there, features, wrong, weights, mean, precision)
        if reached >= value:
            return there, reached, length
        step, length = step / 2.0, length / 2.0
    return start, value, 0.0


def _posterior(at: Floats, features: Floats, wrong: Floats, weights: Floats, mean: Floats, precision: Floats) -> float:
    logits = features @ at
    likelihood = weights @ (wrong * logits - np.logaddexp(0.0, logits))
    return float(likelihood - 0.5 * (precision @ (at - mean) ** 2))
