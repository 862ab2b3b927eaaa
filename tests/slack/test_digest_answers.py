"""Calm routes together, the answer to `/whetstone drift`, the alert, the wrong answers, and the form that asks why."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.slack.cards import CardOptions
from bot.slack.digest import (
    alert_message,
    apart,
    calm_message,
    digest_message,
    drift_message,
    no_digest_message,
    noted_message,
    on_page,
    parse_why,
    snoozed_message,
    why_view,
    wrong_outputs_view,
)
from bot.slack.digest.ids import (
    DigestAction,
    DigestBlock,
    DigestCallback,
    DigestValue,
    Dismissed,
    WhyContext,
    WhyNot,
)
from bot.slack.digest.lead import CALM
from bot.slack.values import OLD_CARD, VERSION
from reviewers.errors import Invalid
from reviewers.model import Outcome
from reviewers.model.digest import Aspect, Headline, Unit, Window
from reviewers.model.missing import Missing
from tests.digests import MONDAY, a_finding, a_quiet_digest
from tests.slack.checks import problems_of_view, words
from tests.slack.digests import OPTIONS, drawn_digest
from tests.slack.drawn import buttons, fine, kinds, said
from tests.slack.scenes import resolved, thailand

AT = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
CONTEXT = WhyContext(week="2026-W47", route="Card support", channel="C02DIGEST", ts="1.2")


def sent(reason: str, note: str | None = None, context: WhyContext = CONTEXT) -> dict[str, Any]:
    """What Slack sends for the form."""
    values = {
        DigestBlock.WHY.value: {DigestAction.WHY.value: {"selected_option": {"value": reason}}},
        DigestBlock.NOTE.value: {DigestAction.NOTE.value: {"value": note}},
    }
    return {"private_metadata": context.to_json(), "state": {"values": values}}


def test_calm_routes_share_one_message() -> None:
    """Their names in one sentence, their rates below."""
    routes = [a_quiet_digest(route=name) for name in ("Loans", "Accounts", "Complaints")]
    message = fine(calm_message(routes, OPTIONS))
    assert kinds(message) == ["section", "rich_text", "context"]
    assert said(message.blocks[0]) == "*Nothing moved* in Loans, Accounts and Complaints."
    assert "*Loans: *About 9 of 100 answers were wrong (6 to 14), as in" in said(message.blocks[1])
    assert said(message.blocks[2]) == "Week 46  ·  9 to 15 Nov, UTC"
    assert message.text.startswith("Week 46. Nothing moved in Loans, Accounts and Complaints. Loans: About 9 of 100")


def test_routes_without_answers_are_calm_and_not_called_so() -> None:
    """No answers is something else than no change."""
    none = a_quiet_digest(route="Loans", headline=Headline.NO_TRAFFIC, last_output_at=None)
    message = fine(calm_message([a_quiet_digest(route="Accounts"), none], OPTIONS))
    assert said(message.blocks[0]) == "*Nothing moved* in Accounts. *No answers came in* in Loans."
    assert "*Loans: *None ever came." in said(message.blocks[1])


def test_only_several_calm_routes_share_and_findings_never_do() -> None:
    """One calm route keeps its own line; too few reviews is a message with a way on."""
    moved, calm = drawn_digest(), a_quiet_digest(route="Loans")
    few = drawn_digest(headline=Headline.TOO_FEW, rate=Missing(found=9, needed=40))
    alone = apart([moved, calm, few])
    assert (alone.own, alone.shared) == ((moved, calm, few), ())
    other = a_quiet_digest(route="Accounts")
    together = apart([moved, calm, few, other])
    assert (together.own, together.shared) == ((moved, few), (calm, other))


def test_many_calm_routes_end_in_a_number() -> None:
    """Ten names, then how many more."""
    message = fine(calm_message([a_quiet_digest(route=f"R{place}") for place in range(13)], OPTIONS))
    assert said(message.blocks[0]).endswith("R8, R9 and 3 more.")
    assert said(message.blocks[1]).endswith("3 more")


def test_drift_command_tells_all_three_states() -> None:
    """With effect and interval also where nothing moved."""
    message = fine(drift_message(drawn_digest(), OPTIONS))
    assert said(message.blocks[0]).startswith("*Card support, week 47: more wrong answers.* About *14 of 100*")
    assert kinds(message) == ["section", "rich_text", "rich_text", "rich_text", "context", "actions"]
    told = [said(block) for block in message.blocks[1:4]]
    assert told[0].startswith("*What moved**Fees abroad: *31 of 100 wrong, before 9 (+22 points, 11 to 35)")
    assert "*Disputes: *12 of 100 wrong, before 10 (+2 points, −7 to 12)" in told[1]
    assert told[2] == "*Too few to say**Delivery: *too few to say (4 of 40 reviews)"
    assert buttons(message) == ["Show in channel"]
    assert "No change: Disputes: 12 of 100 wrong" in message.text


def test_drift_shown_in_the_channel_says_by_whom() -> None:
    """And has no button any more."""
    message = fine(drift_message(drawn_digest(), OPTIONS, shown_by="U0MARA"))
    assert said(message.blocks[-1]).endswith("shown by <@U0MARA>")
    assert "so far" not in message.text


def test_drift_of_the_running_week_says_that_it_is_not_over() -> None:
    """Its button carries the moment, so that all see in the channel what one person saw."""
    wednesday = datetime(2026, 11, 18, 15, 30, tzinfo=UTC)
    whole = drawn_digest()
    digest = replace(whole, current=Window(start=whole.current.start, end=wednesday))
    message = fine(drift_message(digest, OPTIONS))
    assert said(message.blocks[0]).startswith("*Card support, week 47 so far: more wrong answers.*")
    assert "The week is not over" in said(message.blocks[-3])
    assert "16 to 18 Nov, UTC" in said(message.blocks[-2])
    assert "The week is not over" in message.text
    (pressed,) = [one["value"] for one in message.blocks[-1]["elements"]]
    assert DigestValue.parse(pressed).until == wednesday


def test_last_week_is_told_with_what_the_running_one_has_so_far() -> None:
    """Nobody takes one for the other."""
    few = drawn_digest(week="2026-W48", reviewed=9, outputs=310)
    message = fine(drift_message(drawn_digest(), OPTIONS, running=few))
    assert said(message.blocks[0]).startswith("*Card support, week 47: more wrong answers.*")
    words = "Week 48 so far: 9 of 310 answers reviewed, too few to compare."
    assert said(message.blocks[-3]) == words
    assert message.text.endswith(words)
    none = fine(drift_message(drawn_digest(), OPTIONS, running=drawn_digest(week="2026-W48", outputs=0)))
    assert said(none.blocks[-3]) == "Week 48 so far: no answers."


@pytest.mark.parametrize("raw", ["yesterday", "2026-11-18T15:30:00", 7])
def test_button_with_a_moment_that_is_none_is_old(raw: object) -> None:
    """A moment without its zone could be any of 26 hours; what is no text is left out."""
    value = json.dumps({"v": VERSION, "week": "2026-W47", "route": "", "until": raw})
    if isinstance(raw, str):
        with pytest.raises(Invalid):
            DigestValue.parse(value)
    else:
        assert DigestValue.parse(value).until is None


@pytest.mark.parametrize(
    ("late", "words"),
    [
        (("2026-W46",), "week 46 was made late and has no message: /whetstone digest 2026-W46"),
        (("2026-W45", "2026-W46"), "weeks 45 to 46 were made late and have no message: /whetstone digest 2026-W45"),
    ],
)
@pytest.mark.parametrize(
    "headline", [Headline.MORE_WRONG, Headline.TOO_FEW, Headline.NO_TRAFFIC, Headline.NOTHING_MOVED]
)
def test_weeks_that_came_too_late_are_named_in_one_line(late: tuple[str, ...], words: str, headline: Headline) -> None:
    """In whatever the newest week came to, also where it shares its message."""
    options = replace(OPTIONS, late=late, command="/whetstone")
    digest = a_quiet_digest(headline=headline, last_output_at=None)
    shared = [fine(calm_message([digest, digest], options))] if headline in CALM else []
    for message in (fine(digest_message(digest, options)), *shared):
        assert words in said(message.blocks[-1])
        assert f"{words[:1].upper()}{words[1:]}." in message.text


def test_digest_that_is_not_there_is_said() -> None:
    """And when the next one comes."""
    message = fine(no_digest_message("Loans", week="2026-W12", first_at=AT, options=OPTIONS))
    assert said(message.blocks[0]) == ("*There is no digest of week 12 of Loans.* The next one comes on 23 November.")
    none = fine(no_digest_message("Loans", first_at=None, options=OPTIONS))
    assert none.text == "There is no digest of Loans."


def test_alert_says_what_is_sure_and_how_often_it_would_be_wrong() -> None:
    """Before Monday, in the digest's words."""
    message = fine(alert_message(drawn_digest().findings[0], "Card support", OPTIONS, reviews=64, years=20.0))
    assert [said(block) for block in message.blocks] == [
        "*Card support: more wrong answers since 17 November.* The change is in questions on *fees abroad*: 31 of 100 "
        "wrong, before 9 (+22 points, 11 to 35).",
        "Found after 64 reviews and confirmed by the next ones. Where nothing changes, such a message comes about once "
        "in 20 years.",
    ]


