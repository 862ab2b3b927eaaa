"""Faults of the Web API, as Slack's client meets them."""

from __future__ import annotations

import http.client
import urllib.error

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from tests.sandbox.bench import CHANNEL, Bench


def client(local: Bench, seconds: int = 10) -> WebClient:
    """Return a client that retries nothing."""
    return WebClient(local.settings.bot_token, base_url=f"{local.address}/api/", timeout=seconds, retry_handlers=[])


def test_a_dropped_response_was_committed(local: Bench) -> None:
    """The message is there although the caller got no answer: this is what metadata reconciles."""
    local.arm("chat.postMessage", "drop_response_after_commit")
    with pytest.raises(http.client.RemoteDisconnected):
        client(local).chat_postMessage(channel=CHANNEL, text="once")
    assert [m["text"] for m in local.seen()] == ["once"]
    assert client(local).chat_postMessage(channel=CHANNEL, text="twice")["ok"]


def test_a_reset_connection_committed_nothing(local: Bench) -> None:
    """The caller meets a reset, not an end of the stream."""
    local.arm("chat.postMessage", "reset")
    with pytest.raises(ConnectionResetError):
        client(local).chat_postMessage(channel=CHANNEL, text="never")
    assert local.seen() == []


def test_a_server_error_committed_nothing(local: Bench) -> None:
    """The answer is 500 and no JSON."""
    local.arm("chat.postMessage", "http_500")
    with pytest.raises(SlackApiError) as refused:
        client(local).chat_postMessage(channel=CHANNEL, text="never")
    assert refused.value.response.status_code == 500
    assert local.seen() == []


def test_a_timed_out_call_is_left_hanging(local: Bench) -> None:
    """The caller's own time-out ends it."""
    local.arm("chat.update", "time_out")
    ts = local.post()
    with pytest.raises((TimeoutError, urllib.error.URLError)):
        client(local, seconds=1).chat_update(channel=CHANNEL, ts=ts, text="never")
    assert local.seen()[0]["text"] == "card"


def test_a_rate_limit_says_how_long_to_wait(local: Bench) -> None:
    """The header is the one that was armed."""
    local.arm("chat.postMessage", "rate_limited", retry_after=7)
    with pytest.raises(SlackApiError) as refused:
        client(local).chat_postMessage(channel=CHANNEL, text="x")
    assert refused.value.response.headers["Retry-After"] == "7"


@pytest.mark.parametrize(("kind", "error"), [("token_revoked", "token_revoked"), ("archived_channel", "is_archived")])
def test_refusals_can_be_armed(local: Bench, kind: str, error: str) -> None:
    """They strike as often as armed, and then no more."""
    local.arm("*", kind, times=2)
    for _ in range(2):
        assert local.api("chat.postMessage", channel=CHANNEL, text="x")["error"] == error
    assert local.api("chat.postMessage", channel=CHANNEL, text="x")["ok"]


def test_a_fault_may_strike_one_channel_only(local: Bench) -> None:
    """Other channels go on."""
    local.arm("chat.postMessage", "archived_channel", times=5, channel="C0CARDS")
    assert local.api("chat.postMessage", channel=CHANNEL, text="x")["ok"]
    assert local.api("chat.postMessage", channel="C0CARDS", text="x")["error"] == "is_archived"


def test_faults_can_be_listed_and_disarmed(local: Bench) -> None:
    """Nothing strikes after DELETE; a kind that does not exist is refused."""
    armed = local.arm("chat.postMessage", "http_500", times=3)["armed"]
    assert [(f["method"], f["kind"], f["times"]) for f in armed] == [("chat.postMessage", "http_500", 3)]
    assert local.http.delete("/_sandbox/faults").json() == {"ok": True}
    assert local.api("chat.postMessage", channel=CHANNEL, text="x")["ok"]
    assert local.arm("chat.postMessage", "gremlins")["error"] == "invalid_request"
