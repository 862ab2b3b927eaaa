"""Verdict buttons of the card: Approve and Unsure record at once, Edit and Reject open their forms."""

from __future__ import annotations

from functools import partial
from typing import Any

from slack_bolt import Ack, Respond
from slack_sdk import WebClient

from bot.slack import places
from bot.slack.desk import Actor, ReviewDesk, actor_of
from bot.slack.forms import carrying, notice
from bot.slack.ids import ActionId
from bot.slack.routes import Routes
from bot.slack.values import ButtonValue, FormContext
from bot.slack.wire import Wire
from reviewers.errors import Invalid
from reviewers.model import VerdictKind


def register(app: Routes, desk: ReviewDesk) -> None:
    """Route the verdict buttons, and Disagree, which follows one that came too late."""
    app.action(ActionId.APPROVE.value)(partial(_record, desk, VerdictKind.APPROVE))
    app.action(ActionId.UNSURE.value)(partial(_record, desk, VerdictKind.UNSURE))
    app.action(ActionId.EDIT.value)(partial(_open, desk, VerdictKind.EDIT))
    app.action(ActionId.REJECT.value)(partial(_open, desk, VerdictKind.REJECT))
    app.action(ActionId.DISAGREE.value)(partial(_disagree, desk))


def _record(desk: ReviewDesk, kind: VerdictKind, ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
    ack()
    value = ButtonValue.parse(action.get("value"))
    desk.record(actor_of(body), value.task_id, kind, settles=value.settles)


def _open(
    desk: ReviewDesk, kind: VerdictKind, ack: Ack, body: dict[str, Any], action: dict[str, Any], client: WebClient
) -> None:
    ack()
    actor, value = actor_of(body), ButtonValue.parse(action.get("value"))
    desk.require(value.task_id, actor)
    view = form_for(desk, actor, kind, FormContext(task_id=value.task_id, settles=value.settles))
    client.views_open(trigger_id=body["trigger_id"], view=view)


def form_for(desk: ReviewDesk, actor: Actor, kind: VerdictKind, context: FormContext) -> Wire:
    """The form of an edit or a rejection."""
    form = desk.edit if kind is VerdictKind.EDIT else desk.reject
    return carrying(form(context.task_id, actor), context)


def _disagree(
    desk: ReviewDesk, ack: Ack, body: dict[str, Any], action: dict[str, Any], client: WebClient, respond: Respond
) -> None:
    """Somebody was faster and said something else: a lead decides."""
    ack()
    actor, value = actor_of(body), ButtonValue.parse(action.get("value"))
    try:
        kind = VerdictKind(value.kind)
    except ValueError:
        raise Invalid("value", "Choose your verdict on the card once more.") from None
    if kind in (VerdictKind.EDIT, VerdictKind.REJECT):
        context = FormContext(task_id=value.task_id, disagrees=True)
        places.show(form_for(desk, actor, kind, context), body, client)
        return
    desk.record(actor, value.task_id, kind, disagrees=True)
    message = notice("A lead decides now.", "Your verdict is kept, and nobody sees whose it is until then.")
    places.replace_answer(message, body, client, respond)
