"""The answer to `/whetstone stats`: figures with their intervals, words where there are too few, and what was meant."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.slack import rates
from bot.slack.cards import CardOptions
from bot.slack.ids import ActionId
from bot.slack.stats import StatsQuestion, stats_message, understood
from bot.slack.usage import Line, Mistaken, help_message, mistake_message, unknown_message, unknown_output_message
from bot.slack.values import StatsValue
from reviewers.decisions.agreement import AllAlike
from reviewers.decisions.too_few import TooFew
from reviewers.model import Part, Rate
from tests.builders import NOON
from tests.judged import (
    ALPHA,
    AUROC,
    DIFFERENCE,
    ERRORS,
    FEW,
    GUARANTEE,
    MISSED,
    PROOF,
    RATE,
    WEEK,
    a_judgement,
    a_line,
    some_stats,
)
from tests.slack.checks import objects
from tests.slack.drawn import buttons, fine, said
from tests.slack.test_injection import PAYLOADS

FEES = Rate(value=0.19, low=0.13, high=0.26, reviewed=171, speaks_for=3000)
TOO_FEW = (
    "Too few to say: how far reviewers agree (3 of 20 answers that several judged), how often decisions are right (3 "
    "of 20 verdicts with a second opinion or a known answer), how well the risk ranks (3 of 5 wrong answers)."
)
ROUTES = ["Card support", "Card support abroad", "Loans", "Top 10"]
QUESTION = StatsQuestion(route="Card support", days=28)
DISPLAY = CardOptions(zone=ZoneInfo("Europe/Berlin"))


def test_stats_read_as_designed() -> None:
    """Title with interval, table, then period, n and method in grey, and the way into the channel."""
    fees, week = (replace(one, uncorrected=one.value, method=RATE.method) for one in (FEES, WEEK))
    slices = (a_line("fees abroad", fees, 171, finding=True), a_line("cards", week, 300), a_line("delivery", FEW, 4))
    weeks = (a_line("2026-W47", week, 212), a_line("2026-W06", FEW, 4))
    message = fine(stats_message(some_stats(slices=slices, weeks=weeks), display=DISPLAY, question=QUESTION))
    title, table, grey, beside, row = message.blocks
    assert said(title) == "*Card support: 9.6 of 100 answers wrong* (7.9 to 11.6)"
    assert [[cell["text"] for cell in line] for line in table["rows"]] == [
        ["", "Wrong of 100", "Reviewed"],
        ["Week 47", "14 (9 to 20)", "212"],
        ["Week 6", "too few (4)", "4"],
        ["fees abroad (differs from the rest)", "19 (13 to 26)", "171"],
        ["cards", "14 (9 to 20)", "300"],
        ["delivery", "too few (4)", "4"],
    ]
    assert said(grey) == (
        "26 Oct to 23 Nov, Europe/Berlin  ·  834 of 38,900 reviewed  ·  95 % score interval, weighted for the way "
        "answers were picked, corrected for reviewers' errors (without: 8.8)"
    )
    assert said(beside) == TOO_FEW
    assert buttons(message) == ["Show in channel"]
    assert row["elements"][0]["action_id"] == ActionId.SHOW_STATS.value
    assert StatsValue.parse(row["elements"][0]["value"]) == StatsValue(route="Card support", days=28)
    assert message.text == (
        "Card support, 26 Oct to 23 Nov: 9.6 of 100 answers wrong (7.9 to 11.6), 834 of 38,900 reviewed, 95 % score "
        "interval, weighted for the way answers were picked, corrected for reviewers' errors (without: 8.8). Week 47: "
        "14 (9 to 20). Week 6: too few (4). fees abroad (differs from the rest): 19 (13 to 26). cards: 14 (9 to 20). "
        f"delivery: too few (4). {TOO_FEW}"
    )


def test_too_few_is_said_and_never_a_number() -> None:
    """No rate in title, grey line or fallback; an empty table is none."""
    few = some_stats(route="", rate=TooFew(found=9, needed=40), outputs=1120, reviewed=9, weeks=())
    message = fine(stats_message(few, display=DISPLAY, question=StatsQuestion()))
    assert said(message.blocks[0]) == (
        "*All routes: too few reviews to say.* 9 of 1,120 answers are reviewed; 40 are needed before a rate means "
        "something (±10 points)."
    )
    assert "of 100" not in message.text
    assert [block["type"] for block in message.blocks] == ["section", "context", "context", "actions"]
    assert said(message.blocks[2]) == TOO_FEW
    assert message.text.endswith(TOO_FEW)


def test_route_without_answers_says_that_none_came() -> None:
    """Which is something else than too few reviews."""
    none = some_stats(rate=TooFew(found=0, needed=40), outputs=0, reviewed=0, weeks=())
    message = fine(stats_message(none, display=DISPLAY, question=QUESTION))
    assert said(message.blocks[0]) == "*Card support: too few reviews to say.* No answers came in."


def test_rate_that_nothing_corrects_is_not_called_corrected() -> None:
    """The method says what was done, and no more; alike verdicts have the exact interval."""
    plain = replace(RATE, uncorrected=None)
    assert rates.method(plain) == "95 % score interval, weighted for the way answers were picked"
    assert rates.method(replace(plain, method="exact interval")).startswith("95 % exact interval")
    users = replace(plain, method="model-assisted score interval, clustered by user")
    assert rates.method(users).startswith("95 % score interval over users")


def test_models_and_routes_have_lines_of_their_own() -> None:
    """All routes together show each route; a model's version is named."""
    lines = {
        "routes": (a_line("Card support", WEEK, 212),),
        "versions": (a_line("helpdesk-8b 2026-11-03", RATE, 1834),),
    }
    message = fine(stats_message(some_stats(route="", **lines), display=DISPLAY, question=StatsQuestion()))
    assert [line[0]["text"] for line in message.blocks[1]["rows"][3:]] == ["Card support", "helpdesk-8b 2026-11-03"]
    assert message.blocks[1]["rows"][4][2]["text"] == "1,834"


