"""Requests that Slack did not sign have no effect."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from urllib.parse import urlencode

import httpx
import pytest

from bot.sandbox.signing import signed_headers
from bot.slack.http import PATH
from bot.slack.ids import ActionId
from tests.slack.people import Json, elements
from tests.slack.worlds import World

Headers = dict[str, str]


def _approval(world: World, task: str, user: str = "U0MARA") -> bytes:
    """The body that Slack would send for a click on Approve."""
    card = world.mara.card(task)
    button = elements(card["blocks"])[ActionId.APPROVE.value]
    payload: Json = {
        "type": "block_actions",
        "team": {"id": "T0MERIDIAN", "domain": "meridian"},
        "user": {"id": user, "username": "x", "name": "x", "team_id": "T0MERIDIAN"},
        "api_app_id": "A0WHETSTONE",
        "token": "sandbox",
        "trigger_id": "1.2.3",
        "container": {"type": "message", "message_ts": card["ts"], "channel_id": "C0REVIEW", "is_ephemeral": False},
        "channel": {"id": "C0REVIEW", "name": "review"},
        "message": card,
        "state": {"values": {}},
        "response_url": f"{world.workspace}/_response/none",
        "actions": [{**button, "action_ts": card["ts"]}],
    }
    return urlencode({"payload": json.dumps(payload)}).encode()


def _send(world: World, body: bytes, headers: Headers) -> httpx.Response:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    return httpx.post(f"{world.api}{PATH}", content=body, headers={**form, **headers}, trust_env=False, timeout=30)


def _signed(world: World, body: bytes, *, seconds_ago: int = 0, secret: str = "") -> Headers:
    signing_secret = secret or world.sandbox.signing_secret
    return signed_headers(body, secret=signing_secret, timestamp=int(time.time()) - seconds_ago)


def _of_another_body(world: World, _body: bytes) -> Headers:
    return _signed(world, b"payload=%7B%7D")


BAD: dict[str, Callable[[World, bytes], Headers]] = {
    "absent": lambda world, body: {},
    "made with another secret": lambda world, body: _signed(world, body, secret="not the secret"),
    "of another body": _of_another_body,
    "six minutes old": lambda world, body: _signed(world, body, seconds_ago=360),
    "six minutes ahead": lambda world, body: _signed(world, body, seconds_ago=-360),
    "without its time": lambda world, body: {"X-Slack-Signature": _signed(world, body)["X-Slack-Signature"]},
}


@pytest.mark.parametrize("which", BAD)
def test_request_with_a_signature_that_is_not_slacks_has_no_effect(own: World, which: str) -> None:
    """It is refused, nothing is stored, and nothing is said to Slack."""
    (task,) = own.bring(own.output())
    calls = len(own.journal())
    body = _approval(own, task)
    assert _send(own, body, BAD[which](own, body)).status_code == 401
    assert own.verdicts(task) == []
    assert len(own.journal()) == calls


def test_the_same_body_with_slacks_signature_counts(own: World) -> None:
    """So what the refusals above refuse is the signature."""
    (task,) = own.bring(own.output())
    body = _approval(own, task)
    assert _send(own, body, _signed(own, body)).status_code == 200
    own.settled(task)
    assert own.verdicts(task) == [("U0MARA", "approve")]


def test_request_replayed_after_five_minutes_has_no_effect(own: World) -> None:
    """A recorded request of Slack, sent once more with its own old signature."""
    (task,) = own.bring(own.output())
    body = _approval(own, task)
    old = _signed(own, body, seconds_ago=301)
    assert _send(own, body, old).status_code == 401
    assert own.verdicts(task) == []


def test_deactivated_person_is_refused(own: World) -> None:
    """A click that was under way when the account was closed does not count; the answer is for their eyes only."""
    (task,) = own.bring(own.output())
    own.control("channels", channel="C0REVIEW", add=["U0LEFT"])
    body = _approval(own, task, user="U0LEFT")
    assert _send(own, body, _signed(own, body)).status_code == 200
    (told,) = own.person("U0LEFT").wait_until_told()
    assert "deactivated" in told["text"]
    assert own.mara.told() == []
    assert own.verdicts(task) == []
