"""How good risks are, measured on verdicts: ranking (AUROC), both in one (Brier), truthfulness (calibration error) and
what they are worth where outputs are released from the safest on (risk-coverage curve).

Every measure weighs each output, usually with 1 / its inclusion probability, so that it speaks for all outputs and
not for the reviewed ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log1p, sqrt

import numpy as np
from scipy.special import stdtrit

from reviewers.decisions.figures import Z95, wilson
from reviewers.decisions.logistic import Floats
from reviewers.decisions.too_few import TooFew

OF_EACH = 5  # wrong and right outputs that a measure needs: our choice, below it an interval spans nearly all values
GROUPS = 3  # groups that an interval needs: our choice, between two the variance is hardly known
UPPER = 0.975  # of a 95 % interval
BINS = 15  # of the calibration error, as is usual since Guo, Pleiss, Sun and Weinberger (2017)


@dataclass(frozen=True, kw_only=True, slots=True)
class Measured:
    """A measure with its 95 % interval."""

    value: float
    low: float
    high: float
    error: float = 0.0  # the standard error that the interval stands on, and at 0 and 1 the one that it stands for


@dataclass(frozen=True, kw_only=True, slots=True)
class Bin:
    """Outputs of like risk."""

    risk: float  # their weighted mean
    share: float  # of them that is wrong
    mass: float  # their share of the weight of all
    effective: float  # Kish's effective number of them, 1 and up


@dataclass(frozen=True, kw_only=True, slots=True)
class RiskCoverage:
    """The share of wrong outputs among the safest ones, for every share of outputs that counts as safest."""

    coverage: Floats  # shares of all outputs, rising, the last one 1
    error: Floats  # of the outputs up to there, the share that is wrong
    aurc: float  # mean error over all coverages: 0 is perfect, the overall error rate is no order at all
    excess: float  # E-AURC: what of it a perfect order would have saved; 0 is perfect


def auroc(wrong: Floats, risk: Floats, weights: Floats, groups: Sequence[str] | None = None) -> Measured | TooFew:
    """The chance that a wrong output has a higher risk than a right one, ties counted half (Mann and Whitney, 1947).

        A = Σᵢ Σⱼ wᵢ wⱼ [rᵢ > rⱼ] / (Σᵢ wᵢ · Σⱼ wⱼ),   i over wrong, j over right outputs

    1 is a perfect order, .5 none, below .5 a reversed one. The interval is DeLong's (DeLong, DeLong and
    Clarke-Pearson, 1988) with weights, and with outputs of one group (one source document, one person) kept together
    (Obuchowski, 1997): the variance is that of the summed influences of the groups, with Student's quantile at one
    degree of freedom fewer than groups (three documents are three observations). It stands on the logit scale, so
    that it stays inside (0, 1); an order without any fault has Wilson's interval of as many draws as there are wrong
    outputs, right outputs, or groups, whichever are fewest; its standard error is the one
    that would make an interval as wide as that.

    Args:
        wrong: 1 or 0.
        risk: any scale, higher is riskier.
        weights: above 0.
        groups: names of the groups; None: each output is its own.

    Fewer than `OF_EACH` wrong or right outputs, or fewer than `GROUPS` groups: TooFew.
    """
    bad = wrong > 0.5
    fewest = int(min(bad.sum(), (~bad).sum()))
    if fewest < OF_EACH:
        return TooFew(found=fewest, needed=OF_EACH)
    places = _numbered(groups) if groups is not None else np.arange(len(wrong))
    if (count := int(places.max()) + 1) < GROUPS:
        return TooFew(found=count, needed=GROUPS, of="documents")
    beaten = np.empty_like(risk)  # of a wrong output: the weight of right ones below it; of a right one: wrong above
    beaten[bad] = share_below(risk[bad], risk[~bad], weights[~bad])
    beaten[~bad] = 1.0 - share_below(risk[~bad], risk[bad], weights[bad])
    shares = np.where(bad, weights / weights[bad].sum(), weights / weights[~bad].sum())
    value = round(float(shares[bad] @ beaten[bad]), 12)  # sums of shares end a hair beside 1
    influence = np.bincount(places, weights=shares * (beaten - value))
    if not 0.0 < value < 1.0:  # so few cannot prove a perfect order, though no influence differs from another
        low, high = wilson(value, min(fewest, count))
        return Measured(value=value, low=low, high=high, error=max(value - low, high - value) / Z95)
    error = float(np.sqrt((influence @ influence) * count / (count - 1)))
    return on_logit_scale(value, error, errors_wide=float(stdtrit(count - 1, UPPER)))


def _numbered(names: Sequence[str]) -> np.ndarray:
    """Equal names as equal numbers from 0 on; names may be whole documents, which an array would make equally long."""
    numbers: dict[str, int] = {}
    return np.array([numbers.setdefault(name, len(numbers)) for name in names], dtype=np.int64)


def on_logit_scale(value: float, error: float, *, errors_wide: float = Z95) -> Measured:
    """A share in [0, 1] with a standard error, as an interval of `errors_wide` of them to each side that stays inside.

    At 0 and 1, where the logit is not finite, it is cut instead.
    """
    if not 0.0 < value < 1.0:
        low, high = max(0.0, value - errors_wide * error), min(1.0, value + errors_wide * error)
        return Measured(value=value, low=low, high=high, error=error)
    centre, half = np.log(value / (1.0 - value)), errors_wide * error / (value * (1.0 - value))
    low, high = (float(1.0 / (1.0 + np.exp(-(centre + side)))) for side in (-half, half))
    return Measured(value=value, low=low, high=high, error=error)


def mean_of(parts: Sequence[Measured]) -> Measured | TooFew:
    """The plain mean of independent measures, each in [0, 1], such as the AUROC of several sets. None: TooFew."""
    if not parts:
        return TooFew(found=0, needed=1)
    error = sqrt(sum(one.error**2 for one in parts)) / len(parts)
    return on_logit_scale(sum(one.value for one in parts) / len(parts), error)


def share_below(at: Floats, among: Floats, weights: Floats) -> Floats:
    """For each place the share of weight that lies below it, and half of what lies on it."""
    order = np.argsort(among, kind="stable")
    summed = np.concatenate([[0.0], np.cumsum(weights[order])])
    below = summed[np.searchsorted(among[order], at, side="left")]
    upto = summed[np.searchsorted(among[order], at, side="right")]
    return np.asarray((below + upto) / (2.0 * summed[-1]))


def brier(wrong: Floats, risk: Floats, weights: Floats) -> float | TooFew:
    """The mean squared error of the risk, Σ w (r - y)² / Σ w (Brier, 1950).

    0 is perfect; risks that all equal the error rate m get m (1 - m), .25 at most. Without an output: TooFew.
    """
    if not len(wrong):
        return TooFew(found=0, needed=1)
    return float(weights @ (risk - wrong) ** 2 / weights.sum())


def calibration_error(wrong: Floats, risk: Floats, weights: Floats, *, bins: int = BINS) -> float | TooFew:
    """How far risks are from the shares that come true, as the root of the debiased squared calibration error:

        Σ_b W_b / W · [(mean risk - share wrong)² - share wrong · (1 - share wrong) / (n_b - 1)],   at least 0

    over bins of equal weight, as far as ties allow (Bröcker, 2012; Kumar, Liang and Ma, Verified Uncertainty
    Calibration, 2019, definition 4.1). n_b is Kish's effective number of the bin. The plain error of the same bins is
    above 0 even for true probabilities; here that part is taken off. 0 is calibrated within what can be seen; .05 is
    five points off.

    Fewer than two outputs a bin: TooFew.
    """
    if len(wrong) < 2 * bins:
        return TooFew(found=len(wrong), needed=2 * bins)
    found = [one for one in reliability(wrong, risk, weights, bins=bins) if one.effective > 1.0]
    if not found:
        return TooFew(found=0, needed=2 * bins)
    mass = sum(one.mass for one in found)
    squares = ((one.risk - one.share) ** 2 - one.share * (1.0 - one.share) / (one.effective - 1.0) for one in found)
    return sqrt(max(0.0, sum(one.mass * square for one, square in zip(found, squares, strict=True)) / mass))


def reliability(wrong: Floats, risk: Floats, weights: Floats, *, bins: int = BINS) -> list[Bin]:
    """Outputs of like risk, in bins from the lowest risk on, of equal weight as far as ties allow.

    Outputs of one risk are in one bin, that of the middle of their weight, so that the order in which they are given
    does not matter. A bin that got none is left out.
    """
    _, level = np.unique(risk, return_inverse=True)
    heavy = np.bincount(level, weights=weights)
    middle = np.cumsum(heavy) - heavy / 2.0
    at = np.minimum((middle / weights.sum() * bins).astype(np.int64), bins - 1)[level]
    mass, squares, risks, wrongs = (
        np.bincount(at, weights=column, minlength=bins)
        for column in (weights, weights**2, weights * risk, weights * wrong)
    )
    return [
        Bin(
            risk=float(risks[one] / mass[one]),
            share=float(wrongs[one] / mass[one]),
            mass=float(mass[one] / weights.sum()),
            effective=float(mass[one] ** 2 / squares[one]),
        )
        for one in np.flatnonzero(mass)
    ]


def risk_coverage(wrong: Floats, risk: Floats, weights: Floats) -> RiskCoverage | TooFew:
    """What would leave unseen if the safest outputs were released (El-Yaniv and Wiener, 2010).

    Outputs of equal risk leave together: each of them counts with the mean of all. AURC is the mean error over the
    outputs in that order, and E-AURC takes off what a perfect order has, m + (1 - m) ln(1 - m) with m the error rate
    (Geifman, Uziel and El-Yaniv, Bias-Reduced Uncertainty Estimation, 2019, equation 3). Without an output: TooFew.
    """
    if not len(wrong):
        return TooFew(found=0, needed=1)
    _, at = np.unique(risk, return_inverse=True)
    mass = np.bincount(at, weights=weights)
    level = np.bincount(at, weights=weights * wrong) / mass
    order = np.argsort(at, kind="stable")
    sizes, errors = weights[order], (weights * level[at])[order]
    coverage = np.cumsum(sizes) / weights.sum()
    error = np.cumsum(errors) / np.cumsum(sizes)
    aurc, rate = float(sizes @ error / weights.sum()), float(error[-1])
    perfect = rate + (1.0 - rate) * log1p(-rate) if rate < 1.0 else 1.0
    return RiskCoverage(coverage=coverage, error=error, aurc=aurc, excess=max(0.0, aurc - perfect))
