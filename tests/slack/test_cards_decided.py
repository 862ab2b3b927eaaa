"""The decided card in every outcome of the design."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from reviewers.model import (
    Outcome,
    ReleaseState,
    TaskState,
    VerdictKind,
)
from tests.builders import a_verdict
from tests.slack.drawn import NAMES, buttons, drawn_card, fine, kinds, said
from tests.slack.scenes import (
    ANSWER,
    EDITED,
    QUESTION,
    SIX_PAST,
    TWELVE_PAST,
    held,
    resolved,
    thailand,
)

DECIDED_MENU = "Change my verdict · History · Why this one? · Full text"


def test_an_approved_card_shows_the_outcome_and_what_the_machine_had_thought() -> None:
    """Outcome with the only menu, question, answer without numbers, revelation."""
    card = fine(drawn_card(resolved(thailand(), Outcome.APPROVED), display=NAMES))
    assert kinds(card) == ["section", "rich_text", "rich_text", "context"]
    assert said(card.blocks[0]) == ":white_check_mark: *Approved* by <@U0MARA>, <!date^1795442760^{time}|14:06>"
    assert buttons(card) == [DECIDED_MENU]
    assert said(card.blocks[2]) == ANSWER
    assert said(card.blocks[3]) == (
        "Risk was high (62 in 100), learned from 90 verdicts  ·  sampled, chance 34 %  ·  helpdesk-8b, 3 Nov  ·  #4821"
    )
    assert card.text == f"Approved by Mara Lindqvist at 14:06. Question: {QUESTION}"


def test_an_edited_card_shows_the_difference_as_the_quote() -> None:
    """Struck goes out, bold comes in, unchanged sentences are left out; the text says the changes in words."""
    view = resolved(thailand(), Outcome.EDITED, text=EDITED, reasons=("contradicts",))
    card = fine(drawn_card(view, display=NAMES))
    assert said(card.blocks[0]).endswith("|14:06>. Contradicts the source.")
    assert said(card.blocks[2]) == (
        "A cash withdrawal ~abroad~ *outside the euro area* costs € ~2.00~ *3.50*. … You do not have to tell us before "
        "you travel~, and your card works at every ATM in Thailand~."
    )
    assert card.text == (
        "Edited by Mara Lindqvist at 14:06: contradicts the source. “abroad” became “outside the euro area”; “2.00” "
        "became “3.50”; “, and your card works at every ATM in Thailand” went out. Question: " + QUESTION
    )


def test_an_edit_without_a_reason_ends_with_its_time() -> None:
    """As an approval does: no full stop after nothing."""
    card = fine(drawn_card(resolved(thailand(), Outcome.EDITED, text=EDITED)))
    assert said(card.blocks[0]) == ":pencil2: *Edited* by <@U0MARA>, <!date^1795442760^{time}|14:06>"


def test_an_edit_of_a_held_answer_says_when_it_was_sent() -> None:
    """The grey line of a held answer tells what happened to it."""
    view = resolved(held(thailand(), state=ReleaseState.EDITED, decided_at=SIX_PAST), Outcome.EDITED, text=EDITED)
    assert "sent to the customer at <!date^1795442760^{time}|14:06>" in said(drawn_card(view).blocks[-1])


def test_a_rewritten_answer_is_shown_before_and_after() -> None:
    """More than 60 % changed: no patchwork."""
    card = fine(drawn_card(resolved(thailand(), Outcome.EDITED, text="Please call us, we cannot say it here.")))
    assert [said(block) for block in card.blocks[2:6]] == [
        "*Rewritten. *Before:",
        ANSWER,
        "After:",
        "Please call us, we cannot say it here.",
    ]
    assert "The answer was rewritten." in card.text


def test_a_rejected_card_gives_reasons_and_note() -> None:
    """The first reason with a capital, the others without; the note in quotes."""
    view = resolved(
        thailand(), Outcome.REJECTED, reasons=("contradicts", "invented"), note="€ 2.00 is last year's fee."
    )
    card = fine(drawn_card(view, display=NAMES))
    assert said(card.blocks[0]) == (
        ":x: *Rejected* by <@U0MARA>, <!date^1795442760^{time}|14:06>. Contradicts the source, invented.\n"
        "“€ 2.00 is last year's fee.”"
    )
    assert card.text.startswith(
        "Rejected by Mara Lindqvist at 14:06: contradicts the source, invented. Note: € 2.00 is last year's fee. "
    )


def test_a_timed_out_card_is_no_verdict_and_offers_no_change() -> None:
    """What became of the person who waited, and that it does not count."""
    view = held(thailand(), state=ReleaseState.TIMED_OUT, decided_at=TWELVE_PAST)
    card = fine(drawn_card(replace(view, task=replace(view.task, state=TaskState.TIMED_OUT))))
    assert said(card.blocks[0]) == (
        ":hourglass: *Timed out* at <!date^1795443120^{time}|14:12>. The chat went to a person. "
        "Not counted as a verdict."
    )
    assert buttons(card) == ["History · Why this one? · Full text"]
    assert card.text == f"Timed out at 14:12: the chat went to a person. Not a verdict. Question: {QUESTION}"


def test_an_answer_that_had_left_before_times_out_by_its_own_time() -> None:
    """Its risk let it go at once, so nobody waited, and when it left is not when the review ended."""
    view = held(thailand(), state=ReleaseState.RELEASED, decided_at=TWELVE_PAST)
    ended = TWELVE_PAST + timedelta(hours=28)
    task = replace(view.task, state=TaskState.TIMED_OUT, hold=False, times_out_at=ended, due_at=None)
    card = fine(drawn_card(replace(view, task=task, verdicts=())))
    assert f"<!date^{int(ended.timestamp())}^" in said(card.blocks[0])
    assert "Nobody decided. Not counted as a verdict." in said(card.blocks[0])
    assert "went to a person" not in said(card.blocks[0])


def test_a_changed_verdict_names_the_one_before() -> None:
    """ "✅ Approved by @Mara, before: rejected."""
    verdicts = (
        a_verdict("v-1", kind=VerdictKind.REJECT, reasons=("invented",)),
        a_verdict("v-2", revision=2, supersedes="v-1"),
    )
    view = replace(
        resolved(thailand(), Outcome.APPROVED, revision=2, verdict_id="v-2"),
        verdicts=verdicts,
    )
    card = fine(drawn_card(view))
    assert said(card.blocks[0]) == (
        ":white_check_mark: *Approved* by <@U0MARA>, <!date^1795442760^{time}|14:06>, before: rejected."
    )
