"""The main journeys of a reviewer, over Socket Mode and over signed HTTP."""

from __future__ import annotations

from bot.slack.ids import ActionId, CallbackId, MenuChoice
from reviewers.model import Outcome, VerdictKind
from tests.builders import COMPLETION
from tests.slack.people import (
    answer_of,
    drawn,
    elements,
    has_live_verdicts,
    labels,
    refusal,
    until,
    whole_answer,
    why_edited,
)
from tests.slack.worlds import World


def test_one_click_approves(world: World) -> None:
    """Approve needs no form: the verdict stands, and the card says by whom and shows the risk."""
    (task,) = world.bring(world.output())
    open_card = world.mara.card(task)
    assert {"Approve", "Edit", "Reject", "Unsure", "Check claims"} <= labels(open_card["blocks"])
    assert "60 in 100" not in drawn(open_card["blocks"]) + open_card["text"]
    world.mara.press(open_card, ActionId.APPROVE)
    card = world.settled(task)
    assert world.verdicts(task) == [("U0MARA", "approve")]
    assert card["ts"] == open_card["ts"]
    assert card["text"].startswith("Approved by Mara Lindqvist")
    assert "60 in 100" in drawn(card["blocks"])
    assert not has_live_verdicts(card)


def test_unsure_hands_the_answer_on_and_another_decides(world: World) -> None:
    """The card stays open and names who was unsure; the next person settles it."""
    (task,) = world.bring(world.output())
    world.mara.press(world.mara.card(task), ActionId.UNSURE)
    until(lambda: world.view(task).task.handed_on_by)
    world.deliver()
    card = world.jonas.card(task)
    assert "Needs someone else" in drawn(card["blocks"])
    assert has_live_verdicts(card)
    world.jonas.press(card, ActionId.APPROVE)
    assert world.settled(task)["text"].startswith("Approved by Jonas Weber")
    assert world.verdicts(task) == [("U0MARA", "unsure"), ("U0JONAS", "approve")]


def test_edit_shows_the_changes_before_it_saves_them(world: World) -> None:
    """Form, "Your changes", saved: the correction is stored to the letter and the card shows the difference."""
    (task,) = world.bring(world.output())
    world.mara.press(world.mara.card(task), ActionId.EDIT)
    form = world.mara.form(CallbackId.EDIT)
    assert elements(form["blocks"])[ActionId.ANSWER.value]["initial_value"] == COMPLETION
    corrected = COMPLETION.replace("€ 2.00", "€ 3.50")
    assert world.mara.hand_in(answer_of(corrected))["ok"]
    changes = world.mara.form(CallbackId.CHANGES)
    assert "3.50" in drawn(changes["blocks"])
    assert world.mara.hand_in(why_edited("Fees rose in January"))["stack"] == []
    card = world.settled(task)
    resolution = world.view(task).resolution
    assert resolution is not None
    assert (resolution.outcome, resolution.text, resolution.note) == (
        Outcome.EDITED,
        corrected,
        "Fees rose in January",
    )
    assert card["text"].startswith("Edited by Mara Lindqvist")
    assert "3.50" in drawn(card["blocks"])
    assert not has_live_verdicts(card)


def test_edit_that_changes_nothing_is_told_at_the_field(world: World) -> None:
    """The untouched form stays open with the sentence under the answer."""
    (task,) = world.bring(world.output())
    world.mara.press(world.mara.card(task), ActionId.EDIT)
    world.mara.form(CallbackId.EDIT)
    answer = world.mara.hand_in()
    assert answer["errors"] == {
        "answer_0": "Nothing is changed. If the answer is right, press Cancel and choose Approve."
    }
    assert world.mara.stack()[-1]["callback_id"] == CallbackId.EDIT.value
    assert world.verdicts(task) == []


def test_reject_for_another_reason_needs_words(world: World) -> None:
    """Other without a note is refused at the note; with one it is saved."""
    (task,) = world.bring(world.output())
    world.mara.press(world.mara.card(task), ActionId.REJECT)
    world.mara.form(CallbackId.REJECT)
    refused = world.mara.hand_in(refusal("other"))
    assert refused["errors"] == {"note": "You chose Other. Say in a few words what is wrong."}
    assert world.verdicts(task) == []
    assert world.mara.hand_in(refusal("other", "invented", note="There is no such card"))["stack"] == []
    card = world.settled(task)
    verdict = world.view(task).verdicts[-1]
    assert (verdict.kind, set(verdict.reasons), verdict.note) == (
        VerdictKind.REJECT,
        {"other", "invented"},
        "There is no such card",
    )
    assert card["text"].startswith("Rejected by Mara Lindqvist")
    assert "There is no such card" in drawn(card["blocks"])
    assert not has_live_verdicts(card)


def test_verdict_can_be_changed_from_the_decided_card(world: World) -> None:
    """Change my verdict opens the claim view; the new verdict supersedes, and both are kept."""
    (task,) = world.bring(world.output())
    world.mara.press(world.mara.card(task), ActionId.APPROVE)
    world.mara.choose(world.settled(task), MenuChoice.CHANGE)
    world.mara.form(CallbackId.CLAIMS)
    assert world.mara.hand_in(whole_answer("reject"))["ok"]
    assert world.mara.stack()[-1]["callback_id"] == CallbackId.REJECT.value
    assert world.mara.hand_in(refusal("outdated"))["stack"] == []
    card = world.settled(task, revision=2)
    assert world.verdicts(task) == [("U0MARA", "approve"), ("U0MARA", "reject")]
    assert "before: approved" in card["text"]


def test_long_answer_is_approved_only_after_it_was_all_on_the_screen(world: World) -> None:
    """A cut card has Read all in Approve's place; Approve stands at the end of the whole text."""
    end = "The very last sentence of it."
    (task,) = world.bring(world.output(completion=f"{COMPLETION} {'More words follow here. ' * 200}{end}"))
    card = world.mara.card(task)
    assert "Read all" in labels(card["blocks"])
    assert "Approve" not in labels(card["blocks"])
    world.mara.press(card, ActionId.READ_ALL)
    assert end in drawn(world.mara.form(CallbackId.CLAIMS)["blocks"])
    assert world.mara.hand_in(whole_answer("approve"))["stack"] == []
    assert world.settled(task)["text"].startswith("Approved by Mara Lindqvist")
