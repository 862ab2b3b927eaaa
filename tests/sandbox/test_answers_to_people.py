"""Answers that one person sees: ephemerals in threads, response_urls, shortcuts, direct messages, stacked modals."""

from __future__ import annotations

from typing import Any

import pytest

from bot.sandbox.ratelimits import DEFAULT_LIMITS
from bot.sandbox.settings import Shortcut
from tests.sandbox.bench import CHANNEL, Bench, Json, Link, actions, asks, bench, button, modal, plain, words

CHECK = Shortcut(type="message_action", callback_id="check_message", name="Check with Whetstone")


def asked(local: Bench, link: Link, payload: Json | None = None) -> str:
    """Send a command that is acknowledged with `payload`, and return its response_url."""
    sent = local.meanwhile("/commands", user="U0MARA", channel=CHANNEL, command="/whetstone", text="verify x")
    envelope = link.receive()
    link.ack(envelope, payload)
    assert sent.result()["ok"]
    return str(envelope["payload"]["response_url"])


def pressed(local: Bench, link: Link, ts: str, kind: str = "ephemeral", user: str = "U0MARA") -> Json:
    """Press the button of a message and return the payload."""
    container = {"type": kind, "channel": CHANNEL, "ts": ts}
    sent = local.meanwhile("/actions", user=user, container=container, block_id="b", action_id="go")
    envelope = link.receive()
    link.ack(envelope)
    assert sent.result()["ok"]
    return dict(envelope["payload"])


def texts(messages: list[Json]) -> list[str]:
    """Return what the messages say."""
    return [m["text"] for m in messages]


def test_an_ephemeral_in_a_thread_stands_in_that_thread_only() -> None:
    """The channel does not show it, nor do other people's threads."""
    with bench() as local:
        parent = local.post(text="card")
        local.control("/messages", user="U0MARA", channel=CHANNEL, text="it is 30 days", thread_ts=parent)
        local.slack.chat_postEphemeral(channel=CHANNEL, user="U0MARA", text="Record this?", thread_ts=parent)
        assert texts(local.seen("U0MARA", thread_ts=parent)) == ["card", "it is 30 days", "Record this?"]
        assert texts(local.seen("U0JONAS", thread_ts=parent)) == ["card", "it is 30 days"]
        assert texts(local.seen("U0MARA")) == ["card"]


def test_an_ephemeral_needs_a_thread_that_is_there() -> None:
    """Under a message without replies nobody ever sees it; the first reply brings it up."""
    with bench() as local:
        parent = local.post(text="card")
        local.slack.chat_postEphemeral(channel=CHANNEL, user="U0MARA", text="Record this?", thread_ts=parent)
        assert texts(local.seen("U0MARA", thread_ts=parent)) == ["card"]
        told = local.read("/ephemerals", user="U0MARA")["messages"]
        assert [(m["text"], m["channel"], m["is_shown"]) for m in told] == [("Record this?", CHANNEL, False)]
        local.control("/messages", user="U0JONAS", channel=CHANNEL, text="hm", thread_ts=parent)
        assert local.read("/ephemerals", user="U0MARA", channel=CHANNEL)["messages"][0]["is_shown"]


def test_a_button_in_an_ephemeral_of_a_thread_names_the_thread() -> None:
    """The container says ephemeral and thread; the answer replaces it there, several times."""
    with bench() as local:
        link = local.link()
        parent = local.post(text="card")
        local.control("/messages", user="U0MARA", channel=CHANNEL, text="wrong", thread_ts=parent)
        sent = local.slack.chat_postEphemeral(
            channel=CHANNEL, user="U0MARA", text="Record this?", thread_ts=parent, blocks=[actions()]
        )
        payload = pressed(local, link, sent["message_ts"])
        assert payload["container"] == {
            "type": "message",
            "message_ts": sent["message_ts"],
            "channel_id": CHANNEL,
            "is_ephemeral": True,
            "thread_ts": parent,
        }
        for words_now in ("Recording…", "Recorded."):
            local.http.post(payload["response_url"], json={"text": words_now, "replace_original": True})
            assert texts(local.seen("U0MARA", thread_ts=parent))[-1] == words_now
        assert len(local.read("/ephemerals", user="U0MARA")["messages"]) == 1


