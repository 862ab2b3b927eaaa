"""A reviewer's part of Home: what waits, what they have claimed, their week, their settings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from slackblocks import Block, Button, Element

from bot.slack import clock, rates
from bot.slack.cards.options import CardOptions
from bot.slack.home.figures import own_figures_blocks
from bot.slack.home.words import Row, due_sentence, rows_of, state_words, title_plain, title_quiet, waits
from bot.slack.ids import ActionId
from bot.slack.text import channel_link, counted
from bot.slack.values import ButtonValue, NamedValue
from bot.slack.wire import button, columns, confirmed, grey, header, line, row, said
from reviewers.decisions.figures import PART_NEEDS, OwnWeek, TooFew
from reviewers.decisions.own_figures import OwnFigures
from reviewers.model import Preferences, TaskView
from reviewers.workflow.preferences import FOR_GOOD

ROWS = 8  # on one page of Home (surfaces, section 9)
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnPart:
    """What a person's own part of Home is drawn from."""

    waiting: Sequence[TaskView]  # in the queue's order, without what they have claimed
    more: bool  # more wait than are in `waiting`
    claimed: Sequence[TaskView]
    week: OwnWeek
    preferences: Preferences
    channel: str  # where new cards go
    figures: OwnFigures | None = None  # of four weeks; None: nothing to show


def queue_blocks(
    part: OwnPart, display: CardOptions, now: datetime, *, page: int, follows_decisions: bool
) -> Iterator[Block]:
    """What waits, eight rows on a page; Review next is the first button of the page unless a lead decides first."""
    rows = rows_of(part.waiting)
    if not rows:
        yield said(*_nothing(part, now, follows_decisions=follows_decisions))
        return
    yield said(_first_line(part, rows, display, now), _next(primary=not follows_decisions))
    for shown in rows[page * ROWS : (page + 1) * ROWS]:
        yield _row(shown, state_words(shown, display, now))
    turns = _turns(rows, part.more, page)
    if turns:
        yield row("pages", turns)


