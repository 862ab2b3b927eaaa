"""Measures of risks against scikit-learn, against small cases by hand, and against too little data."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from scipy import integrate
from sklearn.metrics import brier_score_loss, roc_auc_score

from reviewers.decisions.logistic import Floats
from reviewers.decisions.measures import (
    Measured,
    RiskCoverage,
    auroc,
    brier,
    calibration_error,
    mean_of,
    on_logit_scale,
    reliability,
    risk_coverage,
)
from reviewers.decisions.too_few import TooFew


def drawn(count: int, seed: int, apart: float = 1.0) -> tuple[Floats, Floats, Floats]:
    """Wrong (3 of 10), a score that is `apart` higher then, rounded so that there are ties, and weights."""
    rng = np.random.default_rng(seed)
    wrong = (rng.random(count) < 0.3).astype(np.float64)
    score = np.round(rng.standard_normal(count) + apart * wrong, 1)
    return wrong, score, rng.random(count) + 0.2


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_auroc_is_scikit_learns(seed: int) -> None:
    """With weights and ties."""
    wrong, score, weights = drawn(300, seed)
    found = auroc(wrong, score, weights)
    assert isinstance(found, Measured)
    assert found.value == pytest.approx(roc_auc_score(wrong, score, sample_weight=weights))
    assert found.low < found.value < found.high


def test_auroc_interval_is_delongs() -> None:
    """Placements of 5 and 5: wrong 1 1 1 1 .6, right .8 .8 1 1 1 of 1, so that A = .92.

    Influences (V - A) / 5: wrong .016 ×4, -.064; right -.024 ×2, .016 ×3. Squares add up to .001024 + .004096 +
    .001152 + .000768 = .00704, times 10/9 for ten groups: a standard error of .0884434. On the logit scale
    ln(.92/.08) = 2.4423470 ± 2.2621572 · .0884434 / .0736 = ± 2.7183856 (Student's quantile, 9 degrees), which is
    .4314 to .9943.
    """
    wrong = np.array([1.0] * 5 + [0.0] * 5)
    score = np.array([9.0, 8.0, 7.0, 6.0, 3.5, 5.0, 4.0, 3.0, 2.0, 1.0])
    found = auroc(wrong, score, np.ones(10))
    assert isinstance(found, Measured)
    assert (found.value, found.low, found.high) == pytest.approx((0.92, 0.4314, 0.9943), abs=2e-4)


def test_outputs_of_one_document_are_no_more_evidence_than_the_document() -> None:
    """Each output five times over: as groups of five copies, the interval is that of the outputs themselves."""
    wrong, score, weights = drawn(80, 4)
    once = auroc(wrong, score, weights)
    names = [f"d-{place}" for place in range(80)] * 5
    copies = auroc(np.tile(wrong, 5), np.tile(score, 5), np.tile(weights, 5), names)
    naive = auroc(np.tile(wrong, 5), np.tile(score, 5), np.tile(weights, 5))
    assert isinstance(once, Measured)
    assert isinstance(copies, Measured)
    assert isinstance(naive, Measured)
    assert (copies.low, copies.high) == pytest.approx((once.low, once.high))
    assert naive.high - naive.low < 0.5 * (once.high - once.low)  # √5 narrower, which is wrong


def test_auroc_interval_covers_as_often_as_it_says() -> None:
    """400 draws of 120 outputs with A = Φ(1/√2) = .7602: 95 in 100, with three standard errors of .011 allowed."""
    hits = 0
    for seed in range(400):
        rng = np.random.default_rng(seed)
        wrong = (rng.random(120) < 0.3).astype(np.float64)
        found = auroc(wrong, rng.standard_normal(120) + wrong, np.ones(120))
        assert isinstance(found, Measured)
        hits += found.low <= 0.7602 <= found.high
    assert 0.917 <= hits / 400 <= 0.983


def test_too_few_of_one_kind_have_no_auroc() -> None:
    """Four wrong ones, or two documents."""
    wrong = np.array([1.0] * 4 + [0.0] * 96)
    assert auroc(wrong, np.arange(100.0), np.ones(100)) == TooFew(found=4, needed=5)
    half = np.array([1.0, 0.0] * 50)
    documents = [f"d-{n % 2}" for n in range(100)]
    found = auroc(half, np.arange(100.0), np.ones(100), documents)
    assert found == TooFew(found=2, needed=3, of="documents")


def test_few_outputs_do_not_prove_a_perfect_order() -> None:
    """Ten of each parted without fail: Wilson's 10 of 10, 10 / (10 + 1.959964²) = .7224673 at least."""
    wrong = np.repeat([1.0, 0.0], 10)
    found = auroc(wrong, wrong, np.ones(20))
    assert isinstance(found, Measured)
    assert (found.value, found.low, found.high) == pytest.approx((1.0, 0.7224673, 1.0))


@pytest.mark.parametrize("turned", [1.0, -1.0])
def test_a_mean_with_a_perfect_set_is_no_surer_than_that_set(turned: float) -> None:
    """Five of each, in order or in reverse: Wilson's 5 / (5 + 1.959964²) = .5655175 is .4344825 from the end.

    That is 1.959964 standard errors of .2216788; two such sets have one of .2216788 / √2 = .1567505.
    """
    wrong = np.repeat([1.0, 0.0], 5)
    perfect = auroc(wrong, turned * wrong, np.ones(10))
    assert isinstance(perfect, Measured)
    assert perfect.error == pytest.approx(0.2216788)
    mean = mean_of([perfect, perfect])
    assert isinstance(mean, Measured)
    assert (mean.value, mean.error) == pytest.approx((max(0.0, turned), 0.1567505))
    assert mean.high - mean.low == pytest.approx(1.959964 * 0.1567505, abs=1e-6)


def test_groups_named_by_whole_documents_cost_no_more_than_their_names() -> None:
    """300 outputs, one on a document of 100,000 characters: an array of equally long names has 120 MB."""
    wrong, score, weights = drawn(300, 7)
    names = [f"d-{place}" for place in range(299)] + ["d" * 100_000]
    tracemalloc.start()
    found = auroc(wrong, score, weights, names)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found == auroc(wrong, score, weights)  # each its own group
    assert peak < 2_000_000


def test_a_share_of_one_with_an_error_is_cut() -> None:
    """The logit of 1 is not finite."""
    found = on_logit_scale(1.0, 0.05)
    assert (found.low, found.high) == pytest.approx((0.902, 1.0), abs=1e-3)


def test_brier_is_scikit_learns() -> None:
    """With weights."""
    wrong, score, weights = drawn(200, 5)
    risk = 1.0 / (1.0 + np.exp(-score))
    assert brier(wrong, risk, weights) == pytest.approx(brier_score_loss(wrong, risk, sample_weight=weights))
    assert brier(np.zeros(0), np.zeros(0), np.zeros(0)) == TooFew(found=0, needed=1)


def test_true_probabilities_have_no_calibration_error_to_speak_of() -> None:
    """Bins of 20 outputs have a mean square of .194 / 20 = .0097 by chance alone (.194: the mean of r (1 - r)).

    Taking that part off leaves 0 on average; cut at 0, as a square has to be, it is still under a fifth of it.
    """
    found = []
    for seed in range(200):
        rng = np.random.default_rng(seed)
        risk = rng.uniform(0.05, 0.6, 300)
        error = calibration_error((rng.random(300) < risk).astype(np.float64), risk, np.ones(300))
        assert isinstance(error, float)
        found.append(error**2)
    assert np.mean(found) < 0.0097 / 5


def test_calibration_error_of_a_known_distance() -> None:
    """Risks of .3 where .4 come true, and of .7 where .6 do: ten points off in each of two bins.

    .1² = .01 less .24 / 999 = .00024 in both bins: √.00975976 = .0987915.
    """
    risk = np.repeat([0.3, 0.7], 1000)
    wrong = np.concatenate([np.repeat([1.0, 0.0], [400, 600]), np.repeat([1.0, 0.0], [600, 400])])
    assert calibration_error(wrong, risk, np.ones(2000), bins=2) == pytest.approx(0.0987915, abs=1e-6)


def test_calibration_error_of_ties_does_not_depend_on_the_order_of_rows() -> None:
    """300 of risk .12, of which 36 are wrong: true, however a file is sorted."""
    by_label = np.repeat([1.0, 0.0], [36, 264])
    mixed = np.random.default_rng(8).permutation(by_label)
    for wrong in (by_label, by_label[::-1], mixed):
        assert calibration_error(wrong, np.full(300, 0.12), np.ones(300)) == 0.0


def test_outputs_of_one_risk_are_in_one_bin() -> None:
    """Ten of .1, then thirty of .2 round an edge at 20, then twenty of .3: middles 5, 25 and 50 of 60, in thirds."""
    risk = np.repeat([0.1, 0.2, 0.3], [10, 30, 20])
    wrong = np.concatenate([np.repeat([1.0, 0.0], [1, 9]), np.repeat([1.0, 0.0], [6, 24]), np.repeat([1.0, 0.0], 10)])
    found = reliability(wrong, risk, np.ones(60), bins=3)
    assert [one.risk for one in found] == pytest.approx([0.1, 0.2, 0.3])
    assert [one.share for one in found] == pytest.approx([0.1, 0.2, 0.5])
    assert [one.mass for one in found] == pytest.approx([1 / 6, 1 / 2, 1 / 3])
    assert [one.effective for one in found] == pytest.approx([10, 30, 20])


def test_calibration_error_needs_two_outputs_a_bin() -> None:
    """29 of 30."""
    wrong, score, weights = drawn(29, 6)
    assert calibration_error(wrong, score, weights) == TooFew(found=29, needed=30)


def test_bins_have_equal_weight() -> None:
    """Four outputs of weights 3 1 1 1 in two bins: the heavy one fills its own."""
    found = reliability(
        np.array([0.0, 1.0, 0.0, 1.0]), np.array([0.1, 0.2, 0.3, 0.4]), np.array([3.0, 1, 1, 1]), bins=2
    )
    assert [one.mass for one in found] == pytest.approx([0.5, 0.5])
    assert [one.effective for one in found] == pytest.approx([1.0, 3.0])
    assert (found[1].risk, found[1].share) == pytest.approx((0.3, 2 / 3))


def test_risk_coverage_by_hand() -> None:
    """From the safest on: right, right, wrong, wrong has errors 0 0 1/3 1/2; their mean is 5/24."""
    found = risk_coverage(np.array([1.0, 0.0, 1.0, 0.0]), np.array([0.9, 0.1, 0.6, 0.2]), np.ones(4))
    assert isinstance(found, RiskCoverage)
    assert found.coverage.tolist() == [0.25, 0.5, 0.75, 1.0]
    assert found.error.tolist() == pytest.approx([0.0, 0.0, 1 / 3, 1 / 2])
    assert found.aurc == pytest.approx(5 / 24)


def test_no_order_at_all_has_the_error_rate() -> None:
    """Equal risks leave together."""
    wrong = np.array([1.0, 0.0, 0.0, 0.0])
    found = risk_coverage(wrong, np.full(4, 0.3), np.ones(4))
    assert isinstance(found, RiskCoverage)
    assert found.error.tolist() == pytest.approx([0.25] * 4)
    # The perfect order: ∫ from .75 to 1 of (c - .75) / c dc, by quadrature.
    perfect = integrate.quad(lambda share: (share - 0.75) / share, 0.75, 1.0)[0]
    assert found.excess == pytest.approx(0.25 - perfect)


def test_a_perfect_order_has_no_excess() -> None:
    """With many outputs the mean comes near to the integral: 1 in 10,000 outputs."""
    wrong = np.array([0.0] * 9000 + [1.0] * 1000)
    found = risk_coverage(wrong, np.arange(10_000.0), np.ones(10_000))
    assert isinstance(found, RiskCoverage)
    assert found.excess == pytest.approx(0.0, abs=1e-4)


def test_a_heavy_output_counts_as_many() -> None:
    """One of weight 2 is two of weight 1."""
    heavy = risk_coverage(np.array([0.0, 1.0]), np.array([0.1, 0.9]), np.array([2.0, 1.0]))
    assert isinstance(heavy, RiskCoverage)
    assert heavy.aurc == pytest.approx((2 * 0.0 + 1 / 3) / 3)
    assert risk_coverage(np.zeros(0), np.zeros(0), np.zeros(0)) == TooFew(found=0, needed=1)
