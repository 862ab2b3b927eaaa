"""Cards without verbs though nobody's verdict counts: disputed ones, those that timed out, and those that were cut."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from slackblocks import Block

from bot.slack import clock
from bot.slack.cards.budget import within_budget
from bot.slack.cards.decided import DECIDED_MENU, revelation, short_answer
from bot.slack.cards.drawing import is_waited_for, opened
from bot.slack.cards.fallback import fitted, who_waits
from bot.slack.cards.options import CardOptions
from bot.slack.cards.parts import DOT, menu, model_words, question_block, question_words, tag
from bot.slack.cards.waiting import layout_of, verbs, waiting_line
from bot.slack.ids import ActionId, MenuChoice, Show
from bot.slack.text import counted, mention, one_line, quiet
from bot.slack.wire import SlackMessage, grey, rendered, row, said
from reviewers.decisions.consensus import deciding
from reviewers.model import Release, ReleaseState, TaskView

TIMED_OUT_MENU = (MenuChoice.HISTORY, MenuChoice.WHY, MenuChoice.FULL)  # no verdict is there to be changed
NOT_NEEDED = "Not needed any more."
CUT_BECAUSE = "More answers waited than the budget reviews, and the lot kept others. Not counted as a verdict."
ANOTHER = "another reviewer decides"  # where the route names no lead who may


def timed_out_card(view: TaskView, options: CardOptions) -> SlackMessage:
    """Draw the card of a task that nobody settled in time."""
    blocks: list[Block] = [
        said(timed_out_line(view, options), menu(view, ActionId.DECIDED_MORE, TIMED_OUT_MENU)),
        question_block(view.output),
        short_answer(view),
        grey(revelation(view, options)),
    ]
    text = fitted(f"{timed_out_words(view, options)} Question: ", one_line(question_words(view.output)), "")
    return SlackMessage(text=text, blocks=rendered(blocks, tag(view)))


def cut_card(view: TaskView, options: CardOptions) -> SlackMessage:
    """Draw the card of a task that the lot took out of a queue that was too long."""
    blocks: list[Block] = [
        said(cut_line(), menu(view, ActionId.DECIDED_MORE, TIMED_OUT_MENU)),
        question_block(view.output),
        short_answer(view),
        grey(revelation(view, options)),
    ]
    text = fitted(f"{NOT_NEEDED} {CUT_BECAUSE} Question: ", one_line(question_words(view.output)), "")
    return SlackMessage(text=text, blocks=rendered(blocks, tag(view)))


def cut_line() -> str:
    """That nobody needs to decide it, and why; in mrkdwn."""
    return f"*{NOT_NEEDED}* {CUT_BECAUSE}"


def timed_out_line(view: TaskView, options: CardOptions) -> str:
    """When nobody had decided, and what became of the answer; in mrkdwn."""
    at = _timed_out_at(view)
    when = f" at {clock.token(at, options.zone, seen_on=view.task.created_at)}" if at else ""
    return f":hourglass: *Timed out*{when}. {quiet(_after_time_out(view, options), 120)} Not counted as a verdict."


def timed_out_words(view: TaskView, options: CardOptions) -> str:
    """The same in plain words."""
    at = _timed_out_at(view)
    when = f" at {clock.words(at, options.zone, seen_on=view.task.created_at)}" if at else ""
    became = one_line(_after_time_out(view, options)).rstrip(".")
    return f"Timed out{when}: {became[:1].lower()}{became[1:]}. Not a verdict."


def _timed_out_at(view: TaskView) -> datetime | None:
    release = _ended(view)
    return (release.decided_at if release else None) or view.task.times_out_at or view.task.due_at


def _ended(view: TaskView) -> Release | None:
    """The release that timed out with the task: what left before anybody looked was not waited for."""
    release = view.release if view.task.hold else None
    return release if release and release.state is ReleaseState.TIMED_OUT else None


def _after_time_out(view: TaskView, options: CardOptions) -> str:
    if (release := _ended(view)) is not None:
        return options.waiting.past(release.on_timeout)
    given, quorum = len(deciding(view.verdicts)), view.task.quorum
    if view.task.lead:
        return "The lead did not decide."
    if not given:
        return "Nobody decided."
    return f"Only {given} of {quorum} verdicts came in." if given < quorum else "The verdicts differ."


def disputed_card(view: TaskView, options: CardOptions, now: datetime) -> SlackMessage:
    """Draw the card of a task whose verdicts differ; neither verdict is shown.

    The lead decides on a message of their own. Where the route names none who may, whoever has not given a
    verdict decides here, so the evidence and the verbs stay, without Unsure.
    """
    blocks: list[Block] = [said(disputed_line(view), menu(view, ActionId.DECIDED_MORE, DECIDED_MENU))]
    if is_waited_for(view):
        blocks.append(said(waiting_line(view, options)))
    if not view.task.lead:
        card = opened(view, options, now)
        layout = layout_of(card)
        top = [*blocks, *(layout.top[1:] if is_waited_for(view) else layout.top)]
        bottom = [row(f"settle.{tag(view)}", verbs(card, settles=True)), grey(_standing(view, options))]
        drawn = within_budget(replace(layout, top=top, bottom=bottom), tag(view))
    else:
        blocks += [question_block(view.output), short_answer(view), grey(_standing(view, options))]
        drawn = rendered(blocks, tag(view))
    question = one_line(question_words(view.output))
    return SlackMessage(text=fitted(_spoken(view, options), question, ""), blocks=drawn)


def disputed_line(view: TaskView) -> str:
    """How many verdicts differ and who decides; none of them is shown. In mrkdwn."""
    who = f"a lead decides ({mention(view.task.lead)})" if view.task.lead else ANOTHER
    return f":scales: *Disputed*. {_differing(view)}, {who}."


def _differing(view: TaskView) -> str:
    given = len(deciding(view.verdicts))
    return f"{counted(given, 'verdict')} {'differs' if given == 1 else 'differ'}"


def _standing(view: TaskView, options: CardOptions) -> str:
    """The grey line; before the decision a blind route does not name the model here either."""
    given = len(deciding(view.verdicts))
    parts = ["*Not verified*", f"{given} of {max(given, view.task.quorum)} verdicts in"]
    if view.task.due_at and not view.task.hold:
        parts.append(f"due {clock.token(view.task.due_at, options.zone, seen_on=view.task.created_at)}")
    if Show(view.task.show) is not Show.BLIND:
        parts.append(model_words(view.output))
    return DOT.join([*(part for part in parts if part), f"#{view.task.number}"])


def _spoken(view: TaskView, options: CardOptions) -> str:
    told = f"a lead decides ({options.name(view.task.lead)})" if view.task.lead else ANOTHER
    waits = f"{who_waits(view, options)} " if is_waited_for(view) else ""
    act = "" if view.task.lead else " To decide: Approve, Edit or Reject on this message."
    return f"Disputed: {_differing(view)}, {told}. {waits}Not verified.{act} Question: "
