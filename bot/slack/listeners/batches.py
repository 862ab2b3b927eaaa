"""The shared card of short answers: one tap each, and approve the rest."""

from __future__ import annotations

from functools import partial
from typing import Any

from slack_bolt import Ack
from slack_sdk import WebClient

from bot.slack.cards import rest_of
from bot.slack.desk import ReviewDesk, actor_of
from bot.slack.forms import notice
from bot.slack.ids import ActionId
from bot.slack.listeners.verdicts import form_for
from bot.slack.routes import Routes
from bot.slack.text import counted
from bot.slack.values import ButtonValue, FormContext
from reviewers.errors import AlreadyResolved, Claimed, NotYourTask
from reviewers.model import VerdictKind


def register(app: Routes, desk: ReviewDesk) -> None:
    """Route its buttons; its menus are those of the other cards."""
    app.action(ActionId.BATCH_APPROVE.value)(partial(_approve, desk))
    app.action(ActionId.BATCH_REJECT.value)(partial(_reject, desk))
    app.action(ActionId.BATCH_REST.value)(partial(_approve_the_rest, desk))


def _approve(desk: ReviewDesk, ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
    ack()
    desk.record(actor_of(body), ButtonValue.parse(action.get("value")).task_id, VerdictKind.APPROVE)


def _reject(desk: ReviewDesk, ack: Ack, body: dict[str, Any], action: dict[str, Any], client: WebClient) -> None:
    ack()
    actor, task_id = actor_of(body), ButtonValue.parse(action.get("value")).task_id
    desk.require(task_id, actor)
    view = form_for(desk, actor, VerdictKind.REJECT, FormContext(task_id=task_id))
    client.views_open(trigger_id=body["trigger_id"], view=view)


def _approve_the_rest(
    desk: ReviewDesk, ack: Ack, body: dict[str, Any], action: dict[str, Any], client: WebClient
) -> None:
    """Each is a verdict of its own. One that somebody decided or claimed meanwhile is left, and said."""
    ack()
    actor, batch_id = actor_of(body), ButtonValue.parse(action.get("value")).task_id
    desk.people.may_review(actor.user_id, actor.team_id)
    with desk.services.store.read() as uow:
        views = uow.tasks.views([task.task_id for task in uow.tasks.of_batch(batch_id)])
    tasks = [view.task for view in rest_of(views)]  # as the question before the press named them
    left: list[int] = []
    refused: NotYourTask | None = None
    for task in tasks:
        try:
            desk.record(actor, task.task_id, VerdictKind.APPROVE)
        except (AlreadyResolved, Claimed):
            left.append(task.number)
        except NotYourTask as error:
            refused = error
            left.append(task.number)
    if refused is not None and len(left) == len(tasks):
        raise refused
    if left:
        names = ", ".join(f"#{number}" for number in left)
        message = notice(
            f"{counted(len(tasks) - len(left), 'answer')} approved.",
            f"Not {names}: somebody else works on that or decided it, or it is not yours to decide.",
        )
        channel, user = body["channel"]["id"], actor.user_id
        client.chat_postEphemeral(channel=channel, user=user, text=message.text, blocks=message.blocks)