def test_snooze_and_thanks_say_what_they_change() -> None:
    """Only the person who pressed sees them."""
    assert fine(snoozed_message("Card support", AT, OPTIONS)).text == (
        "Snoozed until 23 November. What moved in Card support is told again then."
    )
    assert fine(noted_message(WhyNot.TOO_LONG)).text.startswith("Noted. Once two people find so, the digest is short")


def test_wrong_answers_are_listed_with_verdict_and_way_to_the_card() -> None:
    """Ten on a page; the last page has no next one."""
    rejected = resolved(thailand(), Outcome.REJECTED, reasons=("contradicts",), resolved_by="U0MARA")
    view = wrong_outputs_view(
        drawn_digest(), [rejected] * 4, page=2, links={"t-1": "https://safe.example/p1"}, display=CardOptions()
    )
    assert problems_of_view(view) == []
    told = words(view["blocks"])
    assert "*Card support, week 47: 24 wrong answers*" in told
    assert "*Rejected* by <@U0MARA>" in told
    assert f"<https://safe.example/p1|#{rejected.task.number}>" in told
    assert "Page 3 of 3" in told
    row = next(block for block in view["blocks"] if block["type"] == "actions")
    assert [item["action_id"] for item in row["elements"]] == [DigestAction.OUTPUTS_BACK]
    assert DigestValue.parse(row["elements"][0]["value"]).page == 1


