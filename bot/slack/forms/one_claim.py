"""The form "Edit claim": one claim of the answer, with what the source says, to be written anew."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from slackblocks import Block, InputBlock, PlainText, PlainTextInput

from bot.slack.cards.evidence import SHAPES, WORDS, evidence_of, source_words
from bot.slack.cutting import size
from bot.slack.forms.fields import asked, context_of
from bot.slack.forms.parts import INPUT_LENGTH
from bot.slack.forms.state import FieldErrors, Submitted
from bot.slack.ids import ActionId, BlockId, CallbackId, Show
from bot.slack.text import circled
from bot.slack.wire import Wire, bold, modal, plain, rich, section, symbol
from reviewers.decisions.carried_spans import carried
from reviewers.errors import Invalid, NothingChanged
from reviewers.model import ClaimReading, Reading, Span, TaskView

SOURCE_LENGTH = 300
NOT_ALONE = "This claim cannot be edited by itself. Choose Edit for the whole answer."


def claim_edit_view(view: TaskView, number: int, text: str | None = None) -> Wire:
    """The form for one claim, filled with the words that stand at its place in `text`, which the edit goes on from.

    Raises Invalid (`value`) when the answer has no such claim, it is too long for the form, or its place in `text`
    cannot be told.
    """
    reading = _reading(view, number)
    words_now = _cut(view.output.completion if text is None else text, _place(view, reading, text))
    if size(words_now) > INPUT_LENGTH:
        raise Invalid("value", NOT_ALONE)
    blocks: list[Block] = [asked(view)]
    if (told := _source(view, reading)) is not None:
        blocks.append(told)
    words = PlainTextInput(action_id=ActionId.ANSWER, initial_value=words_now, multiline=True, max_length=INPUT_LENGTH)
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


def parse_claim_edit(submitted: dict[str, Any], view: TaskView, text: str) -> str | FieldErrors:
    """The whole text with that claim as it was handed in. Raises Invalid (`value`) as `claim_edit_view`.

    Words that were left as they were are an error only where nothing else of the answer is edited either.

    Args:
        submitted: the `view` of the payload.
        view: the task.
        text: what the edit goes on from, so that one claim after the other can be edited.
    """
    form = Submitted(view=submitted)
    span = _place(view, _reading(view, form.context.page), text)
    after = (form.text(f"{BlockId.ANSWER}0") or "").strip()
    untouched = after == _cut(text, span).strip()
    edited = text if untouched else text[: span.start] + after + text[span.end :]
    if edited == view.output.completion:
        return FieldErrors(errors={f"{BlockId.ANSWER}0": str(NothingChanged())})
    return edited


def _place(view: TaskView, reading: ClaimReading, text: str | None) -> Span:
    """Where the claim stands in the text."""
    before, span = view.output.completion, reading.claim.span
    found = span if text is None or text == before else carried(span, before, text)
    if found is None:
        raise Invalid("value", NOT_ALONE)
    return found


def _cut(text: str, span: Span) -> str:
    return text[span.start : span.end]


def _reading(view: TaskView, number: int) -> ClaimReading:
    for reading in evidence_of(view).readings:
        if reading.claim.number == number:
            return reading
    raise Invalid("value", NOT_ALONE)


def _source(view: TaskView, reading: ClaimReading) -> Block | None:
    """What the machine read of it and what the source says; nothing of it before a blind verdict."""
    if Show(view.task.show) is Show.BLIND and view.resolution is None:
        return None
    head = [symbol(SHAPES[reading.reading]), bold(f" {WORDS[reading.reading]}")]
    if reading.reading is Reading.NO_SOURCE or not reading.passages:
        return rich(section(head))
    return rich(section([*head, plain(". "), *source_words(reading, evidence_of(view), SOURCE_LENGTH)]))
