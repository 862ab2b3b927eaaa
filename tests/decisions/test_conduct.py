"""Signs of rubber-stamping and fatigue: the numbers by hand or by scipy, too little, and who hears of them."""

from __future__ import annotations

import doctest
from datetime import timedelta
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.stats import beta, binomtest

from reviewers.decisions import conduct, fatigue
from reviewers.decisions.conduct import Audience, Conduct, Ratio, Share, Sign, audience, finds, hasty, signs, unopened
from reviewers.decisions.estimate_inputs import Beta
from reviewers.decisions.fatigue import Slope, done_before, tires
from reviewers.decisions.too_few import TooFew
from tests.builders import NOON

NOTHING = TooFew(found=0, needed=20)
QUIET = Conduct(finds=NOTHING, sensitivity=NOTHING, hasty=NOTHING, unopened=NOTHING, tires=NOTHING)


@pytest.mark.parametrize("module", [conduct, fatigue])
def test_the_examples_of_the_docstrings_hold(module: ModuleType) -> None:
    """They are run as they stand."""
    assert doctest.testmod(module).failed == 0


def test_finding_a_tenth_of_what_colleagues_find() -> None:
    """Risks sum to 20, colleagues find 80 where theirs sum to 100, so 16 were to be expected, and 2 were found.

    Of the 82 in all, 2/82 are the person's; scipy's exact interval for that share, times 100/20 as odds.
    """
    found = finds(found=2, expected=20.0, others_found=80, others_expected=100.0)
    share = binomtest(2, 82).proportion_ci(0.95, method="exact")
    assert isinstance(found, Ratio)
    assert (found.value, found.found, found.expected) == (0.125, 2, 16.0)
    assert found.low == pytest.approx(5 * share.low / (1 - share.low))
    assert found.high == pytest.approx(5 * share.high / (1 - share.high))
    assert found.high < 0.5


def test_a_risk_that_is_too_high_for_all_cancels() -> None:
    """Twice the risk for everybody: the same ratio."""
    assert finds(found=4, expected=20.0, others_found=80, others_expected=200.0) == finds(
        found=4, expected=10.0, others_found=80, others_expected=100.0
    )


def test_approving_everything_has_an_upper_end() -> None:
    """0 found of 10 expected: 1 - .025^(1/100) = .0362 of the sum, as odds times 10 is .376."""
    found = finds(found=0, expected=10.0, others_found=100, others_expected=100.0)
    assert isinstance(found, Ratio)
    assert (found.value, found.low) == (0.0, 0.0)
    assert found.high == pytest.approx(0.37578, abs=1e-4)


@pytest.mark.parametrize(
    ("expected", "others", "most"),
    [(4.9, 100, 4), (50.0, 4, 2), (50.0, 0, 0)],  # too few outputs; colleagues who found 4; or nothing
)
def test_too_few_wrong_answers_to_be_found(expected: float, others: int, most: int) -> None:
    """It says how many were to be expected."""
    found = finds(found=0, expected=expected, others_found=others, others_expected=100.0)
    assert found == TooFew(found=most, needed=5, of="wrong answers expected")


def test_no_colleague() -> None:
    """Then there is nobody to compare with."""
    assert isinstance(finds(found=0, expected=50.0, others_found=0, others_expected=0.0), TooFew)


@pytest.mark.parametrize(
    ("seconds", "words", "is_hasty"),
    [(3.9, 5, True), (4.0, 5, False), (17.9, 100, True), (18.0, 100, False), (5.0, 0, False)],
)
def test_sooner_than_it_can_be_read(seconds: float, words: int, is_hasty: bool) -> None:
    """Four seconds for anything, 0.18 s a word beyond that; a word count of 0 is not known."""
    share = hasty([(seconds, words)] * 20)
    assert isinstance(share, Share)
    assert (share.value, share.of) == (float(is_hasty), 20)


def test_the_share_of_hasty_verdicts_has_wilsons_interval() -> None:
    """30 of 40, as scipy computes it."""
    share = hasty([(1.0, 10)] * 30 + [(60.0, 10)] * 10)
    oracle = binomtest(30, 40).proportion_ci(0.95, method="wilson")
    assert isinstance(share, Share)
    assert (share.low, share.high) == pytest.approx((oracle.low, oracle.high))


def test_too_few_times() -> None:
    """Nineteen tell nothing."""
    assert hasty([(1.0, 10)] * 19) == TooFew(found=19, needed=20, of="timed verdicts")


def test_a_run_without_a_look_at_the_sources() -> None:
    """It ends at the newest look, and counts only up to the newest verdict."""
    assert unopened([True] + [False] * 34) == 34
    assert unopened([False] * 34 + [True]) == 0
    assert unopened([False] * 29) == TooFew(found=29, needed=30, of="verdicts")


def test_a_session_ends_with_half_an_hour_off() -> None:
    """31 minutes begin a new one, 30 do not."""
    minutes = [0, 1, 31, 62, 63]
    assert done_before([NOON + timedelta(minutes=minute) for minute in minutes]) == [0, 1, 2, 0, 1]
    assert done_before([]) == []


