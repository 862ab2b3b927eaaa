"""The review run: Review next, Open and Decide next open it; its buttons record and put the next one in place."""

from __future__ import annotations

from functools import partial
from typing import Any

from slack_bolt import Ack
from slack_sdk import WebClient

from bot.slack import homes, places, runs
from bot.slack.desk import ReviewDesk, actor_of
from bot.slack.forms import RunState
from bot.slack.forms.run import TOO_FAST_SECONDS
from bot.slack.ids import ActionId, CallbackId, MenuChoice
from bot.slack.routes import Routes
from bot.slack.values import ButtonValue, MenuValue
from reviewers.errors import AlreadyResolved, Claimed, NotYourTask, ReviewError
from reviewers.model import VerdictKind

TOO_FAST = "That press came before the answer was on the screen, so it was not counted."


def register(app: Routes, desk: ReviewDesk) -> None:
    """Route what opens a run, and its buttons."""
    app.action(ActionId.NEXT.value)(partial(_start, desk))
    app.action(ActionId.DECIDE_NEXT.value)(partial(_start_settling, desk))
    app.action(ActionId.OPEN.value)(partial(_open, desk))
    app.action(ActionId.RUN_APPROVE.value)(partial(_record, desk, VerdictKind.APPROVE))
    app.action(ActionId.RUN_UNSURE.value)(partial(_record, desk, VerdictKind.UNSURE))
    app.action(ActionId.RUN_EDIT.value)(partial(_edit, desk))
    app.action(ActionId.RUN_REJECT.value)(partial(_reject, desk))
    app.action(ActionId.RUN_CHECK.value)(partial(_check, desk))
    app.action(ActionId.RUN_MORE.value)(partial(_more, desk))
    app.action(ActionId.RUN_UNDO.value)(partial(_undo, desk))
    app.closed(CallbackId.RUN.value)(partial(_stop, desk))


def _start(desk: ReviewDesk, ack: Ack, body: dict[str, Any], client: WebClient) -> None:
    ack()
    places.show(runs.started(desk, actor_of(body)), body, client)


def _start_settling(desk: ReviewDesk, ack: Ack, body: dict[str, Any], client: WebClient) -> None:
    ack()
    places.show(runs.started(desk, actor_of(body), settles=True), body, client)


def _open(desk: ReviewDesk, ack: Ack, body: dict[str, Any], action: dict[str, Any], client: WebClient) -> None:
    ack()
    value = ButtonValue.parse(action.get("value"))
    places.show(runs.started(desk, actor_of(body), task_id=value.task_id, settles=value.settles), body, client)


def _record(desk: ReviewDesk, kind: VerdictKind, ack: Ack, body: dict[str, Any], client: WebClient) -> None:
    ack()
    actor, state = actor_of(body), RunState.parse(body["view"].get("private_metadata"))
    if _too_fast(desk, state):
        view = runs.drawn(desk, actor, state, desk.verdicts.view(state.task_id), TOO_FAST)
    else:
        try:
            when = runs.opened_at(state.opened)
            desk.record(actor, state.task_id, kind, opened_at=when, settles=state.settles)
            view = runs.following(desk, actor, runs.recorded(desk, state, kind))
        except (AlreadyResolved, Claimed, NotYourTask) as error:
            view = runs.following(desk, actor, state.skipping(), _told(desk, error))
    runs.show(client, body["view"]["id"], view)


def _too_fast(desk: ReviewDesk, state: RunState) -> bool:
    """A double press must not decide the answer that comes after: nobody can have read that yet."""
    first = state.last is None and not state.skipped
    return not first and desk.services.clock.now().timestamp() - state.opened < TOO_FAST_SECONDS


