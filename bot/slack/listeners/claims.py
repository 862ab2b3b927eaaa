"""The claim view: opening it, its marks and pages, and the verdict at its end."""

from __future__ import annotations

from functools import partial
from typing import Any

from slack_bolt import Ack
from slack_sdk import WebClient

from bot.slack.answers import answering
from bot.slack.desk import ReviewDesk, actor_of
from bot.slack.forms import KEEP, carrying
from bot.slack.ids import ActionId, CallbackId
from bot.slack.listeners.corrections import finish, origin
from bot.slack.routes import Routes
from bot.slack.values import ButtonValue, FormContext
from reviewers.model import VerdictKind

TURNS = {ActionId.NEXT_PAGE: 1, ActionId.PREVIOUS_PAGE: -1}


def register(app: Routes, desk: ReviewDesk) -> None:
    """Route the view's buttons, marks and submission."""
    for action in (ActionId.CHECK, ActionId.READ_ALL, ActionId.FULL):
        app.action(action.value)(partial(_open, desk))
    for action in (ActionId.CLAIM_MARK, ActionId.PASSAGE_MARK):
        app.action(action.value)(partial(_keep, desk))
    app.action(ActionId.WHOLE_ANSWER.value)(_nothing)
    for action, step in TURNS.items():
        app.action(action.value)(partial(_turn, desk, step))
    app.action(ActionId.SHOW_SUPPORTED.value)(partial(_unfold, desk))
    app.view(CallbackId.CLAIMS.value)(partial(_save, desk))


def _open(desk: ReviewDesk, ack: Ack, body: dict[str, Any], action: dict[str, Any], client: WebClient) -> None:
    ack()
    actor, value = actor_of(body), ButtonValue.parse(action.get("value"))
    view = desk.claims(value.task_id, actor, settles=value.settles)
    client.views_open(trigger_id=body["trigger_id"], view=view)
    desk.verdicts.note_opening(value.task_id, actor.user_id)


def _keep(desk: ReviewDesk, ack: Ack, body: dict[str, Any]) -> None:
    ack()
    desk.keep_marks(actor_of(body), body["view"])


def _nothing(ack: Ack) -> None:
    ack()


def _turn(desk: ReviewDesk, step: int, ack: Ack, body: dict[str, Any], client: WebClient) -> None:
    ack()
    context = FormContext.parse(body["view"].get("private_metadata"))
    _redraw(desk, body, client, page=context.page + step, unfolded=context.unfolded)


def _unfold(desk: ReviewDesk, ack: Ack, body: dict[str, Any], client: WebClient) -> None:
    ack()
    context = FormContext.parse(body["view"].get("private_metadata"))
    _redraw(desk, body, client, page=context.page, unfolded=True)


def _redraw(desk: ReviewDesk, body: dict[str, Any], client: WebClient, *, page: int, unfolded: bool) -> None:
    actor = actor_of(body)
    form = desk.keep_marks(actor, body["view"])
    choice = form.choice.value if form.choice else KEEP
    view = desk.claims(form.context.task_id, actor, page=page, unfolded=unfolded, choice=choice)
    client.views_update(view_id=body["view"]["id"], hash=body["view"]["hash"], view=carrying(view, form.context))


def _save(desk: ReviewDesk, ack: Ack, body: dict[str, Any], view: dict[str, Any], client: WebClient) -> None:
    actor = actor_of(body)
    with answering(ack, view, desk):
        form = desk.keep_marks(actor, view)
        task_id = form.context.task_id
        if form.choice is VerdictKind.EDIT:
            ack(response_action="update", view=carrying(desk.edit(task_id, actor), form.context))
        elif form.choice is VerdictKind.REJECT:
            ack(response_action="update", view=carrying(desk.reject(task_id, actor), form.context))
        else:
            with answering(ack, view, desk, kind=form.choice or VerdictKind.APPROVE):
                if form.choice is None:
                    ack() if form.context.run else ack(response_action="clear")
                    return
                desk.record(actor, task_id, form.choice, **origin(form.context))
                finish(desk, actor, form.context, form.choice, view, ack, client)
