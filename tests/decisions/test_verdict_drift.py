"""The watch over verdicts: its numbers by hand, and what it remembers."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import numpy as np
import pytest
from scipy.special import expit, logit

from reviewers.decisions import verdict_drift
from reviewers.decisions.verdict_drift import BETS, Direction, Reviews
from reviewers.model.digest_json import from_values, to_values
from reviewers.model.missing import Missing
from reviewers.model.watch import Baseline, Watch
from tests.watches import KNOWN, START, a_watch, some_reviews


def test_sums_follow_the_recursion_worked_by_hand() -> None:
    """M <- (1 + M) L with L = q1 / q0 for a wrong output and (1 - q1) / (1 - q0) for a right one."""
    # Bet 0.8 at q0 = 0.1: odds 1/9 · e^0.8 = 0.24728, so q1 = 0.198256.
    # Right, wrong, wrong: L = 0.801744 / 0.9 = 0.890827, then 1.98256 twice.
    # M: 0.890827 -> 1.890827 · 1.98256 = 3.748679 -> 4.748679 · 1.98256 = 9.414541.
    watch = verdict_drift.observe(a_watch(), some_reviews([0, 1, 1]))

    place = BETS.index(0.8)
    assert np.expm1(watch.up.sums[place]) == pytest.approx(9.414541, rel=1e-5)
    # The best product that ends now leaves the right one out: 1.98256² = 3.930544, since the second review.
    assert watch.up.runs[place] == pytest.approx(np.log(3.930544), rel=1e-5)
    assert watch.up.began[place] == START + timedelta(hours=1)


def test_evidence_is_the_mean_sum_over_a_year_of_reviews() -> None:
    """E = 0.9 · mean M / (52 · 50); 20 is the line."""
    watch = verdict_drift.observe(a_watch(), some_reviews([1]))

    # One wrong output at 0.1: L = q1 / 0.1 of each bet.
    by_hand = np.mean([expit(logit(0.1) + bet) / 0.1 for bet in BETS])
    assert verdict_drift.e_value(watch, Direction.MORE_WRONG) == pytest.approx(0.9 * by_hand / 2600.0)
    assert verdict_drift.e_value(a_watch(), Direction.MORE_WRONG) == 0.0


@pytest.mark.parametrize("direction", list(Direction))
@pytest.mark.parametrize("error", [0.0, 0.17])
@pytest.mark.parametrize("risk", [0.01, 0.1, 0.6])
def test_no_bet_gains_in_the_mean_while_nothing_is_worse_than_tolerated(
    direction: Direction, error: float, risk: float
) -> None:
    """E[L] is exactly 1 at the edge of the tolerance and below 1 within it; posterior verdicts are bets as fair."""
    watch = a_watch(replace(KNOWN, error=error))
    edge = verdict_drift.tolerance(watch)
    for inside in (0.0, 0.5, 1.0):
        chance = float(expit(logit(risk) + direction.value * inside * edge))
        gains = np.exp(verdict_drift._gains(np.array([1.0, 0.0, chance]), np.full(3, logit(risk)), edge, direction))
        mean = chance * gains[0] + (1.0 - chance) * gains[1]
        assert np.all(mean <= 1.0 + 1e-9)
        assert gains[2] == pytest.approx(mean)
        if inside == 1.0:
            assert mean == pytest.approx(1.0)


def test_one_by_one_and_all_at_once_come_to_the_same() -> None:
    """The state holds all that the future needs, and storing it loses nothing."""
    rng = np.random.default_rng(5)
    risk = rng.uniform(0.02, 0.5, 300)
    wrong = (rng.random(300) < np.where(np.arange(300) < 150, risk, np.minimum(1.0, 3.0 * risk))).astype(float)
    at_once = verdict_drift.observe(a_watch(weekly=1.0), some_reviews(wrong, risk))

    in_parts = a_watch(weekly=1.0)
    for first, end in pairwise([0, 1, 2, 60, 61, 150, 170, 300]):
        in_parts = verdict_drift.observe(in_parts, some_reviews(wrong[first:end], risk[first:end], first))
        in_parts = from_values(Watch, to_values(in_parts))  # type: ignore[arg-type]

    assert in_parts.up.sums == pytest.approx(at_once.up.sums)
    assert in_parts.down.runs == pytest.approx(at_once.down.runs)
    assert (in_parts.up.began, in_parts.down.began) == (at_once.up.began, at_once.down.began)
    assert (in_parts.up.held, in_parts.up.crossed_at) == (at_once.up.held, at_once.up.crossed_at)
    assert in_parts.up.confirmed_at == at_once.up.confirmed_at is not None
    assert in_parts.seen == at_once.seen == 300


def test_a_crossing_is_confirmed_after_five_more_reviews() -> None:
    """It is told once it has held, and stays told."""
    watch = a_watch(weekly=1.0)  # a year of 52 reviews: the line is M = 20 · 52 / 0.9 = 1156
    wrong = 0
    while watch.up.crossed_at is None:
        watch = verdict_drift.observe(watch, some_reviews([1], first=wrong))
        wrong += 1
    crossed = START + timedelta(hours=wrong - 1)
    assert verdict_drift.confirmed(watch) is None
    assert watch.up.crossed_at == crossed

    held = verdict_drift.observe(watch, some_reviews([1] * 4, first=wrong))
    assert verdict_drift.confirmed(held) is None
    told = verdict_drift.observe(watch, some_reviews([1] * 5, first=wrong))
    assert verdict_drift.confirmed(told) is Direction.MORE_WRONG
    assert told.up.confirmed_at == crossed + timedelta(hours=5)

    later = verdict_drift.observe(told, some_reviews([0] * 200, first=wrong + 5))
    assert verdict_drift.confirmed(later) is Direction.MORE_WRONG
    assert later.up.crossed_at == crossed
    assert later.up.held == 0


def test_a_crossing_that_does_not_hold_is_taken_back() -> None:
    """A burst of wrong outputs followed by right ones tells nobody anything."""
    watch = a_watch(weekly=1.0)
    wrong = 0
    while watch.up.crossed_at is None:
        watch = verdict_drift.observe(watch, some_reviews([1], first=wrong))
        wrong += 1

    # At a risk of .5 the bets lose a factor of .8 and more with each right output; the largest one loses .34.
    after = verdict_drift.observe(watch, some_reviews([0] * 4, 0.5, first=wrong))

    assert after.up.crossed_at is None
    assert after.up.held == 0
    assert verdict_drift.confirmed(after) is None


def test_fewer_wrong_outputs_are_a_finding_of_their_own() -> None:
    """Only right outputs where 30 in 100 were wrong: the other side crosses, and this one does not."""
    watch = verdict_drift.observe(a_watch(weekly=1.0), some_reviews([0] * 80, 0.3))

    assert verdict_drift.confirmed(watch) is Direction.FEWER_WRONG
    assert watch.up.crossed_at is None
    assert verdict_drift.since(watch, Direction.FEWER_WRONG) == START


def test_the_beginning_of_a_change_is_found() -> None:
    """After 200 reviews as expected every second output is wrong: it began within a few reviews of there."""
    wrong = ([1] + [0] * 9) * 20 + [1, 0] * 20
    watch = verdict_drift.observe(a_watch(), some_reviews(wrong))

    began = verdict_drift.since(watch, Direction.MORE_WRONG)
    assert began is not None
    assert abs(began - (START + timedelta(hours=200))) <= timedelta(hours=2)


def test_the_baseline_of_constant_risk_is_the_error_rate() -> None:
    """40 wrong of 400 at a risk of 0.1: nothing to correct, and an error of (400 · 0.1 · 0.9)^-1/2 = 1/6 logits."""
    found = verdict_drift.freeze(some_reviews([1] * 40 + [0] * 360), risk_version="r-1", frozen_at=START)

    assert isinstance(found, Baseline)
    assert found.intercept + found.slope * logit(0.1) == pytest.approx(logit(0.1), abs=1e-3)
    assert found.error == pytest.approx(1.0 / 6.0, rel=1e-3)
    assert verdict_drift.tolerance(a_watch(found)) == pytest.approx(0.25, rel=1e-3)


def test_the_baseline_learns_what_is_wrong_without_a_risk() -> None:
    """Of the scored outputs 5 in 100 are wrong, of the others 30 in 100: each is held against its own."""
    wrong = [1] * 20 + [0] * 380 + [1] * 60 + [0] * 140
    risk = [0.05] * 400 + [np.nan] * 200
    found = verdict_drift.freeze(some_reviews(wrong, risk), risk_version="r-1", frozen_at=START)

    assert isinstance(found, Baseline)
    expected = expit(verdict_drift._expected(found, np.array([0.05, np.nan])))
    assert expected[0] == pytest.approx(0.05, abs=0.005)
    assert expected[1] == pytest.approx(0.30, abs=0.03)  # drawn a little to the others by the prior


def test_a_baseline_without_an_error_is_wide() -> None:
    """Nothing wrong in 400: the rate is near 0, and so little is known that only a large rise counts."""
    found = verdict_drift.freeze(some_reviews([0] * 400, 0.02), risk_version="r-1", frozen_at=START)

    assert isinstance(found, Baseline)
    assert found.error > 1.0
    assert expit(verdict_drift._expected(found, np.array([0.02])))[0] < 0.005


def test_too_few_reviews_make_no_baseline() -> None:
    """What is missing is said."""
    few = some_reviews([1] * 9)

    assert verdict_drift.freeze(few, risk_version="", frozen_at=START) == Missing(found=9, needed=400)
    assert verdict_drift.freeze(few, risk_version="", frozen_at=START, needed=100) == Missing(found=9, needed=100)


def test_no_reviews_change_nothing() -> None:
    """An empty week leaves the watch as it was."""
    watch = verdict_drift.observe(a_watch(), some_reviews([1, 0, 1]))

    assert verdict_drift.observe(watch, some_reviews([])) is watch


def test_reviews_come_in_order() -> None:
    """A product of bets has a direction in time."""
    late = some_reviews([1, 0])
    with pytest.raises(ValueError, match="order"):
        Reviews(at=late.at[::-1], wrong=late.wrong, risk=late.risk)


def test_evidence_never_leaves_the_numbers() -> None:
    """Ten thousand wrong outputs in a row are an e-value that can be written down."""
    watch = verdict_drift.observe(a_watch(), some_reviews([1] * 10_000, 0.01))

    assert np.isfinite(verdict_drift.e_value(watch, Direction.MORE_WRONG))
    assert verdict_drift.e_value(watch, Direction.FEWER_WRONG) >= 0.0
