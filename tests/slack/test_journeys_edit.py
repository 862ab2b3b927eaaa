"""Edits of any length, kept to the letter, and kept when the database is away."""

from __future__ import annotations

import pytest

from bot.slack.ids import ActionId, BlockId, CallbackId, MenuChoice
from reviewers.errors import Unavailable
from tests.builders import COMPLETION, SENTENCES
from tests.slack.people import answer_of, drawn, elements, refusal, until, whole_answer, why_edited
from tests.slack.worlds import World

PARAGRAPH = "Fee {n} is due on the first day.\tIt is paid once;  two blanks and a tab stay. Grüße 🙂"
TOUCHED = 3_000  # characters of the first part, where what a person leaves has one kind of line ends


def a_text(length: int) -> str:
    """Paragraphs with odd blanks and, further down, odd line ends: this many characters in all."""
    whole = ""
    while len(whole) < length:
        whole += PARAGRAPH.format(n=whole.count("Fee") + 1) + ("\r\n \r\n" if len(whole) < TOUCHED else "\n \r\n\n")
    return whole[: length - 1] + "."


@pytest.mark.parametrize("length", [3_001, 12_000, 100_000])
def test_what_nobody_touched_in_a_long_answer_is_kept_exactly(world: World, length: int) -> None:
    """Several inputs, one of them changed: the rest is stored as it came, line ends and blanks included."""
    text = a_text(length)
    (task,) = world.bring(world.output(completion=text))
    world.mara.press(world.mara.card(task), ActionId.EDIT)
    form = world.mara.form(CallbackId.EDIT)
    inputs = [b for b in form["blocks"] if b["block_id"].startswith(BlockId.ANSWER)]
    assert len(inputs) > 1
    first = inputs[0]["element"]["initial_value"]
    assert world.mara.hand_in(answer_of(first.replace("Fee 1 ", "Fee one ", 1)))["ok"]
    assert "one" in drawn(world.mara.form(CallbackId.CHANGES)["blocks"])
    assert world.mara.hand_in()["stack"] == []
    assert "Edited by Mara Lindqvist" in world.settled(task)["text"]
    resolution = world.view(task).resolution
    assert resolution is not None
    assert resolution.text == text.replace("Fee 1 ", "Fee one ", 1)


def test_untouched_long_answer_is_told_at_the_first_field(world: World) -> None:
    """Nothing changed in any part: the error stands at the first input."""
    (task,) = world.bring(world.output(completion=a_text(12_000)))
    world.mara.press(world.mara.card(task), ActionId.EDIT)
    world.mara.form(CallbackId.EDIT)
    assert world.mara.hand_in()["errors"]["answer_0"].startswith("Nothing is changed.")
    assert world.verdicts(task) == []


def test_back_from_the_changes_leads_to_the_form_as_it_was_left(world: World) -> None:
    """What was typed still stands there, and a second look shows and saves the newer text."""
    (task,) = world.bring(world.output())
    world.mara.press(world.mara.card(task), ActionId.EDIT)
    world.mara.form(CallbackId.EDIT)
    world.mara.hand_in(answer_of("First thought, and it is wrong."))
    world.mara.leave()
    kept = world.mara.form(CallbackId.EDIT)["state"]["values"]["answer_0"][ActionId.ANSWER.value]["value"]
    assert kept == "First thought, and it is wrong."
    world.mara.hand_in(answer_of("Second thought."))
    assert world.mara.hand_in()["stack"] == []
    world.settled(task)
    assert world.view(task).verdicts[-1].correction == "Second thought."


