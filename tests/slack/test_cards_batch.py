"""The shared card: five short answers, each judged by itself, and the rest at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.slack.cards import CardOptions, SlackMessage, batch_card, rest_of
from bot.slack.values import ButtonValue
from reviewers.model import (
    Claim,
    ClaimReading,
    Message,
    Outcome,
    Passage,
    Reading,
    Risk,
    Span,
    TaskState,
    TaskView,
    VerdictKind,
)
from tests.builders import NOON, a_task, a_verdict, an_output
from tests.slack.checks import objects, words
from tests.slack.drawn import AT, NAMES, buttons, fine, kinds, said
from tests.slack.scenes import assessed, resolved, thailand

SHORT = (
    ("Are you open on 24 December?", "Yes, until 13:00.", "24 December: 9:00 to 13:00", "Opening hours"),
    (
        "Can I pay my balance in two parts?",
        "Yes, in the app under Card › Pay, as often as you like.",
        "Part payments are possible at any time",
        "Card › Paying",
    ),
    ("What is your hotline?", "+49 30 555 0100, day and night.", "Hotline +49 30 555 0100, day and night", "Contact"),
    ("Does the card have contactless?", "Yes, up to € 50 without a PIN.", "Up to € 50 without PIN", "Card"),
    (
        "How do I change my PIN?",
        "In the app under Card › PIN, or at any of our machines.",
        "Change it in the app (Card › PIN) or at a machine",
        "Card › PIN",
    ),
)
HELP = "https://help.meridian.example/"
ITEM_MENU = "Edit · Unsure · Check claims"
DECIDED_MENU = "Change my verdict · History · Why this one? · Full text"


def short(place: int, question: str, answer: str, passage: str, title: str, address: str = HELP) -> TaskView:
    """One answer of one claim that its passage supports; numbers from 4851 on."""
    source = Passage(passage_id=f"p-{place}", text=passage, title=title, address=address)
    claim = Claim(number=1, span=Span(start=0, end=max(1, len(answer))), text=answer or "-")
    low = Risk(probability=0.04, model_version="v7", verdicts_learned_from=90, scores_used=("coverage",))
    return thailand(
        task=a_task(f"t-{place}", number=4850 + place, batch_id="t-1", created_at=NOON + timedelta(hours=2)),
        output=an_output(completion=answer, prompt=(Message(role="user", content=question),)),
        assessment=assessed((ClaimReading(claim=claim, reading=Reading.SUPPORTED, passages=(source,)),), risk=low),
    )


def five() -> list[TaskView]:
    return [short(place, *item) for place, item in enumerate(SHORT, start=1)]


def decided(view: TaskView, outcome: Outcome = Outcome.APPROVED, **changes: Any) -> TaskView:
    return resolved(view, outcome, task_id=view.task.task_id, **changes)


def half_done() -> list[TaskView]:
    """The first is approved, the third rejected."""
    views = five()
    views[0] = decided(views[0])
    views[2] = decided(views[2], Outcome.REJECTED, reasons=("outdated",))
    return views


def drawn(views: Sequence[TaskView], display: CardOptions = NAMES) -> SlackMessage:
    return fine(batch_card(views, display=display, now=AT), blocks=50)


def test_a_fresh_batch_shows_each_answer_with_its_source_and_its_verbs() -> None:
    """Title, five times question and answer, source and verbs, then the rest and the grey line."""
    card = drawn(five())
    assert kinds(card) == [
        "section",
        *["rich_text", "context", "actions"] * 5,
        "divider",
        "actions",
        "context",
    ]
    assert said(card.blocks[0]) == "*5 short answers*"
    assert said(card.blocks[1]) == "*Are you open on 24 December?*Yes, until 13:00."
    assert [part["type"] for part in card.blocks[1]["elements"]] == ["rich_text_section", "rich_text_quote"]
    assert said(card.blocks[2]) == (
        "Source: “24 December: 9:00 to 13:00”, <https://help.meridian.example/|Opening hours>"
    )
    assert buttons(card) == [*["Approve", "Reject", ITEM_MENU] * 5, "Approve the rest (5)"]
    assert said(card.blocks[-1]) == (
        "*Not verified*  ·  Sampled  ·  due <!date^1795453200^{time}|17:00>  ·  helpdesk-8b, 3 Nov  ·  "
        "sources: help.meridian.example  ·  #4851 to #4855"
    )
    assert "upported" not in words(card.blocks) + card.text
    assert "isk" not in words(card.blocks) + card.text


def test_approving_the_rest_is_asked_before_and_names_every_answer() -> None:
    """Each is recorded as the person's own verdict; the button carries the batch."""
    rest = next(item for item in objects(drawn(five()).blocks) if item.get("action_id") == "batch.rest")
    assert rest["confirm"]["title"]["text"] == "Approve 5 answers?"
    assert rest["confirm"]["text"]["text"] == (
        "Each is recorded as your own verdict: #4851, #4852, #4853, #4854, #4855."
    )
    assert (rest["confirm"]["confirm"]["text"], rest["confirm"]["deny"]["text"]) == ("Approve", "Cancel")
    assert rest["accessibility_label"] == "Approve 5 answers, each recorded as your own verdict"
    assert ButtonValue.parse(rest["value"]) == ButtonValue(task_id="t-1")


