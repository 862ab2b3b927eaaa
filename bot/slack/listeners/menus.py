"""The ⋯ menus of cards, and what follows from them: claiming, taking over, handing over."""

from __future__ import annotations

from functools import partial
from typing import Any

import structlog
from slack_bolt import Ack, Respond
from slack_sdk import WebClient

from bot.slack import clock, places, runs
from bot.slack.answers import answering
from bot.slack.desk import Actor, ReviewDesk, actor_of
from bot.slack.forms import hand_over_view, handed_over, history_view, notice, notice_view, parse_hand_over
from bot.slack.ids import ActionId, CallbackId, MenuChoice
from bot.slack.listeners.verdicts import form_for
from bot.slack.publisher import our_words
from bot.slack.routes import Routes
from bot.slack.values import ButtonValue, FormContext, MenuValue
from bot.slack.wire import Wire
from reviewers.errors import AlreadyResolved, Claimed, Invalid, NotYourTask, ReviewError, Unavailable
from reviewers.model import VerdictKind

log = structlog.get_logger()


def register(app: Routes, desk: ReviewDesk) -> None:
    """Route the menus, Take over and the form Hand over."""
    for action in (ActionId.MORE, ActionId.DECIDED_MORE, ActionId.BATCH_MORE):
        app.action(action.value)(partial(_choose, desk))
    app.action(ActionId.TAKE_OVER.value)(partial(_take_over, desk))
    app.view(CallbackId.HAND_OVER.value)(partial(_hand_over, desk))


def _choose(desk: ReviewDesk, ack: Ack, body: dict[str, Any], action: dict[str, Any], client: WebClient) -> None:
    ack()
    chosen = MenuValue.parse((action.get("selected_option") or {}).get("value"))
    actor = actor_of(body)
    if chosen.choice is MenuChoice.CLAIM:
        desk.people.may_review(actor.user_id, actor.team_id)
        desk.queue.claim(chosen.task_id, actor.user_id)
    elif chosen.choice is MenuChoice.GIVE_BACK:
        _give_back(desk, chosen.task_id, actor)
    elif chosen.choice is MenuChoice.UNSURE:
        desk.record(actor, chosen.task_id, VerdictKind.UNSURE)
    else:
        client.views_open(trigger_id=body["trigger_id"], view=_view(desk, chosen, actor))


def _give_back(desk: ReviewDesk, task_id: str, actor: Actor) -> None:
    """The card is the same for all, so somebody else may press it: they are told whose claim it is."""
    task = desk.verdicts.view(task_id).task
    claimant = task.claimant(desk.services.clock.now())
    if claimant and claimant != actor.user_id and task.claimed_until:
        raise Claimed(by=claimant, until=task.claimed_until)
    desk.queue.give_back(task_id, actor.user_id)


def _view(desk: ReviewDesk, chosen: MenuValue, actor: Actor) -> Wire:
    task_id, choice = chosen.task_id, chosen.choice
    if choice is MenuChoice.CHANGE:
        desk.require(task_id, actor)
        return desk.claims(task_id, actor)
    if choice in (MenuChoice.FULL, MenuChoice.CHECK):
        return desk.claims(task_id, actor)
    if choice is MenuChoice.EDIT:
        desk.require(task_id, actor)
        return form_for(desk, actor, VerdictKind.EDIT, FormContext(task_id=task_id))
    if choice is MenuChoice.HAND_OVER:
        desk.require(task_id, actor)
        return hand_over_view(desk.verdicts.view(task_id))
    view = desk.verdicts.view(task_id)
    if choice is MenuChoice.HISTORY:
        return history_view(view, display=desk.display)
    return desk.why(view, actor)


def _take_over(
    desk: ReviewDesk, ack: Ack, body: dict[str, Any], action: dict[str, Any], client: WebClient, respond: Respond
) -> None:
    """The one who had it is told, and sees by whom."""
    ack()
    actor, task_id = actor_of(body), ButtonValue.parse(action.get("value")).task_id
    desk.people.may_review(actor.user_id, actor.team_id)
    holder = desk.verdicts.view(task_id).task.claimant(desk.services.clock.now())
    task = desk.queue.claim(task_id, actor.user_id, take_over=True)
    try:
        places.show(runs.started(desk, actor, task_id=task_id), body, client)
        if body.get("response_url"):  # else the window of the answer stands where the button stood
            until = task.claimed_until
            when = f" until {clock.words(until, desk.zone_of(actor.user_id))}" if until else ""
            places.replace_answer(notice(f"You have #{task.number}{when}."), body, client, respond)
    finally:  # it is taken over, whether or not the window opened
        if holder not in ("", actor.user_id):
            _tell_holder(desk, holder, actor, task.number, client)


def _tell_holder(desk: ReviewDesk, holder: str, actor: Actor, number: int, client: WebClient) -> None:
    name = desk.naming(actor.user_id).name(actor.user_id)
    told = notice(f"{name} has taken over #{number} from you.", "You need not decide it any more.")
    try:
        with our_words():
            client.chat_postMessage(channel=holder, **told.arguments())
    except Unavailable as error:
        log.warning("holder_not_told", error=type(error).__name__)


def _hand_over(desk: ReviewDesk, ack: Ack, body: dict[str, Any], view: dict[str, Any]) -> None:
    """Each for itself: what somebody decided or claimed meanwhile stays, and is told with the reason."""
    actor = actor_of(body)
    with answering(ack, view, desk):
        tasks, to = parse_hand_over(view)
        desk.people.may_review(actor.user_id, actor.team_id)
        if to:
            _may_be_handed(desk, to, actor)
        left: list[tuple[int, ReviewError]] = []
        for task_id in tasks:
            try:
                desk.queue.hand_over(task_id, actor.user_id, to)
            except (AlreadyResolved, Claimed, NotYourTask, Invalid) as error:
                left.append((desk.verdicts.view(task_id).task.number, error))
        if not left:
            ack(response_action="clear")
            return
        at_field = next((reason for _, reason in left if isinstance(reason, Invalid)), None)
        if at_field is not None and len(left) == len(tasks):
            raise at_field  # nothing moved, and somebody else can be chosen
        happened, then = handed_over(len(tasks), left)
        context = FormContext.parse(view.get("private_metadata"))
        ack(response_action="update", view=notice_view("Hand over", happened, then, context=context))


def _may_be_handed(desk: ReviewDesk, to: str, actor: Actor) -> None:
    """A guest or an app cannot decide, so it cannot be theirs either: said at the field."""
    try:
        desk.people.may_review(to, actor.team_id)
    except Exception as error:
        raise Invalid("to", "They cannot review here. Choose a full member of this workspace.") from error