def test_what_one_person_sees_is_shared_by_a_new_message() -> None:
    """Replacing keeps it private whatever it says; deleting it and posting anew shares it."""
    with bench() as local:
        link = local.link()
        asked(local, link, {"text": "answer", "blocks": [actions()]})
        own = local.read("/ephemerals", user="U0MARA")["messages"][0]
        url = pressed(local, link, own["ts"])["response_url"]
        local.http.post(url, json={"text": "shared?", "replace_original": True, "response_type": "in_channel"})
        assert (texts(local.seen("U0MARA")), texts(local.seen("U0JONAS"))) == (["shared?"], [])
        local.http.post(url, json={"delete_original": True})
        local.http.post(url, json={"text": "shared", "response_type": "in_channel"})
        assert (texts(local.seen("U0MARA")), texts(local.seen("U0JONAS"))) == (["shared"], ["shared"])


@pytest.mark.parametrize("first", ["ack", "url"])
@pytest.mark.parametrize(("replaces", "shown"), [(False, ["working", "half", "done"]), (True, ["done"])])
def test_a_commands_address_replaces_only_where_it_is_set_so(first: str, replaces: bool, shown: list[str]) -> None:
    """Reports differ on whether Slack replaces there, so both can be lived with; the default posts anew."""
    with bench(command_url_replaces=replaces) as local:
        url = asked(local, local.link(), {"text": "working"} if first == "ack" else None)
        if first == "url":
            local.http.post(url, json={"text": "working"})
        for words_now in ("half", "done"):
            local.http.post(url, json={"text": words_now, "replace_original": True})
        assert texts(local.seen("U0MARA")) == shown


def test_a_message_is_checked_from_its_menu() -> None:
    """The shortcut carries the message with its thread, a trigger, and an address that cannot touch the message."""
    with bench(shortcuts=(CHECK,)) as local:
        link = local.link()
        parent = local.control("/messages", user="U0MARA", channel=CHANNEL, text="How long?")["ts"]
        ts = local.control("/messages", user="U0JONAS", channel=CHANNEL, text="30 days", thread_ts=parent)["ts"]
        sent = local.meanwhile("/shortcuts", user="U0DANA", callback_id="check_message", channel=CHANNEL, ts=ts)
        envelope = link.receive()
        link.ack(envelope)
        payload = envelope["payload"]
        assert sent.result() == {"ok": True}
        assert (payload["type"], payload["callback_id"], payload["user"]["id"]) == (
            "message_action",
            "check_message",
            "U0DANA",
        )
        message = payload["message"]
        assert (message["text"], message["user"], message["thread_ts"]) == ("30 days", "U0JONAS", parent)
        assert local.api("views.open", trigger_id=payload["trigger_id"], view=modal())["ok"]
        local.http.post(payload["response_url"], json={"text": "Checked.", "replace_original": True})
        assert texts(local.seen("U0DANA")) == ["How long?", "Checked."]
        assert texts(local.slack.conversations_replies(channel=CHANNEL, ts=parent)["messages"])[-1] == "30 days"


def test_a_direct_message_can_be_changed_read_and_deleted() -> None:
    """Progress shows in one message, which the history of the conversation holds."""
    with bench() as local:
        posted = local.slack.chat_postMessage(channel="U0MARA", text="working")
        channel, ts = posted["channel"], posted["ts"]
        local.slack.chat_update(channel=channel, ts=ts, text="done")
        assert texts(local.slack.conversations_history(channel=channel)["messages"]) == ["done"]
        assert texts(local.seen("U0MARA", channel="D0MARA")) == ["done"]
        local.slack.chat_delete(channel=channel, ts=ts)
        assert local.slack.conversations_history(channel=channel)["messages"] == []