def test_each_button_of_a_batch_says_to_which_answer_it_belongs() -> None:
    """Five buttons are named Approve: the label that is spoken and the value tell them apart."""
    items = [item for item in objects(drawn(five()).blocks) if item.get("action_id") == "batch.approve"]
    assert [item["accessibility_label"] for item in items] == [f"Approve answer {n}" for n in range(4851, 4856)]
    assert [ButtonValue.parse(item["value"]).task_id for item in items] == ["t-1", "t-2", "t-3", "t-4", "t-5"]


def test_a_decided_item_swaps_its_buttons_for_the_outcome_and_the_title_counts_down() -> None:
    """Its menu stays within reach: "Change my verdict" is the net under a single tap."""
    card = drawn(half_done())
    assert said(card.blocks[0]) == "*3 of 5 short answers left*"
    assert kinds(card)[1:4] == ["rich_text", "context", "section"]
    assert said(card.blocks[3]) == ":white_check_mark: *Approved* by <@U0MARA>, <!date^1795442760^{time}|14:06>"
    assert said(card.blocks[9]) == ":x: *Rejected* by <@U0MARA>, <!date^1795442760^{time}|14:06>. Outdated."
    assert buttons(card) == [
        DECIDED_MENU,
        *["Approve", "Reject", ITEM_MENU],
        DECIDED_MENU,
        *["Approve", "Reject", ITEM_MENU] * 2,
        "Approve the rest (3)",
    ]
    rest = next(item for item in objects(card.blocks) if item.get("action_id") == "batch.rest")
    assert rest["confirm"]["text"]["text"] == "Each is recorded as your own verdict: #4852, #4854, #4855."
    assert said(card.blocks[-1]).startswith("*Not verified* (3)  ·  Sampled  ·  ")


def test_once_all_are_decided_nothing_is_left_to_press_and_the_risk_shows() -> None:
    """The person learns what the machine had thought after having thought."""
    card = drawn([decided(view) for view in five()])
    assert said(card.blocks[0]) == "*0 of 5 short answers left*"
    assert buttons(card) == [DECIDED_MENU] * 5
    assert said(card.blocks[-1]) == (
        "Risk was low (4 in 100)  ·  helpdesk-8b, 3 Nov  ·  sources: help.meridian.example  ·  #4851 to #4855"
    )


def test_the_text_of_a_fresh_batch_reads_every_answer_out() -> None:
    """Number, question, answer, source; how to act comes last."""
    text = batch_card(five()[:2], display=CardOptions(next_command="/whetstone next"), now=AT).text
    assert text == (
        "2 short answers to review. 4851: “Are you open on 24 December?” Answer: Yes, until 13:00. Source: "
        "“24 December: 9:00 to 13:00”. 4852: “Can I pay my balance in two parts?” Answer: Yes, in the app under "
        "Card › Pay, as often as you like. Source: “Part payments are possible at any time”. Not verified. Decide each "
        "on this message, or /whetstone next."
    )


def test_the_text_of_a_half_done_batch_says_first_what_was_decided() -> None:
    """Then each answer that is left, so that a screen reader can go on."""
    text = drawn(half_done()).text
    assert text.startswith(
        "3 of 5 short answers left. Approved by Mara Lindqvist: #4851. Rejected by Mara Lindqvist (outdated): #4853. "
        "4852: “Can I pay"
    )
    assert [f"{number}: “" in text for number in range(4851, 4856)] == [False, True, False, True, True]


def test_an_answer_that_somebody_was_unsure_about_is_not_approved_with_the_rest() -> None:
    """It says who was unsure, keeps its own buttons, and stays out of the confirmation."""
    views = five()
    unsure = a_verdict(kind=VerdictKind.UNSURE, reviewer="U0JONAS")
    views[1] = replace(views[1], verdicts=(unsure,), task=replace(views[1].task, handed_on_by="U0JONAS"))
    card = drawn(views)
    assert said(card.blocks[5]).endswith("  ·  :question: *Needs someone else.* <@U0JONAS> was unsure.")
    assert buttons(card)[-1] == "Approve the rest (4)"
    assert [view.task.number for view in rest_of(views)] == [4851, 4853, 4854, 4855]
    assert "4852 (handed on by Jonas Weber): “" in card.text


