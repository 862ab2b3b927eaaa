"""The answer to `/whetstone stats`: figures with their intervals, words where there are too few, and what was meant."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.slack import rates
from bot.slack.cards import CardOptions
from bot.slack.ids import ActionId, StatsValue
from bot.slack.stats import StatsQuestion, stats_message, understood
from bot.slack.usage import Line, Mistaken, help_message, mistake_message, unknown_message, unknown_output_message
from reviewers.decisions.figures import Difference, Rate, TooFew
from reviewers.workflow.reports import Line as Row
from reviewers.workflow.reports import Stats
from tests.builders import NOON
from tests.slack.checks import objects
from tests.slack.drawn import buttons, fine, said
from tests.slack.test_injection import PAYLOADS

RATE = Rate(value=0.096, low=0.079, high=0.116, reviewed=834, speaks_for=38900)
WEEK = Rate(value=0.14, low=0.09, high=0.20, reviewed=212, speaks_for=4000)
FEW = TooFew(found=4, needed=40)
MARKED = Rate(value=0.11, low=0.08, high=0.15, reviewed=200, speaks_for=200)
UNMARKED = Rate(value=0.13, low=0.09, high=0.18, reviewed=150, speaks_for=150)
DIFFERENCE = Difference(first=MARKED, second=UNMARKED, value=-0.02, low=-0.07, high=0.03)
ROUTES = ["Card support", "Card support abroad", "Loans", "Top 10"]
QUESTION = StatsQuestion(route="Card support", days=28)
DISPLAY = CardOptions(zone=ZoneInfo("Europe/Berlin"))


def stats(**changes: Any) -> Stats:
    """The figures of the design: four weeks of Card support."""
    fields: dict[str, Any] = {
        "route": "Card support",
        "since": NOON - timedelta(days=28),
        "until": NOON,
        "rate": RATE,
        "weeks": (Row(name="2026-W47", rate=WEEK, reviewed=212), Row(name="2026-W06", rate=FEW, reviewed=4)),
        "versions": (Row(name="helpdesk-8b 2026-11-03", rate=RATE, reviewed=1834),),
        "anchoring": TooFew(found=3, needed=20),
    }
    return Stats(**(fields | changes))


def test_stats_read_as_designed() -> None:
    """Title with interval, table, then period, n and method in grey, and the way into the channel."""
    message = fine(stats_message(stats(), display=DISPLAY, question=QUESTION))
    title, table, grey, row = message.blocks
    assert said(title) == "*Card support: 9.6 of 100 answers wrong* (7.9 to 11.6)"
    assert [[cell["text"] for cell in line] for line in table["rows"]] == [
        ["", "Wrong of 100", "Reviewed"],
        ["Week 47", "14 (9 to 20)", "212"],
        ["Week 6", "too few (4)", "4"],
        ["helpdesk-8b 2026-11-03", "9.6 (7.9 to 11.6)", "1,834"],
    ]
    assert said(grey) == (
        "26 Oct to 23 Nov, Europe/Berlin  ·  834 of 38,900 reviewed  ·  95 % score interval, weighted for the way "
        "answers were picked"
    )
    assert buttons(message) == ["Show in channel"]
    assert row["elements"][0]["action_id"] == ActionId.SHOW_STATS.value
    assert StatsValue.parse(row["elements"][0]["value"]) == StatsValue(route="Card support", days=28)
    assert message.text.startswith(
        "Card support, 26 Oct to 23 Nov: 9.6 of 100 answers wrong, 95 % interval 7.9 to 11.6, 834 of 38,900 reviewed. "
        "Week 47: 14 (9 to 20). Week 6: too few (4)."
    )


def test_too_few_is_said_and_never_a_number() -> None:
    """No rate in title, grey line or fallback; an empty table is none."""
    few = stats(route="", rate=TooFew(found=9, needed=40), weeks=(), versions=())
    message = fine(stats_message(few, display=DISPLAY, question=StatsQuestion()))
    assert said(message.blocks[0]) == (
        "*All routes: too few reviews to say.* 9 answers are reviewed; 40 are needed before a rate means something "
        "(±10 points)."
    )
    assert "of 100" not in message.text
    assert [block["type"] for block in message.blocks] == ["section", "context", "actions"]


def test_what_is_shown_to_all_says_by_whom_and_has_no_button() -> None:
    """The same figures, without the way on."""
    message = fine(stats_message(stats(), display=DISPLAY, question=QUESTION, shown_by="U0MARA"))
    assert said(message.blocks[2]).endswith("  ·  shown by <@U0MARA>")
    assert buttons(message) == []


def test_what_the_marks_do_is_said_once_it_is_known() -> None:
    """The difference with its interval, in points."""
    message = fine(stats_message(stats(anchoring=DIFFERENCE), display=DISPLAY, question=QUESTION))
    assert said(message.blocks[3]) == (
        "With the machine's marks reviewers found 11 of 100 wrong, without them 13 (difference −2, −7 to 3)."
    )


def test_long_periods_show_the_newest_weeks() -> None:
    """Six of them; how many came before stands in the grey line."""
    weeks = tuple(Row(name=f"2026-W{47 - n:02}", rate=WEEK, reviewed=212) for n in range(46))
    message = fine(stats_message(stats(weeks=weeks, versions=()), display=DISPLAY, question=QUESTION))
    assert len(message.blocks[1]["rows"]) == 7
    assert said(message.blocks[2]).endswith("40 earlier weeks not in the table")


@pytest.mark.parametrize(
    ("typed", "route", "days"),
    [
        ("", "", 28),
        ("7", "", 7),
        ("Card support", "Card support", 28),
        ("card  SUPPORT 14", "Card support", 14),
        ("Card support abroad", "Card support abroad", 28),
        ("Card support abroad 366", "Card support abroad", 366),
        ("loa 1", "Loans", 1),
        ("Top 10", "Top 10", 28),  # the figure belongs to the name
        ("Top 10 10", "Top 10", 10),
        ("Card support a", "Card support abroad", 28),
    ],
)
def test_route_and_days_are_told_apart(typed: str, route: str, days: int) -> None:
    """Names have blanks and figures in them; the longest name that fits counts."""
    assert understood(typed, ROUTES) == StatsQuestion(route=route, days=days)


@pytest.mark.parametrize(
    ("typed", "happened"),
    [
        ("Card support often", "How many days?"),
        ("Card support 0", "How many days?"),
        ("Loans 367", "How many days?"),
        ("99999999999999999999", "How many days?"),
        ("card", "There is no route “card”."),  # two begin so
        ("mortgages 28", "There is no route “mortgages”."),
    ],
)
def test_what_was_not_meant_is_asked(typed: str, happened: str) -> None:
    """No guess between two routes, and no days outside a year."""
    with pytest.raises(Mistaken) as caught:
        understood(typed, ROUTES)
    assert caught.value.happened == happened


@pytest.mark.parametrize(
    ("seconds", "words"), [(38.4, "38 s"), (89.4, "89 s"), (110, "1 min 50 s"), (120, "2 min"), (750, "12 min")]
)
def test_times_are_said_in_seconds_then_minutes(seconds: float, words: str) -> None:
    """As a person would."""
    assert rates.seconds_words(seconds) == words


@pytest.mark.parametrize(("seconds", "words"), [(1500, "25 min"), (3600, "1 h"), (11160, "3.1 h"), (14400, "4 h")])
def test_long_times_are_said_in_hours(seconds: float, words: str) -> None:
    """With one decimal where there is one."""
    assert rates.hours_words(seconds) == words


def test_difference_of_nothing_has_no_sign() -> None:
    """−0.4 points are none."""
    none = replace(DIFFERENCE, value=-0.004)
    assert "(difference 0, −7 to 3)" in rates.marks_sentence(none)


@pytest.mark.parametrize("name", PAYLOADS)
def test_nothing_untrusted_is_alive_in_figures_and_help(name: str) -> None:
    """Names of routes and models, and whatever was typed."""
    payload = PAYLOADS[name]
    hostile = stats(route=payload, versions=(Row(name=payload, rate=FEW, reviewed=4),))
    fine(stats_message(hostile, display=DISPLAY, question=StatsQuestion(route=payload[:100])))
    line = Line(name="stats", argument=f"{payload} 28", what="figures", shows="shows the last 28 days")
    messages = [
        fine(help_message([line])),
        fine(mistake_message(Mistaken(payload, payload * 30), line)),
        fine(unknown_message(payload, [line])),
        fine(unknown_output_message(payload)),
    ]
    for message in messages[1:]:
        for item in objects(message.blocks):
            assert item.get("type") != "mrkdwn" or item["text"].count("`") in (0, 2)
