"""The share of wrong outputs from reviews of known chances, against closed forms and other people's numbers."""

from __future__ import annotations

from dataclasses import replace
from math import sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq
from scipy.special import expit, logit
from scipy.stats import binomtest

from reviewers.decisions.estimate import (
    Beta,
    Change,
    Estimate,
    Interval,
    Method,
    Population,
    ReviewerErrors,
    Sample,
    change,
    clopper_pearson,
    estimate,
    of_process,
)
from reviewers.decisions.too_few import TooFew

ONE_SIGMA = 0.6826894921370859  # the level at z = 1, where the term for skewness is 0


def uniform(wrong: int, reviewed: int, outputs: int, risk: float = 0.1) -> tuple[Sample, Population]:
    """So many wrong ones of so many reviewed, drawn uniformly, all of the same risk."""
    chance = reviewed / outputs
    verdicts = np.array([1.0] * wrong + [0.0] * (reviewed - wrong))
    return (
        Sample(wrong=verdicts, risk=np.full(reviewed, risk), chance=np.full(reviewed, chance)),
        Population(risk=np.full(outputs, risk), chance=np.full(outputs, chance)),
    )


def active(seed: int, outputs: int = 3000, reviews: int = 200) -> tuple[Sample, Population]:
    """Outputs whose risk is right, reviewed with chances that follow it."""
    rng = np.random.default_rng(seed)
    risk = rng.beta(1.0, 6.0, outputs)
    worth = np.sqrt(risk * (1.0 - risk)) + 0.05
    chance = np.minimum(reviews * worth / worth.sum(), 1.0)
    wrong, drawn = (rng.random(outputs) < risk).astype(float), rng.random(outputs) < chance
    return Sample(wrong=wrong[drawn], risk=risk[drawn], chance=chance[drawn]), Population(risk=risk, chance=chance)


def number(found: Estimate | TooFew) -> Estimate:
    """It is one."""
    assert isinstance(found, Estimate)
    return found


def a_number(value: float, low: float, high: float) -> Estimate:
    """An estimate with this interval."""
    return Estimate(
        value=value,
        intervals={0.95: Interval(low, high)},
        reviewed=100,
        outputs=1000,
        effective_n=100.0,
        method=Method.SCORE,
    )


def wilson(share: float, n: float, z: float) -> Interval:
    """The textbook's closed form."""
    centre, half = share + z * z / (2 * n), z * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return Interval((centre - half) / (1 + z * z / n), (centre + half) / (1 + z * z / n))


def test_one_risk_for_all_is_wilsons_interval_with_finite_population_correction() -> None:
    """12 of 100 drawn of 1,000: n / (1 - n / N) = 111.1 in Wilson's formula."""
    found = number(estimate(*uniform(12, 100, 1000), levels=(ONE_SIGMA,)))
    assert found.value == pytest.approx(0.12)
    assert found.at(ONE_SIGMA) == pytest.approx(wilson(0.12, 100 / 0.9, 1.0), abs=1e-6)
    assert (found.reviewed, found.outputs, found.method) == (100, 1000, Method.SCORE)
    assert found.effective_n == pytest.approx(100.0)


def test_the_term_for_rare_errors_is_the_one_of_cornish_and_fisher() -> None:
    """3 of 100 drawn of 2,000 at 95 %: both ends solve the equation written down here for a plain sample."""
    n, outputs, z = 100, 2000, 1.959963984540054
    chance = n / outputs

    def surprise(share: float, side: float) -> float:
        variance = share * (1 - share) * (1 / n - 1 / outputs)
        third = share * (1 - share) * (1 - 2 * share) * (1 - chance) * (1 - 2 * chance) / n**2
        return float(0.03 - share - sqrt(variance) * (side + third / variance**1.5 * (z * z - 1) / 6))

    found = number(estimate(*uniform(3, n, outputs)))
    low, high = brentq(surprise, 1e-6, 0.03, args=(z,)), brentq(surprise, 0.03, 0.5, args=(-z,))
    assert found.at(0.95) == pytest.approx((low, high), abs=1e-6)


