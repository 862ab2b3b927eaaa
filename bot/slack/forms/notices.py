"""Small answers that only one person sees: what happened, what was and was not kept, and the way on.

Never "Oops", never a code without a sentence (surfaces, section 13). Views carry the same words where a modal is open.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from slackblocks import Block, InputBlock, PlainText, PlainTextInput

from bot.slack import clock
from bot.slack.cards.options import CardOptions
from bot.slack.cutting import pieces
from bot.slack.forms.parts import INPUT_LENGTH, MOST_PARTS
from bot.slack.ids import OLD_CARD, ActionId, BlockId, ButtonValue, CallbackId, FormContext
from bot.slack.text import escape, mention, one_line, quiet, shortened
from bot.slack.wire import SlackMessage, Wire, button, grey, modal, rendered, row, said
from reviewers.errors import AlreadyResolved
from reviewers.model import VerdictKind

SENTENCE_LENGTH = 280  # of untrusted words: escaped, they may be five times as long
_VERBS = {
    VerdictKind.APPROVE: "Approve",
    VerdictKind.EDIT: "Edit",
    VerdictKind.REJECT: "Reject",
    VerdictKind.UNSURE: "Unsure",
}
_TITLES = {
    VerdictKind.APPROVE: "Check claims",
    VerdictKind.EDIT: "Edit answer",
    VerdictKind.REJECT: "Reject answer",
    VerdictKind.UNSURE: "Check claims",
}
_ACTIONS = {
    VerdictKind.APPROVE: ActionId.APPROVE,
    VerdictKind.EDIT: ActionId.EDIT,
    VerdictKind.REJECT: ActionId.REJECT,
    VerdictKind.UNSURE: ActionId.UNSURE,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Again:
    """The way on: the same button once more."""

    label: str
    action: ActionId
    task_id: str
    number: int  # 0 when it cannot be told now


def notice(happened: str, then: str = "") -> SlackMessage:
    """Any small answer: the first part is bold. Both parts may hold untrusted words; they are made harmless here."""
    return _told(f"*{quiet(happened, SENTENCE_LENGTH)}*", quiet(then, SENTENCE_LENGTH), _spoken(happened, then))


def expired(task_id: str, number: int, action: ActionId) -> SlackMessage:
    """The trigger was too old to open a window; the button opens it again."""
    happened, then = "That took too long, so Slack closed the window.", "Nothing is lost. Press the button again."
    label = {ActionId.EDIT: "Edit again", ActionId.REJECT: "Reject again"}.get(action, "Open again")
    return _told(
        f"*{happened}*", then, f"{happened} {then}", Again(label=label, action=action, task_id=task_id, number=number)
    )


def not_a_reviewer(reason: str) -> SlackMessage:
    """Somebody pressed who may not decide; `reason` is the sentence of NotYourTask."""
    return notice(reason)


def own_output() -> SlackMessage:
    """Nobody reviews what they sent."""
    sentence = "You sent this answer to review, so someone else decides."
    return _told("*You sent this answer to review*, so someone else decides.", "", sentence)


def decided_before(error: AlreadyResolved, kind: VerdictKind, *, display: CardOptions) -> SlackMessage:
    """Somebody was faster, or it timed out."""
    lost = f"Your {_VERBS[kind]} was not counted."
    if not error.by:
        return _told("*This timed out before you decided.*", lost, f"This timed out before you decided. {lost}")
    at = f" at {clock.token(error.at, display.zone)}" if error.at else ""
    spoken_at = f" at {clock.words(error.at, display.zone)}" if error.at else ""
    outcome = quiet(error.outcome, 40)
    return _told(
        f"*{mention(error.by)} decided before you*: {outcome}{at}.",
        lost,
        escape(f"{display.name(error.by)} decided before you: {one_line(error.outcome)}{spoken_at}. {lost}"),
    )


def card_late(kind: VerdictKind) -> SlackMessage:
    """The verdict is committed, the card not yet redrawn."""
    first, then = f"Your {_VERBS[kind]} is saved", "but the card could not be updated yet. It will follow by itself."
    return _told(f"*{first}*, {then}", "", f"{first}, {then}")


def not_saved(task_id: str, number: int, kind: VerdictKind) -> SlackMessage:
    """The store did not answer; the button tries again."""
    then = "The database did not answer. Try again; nothing was counted twice."
    again = Again(label=_VERBS[kind], action=_ACTIONS[kind], task_id=task_id, number=number)
    return _told("*Not saved.*", then, f"Not saved. {then}", again)


def old_card() -> SlackMessage:
    """A button of another version was pressed."""
    first, rest = OLD_CARD.split(", ", 1)
    return _told(f"*{first}*, {rest}", "", OLD_CARD)


def loading_view(title: str, context: FormContext) -> Wire:
    """Opened at once, so that the trigger does not expire; the real view replaces it."""
    return _view(title, [said("Loading …")], context)


def notice_view(title: str, happened: str, then: str = "", *, context: FormContext) -> Wire:
    """A small answer inside an open modal."""
    words = f"*{quiet(happened, SENTENCE_LENGTH)}* {quiet(then, SENTENCE_LENGTH)}".strip()
    return _view(title, [said(words)], context)


def decided_meanwhile_view(
    error: AlreadyResolved,
    text: str,
    note: str,
    *,
    context: FormContext,
    display: CardOptions,
    kind: VerdictKind = VerdictKind.EDIT,
) -> Wire:
    """Somebody decided while the form was filled in: nothing was saved, and the words are there to be copied."""
    happened = decided_before(error, kind, display=display).blocks[0]["text"]["text"]
    copied = list(_to_copy(text, note))
    kept = [grey("Your text is not lost: copy it from here before you close this window."), *copied] if copied else []
    return modal(
        _TITLES[kind],
        [said(happened), *kept],
        callback_id=CallbackId.NOTHING,
        private_metadata=context.to_json(),
        close="Close",
        submit="Done" if copied else None,
        tag="late",
    )


def _told(happened: str, then: str, spoken: str, again: Again | None = None) -> SlackMessage:
    """`happened` and `then` are mrkdwn, `spoken` is what screen readers say."""
    blocks: list[Block] = [said(f"{happened} {then}".strip())]
    if again is not None:
        value = ButtonValue(task_id=again.task_id).to_json()
        spoken_label = f"{again.label}: answer {again.number}" if again.number else again.label
        blocks.append(row("again", [button(again.label, again.action, value, spoken_label)]))
    return SlackMessage(text=spoken, blocks=rendered(blocks, "notice"))


def _spoken(happened: str, then: str) -> str:
    said_ = (shortened(one_line(part), SENTENCE_LENGTH) for part in (happened, then))
    return escape(" ".join(said_).strip())


def _to_copy(text: str, note: str) -> Iterator[Block]:
    """Inputs, since text in them can be selected whole on every client; they are never read."""
    parts = list(pieces(text, INPUT_LENGTH))[:MOST_PARTS] if text else []
    labels = ["Your text"] if len(parts) == 1 else [f"Your text, part {place + 1}" for place in range(len(parts))]
    filled = [*zip(labels, parts, strict=True), *([("Why", note[:INPUT_LENGTH])] if note else [])]
    for place, (label, part) in enumerate(filled):
        element = PlainTextInput(action_id=ActionId.COPY, initial_value=part, multiline=True)
        yield InputBlock(PlainText(label), element, block_id=f"{BlockId.COPY}{place}", optional=True)


def _view(title: str, blocks: list[Block], context: FormContext) -> Wire:
    return modal(
        title[:24],
        blocks,
        callback_id=CallbackId.NOTHING,
        private_metadata=context.to_json(),
        close="Close",
        tag="notice",
    )
