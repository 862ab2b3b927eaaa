"""The ⋯ menus of open and decided cards."""

from __future__ import annotations

from functools import partial
from typing import Any

from slack_bolt import Ack
from slack_sdk import WebClient

from bot.slack.desk import Actor, ReviewDesk, actor_of
from bot.slack.forms import history_view
from bot.slack.ids import ActionId, MenuChoice, MenuValue
from bot.slack.routes import Routes
from bot.slack.wire import Wire


def register(app: Routes, desk: ReviewDesk) -> None:
    """Route both menus."""
    for action in (ActionId.MORE, ActionId.DECIDED_MORE):
        app.action(action.value)(partial(_open, desk))


def _open(desk: ReviewDesk, ack: Ack, body: dict[str, Any], action: dict[str, Any], client: WebClient) -> None:
    ack()
    chosen = MenuValue.parse((action.get("selected_option") or {}).get("value"))
    client.views_open(trigger_id=body["trigger_id"], view=_view(desk, chosen, actor_of(body)))


def _view(desk: ReviewDesk, chosen: MenuValue, actor: Actor) -> Wire:
    if chosen.choice in (MenuChoice.CHANGE, MenuChoice.FULL):
        if chosen.choice is MenuChoice.CHANGE:
            desk.require(chosen.task_id, actor)
        return desk.claims(chosen.task_id, actor)
    view = desk.verdicts.view(chosen.task_id)
    if chosen.choice is MenuChoice.HISTORY:
        return history_view(view, display=desk.display)
    return desk.why(view, actor)
