"""Ad-hoc checks: `/whetstone ask` and `verify`, the message shortcut with its form, and the buttons of an answer."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

from slack_bolt import Ack, Respond
from slack_sdk import WebClient

from bot.slack.answers import answering
from bot.slack.cards.check import check_view, is_answered, shared_message
from bot.slack.check_screen import SlackCheckScreen
from bot.slack.desk import Actor, ReviewDesk, actor_of
from bot.slack.forms import notice, notice_view
from bot.slack.forms.check import SUBMITTED_MODEL, TITLE, CheckForm, check_form, parse_check, thread_turns
from bot.slack.forms.claims import claim_view
from bot.slack.ids import ActionId, BlockId, CallbackId
from bot.slack.publisher import our_words
from bot.slack.routes import Routes
from bot.slack.values import CheckValue, FormContext, MessagePlace
from reviewers.errors import Invalid, NotYourTask, OutcomeUnknown, RateLimited, Refused, Unready
from reviewers.model import Check, CheckKind, Message, Output
from reviewers.ports import Received
from reviewers.workflow.checking import Asker, thread_prompt

THREAD_SECONDS = 2  # until Slack counts as silent: a form waits three seconds in all
THREAD_PAGE = 200  # messages of a thread that are read: more than a prompt takes
PRIVATELY = "What comes of it is a direct message from Whetstone, and only you see it."
DOING = {CheckKind.ASK: "Searching the sources.", CheckKind.VERIFY: "Checking the claims."}
NOWHERE = FormContext(task_id="none")


def register(app: Routes, desk: ReviewDesk) -> None:
    """Route the shortcut, its form and the buttons; the command's dispatcher calls `take`."""
    app.shortcut(CallbackId.CHECK_MESSAGE.value)(partial(_open_form, desk))
    app.view(CallbackId.CHECK_MESSAGE.value)(partial(_hand_in, desk))
    for action in (ActionId.SEND_TO_REVIEW, ActionId.ASK_REVIEWERS):
        app.action(action.value)(partial(_send, desk))
    app.action(ActionId.CHECK_CLAIMS.value)(partial(_open_claims, desk))
    app.action(ActionId.SHARE.value)(partial(_share, desk))


def take(desk: ReviewDesk, kind: CheckKind, text: str, body: dict[str, Any], respond: Respond) -> None:
    """Take a question or a text from the command, and say where its answer will be; the worker does the rest."""
    actor = actor_of(body)
    _may_ask(desk, actor)
    asker = Asker(user_id=actor.user_id, team_id=actor.team_id, channel=str(body["channel_id"]))
    try:
        checks = desk.services.checks
        checks.ask(text, asker) if kind is CheckKind.ASK else checks.verify(text, asker)
        message = notice(DOING[kind], PRIVATELY)
    except Invalid as wrong:
        happened, _, example = str(wrong).partition(". ")
        message = notice(f"{happened}.", example)
    respond(text=message.text, blocks=message.blocks, response_type="ephemeral", unfurl_links=False)


def _may_ask(desk: ReviewDesk, actor: Actor) -> None:
    """Sources are the workspace's own: its guests and strangers are not told what stands in them."""
    try:
        desk.people.may_review(actor.user_id, actor.team_id)
    except NotYourTask:
        raise Invalid("person", "Only full members of this workspace can ask its sources.") from None


def _open_form(desk: ReviewDesk, ack: Ack, body: dict[str, Any], client: WebClient) -> None:
    ack()
    _may_ask(desk, actor_of(body))
    client.views_open(trigger_id=body["trigger_id"], view=check_form(body["message"], str(body["channel"]["id"])))


def _hand_in(desk: ReviewDesk, ack: Ack, body: dict[str, Any], view: dict[str, Any], client: WebClient) -> None:
    actor = actor_of(body)
    with answering(ack, view, desk):
        form = parse_check(view)
        if form.submits:
            _submit(desk, form, actor, ack, _hasty(client))
            return
        asker = Asker(user_id=actor.user_id, team_id=actor.team_id, channel=form.place.channel)
        desk.services.checks.verify(form.text, asker)
        ack(response_action="update", view=notice_view(TITLE, DOING[CheckKind.VERIFY], PRIVATELY, context=NOWHERE))


def _hasty(client: WebClient) -> WebClient:
    """A client for what a form waits for. An ack at once and a later views.update could overtake each other."""
    return WebClient(token=client.token, base_url=client.base_url, timeout=THREAD_SECONDS, retry_handlers=[])


