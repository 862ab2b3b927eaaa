""" "Ask to be added", and the lead's Add."""

from __future__ import annotations

from functools import partial
from typing import Any

import structlog
from slack_bolt import Ack, Respond
from slack_sdk import WebClient

from bot.slack import places
from bot.slack.desk import ReviewDesk, actor_of
from bot.slack.forms.joining import added_message, asked_message, request_message, welcome_message
from bot.slack.ids import ActionId
from bot.slack.publisher import our_words
from bot.slack.routes import Routes
from bot.slack.values import AddValue, ButtonValue
from bot.slack.wire import SlackMessage
from reviewers.errors import Invalid, Unavailable

log = structlog.get_logger()

MOST_ASKED = 3  # leads that one request goes to


def register(app: Routes, desk: ReviewDesk) -> None:
    """Route both buttons."""
    app.action(ActionId.ROUTE_JOIN.value)(partial(_ask, desk))
    app.action(ActionId.ROUTE_ADD.value)(partial(_add, desk))


def _ask(
    desk: ReviewDesk, ack: Ack, body: dict[str, Any], action: dict[str, Any], client: WebClient, respond: Respond
) -> None:
    ack()
    actor = actor_of(body)
    desk.people.may_review(actor.user_id, actor.team_id)
    route = desk.verdicts.view(ButtonValue.parse(action.get("value")).task_id).task.route
    routes = desk.services.routes
    request = request_message(
        actor.user_id, desk.people.known_name(actor.user_id), route, addable=routes.named(route) is not None
    )
    leads = routes.who_adds(route)[:MOST_ASKED]
    names = {lead: desk.people.known_name(lead) or "A lead" for lead in leads}
    reached = [names[lead] for lead in leads if _sent(client, lead, request)]
    if not reached:  # said beside the button, which stays
        raise Invalid("lead", f"Not asked: Slack took no message for {' or '.join(names.values())}. Try again later.")
    places.replace_answer(asked_message(reached), body, client, respond)


def _sent(client: WebClient, person: str, message: SlackMessage) -> bool:
    """Whether Slack took it: one lead who left must not keep the request from the others."""
    try:
        with our_words():
            client.chat_postMessage(channel=person, **message.arguments())
    except Unavailable as error:
        log.warning("person_not_told", person=person, error=type(error).__name__)
        return False
    return True


def _add(
    desk: ReviewDesk, ack: Ack, body: dict[str, Any], action: dict[str, Any], client: WebClient, respond: Respond
) -> None:
    ack()
    actor, value = actor_of(body), AddValue.parse(action.get("value"))
    desk.people.may_review(actor.user_id, actor.team_id)
    is_admin = desk.people.is_admin(actor.user_id)
    before = desk.services.routes.named(value.route)
    route = desk.services.routes.add(value.route, value.person, by=actor.user_id, is_admin=is_admin)
    told = added_message(value.person, desk.people.known_name(value.person), route.name)
    respond(text=told.text, blocks=told.blocks, replace_original=True)
    if before is not None and value.person not in before.reviewers:
        _sent(client, value.person, welcome_message(route.name))
