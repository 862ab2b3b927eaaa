"""Programs that are told of events: one contract for the double, the webhook and the command; then each alone."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bot.events import Command, Webhook, as_text, command_words, place_of, secret_key, signed_headers
from bot.settings import Settings
from reviewers.errors import OutcomeUnknown, RateLimited, Refused, Unavailable, Unready
from reviewers.model.telling import WebhookEvent
from reviewers.ports.outside import EventSink
from tests.receivers import Hook, Kept, a_hook
from tests.workflow.worlds import ScriptedSink

AT = datetime(2026, 11, 23, 8, 0, 30, tzinfo=UTC)
KEY = bytes(range(32))
BODY: dict[str, Any] = {
    "type": "retraining.accepted",
    "data": {"week": "2026-W47", "route": "Card – support", "dataset": {"path": "/data/a b.jsonl"}},
}
EVENT = WebhookEvent(event_id="evt_da_1", type="retraining.accepted", body=BODY, created_at=AT)


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server is on this machine."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def hook() -> Iterator[Hook]:
    """A server that takes everything."""
    with a_hook() as one:
        yield one


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    """A command that takes everything."""
    return Kept(folder=tmp_path)


@dataclass(frozen=True, kw_only=True, slots=True)
class Rig:
    """A receiver as the contract sees it."""

    sink: EventSink
    told: Callable[[], list[object]]  # the body of each event that was taken
    fail: Callable[[], object]  # the next attempt


@pytest.fixture(params=["memory", "webhook", "command"])
def rig(request: pytest.FixtureRequest) -> Rig:
    """The double, and both real ones."""
    if request.param == "memory":
        double = ScriptedSink()
        return Rig(
            sink=double,
            told=lambda: [event.body for event in double.told],
            fail=lambda: double.script.append(Unavailable("Away.")),
        )
    if request.param == "webhook":
        hook: Hook = request.getfixturevalue("hook")
        failed: list[int] = []

        def fail() -> None:
            hook.answers.append((500, {}))
            failed.append(len(hook.seen))

        return Rig(
            sink=Webhook(url=hook.url, key=KEY),
            told=lambda: [json.loads(one.body) for at, one in enumerate(hook.seen) if at not in failed],
            fail=fail,
        )
    kept: Kept = request.getfixturevalue("kept")
    return Rig(
        sink=Command(template=kept.template()),
        told=lambda: [json.loads(one["given"]) for one in kept.told],
        fail=lambda: kept.status(3),
    )


def test_event_is_taken_whole(rig: Rig) -> None:
    """What is read is what was recorded."""
    rig.sink.tell(EVENT, at=AT)
    assert rig.told() == [BODY]


def test_trouble_is_raised_and_the_event_can_be_told_again(rig: Rig) -> None:
    """It is no refusal, so the outbox comes back."""
    rig.fail()
    with pytest.raises(Unavailable) as raised:
        rig.sink.tell(EVENT, at=AT)
    assert not isinstance(raised.value, Refused)
    assert rig.told() == []
    rig.sink.tell(EVENT, at=AT)
    assert rig.told() == [BODY]


def test_event_that_is_told_twice_is_the_same_one(rig: Rig) -> None:
    """At least once: the receiver tells by the id."""
    rig.sink.tell(EVENT, at=AT)
    rig.sink.tell(EVENT, at=AT.replace(minute=1))
    assert rig.told() == [BODY, BODY]


def test_signature_is_the_one_that_is_published() -> None:
    """The example of Svix, whose scheme Standard Webhooks is."""
    key = secret_key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    at = datetime.fromtimestamp(1614265330, tz=UTC)
    assert signed_headers(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", at, b'{"test": 2432232314}') == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_receiver_can_check_what_it_got(hook: Hook) -> None:
    """By the bytes that came, with the secret alone; a later attempt is signed for its own time."""
    webhook = Webhook(url=hook.url, key=KEY)
    for at in (AT, AT.replace(hour=9)):
        webhook.tell(EVENT, at=at)
    for posted in hook.seen:
        signed = f"{posted.headers['webhook-id']}.{posted.headers['webhook-timestamp']}.".encode() + posted.body
        expected = base64.b64encode(hmac.digest(KEY, signed, hashlib.sha256)).decode("ascii")
        assert posted.headers["webhook-signature"] == f"v1,{expected}"
        assert posted.headers["content-type"] == "application/json"
    # 1795420800 is 2026-11-23 08:00 UTC
    assert [posted.headers["webhook-timestamp"] for posted in hook.seen] == ["1795420830", "1795424430"]


@pytest.mark.parametrize(
    ("status", "code"),
    [(410, "webhook_gone"), (404, "webhook_404"), (401, "webhook_401"), (307, "webhook_307"), (301, "webhook_301")],
)
def test_answer_that_people_have_to_mend_says_what_it_was(hook: Hook, status: int, code: str) -> None:
    """Only 410 ends it; a redirect is not followed, since the address of the settings is the one that is trusted."""
    hook.answers.append((status, {"location": hook.url.replace("hook", "elsewhere")}))
    with pytest.raises(Refused if status == 410 else Unready) as raised:
        Webhook(url=hook.url, key=KEY).tell(EVENT, at=AT)
    assert getattr(raised.value, "code", "") == code
    assert [posted.path for posted in hook.seen] == ["/hook?token=t0ken"]


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503])
def test_answer_that_passes_by_itself_is_only_tried_again(hook: Hook, status: int) -> None:
    """Nobody has to be told of it."""
    hook.answers.append((status, {}))
    with pytest.raises(Unavailable) as raised:
        Webhook(url=hook.url, key=KEY).tell(EVENT, at=AT)
    assert type(raised.value) is Unavailable


@pytest.mark.parametrize(("wait", "seconds"), [("7", 7.0), ("0", 1.0), ("999999", 3600.0)])
def test_receiver_says_when_to_come_back(hook: Hook, wait: str, seconds: float) -> None:
    """Within a second and an hour."""
    hook.answers.append((429, {"retry-after": wait}))
    with pytest.raises(RateLimited) as raised:
        Webhook(url=hook.url, key=KEY).tell(EVENT, at=AT)
    assert raised.value.retry_after_seconds == seconds


def test_receiver_that_says_nothing_may_have_taken_it(hook: Hook) -> None:
    """The outcome is not known."""
    hook.silent.set()
    with pytest.raises(OutcomeUnknown):
        Webhook(url=hook.url, key=KEY, seconds=0.1).tell(EVENT, at=AT)


def test_address_is_in_no_message() -> None:
    """Nor in the text of the object: a path or a query may hold a token."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/t0ken"
    webhook = Webhook(url=url, key=KEY)
    with pytest.raises(Unavailable) as raised:
        webhook.tell(EVENT, at=AT)
    assert str(raised.value) == "The webhook cannot be reached: ConnectError."
    assert "t0ken" not in f"{raised.value!r} {webhook!r} {Command(template='train t0ken')!r} {place_of(url)}"


