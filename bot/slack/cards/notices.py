"""Direct messages that Whetstone sends by itself: what waits, who waits, what is late, disputed, or cut."""

from __future__ import annotations

from collections.abc import Sequence

from slackblocks import Block, Element

from bot.slack import clock
from bot.slack.cards.dispute import dispute_message
from bot.slack.cards.late import Lateness, overdue_message
from bot.slack.cards.options import CardOptions
from bot.slack.cards.selection import cut_message, release_message, signal_message
from bot.slack.cards.somebody_waits import waiting_message
from bot.slack.ids import ActionId
from bot.slack.text import counted, escape
from bot.slack.values import NamedValue
from bot.slack.wire import SlackMessage, button, grey, rendered, row, said
from reviewers.model import Notice, NoticeKind, Preferences, TaskState, TaskView

__all__ = ["Lateness", "notice_message"]

UNDECIDED = (TaskState.OPEN, TaskState.DISPUTED)


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
        views: its tasks as they stand now, in the notice's order; what is decided meanwhile is not counted.
        display: the settings of the surfaces, with the names of everybody who is named.
        preferences: the recipient's: their hours stand under a reminder.
        lateness: with OVERDUE only; None where it cannot be said, then the message goes without.
    """
    if notice.signal is not None:
        return signal_message(notice, notice.signal)
    if notice.queue_cut is not None:
        return cut_message(notice, notice.queue_cut)
    if notice.proof_change is not None:
        return release_message(notice, notice.proof_change)
    if notice.kind is NoticeKind.DISPUTE:
        return dispute_message(views[0], display)
    if notice.kind is NoticeKind.WAITING:
        return waiting_message(views[0], display)
    left = [view for view in views if view.task.state in UNDECIDED]
    if not left:
        return _nothing_left(views)
    if notice.kind is NoticeKind.OVERDUE:
        return overdue_message(left, notice, lateness, display)
    return _reminder(notice, left, display, preferences)


def _nothing_left(views: Sequence[TaskView]) -> SlackMessage:
    """The message as it stands once all that it was about is decided."""
    words = f"{'It is' if len(views) == 1 else 'All are'} decided meanwhile."
    lead = f"Nothing of this waits any more. {words}"
    return SlackMessage(text=lead, blocks=rendered([said(f"*Nothing of this waits any more.* {words}")], "notice.done"))


def _reminder(
    notice: Notice, views: Sequence[TaskView], display: CardOptions, preferences: Preferences
) -> SlackMessage:
    count = f"{counted(len(views), 'answer')} {'waits' if len(views) == 1 else 'wait'} for you."
    first, told = _first_due(notice, views, display)
    value = NamedValue(name=notice.notice_id).to_json()
    hours = f"{preferences.starts_at:%-H:%M} to {preferences.ends_at:%-H:%M}"
    mark = f"reminder.{len(views)}"
    buttons: list[Element] = [
        button("Review next", ActionId.NEXT, value, "Review the next answer"),
        button("Hand over", ActionId.HAND_OVER, value, "Hand these answers over to somebody else"),
        button("Pause me today", ActionId.PAUSE_TODAY, value, "Pause me for the rest of today"),
    ]
    blocks: list[Block] = [
        said(f"*{count}*{first}"),
        row(f"verbs.{mark}", buttons),
        grey(f"At most one reminder a day, in your hours ({hours}). Change it in Home."),
    ]
    keyboard = f" Open the next with {display.next_command}." if display.next_command else ""
    return SlackMessage(text=escape(f"{count}{told}{keyboard}"), blocks=rendered(blocks, mark))


def _first_due(notice: Notice, views: Sequence[TaskView], display: CardOptions) -> tuple[str, str]:
    """ "The first is due at 17:00.", in mrkdwn and in plain words; a lead may remind of what is late already."""
    due = min((view.task.due_at for view in views if view.task.due_at), default=None)
    if due is None:
        return "", ""
    start = f" {'It' if len(views) == 1 else 'The first'} {'was' if due < notice.created_at else 'is'} due at "
    token = clock.token(due, display.zone, seen_on=notice.created_at)
    return f"{start}{token}.", f"{start}{clock.words(due, display.zone, seen_on=notice.created_at)}."
