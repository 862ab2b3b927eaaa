"""What a reply or a reaction is answered with, the forms that open from it, and the thread in History."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.slack.forms import Remarked, as_typed, edit_view, history_view, reaction_proposal, reject_view, reply_proposal
from bot.slack.ids import ActionId
from bot.slack.values import ButtonValue, ProposalValue
from bot.slack.wire import SlackMessage
from reviewers.decisions.remarks import Leaning
from reviewers.model import Draft, Outcome, Reply, TaskState, TaskView, VerdictKind
from tests.builders import NOON, a_verdict
from tests.slack.checks import objects, problems_of_view, words
from tests.slack.drawn import NAMES, buttons, fine
from tests.slack.scenes import held, resolved, thailand

TS = "1795453200.000200"


def reply(n: int = 1, text: str = "wrong, it is € 3.50", **changes: Any) -> Reply:
    fields: dict[str, Any] = {
        "task_id": "t-1",
        "channel": "C0REVIEW",
        "ts": f"1795453200.{n:06}",
        "author": "U0MARA",
        "text": text,
        "written_at": NOON + timedelta(hours=2, minutes=n),
    }
    return Reply(**(fields | changes))


def after_reply(view: TaskView, leaning: Leaning = Leaning.EDIT, text: str = "wrong, it is € 3.50") -> SlackMessage:
    return fine(reply_proposal(view, leaning, text, channel="C0REVIEW", ts=TS))


def test_proposal_repeats_the_words_and_asks() -> None:
    """The wording of the surfaces, in the blocks and in the text."""
    message = after_reply(thailand())
    assert message.blocks[0]["text"]["text"] == (
        "You wrote “wrong, it is € 3.50”. *Record this as your verdict on #4821?*"
    )
    assert message.text == "You wrote “wrong, it is € 3.50”. Record this as your verdict on #4821?"
    assert buttons(message) == ["Edit", "Reject", "No"]
    assert len(message.blocks) == 2


def test_buttons_carry_where_the_reply_stands_and_not_what_it_says() -> None:
    """The value is readable as that of any other button, so that every answer to a late press fits."""
    values = [o["value"] for o in objects(after_reply(thailand()).blocks) if o.get("type") == "button"]
    assert {ProposalValue.parse(value) for value in values} == {
        ProposalValue(task_id="t-1", channel="C0REVIEW", ts=TS),
    }
    assert ButtonValue.parse(values[0]) == ButtonValue(task_id="t-1")
    assert "3.50" not in str(values)


def test_dispute_is_settled_from_a_proposal() -> None:
    """The press is the lead's, and no repetition of an earlier verdict."""
    view = thailand()
    disputed = replace(view, task=replace(view.task, state=TaskState.DISPUTED))
    (value, *_) = [o["value"] for o in objects(after_reply(disputed).blocks) if o.get("type") == "button"]
    assert ProposalValue.parse(value).settles


@pytest.mark.parametrize(
    ("leaning", "labels"),
    [(Leaning.APPROVE, ["Approve", "No"]), (Leaning.REJECT, ["Edit", "Reject", "No"])],
)
def test_reaction_is_named_in_words(leaning: Leaning, labels: list[str]) -> None:
    """A screen reader reads the text."""
    message = fine(reaction_proposal(thailand(), leaning, "white_check_mark::skin-tone-2"))
    assert message.text == "You reacted with “white check mark”. Record this as your verdict on #4821?"
    assert buttons(message) == labels


def test_held_answer_says_what_the_press_does() -> None:
    """Before it is pressed; where several must agree, one press sends nothing."""
    view = held(thailand())
    assert "Edit sends it at once." in words(after_reply(view).blocks)
    assert "Approve sends it at once." in words(after_reply(view, Leaning.APPROVE, "looks good").blocks)
    two = replace(view, task=replace(view.task, quorum=2))
    assert "at once" not in words(after_reply(two).blocks)


def test_cut_answer_is_read_before_it_is_approved() -> None:
    """Nobody approves what was not on the screen."""
    view = thailand()
    long = replace(view, output=replace(view.output, completion="A fee is due every year. " * 60))
    message = after_reply(long, Leaning.APPROVE, "looks good")
    assert buttons(message) == ["Read all", "No"]
    assert ActionId.PROPOSED_APPROVE.value not in str(message.blocks)


