"""Which of many comparisons count: at most so many of 100 that are called findings are none."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

FALSE_FINDINGS = 0.05  # the share of findings that may be none, in the mean (false discovery rate)
YEAR = 52  # digests
# In at most 7 of 100 years without a change any digest of a route may speak. Each kind of comparison has its share of
# them; whatever they have to do with each other, the chances add up to no more (Boole). Our choice: the watch over the
# whole, which people are woken by and which finds the most, has nearly all.
FALSE_YEARS = 0.07
WATCH_YEARS = 0.05  # the watch over all outputs: 1 in 20
PARTS_YEARS = 0.005  # the watches over slices and models together
RATES_YEARS = 0.005  # the weighted rates of two windows, half of it for the whole and half for its parts
TESTS_YEARS = 0.01  # everything else that is compared each week, see `findings.settled`


def week_level(level: float = TESTS_YEARS, *, weeks: int = YEAR) -> float:
    """The level of one week's tests: level / weeks, so that a year without a change speaks with at most this chance.

    A test at .05 every week has a false alarm in 93 of 100 years.

    >>> round(week_level(), 6)
    0.000192
    """
    return level / weeks


def benjamini_hochberg(p_values: Sequence[float], *, level: float = FALSE_FINDINGS) -> tuple[bool, ...]:
    """Which p-values are findings: the k smallest, for the largest k with p_(k) <= level k / K.

    At most `level` of the findings are false in the mean, for tests that are independent or positively dependent
    (Benjamini & Hochberg, JRSS B 57, 1995; Benjamini & Yekutieli, Annals of Statistics 29, 2001). Where nothing
    changed at all, the chance of any finding is at most `level`.

    Args:
        p_values: each in [0, 1]; none: no findings.
        level: in (0, 1).
    """
    values = np.asarray(p_values, dtype=np.float64)
    if bool(np.any(~((values >= 0.0) & (values <= 1.0)))):
        raise ValueError("a p-value lies outside [0, 1]")
    count = len(values)
    order = np.sort(values)
    kept = np.flatnonzero(order <= level * np.arange(1, count + 1) / max(count, 1))
    return _within(values, float(order[kept[-1]]) if len(kept) else -1.0)


def e_benjamini_hochberg(e_values: Sequence[float], *, level: float = FALSE_FINDINGS) -> tuple[bool, ...]:
    """Which e-values are findings: the k largest, for the largest k with e_(k) >= K / (level k).

    At most `level` of the findings are false in the mean, however the tests depend on each other (Wang & Ramdas, False
    discovery rate control with e-values, JRSS B 84, 2022, section 3). One test alone has to reach 1 / level; of ten, a
    single one 10 / level.

    Args:
        e_values: each 0 or more: a value whose mean is at most 1 where nothing changed.
        level: in (0, 1).
    """
    values = np.asarray(e_values, dtype=np.float64)
    if bool(np.any(~(values >= 0.0))):
        raise ValueError("an e-value lies below 0")
    count = len(values)
    order = np.sort(values)[::-1]
    kept = np.flatnonzero(order * level * np.arange(1, count + 1) >= count)
    return _within(-values, -float(order[kept[-1]]) if len(kept) else -np.inf)


def _within(values: np.ndarray, largest: float) -> tuple[bool, ...]:
    return tuple(bool(one) for one in values <= largest)
