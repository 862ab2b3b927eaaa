"""Calibration against closed forms and scikit-learn, and against too little data."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from reviewers.decisions import calibration, logistic
from reviewers.decisions.calibration import Verdicts, balanced, beta, choose, isotonic, platt, probabilities
from reviewers.decisions.logistic import Floats
from reviewers.model import Curve, CurveKind

START = calibration.prior(0.12)


def verdicts(evidence: Floats, wrong: Floats, weights: Floats | None = None) -> Verdicts:
    """Each output a group of its own."""
    return Verdicts(
        evidence=np.asarray(evidence, dtype=np.float64),
        wrong=np.asarray(wrong, dtype=np.float64),
        weights=np.ones(len(wrong)) if weights is None else weights,
        folds=calibration.folds([f"o-{number}" for number in range(len(wrong))]),
    )


def drawn(count: int, seed: int, intercept: float, slope: float) -> Verdicts:
    """Evidence from a standard normal, times two; wrong with the probability that the curve says."""
    rng = np.random.default_rng(seed)
    evidence = 2.0 * rng.standard_normal(count)
    wrong = rng.random(count) < 1.0 / (1.0 + np.exp(-(intercept + slope * evidence)))
    return verdicts(evidence, wrong.astype(np.float64))


def test_weights_are_inverse_chances_that_count_as_their_effective_number() -> None:
    """1/.5 and 1/.25: 2 and 4, (2 + 4)² / (4 + 16) = 1.8, parted 1 to 2."""
    assert balanced(np.array([0.5, 0.25])).tolist() == pytest.approx([0.6, 1.2])
    assert balanced(np.array([])).tolist() == []


def test_no_verdict_counts_more_than_ten_times_the_mean() -> None:
    """99 certain ones and one of 1 in 1,000: mean (99 + 1000) / 100 = 10.99, trimmed at 109.9."""
    found = balanced(np.array([1.0] * 99 + [0.001]))
    assert found[-1] / found[0] == pytest.approx(109.9)


def test_folds_are_the_same_every_time_and_about_equal() -> None:
    """1,000 ids: 100 in each fold, ±3 standard deviations of 9.5."""
    found = np.bincount(calibration.folds([f"o-{number}" for number in range(1000)]).astype(int), minlength=10)
    assert calibration.fold("o-1") == calibration.fold("o-1")
    assert min(found) > 71
    assert max(found) < 129


def test_without_rows_a_fit_is_its_prior() -> None:
    """The maximum of the prior alone."""
    nothing = np.zeros((0, 2))
    mean = np.array([-2.0, 0.6])
    found = logistic.fit(nothing, np.zeros(0), np.zeros(0), mean=mean, precision=np.ones(2))
    assert found.tolist() == pytest.approx([-2.0, 0.6])


def test_ridge_logistic_is_scikit_learns_where_the_prior_is_at_zero() -> None:
    """Its penalty is ½ |b|² / C, so that C is 1 / precision."""
    rng = np.random.default_rng(1)
    features = rng.standard_normal((200, 3))
    wrong = (rng.random(200) < 0.3).astype(np.float64)
    weights = rng.random(200)
    oracle = LogisticRegression(C=1 / 2.5, fit_intercept=False, tol=1e-12, max_iter=1000)
    oracle.fit(features, wrong, sample_weight=weights)
    found = logistic.fit(features, wrong, weights, mean=np.zeros(3), precision=np.full(3, 2.5))
    assert found == pytest.approx(oracle.coef_[0], abs=1e-6)


def test_separated_verdicts_have_a_finite_fit() -> None:
    """Maximum likelihood would send the slope to infinity."""
    apart = verdicts(np.array([-3.0, -2.0, 2.0, 3.0]), np.array([0.0, 0.0, 1.0, 1.0]))
    found = platt(apart, START)
    assert 0.6 < found.numbers[1] < 2.0


def test_platt_without_verdicts_is_the_prior() -> None:
    """logit(.12) = ln(12/88) = -1.9924302."""
    found = platt(verdicts(np.zeros(0), np.zeros(0)), START)
    assert found.kind is CurveKind.PLATT
    assert found.numbers == pytest.approx((-1.9924302, 0.6))


def test_platt_finds_the_curve_that_made_the_verdicts() -> None:
    """20,000 verdicts of intercept -1 and slope .9: standard errors of about .02."""
    found = platt(drawn(20_000, 1, -1.0, 0.9), START)
    assert found.numbers == pytest.approx((-1.0, 0.9), abs=0.08)


def test_evidence_that_points_the_wrong_way_says_nothing() -> None:
    """The slope is 0 then, and the level is what was seen: 30 in 100."""
    reversed_ = drawn(5000, 2, -0.9, -0.8)
    found = platt(reversed_, START)
    assert found.numbers[1] == 0.0
    assert probabilities(found, np.array([-5.0, 5.0])) == pytest.approx(reversed_.wrong.mean(), abs=0.001)


def test_beta_bends_where_platt_cannot() -> None:
    """logit(risk) = 2 ln s: weights 2 and 0, while a Platt curve has one slope."""
    rng = np.random.default_rng(3)
    evidence = 2.0 * rng.standard_normal(20_000)
    logit = 2.0 * -np.logaddexp(0.0, -evidence)
    wrong = (rng.random(20_000) < 1.0 / (1.0 + np.exp(-logit))).astype(np.float64)
    found = beta(verdicts(evidence, wrong), START)
    assert found.kind is CurveKind.BETA
    assert found.numbers == pytest.approx((0.0, 2.0, 0.0), abs=0.2)


def test_beta_with_equal_weights_is_platts_curve() -> None:
    """ln s - ln(1 - s) is the evidence itself."""
    bent = Curve(kind=CurveKind.BETA, numbers=(-1.0, 0.7, 0.7))
    plain = Curve(kind=CurveKind.PLATT, numbers=(-1.0, 0.7))
    evidence = np.linspace(-6.0, 6.0, 25)
    assert probabilities(bent, evidence) == pytest.approx(probabilities(plain, evidence))


def test_beta_keeps_rising_where_the_evidence_is_reversed() -> None:
    """Weights below 0 are set to 0."""
    found = beta(drawn(3000, 4, -1.0, -0.8), START)
    assert found.numbers[1:] == (0.0, 0.0)


def test_isotonic_steps_are_scikit_learns() -> None:
    """Every level that scikit-learn finds at the knots, and no other."""
    seen = drawn(400, 5, -1.0, 0.8)
    weights = np.random.default_rng(6).random(400) + 0.1
    oracle = IsotonicRegression(y_min=1e-4, y_max=1 - 1e-4).fit(seen.evidence, seen.wrong, sample_weight=weights)
    found = isotonic(seen._replace(weights=weights), START)
    half = len(found.numbers) // 2
    levels = sorted(set(np.round(oracle.predict(seen.evidence), 9)))
    assert sorted(set(np.round(found.numbers[half:], 9))) == pytest.approx(levels)
    assert list(found.numbers[:half]) == sorted(found.numbers[:half])


def test_isotonic_pools_what_breaks_the_order() -> None:
    """0 1 0 1 at 1 2 3 4: the two in the middle become .5 at 2.5."""
    found = isotonic(verdicts(np.array([1.0, 2.0, 3.0, 4.0]), np.array([0.0, 1.0, 0.0, 1.0])), START)
    assert found.numbers == pytest.approx((1.0, 2.5, 4.0, 1e-4, 0.5, 1 - 1e-4))
    assert probabilities(found, np.array([1.75])) == pytest.approx(0.25, abs=1e-3)  # half way on the line


def test_isotonic_makes_equal_evidence_one() -> None:
    """Three outputs of one evidence, one of them wrong."""
    found = isotonic(verdicts(np.zeros(3), np.array([0.0, 1.0, 0.0])), START)
    assert found.numbers == pytest.approx((0.0, 1 / 3))


def test_isotonic_without_verdicts_is_the_prior() -> None:
    """There is nothing to draw a step from."""
    assert isotonic(verdicts(np.zeros(0), np.zeros(0)), START) is START


def test_no_curve_promises_certainty() -> None:
    """1 in 10,000 at least, and as much from 1."""
    steep = Curve(kind=CurveKind.PLATT, numbers=(0.0, 50.0))
    assert probabilities(steep, np.array([-9.0, 9.0])).tolist() == [1e-4, 1 - 1e-4]


def test_few_errors_keep_platt_without_a_comparison() -> None:
    """199 wrong outputs are one too few, however many verdicts there are."""
    seen = verdicts(np.zeros(3000), np.array([1.0] * 199 + [0.0] * 2801))
    curve, candidates = choose(seen, START)
    assert (curve.kind, candidates) == (CurveKind.PLATT, ())


def test_a_curve_that_foretells_better_replaces_platt() -> None:
    """Errors in the middle of the evidence only up to a level: a step, which neither Platt nor beta can draw."""
    rng = np.random.default_rng(8)
    evidence = rng.uniform(-4.0, 4.0, 4000)
    wrong = rng.random(4000) < np.where(evidence > 1.0, 0.45, 0.02)
    curve, candidates = choose(verdicts(evidence, wrong.astype(np.float64)), START)
    assert curve.kind is CurveKind.ISOTONIC
    assert candidates[0].name == "isotonic"
    assert candidates[0].gain > candidates[0].gain_error
    assert {one.name for one in candidates} == {"platt", "beta", "isotonic"}


def test_losses_are_those_of_unseen_verdicts() -> None:
    """Two candidates by hand: .2 and .6 for a wrong output (weight 1) and .4 for a right one (weight 3)."""
    seen = verdicts(np.zeros(2), np.array([1.0, 0.0]), np.array([1.0, 3.0]))
    found = calibration.compared("mine", np.array([0.6, 0.4]), np.array([0.2, 0.4]), seen, loss=calibration.squared)
    assert found.brier == pytest.approx(0.25 * 0.16 + 0.75 * 0.16)
    assert found.log_loss == pytest.approx(0.25 * 0.5108256 + 0.75 * 0.5108256)  # -ln .6 for both
    assert found.gain == pytest.approx(0.25 * (0.64 - 0.16))
    assert found.gain_error == pytest.approx((0.25**2 * 0.36**2 + 0.75**2 * 0.12**2) ** 0.5)