def test_the_cross_closes_the_whole_stack() -> None:
    """Each modal that asked for it is told, as cleared; Back closes only the top one."""
    with bench() as local:
        link = local.link()
        local.open(link, modal(notify_on_close=True))
        views = [
            local.api("views.push", trigger_id=local.trigger(link), view=modal(notify_on_close=True))["view"]
            for _ in range(2)
        ]
        for everything, left, closed in ((False, 2, 1), (True, 0, 2)):
            top = views.pop()["id"]
            sent = local.meanwhile("/views/close", user="U0MARA", view_id=top, everything=everything)
            for _ in range(closed):
                envelope = link.receive()
                link.ack(envelope)
                assert envelope["payload"]["is_cleared"] is everything
            assert len(sent.result()["stack"]) == left


def test_a_modal_is_worked_in_place() -> None:
    """An action in a modal may update it by its hash and push another one onto it."""
    with bench() as local:
        link = local.link()
        blocks = [asks("why", words()), actions(button(), block_id="b")]
        view = local.open(link, modal(*blocks))
        sent = local.meanwhile(
            "/actions",
            user="U0MARA",
            container={"type": "view", "view_id": view["id"]},
            block_id="b",
            action_id="go",
            state={"values": {"why": {"a": {"value": "half a word"}}}},
        )
        envelope = link.receive()
        link.ack(envelope)
        assert sent.result()["ok"]
        payload: Any = envelope["payload"]
        assert "response_url" not in payload
        pushed = local.api("views.push", trigger_id=payload["trigger_id"], view=modal(title=plain("Why")))["view"]
        assert pushed["previous_view_id"] == view["id"]
        found = payload["view"]
        below = local.api("views.update", view_id=found["id"], hash=found["hash"], view=modal(*blocks))
        assert below["view"]["state"]["values"]["why"]["a"]["value"] == "half a word"


BUSY = [
    ("conversations.replies", {"channel": CHANNEL, "ts": "1.0"}, 50),
    ("conversations.open", {"users": "U0MARA"}, 50),
    ("usergroups.users.list", {"usergroup": "S0REVIEWERS"}, 20),
    ("reactions.get", {"channel": CHANNEL, "timestamp": "1.0"}, 50),
    ("chat.delete", {"channel": CHANNEL, "ts": "1.0"}, 50),
    ("chat.postEphemeral", {"channel": CHANNEL, "user": "U0MARA", "text": "x"}, 100),
    ("users.info", {"user": "U0MARA"}, 100),
    ("views.publish", {"user_id": "U0MARA", "view": {"type": "home", "blocks": []}}, 100),
]


@pytest.mark.parametrize(("method", "arguments", "burst"), BUSY)
def test_every_method_has_its_limit(method: str, arguments: Json, burst: int) -> None:
    """A minute's worth of calls of its tier passes at once, and no more: tiers 2, 3 and 4 are 20, 50 and 100."""
    with bench(rate_limits=DEFAULT_LIMITS) as local:
        answers = [local.api(method, **arguments).get("error") for _ in range(burst)]
        assert "ratelimited" not in answers
        # While they were made a few came back, 100 a minute at most; calls are faster than that.
        more = (local.api(method, **arguments).get("error") for _ in range(burst))
        assert "ratelimited" in more


def test_direct_messages_are_paced_one_by_one() -> None:
    """The sixth to one person waits, by whichever name, and the first to another does not."""
    with bench(rate_limits=DEFAULT_LIMITS) as local:
        for channel in ("U0MARA", "D0MARA", "U0MARA", "D0MARA", "U0MARA"):
            local.slack.chat_postMessage(channel=channel, text="x")
        assert local.api("chat.postMessage", channel="D0MARA", text="x")["error"] == "ratelimited"
        assert local.api("chat.postMessage", channel="U0JONAS", text="x")["ok"]
