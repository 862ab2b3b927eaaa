"""`/whetstone setup`: a first route made in the channel itself, without a file."""

from __future__ import annotations

from functools import partial
from typing import Any

import structlog
from slack_bolt import Ack, Respond
from slack_sdk import WebClient

from bot.slack.channels import Presence, join, presence
from bot.slack.desk import Actor, ReviewDesk, actor_of
from bot.slack.forms import FieldErrors, loading_view
from bot.slack.forms.setup import (
    Choice,
    SetupField,
    answer_choices,
    draft_of,
    is_behind,
    parse_setup,
    redrawn,
    setup_view,
)
from bot.slack.forms.setup_answers import (
    TITLE,
    archived_view,
    direct_view,
    not_joined_message,
    outside_view,
    refused_view,
    started_message,
    told_view,
)
from bot.slack.home import COMMAND
from bot.slack.ids import ActionId, CallbackId
from bot.slack.routes import Routes
from bot.slack.text import is_user, quiet
from bot.slack.values import FormContext, SetupContext
from bot.slack.wire import Wire
from reviewers.errors import Invalid, NotYourTask, ReviewError, Unavailable
from reviewers.model import Route

log = structlog.get_logger()

UNNAMED = frozenset({"", "privategroup", "directmessage"})  # what a command says of a channel that Slack does not name
FIELDS = {"reviewers": SetupField.REVIEWERS, "channel": SetupField.MATCH, "match": SetupField.MATCH}


def register(app: Routes, desk: ReviewDesk) -> None:
    """Route the form and the buttons of its answer; the command is routed by `commands`."""
    app.action(ActionId.SETUP_CHANGE.value)(partial(_change, desk))
    app.action(ActionId.SETUP_TRY.value)(partial(_try_out, desk))
    for action in (ActionId.SETUP_MATCH, ActionId.SETUP_GATE):
        app.action(action.value)(_redraw)
    app.view(CallbackId.SETUP.value)(partial(_save, desk))


def open_setup(desk: ReviewDesk, body: dict[str, Any], client: WebClient) -> None:
    """What `/whetstone setup` does, after its ack."""
    name = str(body.get("channel_name") or "")
    named = "" if name in UNNAMED else name
    _open(desk, body, client, SetupContext(channel=str(body["channel_id"]), channel_name=named))


def _change(desk: ReviewDesk, ack: Ack, body: dict[str, Any], action: dict[str, Any], client: WebClient) -> None:
    ack()
    _open(desk, body, client, SetupContext.parse(action.get("value")))


def _open(desk: ReviewDesk, body: dict[str, Any], client: WebClient, context: SetupContext) -> None:
    """At once a window that loads, since the trigger dies within seconds; then the form, or why there is none."""
    loading = loading_view(TITLE, FormContext(task_id="setup"))
    opened = client.views_open(trigger_id=body["trigger_id"], view=loading)["view"]
    try:
        view = _form(desk, actor_of(body), client, context)
    except ReviewError as error:
        log.warning("setup_not_opened", error=type(error).__name__)
        said = "Slack or the database did not answer. Try again." if isinstance(error, Unavailable) else str(error)
        view = told_view(f"*{quiet(said, 280)}*")
    client.views_update(view_id=opened["id"], hash=opened["hash"], view=view)


def _form(desk: ReviewDesk, actor: Actor, client: WebClient, context: SetupContext) -> Wire:
    desk.people.may_review(actor.user_id, actor.team_id)
    routes = desk.services.routes
    try:
        routes.require(actor.user_id, is_admin=desk.people.is_admin(actor.user_id), channel=context.channel)
    except NotYourTask as error:
        return refused_view(str(error), routes.leads(context.channel))
    where = presence(client, context.channel)
    if where is Presence.DIRECT:
        return direct_view(COMMAND)
    if where is Presence.OUTSIDE:
        return outside_view(COMMAND)
    if where is Presence.ARCHIVED:
        return archived_view()
    known = SetupContext(channel=context.channel, channel_name=context.channel_name, joins=where is Presence.JOINABLE)
    draft, kinds = draft_of(routes.at(context.channel)), routes.kinds()
    answers = answer_choices(kinds.models, kinds.tags, draft.answers)
    # A group that the route names stays choosable while Slack does not tell its name: else a change would drop it.
    named = {group: group for group in draft.groups} | _groups(desk)
    groups = [Choice(name, group) for group, name in named.items()]
    return setup_view(draft, context=known, answers=answers, groups=groups)