def _told(desk: ReviewDesk, error: ReviewError) -> str:
    """What became of the answer instead, in one sentence."""
    if isinstance(error, AlreadyResolved) and error.by:
        who = desk.naming(error.by).name(error.by)
        return f"{who} decided before you: {error.outcome}. Yours was not counted. Here is the next one."
    if isinstance(error, AlreadyResolved):
        return "That one timed out before you decided. Yours was not counted. Here is the next one."
    if isinstance(error, Claimed):
        return f"{desk.naming(error.by).name(error.by)} has taken that one over. Here is the next one."
    return f"{error} Here is the next one."


def _edit(desk: ReviewDesk, ack: Ack, body: dict[str, Any], client: WebClient) -> None:
    ack()
    actor, state = actor_of(body), RunState.parse(body["view"].get("private_metadata"))
    desk.require(state.task_id, actor)
    client.views_push(trigger_id=body["trigger_id"], view=runs.on_top(state, desk.edit(state.task_id, actor)))


def _reject(desk: ReviewDesk, ack: Ack, body: dict[str, Any], client: WebClient) -> None:
    ack()
    actor, state = actor_of(body), RunState.parse(body["view"].get("private_metadata"))
    desk.require(state.task_id, actor)
    client.views_push(trigger_id=body["trigger_id"], view=runs.on_top(state, desk.reject(state.task_id, actor)))


def _check(desk: ReviewDesk, ack: Ack, body: dict[str, Any], client: WebClient) -> None:
    ack()
    actor, state = actor_of(body), RunState.parse(body["view"].get("private_metadata"))
    client.views_push(trigger_id=body["trigger_id"], view=runs.on_top(state, desk.claims(state.task_id, actor)))
    desk.verdicts.note_opening(state.task_id, actor.user_id)


def _more(desk: ReviewDesk, ack: Ack, body: dict[str, Any], action: dict[str, Any], client: WebClient) -> None:
    ack()
    actor, state = actor_of(body), RunState.parse(body["view"].get("private_metadata"))
    chosen = MenuValue.parse((action.get("selected_option") or {}).get("value"))
    if chosen.choice is MenuChoice.SKIP:
        desk.queue.give_back(state.task_id, actor.user_id)
        runs.show(client, body["view"]["id"], runs.following(desk, actor, state.skipping()))
    elif chosen.choice is MenuChoice.WHY:
        view = desk.why(desk.verdicts.view(chosen.task_id), actor)
        client.views_push(trigger_id=body["trigger_id"], view=view)
    else:
        view = runs.on_top(state, desk.claims(chosen.task_id, actor))
        client.views_push(trigger_id=body["trigger_id"], view=view)


def _undo(desk: ReviewDesk, ack: Ack, body: dict[str, Any], action: dict[str, Any], client: WebClient) -> None:
    """The verdict before is taken back, and its answer stands in the window again; the one that stood there waits."""
    ack()
    actor, state = actor_of(body), RunState.parse(body["view"].get("private_metadata"))
    task_id = ButtonValue.parse(action.get("value")).task_id
    try:
        desk.verdicts.withdraw(task_id, actor.user_id)
        if state.task_id and state.task_id != task_id:
            desk.queue.give_back(state.task_id, actor.user_id)
        if not state.settles:
            desk.queue.claim(task_id, actor.user_id)
        view = runs.drawn(desk, actor, state.before(), desk.verdicts.view(task_id))
    except (AlreadyResolved, Claimed, NotYourTask) as error:
        view = runs.following(desk, actor, state.before(), _told(desk, error))
    runs.show(client, body["view"]["id"], view)


def _stop(desk: ReviewDesk, ack: Ack, body: dict[str, Any], client: WebClient) -> None:
    """The window was closed: what was claimed with it is everybody's again, and Home shows what is left.

    Slack does not say that Home is opened when it comes to light under a window, so it would still list what the run
    decided.
    """
    ack()
    actor, state = actor_of(body), RunState.parse(body["view"].get("private_metadata"))
    if state.task_id and not state.settles:
        desk.queue.give_back(state.task_id, actor.user_id)
    homes.publish(desk, actor, client)
