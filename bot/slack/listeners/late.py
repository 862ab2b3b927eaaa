"""Buttons of the direct messages: a reviewer's reminder, and a lead's message of what is late."""

from __future__ import annotations

from functools import partial
from typing import Any

from slack_bolt import Ack, Respond
from slack_sdk import WebClient

from bot.slack import clock
from bot.slack.cards import SlackMessage
from bot.slack.desk import ReviewDesk, actor_of
from bot.slack.forms import hand_over_view, notice
from bot.slack.ids import ActionId
from bot.slack.routes import Routes
from bot.slack.text import counted
from bot.slack.values import NamedValue
from reviewers.errors import NotYourTask

LISTED = 40


def register(app: Routes, desk: ReviewDesk) -> None:
    """Route them; Review next and See the queue belong to the run and to Home."""
    app.action(ActionId.HAND_OVER.value)(partial(_hand_over, desk))
    app.action(ActionId.PAUSE_TODAY.value)(partial(_pause, desk))
    app.action(ActionId.REMIND.value)(partial(_remind, desk))
    app.action(ActionId.EXTEND.value)(partial(_extend, desk))


def _hand_over(desk: ReviewDesk, ack: Ack, body: dict[str, Any], client: WebClient) -> None:
    """What this person has claimed or was given; what is everybody's needs no handing over."""
    ack()
    actor = actor_of(body)
    views = desk.queue.held_by(actor.user_id)
    if not views:
        raise NotYourTask("None of them is yours alone: the other reviewers see them too.")
    client.views_open(trigger_id=body["trigger_id"], view=hand_over_view(*views[:LISTED]))


def _pause(desk: ReviewDesk, ack: Ack, body: dict[str, Any], respond: Respond) -> None:
    ack()
    actor = actor_of(body)
    back = desk.services.preferences.pause_today(actor.user_id, desk.zone_of(actor.user_id))
    went = f" {counted(back, 'answer')} went back to the others." if back else ""
    _say(respond, notice("You are paused until tomorrow.", f"No answers and no reminders for you.{went} Home ends it."))


def _remind(desk: ReviewDesk, ack: Ack, body: dict[str, Any], action: dict[str, Any], respond: Respond) -> None:
    ack()
    route = NamedValue.parse(action.get("value")).name
    told = desk.services.reminders.remind(route, actor_of(body).user_id)
    display = desk.naming(*told)
    names = ", ".join(display.name(user) for user in told)
    if told:
        _say(respond, notice(f"{counted(len(told), 'person', 'people')} reminded:", f"{names}."))
    else:
        then = "Whoever is on duty was reminded today already; one reminder a day is enough."
        _say(respond, notice("Nobody was reminded.", then))


def _extend(desk: ReviewDesk, ack: Ack, body: dict[str, Any], action: dict[str, Any], respond: Respond) -> None:
    ack()
    actor, route = actor_of(body), NamedValue.parse(action.get("value")).name
    moved = desk.services.reminders.extend(route, actor.user_id)
    if not moved or moved[0].due_at is None:
        _say(respond, notice("Nothing is past due any more."))
        return
    when = clock.words(moved[0].due_at, desk.zone_of(actor.user_id), seen_on=desk.services.clock.now())
    _say(respond, notice(f"{counted(len(moved), 'answer')} moved.", f"Due {when}."))


def _say(respond: Respond, message: SlackMessage) -> None:
    """Beside the message, which stays: its other buttons still work."""
    respond(text=message.text, blocks=message.blocks, replace_original=False, response_type="ephemeral")