@pytest.mark.parametrize(
    ("sent", "seen"),
    [
        ("see <https://help.meridian.example/fees|the fees>", "see https://help.meridian.example/fees"),
        ("<@U0JONAS|jonas> wrong", "@jonas wrong"),
        ("<@U0JONAS> wrong", "@… wrong"),
        ("<!here> wrong", "@… wrong"),
        ("a &lt; b &amp;amp; c", "a < b &amp; c"),
        ("<mailto:a@b.example|a@b.example>", "mailto:a@b.example"),
    ],
)
def test_reply_is_read_back_as_it_was_typed(sent: str, seen: str) -> None:
    """Slack sends links, mentions and three signs in a form of its own."""
    assert as_typed(sent) == seen


def test_edit_form_shows_the_words_and_whether_they_were_put_in() -> None:
    """The words stand above the answer; a draft of one's own keeps its date."""
    view = thailand()
    text = view.output.completion.replace("2.00", "3.50")
    draft = Draft(task_id="t-1", reviewer="U0MARA", text=text, kept_at=NOON + timedelta(hours=2))
    put_in = edit_view(
        view,
        display=NAMES,
        reviewer="U0MARA",
        draft=draft,
        remarked=Remarked(words="wrong, it is € 3.50", put_in=True),
    )
    assert "You wrote “wrong, it is € 3.50”." in words(put_in["blocks"])
    assert "Your words stand in the answer below." in words(put_in["blocks"])
    assert text in [o.get("initial_value") for o in objects(put_in["blocks"])]
    own = edit_view(
        view,
        display=NAMES,
        reviewer="U0MARA",
        draft=draft,
        remarked=Remarked(words="wrong", put_in=False),
    )
    assert "which was not saved" in words(own["blocks"])
    assert problems_of_view(put_in) == problems_of_view(own) == []


def test_reject_form_takes_the_words_as_its_note() -> None:
    """At most what the field holds."""
    form = reject_view(thailand(), display=NAMES, note="x" * 4000)
    assert "x" * 1000 in [o.get("initial_value") for o in objects(form["blocks"])]
    assert problems_of_view(form) == []


def decided(*replies: Reply) -> TaskView:
    return replace(resolved(thailand(verdicts=(a_verdict(),)), Outcome.APPROVED), replies=replies)


def test_history_shows_the_thread() -> None:
    """Who wrote what, in the order of writing."""
    view = decided(reply(1), reply(2, "is it?", author="U0JONAS"))
    form = history_view(view, display=NAMES)
    assert problems_of_view(form) == []
    told = words(form["blocks"])
    assert told.index("In the thread") < told.index("“wrong, it is € 3.50”") < told.index("“is it?”")
    people = [o["user_id"] for o in objects(form["blocks"]) if o.get("type") == "user"]
    assert people[-2:] == ["U0MARA", "U0JONAS"]


def test_long_thread_shows_its_newest_ten() -> None:
    """And says how many are left in Slack; the form stays within its limits with many verdicts above."""
    verdicts = tuple(a_verdict(f"v-{n}", revision=n, note="Why " * 400, reviewer=f"U0R{n}") for n in range(1, 20))
    view = replace(decided(*(reply(n, f"reply {n} " + "word " * 200) for n in range(1, 31))), verdicts=verdicts)
    form = history_view(view, display=NAMES)
    assert problems_of_view(form) == []
    told = words(form["blocks"])
    assert "20 more in the thread" in told
    assert ("reply 20 " in told, "reply 21 " in told) == (False, True)


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({}, True),
        ({"show": "blind"}, False),
        ({"quorum": 2}, False),
        ({"state": TaskState.DISPUTED}, False),
        ({"state": TaskState.TIMED_OUT, "quorum": 2, "show": "blind"}, True),
    ],
)
def test_thread_waits_where_it_could_lead_the_next_one(changes: dict[str, Any], shown: bool) -> None:
    """What is written under a card says as much as a verdict does."""
    view = replace(thailand(), replies=(reply(),))
    told = words(history_view(replace(view, task=replace(view.task, **changes)), display=NAMES)["blocks"])
    assert ("3.50”" in told, "1 reply in the thread" in told) == (shown, not shown)


def test_history_names_the_lead_and_the_recall() -> None:
    """A decision as lead, and one in place of what was sent, say so."""
    verdict = a_verdict(reviewer="U0TOMAS", kind=VerdictKind.REJECT, reasons=("invented",), as_lead=True)
    view = resolved(thailand(verdicts=(verdict,)), Outcome.REJECTED, as_lead=True, recall=True)
    told = words(history_view(view, display=NAMES)["blocks"])
    assert ", as lead. Invented." in told
    assert "is recalled" in told
