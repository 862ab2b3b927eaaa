"""Which of many comparisons count."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import false_discovery_control

from reviewers.decisions import e_values
from reviewers.decisions.e_values import benjamini_hochberg, e_benjamini_hochberg, week_level
from reviewers.decisions.verdict_drift import YEARS


def test_p_values_are_findings_up_to_the_last_that_holds() -> None:
    """Of .01, .04, .03, .5 at level .08: 4 tests ask for .02, .04, .06, .08 in turn."""
    # In order .01 <= .02, .03 <= .04, .04 <= .06, .5 > .08: three are findings.
    assert benjamini_hochberg([0.01, 0.04, 0.03, 0.5], level=0.08) == (True, True, True, False)
    # .03 alone would not be one at .05 / 4 = .0125; a smaller one does not carry it along at .05.
    assert benjamini_hochberg([0.01, 0.04, 0.03, 0.5]) == (True, False, False, False)


def test_p_values_agree_with_scipy() -> None:
    """The same findings as scipy's adjusted p-values at the level."""
    rng = np.random.default_rng(3)
    for _ in range(50):
        values = np.concatenate([rng.random(20), rng.random(5) * 0.01])
        by_scipy = tuple(bool(one) for one in false_discovery_control(values) <= 0.05)
        assert benjamini_hochberg(values.tolist()) == by_scipy


def test_a_single_e_value_has_to_reach_one_over_the_level() -> None:
    """20 is 1 in 20."""
    assert e_benjamini_hochberg([20.0]) == (True,)
    assert e_benjamini_hochberg([19.9]) == (False,)


def test_e_values_carry_each_other() -> None:
    """Of 4 at level .05: one needs 80, two 40 each, three 26.7, four 20."""
    assert e_benjamini_hochberg([79.0, 1.0, 1.0, 1.0]) == (False,) * 4
    assert e_benjamini_hochberg([80.0, 1.0, 1.0, 1.0]) == (True, False, False, False)
    assert e_benjamini_hochberg([1.0, 40.0, 41.0, 39.0]) == (False, True, True, True)  # 3 · 26.7
    assert e_benjamini_hochberg([20.0] * 4) == (True,) * 4


def test_nothing_gives_no_findings() -> None:
    """No comparison, no finding; no evidence, none either."""
    assert benjamini_hochberg([]) == ()
    assert e_benjamini_hochberg([]) == ()
    assert e_benjamini_hochberg([0.0, 0.0]) == (False, False)


def test_numbers_that_are_no_evidence_are_refused() -> None:
    """A NaN would otherwise count as no finding."""
    with pytest.raises(ValueError, match="p-value"):
        benjamini_hochberg([float("nan")])
    with pytest.raises(ValueError, match="e-value"):
        e_benjamini_hochberg([float("nan")])


def test_a_year_of_weeks_spends_the_level_once() -> None:
    """52 weeks at level / 52: at most .02 a year, by adding up."""
    assert 52 * week_level() == pytest.approx(0.01)
    assert week_level(0.05, weeks=1) == 0.05


def test_shares_of_years_with_a_false_alarm_add_up_to_seven_of_a_hundred() -> None:
    """Whatever the comparisons have to do with each other; a watch of 20 years has one of 20."""
    shares = (e_values.WATCH_YEARS, e_values.PARTS_YEARS, e_values.RATES_YEARS, e_values.TESTS_YEARS)
    assert sum(shares) <= e_values.FALSE_YEARS == 0.07
    assert pytest.approx(20.0) == YEARS
