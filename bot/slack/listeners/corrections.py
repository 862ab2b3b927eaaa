"""The edit and reject forms: what a person hands in, shown once more, then recorded."""

from __future__ import annotations

from functools import partial
from typing import Any

import structlog
from slack_bolt import Ack
from slack_sdk import WebClient

from bot.slack import runs
from bot.slack.answers import answering
from bot.slack.desk import Actor, ReviewDesk, actor_of
from bot.slack.forms import (
    FieldErrors,
    begun,
    carrying,
    changes_view,
    claim_edit_view,
    fingerprint,
    from_draft,
    parse_changes,
    parse_claim_edit,
    parse_edit,
    parse_reject,
    turned,
)
from bot.slack.ids import ActionId, CallbackId
from bot.slack.publisher import our_words
from bot.slack.routes import Routes
from bot.slack.values import ClaimValue, FormContext
from reviewers.errors import Invalid, Unavailable
from reviewers.model import VerdictKind

log = structlog.get_logger()


def register(app: Routes, desk: ReviewDesk) -> None:
    """Route the submissions of the three forms, and of the window that follows when somebody was faster."""
    app.action(ActionId.EDIT_NEXT.value)(partial(_turn, desk, 1))
    app.action(ActionId.EDIT_BACK.value)(partial(_turn, desk, -1))
    app.action(ActionId.CLAIM_EDIT.value)(partial(_edit_claim, desk))
    app.view(CallbackId.EDIT.value)(partial(_show_changes, desk))
    app.view(CallbackId.EDIT_CLAIM.value)(partial(_show_claim_changes, desk))
    app.view(CallbackId.CHANGES.value)(partial(_save_edit, desk))
    app.view(CallbackId.REJECT.value)(partial(_save_reject, desk))
    app.view(CallbackId.NOTHING.value)(_done)


def _turn(desk: ReviewDesk, step: int, ack: Ack, body: dict[str, Any], client: WebClient) -> None:
    """Another page of a very long answer: what was typed on this one is kept as the person's draft."""
    ack()
    actor, submitted = actor_of(body), body["view"]
    task = desk.verdicts.view(FormContext.parse(submitted.get("private_metadata")).task_id)
    form = turned(submitted, task, desk.verdicts.draft(task.task.task_id, actor.user_id))
    if form.text != task.output.completion:
        desk.verdicts.keep_draft(task.task.task_id, actor.user_id, form.text, form.reasons)
    view = desk.edit(task.task.task_id, actor, page=form.context.page + step, redraws=True)
    client.views_update(view_id=submitted["id"], hash=submitted["hash"], view=carrying(view, form.context))


def _show_changes(desk: ReviewDesk, ack: Ack, body: dict[str, Any], view: dict[str, Any], client: WebClient) -> None:
    actor = actor_of(body)
    below: FormContext | None = None
    with answering(ack, view, desk):
        context = FormContext.parse(view.get("private_metadata"))
        task = desk.verdicts.view(context.task_id)
        form = parse_edit(view, task, desk.verdicts.draft(context.task_id, actor.user_id))
        if isinstance(form, FieldErrors):
            ack(**form.response())
            return
        # A pushed view has no room for a long text, and is submitted without the one below: the text is kept here.
        desk.verdicts.keep_draft(task.task.task_id, actor.user_id, form.text, form.reasons)
        draft = desk.verdicts.draft(task.task.task_id, actor.user_id)
        assert draft is not None
        # On top of a run it replaces the form: only the topmost view can be closed alone, and the run is below.
        ack(response_action="update" if context.run else "push", view=carrying(changes_view(task, draft), context))
        below = context if from_draft(context) and not context.run else None
    if below is not None:
        _renew(desk, actor, below, view, client)


def _renew(desk: ReviewDesk, actor: Actor, context: FormContext, view: dict[str, Any], client: WebClient) -> None:
    """The form below goes on from the draft that took the place of the one it was filled with."""
    try:
        form = desk.edit(context.task_id, actor, page=context.page, redraws=True)
        with our_words():
            client.views_update(view_id=view["id"], view=carrying(form, context))
    except Unavailable as error:  # the changes stand there all the same; Show changes after Back tells what to do
        log.warning("form_below_not_renewed", error=type(error).__name__)