def test_page_that_is_not_there_is_the_last_one_and_what_is_gone_is_said() -> None:
    """Outputs are deleted in time; the count stays honest."""
    assert len(on_page(drawn_digest(), 0)) == 10
    assert on_page(drawn_digest(), 99) == drawn_digest().wrong_ids[20:]
    view = wrong_outputs_view(drawn_digest(), [], page=99, links={}, display=CardOptions())
    assert "4 of them are not kept any more" in words(view["blocks"])


def test_answer_that_is_open_again_is_not_called_rejected() -> None:
    """A changed source reopens what was decided."""
    view = wrong_outputs_view(drawn_digest(), [thailand()], page=0, links={}, display=CardOptions())
    assert "*Open again*" in words(view["blocks"])


@pytest.mark.parametrize(
    ("dismisses", "labels"),
    [
        (False, ["Known already", "Not important", "Not true", "Too long"]),
        (True, ["Something else is done about it", "Not now", "The evidence does not convince", "Another reason"]),
    ],
)
def test_form_asks_for_one_reason(dismisses: bool, labels: list[str]) -> None:
    """A note is optional; nothing is preset."""
    view = why_view(replace(CONTEXT, dismisses=dismisses))
    assert problems_of_view(view) == []
    assert view["callback_id"] == DigestCallback.WHY
    radio = view["blocks"][1]["element"]
    assert [option["text"]["text"] for option in radio["options"]] == labels
    assert "initial_option" not in radio
    assert view["blocks"][2]["optional"] is True


def options_of(view: dict[str, Any]) -> tuple[list[str], list[str]]:
    """What can be chosen, and what is."""
    menu = next(block["element"] for block in view["blocks"] if block.get("block_id") == DigestBlock.WHICH)
    offered, preset = ([one["text"]["text"] for one in menu.get(name, [])] for name in ("options", "initial_options"))
    return offered, preset