def test_errors_that_grow_with_the_session() -> None:
    """Firth's slope is the mode under Jeffreys' prior, which a general optimiser finds too."""
    rng = np.random.default_rng(2)
    done = rng.integers(0, 60, size=120)
    errors = rng.random(120) < 1 / (1 + np.exp(3.0 - 0.05 * done))
    found = tires([(int(before), bool(error)) for before, error in zip(done, errors, strict=True)])
    design = np.column_stack([np.ones(120), done / 10])

    def minus_penalised(place: np.ndarray) -> float:
        chance = 1 / (1 + np.exp(-design @ place))
        likely = np.where(errors, np.log(chance), np.log(1 - chance)).sum()
        information = design.T @ (design * (chance * (1 - chance))[:, None])
        return -float(likely + 0.5 * np.linalg.slogdet(information)[1])

    mode = minimize(minus_penalised, np.zeros(2), method="BFGS").x
    assert isinstance(found, Slope)
    assert found.value == pytest.approx(float(np.exp(mode[1])), rel=1e-3)
    assert found.low > 1.0
    assert (found.answers, found.errors) == (120, int(errors.sum()))


def test_errors_that_come_only_late_still_have_a_finite_slope() -> None:
    """Ten right ones, then ten errors: plain maximum likelihood would run away."""
    found = tires([(done, done >= 10) for done in range(20)])
    assert isinstance(found, Slope)
    assert 1.0 < found.value < 1e4


@settings(deadline=None, max_examples=80)
@given(st.lists(st.tuples(st.integers(0, 300), st.booleans()), min_size=20, max_size=60))
def test_a_slope_is_always_a_number(answers: list[tuple[int, bool]]) -> None:
    """However errors and places lie, it is finite and inside its interval, or there are too few."""
    found = tires(answers)
    if isinstance(found, Slope):
        assert 0 <= found.low <= found.value <= found.high < float("inf")


@pytest.mark.parametrize(
    ("answers", "few"),
    [
        ([(done, done % 2 == 0) for done in range(19)], TooFew(found=19, needed=20, of="known answers")),
        ([(place % 10, place % 2 == 0) for place in range(30)], TooFew(found=30, needed=20, of="known answers")),
        (
            [(done, done < 4) for done in range(40)],
            TooFew(found=4, needed=5, of="known answers judged rightly and wrongly"),
        ),
    ],
)
def test_too_few_known_answers_for_a_slope(answers: list[tuple[int, bool]], few: TooFew) -> None:
    """Too few in all, all within ten answers of a session, or too few errors."""
    assert tires(answers) == few


def test_how_probable_it_is_that_somebody_misses_most() -> None:
    """The Beta's mass below one half, as scipy computes it."""
    assert conduct.misses(Beta(right=9.0, missed=14.0)) == pytest.approx(beta.cdf(0.5, 9, 14))


def test_too_little_data_shows_no_sign() -> None:
    """Neither that there is something nor that there is nothing."""
    assert signs(QUIET) == frozenset()


def test_every_sign_needs_its_interval_beyond_the_line() -> None:
    """All of them, each just far enough; and none of them, each just short of it."""
    loud = Conduct(
        finds=Ratio(value=0.2, low=0.1, high=0.49, found=2, expected=10.0),
        sensitivity=Beta(right=9.0, missed=16.0),
        hasty=Share(value=0.7, low=0.51, high=0.8, count=28, of=40),
        unopened=30,
        tires=Slope(value=1.5, low=1.01, high=2.0, answers=40, errors=10),
    )
    short = Conduct(
        finds=Ratio(value=0.3, low=0.1, high=0.51, found=3, expected=10.0),
        sensitivity=Beta(right=9.0, missed=12.0),
        hasty=Share(value=0.6, low=0.49, high=0.7, count=24, of=40),
        unopened=29,
        tires=Slope(value=1.5, low=0.99, high=2.0, answers=40, errors=10),
    )
    assert signs(loud) == frozenset(Sign)
    assert signs(short) == frozenset()


@pytest.mark.parametrize("sign", [Sign.FINDS_LITTLE, Sign.MISSES])
def test_a_lead_hears_a_week_after_the_reviewer(sign: Sign) -> None:
    """The person sees it at once, and has a week to do something about it."""
    now = frozenset({sign})
    assert audience(sign, now=now, a_week_ago=frozenset()) is Audience.REVIEWER
    assert audience(sign, now=now, a_week_ago=now) is Audience.LEAD
    assert audience(sign, now=frozenset(), a_week_ago=now) is Audience.NOBODY


@pytest.mark.parametrize("sign", [Sign.HASTE, Sign.UNOPENED, Sign.TIRES])
def test_a_lead_never_hears_of_time_alone(sign: Sign) -> None:
    """However long it stands: it is the person's own to see."""
    always = frozenset(Sign)
    assert audience(sign, now=always, a_week_ago=always) is Audience.REVIEWER