def _edit_claim(desk: ReviewDesk, ack: Ack, body: dict[str, Any], action: dict[str, Any], client: WebClient) -> None:
    """In the place of the claim view, whose marks are kept: a third window has no room above a run."""
    ack()
    actor, value = actor_of(body), ClaimValue.parse(action.get("value"))
    form = desk.keep_marks(actor, body["view"])
    desk.require(value.task_id, actor)
    task = desk.verdicts.view(value.task_id)
    text = begun(task, actor.user_id, desk.verdicts.draft(value.task_id, actor.user_id)).text
    view = carrying(claim_edit_view(task, value.number, text), form.context)
    client.views_update(view_id=body["view"]["id"], hash=body["view"]["hash"], view=view)


def _show_claim_changes(desk: ReviewDesk, ack: Ack, body: dict[str, Any], view: dict[str, Any]) -> None:
    actor = actor_of(body)
    with answering(ack, view, desk):
        context = FormContext.parse(view.get("private_metadata"))
        task = desk.verdicts.view(context.task_id)
        before = begun(task, actor.user_id, desk.verdicts.draft(context.task_id, actor.user_id))
        text = parse_claim_edit(view, task, before.text)
        if isinstance(text, FieldErrors):
            ack(**text.response())
            return
        desk.verdicts.keep_draft(context.task_id, actor.user_id, text, before.reasons)
        draft = desk.verdicts.draft(context.task_id, actor.user_id)
        assert draft is not None
        ack(response_action="update", view=carrying(changes_view(task, draft), context))


def _save_edit(desk: ReviewDesk, ack: Ack, body: dict[str, Any], view: dict[str, Any], client: WebClient) -> None:
    actor = actor_of(body)
    with answering(ack, view, desk):
        form = parse_changes(view)
        draft = desk.verdicts.draft(form.context.task_id, actor.user_id)
        if draft is None or fingerprint(draft) != form.context.draft:
            raise Invalid("value", "This edit was changed in another window. Press Back and Show changes once more.")
        with answering(ack, view, desk, text=draft.text, note=form.note):
            desk.record(
                actor,
                form.context.task_id,
                VerdictKind.EDIT,
                correction=draft.text,
                reasons=draft.reasons,
                note=form.note,
                **origin(form.context),
            )
            finish(desk, actor, form.context, VerdictKind.EDIT, view, ack, client)


def _save_reject(desk: ReviewDesk, ack: Ack, body: dict[str, Any], view: dict[str, Any], client: WebClient) -> None:
    actor = actor_of(body)
    with answering(ack, view, desk):
        form = parse_reject(view)
        if isinstance(form, FieldErrors):
            ack(**form.response())
            return
        with answering(ack, view, desk, kind=VerdictKind.REJECT, note=form.note):
            desk.record(
                actor,
                form.context.task_id,
                VerdictKind.REJECT,
                reasons=form.reasons,
                note=form.note,
                **origin(form.context),
            )
            finish(desk, actor, form.context, VerdictKind.REJECT, view, ack, client)


def origin(context: FormContext) -> dict[str, Any]:
    """What a verdict has to say of where its form was opened."""
    return {
        "opened_at": runs.opened_at(context.opened),
        "settles": context.settles,
        "disagrees": context.disagrees,
    }


def finish(
    desk: ReviewDesk,
    actor: Actor,
    context: FormContext,
    kind: VerdictKind,
    view: dict[str, Any],
    ack: Ack,
    client: WebClient,
) -> None:
    """The verdict is recorded: close all windows, or go on with the run below."""
    if not context.run:
        ack(response_action="clear")
        return
    ack()
    runs.go_on(desk, actor, context, kind, view, client)


def _done(ack: Ack, view: dict[str, Any]) -> None:
    """The window that keeps words to be copied was left; a run that stands below it goes on."""
    ack() if FormContext.parse(view.get("private_metadata")).run else ack(response_action="clear")