def test_reviewing_all_outputs_is_the_plain_share() -> None:
    """Nothing is left to the draw, whatever the risks were."""
    risk, wrong = np.linspace(0.01, 0.9, 50), (np.arange(50) % 5 == 0).astype(float)
    everything = Sample(wrong=wrong, risk=risk, chance=np.ones(50))
    found = number(estimate(everything, Population(risk=risk, chance=np.ones(50))))
    assert found.value == pytest.approx(0.2)
    assert found.at(0.95) == pytest.approx((0.2, 0.2))
    assert found.effective_n == pytest.approx(50.0)


def test_the_value_is_what_tilted_risks_come_to() -> None:
    """Two kinds of outputs with equal errors in each: the tilt that fits is found here by another way.

    Of 100 outputs at risk .05 ten were drawn, none wrong in nine and one wrong; of 50 at risk .4 twenty, eight wrong.
    With the slope held at 1 the shift d solves 10 (1 - 10 q1) + 2.5 (8 - 20 q2) = 0.
    """
    chance = np.array([0.1] * 100 + [0.4] * 50)
    risk = np.array([0.05] * 100 + [0.4] * 50)
    reviews = Sample(
        wrong=np.array([1.0] + [0.0] * 9 + [1.0] * 8 + [0.0] * 12),
        risk=np.array([0.05] * 10 + [0.4] * 20),
        chance=np.array([0.1] * 10 + [0.4] * 20),
    )
    found = number(estimate(reviews, Population(risk=risk, chance=chance)))
    # Two cells, each weighted to its own size: whatever the tilt, Σ w q over the reviews is Σ q over all outputs,
    # so that the value is the weighted share: (10 · 1 + 2.5 · 8) / 150.
    assert found.value == pytest.approx(30.0 / 150.0)


def test_the_numbers_of_ppi_python() -> None:
    """2,000 uniform reviews of 40,000 outputs, beside what ppi-python 0.2.3 gives for the same arrays.

    .12080, 95 % .10727 to .13432, 90 % .10945 to .13215. Its interval
    (Angelopoulos, Duchi & Zrnic, PPI++, 2023) speaks for the process, as ours does with clusters of one.
    """
    rng = np.random.default_rng(7)
    risk = rng.beta(1.0, 9.0, 40_000)
    wrong = (rng.random(40_000) < risk**0.8 * 0.8).astype(float)
    chance, own = np.full(40_000, 0.05), np.arange(40_000)
    sample = Sample(wrong=wrong[:2000], risk=risk[:2000], chance=chance[:2000], cluster=own[:2000])
    found = number(estimate(sample, Population(risk=risk, chance=chance, cluster=own)))
    assert found.value == pytest.approx(0.12080, abs=0.0007)  # a tenth of the standard error
    assert found.at(0.95) == pytest.approx((0.10727, 0.13432), abs=0.002)
    assert found.at(0.90) == pytest.approx((0.10945, 0.13215), abs=0.002)


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 500), shift=st.floats(-2.0, 2.0))
def test_risks_that_are_all_too_high_or_too_low_cost_nothing(seed: int, shift: float) -> None:
    """Moving all risks on the logit scale changes nothing: the tilt takes it back."""
    sample, population = active(seed)
    first = number(estimate(sample, population))
    moved = number(
        estimate(
            replace(sample, risk=expit(logit(sample.risk) + shift)),
            replace(population, risk=expit(logit(population.risk) + shift)),
        )
    )
    assert moved.value == pytest.approx(first.value, abs=5e-4)  # a fortieth of the standard error: of the cells
    assert moved.at(0.95) == pytest.approx(first.at(0.95), abs=2e-3)


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 500))
def test_right_and_wrong_are_treated_alike(seed: int) -> None:
    """Swapping them turns the share and its interval round."""
    sample, population = active(seed)
    first = number(estimate(sample, population))
    swapped = number(
        estimate(
            replace(sample, wrong=1.0 - sample.wrong, risk=1.0 - sample.risk),
            replace(population, risk=1.0 - population.risk),
        )
    )
    low, high = first.at(0.95)
    assert swapped.value == pytest.approx(1.0 - first.value, abs=1e-4)
    assert swapped.at(0.95) == pytest.approx((1.0 - high, 1.0 - low), abs=1e-4)


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 500))
def test_intervals_hold_the_value_and_a_higher_level_holds_a_lower(seed: int) -> None:
    """And both lie in [0, 1]."""
    found = number(estimate(*active(seed, reviews=40)))
    narrow, wide = found.at(0.90), found.at(0.95)
    assert 0.0 <= wide.low <= narrow.low <= found.value <= narrow.high <= wide.high <= 1.0


