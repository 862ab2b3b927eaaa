"""Payloads as the sandbox makes them, held against types that somebody else wrote (slack-events)."""

from __future__ import annotations

import pytest
from slack_events.validation import ValidationError, validate_payload

from bot.sandbox.settings import Shortcut
from tests.sandbox.bench import CHANNEL, Bench, Json, actions, asks, bench, modal, words


def test_every_kind_of_payload_fits_the_published_types() -> None:
    """Events, clicks, submissions, closings and commands."""
    events = frozenset({"app_home_opened", "message.channels", "reaction_added", "app_mention", "user_change"})
    events |= {"subteam_members_changed", "channel_archive", "tokens_revoked"}
    shortcuts = (Shortcut(type="message_action", callback_id="ask", name="Ask"),)
    with bench(events=events, shortcuts=shortcuts) as local:
        checked = _everything(local)
    assert sorted(checked) == sorted(
        [
            "message",
            "message:message_changed",
            "message:message_deleted",
            "app_mention",
            "reaction_added",
            "app_home_opened",
            "user_change",
            "subteam_members_changed",
            "channel_archive",
            "tokens_revoked",
            "block_actions",
            "view_submission",
            "view_closed",
            "slash_command",
        ]
    )


def test_the_types_would_notice_a_mistake() -> None:
    """A field of the wrong type fails, so the check above means something."""
    with pytest.raises(ValidationError):
        validate_payload("reaction_added", None, {"type": "reaction_added", "user": 7})


class Taker:
    """Acknowledges whatever comes, checks it, and stops at what was wanted."""

    def __init__(self, local: Bench) -> None:
        self._link = local.link()
        self.checked: set[str] = set()

    def take(self, wanted: str) -> Json:
        """Return the next payload of one kind."""
        while True:
            envelope = self._link.receive()
            self._link.ack(envelope)
            name = _check(envelope)
            self.checked.add(name)
            if name == wanted:
                return dict(envelope["payload"])


def _everything(local: Bench) -> set[str]:
    """Do everything once and return the kinds of payloads that were checked."""
    taker = Taker(local)
    _people_and_channels(local, taker)
    _cards_and_modals(local, taker)
    return taker.checked


def _people_and_channels(local: Bench, taker: Taker) -> None:
    stamp = local.control("/messages", user="U0MARA", channel=CHANNEL, text="<@U0WHETSTONE> hello")["ts"]
    taker.take("app_mention")
    local.control("/reactions", user="U0JONAS", channel=CHANNEL, ts=stamp, name="eyes")
    taker.take("reaction_added")
    local.control("/people", user="U0GUEST", deleted=True)
    taker.take("user_change")
    local.control("/usergroups", usergroup="S0REVIEWERS", users=["U0MARA"])
    changed = taker.take("subteam_members_changed")["event"]
    assert changed["removed_users"] == ["U0JONAS", "U0PRIYA"]
    local.control("/channels", channel="C0CARDS", archived=True)
    taker.take("channel_archive")
    revoked = local.meanwhile("/events", event={"type": "tokens_revoked", "tokens": {"bot": ["U0WHETSTONE"]}})
    taker.take("tokens_revoked")
    assert revoked.result() == {"ok": True, "outcome": "acked"}


def _cards_and_modals(local: Bench, taker: Taker) -> None:
    ts = local.post([actions()])
    local.api("chat.update", channel=CHANNEL, ts=ts, text="new", blocks=[actions()])
    taker.take("message:message_changed")
    pressed = local.press(ts)
    trigger = taker.take("block_actions")["trigger_id"]
    pressed.result()
    form = modal(asks("q", words(initial_value="x")), notify_on_close=True)
    view = local.api("views.open", trigger_id=trigger, view=form)["view"]
    sent = local.meanwhile("/views/submit", user="U0MARA", view_id=view["id"], values={})
    taker.take("view_submission")
    sent.result()
    asked = local.meanwhile("/commands", user="U0MARA", channel=CHANNEL, command="/whetstone", text="")
    trigger = taker.take("slash_command")["trigger_id"]
    asked.result()
    view = local.api("views.open", trigger_id=trigger, view=form)["view"]
    closed = local.meanwhile("/views/close", user="U0MARA", view_id=view["id"])
    taker.take("view_closed")
    closed.result()
    opened = local.meanwhile("/home", user="U0MARA")
    taker.take("app_home_opened")
    opened.result()
    local.api("chat.delete", channel=CHANNEL, ts=ts)
    taker.take("message:message_deleted")


def _check(envelope: Json) -> str:
    payload = envelope["payload"]
    if envelope["type"] == "slash_commands":
        validate_payload("slash_command", None, payload)
        return "slash_command"
    if envelope["type"] == "interactive":
        validate_payload(payload["type"], None, payload)
        return str(payload["type"])
    event = payload["event"]
    validate_payload(event["type"], event.get("subtype"), event)
    return f"{event['type']}:{event['subtype']}" if "subtype" in event else str(event["type"])