def test_back_from_the_changes_of_an_edit_that_was_kept_leads_to_the_form_again(world: World) -> None:
    """The form began with a draft: after Back it goes on from the newer one, and a third text is shown and saved."""
    (task,) = world.bring(world.output())
    world.mara.press(world.mara.card(task), ActionId.EDIT)
    world.mara.form(CallbackId.EDIT)
    world.mara.hand_in(answer_of("First thought, and it is wrong."))
    world.mara.form(CallbackId.CHANGES)
    world.mara.leave_all()
    world.mara.press(world.mara.card(task), ActionId.EDIT)
    form = world.mara.form(CallbackId.EDIT)
    assert "First thought" in str(form["blocks"])
    world.mara.hand_in(answer_of("Second thought."))
    until(lambda: "Second thought." in str(world.mara.stack()[0]["blocks"]), "the form below was not renewed")
    world.mara.leave()
    form = world.mara.form(CallbackId.EDIT)
    block = next(b["block_id"] for b in form["blocks"] if b["block_id"].startswith(BlockId.ANSWER))
    assert elements(form["blocks"], block)[ActionId.ANSWER.value]["initial_value"] == "Second thought."
    world.mara.hand_in({block: answer_of("Third thought.")["answer_0"]})
    assert "Third thought." in drawn(world.mara.form(CallbackId.CHANGES)["blocks"])
    assert world.mara.hand_in()["stack"] == []
    world.settled(task)
    assert world.view(task).verdicts[-1].correction == "Third thought."


def test_edit_form_is_filled_with_ones_own_correction_when_it_is_changed(world: World) -> None:
    """Changing an edit starts from the edit, not from the answer."""
    (task,) = world.bring(world.output())
    _edit(world, task, "It costs € 3.50.")
    world.mara.choose(world.settled(task), MenuChoice.CHANGE)
    world.mara.form(CallbackId.CLAIMS)
    world.mara.hand_in(whole_answer("edit"))
    form = world.mara.form(CallbackId.EDIT)
    assert elements(form["blocks"])[ActionId.ANSWER.value]["initial_value"] == "It costs € 3.50."
    world.mara.hand_in(answer_of("It costs € 3.50 a withdrawal."))
    assert world.mara.hand_in()["stack"] == []
    world.settled(task, revision=2)
    assert world.view(task).verdicts[-1].correction == "It costs € 3.50 a withdrawal."


def test_text_is_kept_while_the_database_is_away(own: World) -> None:
    """ "Not saved" stands over the form at each step; what was typed is still there, and the second try works."""
    (task,) = own.bring(own.output())
    corrected = COMPLETION.replace("2.00", "3.50")
    own.mara.press(own.mara.card(task), ActionId.EDIT)
    own.mara.form(CallbackId.EDIT)

    _away(own)
    own.mara.hand_in(answer_of(corrected))
    _not_saved(own)
    own.store.fault = None
    typed_before = own.mara.stack()[-1]["state"]["values"]["answer_0"][ActionId.ANSWER.value]["value"]
    assert typed_before == corrected
    own.mara.hand_in()

    own.mara.form(CallbackId.CHANGES)
    _away(own)
    own.mara.hand_in(why_edited("Fees rose"))
    _not_saved(own)
    own.store.fault = None
    assert own.mara.hand_in()["stack"] == []
    own.settled(task)
    verdict = own.view(task).verdicts[-1]
    assert (verdict.correction, verdict.note) == (corrected, "Fees rose")


def test_refusal_is_kept_while_the_database_is_away(own: World) -> None:
    """The reject form stays below the sentence, filled in."""
    (task,) = own.bring(own.output())
    own.mara.press(own.mara.card(task), ActionId.REJECT)
    own.mara.form(CallbackId.REJECT)
    _away(own)
    own.mara.hand_in(refusal("invented", note="There is no such card"))
    _not_saved(own)
    own.store.fault = None
    assert own.mara.hand_in()["stack"] == []
    assert "Rejected by Mara Lindqvist" in own.settled(task)["text"]
    assert own.view(task).verdicts[-1].note == "There is no such card"


def test_click_while_the_database_is_away_offers_the_same_button_again(own: World) -> None:
    """Approve cannot be saved: a message for Mara alone says so, and its button works once the database is back."""
    (task,) = own.bring(own.output())
    card = own.mara.card(task)
    _away(own)
    own.mara.press(card, ActionId.APPROVE)
    (told,) = until(own.mara.told)
    assert told["text"].startswith("Not saved.")
    assert own.jonas.told() == []
    own.store.fault = None
    assert own.verdicts(task) == []
    own.mara.press(told, ActionId.APPROVE)
    own.settled(task)
    assert own.verdicts(task) == [("U0MARA", "approve")]


