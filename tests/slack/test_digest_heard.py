"""What is left of a digest after people asked to leave findings out: its first line, its cure and its bars go too."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from bot.digest_text import to_html, to_json, to_markdown
from bot.slack.digest import Muted, Picture, digest_message, thread_messages
from bot.slack.digest.details import details
from bot.slack.digest.ids import DigestAction
from bot.slack.wire import SlackMessage
from reviewers.model.digest import Aspect, Digest, Finding, Headline, State, Unit
from reviewers.model.digest_json import from_json
from reviewers.model.digest_parts import PartKind
from reviewers.model.missing import Missing
from tests.digests import a_finding
from tests.slack.digests import OPTIONS, drawn_digest, suggested_digest
from tests.slack.drawn import buttons, fine, kinds, said

FEES, TOPIC = drawn_digest().findings[:2]
CASH = "The topic *cash in Thailand, Turkey* grew: 4 % of questions, before 1 % (+3 points, 2 to 4)."


def without(*findings: Finding) -> tuple[Muted, ...]:
    """As people asked to leave these out."""
    return tuple(Muted(aspect=one.aspect, part=one.part, name=one.name) for one in findings)


def drawn(digest: Digest, *left_out: Finding, short: bool = False) -> SlackMessage:
    """The message without these findings, after the checks that hold for all."""
    return fine(digest_message(digest, replace(OPTIONS, muted=without(*left_out), short=short)), 50)


def whole(message: SlackMessage) -> str:
    """Everything that it says, in blocks and words."""
    return f"{json.dumps(message.blocks, ensure_ascii=False)} {message.text}".lower()


@pytest.mark.parametrize("short", [False, True])
def test_week_of_which_all_that_moved_is_left_out_is_one_sentence(short: bool) -> None:
    """Neither "nothing moved" nor "as in the weeks before": both would be untrue."""
    message = drawn(drawn_digest(), FEES, TOPIC, short=short)
    assert [said(block) for block in message.blocks] == [
        "*Card support, week 47: nothing else moved.* About 14 of 100 answers were wrong (9 to 20). 2 findings left "
        "out, as you asked.",
        "212 of 9,840 answers reviewed, 3.1 h  ·  18 corrections collected, 243 wait, enough for a dataset  ·  too few "
        "to say: delivery (4)  ·  details in the thread",
    ]
    assert message.text.startswith(
        "Card support, week 47: nothing else moved. About 14 of 100 answers were wrong (9 to 20). 2 findings left out, "
        "as you asked. 212 of 9,840 answers reviewed."
    )
    for told in ("nothing moved", "as in the", "fees abroad", "thailand", "card fees", "more wrong", "suggested"):
        assert told not in whole(message)


def test_suggested_training_can_be_started_when_all_else_is_left_out() -> None:
    """It was not what they asked to leave out."""
    message = drawn(suggested_digest(), FEES, TOPIC)
    assert kinds(message) == ["section", "actions", "context"]
    assert buttons(message) == ["Start retraining"]
    assert "Retraining is suggested." in message.text


def test_first_line_is_about_what_is_left() -> None:
    """New questions, since more wrong answers are known: no cure, no picture and no bar speaks of those."""
    message = drawn(drawn_digest(), FEES)
    assert kinds(message) == ["header", "section", "actions", "rich_text", "section", "context"]
    assert message.blocks[0]["text"]["text"] == "Card support, week 47: new questions"
    assert said(message.blocks[1]) == f"{CASH} About 14 of 100 answers were wrong (9 to 20)."
    assert "1 finding left out, as you asked. Details in the thread." in said(message.blocks[4])
    assert message.text.startswith("Card support, week 47: new questions. The topic cash in Thailand, Turkey grew")
    assert "1 finding left out, as you asked." in message.text
    for told in ("fees abroad", "do first", "as in the", "more wrong", "w40"):
        assert told not in whole(message)


def test_wrong_answers_that_are_left_are_told_as_before() -> None:
    """Header, sentence, cure, picture and bars, when only a topic is left out."""
    message, before = drawn(drawn_digest(), TOPIC), drawn(drawn_digest())
    assert message.blocks[:6] == before.blocks[:6]
    assert "thailand" not in whole(message)
    assert "1 finding left out, as you asked." in said(message.blocks[-2])


def test_one_of_two_parts_that_is_left_out_takes_its_bar_and_the_comparison_of_all_with_it() -> None:
    """The cure stays, for more answers are wrong still; how all of them changed is not what is left alone."""
    limits = a_finding(name="limits", examples=())
    week = drawn_digest(findings=(FEES, limits))
    week = replace(week, lines=(*week.lines, replace(week.lines[0], name="limits")))
    message = drawn(week, FEES)
    assert message.blocks[0]["text"]["text"] == "Card support, week 47: more wrong answers"
    assert said(message.blocks[1]) == (
        "About *14 of 100* answers were wrong (9 to 20). The rise is in questions on *limits*, since 17 November."
    )
    assert said(message.blocks[2]).startswith("*Do first:*")
    (chart,) = [block["chart"] for block in message.blocks if block["type"] == "data_visualization"]
    assert chart["axis_config"]["categories"] == ["Limits", "Disputes"]


def test_rise_that_is_left_out_takes_its_cure_from_under_a_fall() -> None:
    """Under "fewer wrong answers" nothing is to be mended; where the fall is left out, the cure of the rise stays."""
    fewer = a_finding(name="limits", examples=(), effect=-0.06, low=-0.09, high=-0.03, rising=False)
    week = drawn_digest(findings=(FEES, fewer))
    message = drawn(week, FEES)
    assert message.blocks[0]["text"]["text"] == "Card support, week 47: fewer wrong answers"
    assert "do first" not in whole(message)
    assert "do first" not in to_markdown(week, replace(OPTIONS, muted=without(FEES))).partition("left out")[0].lower()
    assert "do first" in whole(drawn(week, fewer))


def test_answers_that_changed_are_no_reason_to_keep_the_share_of_wrong_ones_from_being_compared() -> None:
    """Longer answers are known; that as many are wrong as before is true."""
    longer = a_finding(aspect=Aspect.LENGTH, part=PartKind.ALL, name="", unit=Unit.CHARACTERS, examples=())
    week = drawn_digest(findings=(longer,), headline=Headline.CHANGED_ANSWERS, cure=None)
    assert said(drawn(week, longer).blocks[0]) == (
        "*Card support, week 47: nothing else moved.* About 14 of 100 answers were wrong (9 to 20), as in the 4 weeks "
        "before (8; 6 to 10). 1 finding left out, as you asked."
    )


def test_few_reviews_are_no_calm_when_what_moved_is_left_out() -> None:
    """Of wrong answers nothing can be said, and that is said."""
    few = Missing(found=9, needed=40)
    week = drawn_digest(findings=(TOPIC,), headline=Headline.NEW_QUESTIONS, reviewed=9, rate=few, cure=None)
    message = drawn(week, TOPIC)
    assert kinds(message) == ["section", "actions", "context"]
    assert said(message.blocks[0]).startswith("*Card support, week 47: too few reviews to say.*")
    assert said(message.blocks[0]).endswith("1 finding left out, as you asked.")
    assert [item["action_id"] for item in message.blocks[1]["elements"]] == [DigestAction.QUEUE, DigestAction.BUDGET]
    assert said(message.blocks[2]).startswith("Nothing is said about wrong answers")
    assert "1 finding left out, as you asked. Nothing is said about wrong answers" in message.text


def test_latency_that_is_left_out_is_neither_changed_nor_unchanged() -> None:
    """Its times would tell it."""
    slower = a_finding(aspect=Aspect.LATENCY, part=PartKind.ALL, name="", unit=Unit.SECONDS, examples=())
    week = drawn_digest(findings=(FEES, slower))
    week = replace(week, latency=tuple(replace(one, changed=True) for one in week.latency))
    assert "latency" in whole(drawn(week))
    assert "latency" not in whole(drawn(week, slower))


def test_short_digest_says_how_much_is_left_out() -> None:
    """In its grey line, for it has no lists."""
    message = drawn(drawn_digest(), TOPIC, short=True)
    assert kinds(message) == ["header", "section", "section", "actions", "context"]
    assert "1 finding left out, as you asked  ·  details in the thread" in said(message.blocks[-1])


def test_thread_has_all_of_it() -> None:
    """Also the picture of changes where it does not stand above whole."""
    options = replace(OPTIONS, muted=without(FEES, TOPIC))
    assert thread_messages(drawn_digest(), options) == thread_messages(drawn_digest(), OPTIONS)
    without_bars = details(drawn_digest(), replace(options, native_bars=False))
    assert Picture.MOVED in {detail.picture for detail in without_bars}


def test_files_begin_with_what_is_left_too() -> None:
    """Markdown, page and JSON; the values are whole."""
    options = replace(OPTIONS, muted=without(FEES, TOPIC))
    told = to_markdown(drawn_digest(), options).split("\n\n")
    assert told[:2] == [
        "# Card support, week 47: nothing else moved",
        "About 14 of 100 answers were wrong (9 to 20).",
    ]
    assert told[2].endswith("2 findings left out, as you asked.")
    assert "<title>Card support, week 47: nothing else moved</title>" in to_html(drawn_digest(), options, {})
    values = to_json(drawn_digest(), options)
    assert from_json(values) == drawn_digest()
    assert json.loads(values)["title"] == "Card support, week 47: nothing else moved"
    assert len(from_json(values).of(State.DRIFT)) == 2
