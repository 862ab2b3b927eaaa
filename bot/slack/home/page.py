"""The Home tab of one person, whole."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from slackblocks import Block

from bot.slack.cards.options import CardOptions
from bot.slack.home.lead import LeadPart, lead_blocks
from bot.slack.home.reviewer import (
    OwnPart,
    is_paused,
    own_blocks,
    pages,
    paused_block,
    queue_blocks,
    settings_blocks,
)
from bot.slack.text import quiet
from bot.slack.values import FormContext
from bot.slack.wire import Wire, grey, home_tab, said

CONTEXT = "home"  # in place of a task, in what the view carries


@dataclass(frozen=True, kw_only=True, slots=True)
class HomePage:
    """What Home is drawn from."""

    own: OwnPart
    lead: LeadPart | None = None  # None: this person leads no route and decides no dispute
    page: int = 0  # of the queue, from 0; one that is gone shows the last


def home_view(home: HomePage, *, display: CardOptions, now: datetime) -> Wire:
    """Draw it, in the person's own time zone, which `display` has.

    The first page shows everything; the next ones only the queue. At most 60 of Slack's 100 blocks.
    """
    page = max(0, min(home.page, pages(home.own) - 1))
    blocks: list[Block] = []
    if is_paused(home.own.preferences, now):
        blocks.append(paused_block(home.own.preferences, display, now))
    leads = home.lead if page == 0 else None
    if leads:
        blocks += lead_blocks(leads, display, now)
    decides = leads is not None and bool(leads.disputes)
    blocks += queue_blocks(home.own, display, now, page=page, follows_decisions=decides)
    if page == 0:
        blocks += own_blocks(home.own, display, now)
        blocks += settings_blocks(home.own, now)
    else:
        blocks.append(grey("Only you see this page."))
    return home_tab(blocks, private_metadata=FormContext(task_id=CONTEXT, page=page).to_json())


def closed_home(reason: str) -> Wire:
    """Home of somebody who cannot review here, such as a guest."""
    blocks: list[Block] = [said(f"*{quiet(reason, 280)}*"), grey("Only you see this page.")]
    return home_tab(blocks, private_metadata=FormContext(task_id=CONTEXT).to_json())


def page_of(view: object) -> int:
    """Which page of the queue the pressed Home shows; 0 where that cannot be told."""
    raw = view.get("private_metadata") if isinstance(view, dict) else None
    return FormContext.parse(raw).page if raw else 0
