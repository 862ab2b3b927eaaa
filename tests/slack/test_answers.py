"""How a person is told of what went wrong: the verdict that they meant, where they are, and buttons that work there."""

from __future__ import annotations

from typing import Any

import pytest

from bot.slack import places
from bot.slack.answers import answering, pressed, teller
from bot.slack.forms.notices import AGAIN
from bot.slack.ids import ActionId, CallbackId, MenuChoice
from bot.slack.values import ButtonValue, FormContext, MenuValue
from bot.slack.wire import SlackMessage
from reviewers.errors import AlreadyResolved, Invalid, Unavailable
from reviewers.model import VerdictKind
from tests.slack.checks import objects, words
from tests.slack.scenes import SIX_PAST
from tests.slack.stand_ins import Slack, a_desk, refused

VALUE = ButtonValue(task_id="t-1").to_json()
APPROVED = AlreadyResolved(by="U0JONAS", outcome="approved", at=SIX_PAST)
REJECTED = AlreadyResolved(by="U0JONAS", outcome="rejected", at=SIX_PAST)
CHANNEL: dict[str, Any] = {"channel": {"id": "C0REVIEW"}}
WINDOW: dict[str, Any] = {"view": {"id": "V1", "type": "modal"}, "trigger_id": "1.2"}
AWAY = Unavailable("The database does not answer.")


def button(action: ActionId, value: str = VALUE, **where: Any) -> dict[str, Any]:
    """The request of a press."""
    told = {"action_id": action.value, "value": value, "block_id": "b1"}
    return {"type": "block_actions", "user": {"id": "U0MARA"}, "actions": [told], **where}


def entry(choice: MenuChoice, action: ActionId = ActionId.BATCH_MORE, **where: Any) -> dict[str, Any]:
    """The request of a choice from a ⋯ menu."""
    value = MenuValue(task_id="t-1", choice=choice).to_json()
    told = {"action_id": action.value, "selected_option": {"value": value}, "block_id": "b1"}
    return {"type": "block_actions", "user": {"id": "U0MARA"}, "actions": [told], **where}


def told(error: Exception, body: dict[str, Any]) -> dict[str, Any]:
    """What the person sees in the channel or in a window."""
    slack = Slack()
    teller(a_desk())(error, body, slack.client)
    ((_, arguments),) = slack.calls
    return {"text": arguments["text"], "blocks": arguments["blocks"]} if "view" not in arguments else arguments["view"]


def buttons(shown: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """Action and value of each button, by its label."""
    found = [one for one in objects(shown["blocks"]) if one.get("type") == "button"]
    return {one["text"]["text"]: (one["action_id"], one["value"]) for one in found}


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (button(ActionId.APPROVE), VerdictKind.APPROVE),
        (button(ActionId.BATCH_APPROVE), VerdictKind.APPROVE),
        (button(ActionId.BATCH_REJECT), VerdictKind.REJECT),
        (button(ActionId.RUN_EDIT), VerdictKind.EDIT),
        (button(ActionId.RUN_REJECT), VerdictKind.REJECT),
        (entry(MenuChoice.EDIT), VerdictKind.EDIT),
        (entry(MenuChoice.UNSURE), VerdictKind.UNSURE),
        (entry(MenuChoice.CLAIM, ActionId.MORE), None),
        (entry(MenuChoice.HAND_OVER, ActionId.MORE), None),
        (button(ActionId.TAKE_OVER), None),
        (button(ActionId.APPROVE, "of another version"), VerdictKind.APPROVE),
        ({"command": "/whetstone"}, None),
    ],
)
def test_verdict_that_was_meant_is_read_from_the_press(body: dict[str, Any], kind: VerdictKind | None) -> None:
    """Whichever button or menu gives it; what is no verdict is none."""
    assert pressed(body).kind is kind


@pytest.mark.parametrize(
    ("body", "verb", "kind"),
    [
        (button(ActionId.BATCH_REJECT, **CHANNEL), "Reject", "reject"),
        (button(ActionId.RUN_EDIT, **WINDOW), "Edit", "edit"),
        (entry(MenuChoice.EDIT, **CHANNEL), "Edit", "edit"),
    ],
)
def test_who_came_late_disagrees_by_the_verdict_that_they_gave(body: dict[str, Any], verb: str, kind: str) -> None:
    """On a shared card, in a run and from a menu."""
    shown = told(APPROVED, body)
    assert f"Your {verb} was not counted." in words(shown["blocks"])
    action, value = buttons(shown)["Disagree"]
    assert (action, ButtonValue.parse(value).kind) == ("card.disagree", kind)


@pytest.mark.parametrize(
    "body",
    [
        entry(MenuChoice.CLAIM, ActionId.MORE, **CHANNEL),
        entry(MenuChoice.UNSURE, **CHANNEL),
        button(ActionId.TAKE_OVER, **CHANNEL),
    ],
)
def test_nobody_disagrees_by_a_verdict_that_they_did_not_give(body: dict[str, Any]) -> None:
    """Claim and Take over are none, and Unsure decides nothing."""
    shown = told(REJECTED, body)
    assert "decided before you" in words(shown["blocks"])
    assert "Your Approve" not in words(shown["blocks"])
    assert set(buttons(shown)) == {"Review next"}


