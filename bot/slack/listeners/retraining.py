"""Buttons of the suggestion to retrain, and the datasets that buttons build."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from slack_bolt import Ack, Respond
from slack_sdk import WebClient

from bot.slack import digests
from bot.slack.desk import Actor, ReviewDesk
from bot.slack.digest.answers import building_message, dataset_message, faster_message
from bot.slack.digest.ids import DISMISSED_WORDS, DigestAction, Dismissed
from bot.slack.digest.suggestion import closed_message, started_message
from bot.slack.digest.why import WhyAnswer, why_view
from bot.slack.routes import Routes
from bot.slack.wire import SlackMessage
from reviewers.model import DatasetVersion
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
    _, digest = digests.pressed(desk, body, action)
    digests.say(respond, building_message(digest, format))
    built = desk.services.retraining.dataset(digest, format, desk.datasets)
    _tell(respond, built)


def _accept(
    desk: ReviewDesk, ack: Ack, body: dict[str, Any], action: dict[str, Any], client: WebClient, respond: Respond
) -> None:
    ack()
    actor, digest = digests.pressed(desk, body, action)
    if desk.services.retraining.standing(digest, actor.user_id) is None:
        digests.say(respond, building_message(digest, TRAINS_ON))
    decided = desk.services.retraining.accept(digest, actor.user_id, desk.datasets)
    _settle(desk, digest, decided, client, respond)
    built = decided.dataset
    if built is not None:
        _tell(respond, built)


def _postpone(
    desk: ReviewDesk, ack: Ack, body: dict[str, Any], action: dict[str, Any], client: WebClient, respond: Respond
) -> None:
    ack()
    actor, digest = digests.pressed(desk, body, action)
    decided = desk.services.retraining.postpone(digest, actor.user_id)
    _settle(desk, digest, decided, client, respond)


def _ask_why(desk: ReviewDesk, ack: Ack, body: dict[str, Any], action: dict[str, Any], client: WebClient) -> None:
    ack()
    actor, digest = digests.pressed(desk, body, action)
    desk.services.retraining.require(digest, actor.user_id)
    form = why_view(digests.asked_at(digest, body, dismisses=True))
    client.views_open(trigger_id=body["trigger_id"], view=form)


def dismiss(desk: ReviewDesk, actor: Actor, digest: Digest, form: WhyAnswer, client: WebClient) -> Callable[[], None]:
    """Record what the form behind Dismiss says; what is to follow its ack."""
    decided = desk.services.retraining.dismiss(digest, actor.user_id, why=form.reason.value, note=form.note)

    def follow() -> None:
        _redraw(desk, digest, decided, client)
        if not decided.first:
            told = faster_message(decided.answer, digests.options(digest))
            digests.say_where(form.context.channel, actor, told, client)

    return follow


def _tell(respond: Respond, built: DatasetVersion) -> None:
    digests.say(respond, dataset_message(Path(built.path).name, built.format, built.examples))


def _settle(desk: ReviewDesk, digest: Digest, decided: Decided, client: WebClient, respond: Respond) -> None:
    """Redrawn also for who came second: an earlier redrawing may have failed."""
    _redraw(desk, digest, decided, client)
    if not decided.first:
        digests.say(respond, faster_message(decided.answer, digests.options(digest)))


def _redraw(desk: ReviewDesk, digest: Digest, decided: Decided, client: WebClient) -> None:
    """Wherever the suggestion stands; the button also stands under the digest itself, which is left as it is."""
    message = _closed(desk, digest, decided.answer)
    for channel, ts in desk.services.retraining.places(digest):
        client.chat_update(channel=channel, ts=ts, **message.arguments())


def _closed(desk: ReviewDesk, digest: Digest, answer: DigestAnswer) -> SlackMessage:
    """The suggestion as this answer leaves it."""
    name, options = desk.people.known_name(answer.by), digests.options(digest)
    if answer.kind is DigestAnswerKind.ACCEPTED:
        rows, told = _rows(desk, answer.dataset), desk.services.retraining.told(answer)
        return started_message(digest, options, by=answer.by, name_of=name, at=answer.at, rows=rows, receivers=told)
    why = f"{DISMISSED_WORDS[Dismissed(answer.why)]}. {answer.note}".strip() if answer.why else ""
    return closed_message(digest, options, by=answer.by, name_of=name, at=answer.at, until=answer.until, why=why)


def _rows(desk: ReviewDesk, version: str) -> int:
    with desk.services.store.read() as uow:
        return next((one.examples for one in uow.datasets.all() if one.version == version), 0)
