"""Two to five short answers in one message: each judged by itself, the rest approved at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from slackblocks import Block, Element

from bot.slack import clock
from bot.slack.cards.decided import disputed_line, outcome_line, timed_out_line
from bot.slack.cards.evidence import PASSAGE_LENGTH, evidence_of
from bot.slack.cards.fallback import fitted
from bot.slack.cards.options import CardOptions
from bot.slack.cards.parts import (
    DOT,
    handed_on_words,
    menu,
    model_words,
    question_block,
    question_words,
    quote_block,
    short_hash,
)
from bot.slack.ids import ActionId, ButtonValue, MenuChoice
from bot.slack.text import counted, isolated, mention, one_line, quiet, shortened, title_link
from bot.slack.wire import SlackMessage, button, confirmed, grey, line, rendered, row, said
from reviewers.model import TaskState, TaskView

QUESTION_LENGTH = 160
_ITEM_MENU = (MenuChoice.EDIT, MenuChoice.UNSURE, MenuChoice.CHECK)
_DECIDED_MENU = (MenuChoice.CHANGE, MenuChoice.HISTORY, MenuChoice.WHY, MenuChoice.FULL)


def batch_card(views: Sequence[TaskView], *, display: CardOptions) -> SlackMessage:
    """Draw the shared card.

    Args:
        views: the tasks of the batch, two to five, in their order.
        display: the settings of the surfaces.
    """
    open_ = [view for view in views if view.task.state is TaskState.OPEN]
    mark = f"batch.{short_hash(repr([(view.task, len(view.verdicts)) for view in views]))}"
    blocks: list[Block] = [said(f"*{_title(views, open_)}*")]
    for view in views:
        blocks += _item(view, display, mark)
    blocks.append(line())
    if open_:
        blocks.append(row(f"rest.{mark}", [_approve_the_rest(open_)]))
    blocks.append(grey(_why_here(views, open_, display)))
    return SlackMessage(text=_spoken(views, open_, display), blocks=rendered(blocks, mark))


def _title(views: Sequence[TaskView], open_: Sequence[TaskView]) -> str:
    if len(open_) == len(views):
        return counted(len(views), "short answer")
    return f"{len(open_)} of {counted(len(views), 'short answer')} left" if open_ else f"{len(views)} short answers"


def _item(view: TaskView, display: CardOptions, mark: str) -> Iterator[Block]:
    yield question_block(view.output)
    yield quote_block(view.output.completion)
    if source := _source(view):
        yield grey(source)
    if view.task.state is TaskState.OPEN:
        yield row(f"item{view.task.number}.{mark}", _verbs(view))
    else:
        yield said(_outcome(view, display), menu(view, ActionId.DECIDED_MORE, _DECIDED_MENU))


def _source(view: TaskView) -> str:
    """The passage, so that each answer can really be judged; and who could not judge it."""
    parts = []
    for source in evidence_of(view).sources[:1]:
        passage = isolated(quiet(source.passage.text, PASSAGE_LENGTH))
        parts.append(f"Source: “{passage}”, {title_link(source.title, source.passage.address)}")
    if view.task.handed_on_by:
        parts.append(f":question: {mention(view.task.handed_on_by)} {handed_on_words(view)}")
    return DOT.join(parts)


def _verbs(view: TaskView) -> list[Element]:
    number, value = view.task.number, ButtonValue(task_id=view.task.task_id).to_json()
    return [
        button("Approve", ActionId.BATCH_APPROVE, value, f"Approve answer {number}"),
        button("Reject", ActionId.BATCH_REJECT, value, f"Reject answer {number}"),
        menu(view, ActionId.BATCH_MORE, _ITEM_MENU),
    ]


def _outcome(view: TaskView, display: CardOptions) -> str:
    if view.task.state is TaskState.DISPUTED:
        return disputed_line(view)
    if view.resolution is None:
        return timed_out_line(view, display)
    return outcome_line(view, view.resolution, display)


def _approve_the_rest(open_: Sequence[TaskView]) -> Element:
    first = ButtonValue(task_id=open_[0].task.batch_id or open_[0].task.task_id).to_json()
    rest = button(
        f"Approve the rest ({len(open_)})",
        ActionId.BATCH_REST,
        first,
        f"Approve the other {counted(len(open_), 'answer')}",
    )
    names = ", ".join(f"#{view.task.number}" for view in open_)
    title = f"Approve {counted(len(open_), 'answer')}?"
    return confirmed(rest, title, f"Each is recorded as your own verdict: {names}", "Approve")


def _why_here(views: Sequence[TaskView], open_: Sequence[TaskView], display: CardOptions) -> str:
    parts = []
    if open_:
        parts += ["*Not verified*" + (f" ({len(open_)})" if len(open_) < len(views) else ""), "Sampled"]
    due = min((view.task.due_at for view in open_ if view.task.due_at), default=None)
    if due:
        parts.append(f"due {clock.token(due, display.zone, seen_on=views[0].task.created_at)}")
    models = list(dict.fromkeys(model_words(view.output) for view in views))
    if len(models) == 1:
        parts.append(models[0])
    numbers = sorted(view.task.number for view in views)
    return DOT.join([*(part for part in parts if part), f"#{numbers[0]} to #{numbers[-1]}"])


def _spoken(views: Sequence[TaskView], open_: Sequence[TaskView], display: CardOptions) -> str:
    """The answers in plain words; once some are decided, which are and which are left."""
    if len(open_) == len(views):
        told = [f"{place}. {_asked_and_answered(view)}" for place, view in enumerate(views, start=1)]
        keyboard = f", or {display.next_command}" if display.next_command else ""
        said_ = " ".join(told)
        return fitted(f"{_title(views, open_)} to review. ", said_, f" Decide each on this message{keyboard}.")
    states = " ".join(_state(view, display) for view in views if view.task.state is not TaskState.OPEN)
    left = ", ".join(f"#{view.task.number}" for view in open_)
    end = f" Open: {left}. Decide each on this message." if open_ else ""
    return fitted(f"{_title(views, open_)}. ", states, end)


def _asked_and_answered(view: TaskView) -> str:
    question = isolated(shortened(one_line(question_words(view.output)), QUESTION_LENGTH))
    source = ""
    for found in evidence_of(view).sources[:1]:
        source = f" Source: “{isolated(shortened(one_line(found.passage.text), PASSAGE_LENGTH))}”."
    return f"“{question}” Answer: {isolated(one_line(view.output.completion))}{source}"


def _state(view: TaskView, display: CardOptions) -> str:
    number = f"#{view.task.number}"
    if view.task.state is TaskState.DISPUTED:
        return f"Disputed: {number}."
    if view.resolution is None:
        return f"Timed out: {number}."
    reasons = f" as {one_line(display.listed(view.resolution.reasons)).lower()}" if view.resolution.reasons else ""
    return f"{view.resolution.outcome.value.capitalize()}{reasons}: {number}."