def _submit(desk: ReviewDesk, form: CheckForm, actor: Actor, ack: Ack, client: WebClient) -> None:
    """Receive the message as an output, and say what happened and what follows from it."""
    try:
        thread, unread = _thread(form.place, client)
    except (OutcomeUnknown, RateLimited):
        again = "Slack did not tell what stands in the thread. Press Go on again."
        ack(response_action="errors", errors={BlockId.CHECK_CHOICE.value: again})
        return
    receipt = desk.services.checks.submit(_message_output(form, actor, thread, desk.services.clock.now()))
    happened, then = "This message was submitted before.", "It is kept once."
    if receipt.status is Received.NEW:
        happened = f"Submitted as #{receipt.number}."
        then = f"It is scored in a moment, and may be picked for review; other people decide on it then. {unread}"
    ack(response_action="update", view=notice_view(TITLE, happened, then, context=NOWHERE))


def _message_output(form: CheckForm, actor: Actor, thread: list[Message], now: datetime) -> Output:
    return Output(
        output_id=f"slack-{form.place.channel}-{form.place.ts}",
        prompt=thread_prompt(thread),
        completion=form.text,
        model=form.place.author or SUBMITTED_MODEL,
        tags=("slack",),
        created_at=now,
        received_at=now,
        submitted_by=actor.user_id,
        metadata={"channel": form.place.channel, "ts": form.place.ts},
    )


def _thread(place: MessagePlace, client: WebClient) -> tuple[list[Message], str]:
    """What was said before in the message's thread; a sentence when Whetstone may not read it.

    Raises OutcomeUnknown or RateLimited.
    """
    if not place.thread_ts:
        return [], ""
    try:
        with our_words():
            found = client.conversations_replies(channel=place.channel, ts=place.thread_ts, limit=THREAD_PAGE)
    except (Refused, Unready):
        return [], "Its thread could not be read, so it has no prompt: Whetstone is not in that channel."
    return thread_turns(found["messages"], place.ts), ""


def _send(desk: ReviewDesk, ack: Ack, body: dict[str, Any], action: dict[str, Any], client: WebClient) -> None:
    ack()
    check_id = CheckValue.parse(action.get("value")).check_id
    desk.services.checks.send_to_review(check_id, actor_of(body).user_id)
    _redraw(desk, check_id, client)


def _open_claims(desk: ReviewDesk, ack: Ack, body: dict[str, Any], action: dict[str, Any], client: WebClient) -> None:
    ack()
    check = desk.services.checks.find(CheckValue.parse(action.get("value")).check_id)
    if check is None or not is_answered(check) or not _may_read(check, actor_of(body)):
        raise Invalid("check", "This answer belongs to somebody else. Ask the same with /whetstone ask.")
    view = claim_view(check_view(check), display=desk.display, read_only=True)
    client.views_open(trigger_id=body["trigger_id"], view=view)


def _may_read(check: Check, actor: Actor) -> bool:
    return check.asked_by == actor.user_id or check.shared_at is not None


def _share(desk: ReviewDesk, ack: Ack, body: dict[str, Any], action: dict[str, Any], client: WebClient) -> None:
    ack()
    check_id = CheckValue.parse(action.get("value")).check_id
    if desk.services.checks.share(check_id, actor_of(body).user_id, partial(_post, desk, client)):
        _redraw(desk, check_id, client)


def _post(desk: ReviewDesk, client: WebClient, check: Check) -> None:
    """Raises Invalid (`channel`) with what to do."""
    review = desk.services.checks.review_of(check)
    people = [verdict.reviewer for verdict in review.verdicts] if review else []
    message = shared_message(check, review, desk.naming(*people))
    try:
        with our_words():
            client.chat_postMessage(channel=check.channel, **message.arguments())
    except (Refused, Unready):
        way = "Invite it there with /invite @Whetstone, and press Share again."
        raise Invalid("channel", f"Not shared: Whetstone is not in the conversation where you asked. {way}") from None
    except (OutcomeUnknown, RateLimited):
        unsure = "Slack did not answer, so it may be shared or not. Look there before you press Share again."
        raise Invalid("channel", unsure) from None


def _redraw(desk: ReviewDesk, check_id: str, client: WebClient) -> None:
    checks = desk.services.checks
    check = checks.find(check_id)
    if check is not None and check.shown_ts:
        SlackCheckScreen(client, desk.naming).show_answer(check, checks.review_of(check))
