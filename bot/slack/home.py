"""Home and the answers to `/whetstone`: what waits for a person, and what the command can do. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bot.slack.cards import SlackMessage
from bot.slack.ids import ActionId, ButtonValue
from bot.slack.text import counted, escape, one_line, quiet, shortened, visible
from reviewers.model import TaskView

PAGES = 10  # of Home at the most; by then the first rows are done
ROWS = 8  # on one page of Home (surfaces, section 9)
LISTED = 10  # in the answer to `/whetstone queue` (surfaces, section 0, rule 10)
QUESTION_LENGTH = 60
COMMAND = "/whetstone"
HELP = (
    ("next", "", "review the next answer"),
    ("queue", "", "what waits for you"),
    ("why", " 4821", "the whole story of an answer"),
    ("ask", " What does a new card cost?", "an answer from the sources, for you alone"),
    ("verify", " A new card costs € 10.", "its claims against the sources, for you alone"),
    ("setup", "", "review in this channel (leads)"),
    ("help", "", "this list"),
)


def home_view(waiting: Sequence[TaskView], *, page: int, more: bool, channel: str) -> dict[str, Any]:
    """The Home tab of one person: what waits for them, by due time, `ROWS` on a page.

    `waiting` holds at least the rows up to this page's end; `more` says that it was cut, so the number is a lower end.
    """
    if not waiting:
        empty = f"*Nothing waits for you.* New answers come to <#{channel}>."
        return {"type": "home", "blocks": [_section(empty), _grey("Only you see this page.")]}
    pages = (len(waiting) + ROWS - 1) // ROWS
    page = max(0, min(page, pages - 1))
    shown = waiting[page * ROWS : (page + 1) * ROWS]
    blocks = [_section(f"*{_count(waiting, more)} for you.* {_first(waiting[0])}", _next_button(primary=True))]
    blocks += [_row(view) for view in shown]
    rest = len(waiting) - (page + 1) * ROWS
    turns = [_turn(f"{rest}{'+' if more else ''} more", page + 1)] if rest > 0 else []
    turns += [_turn("Back", page - 1)] if page else []
    if turns:
        blocks.append({"type": "actions", "block_id": "pages", "elements": turns})
    blocks.append(_grey("Only you see this page."))
    return {"type": "home", "blocks": blocks}


def queue_message(waiting: Sequence[TaskView], *, more: bool, zone_clock: Clock) -> SlackMessage:
    """The answer to `/whetstone queue`: numbered by due time, seen by this person alone."""
    if not waiting:
        text = "Nothing waits for you."
        return SlackMessage(text=text, blocks=[_section(f"*{text}*")])
    told = [f"{_due_words(view, zone_clock)}: {_question(view)}" for view in waiting[:LISTED]]
    text = escape(f"{_count(waiting, more)} for you. {'. '.join(told)}. Start with {COMMAND} next.")
    items = [
        {"type": "rich_text_section", "elements": [*_due_elements(view, zone_clock), _plain(f"  {_question(view)}")]}
        for view in waiting[:LISTED]
    ]
    blocks: list[dict[str, Any]] = [
        _section(f"*{_count(waiting, more)} for you*", _next_button(primary=False)),
        {"type": "rich_text", "elements": [{"type": "rich_text_list", "style": "ordered", "elements": items}]},
    ]
    rest = len(waiting) - LISTED
    if rest > 0:
        blocks.append(_grey(f"{rest}{'+' if more else ''} more in Home"))
    return SlackMessage(text=text, blocks=blocks)


def help_message(problem: str = "") -> SlackMessage:
    """The list of commands; with a problem, that sentence first."""
    names = ", ".join(name for name, _, _ in HELP)
    rows = [
        {
            "type": "rich_text_section",
            "elements": [
                {"type": "text", "text": f"{COMMAND} {name}", "style": {"bold": True}},
                _plain(f"{argument}  {what}"),
            ],
        }
        for name, argument, what in HELP
    ]
    table = {"type": "rich_text", "elements": [{"type": "rich_text_list", "style": "bullet", "elements": rows}]}
    first = [{"type": "section", "text": {"type": "plain_text", "text": problem, "emoji": False}}] if problem else []
    return SlackMessage(text=escape(f"{problem} Whetstone: {names}.".strip()), blocks=[*first, table])


class Clock:
    """Writes a clock time for the plain-text fallback, in one zone."""

    def __init__(self, zone: Any) -> None:
        self._zone = zone

    def __call__(self, moment: datetime) -> str:
        return f"{moment.astimezone(self._zone):%H:%M}"


def _count(waiting: Sequence[TaskView], more: bool) -> str:
    if more:
        return f"More than {len(waiting)} answers wait"
    return f"{counted(len(waiting), 'answer')} {'waits' if len(waiting) == 1 else 'wait'}"


def _first(view: TaskView) -> str:
    due = view.task.due_at
    return f"The first is due at {_token(due)}." if due else ""


def _token(moment: datetime) -> str:
    return f"<!date^{int(moment.timestamp())}^{{time}}|{moment:%H:%M} UTC>"


def _question(view: TaskView) -> str:
    return shortened(one_line(visible(view.output.question or view.output.completion)), QUESTION_LENGTH)


def _row(view: TaskView) -> dict[str, Any]:
    due = view.task.due_at
    if view.task.hold:
        state = ":hourglass_flowing_sand: customer waiting" + (f", until {_token(due)}" if due else "")
    else:
        state = f"due {_token(due)}" if due else "no due time"
    number = view.task.number
    question = quiet(view.output.question or view.output.completion, QUESTION_LENGTH)
    button = {
        "type": "button",
        "text": {"type": "plain_text", "text": "Open", "emoji": True},
        "action_id": ActionId.OPEN.value,
        "value": ButtonValue(task_id=view.task.task_id).to_json(),
        "accessibility_label": f"Open answer {number}",
    }
    return {**_section(f"{question}\n{state}  ·  #{number}", button), "block_id": f"row_{view.task.task_id}"}


def _due_words(view: TaskView, clock: Clock) -> str:
    due = view.task.due_at
    if view.task.hold:
        return f"Until {clock(due)}, customer waiting" if due else "Customer waiting"
    return f"Due {clock(due)}" if due else "No due time"


def _due_elements(view: TaskView, clock: Clock) -> list[dict[str, Any]]:
    due = view.task.due_at
    start = [{"type": "emoji", "name": "hourglass_flowing_sand"}, _plain(" until ")] if view.task.hold else []
    if due is None:
        return [{"type": "emoji", "name": "hourglass_flowing_sand"}] if view.task.hold else [_plain("no due time")]
    date = {"type": "date", "timestamp": int(due.timestamp()), "format": "{time}", "fallback": clock(due)}
    return [*(start or [_plain("due ")]), date]


def _next_button(*, primary: bool) -> dict[str, Any]:
    style = {"style": "primary"} if primary else {}
    return {
        "type": "button",
        "text": {"type": "plain_text", "text": "Review next", "emoji": True},
        "action_id": ActionId.NEXT.value,
        "accessibility_label": "Review the next answer",
        **style,
    }


def _turn(label: str, page: int) -> dict[str, Any]:
    return {
        "type": "button",
        "text": {"type": "plain_text", "text": label, "emoji": True},
        "action_id": ActionId.HOME_BACK.value if label == "Back" else ActionId.HOME_MORE.value,
        "value": str(page),
    }


def _section(text: str, accessory: dict[str, Any] | None = None) -> dict[str, Any]:
    block: dict[str, Any] = {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}
    return {**block, "accessory": accessory} if accessory else block


def _grey(text: str) -> dict[str, Any]:
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": text, "verbatim": True}]}


def _plain(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text}
