"""The form "Reject answer": what is wrong, and what it should have said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from slackblocks import Block

from bot.slack import clock
from bot.slack.cards.evidence import evidence_of
from bot.slack.cards.options import CardOptions
from bot.slack.forms.fields import asked, context_of, note_input, reasons_from_marks, ticked_reasons
from bot.slack.forms.state import FieldErrors, Submitted
from bot.slack.ids import BlockId, CallbackId, Show
from bot.slack.text import quiet
from bot.slack.values import FormContext
from bot.slack.wire import Wire, grey, modal
from reviewers.model import ClaimMark, TaskState, TaskView

NOTE_LENGTH = 1000
OTHER = "other"  # the reason that says nothing by itself: it needs a note
NO_REASON = "Choose at least one reason."
NO_WORDS = "You chose Other. Say in a few words what is wrong."


@dataclass(frozen=True, kw_only=True, slots=True)
class RejectForm:
    """What a person handed in with "Reject"."""

    context: FormContext
    reasons: tuple[str, ...]
    note: str


def reject_view(view: TaskView, *, display: CardOptions, marks: Sequence[ClaimMark] = (), note: str = "") -> Wire:
    """The form; reasons that the person's marks suggest are ticked, and `note` is what they wrote in the thread."""
    setting = Show(view.task.show)
    known = {reason.key for reason in display.reasons}
    chosen = [key for key in reasons_from_marks(marks, evidence_of(view), setting) if key in known]
    hint = "Ticked from your claim marks. Change as you like." if chosen else ""
    blocks: list[Block] = [
        asked(view),
        ticked_reasons("What is wrong?", display, chosen, hint),
        note_input("Note", "What should it have said?", NOTE_LENGTH, note),
    ]
    if view.task.hold and view.task.state is TaskState.OPEN:
        blocks.append(grey(_who_waits(view, display)))
    return modal(
        "Reject answer",
        blocks,
        callback_id=CallbackId.REJECT,
        private_metadata=context_of(view).to_json(),
        close="Cancel",
        submit="Reject",
        tag="reject",
    )


def parse_reject(submitted: dict[str, Any]) -> RejectForm | FieldErrors:
    """Read the form: at least one reason, and words for Other."""
    form = Submitted(view=submitted)
    reasons = form.choices(BlockId.REASONS)
    note = (form.text(BlockId.NOTE) or "").strip()
    if not reasons:
        return FieldErrors(errors={BlockId.REASONS.value: NO_REASON})
    if OTHER in reasons and not note:
        return FieldErrors(errors={BlockId.NOTE.value: NO_WORDS})
    return RejectForm(context=form.context, reasons=reasons, note=note)


def _who_waits(view: TaskView, display: CardOptions) -> str:
    since = view.release.held_since if view.release else view.task.created_at
    when = clock.token(since, display.zone, seen_on=view.task.created_at)
    who = quiet(display.waiting.who, 30).lower()
    return f":hourglass_flowing_sand: The {who} waits since {when} and {quiet(display.waiting.rejected_next, 120)}."
