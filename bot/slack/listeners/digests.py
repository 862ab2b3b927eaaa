"""Buttons of digests: the wrong answers, Snooze, Not useful, the queue and the budget, Show in channel.

Those that lead to a dataset or a training are in `retraining`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import structlog
from slack_bolt import Ack, Respond
from slack_sdk import WebClient

from bot.slack import digests, homes
from bot.slack.answers import answering
from bot.slack.desk import Actor, ReviewDesk, actor_of
from bot.slack.digest.answers import drift_message, noted_message, snoozed_message
from bot.slack.digest.forms import on_page, wrong_outputs_view
from bot.slack.digest.heard import heard
from bot.slack.digest.ids import DigestAction, DigestCallback, DigestValue, WhyNot
from bot.slack.digest.why import WhyAnswer, parse_why, why_view
from bot.slack.forms import FormContext, loading_view, notice, notice_view
from bot.slack.home import COMMAND
from bot.slack.listeners import retraining
from bot.slack.listeners.home import see_queue
from bot.slack.routes import Routes
from bot.slack.values import NamedValue
from bot.slack.wire import Wire
from reviewers.errors import ReviewError, Unavailable
from reviewers.model import TaskView
from reviewers.model.digest import Digest

log = structlog.get_logger()

OUTPUTS = "Wrong answers"  # the window's title


def register(app: Routes, desk: ReviewDesk) -> None:
    """Route them, and the form that asks why."""
    app.action(DigestAction.OUTPUTS.value)(partial(_open_outputs, desk))
    for action in (DigestAction.OUTPUTS_NEXT, DigestAction.OUTPUTS_BACK):
        app.action(action.value)(partial(_turn, desk))
    app.action(DigestAction.SNOOZE.value)(partial(_snooze, desk))
    app.action(DigestAction.NOT_USEFUL.value)(partial(_ask_why, desk))
    app.view(DigestCallback.WHY.value)(partial(_note, desk))
    app.action(DigestAction.QUEUE.value)(partial(see_queue, desk))
    app.action(DigestAction.BUDGET.value)(partial(_tell_budget, desk))
    app.action(DigestAction.SHOW_DRIFT.value)(partial(_show, desk))


def _open_outputs(desk: ReviewDesk, ack: Ack, body: dict[str, Any], action: dict[str, Any], client: WebClient) -> None:
    """The window opens at once, since a digest that was not stored takes longer to make than a trigger lives."""
    ack()
    actor, value = actor_of(body), DigestValue.parse(action.get("value"))
    desk.people.may_review(actor.user_id, actor.team_id)
    context = FormContext(task_id="digest")
    opened = client.views_open(trigger_id=body["trigger_id"], view=loading_view(OUTPUTS, context))["view"]
    try:
        view = _outputs(desk, actor, value)
    except ReviewError as error:
        log.warning("outputs_not_shown", error=type(error).__name__)
        said = "The database did not answer. Try again." if isinstance(error, Unavailable) else str(error)
        view = notice_view(OUTPUTS, said, context=context)
    client.views_update(view_id=opened["id"], hash=opened["hash"], view=view)


def _turn(desk: ReviewDesk, ack: Ack, body: dict[str, Any], action: dict[str, Any], client: WebClient) -> None:
    ack()
    actor, value = actor_of(body), DigestValue.parse(action.get("value"))
    desk.people.may_review(actor.user_id, actor.team_id)
    view = body["view"]
    client.views_update(view_id=view["id"], hash=view["hash"], view=_outputs(desk, actor, value))


def _outputs(desk: ReviewDesk, actor: Actor, value: DigestValue) -> Wire:
    digest = digests.shelf(desk).one(value.week, value.route)
    views = _views(desk, digest, value.page)
    at = {example.output_id: example.link for finding in digest.findings for example in finding.examples}
    links = {view.task.task_id: link for view in views if (link := at.get(view.output.output_id))}
    display = homes.own_display(desk, actor.user_id)
    return wrong_outputs_view(digest, views, page=value.page, links=links, display=display)


def _views(desk: ReviewDesk, digest: Digest, page: int) -> list[TaskView]:
    with desk.services.store.read() as uow:
        tasks = [uow.tasks.for_output(output_id) for output_id in on_page(digest, page)]
        return uow.tasks.views([task.task_id for task in tasks if task is not None])


def _snooze(desk: ReviewDesk, ack: Ack, body: dict[str, Any], action: dict[str, Any], respond: Respond) -> None:
    ack()
    actor, digest = digests.pressed(desk, body, action)
    until = desk.services.digest_answers.snooze(digest, actor.user_id)
    digests.say(respond, snoozed_message(digest.route, until, digests.options(digest)))


def _ask_why(desk: ReviewDesk, ack: Ack, body: dict[str, Any], action: dict[str, Any], client: WebClient) -> None:
    ack()
    _, digest = digests.pressed(desk, body, action)
    told = heard(digest, digests.options(digest, desk.services.digest_answers.display(digest))).digest
    form = why_view(digests.asked_at(digest, body, dismisses=False), told)
    client.views_open(trigger_id=body["trigger_id"], view=form)


def _note(desk: ReviewDesk, ack: Ack, body: dict[str, Any], view: dict[str, Any], client: WebClient) -> None:
    """Recorded before the ack, so that a failure is told in the form; then what it changes, where it was asked."""
    actor, follow = actor_of(body), None
    with answering(ack, view, desk):
        form = parse_why(view)
        desk.people.may_review(actor.user_id, actor.team_id)
        digest = digests.shelf(desk).one(form.context.week, form.context.route)
        if form.context.dismisses:
            then = retraining.dismiss(desk, actor, digest, form, client)
        else:
            then = _not_useful(desk, actor, digest, form, client)
        ack()
        follow = then  # only now: what was not kept is not thanked for
    if follow is not None:
        follow()


def _not_useful(
    desk: ReviewDesk, actor: Actor, digest: Digest, form: WhyAnswer, client: WebClient
) -> Callable[[], None]:
    reason = WhyNot(form.reason.value)
    desk.services.digest_answers.not_useful(digest, actor.user_id, why=reason.value, which=form.which, note=form.note)
    return partial(digests.say_where, form.context.channel, actor, noted_message(reason), client)


def _tell_budget(desk: ReviewDesk, ack: Ack, body: dict[str, Any], action: dict[str, Any], respond: Respond) -> None:
    ack()
    actor, name = actor_of(body), NamedValue.parse(action.get("value")).name
    desk.people.may_review(actor.user_id, actor.team_id)
    if desk.services.routes.named(name) is not None:
        then = f"Type {COMMAND} setup in its channel; its leads can change the minutes a week."
    else:
        then = "The policy file says how many minutes a week it has; a change there is read at once."
    digests.say(respond, notice("The budget is part of the route.", then))


def _show(desk: ReviewDesk, ack: Ack, body: dict[str, Any], action: dict[str, Any], respond: Respond) -> None:
    """Where it was asked, also where Whetstone is no member; the button goes, so that it is shown once."""
    ack()
    actor, value = actor_of(body), DigestValue.parse(action.get("value"))
    desk.people.may_review(actor.user_id, actor.team_id)
    shelf = digests.shelf(desk)
    digest = shelf.so_far(value.route, as_of=value.until) if value.until else shelf.one(value.week, value.route)
    shown = drift_message(digest, digests.options(digest), shown_by=actor.user_id)
    respond(
        text=shown.text, blocks=shown.blocks, response_type="in_channel", replace_original=False, unfurl_links=False
    )
    told = notice("These comparisons are in the channel now.")
    respond(text=told.text, blocks=told.blocks, replace_original=True)