@settings(deadline=None)
@given(seed=st.integers(0, 10_000), erring=st.booleans(), by_user=st.booleans())
def test_whatever_comes_the_answer_is_a_number_in_its_interval_or_too_few(
    seed: int, erring: bool, by_user: bool
) -> None:
    """Risks of 0 and 1, gaps, weights a thousand times as large as others, verdicts in between, one user with most."""
    rng = np.random.default_rng(seed)
    size = int(rng.integers(1, 300))
    risk = rng.choice([0.0, 1.0, np.nan, 0.5, 1e-9, *rng.random(5)], size)
    chance = rng.choice([1.0, 0.5, 0.001, 1e-6, *rng.random(2) * 0.9 + 0.1], size)
    whose = rng.integers(0, 12, size) * rng.integers(0, 2, size) if by_user else None
    drawn = rng.random(size) < rng.random()
    sample = Sample(
        wrong=rng.choice([0.0, 1.0, 0.3], drawn.sum(), p=[0.8, 0.15, 0.05]),
        risk=risk[drawn],
        chance=chance[drawn],
        cluster=None if whose is None else whose[drawn],
    )
    errors = ReviewerErrors(sensitivity=Beta(right=8.0, missed=2.0), specificity=Beta(right=19.0, missed=1.0))
    found = estimate(sample, Population(risk=risk, chance=chance, cluster=whose), errors=errors if erring else None)
    if isinstance(found, Estimate):
        low, high = found.at(0.95)
        assert 0.0 <= low <= found.value <= high <= 1.0
        assert np.isfinite(found.effective_n)


def test_a_share_that_is_one_of_the_steps_is_found() -> None:
    """50 of 100, where the shift is 0 and all distances are 0 but for rounding."""
    found = number(estimate(*uniform(50, 100, 1000, risk=0.5), levels=(ONE_SIGMA,)))
    assert found.value == pytest.approx(0.5)
    assert found.at(ONE_SIGMA) == pytest.approx(wilson(0.5, 100 / 0.9, 1.0), abs=1e-6)


def test_four_reviews_are_too_few() -> None:
    """Five are needed."""
    assert estimate(*uniform(1, 4, 100)) == TooFew(found=4, needed=5)


@pytest.mark.parametrize(("wrong", "low", "high"), [(0, 0.0, 0.0362), (100, 0.9638, 1.0)])
def test_verdicts_that_are_all_alike_give_the_exact_interval(wrong: int, low: float, high: float) -> None:
    """None of 100: 1 - .025^(1 / 100) = .0362; all of 100 mirrors it."""
    found = number(estimate(*uniform(wrong, 100, 5000)))
    assert found.value == wrong / 100
    assert found.at(0.95) == pytest.approx((low, high), abs=5e-5)
    assert found.method is Method.EXACT


def test_alike_verdicts_of_unequal_chances_count_as_their_effective_number() -> None:
    """Weights 2 (thirty times) and 10 (ten times): 160² / 1,120 = 22.86; none wrong gives 1 - .025^(1 / 22.86)."""
    chance = np.array([0.5] * 30 + [0.1] * 10)
    sample = Sample(wrong=np.zeros(40), risk=np.full(40, 0.1), chance=chance)
    found = number(estimate(sample, Population(risk=np.full(160, 0.1), chance=np.full(160, 0.25))))
    assert found.effective_n == pytest.approx(160**2 / 1120)
    assert found.at(0.95).high == pytest.approx(1 - 0.025 ** (1120 / 160**2))
    lopsided = replace(sample, chance=np.array([1.0] * 39 + [0.01]))
    assert estimate(lopsided, Population(risk=np.full(160, 0.1), chance=np.full(160, 0.25))) == TooFew(
        found=1, needed=5
    )


