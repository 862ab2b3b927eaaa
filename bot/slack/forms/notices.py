"""Small answers that only one person sees: what happened, what was and was not kept, and the way on.

Never "Oops", never a code without a sentence (surfaces, section 13). Views carry the same words where a modal is open.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from slackblocks import Block, Button, InputBlock, PlainText, PlainTextInput

from bot.slack import clock
from bot.slack.cards.options import CardOptions
from bot.slack.cutting import pieces
from bot.slack.forms.pages import fitting
from bot.slack.forms.parts import INPUT_LENGTH
from bot.slack.ids import VERDICT_ACTIONS, ActionId, BlockId, CallbackId
from bot.slack.text import escape, mention, one_line, quiet, shortened
from bot.slack.values import OLD_CARD, ButtonValue, FormContext
from bot.slack.wire import SlackMessage, Wire, button, confirmed, grey, modal, rendered, row, said
from reviewers.errors import AlreadyResolved, Claimed
from reviewers.model import TaskState, VerdictKind

MOST_COPIED = 90  # inputs of a modal
AGAIN = "again"  # the block with the ways on
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


_OUTCOMES = {VerdictKind.APPROVE: "approved", VerdictKind.EDIT: "edited again", VerdictKind.REJECT: "rejected"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Again:
    """The way on: the same button once more."""

    label: str
    action: ActionId
    task_id: str = ""
    number: int = 0  # 0 when it cannot be told now
    kind: str = ""  # the verdict that came too late, with Disagree
    value: str = ""  # what the button carried before; else it carries the task


REVIEW_NEXT = Again(label="Review next", action=ActionId.NEXT)


def notice(happened: str, then: str = "") -> SlackMessage:
    """Any small answer: the first part is bold. Both parts may hold untrusted words; they are made harmless here."""
    return _told(f"*{quiet(happened, SENTENCE_LENGTH)}*", quiet(then, SENTENCE_LENGTH), _spoken(happened, then))


def expired(task_id: str, number: int, action: ActionId, value: str = "") -> SlackMessage:
    """The trigger was too old to open a window; the button, which carries the same `value`, opens it again."""
    happened, then = "That took too long, so Slack closed the window.", "Nothing is lost. Press the button again."
    kind = VERDICT_ACTIONS.get(action)
    label = f"{_VERBS[kind]} again" if kind else "Open again"
    again = Again(label=label, action=action, task_id=task_id, number=number, value=value)
    return _told(f"*{happened}*", then, f"{happened} {then}", again)


def not_a_reviewer(reason: str) -> SlackMessage:
    """Somebody pressed who may not decide; `reason` is the sentence of NotYourTask."""
    return notice(reason)


def may_be_added(named: str, leads: Sequence[str], task_id: str, number: int) -> SlackMessage:
    """Somebody pressed who is no reviewer of this route (`named` says "of Card support"); these people can add them."""
    happened = f"You are not a reviewer {quiet(named, 120)}."
    then = f"{quiet(' or '.join(leads), 120)} can add you."
    again = Again(label="Ask to be added", action=ActionId.ROUTE_JOIN, task_id=task_id, number=number)
    return _told(
        f"*{happened}*", then, _spoken(f"You are not a reviewer {named}.", f"{' or '.join(leads)} can add you."), again
    )


def own_output(reason: str = "You sent this answer to review, so someone else decides.") -> SlackMessage:
    """Nobody reviews what they sent, nor judges again what they have seen; `reason` is the sentence of NotYourTask."""
    happened, comma, then = reason.partition(", ")
    return _told(f"*{happened}*{comma}{then}", "", reason, REVIEW_NEXT)


def claimed(error: Claimed, task_id: str, number: int, *, display: CardOptions) -> SlackMessage:
    """Somebody else works on it."""
    when, spoken = clock.token(error.until, display.zone), clock.words(error.until, display.zone)
    take = Again(label="Take over", action=ActionId.TAKE_OVER, task_id=task_id, number=number)
    words = escape(f"{display.name(error.by)} has claimed this until {spoken}.")
    return _told(f"*{mention(error.by)} has claimed this until {when}.*", "", words, REVIEW_NEXT, take)


def nothing_to_review(channel: str) -> SlackMessage:
    """Nothing waits for this person."""
    then = f"The next answer comes to <#{channel}>; you get a reminder before one is due."
    spoken = "Nothing to review. You get a reminder before an answer is due."
    return _told("*Nothing to review.*", then, spoken)


def decided_before(
    error: AlreadyResolved, kind: VerdictKind | None, *, display: CardOptions, task_id: str = "", number: int = 0
) -> SlackMessage:
    """Somebody was faster, or it timed out. With the task, a verdict that says otherwise can go to the lead.

    `kind` is None where the press was no verdict, such as Claim: then none was lost, and there is none to disagree by.
    """
    lost = f"Your {_VERBS[kind]} was not counted." if kind else ""
    if not error.by and error.outcome == TaskState.CUT.words:
        happened, why = "This answer is not needed any more.", "More waited than the budget reviews."
        return _told(f"*{happened}*", f"{why} {lost}".strip(), f"{happened} {why} {lost}".strip())
    if not error.by:
        words = f"This timed out before you decided. {lost}".strip()
        return _told("*This timed out before you decided.*", lost, words)
    at = f" at {clock.token(error.at, display.zone)}" if error.at else ""
    spoken_at = f" at {clock.words(error.at, display.zone)}" if error.at else ""
    outcome = quiet(error.outcome, 40)
    more = [REVIEW_NEXT] if task_id else []
    if task_id and kind and kind in _OUTCOMES and _OUTCOMES[kind] != error.outcome:
        disagree = Again(label="Disagree", action=ActionId.DISAGREE, task_id=task_id, number=number, kind=kind.value)
        more.append(disagree)
    spoken = f"{display.name(error.by)} decided before you: {shortened(one_line(error.outcome), 40)}{spoken_at}. {lost}"
    return _told(f"*{mention(error.by)} decided before you*: {outcome}{at}.", lost, escape(spoken.strip()), *more)


def card_late(kind: VerdictKind) -> SlackMessage:
    """The verdict is committed, the card not yet redrawn."""
    first, then = f"Your {_VERBS[kind]} is saved", "but the card could not be updated yet. It will follow by itself."
    return _told(f"*{first}*, {then}", "", f"{first}, {then}")


def not_saved(
    task_id: str, number: int, kind: VerdictKind, *, action: ActionId | None = None, value: str = ""
) -> SlackMessage:
    """The store did not answer; the button tries again: the same one with the same `value`, or the card's."""
    then = "The database did not answer. Try again; nothing was counted twice."
    again = Again(label=_VERBS[kind], action=action or _ACTIONS[kind], task_id=task_id, number=number, value=value)
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


