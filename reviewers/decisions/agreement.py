"""How far reviewers agree beyond chance: Krippendorff's alpha for right and wrong, with an interval."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt

from reviewers.decisions.too_few import TooFew

Z95 = 1.959963984540054  # the standard normal's 97.5 % point
UNITS_NEEDED = 20  # our choice, as for every other comparison: of two or more verdicts on one output
# From which alpha on verdicts are taken at their word: our choice. Krippendorff (Content Analysis, 2013, section 12.4)
# asks for .667 to conclude tentatively, of any scale; where errors are rare, alpha of right and wrong is low even among
# reviewers who seldom err.
TRUSTED_FROM = 0.6


@dataclass(frozen=True, kw_only=True, slots=True)
class Alpha:
    """Agreement beyond chance, with its 95 % interval."""

    value: float  # 1: all agree; 0: as by chance; below 0: they disagree more often than by chance
    low: float
    high: float
    units: int  # outputs with two or more verdicts
    verdicts: int  # on those


@dataclass(frozen=True, kw_only=True, slots=True)
class AllAlike:
    """Every verdict said the same: they agree, but nothing tells that it is not by chance."""

    units: int
    verdicts: int


def alpha(units: Iterable[Sequence[str]], *, needed: int = UNITS_NEEDED) -> Alpha | AllAlike | TooFew:
    """Compute α = 1 − D_o / D_e for categories without an order.

    D_o, the observed disagreement, is the share of differing pairs within outputs, each output's pairs weighing its
    m verdicts as m / (m (m − 1)); D_e, the expected one, the share of differing pairs among all n verdicts:
    D_o = 1/n Σ_u [m_u² − Σ_c n_uc²] / (m_u − 1) and D_e = [n² − Σ_c n_c²] / (n (n − 1)).

    Extremes: 1 when all agree on every output, 0 when they agree as often as by drawing verdicts at random, negative
    down to −1 when they disagree systematically. Outputs with fewer than two verdicts say nothing and are left out.

    Args:
        units: the verdicts on each output, as names of categories.
        needed: outputs with two or more verdicts, at least 2.

    The interval is Wilson's (1927) for D_o at the number of outputs that would give it the delta method's variance of
    D_o / D_e over outputs, divided by D_e: outputs are the independent draws, and where no two verdicts differ it still
    has a width. (Bootstraps of α have none there.)

    Too little data: TooFew below `needed` outputs; AllAlike where only one category was ever used, since D_e is 0.

    Source: Krippendorff, Content Analysis, 3rd edition (2013), section 12.3; for the delta method of a ratio, Särndal,
    Swensson and Wretman, Model Assisted Survey Sampling (1992), section 5.6.

    >>> pairs = [("right", "right")] * 15 + [("wrong", "wrong")] * 5 + [("right", "wrong")] * 5
    >>> round(alpha(pairs).value, 3)
    0.533
    """
    counted = [Counter(unit) for unit in units if len(unit) > 1]
    if len(counted) < needed:
        return TooFew(found=len(counted), needed=needed, of="outputs with two verdicts")
    total = sum(counted, Counter[str]())
    verdicts = total.total()
    expected = (verdicts**2 - _squares(total)) / (verdicts * (verdicts - 1))
    if expected == 0:
        return AllAlike(units=len(counted), verdicts=verdicts)
    observed = sum(_differing(unit) for unit in counted) / verdicts
    low, high = _wilson(observed, _effective(counted, total, observed, expected))
    return Alpha(
        value=1.0 - observed / expected,
        low=max(-1.0, 1.0 - high / expected),
        high=1.0 - low / expected,
        units=len(counted),
        verdicts=verdicts,
    )


def _squares(counts: Counter[str]) -> int:
    return sum(count**2 for count in counts.values())


def _differing(unit: Counter[str]) -> float:
    """An output's part of n D_o: 0 when its verdicts are alike, 2 for two that differ."""
    return (unit.total() ** 2 - _squares(unit)) / (unit.total() - 1)


def _effective(counted: Sequence[Counter[str]], total: Counter[str], observed: float, expected: float) -> float:
    """How many outputs give a share like D_o the variance that D_o / D_e has; at most those that there are.

    Linearised in the output's m, its part of n D_o and its counts: d(D_o / D_e) = (dD_o − D_o/D_e dD_e) / D_e, with
    dD_o = (part − D_o m) / n and dD_e ≈ (2 (m − Σ_c n_uc n_c / n) − 2 m D_e) / n.
    """
    verdicts = total.total()
    ratio, spread = observed / expected, 0.0
    for unit in counted:
        met = sum(count * total[name] for name, count in unit.items()) / verdicts
        size = unit.total()
        in_observed = _differing(unit) - observed * size
        in_expected = 2.0 * (size - met) - 2.0 * size * expected
        spread += ((in_observed - ratio * in_expected) / verdicts) ** 2
    units = len(counted)
    variance = spread * units / (units - 1)
    if variance == 0.0 or observed >= 1.0:
        return units
    return min(units, observed * (1.0 - observed) / variance)


def _wilson(share: float, n: float) -> tuple[float, float]:
    centre = (share + Z95**2 / (2 * n)) / (1 + Z95**2 / n)
    half = Z95 / (1 + Z95**2 / n) * sqrt(share * (1 - share) / n + Z95**2 / (4 * n**2))
    return max(0.0, centre - half), min(1.0, centre + half)