def test_all_outputs_reviewed_and_none_wrong_is_certain() -> None:
    """Six of six, of these six, where verdicts are the truth."""
    assert number(estimate(*uniform(0, 6, 6))).at(0.95) == Interval(0.0, 0.0)


@pytest.mark.parametrize("wrong", [0, 6])
def test_reviewing_all_is_not_certain_where_reviewers_err_or_others_may_come(wrong: int) -> None:
    """None of six is 1 - .025^(1/6) = .4593 of those that may come, and / .9 with errors that were missed."""
    sample, population = uniform(wrong, 6, 6)
    errors = ReviewerErrors(sensitivity=Beta(right=90.0, missed=10.0), specificity=Beta(right=90.0, missed=10.0))
    erring = number(estimate(sample, population, errors=errors)).at(0.95)
    coming = number(estimate(replace(sample, cluster=np.arange(6)), population)).at(0.95)
    assert erring.high - erring.low == pytest.approx(0.4593 / 0.9, abs=1e-4)
    assert coming.high - coming.low == pytest.approx(0.4593, abs=1e-4)


@pytest.mark.parametrize(
    ("successes", "low", "high"),
    [(0.0, 0.0, 0.3085), (1.0, 0.0025, 0.4450), (5.0, 0.1871, 0.8129), (10.0, 0.6915, 1.0)],
)
def test_the_exact_interval_is_the_tabled_one(successes: float, low: float, high: float) -> None:
    """Of ten, 95 %: Clopper & Pearson's chart of 1934, as tables print it."""
    assert clopper_pearson(successes, 10.0, 0.95) == pytest.approx((low, high), abs=5e-5)


def test_outputs_without_a_risk_count_as_of_mean_risk() -> None:
    """A gap in the risks is filled, in the sample as in the population."""
    sample, population = active(3)
    gaps, reviewed_gaps = population.risk.copy(), sample.risk.copy()
    gaps[::7], reviewed_gaps[::9] = np.nan, np.nan
    mean = float(np.nanmean(gaps))
    first = number(estimate(replace(sample, risk=reviewed_gaps), replace(population, risk=gaps)))
    filled = number(
        estimate(
            replace(sample, risk=np.where(np.isnan(reviewed_gaps), mean, reviewed_gaps)),
            replace(population, risk=np.where(np.isnan(gaps), mean, gaps)),
        )
    )
    assert first == filled


def test_outputs_that_nothing_scored_are_a_plain_sample() -> None:
    """Wilson's interval again."""
    sample, population = uniform(12, 100, 1000)
    unscored = replace(population, risk=np.full(1000, np.nan))
    found = number(estimate(replace(sample, risk=np.full(100, np.nan)), unscored, levels=(ONE_SIGMA,)))
    assert found.at(ONE_SIGMA) == pytest.approx(wilson(0.12, 100 / 0.9, 1.0), abs=1e-6)


def test_a_reversed_risk_gets_a_slope_below_nothing() -> None:
    """Where the wrong ones are those of least risk, the slope says so, and the value is right all the same."""
    rng = np.random.default_rng(11)
    risk = rng.beta(1.0, 6.0, 4000)
    wrong = (rng.random(4000) < expit(-3.0 - 0.7 * (logit(risk) + 2.0))).astype(float)
    drawn, chance = rng.random(4000) < 0.2, np.full(4000, 0.2)
    found = number(
        estimate(
            Sample(wrong=wrong[drawn], risk=risk[drawn], chance=chance[drawn]), Population(risk=risk, chance=chance)
        )
    )
    assert found.slope < 0.0
    assert found.at(0.95).low < wrong.mean() < found.at(0.95).high