def test_form_asks_what_it_is_about_with_the_first_sentence_chosen() -> None:
    """The sentence names fees abroad; a topic and latency moved too, and are not in it."""
    whole = drawn_digest()
    slower = a_finding(aspect=Aspect.LATENCY, name="", unit=Unit.SECONDS, now=2.0, before=1.0, effect=1.0)
    view = why_view(CONTEXT, replace(whole, findings=(*whole.findings, slower)))
    assert problems_of_view(view) == []
    offered, preset = options_of(view)
    assert [one.partition(":")[0] for one in offered] == [
        "Fees abroad",
        "Topic “cash in Thailand, Turkey”",
        "Latency",
    ]
    assert preset == offered[:1]
    assert max(map(len, offered)) <= 75


def test_form_offers_the_topic_first_where_the_sentence_is_about_it() -> None:
    """Of findings that are no errors it names one."""
    longer = a_finding(aspect=Aspect.LENGTH, name="", unit=Unit.TOKENS)
    grew = a_finding(aspect=Aspect.TOPIC, name="card limits")
    digest = replace(drawn_digest(), headline=Headline.NEW_QUESTIONS, findings=(longer, grew))
    offered, preset = options_of(why_view(CONTEXT, digest))
    assert (len(offered), preset) == (2, offered[1:])


def test_form_does_not_ask_about_nothing() -> None:
    """A quiet week has nothing to choose from, nor has a suggestion that is dismissed."""
    for view in (why_view(CONTEXT, a_quiet_digest()), why_view(replace(CONTEXT, dismisses=True))):
        assert DigestBlock.WHICH not in [block.get("block_id") for block in view["blocks"]]


def test_form_says_what_was_chosen_or_that_it_did_not_ask() -> None:
    """A form from before it asked has no such field; one that was emptied has it, with nothing in it."""
    form = sent("known")
    assert parse_why(form).which is None
    for chosen in (["a", "b"], []):
        options = [{"value": one} for one in chosen]
        field = {DigestAction.WHICH.value: {"type": "multi_static_select", "selected_options": options}}
        form["state"]["values"][DigestBlock.WHICH.value] = field
        assert parse_why(form).which == tuple(chosen)


def test_form_is_read_back() -> None:
    """Reason, note, and where it came from."""
    answer = parse_why(sent("too_long", "we read it on phones"))
    assert (answer.reason, answer.note, answer.context) == (WhyNot.TOO_LONG, "we read it on phones", CONTEXT)
    dismissal = replace(CONTEXT, dismisses=True)
    assert parse_why(sent("not_now", context=dismissal)).reason is Dismissed.NOT_NOW


@pytest.mark.parametrize("reason", ["", "not_now", "late"])
def test_reason_of_another_form_is_refused(reason: str) -> None:
    """With a sentence at the field."""
    with pytest.raises(Invalid, match=r"Choose a reason\."):
        parse_why(sent(reason))


def test_button_survives_the_way_to_slack_and_back() -> None:
    """The wire form is fixed: digests live for months."""
    value = DigestValue(week="2026-W47", route="Card support")
    assert value.to_json() == '{"v":1,"week":"2026-W47","route":"Card support"}'
    assert DigestValue.parse(value.to_json()) == value
    page = DigestValue(week="2026-W47", route="", page=3)
    assert DigestValue.parse(page.to_json()) == page
    assert WhyContext.parse(CONTEXT.to_json()) == CONTEXT


@pytest.mark.parametrize(
    "raw",
    [
        None,
        "",
        "v1:2026-W47:r_cards",
        "[]",
        '{"v":2,"week":"2026-W47","route":""}',
        '{"v":1,"route":""}',
        '{"v":1,"week":"","route":""}',
        '{"v":1,"week":"2026-W47"}',
        '{"v":1,"week":"2026-W47","route":"","page":-1}',
        '{"v":1,"week":"2026-W47","route":"","channel":7}',
    ],
)
def test_value_of_another_version_is_answered_politely(raw: str | None) -> None:
    """And never guessed at."""
    with pytest.raises(Invalid) as refused:
        WhyContext.parse(raw)
    assert str(refused.value) == OLD_CARD


def test_weeks_are_named_where_the_team_is() -> None:
    """The 30th of November to the 6th of December has two months in it."""
    week = a_quiet_digest()
    current = replace(week.current, start=MONDAY.replace(day=30), end=datetime(2026, 12, 7, tzinfo=UTC))
    message = fine(calm_message([replace(week, current=current), week], OPTIONS))
    assert said(message.blocks[2]) == "Week 46  ·  30 Nov to 6 Dec, UTC"
