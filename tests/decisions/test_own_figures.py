"""What four weeks of verdicts say of one person: every part of it counted by hand, and what a lead hears of it when."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from reviewers.decisions.conduct import Ratio, Share, Sign, finds
from reviewers.decisions.estimate_inputs import Beta
from reviewers.decisions.own_figures import concerns, own_figures, panel_of
from reviewers.decisions.too_few import TooFew
from reviewers.model import Purpose, Reviewed
from tests.builders import NOON
from tests.decisions.test_opinions import JONAS, MARA, TOMAS, gold, one

DAY = timedelta(days=1)


def some(amount: int, who: str, wrong: int, *, start: int = 0, **changes: Any) -> list[Reviewed]:
    """That many verdicts of risk .25, the first `wrong` of them against the output."""
    fields: dict[str, Any] = {"risk": 0.25} | changes
    return [one(start + place, who, wrong=place < wrong, **fields) for place in range(amount)]


def test_nobody_is_known_from_nothing() -> None:
    """Too few of everything, and no sign."""
    found = own_figures([], MARA, panel_of([]))
    assert all(isinstance(each, TooFew) for each in (found.sensitivity, found.specificity, found.conduct.finds))
    assert found.signs == frozenset()


def test_finding_little_is_told_against_colleagues_on_the_same_routes() -> None:
    """Mara finds 2 of 60 where Jonas finds 30 of 120 at the same risk: 15 were to be expected; route B is not hers."""
    reviewed = some(60, MARA, 2) + some(120, JONAS, 30, start=100) + some(50, TOMAS, 50, start=300, route="B")
    found = own_figures(reviewed, MARA, panel_of(reviewed)).conduct.finds
    assert isinstance(found, Ratio)
    assert found.found == 2
    assert found.expected == pytest.approx(15.0)


def test_known_answers_and_unscored_outputs_are_not_compared() -> None:
    """Half of the former are wrong on purpose, and of the latter nothing was to be expected."""
    reviewed = some(60, MARA, 2) + some(120, JONAS, 30, start=100)
    more = [gold(500, MARA, known="wrong", wrong=True), one(501, MARA, wrong=True, risk=None)]
    assert own_figures(reviewed + more, MARA, panel_of(reviewed + more)).conduct.finds == (
        own_figures(reviewed, MARA, panel_of(reviewed)).conduct.finds
    )


def test_times_count_where_they_are_known() -> None:
    """Thirty verdicts after 30 s on 31 words: enough; on 200 words, which take 36: not enough."""
    reviewed = some(30, MARA, 0, words=31) + some(10, MARA, 0, start=50, words=200)
    reviewed += some(5, MARA, 0, start=90, opened_at=None)
    hasty = own_figures(reviewed, MARA, panel_of(reviewed)).conduct.hasty
    assert isinstance(hasty, Share)
    assert (hasty.count, hasty.of) == (10, 40)


def test_sources_count_for_answers_of_some_risk() -> None:
    """One look, then thirty doubtful answers without one; answers of low or unknown risk are not asked about."""
    reviewed = [one(0, risk=0.5, looked_up=True), *some(30, MARA, 0, start=1)]
    reviewed += [one(40, risk=0.09, looked_up=True), one(41, risk=None, looked_up=True)]
    assert own_figures(reviewed, MARA, panel_of(reviewed)).conduct.unopened == 30


def test_fatigue_is_told_from_known_answers_by_their_place_in_the_session() -> None:
    """Forty in a row, a minute apart; every second one is known, the first ten rightly judged, the rest wrongly."""
    reviewed = [
        one(
            place,
            wrong=place < 20,
            known="wrong" if place % 2 else "",
            task_id=f"t-{place}",
            purpose=Purpose.GOLD if place % 2 else Purpose.REVIEW,
            recorded_at=NOON + timedelta(minutes=place),
        )
        for place in range(40)
    ]
    tires = own_figures(reviewed, MARA, panel_of(reviewed)).conduct.tires
    assert not isinstance(tires, TooFew)
    assert (tires.answers, tires.errors) == (20, 10)
    assert tires.value > 1


def stamping(days_ago: float) -> list[Reviewed]:
    """Fifteen known wrong answers that Mara approved, so many days before noon."""
    return [
        one(
            place,
            known="wrong",
            task_id=f"g-{days_ago}-{place}",
            purpose=Purpose.GOLD,
            recorded_at=NOON - days_ago * DAY,
            opened_at=None,
        )
        for place in range(15)
    ]


def test_who_misses_what_is_known_reads_it_of_themselves() -> None:
    """Fifteen missed ones against a prior of 8 in 9 leave less than one half, with more than nine in ten sure."""
    found = own_figures(stamping(1), MARA, panel_of(stamping(1)))
    assert isinstance(found.sensitivity, Beta)
    assert found.sensitivity.mean < 0.4
    assert found.signs == {Sign.MISSES}


@pytest.mark.parametrize(("days_ago", "heard"), [(1.0, False), (6.9, False), (7.1, True), (27.0, True), (28.1, False)])
def test_a_lead_hears_what_has_stood_for_a_week_and_still_stands(days_ago: float, heard: bool) -> None:
    """From the verdicts of then, and of now; of others nothing."""
    found = concerns(stamping(days_ago), [MARA, JONAS], NOON)
    assert [(one.reviewer, one.sign) for one in found] == ([(MARA, Sign.MISSES)] if heard else [])


def test_routes_on_which_the_risk_is_off_by_other_amounts_are_not_pooled() -> None:
    """Both find 16 of 320 on one route, where the risk says 160; Mara judged two answers of another one, on which Jonas
    found 60 where it says 60. Usual is 160 · 16/160 + .2 · 60/60 = 16.2, and nothing stands out."""
    reviewed = some(320, MARA, 16, risk=0.5) + some(320, JONAS, 16, start=400, risk=0.5)
    reviewed += some(2, MARA, 0, start=800, route="B", risk=0.1)
    reviewed += some(600, JONAS, 60, start=900, route="B", risk=0.1)
    found = own_figures(reviewed, MARA, panel_of(reviewed))
    assert isinstance(found.conduct.finds, Ratio)
    assert found.conduct.finds.expected == pytest.approx(16.2)
    assert found.conduct.finds.low < 16 / 16.2 < found.conduct.finds.high
    assert Sign.FINDS_LITTLE not in found.signs
    assert found.compared == 322


def test_the_interval_follows_from_the_routes() -> None:
    """Mara's 10 expected on each of two routes; Jonas found 30 of 30 on one and 10 of 5 on the other, which weighs 2.

    usual = 30/3 + 10·2 = 30, its variance 30/9 + 10·4 = 43.3: 20.8 finds, rounded down 20, so the upper end is
    6/20 · F(.975; 12, 40) · 20/30. With one more find that weighs 2, 32²/47.3 = 21.6, rounded down 21: the lower end is
    5/21 · F(.025; 10, 42) · 21/32. Quantiles of F from scipy.
    """
    reviewed = some(40, MARA, 3) + some(120, JONAS, 30, start=100)
    reviewed += some(40, MARA, 2, start=300, route="B") + some(20, JONAS, 10, start=400, route="B")
    found = own_figures(reviewed, MARA, panel_of(reviewed)).conduct.finds
    assert isinstance(found, Ratio)
    assert (found.value, found.expected) == pytest.approx((5 / 30, 30.0))
    assert (found.low, found.high) == pytest.approx((0.0481163, 0.4576314), abs=1e-6)


def test_with_one_route_the_interval_is_that_of_two_counts() -> None:
    """As `conduct.finds` has it, to which routes add nothing."""
    reviewed = some(60, MARA, 2) + some(120, JONAS, 30, start=100)
    found = own_figures(reviewed, MARA, panel_of(reviewed)).conduct.finds
    alone = finds(found=2, expected=15.0, others_found=30, others_expected=30.0)
    assert isinstance(found, Ratio)
    assert isinstance(alone, Ratio)
    assert (found.value, found.low, found.high) == pytest.approx((alone.value, alone.low, alone.high))


def test_a_route_that_colleagues_hardly_know_says_little() -> None:
    """One wrong answer in two of theirs would make 50 of Mara's hundred: too few to say, and no sign."""
    reviewed = some(60, MARA, 15) + some(60, JONAS, 15, start=100)
    reviewed += some(100, MARA, 2, start=300, route="B") + some(2, JONAS, 1, start=500, route="B")
    found = own_figures(reviewed, MARA, panel_of(reviewed))
    assert isinstance(found.conduct.finds, TooFew)
    assert Sign.FINDS_LITTLE not in found.signs