def test_what_is_shown_to_all_says_by_whom_and_has_no_button() -> None:
    """The same figures, without the way on."""
    message = fine(stats_message(some_stats(), display=DISPLAY, question=QUESTION, shown_by="U0MARA"))
    assert said(message.blocks[2]).endswith("  ·  shown by <@U0MARA>")
    assert buttons(message) == []


def test_what_is_proven_says_how_much_may_leave_and_what_would_prove_more() -> None:
    """1,200 reviews of 45 seconds are 15 hours."""
    message = fine(stats_message(some_stats(judgement=a_judgement()), display=DISPLAY, question=QUESTION))
    told = (
        "62 of 100 answers may leave without review: at most 5 of 100 of them are wrong, with 90 % confidence (212 "
        "reviewed in the 4 weeks to 23 Nov, fixed-sequence test). About 1,200 reviews in 4 weeks, 15 h of work, would "
        "prove that more may (now 830)."
    )
    assert said(message.blocks[3]) == f"*Without review.* {told}"
    assert message.text.endswith(f"{told} {TOO_FEW}")


@pytest.mark.parametrize(
    ("missed", "needed", "told"),
    [
        (
            MISSED,
            1200,
            "No answers may leave without review yet: that at most 5 of 100 of them are wrong, with 90 % confidence, "
            "is not proven (the least risky 64 of 100: up to 6.1 of 100, 230 reviewed in the 4 weeks to 16 Nov, "
            "fixed-sequence test). About 1,200 reviews in 4 weeks, 15 h of work, would prove that some may (now 830).",
        ),
        (
            replace(MISSED, value=None, reviewed=3),
            45,
            "No answers may leave without review yet: that at most 5 of 100 of them are wrong, with 90 % confidence, "
            "is not proven (the least risky 64 of 100: too few reviewed, 3 in the 4 weeks to 16 Nov, fixed-sequence "
            "test). About 45 reviews in 4 weeks, 34 min of work, would prove that some may (now 830).",
        ),
        (
            replace(MISSED, value=0.082, high=0.11),
            None,
            "No answers may leave without review yet: that at most 5 of 100 of them are wrong, with 90 % confidence, "
            "is not proven (the least risky 64 of 100: up to 11 of 100, 230 reviewed in the 4 weeks to 16 Nov, "
            "fixed-sequence test). No number of reviews would prove that some may: about 8.2 of 100 of the least risky "
            "64 of 100 seem to be wrong (up to 11 of 100, 230 reviewed in the 4 weeks to 16 Nov, fixed-sequence test).",
        ),
    ],
)
def test_what_is_not_proven_says_what_would(missed: Part, needed: int | None, told: str) -> None:
    """Or that nothing would, since too many are wrong."""
    guarantee = replace(GUARANTEE, proven=None, missed=missed, needed=needed)
    monday = NOON - timedelta(days=7)
    assert " ".join(rates.guarantee_sentences(guarantee, None, 45.0, tested_at=monday)) == told


