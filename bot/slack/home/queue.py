"""Queues as numbered lists: the answer to `/whetstone queue`, and what a lead sees of a route."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from slackblocks import Block, RichTextElement, RichTextList

from bot.slack import clock
from bot.slack.cards.options import CardOptions
from bot.slack.home.lead import route_name
from bot.slack.home.words import Row, due_elements, due_spoken, rows_of, title_plain, waits
from bot.slack.ids import ActionId, CallbackId
from bot.slack.text import counted, escape, quiet
from bot.slack.values import FormContext, NamedValue
from bot.slack.wire import SlackMessage, Wire, button, grey, modal, person, plain, rendered, rich, said, section, symbol
from reviewers.model import TaskState, TaskView

LISTED = 10  # rows (surfaces, section 0, rule 10)


def queue_message(
    waiting: Sequence[TaskView], *, more: bool, display: CardOptions, now: datetime, command: str
) -> SlackMessage:
    """The answer to `/whetstone queue`: numbered by due time, seen by this person alone."""
    if not waiting:
        return SlackMessage(text="Nothing waits for you.", blocks=rendered([said("*Nothing waits for you.*")], "queue"))
    rows = rows_of(waiting)
    first = f"{waits(len(waiting), more)} for you"
    next_button = button("Review next", ActionId.NEXT, NamedValue(name="").to_json(), "Review the next answer")
    items = [[*due_elements(row, display, now), plain(f"  {title_plain(row)}")] for row in rows[:LISTED]]
    blocks: list[Block] = [said(f"*{first}*", next_button), _numbered(items)]
    rest = sum(len(row.views) for row in rows[LISTED:])
    if rest:
        blocks.append(grey(f"{rest}{'+' if more else ''} more in Home"))
    told = [_sentence(f"{due_spoken(row, display, now)}: {title_plain(row)}") for row in rows[:LISTED]]
    text = escape(f"{first}. {' '.join(told)} Start with {command} next.")
    return SlackMessage(text=text, blocks=rendered(blocks, "queue"))


def route_queue_view(
    route: str, views: Sequence[TaskView], *, count: int, display: CardOptions, now: datetime, cut: int = 0
) -> Wire:
    """The queue of one route, for its leads: what is open and disputed, by due time, and who has it.

    Args:
        route: its name; empty for the policy's own.
        views: at least the first ten.
        count: how many there are.
        display: with the zone of the lead.
        now: when it is drawn.
        cut: how many the lot closed in the last seven days.
    """
    name = quiet(route_name(route), 60)
    if not views:
        blocks: list[Block] = [said(f"*{name}*  nothing open")]
    else:
        shown = views[:LISTED]
        blocks = [said(f"*{name}*  {counted(count, 'answer')} undecided")]
        blocks.append(_numbered([_item(view, display, now) for view in shown]))
        if count > len(shown):
            blocks.append(grey(f"{count - len(shown)} more"))
    if cut:
        blocks.append(grey(f"{cut} cut by lot in 7 days: more waited than the budget reviews. Rates know of it."))
    return modal(
        "Queue",
        blocks,
        callback_id=CallbackId.NOTHING,
        private_metadata=FormContext(task_id="queue").to_json(),
        close="Close",
        tag="queue",
    )


def _sentence(words: str) -> str:
    return words if words.endswith((".", "?", "!", "…")) else f"{words}."


def _item(view: TaskView, display: CardOptions, now: datetime) -> list[RichTextElement]:
    one = Row(views=(view,))
    return [*due_elements(one, display, now), plain(f"  {title_plain(one)}"), *_whose(view, display, now)]


def _whose(view: TaskView, display: CardOptions, now: datetime) -> list[RichTextElement]:
    """Who works on it, or that a lead decides."""
    task = view.task
    if task.state is TaskState.DISPUTED:
        return [plain("  ·  "), symbol("scales"), plain(" disputed")]
    claimant = task.claimant(now)
    if claimant and task.claimed_until:
        until = clock.element(task.claimed_until, display.zone, seen_on=now)
        return [plain("  ·  "), symbol("lock"), plain(" "), person(claimant), plain(" until "), until]
    return [plain("  ·  given to "), person(task.assigned_to)] if task.assigned_to else []


def _numbered(items: Sequence[Sequence[RichTextElement]]) -> Block:
    return rich(RichTextList("ordered", [section(item) for item in items], offset=None, border=None))
