"""The direct message in which a lead settles a dispute: the card, both rationales side by side, the verbs."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from itertools import chain

from slackblocks import Block

from bot.slack import clock
from bot.slack.cards.budget import within_budget
from bot.slack.cards.decided import outcome_line, spoken_outcome, timed_out_line
from bot.slack.cards.fallback import fitted
from bot.slack.cards.options import CardOptions
from bot.slack.cards.parts import DOT, question_block, question_words, tag
from bot.slack.cards.waiting import layout_of, opened, verbs
from bot.slack.differences import summary
from bot.slack.text import isolated, one_line, quiet
from bot.slack.wire import SlackMessage, columns, grey, rendered, row, said
from reviewers.decisions.consensus import deciding
from reviewers.decisions.difference import compare
from reviewers.model import TaskState, TaskView, Verdict, VerdictKind

NOTE_LENGTH = 280
EDIT_LENGTH = 600
SIDES = 5

_VERBS = {
    VerdictKind.APPROVE: ":white_check_mark: Approve",
    VerdictKind.EDIT: ":pencil2: Edit",
    VerdictKind.REJECT: ":x: Reject",
}
_PAST = {VerdictKind.APPROVE: "approved", VerdictKind.EDIT: "edited", VerdictKind.REJECT: "rejected"}


def sides(view: TaskView) -> list[Verdict]:
    """The verdicts that differ, in an order that tells nothing: drawn once, from their ids."""
    given = [verdict for verdict in deciding(view.verdicts) if not verdict.as_lead]
    return sorted(
        given, key=lambda verdict: hashlib.sha256(f"{view.task.task_id}\0{verdict.verdict_id}".encode()).digest()
    )


def dispute_message(view: TaskView, display: CardOptions) -> SlackMessage:
    """Draw the message; once it is settled, or no dispute any more, it says so and has no verbs."""
    if view.task.state is not TaskState.DISPUTED:
        return _settled(view, display)
    card = opened(view, replace(display, next_command=""))
    layout = layout_of(card)
    shown = sides(view)[:SIDES]
    top = [said(":scales: *Two reviewers differ.* You decide; names show afterwards."), *layout.top]
    fields = [_side(place, verdict, view, display) for place, verdict in enumerate(shown, start=1)]
    middle: list[Block] = [*layout.middle, columns(fields)]
    bottom = [row(f"settle.{tag(view)}", verbs(card, settles=True)), grey(_since(view, display))]
    blocks = within_budget(replace(layout, top=top, middle=middle, bottom=bottom), f"settle.{tag(view)}")
    told = ", ".join(f"one {_told(verdict, display)}" for verdict in shown)
    before = f"Two reviewers differ on {view.task.number}: {told}. “"
    after = "” Decide: Approve, Edit or Reject on this message."
    return SlackMessage(text=fitted(before, isolated(one_line(question_words(view.output))), after), blocks=blocks)


def _side(place: int, verdict: Verdict, view: TaskView, display: CardOptions) -> str:
    reasons = f": {quiet(display.listed(verdict.reasons).lower(), 120)}" if verdict.reasons else ""
    lines = [f"*Reviewer {place}*", f"{_VERBS[verdict.kind]}{reasons}"]
    if verdict.correction is not None:
        difference = compare(view.output.completion, verdict.correction)
        lines.append(f"{summary(difference)}: “{isolated(quiet(verdict.correction, EDIT_LENGTH))}”")
    if verdict.note.strip():
        lines.append(f"“{isolated(quiet(verdict.note, NOTE_LENGTH))}”")
    return "\n".join(lines)


def _told(verdict: Verdict, display: CardOptions) -> str:
    reasons = one_line(display.listed(verdict.reasons)).lower()
    return _PAST[verdict.kind] + (f" as {reasons}" if reasons else "")


def _since(view: TaskView, display: CardOptions) -> str:
    seen = view.task.created_at
    differs = max(chain((verdict.recorded_at for verdict in view.verdicts), [seen]))
    parts = [f"Disputed since {clock.token(differs, display.zone, seen_on=seen)}"]
    if view.task.due_at:
        parts.append(f"due {clock.token(view.task.due_at, display.zone, seen_on=seen)}")
    return DOT.join([*parts, f"#{view.task.number}"])


def _settled(view: TaskView, display: CardOptions) -> SlackMessage:
    mark = f"settled.{tag(view)}"
    question = one_line(question_words(view.output))
    if view.resolution is not None:
        blocks = [said(outcome_line(view, view.resolution, display)), question_block(view.output)]
        text = fitted(f"{spoken_outcome(view, view.resolution, display)} Question: ", question, "")
        return SlackMessage(text=text, blocks=rendered(blocks, mark))
    line = timed_out_line(view, display) if view.task.state is TaskState.TIMED_OUT else "*No longer disputed.*"
    plain_words = "Timed out." if view.task.state is TaskState.TIMED_OUT else "No longer disputed."
    blocks = [said(line), question_block(view.output)]
    return SlackMessage(text=fitted(f"{plain_words} Question: ", question, ""), blocks=rendered(blocks, mark))