def test_what_could_not_be_saved_is_tried_again_by_the_same_button() -> None:
    """With the same value: a lead's button goes on to say that it settles a dispute."""
    settling = ButtonValue(task_id="t-1", settles=True).to_json()
    assert buttons(told(AWAY, button(ActionId.APPROVE, settling, **CHANNEL))) == {"Approve": ("card.approve", settling)}
    assert buttons(told(AWAY, button(ActionId.BATCH_REJECT, **CHANNEL))) == {"Reject": ("batch.reject", VALUE)}
    assert buttons(told(AWAY, entry(MenuChoice.UNSURE, **CHANNEL))) == {"Unsure": ("card.unsure", VALUE)}


def test_over_a_window_that_has_the_button_there_is_no_second_one() -> None:
    """It stands right below."""
    shown = told(AWAY, button(ActionId.RUN_REJECT, **WINDOW))
    assert "Not saved." in words(shown["blocks"])
    assert buttons(shown) == {}


def test_window_that_was_too_late_is_opened_by_the_same_button() -> None:
    """A menu's entry is no button, and a button inside a window works only there: both are told to try again."""
    late = refused("expired_trigger_id")
    disagrees = ButtonValue(task_id="t-1", kind="edit").to_json()
    assert buttons(told(late, button(ActionId.DISAGREE, disagrees, **CHANNEL))) == {
        "Open again": ("card.disagree", disagrees)
    }
    assert buttons(told(late, button(ActionId.BATCH_REJECT, **CHANNEL))) == {"Reject again": ("batch.reject", VALUE)}
    for body in (entry(MenuChoice.WHY, ActionId.MORE, **CHANNEL), button(ActionId.RUN_EDIT, **WINDOW)):
        shown = told(late, body)
        assert "Try again." in words(shown["blocks"])
        assert buttons(shown) == {}


def test_sentence_that_says_what_to_do_is_told_as_it_is() -> None:
    """Only a value of another version is called that."""
    changed = Invalid("value", "This edit was changed in another window. Close this one and press Edit again.")
    shown = words(told(changed, button(ActionId.EDIT_NEXT, "0", **WINDOW))["blocks"])
    assert "changed in another window" in shown
    assert "another version" not in shown


@pytest.mark.parametrize("code", ["hash_conflict", "not_found", "view_not_found", "exchanged_trigger_id"])
def test_second_click_and_a_closed_window_are_nobodys_mistake(code: str) -> None:
    """Nothing is said."""
    slack = Slack()
    teller(a_desk())(refused(code), button(ActionId.NEXT_PAGE, "0", **WINDOW), slack.client)
    assert slack.calls == []


@pytest.mark.parametrize(
    ("method", "code", "where"),
    [("views_push", "expired_trigger_id", WINDOW), ("chat_postEphemeral", "not_in_channel", CHANNEL)],
)
def test_who_cannot_be_told_where_they_are_is_told_directly(method: str, code: str, where: dict[str, Any]) -> None:
    """The trigger is dead, or Whetstone is no member of the channel."""
    slack = Slack({method: code})
    teller(a_desk())(AWAY, button(ActionId.CHECK, **where), slack.client)
    (sent,) = slack.called("chat_postMessage")
    assert sent["channel"] == "U0MARA"
    assert "did not answer" in sent["text"]


def test_small_answer_in_a_window_makes_room_for_what_it_leads_to() -> None:
    """Slack takes three windows over each other."""
    body = button(ActionId.DISAGREE, **WINDOW)
    body["actions"][0]["block_id"] = AGAIN
    slack = Slack()
    places.show({"type": "modal"}, body, slack.client)
    places.show({"type": "modal"}, button(ActionId.NEXT, **WINDOW), slack.client)
    places.show({"type": "modal"}, button(ActionId.EDIT, **CHANNEL, trigger_id="1.2"), slack.client)
    assert [method for method, _ in slack.calls] == ["views_update", "views_push", "views_open"]


def test_small_answer_is_answered_where_it_stands() -> None:
    """A message through its response_url; a window has none."""
    message = SlackMessage(text="Done.", blocks=[])
    slack = Slack()
    replaced: list[dict[str, Any]] = []

    def respond(**named: Any) -> None:
        replaced.append(named)

    places.replace_answer(message, button(ActionId.DISAGREE, **WINDOW), slack.client, respond)  # type: ignore[arg-type]  # a stand-in
    assert slack.called("views_update")[0]["view_id"] == "V1"
    body = button(ActionId.DISAGREE, **CHANNEL, response_url="https://hooks.example/1")
    places.replace_answer(message, body, slack.client, respond)  # type: ignore[arg-type]  # a stand-in
    assert [one["replace_original"] for one in replaced] == [True]


@pytest.mark.parametrize(("callback", "action"), [(CallbackId.EDIT, "push"), (CallbackId.CHANGES, "update")])
def test_form_with_typed_words_stays_below_what_is_told(callback: CallbackId, action: str) -> None:
    """Its words can be copied; "Your changes" has none of its own."""
    acks: list[dict[str, Any]] = []

    def ack(**named: Any) -> None:
        acks.append(named)

    context = FormContext(task_id="t-1").to_json()
    view: dict[str, Any] = {"callback_id": callback.value, "private_metadata": context, "blocks": []}
    with answering(ack, view, a_desk()):  # type: ignore[arg-type]  # it keeps acks
        raise Invalid("value", "This edit was changed in another window.")
    assert [one["response_action"] for one in acks] == [action]
