"""The form "Edit claim": what it starts from, and that no other edit is lost by it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.slack.forms import FieldErrors, begun, claim_edit_view, parse_claim_edit
from reviewers.errors import Invalid
from reviewers.model import Draft, Outcome, TaskView, VerdictKind
from tests.builders import NOON, a_verdict
from tests.slack.scenes import ANSWER, SENTENCES, resolved, thailand
from tests.slack.views import fine, inputs, submitted

FIRST, FOURTH = "A cash withdrawal abroad costs € 3.50.", "You do not have to tell us before you travel."
BOTH = ANSWER.replace(SENTENCES[0], FIRST).replace(SENTENCES[3], FOURTH)


def saved(text: str = BOTH) -> TaskView:
    """Mara corrected the first and the fourth claim, and that was saved."""
    verdict = a_verdict(kind=VerdictKind.EDIT, correction=text, reasons=("contradicts",))
    return resolved(replace(thailand(), verdicts=(verdict,)), Outcome.EDITED, text=text)


def filled(view: TaskView, number: int, text: str) -> str:
    """What stands in the form."""
    return str(inputs(fine(claim_edit_view(view, number, text)))["answer_0"]["element"]["initial_value"])


def edited(view: TaskView, number: int, text: str, words: str) -> str | FieldErrors:
    """The text with these words handed in."""
    form = submitted(claim_edit_view(view, number, text), {"answer_0": {"value": words}})
    return parse_claim_edit(form, view, text)


def test_claim_after_claim_is_edited_and_the_first_one_again() -> None:
    """The form holds the words of the last edit, and no other edit is lost."""
    text = ANSWER
    for number, words in ((1, FIRST), (2, "We add a fee of 1.75 %."), (1, "It costs € 3.60 abroad.")):
        done = edited(thailand(), number, text, f" {words}\n")
        assert isinstance(done, str)
        text = done
    assert filled(thailand(), 1, text) == "It costs € 3.60 abroad."
    assert text == f"It costs € 3.60 abroad. We add a fee of 1.75 %. {SENTENCES[2]} {SENTENCES[3]}"


def test_saved_edit_is_where_the_next_one_begins() -> None:
    """Change my verdict, Edit ②: what was saved of the others stays."""
    view = saved()
    start = begun(view, "U0MARA", None)
    assert (start.text, start.reasons) == (BOTH, ("contradicts",))
    assert edited(view, 2, start.text, "We add 1.75 %.") == BOTH.replace(SENTENCES[1], "We add 1.75 %.")
    assert begun(view, "U0JONAS", None).text == ANSWER


def test_edit_that_is_not_saved_comes_before_the_saved_one() -> None:
    """The newest words of the person."""
    draft = Draft(task_id="t-1", reviewer="U0MARA", text="Newer.", reasons=("style",), kept_at=NOON + timedelta(days=1))
    assert begun(saved(), "U0MARA", draft) == draft
    assert begun(saved(), "U0MARA", replace(draft, kept_at=NOON)).text == BOTH


@pytest.mark.parametrize("words", [SENTENCES[0], f"  {SENTENCES[0]}\n"])
def test_claim_that_is_left_as_it_was_is_told_at_its_field(words: str) -> None:
    """Nothing would change."""
    assert isinstance(edited(thailand(), 1, ANSWER, words), FieldErrors)


def test_claim_that_was_edited_before_may_be_left_as_it_is_now() -> None:
    """Show changes shows the edit that is not saved yet, or goes on from the one that is."""
    text = f"{ANSWER.replace(SENTENCES[0], FIRST)}\n"
    for number, words in ((1, FIRST), (1, f" {FIRST}\n"), (2, SENTENCES[1])):
        assert edited(thailand(), number, text, words) == text
    assert edited(saved(), 2, BOTH, SENTENCES[1]) == BOTH


def test_last_edit_taken_back_leaves_nothing_to_save() -> None:
    """The text is the answer again."""
    text = ANSWER.replace(SENTENCES[0], FIRST)
    assert isinstance(edited(thailand(), 1, text, SENTENCES[0]), FieldErrors)


@pytest.mark.parametrize("text", ["Please call us.", " ".join(SENTENCES[1:])])
def test_claim_that_is_found_no_more_is_edited_with_the_whole_answer(text: str) -> None:
    """It is said, and nothing is put in the place of the other edits."""
    with pytest.raises(Invalid, match="Choose Edit for the whole answer"):
        claim_edit_view(thailand(), 1, text)


def test_claim_that_grew_beyond_its_field_is_edited_with_the_whole_answer() -> None:
    """Slack counts UTF-16 units."""
    with pytest.raises(Invalid, match="Choose Edit for the whole answer"):
        claim_edit_view(thailand(), 1, ANSWER.replace("abroad costs", f"abroad {'🙂' * 1600} costs"))
