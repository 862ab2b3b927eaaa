"""The form "Edit claim": one claim of the answer, with what the source says, to be written anew."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from slackblocks import Block, InputBlock, PlainText, PlainTextInput

from bot.slack.cards.evidence import SHAPES, WORDS, evidence_of, source_words
from bot.slack.forms.fields import asked, context_of
from bot.slack.forms.parts import INPUT_LENGTH
from bot.slack.forms.state import FieldErrors, Submitted
from bot.slack.ids import ActionId, BlockId, CallbackId, Show
from bot.slack.text import circled
from bot.slack.wire import Wire, bold, modal, plain, rich, section, symbol
from reviewers.errors import Invalid, NothingChanged
from reviewers.model import ClaimReading, Draft, Reading, TaskView

SOURCE_LENGTH = 300


def claim_edit_view(view: TaskView, number: int) -> Wire:
    """The form for one claim. Raises Invalid (`value`) when the answer has no such claim, or it is too long for it."""
    reading = _reading(view, number)
    blocks: list[Block] = [asked(view)]
    if (told := _source(view, reading)) is not None:
        blocks.append(told)
    words = PlainTextInput(
        action_id=ActionId.ANSWER, initial_value=_words(view, reading), multiline=True, max_length=INPUT_LENGTH
    )
    blocks.append(InputBlock(PlainText(f"{circled(number)} Answer"), words, block_id=f"{BlockId.ANSWER}0"))
    return modal(
        "Edit claim",
        blocks,
        callback_id=CallbackId.EDIT_CLAIM,
        private_metadata=replace(context_of(view), page=number).to_json(),
        close="Cancel",
        submit="Show changes",
        tag=f"claim{number}",
    )


def parse_claim_edit(submitted: dict[str, Any], view: TaskView, draft: Draft | None) -> str | FieldErrors:
    """The whole answer with that claim as it was handed in.

    Args:
        submitted: the `view` of the payload.
        view: the task.
        draft: the person's edit that is not saved yet: where the claim still stands in it, it is changed there, so that
            one claim after the other can be edited.
    """
    form = Submitted(view=submitted)
    reading = _reading(view, form.context.page)
    before, after = _words(view, reading), form.text(f"{BlockId.ANSWER}0") or ""
    if after.strip() == before.strip():
        return FieldErrors(errors={f"{BlockId.ANSWER}0": str(NothingChanged())})
    if draft is not None and draft.text.count(before) == 1:
        return draft.text.replace(before, after.strip())
    span, text = reading.claim.span, view.output.completion
    return text[: span.start] + after.strip() + text[span.end :]


def _words(view: TaskView, reading: ClaimReading) -> str:
    return view.output.completion[reading.claim.span.start : reading.claim.span.end]


def _reading(view: TaskView, number: int) -> ClaimReading:
    for reading in evidence_of(view).readings:
        span = reading.claim.span
        if reading.claim.number == number and span.end - span.start <= INPUT_LENGTH:
            return reading
    raise Invalid("value", "This claim cannot be edited by itself. Choose Edit for the whole answer.")


def _source(view: TaskView, reading: ClaimReading) -> Block | None:
    """What the machine read of it and what the source says; nothing of it before a blind verdict."""
    if Show(view.task.show) is Show.BLIND and view.resolution is None:
        return None
    head = [symbol(SHAPES[reading.reading]), bold(f" {WORDS[reading.reading]}")]
    if reading.reading is Reading.NO_SOURCE or not reading.passages:
        return rich(section(head))
    return rich(section([*head, plain(". "), *source_words(reading, evidence_of(view), SOURCE_LENGTH)]))
