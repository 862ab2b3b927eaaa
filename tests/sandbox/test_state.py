"""The clock, the feed of the page, and what a restart keeps."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest

from tests.sandbox.bench import CHANNEL, Bench, actions, bench, section


def test_the_clock_goes_forward_as_told(local: Bench) -> None:
    """Messages carry its time; it refuses to go back, since ts are in order."""
    before = local.read("/workspace")["clock"]
    assert local.control("/clock", advance_seconds=3600)["clock"] >= before + 3600
    assert float(local.post()) >= before + 3600
    target = before + 10_000
    assert local.control("/clock", set=target)["clock"] == pytest.approx(target, abs=60)
    assert local.control("/clock", advance_seconds=-1)["error"] == "invalid_request"


def test_two_messages_never_share_a_ts(local: Bench) -> None:
    """The ts is a message's key."""
    stamps = [local.post(text=str(n)) for n in range(50)]
    assert stamps == sorted(set(stamps), key=float)


def test_the_workspace_lists_who_can_be_picked(local: Bench) -> None:
    """Reviewers, a lead, an asker, a guest, somebody who left and a stranger."""
    space = local.read("/workspace")
    people = {user["id"]: user for user in space["users"]}
    assert people["U0TOMAS"]["real_name"] == "Tomás Ruiz"
    assert (people["U0GUEST"]["is_guest"], people["U0LEFT"]["deleted"]) == (True, True)
    assert people["U0PRIYA"]["tz_offset"] == 5.5 * 3600  # India has no daylight saving
    public = {c["name"] for c in space["channels"] if not c["is_im"] and not c["is_private"]}
    assert public == {"review", "review-cards", "general", "random"}
    assert space["commands"][0]["command"] == "/whetstone"


def test_pages_of_other_sites_cannot_act(local: Bench) -> None:
    """The controls know no password, so a browser's foreign origin is refused; our own page's is not."""
    path, body = "/_sandbox/messages", {"user": "U0MARA", "channel": CHANNEL, "text": "hello"}
    refused = local.http.post(path, json=body, headers={"Origin": "https://evil.example"})
    assert (refused.status_code, local.seen()) == (403, [])
    assert local.http.post(path, json=body, headers={"Origin": local.address}).json()["ok"]


def test_the_feed_tells_each_person_only_what_is_theirs(local: Bench) -> None:
    """Ephemerals reach one person's pages; events are numbered and can be resumed."""
    ts = local.post()
    local.slack.chat_postEphemeral(channel=CHANNEL, user="U0MARA", text="for Mara")
    local.slack.chat_update(channel=CHANNEL, ts=ts, text="new")
    assert _feed(local, "U0MARA", 3) == ["message", "ephemeral", "message_changed"]
    assert _feed(local, "U0JONAS", 2) == ["message", "message_changed"]


def test_the_feed_tells_of_channels_and_people_that_changed(local: Bench) -> None:
    """Open pages read the workspace again after each of these."""
    local.control("/channels", channel="C0CARDS", archived=True)
    local.control("/people", user="U0DANA", deleted=True)
    local.control("/usergroups", usergroup="S0LEADS", users=["U0MARA"])
    assert _feed(local, "U0JONAS", 3) == ["workspace"] * 3


def _feed(local: Bench, user: str, count: int) -> list[str]:
    kinds: list[str] = []
    headers = {"Last-Event-ID": "0"}
    with httpx.stream("GET", f"{local.address}/_sandbox/events", params={"user": user}, headers=headers) as stream:
        for line in stream.iter_lines():
            if line.startswith("data: "):
                kinds.append(json.loads(line[6:])["type"])
            if len(kinds) == count:
                break
    return kinds


def test_an_open_feed_does_not_hold_the_sandbox_up() -> None:
    """Stopping ends the streams of open pages."""
    with bench() as local:
        stream = local.http.stream("GET", "/_sandbox/events", params={"user": "U0MARA"})
        lines = stream.__enter__().iter_lines()
        assert next(lines) == ": open"
        keep = stream
    keep.__exit__(None, None, None)


def test_a_restart_keeps_channels_cards_homes_and_files(tmp_path: Path) -> None:
    """Open modals are gone; the rest is as before, and old cards can be updated."""
    path = tmp_path / "slack" / "state.json"
    with bench(snapshot_path=path) as before:
        ts = before.post([actions()], text="a card")
        before.slack.chat_postMessage(channel=CHANNEL, text="reply", thread_ts=ts)
        before.slack.chat_postEphemeral(channel=CHANNEL, user="U0MARA", text="for you")
        home = before.api("views.publish", user_id="U0MARA", view={"type": "home", "blocks": [section()]})["view"]
        file_id = before.slack.files_upload_v2(content=b"a,b", filename="a.csv")["files"][0]["id"]
        before.advance(3600)
        shown = before.seen()
    with bench(snapshot_path=path) as after:
        assert after.seen() == shown
        assert after.read("/home", user="U0MARA")["view"]["hash"] == home["hash"]
        assert after.http.get(f"/_sandbox/files/{file_id}").content == b"a,b"
        assert after.api("chat.update", channel=CHANNEL, ts=ts, text="decided")["ok"]
        assert float(after.post()) > float(ts) + 3600
    assert [p.name for p in path.parent.iterdir()] == ["state.json"]


def test_a_snapshot_of_another_version_is_refused(tmp_path: Path) -> None:
    """The start says what to do instead of losing messages silently."""
    path = tmp_path / "state.json"
    path.write_text('{"version": 0}', encoding="utf-8")
    with pytest.raises(ValueError, match="another version"), bench(snapshot_path=path):
        pass
