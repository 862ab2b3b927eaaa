"""The edit and reject forms: what a person hands in, shown once more, then recorded."""

from __future__ import annotations

from functools import partial
from typing import Any

from slack_bolt import Ack

from bot.slack.answers import answering
from bot.slack.desk import ReviewDesk, actor_of
from bot.slack.forms import FieldErrors, changes_view, fingerprint, parse_changes, parse_edit, parse_reject
from bot.slack.ids import CallbackId, FormContext
from bot.slack.routes import Routes
from reviewers.errors import Invalid
from reviewers.model import VerdictKind


def register(app: Routes, desk: ReviewDesk) -> None:
    """Route the submissions of the three forms, and of the window that follows when somebody was faster."""
    app.view(CallbackId.EDIT.value)(partial(_show_changes, desk))
    app.view(CallbackId.CHANGES.value)(partial(_save_edit, desk))
    app.view(CallbackId.REJECT.value)(partial(_save_reject, desk))
    app.view(CallbackId.NOTHING.value)(_done)


def _show_changes(desk: ReviewDesk, ack: Ack, body: dict[str, Any], view: dict[str, Any]) -> None:
    actor = actor_of(body)
    with answering(ack, view, desk):
        task = desk.verdicts.view(FormContext.parse(view.get("private_metadata")).task_id)
        form = parse_edit(view, task)
        if isinstance(form, FieldErrors):
            ack(**form.response())
            return
        # A pushed view has no room for a long text, and is submitted without the one below: the text is kept here.
        desk.verdicts.keep_draft(task.task.task_id, actor.user_id, form.text, form.reasons)
        draft = desk.verdicts.draft(task.task.task_id, actor.user_id)
        assert draft is not None
        ack(response_action="push", view=changes_view(task, draft))


def _save_edit(desk: ReviewDesk, ack: Ack, body: dict[str, Any], view: dict[str, Any]) -> None:
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
            )
            ack(response_action="clear")


def _save_reject(desk: ReviewDesk, ack: Ack, body: dict[str, Any], view: dict[str, Any]) -> None:
    with answering(ack, view, desk):
        form = parse_reject(view)
        if isinstance(form, FieldErrors):
            ack(**form.response())
            return
        with answering(ack, view, desk, kind=VerdictKind.REJECT, note=form.note):
            desk.record(actor_of(body), form.context.task_id, VerdictKind.REJECT, reasons=form.reasons, note=form.note)
            ack(response_action="clear")


def _done(ack: Ack) -> None:
    """The window that keeps words to be copied was left."""
    ack(response_action="clear")