def _edit(world: World, task: str, text: str) -> None:
    world.mara.press(world.mara.card(task), ActionId.EDIT)
    world.mara.form(CallbackId.EDIT)
    assert world.mara.hand_in(answer_of(text))["ok"]
    world.mara.form(CallbackId.CHANGES)
    assert world.mara.hand_in()["stack"] == []


def _away(world: World) -> None:
    world.store.fault = Unavailable("The database does not answer.")


def _not_saved(world: World) -> None:
    """The sentence stands on top; leave it."""
    top = world.mara.stack()[-1]
    assert "Not saved" in drawn(top["blocks"])
    world.mara.leave()


def test_one_claim_is_edited_by_itself(world: World) -> None:
    """From the claim view: the claim alone in a form, the whole answer with it in the changes, then saved."""
    (task,) = world.bring(world.output())
    world.mara.press(world.mara.card(task), ActionId.CHECK)
    view = world.mara.form(CallbackId.CLAIMS)
    world.mara.tap(view, ActionId.CLAIM_EDIT, block="passage_1")
    form = world.mara.form(CallbackId.EDIT_CLAIM)
    first = elements(form["blocks"], "answer_0")[ActionId.ANSWER.value]["initial_value"]
    assert COMPLETION.startswith(first)
    assert "Nothing is changed" in world.mara.hand_in()["errors"]["answer_0"]
    world.mara.hand_in(answer_of("A cash withdrawal abroad costs € 3.50."))
    assert "3.50" in drawn(world.mara.form(CallbackId.CHANGES)["blocks"])
    assert world.mara.hand_in()["ok"]
    world.settled(task)
    resolution = world.view(task).resolution
    assert resolution is not None
    assert resolution.text == COMPLETION.replace(first, "A cash withdrawal abroad costs € 3.50.")


def test_claims_edited_one_after_the_other_are_all_saved(world: World) -> None:
    """The first, the third, the first again: its form holds the words of before, and the third stays as it was made."""
    (task,) = world.bring(world.output())
    third = "Your card works at most ATMs in Thailand."
    filled = []
    for number, words in ((1, "A withdrawal abroad costs € 3.50."), (3, third), (1, "It costs € 3.60 abroad.")):
        world.mara.leave_all()
        world.mara.press(world.mara.card(task), ActionId.CHECK)
        view = world.mara.form(CallbackId.CLAIMS)
        world.mara.tap(view, ActionId.CLAIM_EDIT, block=f"passage_{number}")
        form = world.mara.form(CallbackId.EDIT_CLAIM)
        filled.append(elements(form["blocks"], "answer_0")[ActionId.ANSWER.value]["initial_value"])
        world.mara.hand_in(answer_of(words))
        world.mara.form(CallbackId.CHANGES)
    assert filled[2] == "A withdrawal abroad costs € 3.50."
    assert world.mara.hand_in()["ok"]
    world.settled(task)
    resolution = world.view(task).resolution
    assert resolution is not None
    assert resolution.text == f"It costs € 3.60 abroad. {SENTENCES[1]} {third}"


def test_answer_beyond_one_view_is_edited_on_its_second_page(world: World) -> None:
    """60,000 Chinese characters: what is changed on page two is saved, every other character stays."""
    text = "手续费为三欧元。" * 7_500
    (task,) = world.bring(world.output(completion=text))
    world.mara.press(world.mara.card(task), ActionId.EDIT)
    form = world.mara.form(CallbackId.EDIT)
    world.mara.tap(form, ActionId.EDIT_NEXT)
    form = until(lambda: found if "edit.back" in str(found := world.mara.form(CallbackId.EDIT)) else {})
    block = next(b["block_id"] for b in form["blocks"] if b["block_id"].startswith(BlockId.ANSWER))
    before = elements(form["blocks"], block)[ActionId.ANSWER.value]["initial_value"]
    changed = {block: answer_of("手续费为四欧元。" + before[8:])["answer_0"]}
    assert world.mara.hand_in(changed)["ok"]
    world.mara.form(CallbackId.CHANGES)
    assert world.mara.hand_in()["ok"]
    world.settled(task)
    resolution = world.view(task).resolution
    assert resolution is not None
    assert resolution.text is not None
    place = resolution.text.index("四")
    assert resolution.text == text[:place] + "四" + text[place + 1 :]
    assert place > 3_000
