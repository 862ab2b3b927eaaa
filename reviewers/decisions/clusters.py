"""Outputs of one user hang together: how much that widens an interval.

Reviews of one user's outputs tell less than as many of different users. The variance is then taken over users, each
with the sum of what its outputs contribute (linearisation: Binder, International Statistical Review 51, 1983; "ultimate
clusters": Särndal, Swensson & Wretman, Model Assisted Survey Sampling, 1992, section 4.6), and the interval speaks for
the users as a draw of those that may come.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import stdtrit

from reviewers.decisions.estimate_inputs import Population, Sample
from reviewers.decisions.score_interval import Fit

CLUSTERS_NEED = 5  # with reviews: our choice, since Student's quantile on fewer than 4 degrees says next to nothing


class Clustered(NamedTuple):
    """The variance over clusters."""

    variance: float  # of the distance U
    reviewed: int  # G, clusters that have a review
    degrees: float  # of freedom for Student's t


def clustered(sample: Sample, population: Population, fitted: Fit) -> Clustered:
    """G / (G - 1) Σ_g (Σ_{i in g} z_i)², z_i = w (y - a) / Σ w of a review, plus sharpness (q - θ) / N of every output.

    The degrees of freedom are the effective number of clusters by their weight less 1, (Σ W_g)² / Σ W_g² - 1: one user
    with half of the weight counts as few, whatever the number of the others (Kish's form for clusters).

    Args:
        sample: with `cluster`.
        population: with `cluster`; without, only what the reviews contribute is counted.
        fitted: shift and slope.
    """
    assert sample.cluster is not None
    profile, shift, weight = fitted.profile, fitted.shift, 1.0 / sample.chance
    residual = sample.wrong - profile.called_wrong(profile.tilted(sample.risk, shift))
    size = int(sample.cluster.max()) + 1
    if population.cluster is not None:
        size = max(size, int(population.cluster.max()) + 1)
    sums = np.bincount(sample.cluster, weights=weight * residual / weight.sum(), minlength=size)
    weights = np.bincount(sample.cluster, weights=weight, minlength=size)
    if population.cluster is not None:
        risk = profile.tilted(population.risk, shift)
        spread = profile.known.sharpness * (risk - risk.mean()) / len(risk)
        sums = sums + np.bincount(population.cluster, weights=spread, minlength=size)
    count = int(np.count_nonzero(weights))
    effective = float(weights.sum() ** 2 / (weights**2).sum())
    return Clustered(float((sums**2).sum()) * count / (count - 1), count, max(effective - 1.0, 1.0))


def student(level: float, degrees: float) -> float:
    """The two-sided quantile of Student's t at a level in (0, 1)."""
    return float(stdtrit(degrees, 0.5 + level / 2.0))
