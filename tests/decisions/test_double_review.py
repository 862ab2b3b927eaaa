"""Who is asked to judge a decided output again, and when: second looks, a third on doubt, known answers, the budget."""

from __future__ import annotations

import doctest
from datetime import timedelta
from typing import Any

import pytest

from reviewers.decisions import double_review
from reviewers.decisions.double_review import (
    RIGHT,
    WRONG,
    Decided,
    Said,
    disagrees,
    gain,
    known_answer,
    known_due,
    next_known,
    room,
    wants_second,
    wants_third,
)
from reviewers.decisions.estimate_inputs import Beta, ReviewerErrors
from tests.builders import NOON

USUAL = ReviewerErrors(sensitivity=Beta(right=8.0, missed=2.0), specificity=Beta(right=19.0, missed=1.0))
STAMPS = ReviewerErrors(sensitivity=Beta(right=1.0, missed=9.0), specificity=Beta(right=49.0, missed=1.0))


def decided(output_id: str = "o-1", *said: bool, **changes: Any) -> Decided:
    """Decided at noon, by one person after the other, whether each found it wrong."""
    given = said or (False,)
    fields: dict[str, Any] = {
        "output_id": output_id,
        "wrong": given[0],
        "as_lead": False,
        "resolved_at": NOON,
        "said": tuple(Said(reviewer=f"U{place}", wrong=wrong) for place, wrong in enumerate(given)),
        "seen_by": frozenset(f"U{place}" for place in range(len(given))),
    }
    return Decided(**(fields | changes))


def test_the_examples_of_the_docstrings_hold() -> None:
    """They are run as they stand."""
    assert doctest.testmod(double_review).failed == 0


@pytest.mark.parametrize(
    ("one", "hours", "draw", "wanted"),
    [
        (decided(), 2.0, 0.149, True),
        (decided(), 2.0, 0.15, False),  # not drawn
        (decided(), 0.9, 0.0, False),  # the decided card is still in sight
        (decided(), 73.0, 0.0, False),  # too old
        (decided("o-1", False, False), 2.0, 0.0, False),  # two people decided it already
        (decided(as_lead=True), 2.0, 0.0, False),  # a lead is not checked by a reviewer
        (decided(seconds=1, seconds_open=1), 2.0, 0.0, False),  # it has one
    ],
)
def test_one_in_so_many_gets_a_second_look(one: Decided, hours: float, draw: float, wanted: bool) -> None:
    """Of those that one person decided, between an hour and three days later."""
    assert wants_second(one, share=0.15, draw=draw, now=NOON + timedelta(hours=hours)) is wanted


def test_no_share_no_second_look() -> None:
    """0 turns it off: no draw is below it."""
    assert not wants_second(decided(), share=0.0, draw=0.0, now=NOON + timedelta(hours=2))


@pytest.mark.parametrize(
    ("chance", "expected"),
    [
        # p = .5: says wrong .5·.8 + .5·.05 = .425 and errs in .025; says right .5·.2 + .5·.95 and errs in .1. .5 - .125
        (0.5, 0.375),
        # p = .02: says wrong: .016 wrong, .049 right, so right still; no verdict turns it. min(p, 1-p) - p = 0
        (0.02, 0.0),
        # p = .9: says right: .18 wrong, .095 right, so wrong still
        (0.9, 0.0),
    ],
)
def test_what_one_more_verdict_is_worth(chance: float, expected: float) -> None:
    """For a sensitivity of 8 in 10 and a specificity of 19 in 20."""
    assert gain(chance, USUAL) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("one", "chance", "wanted"),
    [
        (decided("o-1", True, False, seconds=1), 0.3, True),
        (decided("o-1", True, False, seconds=1), 0.02, False),  # it would not turn anything
        (decided("o-1", True, True, seconds=1), 0.3, False),  # they agree
        (decided("o-1", True, seconds=1, seconds_open=1), 0.3, False),  # the second is still awaited
        (decided("o-1", True, False, True, seconds=2), 0.3, False),  # there was a third
        (decided("o-1", True, False, seconds=1, as_lead=True), 0.3, False),  # a lead settled it meanwhile
    ],
)
def test_a_third_is_asked_only_where_two_differ_and_it_may_turn_out_either_way(
    one: Decided, chance: float, wanted: bool
) -> None:
    """Within six days of the decision."""
    assert wants_third(one, chance_wrong=chance, errors=[USUAL], now=NOON + timedelta(days=4)) is wanted
    assert not wants_third(one, chance_wrong=chance, errors=[USUAL], now=NOON + timedelta(days=7))


