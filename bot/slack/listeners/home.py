"""Home, its pages, and the queue of a route for its leads."""

from __future__ import annotations

from functools import partial
from typing import Any

from slack_bolt import Ack
from slack_sdk import WebClient

from bot.slack import homes
from bot.slack.desk import ReviewDesk, actor_of
from bot.slack.home import LISTED, route_queue_view
from bot.slack.ids import ActionId
from bot.slack.routes import Routes
from bot.slack.values import NamedValue


def register(app: Routes, desk: ReviewDesk) -> None:
    """Route the Home tab; its Review next, Open and Decide belong to the run, its settings to `settings`."""
    app.event("app_home_opened")(partial(_opened, desk))
    for action in (ActionId.HOME_MORE, ActionId.HOME_BACK):
        app.action(action.value)(partial(_turn, desk))
    app.action(ActionId.SEE_QUEUE.value)(partial(see_queue, desk))


def _opened(desk: ReviewDesk, body: dict[str, Any], event: dict[str, Any], client: WebClient) -> None:
    if event.get("tab", "home") == "home":
        homes.publish(desk, actor_of(body), client)


def _turn(desk: ReviewDesk, ack: Ack, body: dict[str, Any], action: dict[str, Any], client: WebClient) -> None:
    ack()
    page = int(action["value"]) if str(action.get("value")).isdecimal() else 0
    homes.publish(desk, actor_of(body), client, page=page, pressed_on=body.get("view"))


def see_queue(desk: ReviewDesk, ack: Ack, body: dict[str, Any], action: dict[str, Any], client: WebClient) -> None:
    """A window of its own, since Home and direct messages know no other place that one person sees."""
    ack()
    actor, route = actor_of(body), NamedValue.parse(action.get("value")).name
    desk.people.may_review(actor.user_id, actor.team_id)
    queue = desk.services.reports.queue_of(route, actor.user_id, LISTED)
    display, now = homes.own_display(desk, actor.user_id), desk.services.clock.now()
    view = route_queue_view(route, queue.views, count=queue.count, display=display, now=now, cut=queue.cut)
    client.views_open(trigger_id=body["trigger_id"], view=view)
