"""Review cards: one task as a Slack message, before and after it is decided. Pure: a view goes in, JSON comes out."""

from __future__ import annotations

from datetime import datetime

from bot.slack.cards.batch import batch_card, rest_of
from bot.slack.cards.decided import decided_card
from bot.slack.cards.notices import Lateness, notice_message
from bot.slack.cards.options import DEFAULT_REASONS, CardOptions, ReasonLabel, WaitingWords
from bot.slack.cards.unsettled import cut_card, disputed_card, timed_out_card
from bot.slack.cards.waiting import open_card
from bot.slack.wire import SlackMessage
from reviewers.decisions.consensus import live
from reviewers.model import TaskState, TaskView

__all__ = [
    "DEFAULT_REASONS",
    "CardOptions",
    "Lateness",
    "ReasonLabel",
    "SlackMessage",
    "WaitingWords",
    "batch_card",
    "notice_message",
    "rest_of",
    "task_card",
]

DEFAULTS = CardOptions()


def task_card(view: TaskView, *, display: CardOptions = DEFAULTS, now: datetime) -> SlackMessage:
    """Draw the card of a task in the state it is in.

    Args:
        view: all that is known of the task.
        display: the settings of the surfaces.
        now: when it is drawn: a claim that has run out is not on it.

    Returns:
        At most 10,000 characters in at most 20 blocks, and a text of at most 3,000 characters that tells it all. The
        message's metadata is the publisher's.
    """
    if view.task.state is TaskState.DISPUTED:
        return disputed_card(view, display, now)
    resolution = live(view.resolution)
    if resolution is not None:
        return decided_card(view, resolution, display)
    if view.task.state is TaskState.TIMED_OUT:
        return timed_out_card(view, display)
    if view.task.state is TaskState.CUT:
        return cut_card(view, display)
    return open_card(view, display, now)