def test_all_alike_are_worth_no_more_than_the_chances_let_expect() -> None:
    """500 right ones of 10,000, and 10,000 that nobody looked at, at a chance of .00005 each.

    N² / Σ 1/π = 20,000² / (10,000 · 20 + 10,000 · 20,000) = 1.998: 1 − .025^(1/1.998) = .842 at the most.
    """
    chance = np.repeat([0.05, 0.00005], 10_000)
    right = Sample(wrong=np.zeros(500), risk=np.full(500, 0.1), chance=np.full(500, 0.05))
    found = number(estimate(right, Population(risk=np.full(20_000, 0.1), chance=chance)))
    assert found.method is Method.EXACT
    assert found.at(0.95) == pytest.approx((0.0, 0.842), abs=1e-3)


def test_a_chance_of_nothing_is_refused() -> None:
    """Nothing can speak for an output that could not have been reviewed."""
    with pytest.raises(ValueError, match="inclusion probability"):
        Population(risk=np.array([0.1]), chance=np.array([0.0]))
    with pytest.raises(ValueError, match="risk"):
        Population(risk=np.array([1.1]), chance=np.array([0.5]))
    with pytest.raises(ValueError, match="verdict"):
        Sample(wrong=np.array([2.0]), risk=np.array([0.1]), chance=np.array([0.5]))
    with pytest.raises(ValueError, match="verdicts for"):
        Sample(wrong=np.zeros(2), risk=np.array([0.1]), chance=np.array([0.5]))
    with pytest.raises(ValueError, match="one place"):
        Population(risk=np.array([0.1]), chance=np.array([0.5, 0.5]))


def test_a_change_is_as_wide_as_both_of_its_ends() -> None:
    """By hand: .10 (.07 to .15), then .16 (.12 to .22): .06 - √(.04² + .05²) to .06 + √(.06² + .03²)."""
    before = a_number(0.10, 0.07, 0.15)
    now = a_number(0.16, 0.12, 0.22)
    assert change(before, now) == Change(
        value=pytest.approx(0.06),  # type: ignore[arg-type]  # equal to a float, and no float; so are the next
        low=pytest.approx(0.06 - sqrt(0.0041)),  # type: ignore[arg-type]
        high=pytest.approx(0.06 + sqrt(0.0045)),  # type: ignore[arg-type]
        level=0.95,
    )


@pytest.mark.parametrize(("wrong", "count"), [(13, 100), (0, 40), (40, 40), (1, 60)])
@pytest.mark.parametrize("level", [0.95, 0.9999])
def test_outputs_that_were_all_reviewed_have_wilsons_interval_as_a_process(
    wrong: int, count: int, level: float
) -> None:
    """Of these outputs the share is known; of those that might have come it is what a sample tells, by scipy."""
    share = wrong / count
    known = replace(a_number(share, share, share), intervals={level: Interval(share, share)}, outputs=count)
    oracle = binomtest(wrong, count).proportion_ci(confidence_level=level, method="wilson")
    assert of_process(known, level=level) == pytest.approx((oracle.low, oracle.high), abs=1e-9)


def test_process_has_both_doubts_in_its_interval() -> None:
    """By hand, at z = 1 of 100 outputs: (m - .1)² = .02² + m (1 - m) / 100 at both ends, and the ends enclose these."""
    found = replace(a_number(0.1, 0.08, 0.12), intervals={ONE_SIGMA: Interval(0.08, 0.12)}, outputs=100)
    for end in of_process(found, level=ONE_SIGMA):
        assert (end - 0.1) ** 2 == pytest.approx(0.02**2 + end * (1.0 - end) / 100.0)
    low, high = of_process(found, level=ONE_SIGMA)
    assert low < 0.08 < 0.12 < high


def test_interval_that_speaks_for_users_is_one_of_the_process_already() -> None:
    """And of very many outputs it is the same interval."""
    found = a_number(0.1, 0.08, 0.12)
    assert of_process(replace(found, clusters=30)) == found.at()
    assert of_process(replace(found, outputs=10**12)) == pytest.approx(found.at())


def test_change_of_a_process_is_wider_than_that_of_its_outputs() -> None:
    """With the same value."""
    before, now = a_number(0.10, 0.07, 0.15), a_number(0.16, 0.12, 0.22)
    these, process = change(before, now), change(before, now, process=True)
    assert process.value == these.value
    assert process.low < these.low < these.high < process.high
