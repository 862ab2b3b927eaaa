"""Two to five short answers in one message: each judged by itself, the rest approved at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from slackblocks import Block, Element

from bot.slack import clock
from bot.slack.cards.batch_text import batch_text, best_source, count_down
from bot.slack.cards.budget import CHARACTERS
from bot.slack.cards.decided import DECIDED_MENU, outcome_line
from bot.slack.cards.options import CardOptions
from bot.slack.cards.parts import (
    DOT,
    claimed_words,
    handed_on_words,
    menu,
    model_words,
    question_words,
    quote,
    reason_words,
    risk_words,
    short_hash,
)
from bot.slack.cards.unsettled import TIMED_OUT_MENU, cut_line, disputed_line, timed_out_line
from bot.slack.ids import ActionId, MenuChoice
from bot.slack.text import counted, escape, host, isolated, mention, quiet, shortened, title_link
from bot.slack.values import ButtonValue
from bot.slack.wire import (
    SlackMessage,
    Wire,
    bold,
    button,
    confirmed,
    grey,
    line,
    rendered,
    rich,
    row,
    said,
    section,
    weight,
)
from reviewers.decisions.consensus import live
from reviewers.model import TaskState, TaskView

ANSWER_LENGTH = 300  # characters of an answer that is shown whole; those that come to a batch have at most 160
_ITEM_MENU = (MenuChoice.EDIT, MenuChoice.UNSURE, MenuChoice.CHECK)


@dataclass(frozen=True, kw_only=True, slots=True)
class Room:
    """How much of each item is shown, in characters."""

    question: int = 300
    passage: int = 140
    link: int = 300  # of an address; a longer one stands as its host only
    note: int = 300  # of a decided item


ROOMS = (
    Room(),
    Room(question=160, passage=100, link=120, note=120),
    Room(question=100, passage=60, link=0, note=60),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Items:
    """What all items of one drawing share."""

    display: CardOptions
    now: datetime
    room: Room
    mark: str  # in the names of the blocks
    shared: str  # the host of all sources; empty where they differ, or there is none


def batch_card(views: Sequence[TaskView], *, display: CardOptions, now: datetime) -> SlackMessage:
    """Draw the shared card.

    Args:
        views: the tasks of the batch, two to five, in their order; decided ones too.
        display: the settings of the surfaces.
        now: when it is drawn: a claim that has run out is not on it.
    """
    blocks: list[Wire] = []
    for room in ROOMS:
        blocks = _drawn(views, display, now, room)
        if weight(blocks) <= CHARACTERS:
            break
    return SlackMessage(text=batch_text(views, display), blocks=blocks)


def rest_of(views: Sequence[TaskView]) -> list[TaskView]:
    """What "Approve the rest" covers: what is open and shown whole, and nobody was unsure about or handed over."""
    return [view for view in views if _is_open(view) and _is_whole(view) and not view.task.handed_on_by]


def _is_open(view: TaskView) -> bool:
    return view.task.state is TaskState.OPEN


def _is_whole(view: TaskView) -> bool:
    return len(view.output.completion) <= ANSWER_LENGTH


def _drawn(views: Sequence[TaskView], display: CardOptions, now: datetime, room: Room) -> list[Wire]:
    mark = f"batch.{short_hash(repr([(view.task, view.task.claimant(now), len(view.verdicts)) for view in views]))}"
    hosts = {host(source.passage.address) for view in views if (source := best_source(view))}
    shared = hosts.pop() if len(hosts) == 1 else ""
    items = Items(display=display, now=now, room=room, mark=mark, shared=shared)
    blocks: list[Block] = [said(f"*{count_down(views)}*")]
    for view in views:
        blocks += _item(view, items)
    blocks.append(line())
    if rest := rest_of(views):
        blocks.append(row(f"rest.{mark}", [_approve_the_rest(views, rest)]))
    blocks.append(grey(_why_here(views, display, shared)))
    return rendered(blocks, mark)


def _item(view: TaskView, items: Items) -> Iterator[Block]:
    """Question, answer, passage; then the verbs, or what became of it."""
    answer = view.output.completion
    question = section([bold(shortened(question_words(view.output), items.room.question))])
    yield rich(question, quote(answer if _is_whole(view) else shortened(answer, ANSWER_LENGTH)))
    yield grey(DOT.join([_source(view, items), *_whose(view, items)]))
    if _is_open(view):
        yield row(f"item{view.task.number}.{items.mark}", _verbs(view))
    else:
        choices = TIMED_OUT_MENU if view.task.state.is_over else DECIDED_MENU
        yield said(_outcome(view, items), menu(view, ActionId.DECIDED_MORE, choices))


def _source(view: TaskView, items: Items) -> str:
    """The passage, so that each answer can really be judged; its host beside it where the items' hosts differ."""
    source = best_source(view)
    if source is None:
        return "No source found"
    address = source.passage.address
    title = title_link(source.title, address if len(address) <= items.room.link else "")
    own = "" if items.shared else host(address)
    beside = f" ({escape(own)})" if own else ""
    return f"Source: “{isolated(quiet(source.passage.text, items.room.passage))}”, {title}{beside}"


