"""Buttons of the suggestion to retrain, and the datasets that buttons build."""

from __future__ import annotations

from functools import partial
from typing import Any

from slack_bolt import Ack, Respond
from slack_sdk import WebClient

from bot.slack import digests
from bot.slack.answers import answering
from bot.slack.desk import Actor, ReviewDesk, actor_of
from bot.slack.digest.answers import dataset_message, faster_message
from bot.slack.digest.forms import parse_why, why_view
from bot.slack.digest.ids import DISMISSED_WORDS, DigestAction, DigestValue, Dismissed, WhyContext
from bot.slack.digest.suggestion import closed_message, started_message
from bot.slack.routes import Routes
from bot.slack.wire import SlackMessage
from reviewers.model.digest import Digest
from reviewers.model.telling import DigestAnswer, DigestAnswerKind
from reviewers.workflow.retraining_answers import TRAINS_ON, Decided

CORRECTIONS = "dpo"  # what a digest's own button builds: each correction beside what it replaced


def register(app: Routes, desk: ReviewDesk) -> None:
    """Route them; the form behind Dismiss is the digest's."""
    app.action(DigestAction.DATASET.value)(partial(_build, desk, CORRECTIONS))
    app.action(DigestAction.RETRAIN_DATASET.value)(partial(_build, desk, TRAINS_ON))
    app.action(DigestAction.RETRAIN.value)(partial(_accept, desk))
    app.action(DigestAction.RETRAIN_SNOOZE.value)(partial(_postpone, desk))
    app.action(DigestAction.RETRAIN_DISMISS.value)(partial(_ask_why, desk))


def _build(
    desk: ReviewDesk, format: str, ack: Ack, body: dict[str, Any], action: dict[str, Any], respond: Respond
) -> None:
    ack()
    _, digest = _pressed(desk, body, action)
    built = desk.services.retraining.dataset(digest, format, desk.datasets)
    _say(respond, dataset_message(built.path, built.format, built.examples))


def _accept(
    desk: ReviewDesk, ack: Ack, body: dict[str, Any], action: dict[str, Any], client: WebClient, respond: Respond
) -> None:
    ack()
    actor, digest = _pressed(desk, body, action)
    decided = desk.services.retraining.accept(digest, actor.user_id, desk.datasets)
    built = decided.dataset
    if built is not None:
        _say(respond, dataset_message(built.path, built.format, built.examples))
    _settle(desk, digest, decided, client, respond)


def _postpone(
    desk: ReviewDesk, ack: Ack, body: dict[str, Any], action: dict[str, Any], client: WebClient, respond: Respond
) -> None:
    ack()
    actor, digest = _pressed(desk, body, action)
    decided = desk.services.retraining.postpone(digest, actor.user_id)
    _settle(desk, digest, decided, client, respond)


def _ask_why(desk: ReviewDesk, ack: Ack, body: dict[str, Any], action: dict[str, Any], client: WebClient) -> None:
    ack()
    actor, digest = _pressed(desk, body, action)
    desk.services.retraining.require(digest, actor.user_id)
    container = body.get("container") or {}
    channel, ts = str(container.get("channel_id") or ""), str(container.get("message_ts") or "")
    context = WhyContext(week=digest.week, route=digest.route, dismisses=True, channel=channel, ts=ts)
    client.views_open(trigger_id=body["trigger_id"], view=why_view(context))


def dismissed(desk: ReviewDesk, ack: Ack, actor: Actor, view: dict[str, Any], client: WebClient) -> None:
    """The form behind Dismiss was sent: recorded before the ack, so that a failure is told in the form."""
    done: tuple[Digest, Decided, str] | None = None
    with answering(ack, view, desk):
        form = parse_why(view)
        desk.people.may_review(actor.user_id, actor.team_id)
        digest = digests.shelf(desk).one(form.context.week, form.context.route)
        decided = desk.services.retraining.dismiss(digest, actor.user_id, why=form.reason.value, note=form.note)
        ack()
        done = digest, decided, form.context.channel
    if done is None:
        return
    digest, decided, channel = done
    _redraw(desk, digest, decided, client)
    if not decided.first and channel:
        told = faster_message(decided.answer, digests.options(digest))
        client.chat_postEphemeral(channel=channel, user=actor.user_id, text=told.text, blocks=told.blocks)


def _settle(desk: ReviewDesk, digest: Digest, decided: Decided, client: WebClient, respond: Respond) -> None:
    """Redrawn also for who came second: an earlier redrawing may have failed."""
    _redraw(desk, digest, decided, client)
    if not decided.first:
        _say(respond, faster_message(decided.answer, digests.options(digest)))


def _redraw(desk: ReviewDesk, digest: Digest, decided: Decided, client: WebClient) -> None:
    """Wherever the suggestion stands; the button also stands under the digest itself, which is left as it is."""
    message = _closed(desk, digest, decided.answer)
    for channel, ts in desk.services.retraining.places(digest):
        client.chat_update(channel=channel, ts=ts, **message.arguments())


def _closed(desk: ReviewDesk, digest: Digest, answer: DigestAnswer) -> SlackMessage:
    """The suggestion as this answer leaves it."""
    name, options = desk.people.known_name(answer.by), digests.options(digest)
    if answer.kind is DigestAnswerKind.ACCEPTED:
        rows = _rows(desk, answer.dataset)
        return started_message(digest, options, by=answer.by, name_of=name, at=answer.at, rows=rows)
    why = f"{DISMISSED_WORDS[Dismissed(answer.why)]}. {answer.note}".strip() if answer.why else ""
    return closed_message(digest, options, by=answer.by, name_of=name, at=answer.at, until=answer.until, why=why)


def _rows(desk: ReviewDesk, version: str) -> int:
    with desk.services.store.read() as uow:
        return next((one.examples for one in uow.datasets.all() if one.version == version), 0)


def _pressed(desk: ReviewDesk, body: dict[str, Any], action: dict[str, Any]) -> tuple[Actor, Digest]:
    """Who pressed under which digest. Raises NotYourTask for guests and strangers, and Invalid."""
    actor, value = actor_of(body), DigestValue.parse(action.get("value"))
    desk.people.may_review(actor.user_id, actor.team_id)
    return actor, digests.shelf(desk).one(value.week, value.route)


def _say(respond: Respond, message: SlackMessage) -> None:
    """Beside the suggestion, which is redrawn where it stands."""
    respond(text=message.text, blocks=message.blocks, replace_original=False, response_type="ephemeral")
