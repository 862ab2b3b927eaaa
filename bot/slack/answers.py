"""How a person is told that something did not go as they meant: where they are, and what was and was not kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import structlog
from slack_bolt import Ack
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.slack import homes, places
from bot.slack.desk import ReviewDesk
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
from bot.slack.ids import VERDICT_ACTIONS, VERDICT_CHOICES, ActionId, BlockId, CallbackId
from bot.slack.routes import Tell
from bot.slack.values import OLD_CARD, ButtonValue, FormContext, MenuValue
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
# A second press on what the first one has changed already, and a window that the person has closed meanwhile.
OUTRUN = frozenset({"hash_conflict", "not_found", "view_not_found"})
TURNS = frozenset({ActionId.HOME_MORE, ActionId.HOME_BACK})  # presses that store nothing
SLACK_FAILED = (OutcomeUnknown, RateLimited, Refused, Unready)
BROKEN = "Something broke here, and nothing was counted."
TYPED = frozenset({CallbackId.EDIT.value, CallbackId.EDIT_CLAIM.value})  # forms whose words are worth keeping
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
            _tell(ack, view, str(error), push=view.get("callback_id") in TYPED)
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
        code = error.response.get("error") if isinstance(error, SlackApiError) else ""
        if code in TRIGGER_USED:
            log.info("opened_before", kind=body.get("type"))  # the same click came twice; its window is open
            return
        if code in OUTRUN:
            log.info("window_changed_before", kind=body.get("type"), code=code)
            return
        message = _message(error, body, desk)
        if message is None:
            log.error("listener_failed", kind=body.get("type") or body.get("command"), exc_info=error)
            message = notice(BROKEN, "It stands in the log. Try again; nothing is counted twice.")
        try:
            places.tell(message, body, client)
        except (SlackApiError, OSError) as unsent:
            log.warning("answer_not_sent", error=type(unsent).__name__)

    return tell


@dataclass(frozen=True, kw_only=True, slots=True)
class Pressed:
    """What was pressed, as far as it can be told from the request."""

    action: ActionId | None = None
    value: str = ""  # of a button; the entries of a menu carry others
    task_id: str = ""
    kind: VerdictKind | None = None  # the verdict that was meant; None where it was none
    in_window: bool = False


def pressed(body: Mapping[str, Any]) -> Pressed:
    """Read it from the request; of a command, a form or an event nothing was pressed."""
    action = (body.get("actions") or [{}])[0]
    name, value = action.get("action_id"), action.get("value") or ""
    chosen = value or (action.get("selected_option") or {}).get("value")
    known = ActionId(name) if name in set(ActionId) else None
    try:
        task_id = ButtonValue.parse(chosen).task_id
    except Invalid:
        task_id = ""
    kind = VERDICT_ACTIONS.get(known) if known else None
    with suppress(Invalid):  # it is no menu
        kind = kind or VERDICT_CHOICES.get(MenuValue.parse(chosen).choice)
    return Pressed(action=known, value=value, task_id=task_id, kind=kind, in_window=places.is_window(body))


def _message(error: Exception, body: Mapping[str, Any], desk: ReviewDesk) -> SlackMessage | None:
    """The sentence for this error; None for one that is a fault of ours."""
    press = pressed(body)
    if isinstance(error, SlackApiError) and error.response.get("error") in TRIGGER_GONE:
        # A button of a window reads that window, and a menu's entry is no button: neither can be offered once more.
        if press.action and press.task_id and press.value and not press.in_window:
            return expired(press.task_id, _number(press, desk), press.action, press.value)
        return notice("That took too long, so Slack closed the window.", "Nothing is lost. Try again.")
    if isinstance(error, AlreadyResolved):
        display, number = desk.naming(error.by), _number(press, desk)
        return decided_before(error, press.kind, display=display, task_id=press.task_id, number=number)
    if isinstance(error, Claimed):
        return claimed(error, press.task_id, _number(press, desk), display=desk.naming(error.by))
    if isinstance(error, NotAReviewer):
        return _no_reviewer(error, press, desk)
    if isinstance(error, NotYourTask):
        return own_output(str(error)) if "someone else decides" in str(error) else not_a_reviewer(str(error))
    if isinstance(error, homes.NotDrawn):
        return _not_drawn(error, stored="event" not in body and press.action not in TURNS)
    if isinstance(error, Invalid) and str(error) == OLD_CARD:
        return old_card()
    if isinstance(error, (Unavailable, Conflict)):
        log.warning("verdict_not_saved", error=type(error).__name__)
        return _unsaved(error, press, desk)
    if isinstance(error, UnknownTask | ReviewError):
        return notice(str(error))
    return None


def _not_drawn(error: homes.NotDrawn, *, stored: bool) -> SlackMessage:
    """Only Home is behind; `stored`: something was pressed that changed more than what Home shows."""
    what, then = "Slack is busy", "Home is drawn anew when you open it next."
    if not error.busy:
        what, then = "Slack refused to draw Home", "why stands in the log."
    if stored:
        return notice("What you pressed is kept.", f"{what}: {then}")
    return notice(f"{what}.", f"{then[0].upper()}{then[1:]}")


def _unsaved(error: Unavailable | Conflict, press: Pressed, desk: ReviewDesk) -> SlackMessage:
    """The button stands in it once more, except over a window that has it already."""
    if isinstance(error, SLACK_FAILED) or (press.kind and press.in_window):
        return notice("Not saved.", f"{_silent_part(error)} Try again; nothing was counted twice.")
    if press.task_id and press.kind:
        action = press.action if press.value else None
        return not_saved(press.task_id, _number(press, desk), press.kind, action=action, value=press.value)
    return notice("That did not work.", "A part of Whetstone did not answer. Try again; nothing is counted twice.")


def _no_reviewer(error: NotAReviewer, press: Pressed, desk: ReviewDesk) -> SlackMessage:
    """With whom to ask, where that can be told."""
    number = _number(press, desk)
    if not number:
        return not_a_reviewer(str(error))
    leads = desk.services.routes.who_adds(desk.verdicts.view(press.task_id).task.route)
    names = [name for name in map(desk.people.known_name, leads) if name]
    return may_be_added(error.named, names, press.task_id, number) if names else not_a_reviewer(str(error))


def _silent_part(error: ReviewError) -> str:
    if isinstance(error, SLACK_FAILED):
        return "Slack did not tell who may review."  # the only thing that is asked of Slack before a verdict
    return "The database did not answer."


def _number(press: Pressed, desk: ReviewDesk) -> int:
    """The number of the task that the button belongs to; 0 where that cannot be told."""
    try:
        return desk.verdicts.view(press.task_id).task.number if press.task_id else 0
    except ReviewError:
        return 0