def _redraw(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
    """Another choice asks for other fields.

    Without the hash: of two quick choices the second was made in the form before the first redrew it. Should the older
    drawing come last, `is_behind` notices.
    """
    ack()
    view = body["view"]
    client.views_update(view_id=view["id"], view=redrawn(view))


def _save(desk: ReviewDesk, ack: Ack, body: dict[str, Any], view: dict[str, Any], client: WebClient) -> None:
    actor, context = actor_of(body), SetupContext.parse(view.get("private_metadata"))
    if is_behind(view):
        ack(response_action="update", view=redrawn(view))
        return
    try:
        saved = _saved(desk, actor, context, view)
    except Invalid as error:
        field = FIELDS.get(error.field, SetupField.MATCH)
        ack(response_action="errors", errors={field.value: str(error)})
        return
    except Unavailable:
        pushed = told_view(
            "*Not saved.* The database or Slack did not answer. Close this and press Start review again."
        )
        ack(response_action="push", view=pushed)
        return
    except NotYourTask as error:
        ack(response_action="update", view=told_view(f"*{quiet(str(error), 280)}*"))
        return
    if isinstance(saved, FieldErrors):
        ack(**saved.response())
        return
    ack(response_action="clear")
    _tell(desk, actor, client, context, saved)


def _saved(desk: ReviewDesk, actor: Actor, context: SetupContext, view: dict[str, Any]) -> Route | FieldErrors:
    desk.people.may_review(actor.user_id, actor.team_id)
    routes = desk.services.routes
    wanted = parse_setup(view, routes.at(context.channel))
    if isinstance(wanted, FieldErrors):
        return wanted
    return routes.save(wanted, by=actor.user_id, is_admin=desk.people.is_admin(actor.user_id))


def _tell(desk: ReviewDesk, actor: Actor, client: WebClient, context: SetupContext, route: Route) -> None:
    """In the channel, to this person alone; directly when Whetstone cannot come into the channel."""
    if context.joins:
        try:
            join(client, route.channel)
        except Unavailable as error:
            log.warning("channel_not_joined", channel=route.channel, error=type(error).__name__)
            client.chat_postMessage(channel=actor.user_id, **not_joined_message(route, COMMAND).arguments())
            return
    message = started_message(
        route, groups=_groups(desk), context=context, outsiders=_outsiders(desk, route, actor.team_id)
    )
    client.chat_postEphemeral(channel=route.channel, user=actor.user_id, text=message.text, blocks=message.blocks)


def _try_out(desk: ReviewDesk, ack: Ack, body: dict[str, Any], action: dict[str, Any], respond: Respond) -> None:
    ack()
    actor, context = actor_of(body), SetupContext.parse(action.get("value"))
    desk.people.may_review(actor.user_id, actor.team_id)
    routes = desk.services.routes
    route = routes.at(context.channel)
    if route is None:
        raise Invalid("route", "This route is gone. Set review up again with /whetstone setup.")
    routes.try_out(route.name, by=actor.user_id, is_admin=desk.people.is_admin(actor.user_id))
    told = started_message(route, groups=_groups(desk), context=context, tried=True)
    respond(text=told.text, blocks=told.blocks, replace_original=True)


def _outsiders(desk: ReviewDesk, route: Route, team_id: str) -> list[str]:
    """Those of the chosen people whose verdicts will not count. Asked after the ack: ten people may take seconds."""
    found = []
    for user in filter(is_user, route.reviewers):
        try:
            desk.people.may_review(user, team_id)
        except NotYourTask:
            found.append(user)
        except Unavailable:
            break  # each verdict asks again
    return found


def _groups(desk: ReviewDesk) -> dict[str, str]:
    """The workspace's user groups by id; none where Slack does not tell them, as on a plan without them."""
    try:
        return desk.people.groups()
    except Unavailable as error:
        log.info("user_groups_not_read", error=type(error).__name__)
        return {}
