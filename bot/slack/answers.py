"""How a person is told that something did not go as they meant: where they are, and what was and was not kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import structlog
from slack_bolt import Ack
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook import WebhookClient

from bot.slack.desk import ReviewDesk, actor_of
from bot.slack.digest.ids import DigestBlock
from bot.slack.forms import (
    claimed,
    decided_before,
    decided_meanwhile_view,
    expired,
    may_be_added,
    not_a_reviewer,
    not_saved,
    notice,
    notice_view,
    old_card,
    own_output,
)
from bot.slack.ids import VERDICT_ACTIONS, ActionId, BlockId
from bot.slack.routes import Tell
from bot.slack.values import ButtonValue, FormContext
from bot.slack.wire import SlackMessage
from reviewers.errors import (
    AlreadyResolved,
    Claimed,
    Conflict,
    Invalid,
    NotAReviewer,
    NothingChanged,
    NotYourTask,
    OutcomeUnknown,
    RateLimited,
    Refused,
    ReviewError,
    Unavailable,
    UnknownTask,
    Unready,
)
from reviewers.model import VerdictKind

log = structlog.get_logger()

TRIGGER_GONE = frozenset({"expired_trigger_id", "trigger_expired", "invalid_trigger_id"})
TRIGGER_USED = frozenset({"exchanged_trigger_id", "trigger_exchanged"})
SLACK_FAILED = (OutcomeUnknown, RateLimited, Refused, Unready)
BROKEN = "Something broke here, and nothing was counted."
FIELDS = {
    "correction": f"{BlockId.ANSWER}0",
    "note": BlockId.NOTE.value,
    "reasons": BlockId.REASONS.value,
    "to": BlockId.HAND_OVER.value,
    "ends_at": BlockId.HOURS_END.value,
    "days": BlockId.HOURS_DAYS.value,
    DigestBlock.WHY.value: DigestBlock.WHY.value,
    "which": DigestBlock.WHICH.value,
}


@contextmanager
def answering(
    ack: Ack,
    view: Mapping[str, Any],
    desk: ReviewDesk,
    *,
    kind: VerdictKind = VerdictKind.EDIT,
    text: str = "",
    note: str = "",
) -> Iterator[None]:
    """Around the body of a form's listener: a mistake is shown in the form.

    When somebody was faster, the form says that this `kind` of verdict did not count, and keeps `text` and `note`
    there to be copied.
    """
    try:
        yield
    except (Invalid, NothingChanged) as error:
        block = FIELDS.get(error.field if isinstance(error, Invalid) else "correction", "")
        if block in _blocks(view):
            ack(response_action="errors", errors={block: str(error)})
        else:
            _tell(ack, view, str(error))
    except AlreadyResolved as error:
        context = FormContext.parse(view.get("private_metadata"))
        late = decided_meanwhile_view(error, text, note, context=context, display=desk.naming(error.by), kind=kind)
        ack(response_action="update", view=late)
    except (Unavailable, Conflict) as error:
        log.warning("form_not_saved", error=type(error).__name__)
        _tell(ack, view, "Not saved.", f"{_silent_part(error)} Close this and try again.", push=True)
    except ReviewError as error:
        _tell(ack, view, str(error))
    except Exception:
        log.exception("form_failed", callback_id=view.get("callback_id"))
        _tell(ack, view, BROKEN, "Close this and try again.", push=True)


def _blocks(view: Mapping[str, Any]) -> set[str]:
    return {str(block.get("block_id")) for block in view.get("blocks") or []}


def _tell(ack: Ack, view: Mapping[str, Any], happened: str, then: str = "", *, push: bool = False) -> None:
    """Replace the form, or stand on top of it where what was typed is worth keeping."""
    title = str((view.get("title") or {}).get("text") or "Whetstone")
    try:
        context = FormContext.parse(view.get("private_metadata"))
    except Invalid:
        context = FormContext(task_id="unknown")
    ack(response_action="push" if push else "update", view=notice_view(title, happened, then, context=context))


def teller(desk: ReviewDesk) -> Tell:
    """One place that answers whatever a listener raises."""

    def tell(error: Exception, body: Mapping[str, Any], client: WebClient) -> None:
        if isinstance(error, SlackApiError) and error.response.get("error") in TRIGGER_USED:
            log.info("opened_before", kind=body.get("type"))  # the same click came twice; its window is open
            return
        message = _message(error, body, desk)
        if message is None:
            log.error("listener_failed", kind=body.get("type") or body.get("command"), exc_info=error)
            message = notice(BROKEN, "It stands in the log. Try again; nothing is counted twice.")
        try:
            _send(message, body, client)
        except (SlackApiError, OSError) as unsent:
            log.warning("answer_not_sent", error=type(unsent).__name__)

    return tell


def _message(error: Exception, body: Mapping[str, Any], desk: ReviewDesk) -> SlackMessage | None:
    """The sentence for this error; None for one that is a fault of ours."""
    action = (body.get("actions") or [{}])[0].get("action_id", "")
    kind = VERDICT_ACTIONS.get(action, VerdictKind.APPROVE)
    if isinstance(error, SlackApiError) and error.response.get("error") in TRIGGER_GONE:
        task_id, number = _task(body, desk)
        if task_id and action in set(ActionId):
            return expired(task_id, number, ActionId(action))
        return notice("That took too long, so Slack closed the window.", "Nothing is lost. Try again.")
    if isinstance(error, AlreadyResolved):
        task_id, number = _task(body, desk)
        return decided_before(error, kind, display=desk.naming(error.by), task_id=task_id, number=number)
    if isinstance(error, Claimed):
        task_id, number = _task(body, desk)
        return claimed(error, task_id, number, display=desk.naming(error.by))
    if isinstance(error, NotAReviewer):
        return _no_reviewer(error, body, desk)
    if isinstance(error, NotYourTask):
        return own_output(str(error)) if "someone else decides" in str(error) else not_a_reviewer(str(error))
    if isinstance(error, Invalid) and error.field == "value":
        return old_card()
    if isinstance(error, (Unavailable, Conflict)):
        log.warning("verdict_not_saved", error=type(error).__name__)
        task_id, number = _task(body, desk)
        if isinstance(error, SLACK_FAILED):
            return notice("Not saved.", f"{_silent_part(error)} Try again; nothing was counted twice.")
        if task_id and action in VERDICT_ACTIONS:
            return not_saved(task_id, number, kind)
        return notice("That did not work.", "A part of Whetstone did not answer. Try again; nothing is counted twice.")
    if isinstance(error, UnknownTask | ReviewError):
        return notice(str(error))
    return None


def _no_reviewer(error: NotAReviewer, body: Mapping[str, Any], desk: ReviewDesk) -> SlackMessage:
    """With whom to ask, where that can be told."""
    task_id, number = _task(body, desk)
    if not task_id or not number:
        return not_a_reviewer(str(error))
    leads = desk.services.routes.who_adds(desk.verdicts.view(task_id).task.route)
    names = [name for name in map(desk.people.known_name, leads) if name]
    return may_be_added(error.named, names, task_id, number) if names else not_a_reviewer(str(error))


def _silent_part(error: ReviewError) -> str:
    if isinstance(error, SLACK_FAILED):
        return "Slack did not tell who may review."  # the only thing that is asked of Slack before a verdict
    return "The database did not answer."


def _task(body: Mapping[str, Any], desk: ReviewDesk) -> tuple[str, int]:
    """The task that the pressed button belongs to, and its number; empty and 0 where that cannot be told."""
    task_id, action = "", (body.get("actions") or [{}])[0]
    try:
        task_id = ButtonValue.parse(action.get("value") or (action.get("selected_option") or {}).get("value")).task_id
        return task_id, desk.verdicts.view(task_id).task.number
    except ReviewError:
        return task_id, 0


def _send(message: SlackMessage, body: Mapping[str, Any], client: WebClient) -> None:
    """Beside the card for this person alone, on top of the open modal, as the answer to the command, or directly."""
    user = actor_of(body).user_id
    channel = (body.get("channel") or {}).get("id") or (body.get("container") or {}).get("channel_id")
    view = body.get("view") or {}
    if body.get("command"):
        WebhookClient(str(body["response_url"])).send(
            text=message.text, blocks=message.blocks, response_type="ephemeral"
        )
    elif channel:
        client.chat_postEphemeral(channel=str(channel), user=user, text=message.text, blocks=message.blocks)
    elif view.get("type") == "modal":
        shown = {
            "type": "modal",
            "title": {"type": "plain_text", "text": "Whetstone"},
            "close": {"type": "plain_text", "text": "Close"},
            "blocks": message.blocks,
        }
        client.views_push(trigger_id=str(body["trigger_id"]), view=shown)
    elif user:  # on Home a window cannot be opened for certain: the trigger may be what failed
        client.chat_postMessage(channel=user, **message.arguments())