def test_changed_scorers_are_said_where_the_proof_is() -> None:
    """What may leave does so by a proof of the present ones alone."""
    told = list(rates.guarantee_sentences(GUARANTEE, None, 45.0, tested_at=NOON, others_until=NOON))
    assert told[1] == (
        "What scores the answers changed on 23 Nov: only answers scored since then count, and none of them leaves by a "
        "proof from before."
    )


def test_everything_proven_asks_for_nothing_more() -> None:
    """All answers may leave, at the limit that was asked for."""
    proof, guarantee = replace(PROOF, share=1.0), replace(GUARANTEE, missed=None, needed=None, limit=0.025)
    told = list(rates.guarantee_sentences(guarantee, proof, 45.0, tested_at=NOON))
    assert told == [
        "100 of 100 answers may leave without review: at most 2.5 of 100 of them are wrong, with 90 % confidence (212 "
        "reviewed in the 4 weeks to 23 Nov, fixed-sequence test)."
    ]


def test_what_stands_beside_the_rate_is_said_once_it_is_known() -> None:
    """What the marks do, how far reviewers agree and are right, how well the risk ranks: each with n and method."""
    known = some_stats(anchoring=DIFFERENCE, agreement=ALPHA, errors=ERRORS, signal=AUROC)
    message = fine(stats_message(known, display=DISPLAY, question=QUESTION))
    told = (
        "With the machine's marks reviewers found 11 of 100 wrong, without them 13 (difference −2, −7 to 3; Newcombe's "
        "interval, 200 and 150 reviewed). Reviewers agree with an alpha of 0.81 (Krippendorff's, 95 % interval 0.70 to "
        "0.90; 1 is always, 0 as by chance) on 212 answers that several judged. What people decided finds 83 of 100 "
        "wrong answers (72 to 92) and passes 97 of 100 right ones (94 to 99), by 42 verdicts with a second opinion or "
        "a known answer (Dawid and Skene's model, 95 % intervals, 28 days). The risk ranks a wrong answer above a "
        "right one in 78 of 100 pairs (71 to 84; weighted AUROC, DeLong's interval, 834 reviewed)."
    )
    assert said(message.blocks[3]) == told
    assert message.text.endswith(told)


def test_marks_of_which_too_little_is_known_are_said_only_where_they_are_drawn() -> None:
    """A team that draws no marks is not told what it lacks."""
    some = some_stats(anchoring=TooFew(found=7, needed=20), agreement=ALPHA, errors=ERRORS, signal=AUROC)
    told = said(fine(stats_message(some, display=DISPLAY, question=QUESTION)).blocks[3])
    assert told.endswith("Too few to say: what the machine's marks do (7 of 20 answers with them, or without).")
    none = replace(some, anchoring=TooFew(found=0, needed=20))
    assert "Too few" not in said(fine(stats_message(none, display=DISPLAY, question=QUESTION)).blocks[3])


def test_decisions_of_one_person_are_theirs_to_read() -> None:
    """Who shows figures to a channel shows nobody's own."""
    told = rates.errors_sentence(replace(ERRORS, people=1), 28)
    assert told == "One person decided all of these, so how often that is right stands on their own Home alone."
    assert rates.errors_sentence(ERRORS, 1).endswith("95 % intervals, 1 day).")


def test_ordinary_slices_fill_the_rows_that_findings_and_thin_ones_leave() -> None:
    """The most reviewed first, six in all; how many are left out stands in the grey line."""
    plain = tuple(a_line(f"plain {place}", WEEK, 300 - place) for place in range(8))
    slices = (*plain, a_line("fees", FEES, 171, finding=True), a_line("delivery", FEW, 4))
    message = fine(stats_message(some_stats(weeks=(), slices=slices), display=DISPLAY, question=QUESTION))
    assert [line[0]["text"] for line in message.blocks[1]["rows"][1:]] == [
        "fees (differs from the rest)",
        *(f"plain {place}" for place in range(4)),
        "delivery",
    ]
    assert said(message.blocks[2]).endswith("4 slices not in the table")


