"""Verdict buttons of the card: Approve and Unsure record at once, Edit and Reject open their forms."""

from __future__ import annotations

from functools import partial
from typing import Any

from slack_bolt import Ack
from slack_sdk import WebClient

from bot.slack.desk import ReviewDesk, actor_of
from bot.slack.ids import ActionId, ButtonValue
from bot.slack.routes import Routes
from reviewers.model import VerdictKind


def register(app: Routes, desk: ReviewDesk) -> None:
    """Route the four verdict buttons."""
    app.action(ActionId.APPROVE.value)(partial(_record, desk, VerdictKind.APPROVE))
    app.action(ActionId.UNSURE.value)(partial(_record, desk, VerdictKind.UNSURE))
    app.action(ActionId.EDIT.value)(partial(_open_edit, desk))
    app.action(ActionId.REJECT.value)(partial(_open_reject, desk))


def _record(desk: ReviewDesk, kind: VerdictKind, ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
    ack()
    desk.record(actor_of(body), ButtonValue.parse(action.get("value")).task_id, kind)


def _open_edit(desk: ReviewDesk, ack: Ack, body: dict[str, Any], action: dict[str, Any], client: WebClient) -> None:
    ack()
    actor = actor_of(body)
    task_id = ButtonValue.parse(action.get("value")).task_id
    desk.require(task_id, actor)
    client.views_open(trigger_id=body["trigger_id"], view=desk.edit(task_id, actor))


def _open_reject(desk: ReviewDesk, ack: Ack, body: dict[str, Any], action: dict[str, Any], client: WebClient) -> None:
    ack()
    actor = actor_of(body)
    task_id = ButtonValue.parse(action.get("value")).task_id
    desk.require(task_id, actor)
    client.views_open(trigger_id=body["trigger_id"], view=desk.reject(task_id, actor))
