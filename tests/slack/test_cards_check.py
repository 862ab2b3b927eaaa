"""Ad-hoc checks as messages and as a form: the designed states, and whatever people and models write in them."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.slack.cards.check import check_message, check_view, is_answered, progress_message, shared_message
from bot.slack.cards.options import CardOptions
from bot.slack.forms.check import (
    SUBMIT,
    VERIFY,
    check_form,
    message_words,
    parse_check,
    thread_turns,
)
from bot.slack.forms.claims import claim_view
from bot.slack.ids import ActionId, BlockId, CallbackId
from bot.slack.values import CheckValue, MessagePlace
from reviewers.decisions.answering import LONGEST_TEXT, NO_ANSWER
from reviewers.errors import Invalid
from reviewers.model import Check, CheckKind, Message, Outcome, Resolution
from reviewers.workflow.answering import Progress, Stage
from tests.builders import NOON, a_passage, a_task, a_view, an_assessment, an_output
from tests.slack.checks import a_long_view, live_in_text, live_signs, problems_of_message, problems_of_view, words
from tests.slack.people import elements, labels

QUESTION = "What does it cost to take out cash in Thailand?"
EVIL = "<!channel> <@U0JONAS> *bold* `code` <https://evil.example|safe> :tada: \u202eabc\u200b &amp; ＠here"


def a_check(kind: CheckKind = CheckKind.ASK, **changes: Any) -> Check:
    """An answered question of Mara."""
    fields: dict[str, Any] = {
        "check_id": "k_1",
        "kind": kind,
        "asked_by": "U0MARA",
        "team_id": "T0",
        "channel": "C0GENERAL",
        "text": QUESTION,
        "output": an_output("ask-k_1", latency_ms=2340.0, passages=(a_passage(),), submitted_by="U0MARA"),
        "assessment": an_assessment("ask-k_1"),
        "asked_at": NOON,
        "finished_at": NOON + timedelta(seconds=5),
    }
    return Check(**(fields | changes))


def a_resolution(**changes: Any) -> Resolution:
    """Mara decided."""
    fields: dict[str, Any] = {
        "task_id": "t-1",
        "revision": 1,
        "outcome": Outcome.APPROVED,
        "verdict_id": "v-1",
        "resolved_by": "U0MARA",
        "resolved_at": NOON + timedelta(minutes=3),
    }
    return Resolution(**(fields | changes))


def unanswered(**changes: Any) -> Check:
    """A question that no source answers."""
    output = an_output(completion=NO_ANSWER, passages=(a_passage(),))
    fields: dict[str, Any] = {"output": output, "assessment": an_assessment(readings=())} | changes
    return a_check(**fields)


@pytest.mark.parametrize(
    ("progress", "line"),
    [
        (Progress(kind=CheckKind.ASK, stage=Stage.SEARCHING), "*Searching the sources*"),
        (Progress(kind=CheckKind.ASK, stage=Stage.SEARCHING, documents=312), "*Searching 312 documents*"),
        (
            Progress(kind=CheckKind.ASK, stage=Stage.WRITING, documents=1, words=1),
            "Searching 1 document … *writing, 1 word so far*",
        ),
        (
            Progress(kind=CheckKind.ASK, stage=Stage.CHECKING, documents=312, claims=2),
            "Searching 312 documents … writing … *checking 2 claims*",
        ),
        (Progress(kind=CheckKind.VERIFY, stage=Stage.SEARCHING), "*Reading the text*"),
        (
            Progress(kind=CheckKind.VERIFY, stage=Stage.CHECKING, documents=312, claims=3),
            "Reading the text … *checking 3 claims against 312 documents*",
        ),
    ],
)
def test_progress_is_one_line(progress: Progress, line: str) -> None:
    """The step that it is at is bold."""
    message = progress_message(progress)
    assert words(message.blocks) == line
    assert problems_of_message(message) == []


def test_an_answer_has_the_form_of_the_card() -> None:
    """Question, answer with numbers, doubts first, sources, who wrote it how fast, the risk, the ways on."""
    message = check_message(a_check())
    drawn = words(message.blocks)
    assert drawn.startswith(f"{QUESTION}\nA cash withdrawal abroad costs € 2.00. \n①")
    assert drawn.index("Contradicted") < drawn.index("No source") < drawn.index("Supported")
    assert (
        "*Not verified by a person.*  Written by helpdesk-8b from 1 passage in 2.3 s  ·  risk high (62 in 100)" in drawn
    )
    assert labels(message.blocks) == {"Send to review", "Check claims", "Share"}
    value = elements(message.blocks)[ActionId.SHARE.value]["value"]
    assert CheckValue.parse(value).check_id == "k_1"


def test_what_is_done_has_no_button_any_more() -> None:
    """Sent to review, and shared."""
    done = check_message(a_check(shared_at=NOON), a_view(task=a_task(number=4821)))
    assert labels(done.blocks) == {"Check claims"}
    assert "In review as #4821. Other people decide on it." in words(done.blocks)


def test_what_people_decided_takes_the_first_line() -> None:
    """An approved answer stays as it is; an edited one is the answer that the person wrote."""
    approved = a_view(resolution=a_resolution(outcome=Outcome.APPROVED), verdicts=())
    message = check_message(a_check(), approved)
    assert words(message.blocks).startswith(":white_check_mark: *Approved* by <@U0MARA>")
    assert "*Checked by a person.*" in words(message.blocks)
    assert "not verified" not in message.text
    assert "checked by a person" in message.text
    assert "Other people decide" not in words(message.blocks)
    edited = a_view(resolution=a_resolution(outcome=Outcome.EDITED, text="It costs € 3.50."), verdicts=())
    message = check_message(a_check(), edited)
    assert "It costs € 3.50.\nWritten by a person, in review as #" in words(message.blocks)
    assert "€ 2.00" not in words(message.blocks)
    assert "€ 2.00" not in message.text
    assert message.text.endswith("It costs € 3.50. Written by a person.")
    shared = words(shared_message(a_check(), edited).blocks)
    assert shared.index("<@U0MARA> asked Whetstone") < shared.index("It costs € 3.50.")
    assert problems_of_message(message) == []


def test_shared_it_names_who_asked_and_can_be_read_by_all() -> None:
    """No way on but the claims; without an answer there is nothing to press."""
    shared = shared_message(a_check())
    assert words(shared.blocks).startswith("<@U0MARA> asked Whetstone\n")
    assert labels(shared.blocks) == {"Check claims"}
    assert labels(shared_message(unanswered()).blocks) == set()


def test_without_an_answer_the_closest_source_is_named() -> None:
    """And people can be asked, once."""
    message = check_message(unanswered())
    assert "*No source answers this* (312 documents searched), so there is no answer. Closest: <https://help" in words(
        message.blocks
    )
    assert labels(message.blocks) == {"Ask the reviewers"}
    assert labels(check_message(unanswered(), a_view()).blocks) == set()
    assert not is_answered(unanswered())


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"readings": ()}, "No claims: \nthe text states no facts."),
        (
            {"readings": (), "risk": None, "failure": "reader: down"},
            "Claims not checked: \nthe checker did not answer.",
        ),
    ],
)
def test_a_text_without_claims_or_checks_says_so(changes: dict[str, Any], said: str) -> None:
    """It is never shown as though all were well."""
    check = a_check(CheckKind.VERIFY, assessment=an_assessment(**changes))
    assert said in words(check_message(check).blocks)
    assert "claims checked:" not in words(check_message(check).blocks)


def test_a_failure_says_what_to_do_beside_what_was_asked() -> None:
    """No button: it is asked again by asking."""
    failed = a_check(output=None, assessment=None, failure="Install the package langchain-openai.")
    message = check_message(failed)
    assert words(message.blocks) == f"{QUESTION}\nInstall the package langchain-openai."
    assert labels(message.blocks) == set()
    assert problems_of_message(message) == []


@pytest.mark.parametrize("kind", list(CheckKind))
@pytest.mark.parametrize("text", [EVIL, f"{EVIL}. " * 40, "Wort. " * 2000, "語" * 3000, "x" * 12_000, "\u200b"])
@pytest.mark.parametrize("passages", [0, 3])
def test_every_message_is_taken_by_slack_and_harms_nobody(kind: CheckKind, text: str, passages: int) -> None:
    """Answer, shared answer, no answer, failure and claim view, with what people and models write."""
    view = a_long_view(text, passages=passages, prompt=text[:3000])
    check = a_check(kind, text=text, output=replace(view.output, model=EVIL[:60]), assessment=view.assessment)
    refused = unanswered(text=text, output=replace(view.output, completion=NO_ANSWER))
    failed = replace(check, output=None, assessment=None, failure=text)
    drawn = [check_message(check), check_message(check, view), shared_message(check)]
    drawn += [check_message(refused), shared_message(refused), check_message(failed)]
    for message in drawn:
        assert problems_of_message(message) == []
        assert live_signs(message.blocks) == []
        assert live_in_text(message.text) == []
    pages = claim_view(check_view(check), display=CardOptions(), read_only=True)
    assert problems_of_view(pages) == []


def _message(text: str, **more: Any) -> dict[str, Any]:
    return {"type": "message", "user": "U0MARA", "text": text, "ts": "1763900000.000200", **more}


def _submitted(view: dict[str, Any], choice: str) -> dict[str, Any]:
    chosen = {"type": "radio_buttons", "selected_option": {"value": choice}}
    return {**view, "state": {"values": {BlockId.CHECK_CHOICE.value: {ActionId.CHECK_CHOICE.value: chosen}}}}


@pytest.mark.parametrize(
    "text", ["Short.", "Two\n\nparagraphs.", f"{'Wort. ' * 1990}Ende.", "Ja 😀 " * 2399 + "Ja", EVIL]
)
def test_the_form_carries_the_whole_message(text: str) -> None:
    """What comes back is what the person saw, however long."""
    form = check_form(_message(text), "C0GENERAL")
    assert problems_of_view(form) == []
    parsed = parse_check(_submitted(form, VERIFY))
    assert parsed.text == "".join(sign for sign in message_words(_message(text)) if sign not in "\u202e\u200b")
    assert not parsed.submits
    assert parse_check(_submitted(form, SUBMIT)).submits


@pytest.mark.parametrize("text", ["", " :) ", "x" * (LONGEST_TEXT + 1)])
def test_nothing_to_check_is_told_in_the_form(text: str) -> None:
    """An empty message, and one that is too long."""
    form = check_form(_message(text), "C0GENERAL")
    assert form["callback_id"] == CallbackId.NOTHING.value
    assert problems_of_view(form) == []


def test_where_the_message_stands_goes_with_the_form() -> None:
    """The thread of a reply; an app's name is its model's name."""
    message = _message("Yes.", thread_ts="1763900000.000100", bot_id="B1", bot_profile={"name": "helpdesk-8b"})
    place = parse_check(_submitted(check_form(message, "C0GENERAL"), SUBMIT)).place
    assert place == MessagePlace(
        channel="C0GENERAL", ts="1763900000.000200", thread_ts="1763900000.000100", author="helpdesk-8b"
    )
    parent = _message("Yes.", thread_ts="1763900000.000200")
    assert parse_check(_submitted(check_form(parent, "C0GENERAL"), SUBMIT)).place.thread_ts == ""
    with pytest.raises(Invalid):
        MessagePlace.parse(json.dumps({"v": 0}))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("&lt;b&gt; &amp; more", "<b> & more"),
        ("<@U0MARA> and <@U0JONAS|jonas>", "@U0MARA and @jonas"),
        ("<!here> <!subteam^S0LEADS|@leads> <#C0GENERAL|general>", "@here @leads #general"),
        ("see <https://help.example/fees|the fees> or <https://help.example>", "see the fees or https://help.example"),
    ],
)
def test_a_message_is_read_in_plain_words(text: str, said: str) -> None:
    """Slack's marks for people, groups, channels, links and signs."""
    assert message_words(_message(text)) == said


def test_a_message_without_a_text_is_read_from_its_blocks() -> None:
    """As apps post them."""
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "It costs &lt; € 4."}}]
    assert message_words(_message("", blocks=blocks)) == "It costs < € 4."


def test_the_turns_before_a_message_are_those_of_people_and_apps() -> None:
    """Later ones, and the message itself, are not its prompt."""
    thread = [
        {"ts": "1.0", "user": "U0MARA", "text": "What does it cost?"},
        {"ts": "2.0", "bot_id": "B1", "text": "Where?"},
        {"ts": "3.0", "user": "U0MARA", "text": "Abroad."},
        {"ts": "4.0", "bot_id": "B1", "text": "€ 2."},
        {"ts": "5.0", "user": "U0MARA", "text": "Thanks."},
    ]
    assert thread_turns(thread, "4.0") == [
        Message(role="user", content="What does it cost?"),
        Message(role="assistant", content="Where?"),
        Message(role="user", content="Abroad."),
    ]