def test_everything_at_once_is_within_what_slack_takes() -> None:
    """Every row with a long name, every sentence, and the fallback text."""
    lines = tuple(a_line(f"{place} " + "Ü" * 80, FEES, 171, finding=place < 5) for place in range(20))
    thin = tuple(a_line(f"{place} " + "y" * 80, FEW, 4) for place in range(20))
    full = some_stats(
        weeks=tuple(a_line(f"2026-W{47 - place:02}", WEEK, 212, finding=True) for place in range(20)),
        routes=lines,
        slices=(*lines, *thin),
        versions=lines,
        anchoring=DIFFERENCE,
        agreement=ALPHA,
        errors=ERRORS,
        signal=AUROC,
        judgement=a_judgement(),
    )
    message = fine(stats_message(full, display=DISPLAY, question=QUESTION))
    assert "What people decided finds 83 of 100" in message.text
    assert message.text.endswith("834 reviewed).")


def test_risk_that_tells_nothing_is_said_to_be_left_aside() -> None:
    """With its figure, and without one where too few verdicts give one."""
    assert rates.signal_sentence(AUROC, drawn_evenly=True) == (
        "The risk ranks a wrong answer above a right one in 78 of 100 pairs (71 to 84; weighted AUROC, DeLong's "
        "interval, 834 reviewed), which may be chance, so answers are drawn evenly until it ranks better."
    )
    assert rates.signal_sentence(TooFew(found=1, needed=5), drawn_evenly=True) == (
        "The risk did not tell wrong answers from right ones, so answers are drawn evenly until it ranks better."
    )
    assert rates.signal_sentence(TooFew(found=1, needed=5), drawn_evenly=False) == ""


def test_agreement_of_verdicts_that_are_all_alike_is_no_alpha() -> None:
    """Nothing tells that it is not by chance."""
    told = rates.agreement_sentence(AllAlike(units=30, verdicts=60))
    assert told == "Reviewers said the same of all 30 answers that several judged."


@pytest.mark.parametrize(
    ("rate", "day", "told"),
    [
        (WEEK, date(2026, 11, 23), "Checked by a person on 23 Nov."),
        (None, date(2026, 11, 3), "Checked by a person on 3 Nov."),
        (WEEK, None, "Not checked by a person. Of 100 answers here about 14 are wrong (9 to 20, last 4 weeks)."),
        (RATE, None, "Not checked by a person. Of 100 answers here about 9.6 are wrong (7.9 to 11.6, last 4 weeks)."),
        (None, None, "Not checked by a person; too few checks to say how often answers here are wrong."),
    ],
)
def test_readers_are_told_what_an_answer_is_worth(rate: Rate | None, day: date | None, told: str) -> None:
    """Whether a person looked, or how often answers here are wrong, or that it cannot be said."""
    assert rates.for_readers(rate, checked_on=day) == told


def test_readers_of_a_risky_answer_are_not_told_the_average_alone() -> None:
    """It would make the answer look better than it is; without a rate there is no average to stand above."""
    assert rates.for_readers(WEEK, riskier=True) == (
        "Not checked by a person. It seems likelier to be wrong than the average: "
        "of 100 answers here about 14 are wrong (9 to 20, last 4 weeks)."
    )
    assert rates.for_readers(WEEK, riskier=True, checked_on=date(2026, 11, 3)) == "Checked by a person on 3 Nov."


def test_long_periods_show_the_newest_weeks() -> None:
    """Six of them; how many came before stands in the grey line."""
    weeks = tuple(a_line(f"2026-W{47 - n:02}", WEEK, 212) for n in range(46))
    message = fine(stats_message(some_stats(weeks=weeks), display=DISPLAY, question=QUESTION))
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
    assert "(difference 0, −7 to 3;" in rates.marks_sentence(none)


@pytest.mark.parametrize("name", PAYLOADS)
def test_nothing_untrusted_is_alive_in_figures_and_help(name: str) -> None:
    """Names of routes and models, and whatever was typed."""
    payload = PAYLOADS[name]
    lines = (a_line(payload, FEW, 4, finding=True),)
    hostile = some_stats(route=payload, versions=lines, slices=lines, routes=lines)
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
