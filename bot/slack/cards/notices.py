"""Direct messages that Whetstone sends by itself: what waits, who waits, what is late, and what reviewers differ on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from slackblocks import Block, Element

from bot.slack import clock
from bot.slack.cards.dispute import dispute_message
from bot.slack.cards.options import CardOptions
from bot.slack.ids import ActionId, ButtonValue, NamedValue
from bot.slack.text import counted, escape, mention, quiet
from bot.slack.wire import SlackMessage, button, confirmed, grey, rendered, row, said
from reviewers.model import AfterDue, Notice, NoticeKind, OnTimeout, Preferences, Route, TaskState, TaskView

NAMES_ASKED = 5  # in the question before "Remind reviewers"
AWAY_NAMED = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Lateness:
    """What a lead reads beside the answers that are past due."""

    route: Route
    now: datetime
    open: int  # answers that wait in the route
    minutes: int  # of review, about
    reviewers: tuple[str, ...]  # Slack user ids of those who would be reminded
    away: tuple[tuple[str, datetime | None], ...] = ()  # who pauses, until when; None: until they resume


def notice_message(
    notice: Notice,
    views: Sequence[TaskView],
    *,
    display: CardOptions,
    preferences: Preferences,
    lateness: Lateness | None = None,
) -> SlackMessage:
    """Draw a direct message.

    Args:
        notice: what it is about.
        views: its tasks as they stand now, in the notice's order.
        display: the settings of the surfaces, with the names of everybody who is named.
        preferences: the recipient's: their hours stand under a reminder.
        lateness: with OVERDUE only.
    """
    if notice.kind is NoticeKind.DISPUTE:
        return dispute_message(views[0], display)
    if notice.kind is NoticeKind.WAITING:
        return _waiting(views[0], display)
    if notice.kind is NoticeKind.OVERDUE and lateness is not None:
        return _overdue(views, lateness, display)
    return _reminder(notice, views, display, preferences)


def _reminder(
    notice: Notice, views: Sequence[TaskView], display: CardOptions, preferences: Preferences
) -> SlackMessage:
    count = f"{counted(len(views), 'answer')} {'waits' if len(views) == 1 else 'wait'} for you."
    dues = [view.task.due_at for view in views if view.task.due_at]
    first = told = ""
    if dues:
        which = "It" if len(views) == 1 else "The first"
        first = f" {which} is due at {clock.token(min(dues), display.zone, seen_on=notice.created_at)}."
        told = f" {which} is due at {clock.words(min(dues), display.zone, seen_on=notice.created_at)}."
    value = NamedValue(name=notice.notice_id).to_json()
    hours = f"{preferences.starts_at:%-H:%M} to {preferences.ends_at:%-H:%M}"
    blocks: list[Block] = [
        said(f"*{count}*{first}"),
        row(
            "reminder",
            [
                button("Review next", ActionId.NEXT, value, "Review the next answer"),
                button("Hand over", ActionId.HAND_OVER, value, "Hand these answers over to somebody else"),
                button("Pause me today", ActionId.PAUSE_TODAY, value, "Pause me for the rest of today"),
            ],
        ),
        grey(f"At most one reminder a day, in your hours ({hours}). Change it in Home."),
    ]
    keyboard = f" Open the next with {display.next_command}." if display.next_command else ""
    return SlackMessage(text=f"{count}{told}{keyboard}", blocks=rendered(blocks, "reminder"))


def _waiting(view: TaskView, display: CardOptions) -> SlackMessage:
    release, seen = view.release, view.task.created_at
    who = quiet(display.waiting.who, 30)
    since = release.held_since if release else seen
    number = view.task.number
    blocks: list[Block] = []
    if view.task.state is not TaskState.OPEN:
        words = f"Answer {number} was decided meanwhile."
        return SlackMessage(text=words, blocks=rendered([said(words)], "waiting"))
    end = told = "it stays held until somebody decides"
    if release is not None and release.deadline is not None and release.on_timeout is not OnTimeout.HOLD:
        then = quiet(display.waiting.next(release.on_timeout), 120).removesuffix(" instead")
        end = f"at *{clock.token(release.deadline, display.zone, seen_on=seen)}* {then}"
        told = f"at {clock.words(release.deadline, display.zone, seen_on=seen)} {then}"
    line = f":hourglass_flowing_sand: *A {who.lower()} waits since {clock.token(since, display.zone, seen_on=seen)}.*"
    value = ButtonValue(task_id=view.task.task_id).to_json()
    blocks = [
        said(f"{line} Nobody has decided; {end}."),
        row("waiting", [button("Open", ActionId.OPEN, value, f"Open answer {number} now")]),
    ]
    waits = f"A {who.lower()} waits since {clock.words(since, display.zone, seen_on=seen)}"
    text = f"{waits}; nobody has decided, and {told}. Answer {number}."
    return SlackMessage(text=text, blocks=rendered(blocks, "waiting"))


def _overdue(views: Sequence[TaskView], late: Lateness, display: CardOptions) -> SlackMessage:
    oldest = min((view.task.due_at for view in views if view.task.due_at), default=late.now)
    age = duration(late.now, oldest)
    count = f"{counted(len(views), 'answer')}"
    are = "is" if len(views) == 1 else "are"
    channel = views[0].task.channel
    lines = [f"*{count} in <#{channel}> {are} past due*, the oldest by {age}."]
    away = ", ".join(_away(user, until, late.now, display) for user, until in late.away[:AWAY_NAMED])
    queue = f"Queue: {late.open} open, about {counted(late.minutes, 'minute')} of review."
    lines.append(f"Away: {away}. {queue}" if away else queue)
    blocks: list[Block] = [said("\n".join(lines)), row("overdue", _overdue_buttons(late, display))]
    if then := _then(views, late, display):
        blocks.append(grey(then))
    text = f"{count} {are} past due, the oldest by {age}. Open the queue with /whetstone queue."
    return SlackMessage(text=escape(text), blocks=rendered(blocks, "overdue"))


def _overdue_buttons(late: Lateness, display: CardOptions) -> list[Element]:
    value = NamedValue(name=late.route.name).to_json()
    of = f" of {late.route.name}" if late.route.name else ""
    buttons: list[Element] = [button("See the queue", ActionId.SEE_QUEUE, value, f"See the queue{of}")]
    if late.reviewers:
        remind = button("Remind reviewers", ActionId.REMIND, value, f"Remind the reviewers{of}")
        names = [display.name(user) for user in late.reviewers[:NAMES_ASKED]]
        more = len(late.reviewers) - len(names)
        people = ", ".join(names) + (f" and {more} more" if more > 0 else "")
        words = f"{people} {'gets' if len(late.reviewers) == 1 else 'get'} a message now, unless reminded today."
        buttons.append(
            confirmed(remind, f"Remind {counted(len(late.reviewers), 'person', 'people')}?", words, "Remind")
        )
    buttons.append(button("Extend to tomorrow", ActionId.EXTEND, value, "Extend the due time to tomorrow"))
    return buttons


def _away(user: str, until: datetime | None, now: datetime, display: CardOptions) -> str:
    if until is None:
        return mention(user)
    return f"{mention(user)} until {clock.token(until, display.zone, seen_on=now)}"


def _then(views: Sequence[TaskView], late: Lateness, display: CardOptions) -> str:
    """What happens when nobody decides, as the route says."""
    ends = min((view.task.times_out_at for view in views if view.task.times_out_at), default=None)
    if ends is None or late.route.after_due is not AfterDue.TIME_OUT:
        return ""
    when = clock.token(ends, display.zone, seen_on=late.now)
    which = "it times out" if len(views) == 1 else f"these {len(views)} time out"
    return f"When nobody decides by {when}, {which}: not counted as a verdict, and in no dataset."


def duration(now: datetime, since: datetime) -> str:
    """ "2 h 10 min", "3 days", "40 min"."""
    minutes = max(1, round((now - since).total_seconds() / 60))
    if minutes < 60:
        return f"{minutes} min"
    hours, rest = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {rest} min" if rest else f"{hours} h"
    return counted(hours // 24, "day")