@pytest.mark.parametrize(
    "changes",
    [
        {"known": "wrong"},
        {"sent_by": "U0DANA"},
        {"as_lead": True},
        {"seen": "decided"},
    ],
)
def test_what_came_for_another_reason_than_its_risk_is_not_compared(changes: dict[str, Any]) -> None:
    """An application's known answers, what was sent by hand, a lead's decisions, and who disagrees with a decision."""
    reviewed = some(60, MARA, 2) + some(120, JONAS, 30, start=100)
    more = some(20, MARA, 0, start=300, **changes) + some(20, JONAS, 20, start=400, **changes)
    found = own_figures(reviewed + more, MARA, panel_of(reviewed + more))
    assert found.conduct.finds == own_figures(reviewed, MARA, panel_of(reviewed)).conduct.finds
    assert found.compared == 60


def test_figures_say_what_they_rest_on() -> None:
    """Fifteen known wrong answers are worth fifteen, and five verdicts that nothing checks are verdicts, too."""
    found = own_figures(stamping(1), MARA, panel_of(stamping(1)))
    assert (found.wrong_checked, found.right_checked) == pytest.approx((15.0, 0.0))
    more = stamping(1) + some(5, MARA, 0, start=100)
    found = own_figures(more, MARA, panel_of(more))
    assert (found.verdicts, found.shared, found.compared) == (20, 15, 0)
