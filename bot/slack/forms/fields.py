"""Inputs and blocks that several forms share."""

from __future__ import annotations

from collections.abc import Sequence

from slackblocks import (
    Block,
    CheckboxGroup,
    InputBlock,
    Option,
    PlainText,
    PlainTextInput,
    RichTextBlock,
    StaticMultiSelectMenu,
)

from bot.slack.cards.evidence import Evidence
from bot.slack.cards.options import CardOptions
from bot.slack.cards.parts import question_block
from bot.slack.ids import ActionId, BlockId, Show
from bot.slack.values import FormContext
from bot.slack.wire import Wire, option
from reviewers.model import ClaimMark, Mark, Reading, TaskView

MOST_TICKS = 10  # Slack's limit for checkboxes; a longer taxonomy becomes a select
MOST_CHOICES = 100


def context_of(view: TaskView) -> FormContext:
    """What a form carries from the card that it was opened from."""
    posting = view.task.posting
    return FormContext(
        task_id=view.task.task_id,
        seen=view.task.show,
        channel=posting.channel if posting else "",
        ts=posting.ts if posting else "",
    )


def carrying(form: Wire, context: FormContext) -> Wire:
    """The form, with what the view before it knew of where the person came from."""
    own = FormContext.parse(form["private_metadata"])
    return {**form, "private_metadata": own.carrying(context).to_json()}


def asked(view: TaskView) -> RichTextBlock:
    """The question, as the card shows it."""
    return question_block(view.output)


def note_input(label: str, placeholder: str, length: int, initial: str = "") -> InputBlock:
    """An optional text of some lines."""
    return InputBlock(
        PlainText(label),
        PlainTextInput(
            action_id=ActionId.NOTE,
            initial_value=initial[:length] or None,
            multiline=True,
            max_length=length,
            placeholder=PlainText(placeholder),
        ),
        block_id=BlockId.NOTE,
        optional=True,
    )


def ticked_reasons(label: str, display: CardOptions, chosen: Sequence[str], hint: str) -> Block:
    """The taxonomy as ticks; as a select when it is longer than Slack's ten ticks."""
    options = [option(reason.whole, reason.key) for reason in display.reasons[:MOST_CHOICES]]
    if len(options) > MOST_TICKS:
        return _selected(label, options, chosen, hint=hint, optional=False)
    ticks = CheckboxGroup(action_id=ActionId.REASONS, options=options, initial_options=_initial(options, chosen))
    return InputBlock(PlainText(label), ticks, block_id=BlockId.REASONS, hint=PlainText(hint) if hint else None)


def selected_reasons(label: str, display: CardOptions, chosen: Sequence[str]) -> Block:
    """The taxonomy as an optional multiple select."""
    options = [option(reason.label, reason.key) for reason in display.reasons[:MOST_CHOICES]]
    return _selected(label, options, chosen, hint="", optional=True)


def _selected(label: str, options: list[Option], chosen: Sequence[str], *, hint: str, optional: bool) -> InputBlock:
    menu = StaticMultiSelectMenu(
        action_id=ActionId.REASONS,
        options=options,
        initial_options=_initial(options, chosen),
        placeholder=PlainText("Choose"),
    )
    return InputBlock(
        PlainText(label),
        menu,
        block_id=BlockId.REASONS,
        hint=PlainText(hint) if hint else None,
        optional=optional,
    )


def _initial(options: list[Option], chosen: Sequence[str]) -> list[Option] | None:
    return [option for option in options if option.value in chosen] or None


def reasons_from_marks(marks: Sequence[ClaimMark], evidence: Evidence, show: Show) -> list[str]:
    """Which reasons a person's own marks suggest.

    A claim marked wrong that the machine read as contradicted suggests "contradicts"; before a blind verdict it
    suggests nothing, since that would give the reading away.
    """
    read = {reading.claim.number: reading.reading for reading in evidence.readings}
    found: list[str] = []
    for mark in marks:
        reading = None if show is Show.BLIND else read.get(mark.claim_number)
        if mark.mark is Mark.NOT_IN_SOURCES or (mark.mark is Mark.WRONG and reading is Reading.NO_SOURCE):
            found.append("invented")
        elif mark.mark is Mark.WRONG and reading is Reading.CONTRADICTED:
            found.append("contradicts")
    return list(dict.fromkeys(found))
