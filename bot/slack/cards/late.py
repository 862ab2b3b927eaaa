"""The direct message to a lead: answers are past due, who is away, how much waits, and what can be done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from slackblocks import Block, Element

from bot.slack import clock
from bot.slack.cards.options import CardOptions
from bot.slack.cards.parts import listed
from bot.slack.ids import ActionId
from bot.slack.text import channel_link, counted, escape, mention, one_line, shortened
from bot.slack.values import NamedValue
from bot.slack.wire import SlackMessage, button, confirmed, grey, rendered, row, said
from reviewers.model import Notice, Route, TaskView

NAMES_ASKED = 5  # in the question before "Remind reviewers"
AWAY_NAMED = 5
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, kw_only=True, slots=True)
class Lateness:
    """What a lead reads beside the answers that are past due."""

    route: Route
    now: datetime
    open: int  # answers that wait in the route
    minutes: int  # of review, about
    reviewers: tuple[str, ...]  # Slack user ids of those who would be reminded
    away: tuple[tuple[str, datetime | None], ...] = ()  # who pauses, until when; None: until they resume


def overdue_message(
    views: Sequence[TaskView], notice: Notice, late: Lateness | None, display: CardOptions
) -> SlackMessage:
    """Draw the message.

    Args:
        views: what is late and undecided, of one route; at least one.
        notice: its moment counts where `late` is None.
        late: None where Slack or the database does not say now.
        display: the settings of the surfaces, with the names of the reviewers.
    """
    now = late.now if late else notice.created_at
    oldest = min((view.task.due_at for view in views if view.task.due_at), default=now)
    age = max(now - oldest, timedelta(minutes=1))
    count, are = counted(len(views), "answer"), "is" if len(views) == 1 else "are"
    oldest_by = "" if len(views) == 1 else "the oldest "
    lines = [f"*{count} in {channel_link(views[0].task.channel)} {are} past due*, {oldest_by}by {duration(age)}."]
    lines += [_load(late, display)] if late else []
    mark = f"late.{len(views)}.{int(now.timestamp())}"
    name = late.route.name if late else views[0].task.route
    blocks: list[Block] = [said("\n".join(lines)), row(f"verbs.{mark}", _buttons(name, late, display))]
    if then := _then(views, display, now):
        blocks.append(grey(then))
    of = f" of {shortened(one_line(name), 60)}" if name else ""
    act = "See the queue, Remind reviewers or Extend to tomorrow on this message"
    command = display.next_command.rsplit(" ", 1)[0]
    keyboard = f", or {command} queue" if command else ""
    text = f"{count}{of} {are} past due, {oldest_by}by {duration(age, long=True)}. {act}{keyboard}."
    return SlackMessage(text=escape(text), blocks=rendered(blocks, mark))


def _load(late: Lateness, display: CardOptions) -> str:
    people = [_away(user, until, late.now, display) for user, until in late.away]
    queue = f"Queue: {late.open} open, about {counted(late.minutes, 'minute')} of review."
    return f"Away: {listed(people, AWAY_NAMED)}. {queue}" if people else queue


def _away(user: str, until: datetime | None, now: datetime, display: CardOptions) -> str:
    return mention(user) if until is None else f"{mention(user)} until {_day(until, now, display.zone)}"


def _day(until: datetime, now: datetime, zone: tzinfo) -> str:
    """ "17:00" of the same day, "Wednesday" within a week, else "3 Dec"."""
    there, here = until.astimezone(zone), now.astimezone(zone)
    if there.date() == here.date():
        return clock.token(until, zone)
    return _DAYS[there.weekday()] if there.date() - here.date() < timedelta(days=7) else clock.day(there)


def _buttons(name: str, late: Lateness | None, display: CardOptions) -> list[Element]:
    value, of = NamedValue(name=name).to_json(), f" of {one_line(name)}" if name else ""
    buttons: list[Element] = [button("See the queue", ActionId.SEE_QUEUE, value, f"See the queue{of}")]
    if late is None or late.reviewers:
        remind = button("Remind reviewers", ActionId.REMIND, value, f"Remind the reviewers{of}")
        buttons.append(confirmed(remind, *_asked_before(late, display), "Remind"))
    return [*buttons, button("Extend to tomorrow", ActionId.EXTEND, value, "Extend the due time to tomorrow")]


def _asked_before(late: Lateness | None, display: CardOptions) -> tuple[str, str]:
    """Title and words of the question: who would get a message."""
    if late is None:
        return "Remind the reviewers?", "Those on duty get a message now, unless reminded today."
    names = [display.name(user) for user in late.reviewers]
    get = "gets" if len(names) == 1 else "get"
    words = f"{listed(names, NAMES_ASKED)} {get} a message now, unless reminded today."
    return f"Remind {counted(len(names), 'person', 'people')}?", words


def _then(views: Sequence[TaskView], display: CardOptions, now: datetime) -> str:
    """What happens when nobody decides, as the route says; nothing where they stay open."""
    ends = sorted(view.task.times_out_at for view in views if view.task.times_out_at)
    if not ends:
        return ""
    when = clock.token(ends[0], display.zone, seen_on=now)
    which = "it times out" if len(views) == 1 else f"these {len(views)} time out"
    if len(views) > 1 and (len(ends) < len(views) or ends[0] != ends[-1]):
        which = "the first of them times out"
    return f"When nobody decides by {when}, {which}: not counted as a verdict, and in no dataset, as the route says."


def duration(span: timedelta, *, long: bool = False) -> str:
    """ "2 h 10 min", "40 min", "3 days"; with `long` "2 hours 10 minutes"."""
    minutes = round(span.total_seconds() / 60)
    hours, rest = divmod(minutes, 60)
    if hours >= 48:
        return counted(hours // 24, "day")
    parts = [(hours, "hour", "h"), (rest, "minute", "min")]
    return " ".join(counted(n, word) if long else f"{n} {short}" for n, word, short in parts if n)
