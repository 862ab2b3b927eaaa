"""Delivery to the app: one socket, three seconds, retries for events only."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.sandbox.bench import CHANNEL, Bench, Link, actions, bench


def test_a_socket_is_greeted_and_answers_pings(local: Bench) -> None:
    """The first message is hello; a ping gets a pong."""
    link = local.link()
    assert link.hello["type"] == "hello"
    assert link.hello["connection_info"]["app_id"] == local.settings.bot.app_id
    assert link.ping() == 0xA  # the opcode of a pong, RFC 6455 section 5.5.3


def test_a_ticket_opens_one_socket(local: Bench) -> None:
    """An address from apps.connections.open cannot be used twice, and ten sockets are the most."""
    for _ in range(local.settings.max_sockets):
        local.link()
    headers = {"Authorization": f"Bearer {local.settings.app_token}"}
    answer = local.http.post("/api/apps.connections.open", headers=headers).json()
    assert answer["error"] == "too_many_websockets"


def test_each_envelope_goes_to_one_of_two_sockets(local: Bench) -> None:
    """Ten clicks with two sockets: every envelope arrives exactly once, and both sockets are used."""
    ts = local.post([actions()])
    links = [local.link(), local.link()]
    local.read("/connections", wait=2)
    with ThreadPoolExecutor(2) as threads:
        seen = [threads.submit(_serve, link) for link in links]
        assert all(local.press(ts).result()["ok"] for _ in range(10))
        local.arm("socket", "disconnect", times=2)
        ids = [future.result() for future in seen]
    assert sum(len(one) for one in ids) == 10
    assert len({*ids[0], *ids[1]}) == 10
    assert all(ids)


def _serve(link: Link) -> list[str]:
    seen = []
    while envelope := link.receive():
        seen.append(envelope["envelope_id"])
        link.ack(envelope)
    return seen


def test_a_click_without_ack_fails_after_three_seconds(local: Bench) -> None:
    """The person is told, and the click is never delivered again."""
    ts = local.post([actions()])
    link = local.link()
    pressed = local.press(ts)
    link.receive()
    local.advance(2.9)
    assert not pressed.done()
    local.advance(0.2)
    answer = pressed.result()
    assert answer["error"] == "dispatch_failed"
    assert answer["message"] == "Whetstone did not answer in 3 seconds"
    local.advance(600)
    assert len(local.journal("block_actions", "deliver")) == 1


def test_a_click_without_any_socket_fails_at_once(local: Bench) -> None:
    """Nobody is there to answer."""
    answer = local.press(local.post([actions()])).result()
    assert (answer["error"], answer["message"]) == ("dispatch_failed", "Whetstone is not connected")


def test_an_ack_after_the_deadline_changes_nothing(local: Bench) -> None:
    """The journal tells that it came too late."""
    ts = local.post([actions()])
    link = local.link()
    pressed = local.press(ts)
    envelope = link.receive()
    local.advance(3.1)
    assert not pressed.result()["ok"]
    link.ack(envelope)
    link.ping()  # the pong comes after the ack was read
    assert [e["response"]["in_time"] for e in local.journal("ack", "ack")] == [False]


def test_an_event_is_retried_at_once_after_a_minute_and_after_five(local: Bench) -> None:
    """Four deliveries in all, with the number and the reason of each retry and the same event_id."""
    link = local.link()
    local.control("/messages", user="U0MARA", channel=CHANNEL, text="hello")
    envelopes = [link.receive()]
    for wait in (0, 60, 300):
        local.advance(3)
        if wait:
            local.advance(wait)
        envelopes.append(link.receive())
    local.advance(3)
    local.advance(3600)
    assert [(e["retry_attempt"], e["retry_reason"]) for e in envelopes] == [
        (0, ""),
        (1, "timeout"),
        (2, "timeout"),
        (3, "timeout"),
    ]
    assert len({e["payload"]["event_id"] for e in envelopes}) == 1
    assert len(local.journal("message", "deliver")) == 4


def test_an_acked_event_is_not_repeated(local: Bench) -> None:
    """The first ack ends it."""
    link = local.link()
    local.control("/messages", user="U0MARA", channel=CHANNEL, text="hello")
    link.ack(link.receive())
    ts = local.post([actions()])
    own = link.receive()  # the app hears its own message too
    link.ack(own)
    pressed = local.press(ts)
    link.ack(link.receive())
    assert pressed.result()["ok"]
    local.advance(3600)
    assert len(local.journal("message", "deliver")) == 2


def test_only_subscribed_events_are_delivered() -> None:
    """A reaction that nobody asked for stays in the workspace."""
    with bench(events=frozenset({"app_home_opened"})) as local:
        link = local.link()
        ts = local.control("/messages", user="U0MARA", channel=CHANNEL, text="hello")["ts"]
        local.control("/reactions", user="U0JONAS", channel=CHANNEL, ts=ts, name="eyes")
        opened = local.meanwhile("/home", user="U0MARA")
        envelope = link.receive()
        link.ack(envelope)
        assert envelope["payload"]["event"]["type"] == "app_home_opened"
        assert opened.result() == {"ok": True, "view": None}


def test_a_response_url_works_five_times_within_half_an_hour(local: Bench) -> None:
    """Then it is used up, or too old."""
    link = local.link()
    urls = []
    for _ in range(2):
        sent = local.meanwhile("/commands", user="U0MARA", channel=CHANNEL, command="/whetstone", text="help")
        envelope = link.receive()
        link.ack(envelope)
        sent.result()
        urls.append(envelope["payload"]["response_url"])
    for n in range(5):
        assert local.http.post(urls[0], json={"text": str(n)}).status_code == 200
    assert local.http.post(urls[0], json={"text": "6"}).json()["error"] == "used_url"
    local.advance(30 * 60 + 1)
    assert local.http.post(urls[1], json={"text": "late"}).json()["error"] == "expired_url"
    assert [m["text"] for m in local.seen("U0MARA")] == ["0", "1", "2", "3", "4"]
    assert local.seen("U0JONAS") == []


def test_a_response_url_replaces_and_deletes_what_was_clicked(local: Bench) -> None:
    """The message changes for all; a public answer is a message of its own."""
    link = local.link()
    ts = local.post([actions()])
    link.ack(link.receive())
    pressed = local.press(ts)
    envelope = link.receive()
    link.ack(envelope)
    pressed.result()
    url = envelope["payload"]["response_url"]
    local.http.post(url, json={"text": "decided", "replace_original": True})
    assert [m["text"] for m in local.seen("U0JONAS")] == ["decided"]
    local.http.post(url, json={"text": "to all", "response_type": "in_channel"})
    local.http.post(url, json={"delete_original": True})
    assert [m["text"] for m in local.seen("U0JONAS")] == ["to all"]


def test_a_command_may_be_answered_in_its_ack(local: Bench) -> None:
    """The answer is an ephemeral unless it says otherwise."""
    link = local.link()
    sent = local.meanwhile("/commands", user="U0DANA", channel=CHANNEL, command="/whetstone", text="why 7")
    envelope = link.receive()
    assert (envelope["type"], envelope["accepts_response_payload"]) == ("slash_commands", True)
    assert (envelope["payload"]["text"], envelope["payload"]["channel_name"]) == ("why 7", "review")
    link.ack(envelope, {"text": "Because."})
    assert sent.result()["response"]["text"] == "Because."
    assert [m["text"] for m in local.seen("U0DANA")] == ["Because."]
    assert local.seen("U0MARA") == []


def test_unknown_commands_people_and_elements_are_refused(local: Bench) -> None:
    """The page cannot do what Slack's client could not."""
    ts = local.post([actions()])
    unknown = local.control("/commands", user="U0MARA", channel=CHANNEL, command="/nothing", text="")
    assert unknown["error"] == "unknown_command"
    assert local.press(ts, user="U0LEFT").result()["error"] == "account_inactive"
    assert local.press(ts, action_id="other").result()["error"] == "unknown_action"