def _whose(view: TaskView, items: Items) -> Iterator[str]:
    """Who could not judge it, and who works on it."""
    if not _is_open(view):
        return
    if view.task.handed_on_by:
        yield f":question: *Needs someone else.* {mention(view.task.handed_on_by)} {handed_on_words(view)}."
    if view.task.claimant(items.now):
        yield claimed_words(view, items.display)


def _verbs(view: TaskView) -> list[Element]:
    """Approve, Reject, ⋯; what is not shown whole is read before it is approved."""
    number, value = view.task.number, ButtonValue(task_id=view.task.task_id).to_json()
    approve = button("Approve", ActionId.BATCH_APPROVE, value, f"Approve answer {number}")
    if not _is_whole(view):
        approve = button("Read all", ActionId.READ_ALL, value, f"Read the whole answer {number}, approve it there")
    reject = button("Reject", ActionId.BATCH_REJECT, value, f"Reject answer {number}")
    return [approve, reject, menu(view, ActionId.BATCH_MORE, _ITEM_MENU)]


def _outcome(view: TaskView, items: Items) -> str:
    resolution = live(view.resolution)
    if view.task.state is TaskState.DISPUTED:
        return disputed_line(view)
    if view.task.state is TaskState.CUT:
        return cut_line()
    if resolution is None:
        return timed_out_line(view, items.display)
    return outcome_line(view, resolution, items.display, note=items.room.note)


def _approve_the_rest(views: Sequence[TaskView], rest: Sequence[TaskView]) -> Element:
    first = ButtonValue(task_id=views[0].task.batch_id or views[0].task.task_id).to_json()
    answers = counted(len(rest), "answer")
    spoken = f"Approve {answers}, each recorded as your own verdict"
    press = button(f"Approve the rest ({len(rest)})", ActionId.BATCH_REST, first, spoken)
    names = ", ".join(f"#{view.task.number}" for view in rest)
    return confirmed(press, f"Approve {answers}?", f"Each is recorded as your own verdict: {names}.", "Approve")


def _why_here(views: Sequence[TaskView], display: CardOptions, host_name: str) -> str:
    """The grey line of all items; once none is open, what the machine had thought."""
    left = [view for view in views if _is_open(view)]
    parts: list[str] = []
    if left:
        parts.append("*Not verified*" + (f" ({len(left)})" if len(left) < len(views) else ""))
        parts.append(", ".join(dict.fromkeys(reason_words(view) for view in left)))
    elif all(live(view.resolution) for view in views):
        risks = dict.fromkeys(risk_words(view.assessment.risk if view.assessment else None) for view in views)
        parts.append(f"Risk was {', '.join(risks)}")
    if due := min((view.task.due_at for view in left if view.task.due_at), default=None):
        parts.append(f"due {clock.token(due, display.zone, seen_on=views[0].task.created_at)}")
    parts.append(", ".join(dict.fromkeys(model_words(view.output) for view in views)))
    parts.append(f"sources: {escape(host_name)}" if host_name else "")
    return DOT.join([*(part for part in parts if part), _numbers(views)])


def _numbers(views: Sequence[TaskView]) -> str:
    """ "#4851 to #4855" for an unbroken run, else one by one."""
    numbers = sorted(view.task.number for view in views)
    if len(numbers) > 2 and numbers == list(range(numbers[0], numbers[-1] + 1)):
        return f"#{numbers[0]} to #{numbers[-1]}"
    return ", ".join(f"#{number}" for number in numbers)
