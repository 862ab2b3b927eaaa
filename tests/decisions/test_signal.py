"""Whether the risk tells wrong from right: the weighted AUROC against scikit-learn, and what the guard makes of it."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit, logit
from scipy.stats import norm
from sklearn.metrics import roc_auc_score

from reviewers.decisions.estimate import Interval, Sample
from reviewers.decisions.estimate_inputs import Floats
from reviewers.decisions.signal import Auroc, Guard, auroc, guard
from reviewers.decisions.too_few import TooFew


def measured(found: Auroc | TooFew) -> Auroc:
    """It is a number."""
    assert isinstance(found, Auroc)
    return found


def a_sample(seed: int, *, equal: bool = False) -> Sample:
    """120 reviews whose risk rises with being wrong, many of equal risk."""
    rng = np.random.default_rng(seed)
    wrong = (rng.random(120) < 0.3).astype(float)
    risk: Floats = np.round(np.clip(rng.normal(0.3 + 0.15 * wrong, 0.15), 0.0, 1.0), 1).astype(np.float64)
    return Sample(wrong=wrong, risk=risk, chance=np.full(120, 0.1) if equal else rng.uniform(0.02, 1.0, 120))


@settings(deadline=None)
@given(seed=st.integers(0, 1000), equal=st.booleans())
def test_the_value_is_scikit_learns(seed: int, equal: bool) -> None:
    """With ties, and with weights of 1 / inclusion probability."""
    sample = a_sample(seed, equal=equal)
    expected = roc_auc_score(sample.wrong, sample.risk, sample_weight=1.0 / sample.chance)
    assert measured(auroc(sample)).value == pytest.approx(expected)


def test_the_error_is_delongs() -> None:
    """Five wrong at .2 .4 .6 .8 .9 and five right at .1 .3 .3 .5 .7, all of one chance, by hand.

    Right ones below each wrong one: 1 3 4 5 5 of 5, so A = 18/25 = .72. Placements .2 .6 .8 1 1 and, of each right one
    the wrong ones above, 5 4 4 3 2 of 5. Squared distances from .72 add up to .2704 + .0144 + .0064 + 2 · .0784 =
    .448, and to .0784 + 2 · .0064 + .0144 + .1024 = .208. Var A = .448 / (5 · 4) + .208 / (5 · 4) = .0328.
    """
    sample = Sample(
        wrong=np.array([1.0] * 5 + [0.0] * 5),
        risk=np.array([0.2, 0.4, 0.6, 0.8, 0.9, 0.1, 0.3, 0.3, 0.5, 0.7]),
        chance=np.full(10, 0.25),
    )
    found = measured(auroc(sample))
    error = sqrt(0.0328) / (0.72 * 0.28)
    assert (found.value, found.error) == pytest.approx((0.72, error))
    reach = norm.ppf(0.975) * error
    assert found.interval == pytest.approx((expit(logit(0.72) - reach), expit(logit(0.72) + reach)))
    assert (found.wrong, found.right) == (5.0, 5.0)


@pytest.mark.parametrize(("wrong", "of"), [(4, "wrong outputs"), (17, "right outputs")])
def test_fewer_than_five_of_a_kind_are_too_few(wrong: int, of: str) -> None:
    """Of twenty."""
    verdicts = np.array([1.0] * wrong + [0.0] * (20 - wrong))
    sample = Sample(wrong=verdicts, risk=np.linspace(0.1, 0.9, 20), chance=np.full(20, 0.5))
    assert auroc(sample) == TooFew(found=min(wrong, 20 - wrong), needed=5, of=of)


def test_outputs_without_a_risk_are_left_out() -> None:
    """Nothing can be said of a risk that is not there."""
    sample = a_sample(3)
    gaps = np.concatenate([sample.risk, [np.nan] * 30])
    more = Sample(
        wrong=np.concatenate([sample.wrong, np.ones(30)]),
        risk=gaps,
        chance=np.concatenate([sample.chance, np.ones(30)]),
    )
    assert auroc(more) == auroc(sample)


@pytest.mark.parametrize("best", [True, False])
def test_a_perfect_risk_is_no_certainty(best: bool) -> None:
    """Ten wrong above ten right: the value is 1 (turned round, 0), and the interval reaches well below."""
    wrong = np.array([1.0] * 10 + [0.0] * 10)
    risk = np.concatenate([np.linspace(0.6, 0.9, 10), np.linspace(0.1, 0.4, 10)])
    found = measured(auroc(Sample(wrong=wrong, risk=risk if best else 1.0 - risk, chance=np.full(20, 0.2))))
    assert found.value == float(best)
    assert found.interval.low < 0.99 if best else found.interval.high > 0.01


@pytest.mark.parametrize("weighted", [False, True])
def test_nineteen_of_twenty_intervals_hold_the_true_auroc(weighted: bool) -> None:
    """400 samples of 300 from two normals with AUROC .75; of 400 at 95 %, 366 and more hold it with a chance of .9992.

    Where weighted, reviews were drawn by risk, which changes the AUROC among them and not the one they stand for.
    """
    rng = np.random.default_rng(9)
    held = 0
    for _ in range(400):
        wrong = (rng.random(3000) < 0.2).astype(float)
        risk = expit(rng.standard_normal(3000) + sqrt(2.0) * norm.ppf(0.75) * wrong - 2.0)
        chance = np.minimum(0.05 + 0.2 * risk, 1.0) if weighted else np.full(3000, 0.1)
        drawn = rng.random(3000) < chance
        found = measured(auroc(Sample(wrong=wrong[drawn], risk=risk[drawn], chance=chance[drawn])))
        held += found.interval.low <= 0.75 <= found.interval.high
    assert held >= 366


def a_week(value: float, error: float) -> Auroc:
    """An AUROC with this standard error of its logit."""
    return Auroc(value=value, interval=Interval(0.0, 1.0), level=0.95, error=error, wrong=20.0, right=180.0)


def test_no_verdicts_leave_the_guard_as_it_was() -> None:
    """Too few in every week: nothing is said of the signal, and what was said before stays."""
    none = [TooFew(found=2, needed=5)]
    assert guard(none) == Guard(trust=None, uniform_part=0.2, dead=False)
    assert guard([], dead_before=True) == Guard(trust=None, uniform_part=1.0, dead=True)


def test_trust_is_the_chance_of_an_auroc_above_60() -> None:
    """logit .7 - logit .6 = .8473 - .4055 = .4418; with an error of .4418 that is one sigma: Φ(1) = .8413.

    The uniform part is 1 at a trust of .6 and .2 at 1: .2 + .8 · (1 - .8413) / .4 = .5173.
    """
    found = guard([a_week(0.7, 0.44183)])
    assert (found.trust, found.uniform_part) == pytest.approx((0.8413, 0.5173), abs=1e-4)
    assert not found.dead


def test_a_good_signal_is_followed() -> None:
    """AUROC .85, known to a tenth of a logit."""
    found = guard([a_week(0.85, 0.1)])
    assert found.uniform_part == pytest.approx(0.2, abs=1e-6)
    assert not found.dead


@pytest.mark.parametrize("value", [0.5, 0.4, 0.59])
def test_a_signal_that_tells_nothing_makes_selection_uniform(value: float) -> None:
    """Dead, reversed, or not worth having."""
    found = guard([a_week(value, 0.2)])
    assert (found.uniform_part, found.dead) == (1.0, True)


def test_two_weeks_count_together_by_their_precision() -> None:
    """.5 known to .2 and .7 to .1: (25 · 0 + 100 · .8473) / 125 = .6778, less .4055, over √(1 / 125): Φ(3.045)."""
    found = guard([a_week(0.5, 0.2), a_week(0.7, 0.1), a_week(0.3, 0.01)])
    assert found.trust == pytest.approx(norm.cdf(3.0450), abs=1e-4)


def test_a_dead_signal_comes_back_only_when_it_is_believed() -> None:
    """At a trust of .7 (error such that .4418 is .5244 sigma) a live one lives on and a dead one stays dead."""
    doubtful = [a_week(0.7, 0.44183 / 0.5244)]
    assert not guard(doubtful).dead
    assert guard(doubtful, dead_before=True).dead
    assert not guard([a_week(0.7, 0.44183)], dead_before=True).dead
