"""Krippendorff's alpha: published examples and pencil work, too little of it, and an interval that holds."""

from __future__ import annotations

import doctest

import numpy as np
import pytest

from reviewers.decisions import agreement
from reviewers.decisions.agreement import AllAlike, Alpha, alpha
from reviewers.decisions.too_few import TooFew

# Krippendorff, Computing Krippendorff's Alpha-Reliability (2011), section A: two observers, ten units, two values.
TWO_OBSERVERS = ["01", "11", "01", "00", "00", "01", "00", "00", "10", "00"]
# The same, section C: four observers, twelve units, five values, with gaps; unit 12 has one value only.
FOUR_OBSERVERS = ["111", "2232", "3333", "3333", "2222", "1234", "4444", "1121", "2222", "555", "11", "3"]


def found(units: list[str], needed: int = 2) -> Alpha:
    """The figure, where there is one."""
    value = alpha([tuple(unit) for unit in units], needed=needed)
    assert isinstance(value, Alpha)
    return value


def test_the_examples_of_the_docstrings_hold() -> None:
    """They are run as they stand."""
    assert doctest.testmod(agreement).failed == 0


def test_two_observers_as_published() -> None:
    """The author's own result is .095: 14 zeros and 6 ones, D_o = 8/20, D_e = 2·14·6/(20·19), 1 - 0.400/0.442."""
    assert found(TWO_OBSERVERS).value == pytest.approx(0.095, abs=5e-4)


def test_four_observers_with_gaps_as_published() -> None:
    """The author's own result for nominal data is .743; a unit with one value counts for nothing."""
    value = found(FOUR_OBSERVERS)
    assert value.value == pytest.approx(0.743, abs=5e-4)
    assert (value.units, value.verdicts) == (11, 40)


def test_three_reviewers_by_pencil() -> None:
    """Two outputs: a a b and b b b. D_o = [(9-5)/2 + 0]/6 = 1/3, D_e = (36-4-16)/30 = 8/15, α = 1 - 5/8."""
    assert found(["aab", "bbb"]).value == pytest.approx(3 / 8)


def test_all_agree_on_both_kinds() -> None:
    """α is 1, and its lower end is not: Wilson's upper end for 0 of 30 is .1135, D_e = 2·20·40/(60·59)."""
    value = found(["aa"] * 20 + ["bb"] * 10)
    assert (value.value, value.high) == (1.0, 1.0)
    assert value.low == pytest.approx(1 - 0.11351 / (1600 / 3540), abs=1e-3)


def test_all_differ() -> None:
    """Below chance, down to -1 at the most: D_o = 1, D_e = 2·20·20/(40·39) = 20/39, α = 1 - 39/20."""
    value = found(["ab"] * 20)
    assert value.value == pytest.approx(-0.95)
    assert value.low >= -1.0


def test_one_kind_alone_tells_nothing() -> None:
    """Everybody approved everything: no disagreement was to be expected, so there is no figure."""
    assert alpha([("a", "a")] * 30) == AllAlike(units=30, verdicts=60)


def test_too_few_outputs_with_two_verdicts() -> None:
    """It says how many there are; outputs with one verdict do not count."""
    assert alpha([("a", "b")] * 19 + [("a",)] * 50) == TooFew(found=19, needed=20, of="outputs with two verdicts")


@pytest.mark.parametrize(
    ("wrong", "finds", "passes"),
    [(0.12, 0.82, 0.97), (0.30, 0.90, 0.90), (0.30, 0.50, 0.50), (0.10, 0.99, 0.995)],
)
def test_the_interval_holds_the_true_value(wrong: float, finds: float, passes: float) -> None:
    """In at least 92 of 100 of 300 samples of 60 outputs: 95 less 2.4 standard errors of such a count.

    The truth in closed form: D_o = 2 E[q(1 - q)] with q the chance of calling an output wrong, D_e = 2 P (1 - P).
    """
    share = wrong * finds + (1 - wrong) * (1 - passes)
    observed = wrong * finds * (1 - finds) + (1 - wrong) * passes * (1 - passes)
    truth = 1 - observed / (share * (1 - share))
    rng, held, told = np.random.default_rng(3), 0, 0
    for _ in range(300):
        chance = np.where(rng.random(60) < wrong, finds, 1 - passes)
        pairs = rng.random((2, 60)) < chance
        value = alpha([("w" if one else "r", "w" if two else "r") for one, two in pairs.T])
        if isinstance(value, Alpha):
            told += 1
            held += value.low <= truth <= value.high
    assert held >= 0.92 * told