def _told(happened: str, then: str, spoken: str, *ways: Again) -> SlackMessage:
    """`happened` and `then` are mrkdwn, `spoken` is what screen readers say."""
    blocks: list[Block] = [said(f"{happened} {then}".strip())]
    if ways:
        blocks.append(row(AGAIN, [_way(way) for way in ways]))
    return SlackMessage(text=spoken, blocks=rendered(blocks, "notice"))


def _way(way: Again) -> Button:
    value = way.value or ButtonValue(task_id=way.task_id or "none", kind=way.kind).to_json()
    pressed = button(way.label, way.action, value, f"{way.label}: answer {way.number}" if way.number else way.label)
    if way.action is ActionId.TAKE_OVER:
        return confirmed(pressed, "Take over?", "The person who claimed it is told that you took it over.", "Take over")
    return pressed


def _spoken(happened: str, then: str) -> str:
    said_ = (shortened(one_line(part), SENTENCE_LENGTH) for part in (happened, then))
    return escape(" ".join(said_).strip())


def _to_copy(text: str, note: str) -> Iterator[Block]:
    """Inputs, since text in them can be selected whole on every client; they are never read."""
    whole = list(pieces(text, INPUT_LENGTH)) if text else []
    parts = whole[: min(MOST_COPIED, fitting(whole))]
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
