"""The direct message in which a lead settles a dispute: the card, both rationales side by side, the verbs."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from itertools import chain

from slackblocks import Block

from bot.slack import clock
from bot.slack.cards.budget import within_budget
from bot.slack.cards.decided import decided_card
from bot.slack.cards.drawing import OpenCard
from bot.slack.cards.fallback import answer_words, claims_apart, fitted
from bot.slack.cards.options import CardOptions
from bot.slack.cards.parts import DOT, question_block, question_words, tag
from bot.slack.cards.unsettled import timed_out_card
from bot.slack.cards.waiting import layout_of, opened, verbs
from bot.slack.differences import in_words
from bot.slack.text import counted, isolated, one_line, quiet, shortened
from bot.slack.wire import SlackMessage, columns, grey, rendered, row, said
from reviewers.decisions.consensus import deciding
from reviewers.decisions.difference import compare
from reviewers.model import TaskState, TaskView, Verdict, VerdictKind

REASONS_LENGTH = 120
NOTE_LENGTH = 280
EDIT_LENGTH = 400
CHANGES_TOLD = 3
SIDES = 6  # a quorum of five, and one more who was asked
COUNTS = ("no", "one", "two", "three", "four", "five", "six")

_VERBS = {
    VerdictKind.APPROVE: ":white_check_mark: Approve",
    VerdictKind.EDIT: ":pencil2: Edit",
    VerdictKind.REJECT: ":x: Reject",
}
_PAST = {VerdictKind.APPROVE: "approved", VerdictKind.EDIT: "edited", VerdictKind.REJECT: "rejected"}


def sides(view: TaskView) -> list[Verdict]:
    """The verdicts that differ, in an order that tells nothing: the task's id alone draws it."""
    given = [verdict for verdict in deciding(view.verdicts) if not verdict.as_lead]
    drawn = [
        hashlib.sha256(f"{view.task.task_id}\0{place}".encode(errors="replace")).digest() for place in range(SIDES)
    ]
    return [verdict for _, verdict in sorted(zip(drawn, given[:SIDES], strict=False), key=lambda pair: pair[0])]


def dispute_message(view: TaskView, display: CardOptions) -> SlackMessage:
    """Draw the message; once it is settled it says by whom, and once it is no dispute any more it says so."""
    if view.task.state is not TaskState.DISPUTED:
        return _settled(view, display)
    card = opened(view, replace(display, next_command=""))
    layout = layout_of(card)
    first = f":scales: *{_differ(view).capitalize()}.* You decide; names show afterwards."
    bottom = [row(f"settle.{tag(view)}", verbs(card, settles=True)), grey(_since(view, display))]
    whole = replace(
        layout,
        top=[said(first), *layout.top],
        middle=[*layout.middle, sides_block(view, display)],
        bottom=bottom,
    )
    return SlackMessage(text=_spoken(card), blocks=within_budget(whole, f"settle.{tag(view)}"))


def _differ(view: TaskView) -> str:
    return f"{COUNTS[len(sides(view))]} reviewers differ"


def _spoken(card: OpenCard) -> str:
    """Who says what, without names; then the question, the answer and what the machine reads in it."""
    view, shown = card.view, sides(card.view)
    told = "; ".join(f"reviewer {place} {_told(side, card.options)}" for place, side in enumerate(shown, start=1))
    before = f"{_differ(view).capitalize()} on {view.task.number}: {told}. You decide. "
    question = f"“{isolated(one_line(question_words(view.output)))}” Answer: "
    act = "Approve is in Read all; Edit or Reject on" if card.answer.is_cut else "To decide: Approve, Edit or Reject on"
    after = " ".join([*claims_apart(card), f"Not verified. {act} this message."])
    return fitted(before + question, answer_words(card), f" {after}")


def sides_block(view: TaskView, display: CardOptions) -> Block:
    """What each of them said and why, side by side."""
    return columns([_side(place, verdict, view, display) for place, verdict in enumerate(sides(view), start=1)])


def _side(place: int, verdict: Verdict, view: TaskView, display: CardOptions) -> str:
    reasons = f": {_within(display.listed(verdict.reasons).lower(), REASONS_LENGTH)}" if verdict.reasons else ""
    lines = [f"*Reviewer {place}*", f"{_VERBS[verdict.kind]}{reasons}"]
    if verdict.correction is not None:
        lines.append(_within(_changes(view, verdict.correction), EDIT_LENGTH))
    if verdict.note.strip():
        lines.append(f"“{isolated(_within(verdict.note, NOTE_LENGTH))}”")
    return "\n".join(lines)


def _changes(view: TaskView, correction: str) -> str:
    """An edit in words: what becomes what; of a rewritten answer its beginning."""
    difference = compare(view.output.completion, correction)
    if difference.rewritten:
        return f"Rewritten: “{one_line(correction)}”"
    told = in_words(difference.changes, CHANGES_TOLD)
    more = len(difference.changes) - len(told)
    return "; ".join([*told, counted(more, "more change")] if more > 0 else told)


def _within(words: str, limit: int) -> str:
    """Untrusted words that take at most so many characters on the wire as well, where an ampersand takes five."""
    shown = quiet(words, limit)
    room = limit
    while len(shown) > limit + 20 and room > 20:
        room = room * 3 // 4
        shown = quiet(words, room)
    return shown


def _told(verdict: Verdict, display: CardOptions) -> str:
    reasons = f" ({shortened(one_line(display.listed(verdict.reasons)).lower(), REASONS_LENGTH)})"
    note = f" and says “{isolated(shortened(one_line(verdict.note), REASONS_LENGTH))}”"
    return _PAST[verdict.kind] + (reasons if verdict.reasons else "") + (note if verdict.note.strip() else "")


def _since(view: TaskView, display: CardOptions) -> str:
    seen = view.task.created_at
    differs = max(chain((verdict.recorded_at for verdict in view.verdicts), [seen]))
    parts = [f"Disputed since {clock.token(differs, display.zone, seen_on=seen)}"]
    if view.task.due_at:
        parts.append(f"due {clock.token(view.task.due_at, display.zone, seen_on=seen)}")
    return DOT.join([*parts, f"#{view.task.number}"])


def _settled(view: TaskView, display: CardOptions) -> SlackMessage:
    if view.resolution is not None:
        return decided_card(view, view.resolution, display)
    if view.task.state is TaskState.TIMED_OUT:
        return timed_out_card(view, display)
    words = "No longer disputed. A reviewer's verdict changed, and the answer is open again."
    blocks = [said(f"*{words.replace('. ', '.* ', 1)}"), question_block(view.output), grey(f"#{view.task.number}")]
    text = fitted(f"{words} Question: ", one_line(question_words(view.output)), "")
    return SlackMessage(text=text, blocks=rendered(blocks, f"settled.{tag(view)}"))
