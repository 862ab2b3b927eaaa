"""The direct message to those on duty: somebody waits for a held answer, and half of the time is gone."""

from __future__ import annotations

from slackblocks import Block

from bot.slack import clock
from bot.slack.cards.decided import outcome_line, spoken_outcome
from bot.slack.cards.drawing import is_waited_for
from bot.slack.cards.fallback import fitted
from bot.slack.cards.options import CardOptions
from bot.slack.cards.parts import question_words, tag
from bot.slack.cards.unsettled import disputed_line, timed_out_line, timed_out_words
from bot.slack.ids import ActionId
from bot.slack.text import isolated, one_line, quiet
from bot.slack.values import ButtonValue
from bot.slack.wire import SlackMessage, button, grey, rendered, row, said
from reviewers.decisions.consensus import live
from reviewers.model import OnTimeout, Release, TaskState, TaskView


def waiting_message(view: TaskView, display: CardOptions) -> SlackMessage:
    """Draw the message; once nobody waits any more, it says what became of the answer."""
    if view.task.state is not TaskState.OPEN or not is_waited_for(view):
        return _over(view, display)
    release, seen, number = view.release, view.task.created_at, view.task.number
    since = release.held_since if release else seen
    who = one_line(display.waiting.who)[:30].lower()
    line = f":hourglass_flowing_sand: *A {quiet(who)} waits since {clock.token(since, display.zone, seen_on=seen)}.*"
    drawn, told = _end(release, view, display)
    value = ButtonValue(task_id=view.task.task_id).to_json()
    blocks: list[Block] = [
        said(f"{line} Nobody has decided; {drawn}."),
        row(f"verbs.{tag(view)}", [button("Open", ActionId.OPEN, value, f"Open answer {number} now")]),
    ]
    waits = f"A {who} waits since {clock.words(since, display.zone, seen_on=seen)}; nobody has decided, and {told}. "
    question = f"“{isolated(one_line(question_words(view.output)))}”"
    text = fitted(f"{waits}Answer {number}: ", question, " To decide: Open on this message.")
    return SlackMessage(text=text, blocks=rendered(blocks, tag(view)))


def _end(release: Release | None, view: TaskView, display: CardOptions) -> tuple[str, str]:
    """What happens when nobody decides: in mrkdwn, and in plain words."""
    if release is None or release.deadline is None or release.on_timeout is OnTimeout.HOLD:
        return ("it stays held until somebody decides",) * 2
    seen, then = view.task.created_at, one_line(display.waiting.next(release.on_timeout)).removesuffix(" instead")
    token = clock.token(release.deadline, display.zone, seen_on=seen)
    words = clock.words(release.deadline, display.zone, seen_on=seen)
    return f"at *{token}* {quiet(then, 120)}", f"at {words} {then}"


def _over(view: TaskView, display: CardOptions) -> SlackMessage:
    resolution = live(view.resolution)
    if resolution is not None:
        line, words = outcome_line(view, resolution, display), spoken_outcome(view, resolution, display)
    elif view.task.state is TaskState.TIMED_OUT:
        line, words = timed_out_line(view, display), timed_out_words(view, display)
    elif view.task.state is TaskState.DISPUTED:
        line, words = disputed_line(view), "Disputed: verdicts differ."
    else:
        line = words = "Nobody waits any more."
    text = fitted(f"{words} ", f"Answer {view.task.number}.", "")
    return SlackMessage(text=text, blocks=rendered([said(line), grey(f"#{view.task.number}")], tag(view)))