def test_command_is_given_each_value_within_one_word(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    """No shell reads them, none is filled twice, and the secrets of the settings are not handed on."""
    monkeypatch.setenv("SLACK_BOT_TOKEN", "x")
    monkeypatch.setenv("WHETSTONE_WEBHOOK_SECRET", "x")
    monkeypatch.setenv("WHETSTONE_DATA_DIR", "x")
    data = BODY["data"] | {"route": "$(touch hacked) {week}; `id` 'a"}
    event = replace(EVENT, body=BODY | {"data": data})
    Command(template=kept.template("--route={route} {dataset} '{week} of {event}'")).tell(event, at=AT)
    (told,) = kept.told
    assert told["words"] == [
        "--route=$(touch hacked) {week}; `id` 'a",
        "/data/a b.jsonl",
        "2026-W47 of evt_da_1",
    ]
    assert told["given"].encode("ascii") == as_text(event)
    assert {"SLACK_BOT_TOKEN", "WHETSTONE_WEBHOOK_SECRET"}.isdisjoint(told["names"])
    assert {"WHETSTONE_DATA_DIR", "PATH"} <= set(told["names"])


def test_command_gets_no_setting_that_may_hold_a_secret(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    """By none of its names, in capital or small letters: what is masked, and addresses that may have a password."""
    names = [
        spelled
        for field, setting in Settings.model_fields.items()
        if setting.annotation is SecretStr or not setting.repr or field in ("database_url", "chroma_url")
        for name in getattr(setting.validation_alias, "choices", [f"WHETSTONE_{field.upper()}"])
        for spelled in (name, name.lower())
    ]
    assert {"DATABASE_URL", "whetstone_database_url", "WHETSTONE_WEBHOOK_URL", "slack_app_token"} <= set(names)
    for name in (*names, "WHETSTONE_CHANNEL", "TRAINER_TOKEN"):
        monkeypatch.setenv(name, "x")
    Command(template=kept.template()).tell(EVENT, at=AT)
    (told,) = kept.told
    assert set(names).isdisjoint(told["names"])
    assert {"WHETSTONE_CHANNEL", "TRAINER_TOKEN"} <= set(told["names"])


def test_command_that_fails_or_is_not_there_says_so_to_people(kept: Kept) -> None:
    """By its exit status, or by what is missing."""
    kept.status(7)
    with pytest.raises(Unready, match="command_status_7"):
        Command(template=kept.template()).tell(EVENT, at=AT)
    with pytest.raises(Unready, match="command_not_found"):
        Command(template="no-such-trainer {dataset}").tell(EVENT, at=AT)
    (kept.folder / "train").write_text("", encoding="ascii")
    with pytest.raises(Unready, match="command_not_allowed"):
        Command(template=f"{kept.folder / 'train'} {{dataset}}").tell(EVENT, at=AT)


def test_command_that_takes_too_long_is_ended_with_what_it_began(tmp_path: Path) -> None:
    """Its child holds the other end of a pipe; once both are gone, the pipe is at its end."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    begin = "import os, sys; fd = os.open(sys.argv[1], os.O_WRONLY); os.fork(); import time; time.sleep(600)"
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        with pytest.raises(OutcomeUnknown, match=r"ended after 0\.5 s"):
            Command(template=f"{sys.executable} -I -S -c '{begin}' {pipe}", seconds=0.5).tell(EVENT, at=AT)
        os.set_blocking(reader, True)
        assert os.read(reader, 1) == b""
    finally:
        os.close(reader)


@pytest.mark.parametrize("route", ["a\0b", "half \ud800"])
def test_value_that_no_command_can_be_given_is_given_up(kept: Kept, route: str) -> None:
    """Another attempt would not help."""
    event = replace(EVENT, body={"data": {"route": route}})
    with pytest.raises(Refused, match="command_arguments"):
        Command(template=kept.template()).tell(event, at=AT)


def test_command_that_reads_nothing_has_taken_the_event() -> None:
    """Whether it wants the JSON is its own affair."""
    Command(template="true {dataset}").tell(replace(EVENT, body={"data": {}, "more": "x" * 200_000}), at=AT)


@pytest.mark.parametrize(
    ("template", "words"),
    [("", []), ("train '{dataset}' -x", ["train", "{dataset}", "-x"]), ("train '{}' {{", ["train", "{}", "{{"])],
)
def test_command_is_read_as_a_shell_would_split_it(template: str, words: list[str]) -> None:
    """Braces that name nothing stay."""
    assert command_words(template) == words
