"""What a reviewer sets for themselves on Home: pause, hours, the digest by message."""

from __future__ import annotations

from functools import partial
from typing import Any

from slack_bolt import Ack
from slack_sdk import WebClient

from bot.slack import homes
from bot.slack.answers import answering
from bot.slack.desk import Actor, ReviewDesk, actor_of
from bot.slack.forms.hours import hours_view, parse_hours
from bot.slack.home import page_of
from bot.slack.ids import ActionId, CallbackId
from bot.slack.routes import Routes
from bot.slack.values import FormContext, NamedValue


def register(app: Routes, desk: ReviewDesk) -> None:
    """Route the buttons and the form; each draws Home anew."""
    app.action(ActionId.PAUSE.value)(partial(_pause, desk))
    app.action(ActionId.RESUME.value)(partial(_resume, desk))
    app.action(ActionId.DIGEST.value)(partial(_digest, desk))
    app.action(ActionId.HOURS.value)(partial(_open_hours, desk))
    app.view(CallbackId.HOURS.value)(partial(_save_hours, desk))


def _pause(desk: ReviewDesk, ack: Ack, body: dict[str, Any], client: WebClient) -> None:
    ack()
    actor = actor_of(body)
    desk.services.preferences.pause(actor.user_id)
    _drawn_anew(desk, actor, body, client)


def _resume(desk: ReviewDesk, ack: Ack, body: dict[str, Any], client: WebClient) -> None:
    ack()
    actor = actor_of(body)
    desk.services.preferences.resume(actor.user_id)
    _drawn_anew(desk, actor, body, client)


def _digest(desk: ReviewDesk, ack: Ack, body: dict[str, Any], action: dict[str, Any], client: WebClient) -> None:
    """The button says what it will be, so that a second press of the same button changes nothing."""
    ack()
    actor = actor_of(body)
    desk.services.preferences.set_digest(actor.user_id, NamedValue.parse(action.get("value")).name == "on")
    _drawn_anew(desk, actor, body, client)


def _open_hours(desk: ReviewDesk, ack: Ack, body: dict[str, Any], client: WebClient) -> None:
    ack()
    mine = desk.services.preferences.get(actor_of(body).user_id)
    context = FormContext(task_id="home", page=page_of(body.get("view")))
    client.views_open(trigger_id=body["trigger_id"], view=hours_view(mine, context))


def _save_hours(desk: ReviewDesk, ack: Ack, body: dict[str, Any], view: dict[str, Any], client: WebClient) -> None:
    actor, saved = actor_of(body), False
    with answering(ack, view, desk):
        form = parse_hours(view)
        desk.services.preferences.set_hours(actor.user_id, form.starts_at, form.ends_at, form.days)
        ack()
        saved = True
    if saved:
        homes.publish(desk, actor, client, page=FormContext.parse(view.get("private_metadata")).page)


def _drawn_anew(desk: ReviewDesk, actor: Actor, body: dict[str, Any], client: WebClient) -> None:
    view = body.get("view")
    homes.publish(desk, actor, client, page=page_of(view), pressed_on=view)
