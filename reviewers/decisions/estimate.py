"""What the verdicts prove: the share of wrong outputs, with an interval that holds it as often as it says.

Too little is said as such: fewer than five reviews are no number, and reviews that all say the same give the exact
interval of their effective number, which no model can narrow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from math import hypot, sqrt

import numpy as np
from scipy.special import betaincinv, ndtri

from reviewers.decisions import score_interval
from reviewers.decisions.clusters import CLUSTERS_NEED, PRIOR_CLUSTERS, clustered, student
from reviewers.decisions.estimate_inputs import Beta as Beta
from reviewers.decisions.estimate_inputs import Floats
from reviewers.decisions.estimate_inputs import Population as Population
from reviewers.decisions.estimate_inputs import ReviewerErrors as ReviewerErrors
from reviewers.decisions.estimate_inputs import Sample as Sample
from reviewers.decisions.score_interval import Fit
from reviewers.decisions.score_interval import Interval as Interval
from reviewers.decisions.score_profile import Known, profile
from reviewers.decisions.too_few import TooFew

REVIEWS_NEED = 5  # statistics of small samples: below, even the exact interval spans most of [0, 1]
LEVELS = (0.90, 0.95)


class Method(StrEnum):
    """How an interval was made; people read it."""

    SCORE = "model-assisted score interval"
    CLUSTERED = "model-assisted score interval, clustered by user"
    EXACT = "exact interval"


@dataclass(frozen=True, kw_only=True, slots=True)
class Estimate:
    """A share of wrong outputs in [0, 1]."""

    value: float  # corrected for reviewers' errors where these were given
    intervals: Mapping[float, Interval]  # by level: 0.95 -> (low, high)
    reviewed: int  # outputs that people decided on
    outputs: int  # of which these are the sample
    effective_n: float  # as many uniform reviews would be as precise
    method: Method
    uncorrected: float | None = None  # as the verdicts have it; None: nothing was corrected
    slope: float = 1.0  # by which the risks had to be stretched: near 0 they tell nothing, below 0 they are reversed
    clusters: int | None = None  # users with a review; None: outputs were taken one by one

    def at(self, level: float = 0.95) -> Interval:
        """The interval of this level."""
        return self.intervals[level]


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """The second share minus the first."""

    value: float  # in [-1, 1]; above 0: more is wrong than before
    low: float
    high: float
    level: float


def estimate(
    sample: Sample,
    population: Population,
    *,
    errors: ReviewerErrors | None = None,
    levels: Sequence[float] = LEVELS,
) -> Estimate | TooFew:
    """The share of wrong outputs among all of the population, with its intervals.

    The risks are tilted until they fit the reviews, each weighted by 1 / inclusion probability, and averaged over all
    outputs; the interval is the score interval around it (see `score_interval`). With one risk for all and one chance
    for all the value is the plain share and the interval Wilson's with the finite-population correction.

    Extremes: all outputs reviewed gives the plain share, and an interval of no width where verdicts are the truth and
    these outputs alone are meant. Verdicts that are all alike give Clopper & Pearson's exact interval (1934) at Kish's
    effective number of reviews (Korn & Graubard, Survey Methodology 24, 1998), with clusters at that of users: nothing
    shows then how much the users differ. That number is at most the one which the chances let expect.

    Reviewers' errors come in as A = (1 - specificity) + (sensitivity + specificity - 1) θ (Rogan & Gladen 1978), inside
    the test, with the doubt about both in its variance (as Lang & Reiczigel, Preventive Veterinary Medicine 113, 2014,
    do for a plain sample). Not together with verdicts that are posterior probabilities: those are corrected already.

    Clusters in the sample make the interval speak for the users that may come and not for these outputs alone.

    Args:
        sample: the reviews; none twice.
        population: all outputs of the period, those of the sample among them.
        errors: sensitivity and specificity of verdicts; None: verdicts are taken as the truth.
        levels: of the intervals, each in (0, 1).

    Returns:
        `TooFew` below 5 reviews, below 5 users where clusters are given, below an effective number of 5 of either where
        all verdicts are alike, and where the verdicts tell nothing (sensitivity + specificity at most 1).
    """
    known = Known.of(errors)
    if len(sample) < REVIEWS_NEED or known.sharpness <= 0.0:
        return TooFew(found=len(sample) if known.sharpness > 0.0 else 0, needed=REVIEWS_NEED)
    users = None if sample.cluster is None else len(np.unique(sample.cluster))
    if users is not None and users < CLUSTERS_NEED:
        return TooFew(found=users, needed=CLUSTERS_NEED, of="users")
    if sample.wrong[0] in (0.0, 1.0) and float(np.ptp(sample.wrong)) == 0.0:
        return _all_alike(sample, population, known, levels, users)
    found = _by_score(sample, population, known, levels)
    if errors is None:
        return found
    return replace(found, uncorrected=float(_fit(sample, population, Known()).here.share[0]))


def of_process(found: Estimate, *, level: float = 0.95) -> Interval:
    """The interval of the share among all outputs that might have come, of which the ones that came are a draw.

    Each end m solves (m - v)² = (e - v)² + z² m (1 - m) / N, with v the value, e the end of the interval for these N
    outputs and z the normal quantile. Outputs that were all reviewed have Wilson's interval (1927), and not none.

    Extremes: of very many outputs it is their own interval. One that speaks for users speaks for all of them already.

    Args:
        found: the estimate.
        level: one that it was made with.
    """
    low, high = found.at(level)
    if found.clusters is not None:
        return Interval(low, high)
    luck = float(ndtri(0.5 + level / 2.0)) ** 2 / found.outputs
    middle, scale = found.value + luck / 2.0, 1.0 + luck

    def reach(end: float) -> float:
        return sqrt(max(middle**2 - scale * (found.value**2 - (end - found.value) ** 2), 0.0))

    return Interval(max((middle - reach(low)) / scale, 0.0), min((middle + reach(high)) / scale, 1.0))


def change(before: Estimate, now: Estimate, *, level: float = 0.95, process: bool = False) -> Change:
    """How much more is wrong now, with an interval from those of the two, which must be of different outputs.

    d - sqrt((v1 - l1)² + (u0 - v0)²) to d + sqrt((u1 - v1)² + (v0 - l0)²), d = v1 - v0: each end moves as far as the
    two ends that make it (Zou & Donner, Statistics in Medicine 27, 2008, equation 5; Newcombe's method 10, 1998).

    Args:
        before: of the earlier outputs.
        now: of the later ones.
        level: one that both were made with.
        process: of all outputs that might have come, see `of_process`, and not of these alone: for whether something
            changed, since no two windows have the same luck.
    """
    old, new = (of_process(one, level=level) if process else one.at(level) for one in (before, now))
    value = now.value - before.value
    return Change(
        value=value,
        low=max(value - hypot(now.value - new.low, old.high - before.value), -1.0),
        high=min(value + hypot(new.high - now.value, before.value - old.low), 1.0),
        level=level,
    )


def kish(chance: Floats) -> float:
    """(Σ w)² / Σ w², w = 1 / chance: as many equal weights would be as precise (Kish, Survey Sampling, 1965, 11.7)."""
    return _equal_weights(1.0 / chance)


def _equal_weights(weight: Floats) -> float:
    return float(weight.sum() ** 2 / (weight @ weight))


def clopper_pearson(successes: float, n: float, level: float) -> Interval:
    """The exact interval of a share seen in n > 0 draws, not necessarily a whole number (Clopper & Pearson 1934)."""
    tail = (1.0 - level) / 2.0
    low = float(betaincinv(successes, n - successes + 1.0, tail)) if successes > 0.0 else 0.0
    high = float(betaincinv(successes + 1.0, n - successes, 1.0 - tail)) if successes < n else 1.0
    return Interval(low, high)


def _fit(sample: Sample, population: Population, known: Known) -> Fit:
    counted = profile(sample, population, known, process=sample.cluster is not None)
    return score_interval.fit(counted, kish(sample.chance))


def _by_score(sample: Sample, population: Population, known: Known, levels: Sequence[float]) -> Estimate:
    fitted = _fit(sample, population, known)
    if sample.cluster is None:
        counted = fitted.profile
        residual = sample.wrong - counted.called_wrong(counted.tilted(sample.risk, fitted.shift))
        seen, number = score_interval.seen_variance(sample, residual, counted.slope_numbers), len(sample)
        quantiles = {level: float(ndtri(0.5 + level / 2.0)) for level in levels}
    else:
        users = clustered(sample, population, fitted)
        seen, number = users.variance, users.reviewed
        quantiles = {level: student(level, users.degrees) for level in levels}
    prior = score_interval.PRIOR_REVIEWS if sample.cluster is None else PRIOR_CLUSTERS
    wider = score_interval.widening(fitted, seen, number, prior)
    return Estimate(
        value=float(fitted.here.share[0]),
        intervals={level: score_interval.bounds(fitted, z, wider) for level, z in quantiles.items()},
        reviewed=len(sample),
        outputs=fitted.profile.size,
        effective_n=_effective(fitted, wider),
        method=Method.SCORE if sample.cluster is None else Method.CLUSTERED,
        slope=fitted.profile.slope,
        clusters=None if sample.cluster is None else number,
    )


def _effective(fitted: Fit, wider: float) -> float:
    """n of the uniform draw whose variance a (1 - a) (1/n - 1/N) is this one; of the process, a (1 - a) / n."""
    moments, profile = fitted.here, fitted.profile
    called = float(profile.called_wrong(moments.share)[0])
    unseen = 0.0 if profile.process else 1.0 / profile.size
    return 1.0 / (wider * float(moments.variance[0]) / max(called * (1.0 - called), 1e-12) + unseen)


def _all_alike(
    sample: Sample, population: Population, known: Known, levels: Sequence[float], users: int | None
) -> Estimate | TooFew:
    """All right or all wrong: no false alarm hides among none that are called wrong, only errors that were missed.

    Reviews of one user count as one, since verdicts that never differ cannot tell how far its outputs hang together.
    """
    effective, wrong = kish(sample.chance), bool(sample.wrong[0])
    if sample.cluster is not None:
        effective = _equal_weights(np.bincount(sample.cluster, weights=1.0 / sample.chance).astype(np.float64))
    if effective < REVIEWS_NEED:
        return TooFew(found=int(effective), needed=REVIEWS_NEED, of="reviews" if users is None else "users")
    # Outputs of which nothing was decided have small chances and no review: they show in the population alone.
    effective = min(effective, len(population.chance) ** 2 / float((1.0 / population.chance).sum()))
    # Nothing was left to the draw, to a reviewer's mistake, or to whoever may come.
    certain = len(sample) == len(population.risk) and known == Known() and users is None
    intervals = {}
    for level in levels:
        low, high = clopper_pearson(effective if wrong else 0.0, effective, level)
        if certain:
            low = high = float(wrong)
        hidden = min((high - low) / (known.specificity if wrong else known.sensitivity), 1.0)
        intervals[level] = Interval(1.0 - hidden, 1.0) if wrong else Interval(0.0, hidden)
    value = float(wrong)
    return Estimate(
        value=value,
        intervals=intervals,
        reviewed=len(sample),
        outputs=len(population.risk),
        effective_n=effective,
        method=Method.EXACT,
        uncorrected=None if known == Known() else value,
        clusters=users,
    )
