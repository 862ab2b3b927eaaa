"""Whether numbers and categories of outputs moved: lengths, similarities, risks, latency; languages, refusals.

With ten thousand outputs a week every difference is beyond chance, and a test of "exactly alike" would speak every
week. What is tested is whether more moved than a share of outputs that nobody would miss.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot, sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc, kolmogorov, ndtr

from reviewers.decisions.estimate_inputs import Floats
from reviewers.decisions.figures import wilson
from reviewers.model.digest import State
from reviewers.model.missing import Missing

OUTPUTS_NEED = 50  # of each window: our choice, below it a quantile's interval spans most of the distribution
NEGLIGIBLE = 0.05  # share of outputs whose number may lie elsewhere: our choice
NEGLIGIBLE_SHARE = 0.01  # by which a category may grow or shrink: our choice, for refusals a point is much already
LEVEL = 0.05
TAIL = 0.025  # beyond each end of a 95 % interval
CELL_NEEDS = 5.0  # outputs expected in each cell, for the chi-square approximation (Cochran 1954)
MOST_CATEGORIES = 20  # told apart: our choice
REST = "(other)"  # all the others
PSI_BINS = 10  # deciles of the reference, as is usual
PSI_LEAST = 1e-4  # share that stands for an empty bin, so that the index stays finite


@dataclass(frozen=True, kw_only=True, slots=True)
class Shift:
    """A number of each window, and the difference with its 95 % interval."""

    name: str  # "median", "95 of 100", or a category
    now: float
    before: float
    effect: float  # now minus before
    low: float
    high: float


@dataclass(frozen=True, kw_only=True, slots=True)
class ValueDrift:
    """What the comparison of two windows of values says."""

    state: State  # DRIFT or STABLE, at the level that was asked for
    p_value: float  # of "no more moved than nobody would miss"
    distance: float  # in [0, 1]: numbers D, categories half of Σ |share now - share before|
    shifts: tuple[Shift, ...]  # numbers: median and 95 of 100; categories: the largest change first
    wasserstein: float | None  # mean way between the values, in their unit; None: categories
    psi: float  # population stability index: shown, not tested, since it has no distribution to be held against
    now: int  # outputs
    before: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Quantile:
    """A quantile with its 95 % interval."""

    value: float
    low: float
    high: float


def numbers(reference: Floats, current: Floats, *, level: float = LEVEL) -> ValueDrift | Missing:
    """Compare the distributions of a number by Kolmogorov and Smirnov's distance D = sup |F1 - F0|.

    p = K(√(n0 n1 / (n0 + n1)) (D - 0.05)) with K the tail of Kolmogorov's distribution: by the triangle inequality the
    distance seen exceeds the true one by no more than the distance of two samples of one distribution (Kolmogorov 1933;
    Smirnov 1939; DasGupta, Asymptotic Theory of Statistics and Probability, 2008, section 26.8).

    Extremes: D = 0 where the samples agree, 1 where all values of one lie below those of the other.

    Args:
        reference: values of the reference window, in any unit; NaN is left out.
        current: of the current window, in the same unit.
        level: in (0, 1): drift where p is at most that.

    Too little data: `Missing` below 50 values in either window.
    """
    old, new = (np.sort(values[~np.isnan(values)]) for values in (reference, current))
    if (fewer := min(len(old), len(new))) < OUTPUTS_NEED:
        return Missing(found=fewer, needed=OUTPUTS_NEED, of="outputs")
    at = np.concatenate([old, new])
    gap = _share_upto(new, at) - _share_upto(old, at)
    distance = float(np.abs(gap).max())
    p_value = float(kolmogorov(sqrt(len(old) * len(new) / len(at)) * max(distance - NEGLIGIBLE, 0.0)))
    return ValueDrift(
        state=State.DRIFT if p_value <= level else State.STABLE,
        p_value=p_value,
        distance=distance,
        shifts=(_moved("median", old, new, 0.5), _moved("95 of 100", old, new, 0.95)),
        wasserstein=wasserstein(old, new),
        psi=_psi_of_numbers(old, new),
        now=len(new),
        before=len(old),
    )


def categories(reference: Sequence[str], current: Sequence[str], *, level: float = LEVEL) -> ValueDrift | Missing:
    """Compare the shares of categories, such as languages, or "refused" and "answered".

    p is the larger of two: that of Pearson's χ² = Σ (seen - expected)² / expected of "no difference at all" (1900), and
    that of "no category moved by more than 0.01", the smallest over the categories of Φ(-(|d| - 0.01) / s) times their
    number (Bonferroni), with s² = Σ share (1 - share) / n over the windows. Both have to speak against it
    (intersection-union, Berger 1982).

    Args:
        reference: the category of each output of the reference window.
        current: of the current window. Rare categories are taken together, and at most 20 told apart.
        level: in (0, 1): drift where p is at most that.

    Too little data: `Missing` below 50 outputs in either window.
    """
    if (fewer := min(len(reference), len(current))) < OUTPUTS_NEED:
        return Missing(found=fewer, needed=OUTPUTS_NEED, of="outputs")
    names, old, new = _table(reference, current)
    before, now = old / old.sum(), new / new.sum()
    p_value = max(_no_difference(old, new), _none_beyond(before, now, len(reference), len(current)))
    shifts = [
        share_shift(name, int(mine), len(current), int(others), len(reference))
        for name, mine, others in zip(names, new, old, strict=True)
    ]
    return ValueDrift(
        state=State.DRIFT if p_value <= level else State.STABLE,
        p_value=p_value,
        distance=float(np.abs(now - before).sum() / 2.0),
        shifts=tuple(sorted(shifts, key=lambda shift: -abs(shift.effect))),
        wasserstein=None,
        psi=_psi(before, now),
        now=len(current),
        before=len(reference),
    )


def quantile(ordered: Floats, share: float) -> Quantile:
    """The value below which this share of the values lies, with the 95 % interval that its neighbours give.

    The interval ends at the order statistics whose ranks a binomial count with this share exceeds with 2.5 % on each
    side (Thompson 1936; David & Nagaraja, Order Statistics, 2003, section 7.1). It supposes nothing of the
    distribution; of few values it ends at the least and the largest.

    Args:
        ordered: at least one value, ascending.
        share: in (0, 1).
    """
    from scipy.stats import binom  # here: 23 MB that every process would carry, and few compute with

    count = len(ordered)
    low = int(binom.ppf(TAIL, count, share)) - 1
    high = int(binom.ppf(1.0 - TAIL, count, share))
    return Quantile(
        value=float(np.quantile(ordered, share)),
        low=float(ordered[max(low, 0)]),
        high=float(ordered[min(high, count - 1)]),
    )


def share_shift(name: str, now: int, n_now: int, before: int, n_before: int) -> Shift:
    """A share's difference with the interval that Wilson's of the two make (Newcombe 1998, method 10)."""
    first, second = now / n_now, before / n_before
    return _mover(name, (first, *wilson(first, n_now)), (second, *wilson(second, n_before)))


def wasserstein(reference: Floats, current: Floats) -> float:
    """∫ |F1 - F0|: the mean way that values have to go to make one sample the other (Vallender 1974).

    0 where they agree; values that all grew by 3 give 3. Both samples ascending, with at least one value each.
    """
    at = np.sort(np.concatenate([reference, current]))
    gap = np.abs(_share_upto(current, at[:-1]) - _share_upto(reference, at[:-1]))
    return float(gap @ np.diff(at))


def _share_upto(ordered: Floats, at: Floats) -> Floats:
    return np.asarray(np.searchsorted(ordered, at, side="right") / len(ordered))


def _moved(name: str, old: Floats, new: Floats, share: float) -> Shift:
    now, before = quantile(new, share), quantile(old, share)
    return _mover(name, (now.value, now.low, now.high), (before.value, before.low, before.high))


def _mover(name: str, now: tuple[float, float, float], before: tuple[float, float, float]) -> Shift:
    """Each end of the difference moves as far as the two ends that make it (Zou & Donner 2008, equation 5)."""
    effect = now[0] - before[0]
    return Shift(
        name=name,
        now=now[0],
        before=before[0],
        effect=effect,
        low=effect - hypot(now[0] - now[1], before[2] - before[0]),
        high=effect + hypot(now[2] - now[0], before[0] - before[1]),
    )


def _table(reference: Sequence[str], current: Sequence[str]) -> tuple[list[str], Floats, Floats]:
    """The categories with their counts; those too rare to be tested, or too many, together."""
    old, new = Counter(reference), Counter(current)
    least = CELL_NEEDS * (1.0 + max(len(reference), len(current)) / min(len(reference), len(current)))
    both = old + new
    kept = [name for name, count in both.most_common(MOST_CATEGORIES) if count >= least and name != REST]
    counts = [[side[name] for name in kept] for side in (old, new)]
    rest = [len(reference) - sum(counts[0]), len(current) - sum(counts[1])]
    if sum(rest):
        return [*kept, REST], np.array([*counts[0], rest[0]], float), np.array([*counts[1], rest[1]], float)
    return kept, np.array(counts[0], float), np.array(counts[1], float)


def _no_difference(old: Floats, new: Floats) -> float:
    both, count = old + new, old.sum() + new.sum()
    if len(both) < 2:
        return 1.0
    expected = np.outer([old.sum() / count, new.sum() / count], both)
    return float(chdtrc(len(both) - 1, (((np.stack([old, new]) - expected) ** 2) / expected).sum()))


def _none_beyond(before: Floats, now: Floats, n_before: int, n_now: int) -> float:
    error = np.sqrt(before * (1.0 - before) / n_before + now * (1.0 - now) / n_now)
    beyond = np.abs(now - before) - NEGLIGIBLE_SHARE
    apart = np.divide(beyond, error, out=np.where(beyond > 0.0, np.inf, -np.inf), where=error > 0.0)
    return min(1.0, len(before) * float(ndtr(-apart).min()))


def _psi_of_numbers(old: Floats, new: Floats) -> float:
    edges = np.unique(np.quantile(old, np.arange(1, PSI_BINS) / PSI_BINS))
    counts = [_counted(values, edges) for values in (old, new)]
    return _psi(counts[0] / len(old), counts[1] / len(new))


def _counted(values: Floats, edges: Floats) -> NDArray[np.int64]:
    return np.bincount(np.searchsorted(edges, values, side="left"), minlength=len(edges) + 1)


def _psi(before: Floats, now: Floats) -> float:
    """Σ (now - before) ln(now / before): Jeffreys' divergence, 1946; 0 where the shares agree."""
    old, new = np.maximum(before, PSI_LEAST), np.maximum(now, PSI_LEAST)
    return float((new - old) @ np.log(new / old))
