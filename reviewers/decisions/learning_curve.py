"""What more corrections are worth, by what fewer were worth in past trainings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from reviewers.decisions.estimate_inputs import Floats
from reviewers.model.missing import Missing

POINTS_NEED = 3  # as many as the curve has numbers: 25, 50 and 100 % of one training set give them
POWERS = np.linspace(0.1, 1.5, 29)  # of c: curves that were measured lie between 0.1 and 1.5 (Viering & Loog 2023)
LEAST_ERROR = 0.002  # standard error of a point at least: our choice, runs differ by their seeds too
BOUND = 0.8  # one-sided


@dataclass(frozen=True, kw_only=True, slots=True)
class CurvePoint:
    """One past training, or one on a part of its corrections, evaluated on outputs that it did not see."""

    corrections: int  # that it learned from, above 0
    rate: float  # share of wrong outputs after it, in [0, 1]
    error: float  # standard error of the rate, 0 or more


@dataclass(frozen=True, kw_only=True, slots=True)
class Expected:
    """The share of wrong outputs that a training would leave."""

    rate: float  # in [0, 1]
    worst: float  # with a chance of 80 % it is at most this


def expected(points: Sequence[CurvePoint], corrections: int) -> Expected | Missing:
    """Follow the learning curve r(n) = a + b n^-c, a, b >= 0, to this number of corrections.

    For each power c the best a and b by least squares, weighted 1 / error²; powers are weighed by how well they fit,
    exp(-χ² / 2), and their predictions mixed: three points say little of c, and the mixture does not pretend more. The
    prediction's own variance is that of the least squares. (Power laws: Hestness et al., Deep Learning Scaling is
    Predictable, Empirically, 2017; Viering & Loog, The Shape of Learning Curves, IEEE TPAMI 45, 2023, section 3.)

    Args:
        points: of past trainings.
        corrections: of the training to come, above 0.

    Too little data: `Missing` below three points of different size.
    """
    sizes = len({point.corrections for point in points})
    if sizes < POINTS_NEED:
        return Missing(found=sizes, needed=POINTS_NEED, of="past trainings")
    size = np.array([float(point.corrections) for point in points])
    rate = np.array([point.rate for point in points])
    weight = np.array([max(point.error, LEAST_ERROR) ** -2.0 for point in points])
    fits = [_fit(size, rate, weight, power, float(corrections)) for power in POWERS.tolist()]
    middle, spread, misfit = (np.array(column) for column in zip(*fits, strict=True))
    share = np.exp(-0.5 * (misfit - misfit.min()))
    share /= share.sum()
    worst = _quantile(share, middle, spread)
    return Expected(rate=float(np.clip(share @ middle, 0.0, 1.0)), worst=float(np.clip(worst, 0.0, 1.0)))


def _fit(size: Floats, rate: Floats, weight: Floats, power: float, at: float) -> tuple[float, float, float]:
    """The prediction at a size, its standard error, and χ²."""
    features, there = np.column_stack([np.ones_like(size), size**-power]), np.array([1.0, at**-power])
    found = np.linalg.solve((features.T * weight) @ features, features.T @ (weight * rate))
    if found[1] < 0.0:  # training never makes it worse with more corrections: a flat curve is the best that is left
        features, there = features[:, :1], there[:1]
    elif found[0] < 0.0:
        features, there = features[:, 1:], there[1:]
    bend = (features.T * weight) @ features
    found = np.linalg.solve(bend, features.T @ (weight * rate))
    variance = float(there @ np.linalg.solve(bend, there))
    return float(there @ found), variance**0.5, float(weight @ (rate - features @ found) ** 2)


def _quantile(share: Floats, middle: Floats, spread: Floats) -> float:
    """The 80 % point of the mixture of normals."""
    from scipy.optimize import brentq  # here: 23 MB that every process would carry, and few compute with

    def below(value: float) -> float:
        return float(share @ ndtr((value - middle) / spread)) - BOUND

    reach = 10.0 * float(spread.max())
    return float(brentq(below, float(middle.min()) - reach, float(middle.max()) + reach, xtol=1e-9))
