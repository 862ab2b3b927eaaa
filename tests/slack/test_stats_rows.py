"""`/whetstone stats`: what is too few, how each row was made, what rows are called, and the years of a long period."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.slack import rates
from bot.slack.cards import CardOptions
from bot.slack.home.lead import OWN_ROUTE as ON_HOME
from bot.slack.stats import StatsQuestion, stats_message, understood
from bot.slack.usage import Mistaken
from reviewers.decisions.estimate import Method
from reviewers.decisions.too_few import TooFew
from reviewers.model import Rate
from reviewers.workflow.judgement import OWN_ROUTE, Stats
from tests.builders import NOON
from tests.judged import FEW, RATE, a_line, some_stats
from tests.slack.drawn import fine, said

DISPLAY = CardOptions(zone=ZoneInfo("UTC"))
USERS = TooFew(found=3, needed=5, of="users")
PLAIN = Rate(value=0.15, low=0.05, high=0.35, reviewed=45, speaks_for=900, method=Method.SCORE.value)
ALL_RIGHT = replace(PLAIN, value=0.0, low=0.0, high=0.08, method=Method.EXACT.value)
SCORE = "95 % score interval, weighted for the way answers were picked"
EXACT = "95 % exact interval, since all verdicts are alike"


def drawn(stats: Stats) -> tuple[str, list[list[str]], str, str]:
    """Title, rows, grey line and fallback text."""
    message = fine(stats_message(stats, display=DISPLAY, question=StatsQuestion()))
    title, *more = message.blocks
    rows = [[cell["text"] for cell in line] for line in more[0]["rows"][1:]] if more[0]["type"] == "table" else []
    return said(title), rows, said(more[1 if rows else 0]), message.text


def test_too_few_users_are_not_told_as_reviews() -> None:
    """60 answers of 3 users are reviewed: n is 60, and what is too few are the users; ±10 points go with 40 reviews."""
    title, rows, _, text = drawn(
        some_stats(route="", rate=USERS, outputs=1000, reviewed=60, weeks=(a_line("2026-W47", USERS, 60),))
    )
    told = (
        "60 of 1,000 answers are reviewed, which counts as reviews of 3 users; 5 users are needed before a rate means "
        "something."
    )
    assert title == f"*All routes: too few users to say.* {told}"
    assert rows == [["Week 47", "too few users (3)", "60"]]
    assert f"too few users to say. {told} Week 47: too few users (3)." in text
    assert rates.few(USERS) == "too few users to say (3 of 5)"


def test_reviews_that_are_worth_less_than_their_number_are_told_with_both() -> None:
    """800 reviews that are worth four of equal weight; one of a single user."""
    few = some_stats(rate=TooFew(found=4, needed=5), outputs=1000, reviewed=800, weeks=())
    assert drawn(few)[0].endswith(
        "800 of 1,000 answers are reviewed, which counts as 4 reviews; 5 reviews are needed before a rate means "
        "something."
    )
    assert rates.needs(replace(USERS, found=1), 60) == ", which counts as reviews of 1 user; 5 users are needed"


def test_row_whose_method_differs_from_the_totals_is_marked() -> None:
    """45 reviews that are all right have the exact interval, which the mark says below and in the fallback."""
    weeks = (a_line("2026-W47", PLAIN, 45), a_line("2026-W46", ALL_RIGHT, 45), a_line("2026-W45", FEW, 4))
    _, rows, grey, text = drawn(some_stats(rate=replace(RATE, uncorrected=None), weeks=weeks))
    assert [row[1] for row in rows] == ["15 (5 to 35)", "0 (0 to 8) ¹", "too few (4)"]
    assert grey == f"26 Oct to 23 Nov, UTC  ·  834 of 38,900 reviewed  ·  {SCORE}  ·  ¹ {EXACT}"
    assert f"Week 46: 0 (0 to 8) ¹. Week 45: too few (4). ¹ {EXACT}." in text


def test_row_that_is_corrected_where_the_total_is_not_is_another_method() -> None:
    """Each method has a mark of its own; equal ones share it."""
    corrected = replace(PLAIN, uncorrected=0.14)
    methods = rates.RowMethods.of(PLAIN, [ALL_RIGHT, corrected, PLAIN, ALL_RIGHT])
    cells = [methods.cell(rate) for rate in (ALL_RIGHT, corrected, PLAIN, ALL_RIGHT)]
    assert cells == ["0 (0 to 8) ¹", "15 (5 to 35) ²", "15 (5 to 35)", "0 (0 to 8) ¹"]
    assert methods.notes() == [f"¹ {EXACT}", f"² {SCORE}, corrected for reviewers' errors"]


def test_rows_have_a_method_where_the_total_has_no_rate() -> None:
    """Too few users in all, though one slice's reviews are of users that are not known."""
    slices = (a_line("cards", PLAIN, 45), a_line("fees", ALL_RIGHT, 45))
    _, rows, grey, text = drawn(some_stats(rate=USERS, reviewed=90, weeks=(), slices=slices))
    assert [row[1] for row in rows] == ["15 (5 to 35)", "0 (0 to 8) ¹"]
    assert grey == f"26 Oct to 23 Nov, UTC  ·  Rows: {SCORE}  ·  ¹ {EXACT}"
    assert f" Rows: {SCORE}. ¹ {EXACT}." in text


def test_rows_are_named_by_their_kind() -> None:
    """What has no name is no model where it is a route or a slice; a model that is called like a week is none."""
    none, like = a_line("", PLAIN, 45), a_line("A-W4", PLAIN, 45)
    of_kinds = some_stats(route="", weeks=(), routes=(none, like), slices=(none, like), versions=(none, like))
    _, rows, _, _ = drawn(of_kinds)
    assert [row[0] for row in rows] == [
        "Answers of no route",
        "A-W4",
        "No slice named",
        "A-W4",
        "No model named",
        "A-W4",
    ]
    assert OWN_ROUTE == ON_HOME


@pytest.mark.parametrize(
    ("days", "told"),
    [(366, "22 Nov 2025 to 23 Nov 2026, UTC"), (327, "31 Dec 2025 to 23 Nov 2026, UTC"), (326, "1 Jan to 23 Nov, UTC")],
)
def test_period_over_a_new_year_has_years(days: int, told: str) -> None:
    """23 Nov is day 327 of 2026, so 326 days before is 1 Jan; in the grey line and in the fallback."""
    _, _, grey, text = drawn(some_stats(since=NOON - timedelta(days=days)))
    assert grey.startswith(f"{told}  ·  ")
    assert text.startswith(f"Card support, {told.removesuffix(', UTC')}: ")


def test_answers_of_no_route_are_asked_for_by_their_name() -> None:
    """In whole, in any case; a route of that very name comes first, and digests know no such name."""
    assert understood("answers  of NO route 14", ["Cards"]) == StatsQuestion(route=OWN_ROUTE, days=14)
    assert understood("answers", ["Answers on fees"]) == StatsQuestion(route="Answers on fees")
    assert understood("answers of no route", ["ANSWERS of no route"]).route == "ANSWERS of no route"
    with pytest.raises(Mistaken):
        understood("answers of no route", ["Cards"], days=False)


def test_own_route_is_the_title_of_its_figures() -> None:
    """And not taken for all."""
    assert drawn(some_stats(route=OWN_ROUTE))[0].startswith("*Answers of no route: 9.6 of 100 answers wrong*")
