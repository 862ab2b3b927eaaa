"""Home at the edge: what it is drawn from, and where it goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import structlog
from slack_sdk import WebClient

from bot.slack.cards import CardOptions
from bot.slack.desk import Actor, ReviewDesk
from bot.slack.home import PAGES, ROWS, HomePage, LeadPart, OwnPart, ReviewersPart, closed_home, home_view
from bot.slack.publisher import our_words
from bot.slack.wire import Wire
from reviewers.errors import NotYourTask, OutcomeUnknown, RateLimited, Refused, Unready

log = structlog.get_logger()

DISAGREEING = 3  # rows of decisions that second looks stand against
LIMIT = PAGES * ROWS  # answers looked at; beyond it Home says "more than"


class NotDrawn(Exception):
    """Slack did not draw Home; `busy`: it will later. What was pressed before is kept all the same."""

    def __init__(self, *, busy: bool) -> None:
        super().__init__("Slack is busy." if busy else "Slack refused Home.")
        self.busy = busy


def publish(
    desk: ReviewDesk, actor: Actor, client: WebClient, *, page: int = 0, pressed_on: Mapping[str, Any] | None = None
) -> None:
    """Draw the person's Home anew. Raises NotDrawn when Slack does not take it.

    Args:
        pressed_on: the view that a button was pressed on. Where that Home was drawn anew meanwhile, as after two quick
            presses, this drawing may be older than that one: then it is made once more, of what holds by then.
    """
    seen = (pressed_on or {}).get("hash") if (pressed_on or {}).get("type") == "home" else None
    try:
        if not (seen and _is_first(actor, client, drawn(desk, actor, page=page), str(seen))):
            view = drawn(desk, actor, page=page)
            with our_words():
                client.views_publish(user_id=actor.user_id, view=view)
    except (RateLimited, OutcomeUnknown) as error:
        log.warning("home_not_drawn", error=type(error).__name__)
        raise NotDrawn(busy=True) from error
    except (Unready, Refused) as error:
        log.exception("home_refused", code=error.code)
        raise NotDrawn(busy=False) from error


def _is_first(actor: Actor, client: WebClient, view: Wire, seen: str) -> bool:
    """Draw over the Home with this hash; False, and nothing is drawn, when another one stands there by now."""
    try:
        with our_words():
            client.views_publish(user_id=actor.user_id, view=view, hash=seen)
    except Refused as error:
        if error.code != "hash_conflict":
            raise
        return False
    return True


def drawn(desk: ReviewDesk, actor: Actor, *, page: int = 0) -> Wire:
    """Home as it stands now; who cannot review here is told so, and sees no answer."""
    try:
        desk.people.may_review(actor.user_id, actor.team_id)
    except NotYourTask as reason:
        return closed_home(str(reason))
    lead = _lead_part(desk, actor)
    home = HomePage(own=_own_part(desk, actor.user_id), lead=lead, page=page)
    return home_view(home, display=own_display(desk, actor.user_id), now=desk.services.clock.now())


def own_display(desk: ReviewDesk, user_id: str) -> CardOptions:
    """The display in the person's own time zone."""
    return replace(desk.display, zone=desk.zone_of(user_id))


def _own_part(desk: ReviewDesk, user_id: str) -> OwnPart:
    claimed = desk.queue.claimed_by(user_id)
    mine = {view.task.task_id for view in claimed}
    found = desk.queue.waiting_for(user_id, LIMIT + len(mine) + 1)
    waiting = [view for view in found if view.task.task_id not in mine]
    return OwnPart(
        waiting=waiting[:LIMIT],
        more=len(waiting) > LIMIT,
        claimed=claimed,
        week=desk.services.reports.own_week(user_id),
        preferences=desk.services.preferences.get(user_id),
        channel=desk.channel,
        figures=desk.services.reviewers.own(user_id),
    )


def _lead_part(desk: ReviewDesk, actor: Actor) -> LeadPart | None:
    """None for whoever leads no route and has no dispute to decide."""
    reports, user_id = desk.services.reports, actor.user_id
    routes = reports.leads(user_id)
    disputes = [view for view in desk.queue.disputes_for(user_id) if desk.may_decide(view, actor)]
    if not routes and not disputes:
        return None
    minutes = [route.minutes_per_week for route in routes]
    known = [each for each in minutes if each is not None]
    return LeadPart(
        disputes=disputes,
        team=reports.team(user_id, desk.zone_of(user_id)),
        held=reports.held(),
        week_minutes=sum(known) if known and len(known) == len(minutes) else None,
        reviewers=_reviewers_part(desk, [route.name for route in routes]) if routes else None,
    )


def _reviewers_part(desk: ReviewDesk, routes: Sequence[str]) -> ReviewersPart:
    reviewers = desk.services.reviewers
    against, newest = reviewers.disagreeing(routes, DISAGREEING)
    return ReviewersPart(
        agreement=reviewers.agreement(routes),
        concerns=reviewers.concerns(routes),
        against=against,
        disagreeing=newest,
    )
