"""Home: what waits for a person, and Review next."""

from __future__ import annotations

from functools import partial
from typing import Any

from slack_bolt import Ack
from slack_sdk import WebClient

from bot.slack.desk import ReviewDesk, actor_of
from bot.slack.home import PAGES, ROWS, home_view
from bot.slack.ids import ActionId
from bot.slack.routes import Routes
from bot.slack.wire import Wire


def register(app: Routes, desk: ReviewDesk) -> None:
    """Route the Home tab."""
    app.event("app_home_opened")(partial(_opened, desk))
    for action in (ActionId.HOME_MORE, ActionId.HOME_BACK):
        app.action(action.value)(partial(_turn, desk))


def _opened(desk: ReviewDesk, event: dict[str, Any], client: WebClient) -> None:
    if event.get("tab", "home") == "home":
        client.views_publish(user_id=event["user"], view=_home(desk, event["user"], page=0))


def _home(desk: ReviewDesk, user_id: str, *, page: int) -> Wire:
    limit = ROWS * PAGES
    waiting = desk.queue.waiting_for(user_id, limit + 1)
    return home_view(waiting[:limit], page=page, more=len(waiting) > limit, channel=desk.channel)


def _turn(desk: ReviewDesk, ack: Ack, body: dict[str, Any], action: dict[str, Any], client: WebClient) -> None:
    ack()
    user_id = actor_of(body).user_id
    page = int(action["value"]) if str(action.get("value")).isdigit() else 0
    client.views_publish(user_id=user_id, view=_home(desk, user_id, page=page))