@pytest.mark.parametrize(
    ("errors", "wanted"),
    [
        ([USUAL], True),  # p = .3: says wrong .3·.8 and errs in .7·.05; says right .7·.95 and errs in .06. .205
        ([STAMPS], False),  # says wrong .3·.1 and errs in .7·.02; says right: .27 wrong. .3 - .014 - .27 = .016
        ([USUAL, STAMPS], True),  # either may answer: (.205 + .016) / 2 = .11
        ([USUAL, *[STAMPS] * 5], False),  # (.205 + 5·.016) / 6 = .047
        ([], False),  # nobody is left
    ],
)
def test_a_third_is_asked_only_where_those_who_are_left_are_likely_to_settle_it(
    errors: list[ReviewerErrors], wanted: bool
) -> None:
    """The mean of what each one's verdict is worth is at least .05."""
    one = decided("o-1", True, False, seconds=1)
    assert wants_third(one, chance_wrong=0.3, errors=errors, now=NOON + timedelta(days=4)) is wanted


@pytest.mark.parametrize(
    ("one", "against"),
    [
        (decided("o-1", True, False, seconds=1), True),  # one against one
        (decided("o-1", True, False, False, seconds=2), True),
        (decided("o-1", True, False, True, seconds=2), False),  # the third took the first one's side
        (decided("o-1", True, True, seconds=1), False),
        (decided("o-1", True, False, seconds=1, as_lead=True), False),  # and a lead has looked
        (decided("o-1", True), False),
    ],
)
def test_a_lead_is_told_where_second_looks_stand_against_the_decision(one: Decided, against: bool) -> None:
    """Even counts are worth a look, a majority for it is not."""
    assert disagrees(one) is against


@pytest.mark.parametrize(
    ("one", "answer"),
    [
        (decided("o-1", True, True), WRONG),
        (decided("o-1", False, False), RIGHT),
        (decided("o-1", False, as_lead=True), RIGHT),
        (decided("o-1", True), ""),  # one person's word
        (decided("o-1", True, False, True), ""),  # somebody differs
        (decided("o-1", True, True, wrong=False), ""),  # it was resolved otherwise since
    ],
)
def test_an_answer_is_known_when_it_is_clear(one: Decided, answer: str) -> None:
    """Two who agree and nobody who differs, or a lead."""
    assert known_answer(one) == answer


def choose(pool: list[Decided], given: tuple[str, ...] = (), reviewers: tuple[str, ...] = (), days: float = 10) -> str:
    """The id of the next known answer."""
    chosen = next_known(pool, given=given, reviewers=reviewers, now=NOON + timedelta(days=days), salt="s")
    return chosen.output_id if chosen else ""


def test_half_of_the_known_answers_are_wrong() -> None:
    """A wrong one first, then a right one; and none of a kind that there is not."""
    pool = [decided("right", False, False), decided("wrong", True, True)]
    assert choose(pool) == "wrong"
    assert choose(pool, given=(WRONG,)) == "right"
    assert choose(pool, given=(WRONG, RIGHT)) == "wrong"
    assert choose(pool[:1]) == ""


def test_a_known_answer_is_neither_fresh_nor_stale() -> None:
    """From seven days to ninety."""
    pool = [decided("wrong", True, True)]
    assert [choose(pool, days=days) for days in (6.9, 7.0, 90.0, 90.1)] == ["", "wrong", "wrong", ""]


def test_a_known_answer_goes_to_nobody_who_saw_it() -> None:
    """Where the route's reviewers have all seen it there is none; where everybody may review, somebody is left."""
    pool = [decided("wrong", True, True)]
    assert choose(pool, reviewers=("U0", "U1")) == ""
    assert choose(pool, reviewers=("U0", "U1", "U2")) == "wrong"


def test_what_was_given_least_comes_first() -> None:
    """And among equals the hash decides, the same way every time."""
    pool = [decided(f"o-{place}", True, True, golds=place % 2) for place in range(8)]
    first = choose(pool)
    assert int(first.removeprefix("o-")) % 2 == 0
    assert choose(pool[::-1]) == first


@pytest.mark.parametrize(("reviewed", "given", "due"), [(19, 0, 0), (20, 0, 1), (100, 4, 1), (100, 5, 0), (100, 9, 0)])
def test_one_known_answer_for_every_twenty_verdicts(reviewed: int, given: int, due: int) -> None:
    """At a rate of .05, less what was given."""
    assert known_due(reviewed, given, 0.05) == due


def test_checking_stays_within_the_minutes() -> None:
    """.2 of 240 minutes at 45 seconds are 64 looks; without a budget there is no end."""
    assert room(240.0, seconds=45.0, share=0.2, opened=0) == 64
    assert room(240.0, seconds=45.0, share=0.2, opened=70) == 0
    assert room(None, seconds=45.0, share=0.2, opened=70) is None
