"""The share of wrong outputs with its score interval, from reviews that were drawn with known chances.

The point is the logistic model-assisted estimator (Lehtonen & Veijanen, Survey Methodology 24, 1998; Firth & Bennett,
JRSS B 60, 1998): tilt the risks until Σ (y - q) / π is 0 over the reviews, and average q over all outputs. It is the
targeted estimator (TMLE) of van der Laan & Rubin 2006 with weights 1/π: it stays in [0, 1], and is right in large
samples whatever the risks are worth. The interval holds every share that a score test does not refuse (Wilson, JASA
22, 1927; Rao's test, 1948): the variance is the one at the tested share, and not at the one found.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from scipy.special import expit, logit

from reviewers.decisions.estimate_inputs import Floats, Sample
from reviewers.decisions.score_profile import Moments, Profile

SHIFTS = np.linspace(-14.0, 14.0, 57)  # on the logit scale: beyond them any mix of risks lies within 1e-5 of 0 or 1
SLOPE_PRIOR = 8.0  # information that slope 1 is worth: our choice, about that of 40 reviews of a signal of AUROC .8
SLOPES = (-1.5, 1.0)  # our choice: the reviews may take confidence from the risks, but not lend it to them
SCORING_STEPS = 12
MARGIN = (
    0.06  # of the variance, for a slope that is taken from the same reviews: our choice, by coverage at 200 reviews
)
PRIOR_REVIEWS = 30.0  # that the model's variance is worth beside the one seen; chosen by coverage at 50 to 500 reviews


class Interval(NamedTuple):
    """From low to high, both in [0, 1]."""

    low: float
    high: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Fit:
    """Risks that were tilted until they fit the reviews."""

    profile: Profile  # with the slope that the verdicts ask for
    shift: float  # at which the verdicts are no distance away
    steps: Moments  # at each of SHIFTS

    @property
    def here(self) -> Moments:
        """The moments at the shift."""
        return self.profile.at(np.array([self.shift]))


def fit(profile: Profile, effective: float) -> Fit:
    """Find the shift and the slope.

    The slope maximises Σ w log P(y) - SLOPE_PRIOR (slope - 1)² / 2, the weights adding up to the effective sample
    size. A risk that became worthless gets one near 0 and no longer costs precision; one that turned round gets a
    negative one. The shift then is exact: Σ w (y - a) = 0.

    Args:
        profile: with slope 1.
        effective: Kish's effective number of reviews, above 0.
    """
    stretched = _with_slope(profile, effective)
    steps = stretched.at(SHIFTS)
    if steps.distance[0] <= 0.0:
        shift = float(SHIFTS[0])
    elif steps.distance[-1] >= 0.0:
        shift = float(SHIFTS[-1])
    else:
        shift = _root(stretched, lambda moments: moments.distance, int(np.argmax(steps.distance <= 0.0)))
    return Fit(profile=stretched, shift=shift, steps=steps)


def _with_slope(profile: Profile, effective: float) -> Profile:
    """Fisher scoring for shift and slope, from the plain share and slope 1."""
    known, slope = profile.known, 1.0
    shift = float(logit(np.clip(profile.wrong.sum(), 0.01, 0.99)))
    for _ in range(SCORING_STEPS):
        q = expit(slope * profile.logits + shift)
        called = profile.called_wrong(q)
        gain = known.sharpness * q * (1.0 - q)  # of the chance to be called wrong, by the logit
        certain = np.maximum(called * (1.0 - called), 1e-12)
        pull = effective * gain / certain * (profile.wrong - profile.reviewed * called)
        weight = effective * profile.reviewed * gain**2 / certain
        gradient = np.array([pull.sum(), pull @ profile.logits - SLOPE_PRIOR * (slope - 1.0)])
        first, second = weight @ profile.logits, weight @ profile.logits**2 + SLOPE_PRIOR
        step = np.linalg.solve(np.array([[weight.sum() + 1e-9, first], [first, second]]), gradient)
        shift, slope = shift + float(np.clip(step[0], -2.0, 2.0)), slope + float(np.clip(step[1], -1.0, 1.0))
        if np.abs(step).max() < 1e-9:
            break
    information = second - first**2 / (weight.sum() + 1e-9)
    taken = max(1.0 - SLOPE_PRIOR / float(information), 0.0)
    return replace(profile, slope=float(np.clip(slope, *SLOPES)), slope_numbers=taken)


def widening(fitted: Fit, seen: float, count: int, prior: float = PRIOR_REVIEWS) -> float:
    """How much wider than the model says: R = max(1 + m p, (n v / V + n0) / (n + n0)) of the variance.

    A wrong model widens the interval; few errors seen by chance cannot narrow it. m is MARGIN, and p how far the slope
    was taken from these reviews, from 0 to 1.

    Args:
        fitted: shift and slope.
        seen: v, the variance of U as the reviews themselves show it.
        count: n, what v is made of: reviews, or clusters of them.
        prior: n0, as many of these as the model's own variance is worth.
    """
    modelled = float(fitted.here.variance[0])
    if modelled <= 0.0:
        return 1.0
    floor = 1.0 + MARGIN * fitted.profile.slope_numbers
    return max((count * seen / modelled + prior) / (count + prior), floor)


def seen_variance(sample: Sample, residual: Floats, slope_numbers: float) -> float:
    """Σ (1 - π) / π² r² / (Σ 1/π)² · n / (n - p) (Särndal, Swensson & Wretman 1992, equation 5.7.12).

    p counts the slope alone, since the model's variance beside it is taken at the same share.
    """
    weight, n = 1.0 / sample.chance, len(sample)
    return float((weight * (weight - 1.0)) @ residual**2 / weight.sum() ** 2) * n / (n - slope_numbers)


def bounds(fitted: Fit, quantile: float, wider: float) -> Interval:
    """All shares θ with quantiles (-z + c) S <= U <= (z + c) S, where S² = R V + doubt and c = K / S³ (z² - 1) / 6.

    c is the Cornish-Fisher term for rare errors of large weight (Cornish & Fisher 1938; of score tests: Bartlett 1953);
    it takes at most half of z, since a few reviews of huge weight are beyond what it can correct. With one risk for
    all and one chance for all this is Wilson's interval, with the finite-population correction.

    Args:
        fitted: shift and slope.
        quantile: z, of the standard normal or of Student's t, above 0.
        wider: R of `widening`, 1 or more.
    """

    def over(moments: Moments) -> Floats:
        reach, skew = _reach(moments, quantile, wider)
        return moments.distance - np.maximum(skew + reach, reach / 2.0)

    def under(moments: Moments) -> Floats:
        reach, skew = _reach(moments, quantile, wider)
        return moments.distance - np.minimum(skew - reach, -reach / 2.0)

    profile, low, high = fitted.profile, 0.0, 1.0
    refused, kept = over(fitted.steps) > 0.0, under(fitted.steps) >= 0.0
    if refused[0]:
        low = 1.0 if refused.all() else _share(profile, _root(profile, over, int(np.argmin(refused))))
    if not kept[-1]:
        beyond = len(kept) - int(np.argmax(kept[::-1]))
        high = _share(profile, _root(profile, under, beyond)) if kept.any() else 0.0
    value = float(fitted.here.share[0])
    return Interval(min(low, value), max(high, value))


def _reach(moments: Moments, quantile: float, wider: float) -> tuple[Floats, Floats]:
    """z S and c S."""
    variance = wider * moments.variance + moments.doubt
    return quantile * np.sqrt(variance), moments.third / np.maximum(variance, 1e-300) * (quantile**2 - 1.0) / 6.0


def _root(profile: Profile, of: Callable[[Moments], Floats], place: int) -> float:
    """Where this function of the moments is 0, between the shift at `place` and the one before."""
    from scipy.optimize import brentq  # here: 23 MB that every process would carry, and few compute with

    def value(shift: float) -> float:
        return float(of(profile.at(np.array([shift])))[0])

    ends = (float(SHIFTS[place - 1]), float(SHIFTS[place]))
    if value(ends[0]) * value(ends[1]) > 0.0:  # one of them is 0 but for rounding, which differs from that of all steps
        return min(ends, key=lambda end: abs(value(end)))
    return float(brentq(value, *ends, xtol=1e-10))


def _share(profile: Profile, shift: float) -> float:
    return float(profile.at(np.array([shift])).share[0])
