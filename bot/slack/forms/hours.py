"""The form "My hours": when a day of review begins and ends, and on which days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time

from slackblocks import Block, CheckboxGroup, InputBlock, PlainText, TimePicker

from bot.slack.forms.state import Submitted
from bot.slack.ids import ActionId, BlockId, CallbackId
from bot.slack.values import FormContext
from bot.slack.wire import Wire, grey, modal, option
from reviewers.errors import Invalid
from reviewers.model import Preferences

TITLE = "My hours"
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
WHY = "Reminders come in these hours, by your own time zone; answers are given to you then."


@dataclass(frozen=True, kw_only=True, slots=True)
class HoursForm:
    """What was chosen."""

    starts_at: time
    ends_at: time
    days: tuple[int, ...]  # 0 is Monday; may be empty, which the use case refuses


def hours_view(preferences: Preferences, context: FormContext) -> Wire:
    """Draw the form, filled with what holds now."""
    days = [option(name, str(day)) for day, name in enumerate(DAYS)]
    chosen = [each for day, each in enumerate(days) if day in preferences.days]
    ticks = CheckboxGroup(action_id=ActionId.HOURS_DAYS, options=days, initial_options=chosen or None)
    blocks: list[Block] = [
        grey(WHY),
        _clock("From", ActionId.HOURS_START, BlockId.HOURS_START, preferences.starts_at),
        _clock("To", ActionId.HOURS_END, BlockId.HOURS_END, preferences.ends_at),
        InputBlock(PlainText("Days"), ticks, block_id=BlockId.HOURS_DAYS),
    ]
    return modal(
        TITLE,
        blocks,
        callback_id=CallbackId.HOURS,
        private_metadata=context.to_json(),
        close="Cancel",
        submit="Save",
        tag="hours",
    )


def parse_hours(view: Wire) -> HoursForm:
    """Read it. Raises Invalid (`starts_at`, `ends_at`) where no time was chosen."""
    submitted = Submitted(view=view)
    return HoursForm(
        starts_at=_time(submitted, BlockId.HOURS_START),
        ends_at=_time(submitted, BlockId.HOURS_END),
        days=tuple(int(day) for day in submitted.choices(BlockId.HOURS_DAYS)),
    )


def _clock(label: str, action: ActionId, block: BlockId, initial: time) -> InputBlock:
    picker = TimePicker(action_id=action, initial_time=f"{initial:%H:%M}")
    return InputBlock(PlainText(label), picker, block_id=block)


def _time(submitted: Submitted, block: BlockId) -> time:
    for found, value in submitted.elements(block):
        if found == block and value.get("selected_time"):
            return time.fromisoformat(str(value["selected_time"]))
    raise Invalid(block.value, "Choose a time.")
