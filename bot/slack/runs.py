"""The review run at the edge: which answer comes next, and what stands in the window."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.slack.desk import Actor, ReviewDesk
from bot.slack.forms import RunState, finished_view, run_view
from bot.slack.forms.run import COUNTED
from bot.slack.values import FormContext
from bot.slack.wire import Wire
from reviewers.errors import AlreadyResolved, NotYourTask, UnknownTask
from reviewers.model import ReleaseState, TaskState, TaskView, VerdictKind

GONE = frozenset({"not_found", "view_not_found"})  # the person has closed the window


def started(desk: ReviewDesk, actor: Actor, *, task_id: str = "", settles: bool = False) -> Wire:
    """The window of a new run: with this answer first, or with whatever is next.

    An answer that this person cannot decide is shown to be read. Raises NotYourTask, Claimed and UnknownTask.
    """
    desk.people.may_review(actor.user_id, actor.team_id)
    state = RunState(started=desk.services.clock.now().timestamp(), settles=settles)
    if not task_id:
        return following(desk, actor, state)
    try:
        if not settles:
            desk.queue.claim(task_id, actor.user_id)
        view = desk.verdicts.view(task_id)
        desk.verdicts.require(view, actor.user_id)
    except (AlreadyResolved, NotYourTask):
        return desk.claims(task_id, actor)
    return drawn(desk, actor, replace(state, settles=view.task.state is TaskState.DISPUTED), view)


def following(desk: ReviewDesk, actor: Actor, state: RunState, told: str = "") -> Wire:
    """The next answer for this person, or the end of the run."""
    view = _next_dispute(desk, actor, state) if state.settles else _next(desk, actor, state)
    if view is None:
        return finished_view(state, now=desk.services.clock.now(), told=told)
    return drawn(desk, actor, state, view, told)


def drawn(desk: ReviewDesk, actor: Actor, state: RunState, view: TaskView, told: str = "") -> Wire:
    """The window with this answer."""
    if state.settles:
        left = len([one for one in desk.queue.disputes_for(actor.user_id) if one.task.task_id not in state.skipped])
    else:
        left = desk.queue.count_for(actor.user_id, COUNTED + 1) - len(state.skipped)
    now = replace(state, task_id=view.task.task_id, opened=desk.services.clock.now().timestamp())
    return run_view(view, now, left=max(1, left), display=desk.display, told=told)


def recorded(desk: ReviewDesk, state: RunState, kind: VerdictKind) -> RunState:
    """The run after a verdict that was recorded on the answer in its window."""
    view = desk.verdicts.view(state.task_id)
    sent = view.release is not None and view.release.state in (ReleaseState.APPROVED, ReleaseState.EDITED)
    return state.after(view, kind, desk.services.clock.now(), sent=sent)


def on_top(state: RunState, view: Wire) -> Wire:
    """A form that stands on top of the run: it knows where it came from, so that the run goes on after it."""
    own = FormContext.parse(view["private_metadata"])
    context = replace(own, run=state.to_json(), opened=state.opened, settles=state.settles)
    return {**view, "private_metadata": context.to_json()}


def go_on(
    desk: ReviewDesk, actor: Actor, context: FormContext, kind: VerdictKind, view: dict[str, Any], client: WebClient
) -> None:
    """After a form on top of a run was saved: put the next answer into the window below."""
    state = recorded(desk, RunState.parse(context.run), kind)
    show(client, str(view.get("root_view_id") or view["id"]), following(desk, actor, state))


def show(client: WebClient, view_id: str, view: Wire) -> None:
    """Put it into the window; one that the person has closed meanwhile needs nothing."""
    try:
        client.views_update(view_id=view_id, view=view)
    except SlackApiError as error:
        if error.response.get("error") not in GONE:
            raise


def opened_at(seconds: float) -> datetime | None:
    """When the person had the answer before them."""
    return datetime.fromtimestamp(seconds, UTC) if seconds else None


def _next(desk: ReviewDesk, actor: Actor, state: RunState) -> TaskView | None:
    return desk.queue.take_next(actor.user_id, skip=state.skipped)


def _next_dispute(desk: ReviewDesk, actor: Actor, state: RunState) -> TaskView | None:
    for view in desk.queue.disputes_for(actor.user_id):
        if view.task.task_id in state.skipped:
            continue
        try:
            desk.verdicts.require(view, actor.user_id)
        except (AlreadyResolved, NotYourTask, UnknownTask):
            continue
        return view
    return None
