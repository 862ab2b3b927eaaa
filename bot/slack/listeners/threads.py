"""Threads and reactions: what is written under a card is kept, and what comes near to a verdict is asked back.

Nothing is recorded from them alone: a proposal is one message that only its author sees, and each button on it is
theirs to press.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import structlog
from slack_bolt import Ack, Respond
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.slack.desk import Actor, ReviewDesk, actor_of
from bot.slack.forms import (
    Remarked,
    as_typed,
    carrying,
    edit_view,
    is_unsaved,
    reaction_proposal,
    reject_view,
    reply_proposal,
)
from bot.slack.ids import ActionId, Show
from bot.slack.routes import Routes
from bot.slack.values import FormContext, ProposalValue
from bot.slack.wire import SlackMessage
from reviewers.decisions.amendments import amended
from reviewers.decisions.remarks import read_reply
from reviewers.errors import NotYourTask, ReviewError
from reviewers.model import Mark, Reading, Reply, Span, TaskView, VerdictKind
from reviewers.workflow.replies import Reacted, Written

log = structlog.get_logger()

WRITTEN_BY_PEOPLE = frozenset({None, "thread_broadcast", "file_share"})  # every other subtype is an edit or a notice
EventListener = Callable[[ReviewDesk, dict[str, Any], dict[str, Any], WebClient], None]


def register(app: Routes, desk: ReviewDesk) -> None:
    """Route the events, and the buttons of a proposal."""
    app.event("message")(partial(_quietly, desk, _reply))
    app.event("reaction_added")(partial(_quietly, desk, _reaction))
    for event in ("app_uninstalled", "tokens_revoked"):
        app.event(event)(partial(_gone, desk, event))
    app.action(ActionId.PROPOSED_APPROVE.value)(partial(_approve, desk))
    app.action(ActionId.PROPOSED_EDIT.value)(partial(_edit, desk))
    app.action(ActionId.PROPOSED_REJECT.value)(partial(_reject, desk))
    app.action(ActionId.PROPOSED_NO.value)(_no)


def _quietly(
    desk: ReviewDesk, listener: EventListener, body: dict[str, Any], event: dict[str, Any], client: WebClient
) -> None:
    """Whoever chats asked for nothing, so nothing that goes wrong here is told to them."""
    try:
        listener(desk, body, event, client)
    except (ReviewError, SlackApiError, OSError) as error:
        log.warning("event_not_followed", event_type=event.get("type"), error=type(error).__name__)
    except Exception:
        log.exception("event_failed", event_type=event.get("type"))


def _reply(desk: ReviewDesk, body: dict[str, Any], event: dict[str, Any], client: WebClient) -> None:
    thread = str(event.get("thread_ts") or "")
    by_a_person = event.get("user") and not event.get("bot_id") and event.get("subtype") in WRITTEN_BY_PEOPLE
    if not thread or thread == event.get("ts") or not by_a_person:
        return
    written = Written(
        event_id=str(body["event_id"]),
        channel=str(event["channel"]),
        ts=str(event["ts"]),
        thread_ts=thread,
        author=str(event["user"]),
        text=str(event.get("text") or ""),
    )
    proposal = desk.services.replies.keep(written)
    if proposal is not None and _is_full_member(desk, actor_of(body)):
        leaning = proposal.remark.leaning
        message = reply_proposal(proposal.view, leaning, written.text, channel=written.channel, ts=written.ts)
        _ask(client, message, written.channel, written.author, thread_ts=thread)


def _reaction(desk: ReviewDesk, body: dict[str, Any], event: dict[str, Any], client: WebClient) -> None:
    item = event.get("item") or {}
    if item.get("type") != "message" or not event.get("user"):
        return
    reacted = Reacted(
        event_id=str(body["event_id"]),
        channel=str(item["channel"]),
        ts=str(item["ts"]),
        person=str(event["user"]),
        name=str(event.get("reaction") or ""),
    )
    proposal = desk.services.replies.weigh(reacted)
    if proposal is not None and _is_full_member(desk, actor_of(body)):
        # In the channel, where the reaction was made: in a thread without replies nobody would ever see it.
        message = reaction_proposal(proposal.view, proposal.remark.leaning, reacted.name)
        _ask(client, message, reacted.channel, reacted.person)


def _ask(client: WebClient, message: SlackMessage, channel: str, person: str, thread_ts: str | None = None) -> None:
    client.chat_postEphemeral(
        channel=channel, user=person, text=message.text, blocks=message.blocks, thread_ts=thread_ts
    )


def _is_full_member(desk: ReviewDesk, actor: Actor) -> bool:
    try:
        desk.people.may_review(actor.user_id, actor.team_id)
    except NotYourTask:
        return False
    return True


def _gone(desk: ReviewDesk, event: str, body: dict[str, Any]) -> None:
    """No call will work any more until somebody installs the app again; the outbox keeps what is due."""
    desk.services.metrics.count("slack_access_lost", event=event)
    log.error("slack_access_lost", event_type=event, team=body.get("team_id"))


def _approve(desk: ReviewDesk, ack: Ack, body: dict[str, Any], action: dict[str, Any], respond: Respond) -> None:
    ack()
    value = ProposalValue.parse(action.get("value"))
    desk.record(actor_of(body), value.task_id, VerdictKind.APPROVE, settles=value.settles)
    respond(delete_original=True)


def _edit(
    desk: ReviewDesk, ack: Ack, body: dict[str, Any], action: dict[str, Any], client: WebClient, respond: Respond
) -> None:
    ack()
    actor, value = actor_of(body), ProposalValue.parse(action.get("value"))
    desk.require(value.task_id, actor)
    view = desk.verdicts.view(value.task_id)
    reply = desk.services.replies.own_reply(view, value.channel, value.ts, actor.user_id)
    remarked = _put_in(desk, view, reply) if reply else None
    form = edit_view(
        view,
        display=desk.display,
        marks=desk.verdicts.marks(value.task_id, actor.user_id),
        reviewer=actor.user_id,
        draft=desk.verdicts.draft(value.task_id, actor.user_id),
        remarked=remarked,
    )
    context = FormContext(task_id=value.task_id, settles=value.settles)
    client.views_open(trigger_id=body["trigger_id"], view=carrying(form, context))
    respond(delete_original=True)


def _reject(
    desk: ReviewDesk, ack: Ack, body: dict[str, Any], action: dict[str, Any], client: WebClient, respond: Respond
) -> None:
    ack()
    actor, value = actor_of(body), ProposalValue.parse(action.get("value"))
    desk.require(value.task_id, actor)
    view = desk.verdicts.view(value.task_id)
    reply = desk.services.replies.own_reply(view, value.channel, value.ts, actor.user_id)
    form = reject_view(
        view,
        display=desk.display,
        marks=desk.verdicts.marks(value.task_id, actor.user_id),
        note=as_typed(reply.text) if reply else "",
    )
    context = FormContext(task_id=value.task_id, settles=value.settles)
    client.views_open(trigger_id=body["trigger_id"], view=carrying(form, context))
    respond(delete_original=True)


def _no(ack: Ack, respond: Respond) -> None:
    ack()
    respond(delete_original=True)


def _put_in(desk: ReviewDesk, view: TaskView, reply: Reply) -> Remarked:
    """Keep the answer with the reply's words in it as the person's draft, unless they have an unsaved one already."""
    remark, task_id = read_reply(reply.text), view.task.task_id
    text = amended(view.output.completion, remark, _doubted(desk, view, reply.author)) if remark else ""
    before = desk.verdicts.draft(task_id, reply.author)
    put_in = bool(text) and (before is None or before.text == text or not is_unsaved(view, before))
    if put_in:
        desk.verdicts.keep_draft(task_id, reply.author, text, ())
    return Remarked(words=as_typed(reply.text), put_in=put_in)


def _doubted(desk: ReviewDesk, view: TaskView, person: str) -> list[Span]:
    """The claims that this person marked wrong; else those that the machine reads as contradicted, where it may say."""
    readings = view.assessment.readings if view.assessment else ()
    wrong = {mark.claim_number for mark in desk.verdicts.marks(view.task.task_id, person) if mark.mark is Mark.WRONG}
    if wrong:
        return [reading.claim.span for reading in readings if reading.claim.number in wrong]
    if view.task.show == Show.BLIND.value:
        return []
    return [reading.claim.span for reading in readings if reading.reading is Reading.CONTRADICTED]