def test_a_claimed_item_says_by_whom_while_the_claim_lasts() -> None:
    """As on a card of its own."""
    views = five()
    until = NOON + timedelta(hours=2, minutes=20)
    views[4] = replace(views[4], task=replace(views[4].task, claimed_by="U0DANA", claimed_until=until))
    assert said(drawn(views).blocks[14]).endswith(
        "  ·  :lock: *Claimed* by <@U0DANA> until <!date^1795443600^{time}|14:20>"
    )
    late = batch_card(views, display=NAMES, now=until)
    assert "Claimed" not in words(late.blocks)


def test_disputed_and_timed_out_items_say_so_and_cannot_be_approved() -> None:
    """Each in one line; a time-out offers no change, since there is no verdict."""
    views = five()
    views[0] = replace(
        views[0],
        verdicts=(a_verdict(), a_verdict("v-2", reviewer="U0JONAS", kind=VerdictKind.REJECT, reasons=("style",))),
        task=replace(views[0].task, state=TaskState.DISPUTED, lead="U0TOMAS"),
    )
    views[1] = replace(views[1], task=replace(views[1].task, state=TaskState.TIMED_OUT))
    card = drawn(views)
    assert said(card.blocks[3]) == ":scales: *Disputed*. 2 verdicts differ, a lead decides (<@U0TOMAS>)."
    assert said(card.blocks[6]).startswith(":hourglass: *Timed out* at ")
    assert buttons(card)[:3] == [DECIDED_MENU, "History · Why this one? · Full text", "Approve"]
    assert "Disputed: #4851. Timed out: #4852." in card.text
    assert "tyle" not in card.text + words(card.blocks)


def test_item_that_was_cut_is_not_needed_and_did_not_time_out() -> None:
    """The lot closed it: it says so where its verbs were, and the others can still be approved."""
    views = five()
    views[0] = replace(views[0], task=replace(views[0].task, state=TaskState.CUT))
    card = drawn(views)
    assert said(card.blocks[3]).startswith("*Not needed any more.* More answers waited than the budget reviews")
    assert card.text.startswith("4 of 5 short answers left. Not needed any more: #4851.")
    assert "imed out" not in card.text + words(card.blocks)
    assert buttons(card)[-1] == "Approve the rest (4)"


def test_what_is_not_shown_whole_cannot_be_approved_unread() -> None:
    """Nothing that long comes to a batch; if it did, Read all stands in Approve's place, and the rest has one less."""
    views = five()
    views[0] = short(1, "Why?", "Because of the fee. " * 20, "p", "T")
    card = drawn(views)
    assert buttons(card)[:3] == ["Read all", "Reject", ITEM_MENU]
    assert said(card.blocks[1]).endswith(" …")
    assert len(said(card.blocks[1]).removeprefix("*Why?*")) <= 300
    assert buttons(card)[-1] == "Approve the rest (4)"


def test_sources_of_several_hosts_name_each_of_them() -> None:
    """One shared host stands once, in the grey line below; others stand beside their links."""
    views = five()[:2]
    views[1] = short(2, *SHORT[1], address="https://safe.example/x")
    card = drawn(views)
    assert said(card.blocks[2]).endswith("|Opening hours> (help.meridian.example)")
    assert said(card.blocks[5]).endswith("<https://safe.example/x|Card › Paying> (safe.example)")
    assert "sources:" not in said(card.blocks[-1])


def test_numbers_that_are_no_run_are_named_one_by_one() -> None:
    """ "#4851 to #4855" would claim answers that are not on the card."""
    views = five()
    assert said(drawn([views[0], views[2], views[4]]).blocks[-1]).endswith("  ·  #4851, #4853, #4855")
    assert said(drawn(views[:2]).blocks[-1]).endswith("  ·  #4851, #4852")


@pytest.mark.parametrize("sign", ["x", "&", "<", "👩‍👩‍👧‍👦", "أ", "*"])
def test_a_batch_of_the_largest_items_fits_into_one_message(sign: str) -> None:
    """Questions and titles of any length, 300 characters of answer, addresses of 1,900: Slack takes it."""
    views = [
        short(place, sign * 900, (sign * 300)[:300], sign * 900, sign * 300, address=HELP + "a" * 1900)
        for place in range(1, 6)
    ]
    for some in (views, [decided(view, Outcome.REJECTED, note=sign * 900) for view in views]):
        drawn(some)


def test_every_drawing_of_a_batch_has_block_names_of_its_own() -> None:
    """A verdict on one item renames them all."""
    fresh, later = ({b["block_id"] for b in drawn(views).blocks} for views in (five(), half_done()))
    assert fresh.isdisjoint(later)
