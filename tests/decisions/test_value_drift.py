"""Numbers and categories of two windows: by hand, and beside scipy."""

from __future__ import annotations

from math import log, sqrt

import numpy as np
import pytest
from scipy import stats

from reviewers.decisions import value_drift
from reviewers.decisions.value_drift import REST, ValueDrift
from reviewers.model.digest import State
from reviewers.model.missing import Missing


def found(result: ValueDrift | Missing) -> ValueDrift:
    """Enough was there."""
    assert isinstance(result, ValueDrift)
    return result


def test_distances_agree_with_scipy() -> None:
    """D and the Wasserstein distance of samples of different size, with ties."""
    rng = np.random.default_rng(1)
    old, new = np.round(rng.normal(0.0, 1.0, 300), 1), np.round(rng.normal(0.3, 1.2, 170), 1)

    drift = found(value_drift.numbers(old, new))

    assert drift.distance == pytest.approx(stats.ks_2samp(old, new).statistic)
    assert drift.wasserstein == pytest.approx(stats.wasserstein_distance(old, new))


def test_values_that_all_grew_moved_by_as_much() -> None:
    """0 to 99 becomes 60 to 159: D is .6, every value goes 60 up, and so do median and 95 of 100."""
    old = np.arange(100.0)

    drift = found(value_drift.numbers(old, old + 60.0))

    assert drift.distance == pytest.approx(0.6)
    assert drift.wasserstein == pytest.approx(60.0)
    assert [shift.effect for shift in drift.shifts] == pytest.approx([60.0, 60.0])
    assert drift.state is State.DRIFT
    # √(100 · 100 / 200) (.6 - .05) = 3.889, and Kolmogorov's tail there is 2 exp(-2 · 3.889²) = 1.46e-13.
    assert drift.p_value == pytest.approx(2.0 * np.exp(-2.0 * 50.0 * 0.55**2), rel=1e-6)


def test_a_difference_that_nobody_would_miss_is_stable_however_many_show_it() -> None:
    """With 100,000 outputs a fortieth of the spread is beyond chance, and no drift."""
    rng = np.random.default_rng(2)
    old, new = rng.normal(0.0, 1.0, 100_000), rng.normal(0.025, 1.0, 100_000)

    drift = found(value_drift.numbers(old, new))

    assert stats.ks_2samp(old, new).pvalue < 0.001
    assert drift.state is State.STABLE
    assert drift.p_value > 0.5


def test_stable_numbers_raise_no_more_alarms_than_the_level() -> None:
    """At the edge of what is tolerated, 5 in 100 moved, at most 5 in 100 of the comparisons speak."""
    rng = np.random.default_rng(3)
    alarms = 0
    for _ in range(400):
        old, new = rng.random(400), rng.random(200)
        new = np.where(rng.random(200) < 0.05, 2.0, new)
        alarms += found(value_drift.numbers(old, new)).state is State.DRIFT
    assert alarms <= stats.binom.ppf(0.999, 400, 0.05)


def test_quantiles_hold_the_true_one_as_often_as_they_say() -> None:
    """The 95th of 100 of an exponential sample of 200, in 95 of 100 samples (binomial .001 point of 300)."""
    rng = np.random.default_rng(4)
    truth = -log(0.05)
    held = 0
    for _ in range(300):
        one = value_drift.quantile(np.sort(rng.exponential(size=200)), 0.95)
        held += one.low <= truth <= one.high
    assert held >= stats.binom.ppf(0.001, 300, 0.95)


def test_the_interval_of_a_median_ends_at_order_statistics() -> None:
    """Of 1 to 20 the 6th and 15th: a fair count of 20 is below 6 with chance .0207, and above 14 as often."""
    one = value_drift.quantile(np.arange(1.0, 21.0), 0.5)

    assert (one.value, one.low, one.high) == (10.5, 6.0, 15.0)


def test_the_chi_square_agrees_with_scipy() -> None:
    """A table of three languages."""
    old, new = np.array([700.0, 200.0, 100.0]), np.array([300.0, 120.0, 80.0])

    by_scipy = stats.chi2_contingency(np.stack([old, new]), correction=False).pvalue
    assert value_drift._no_difference(old, new) == pytest.approx(by_scipy)


def test_refusals_that_doubled_are_drift_with_their_interval() -> None:
    """From 2 in 100 of 4,000 to 6 in 100 of 1,000: 3 points beyond what is tolerated, at an error of .0078."""
    old = ["refused"] * 80 + ["answered"] * 3920
    new = ["refused"] * 60 + ["answered"] * 940

    drift = found(value_drift.categories(old, new))

    error = sqrt(0.02 * 0.98 / 4000 + 0.06 * 0.94 / 1000)
    assert drift.state is State.DRIFT
    assert drift.p_value == pytest.approx(2.0 * stats.norm.sf(0.03 / error), rel=1e-6)  # two categories
    refused = next(shift for shift in drift.shifts if shift.name == "refused")
    assert (refused.now, refused.before) == (0.06, 0.02)
    assert refused.low == pytest.approx(0.0263, abs=0.001)  # Newcombe: 0.04 - √((.06 - .0469)² + (.0248 - .02)²)
    assert refused.low < refused.effect < refused.high


def test_half_a_point_more_is_stable() -> None:
    """Beyond chance among 100,000, and less than anybody would miss."""
    old = ["refused"] * 2000 + ["answered"] * 98_000
    new = ["refused"] * 2500 + ["answered"] * 97_500

    assert found(value_drift.categories(old, new)).state is State.STABLE


def test_rare_categories_are_taken_together() -> None:
    """With five windows' worth of outputs before, a category needs 30 to be expected five times now."""
    old = ["en"] * 480 + ["de"] * 10 + ["fr"] * 10
    new = ["en"] * 96 + ["de"] * 2 + ["pl"] * 2

    names = {shift.name for shift in found(value_drift.categories(old, new)).shifts}

    assert names == {"en", REST}


def test_one_category_alone_is_stable() -> None:
    """There is nothing that could have moved."""
    drift = found(value_drift.categories(["en"] * 100, ["en"] * 60))

    assert (drift.state, drift.p_value, drift.distance, drift.psi) == (State.STABLE, 1.0, 0.0, 0.0)


def test_the_stability_index_is_worked_by_hand() -> None:
    """From 50 : 50 to 75 : 25: .25 ln 1.5 - .25 ln .5 = .1014 + .1733 = .2747."""
    drift = found(value_drift.categories(["a"] * 100 + ["b"] * 100, ["a"] * 150 + ["b"] * 50))

    assert drift.psi == pytest.approx(0.2747, abs=1e-4)


def test_too_few_outputs_are_said() -> None:
    """Neither drift nor stable."""
    assert value_drift.numbers(np.arange(100.0), np.arange(7.0)) == Missing(found=7, needed=50, of="outputs")
    assert value_drift.numbers(np.full(100, np.nan), np.arange(99.0)) == Missing(found=0, needed=50, of="outputs")
    assert value_drift.categories(["a"] * 49, ["a"] * 60) == Missing(found=49, needed=50, of="outputs")


def test_values_that_are_all_the_same_are_stable() -> None:
    """No spread, no bins, no division by nothing."""
    drift = found(value_drift.numbers(np.ones(60), np.ones(60)))

    assert (drift.state, drift.distance, drift.wasserstein, drift.psi) == (State.STABLE, 0.0, 0.0, 0.0)