@pytest.mark.parametrize("kind", ["late_ack", "duplicate_delivery"])
def test_faults_of_delivery_strike_once(local: Bench, kind: str) -> None:
    """A late ack looks like none to the person; a duplicate carries the same payload."""
    ts = local.post([actions()])
    link = local.link()
    local.arm("deliver", kind)
    pressed = local.press(ts)
    first = link.receive()
    link.ack(first)
    if kind == "late_ack":
        assert pressed.result()["error"] == "dispatch_failed"
        pressed = local.press(ts)
        second = link.receive()
        assert second["payload"]["trigger_id"] != first["payload"]["trigger_id"]
    else:
        second = link.receive()
        assert second["payload"] == first["payload"]
        assert second["envelope_id"] != first["envelope_id"]
    link.ack(second)
    assert pressed.result()["ok"]


def test_a_duplicated_event_keeps_its_id(local: Bench) -> None:
    """Apps tell duplicates by event_id."""
    link = local.link()
    local.arm("deliver", "duplicate_delivery")
    local.control("/messages", user="U0MARA", channel=CHANNEL, text="hello")
    twice = [link.receive(), link.receive()]
    for envelope in twice:
        link.ack(envelope)
    assert twice[0]["payload"]["event_id"] == twice[1]["payload"]["event_id"]
    assert sorted(e["retry_attempt"] for e in twice) == [0, 1]


def test_a_refresh_is_announced_before_the_socket_ends(local: Bench) -> None:
    """First a warning, ten seconds later refresh_requested; new envelopes prefer the fresh socket."""
    ts = local.post([actions()])
    leaving = local.link()
    local.read("/connections", wait=1)
    local.arm("socket", "refresh")
    assert (leaving.receive()["type"], local.read("/connections")["open"]) == ("disconnect", 1)
    fresh = local.link()
    local.read("/connections", wait=2)
    for _ in range(3):
        pressed = local.press(ts)
        fresh.ack(fresh.receive())
        assert pressed.result()["ok"]
    local.advance(10)
    assert leaving.receive()["reason"] == "refresh_requested"
    assert leaving.receive() == {}


def test_a_socket_may_die_with_an_envelope(local: Bench) -> None:
    """The click fails; an event comes again over the next socket."""
    ts = local.post([actions()])
    link = local.link()
    local.arm("deliver", "disconnect")
    assert local.press(ts).result()["error"] == "dispatch_failed"
    assert link.receive() == {}