def pages(part: OwnPart) -> int:
    """How many pages the queue has, at least 1."""
    return max(1, (len(rows_of(part.waiting)) + ROWS - 1) // ROWS)


def own_blocks(part: OwnPart, display: CardOptions, now: datetime) -> Iterator[Block]:
    """What they have claimed, and their week."""
    if part.claimed:
        yield line()
        yield header("Claimed by you")
        for view in part.claimed[:ROWS]:
            until = view.task.claimed_until
            state = f":lock: until {clock.token(until, display.zone, seen_on=now)}" if until else ":lock:"
            yield _row(Row(views=(view,)), state, part="claimed_")
        if len(part.claimed) > ROWS:
            yield grey(f"{len(part.claimed) - ROWS} more, with Review next")
    yield line()
    yield header("Your week")
    yield columns(_week(part.week))
    if part.figures is not None:
        yield from own_figures_blocks(part.figures)


def settings_blocks(part: OwnPart, now: datetime) -> Iterator[Block]:
    """Pause, hours, digest; then the hours in words."""
    wanted, state = ("off", "on") if part.preferences.digest else ("on", "off")
    digest = f"Weekly digest by message is {state}. Turn {wanted}"
    buttons: list[Element] = [] if is_paused(part.preferences, now) else [_pause()]
    buttons.append(button("My hours", ActionId.HOURS, NamedValue(name="").to_json(), "Change my hours"))
    value = NamedValue(name=wanted).to_json()
    buttons.append(button(f"Weekly digest: {state}", ActionId.DIGEST, value, digest))
    yield line()
    yield row("me", buttons)
    yield grey(f"Hours: {hours_words(part.preferences)}. Only you see this page.")


def paused_block(preferences: Preferences, display: CardOptions, now: datetime) -> Block:
    """On top of the page while they pause."""
    until, words = preferences.paused_until, "*You are paused.*"
    if until is not None and until < FOR_GOOD:
        words = f"*You are paused* until {clock.token(until, display.zone, seen_on=now)}."
    resume = button("Resume", ActionId.RESUME, NamedValue(name="").to_json(), "Resume: get answers to review again")
    return said(f"{words} No answers are given to you, and no reminders come.", resume)


def is_paused(preferences: Preferences, now: datetime) -> bool:
    """Whether they pause at this moment."""
    return preferences.paused_until is not None and now < preferences.paused_until


def hours_words(preferences: Preferences) -> str:
    """ "9:00 to 17:00, Monday to Friday"."""
    start, end = preferences.starts_at, preferences.ends_at
    return f"{start.hour}:{start.minute:02} to {end.hour}:{end.minute:02}, {_days(preferences.days)}"


def _days(days: Sequence[int]) -> str:
    if len(days) == len(DAYS):
        return "every day"
    names = [DAYS[day] for day in sorted(days)]
    if len(days) > 2 and max(days) - min(days) == len(days) - 1:
        return f"{names[0]} to {names[-1]}"
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else "".join(names)


def _nothing(part: OwnPart, now: datetime, *, follows_decisions: bool) -> tuple[str, Button | None]:
    """Nothing waits; what they have claimed is still to be decided."""
    if part.claimed:
        return "*Nothing else waits for you.* You have claimed what stands below.", _next(primary=not follows_decisions)
    reminded = "" if is_paused(part.preferences, now) else "; you get a reminder before one is due"
    return f"*Nothing waits for you.* New answers come to {channel_link(part.channel)}{reminded}.", None


def _first_line(part: OwnPart, rows: Sequence[Row], display: CardOptions, now: datetime) -> str:
    soonest = min((row.due_at for row in rows if row.due_at), default=None)
    first = f" The first is {due_sentence(soonest, display, now)}." if soonest else ""
    return f"*{waits(len(part.waiting), part.more)} for you.*{first}"


def _row(shown: Row, state: str, part: str = "") -> Block:
    task = shown.first.task
    value = ButtonValue(task_id=task.task_id).to_json()
    spoken = f"Open answer {task.number}" if len(shown.views) == 1 else f"Open {title_plain(shown)}"
    drawn = said(f"{title_quiet(shown)}\n{state}", button("Open", ActionId.OPEN, value, spoken))
    drawn.block_id = f"row_{part}{task.task_id}"
    return drawn


def _next(*, primary: bool) -> Button:
    value = NamedValue(name="").to_json()
    return button("Review next", ActionId.NEXT, value, "Review the next answer", primary=primary)


def _turns(rows: Sequence[Row], more: bool, page: int) -> list[Element]:
    rest = sum(len(row.views) for row in rows[(page + 1) * ROWS :])
    turns: list[Element] = []
    if rest:
        label = f"{rest}{'+' if more else ''} more"
        turns.append(button(label, ActionId.HOME_MORE, str(page + 1), f"Show the next of {label}"))
    if page:
        turns.append(button("Back", ActionId.HOME_BACK, str(page - 1), "Back to the rows before"))
    return turns


def _pause() -> Button:
    asked = button("Pause me", ActionId.PAUSE, NamedValue(name="").to_json(), "Pause: get no answers to review")
    words = "No answers are given to you and no reminders come until you resume. What you have claimed goes back."
    return confirmed(asked, "Pause?", words, "Pause me")


def _week(week: OwnWeek) -> list[str]:
    """The fields; what cannot be said yet is said to be too little, and what there is none of is left out."""
    if not week.reviewed:
        return ["*Reviewed*\nno answers in 7 days"]
    fields = [f"*Reviewed*\n{counted(week.reviewed, 'answer')}"]
    seconds = week.seconds
    fields.append(
        f"*Time for one*\n{rates.few(seconds)}"
        if isinstance(seconds, TooFew)
        else f"*Time for one*\n{rates.seconds_words(seconds)} (median)"
    )
    if week.shared:
        percent = f" ({week.agreed / week.shared * 100:.0f} %)" if week.shared >= PART_NEEDS else ""
        fields.append(f"*Agrees with the others*\n{week.agreed} of {week.shared}{percent}")
    if week.known:
        right = week.known_right
        known = rates.few(right) if isinstance(right, TooFew) else f"{right} of {week.known} right"
        fields.append(f"*Known answers*\n{known}")
    return fields
