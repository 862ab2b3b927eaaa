"""Messages through the Web API, driven with Slack's own client."""

from __future__ import annotations

import json

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.sandbox.ratelimits import DEFAULT_LIMITS
from tests.sandbox.bench import CHANNEL, Bench, actions, bench, section


def test_a_posted_message_is_read_back(local: Bench) -> None:
    """Text, blocks and author come back; missing ids are filled in."""
    posted = local.slack.chat_postMessage(channel=CHANNEL, text="a card", blocks=[section("words")])
    message = local.slack.conversations_history(channel=CHANNEL)["messages"][0]
    assert message["ts"] == posted["ts"]
    assert message["text"] == "a card"
    assert message["user"] == local.slack.auth_test()["user_id"]
    assert message["blocks"][0]["text"] == {"type": "mrkdwn", "text": "words", "verbatim": False}
    assert message["blocks"][0]["block_id"]


def test_blocks_may_come_in_a_form(local: Bench) -> None:
    """A form carries structures as JSON text and flags as words."""
    headers = {"Authorization": f"Bearer {local.settings.bot_token}"}
    form = {"channel": CHANNEL, "text": "x", "blocks": json.dumps([section()]), "unfurl_links": "false"}
    answer = local.http.post("/api/chat.postMessage", data=form, headers=headers).json()
    assert answer["ok"]
    assert answer["message"]["blocks"][0]["type"] == "section"
    broken = local.http.post("/api/chat.postMessage", data={**form, "blocks": "[{"}, headers=headers).json()
    assert broken["error"] == "invalid_blocks_format"


def test_a_json_call_may_have_an_empty_body(local: Bench) -> None:
    """Slack's client sends auth.test so."""
    headers = {"Authorization": f"Bearer {local.settings.bot_token}", "Content-Type": "application/json"}
    assert local.http.post("/api/auth.test", headers=headers).json()["ok"]


def test_a_broken_body_is_told_apart(local: Bench) -> None:
    """JSON that is none, or no object, has errors of its own."""
    headers = {"Authorization": f"Bearer {local.settings.bot_token}", "Content-Type": "application/json"}
    assert local.http.post("/api/auth.test", headers=headers, content=b"{").json()["error"] == "invalid_json"
    assert local.http.post("/api/auth.test", headers=headers, content=b"[]").json()["error"] == "json_not_object"


@pytest.mark.parametrize(
    ("method", "token", "error"),
    [
        ("auth.test", "", "not_authed"),
        ("auth.test", "made-up", "invalid_auth"),
        ("auth.test", "app", "not_allowed_token_type"),
        ("apps.connections.open", "bot", "not_allowed_token_type"),
        ("chat.explode", "bot", "unknown_method"),
    ],
)
def test_tokens_and_methods_are_checked(local: Bench, method: str, token: str, error: str) -> None:
    """A token of the wrong kind, or none, opens nothing."""
    secret = {"bot": local.settings.bot_token, "app": local.settings.app_token}.get(token, token)
    headers = {"Authorization": f"Bearer {secret}"} if secret else {}
    assert local.http.post(f"/api/{method}", headers=headers).json()["error"] == error


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"channel": "C0NOWHERE", "text": "x"}, "channel_not_found"),
        ({"channel": "C0RANDOM", "text": "x"}, "not_in_channel"),
        ({"channel": CHANNEL}, "no_text"),
        ({"channel": CHANNEL, "text": "x", "thread_ts": "1.0"}, "thread_not_found"),
        ({"channel": CHANNEL, "text": "x", "metadata": {"event_type": "e"}}, "invalid_metadata_format"),
        ({"text": "x"}, "invalid_arguments"),
    ],
)
def test_a_post_that_cannot_be_is_refused(local: Bench, arguments: dict[str, object], error: str) -> None:
    """Each reason has Slack's word for it."""
    assert local.api("chat.postMessage", **arguments)["error"] == error


def test_an_archived_channel_takes_nothing(local: Bench) -> None:
    """Posting, updating, reactions and commands fail with is_archived until the channel is back."""
    ts = local.post()
    local.control("/channels", channel=CHANNEL, archived=True)
    assert local.api("reactions.add", channel=CHANNEL, timestamp=ts, name="eyes")["error"] == "is_archived"
    assert local.control("/reactions", user="U0MARA", channel=CHANNEL, ts=ts, name="x")["error"] == "is_archived"
    typed = local.control("/commands", user="U0MARA", channel=CHANNEL, command="/whetstone", text="")
    assert typed["error"] == "is_archived"
    assert local.api("chat.postMessage", channel=CHANNEL, text="x")["error"] == "is_archived"
    assert local.api("chat.update", channel=CHANNEL, ts=ts, text="x")["error"] == "is_archived"
    local.control("/channels", channel=CHANNEL, archived=False)
    assert local.api("chat.update", channel=CHANNEL, ts=ts, text="x")["ok"]


def test_an_update_without_blocks_removes_them(local: Bench) -> None:
    """This is Slack's behaviour, and why updates always send both."""
    ts = local.post([section()])
    answer = local.slack.chat_update(channel=CHANNEL, ts=ts, text="only text")
    assert "blocks" not in answer["message"]
    assert local.seen()[0]["text"] == "only text"
    assert local.seen()[0]["edited"]["user"] == "U0WHETSTONE"


def test_only_own_messages_can_be_changed(local: Bench) -> None:
    """A person's message is not the app's to change or delete."""
    ts = local.control("/messages", user="U0MARA", channel=CHANNEL, text="mine")["ts"]
    assert local.api("chat.update", channel=CHANNEL, ts=ts, text="x")["error"] == "cant_update_message"
    assert local.api("chat.delete", channel=CHANNEL, ts=ts)["error"] == "cant_delete_message"
    assert local.api("chat.update", channel=CHANNEL, ts="1.000000", text="x")["error"] == "message_not_found"


def test_a_deleted_message_is_gone(local: Bench) -> None:
    """It is neither in the history nor on the page."""
    ts = local.post()
    assert local.slack.chat_delete(channel=CHANNEL, ts=ts)["ok"]
    assert local.slack.conversations_history(channel=CHANNEL)["messages"] == []


def test_metadata_is_kept_and_told_only_when_asked_for(local: Bench) -> None:
    """Metadata survives an update without it, and reconciles an unknown outcome."""
    metadata = {"event_type": "review_card", "event_payload": {"item_id": "o-1", "attempt": 1}}
    ts = local.slack.chat_postMessage(channel=CHANNEL, text="x", metadata=metadata)["ts"]
    local.slack.chat_update(channel=CHANNEL, ts=ts, text="y")
    assert "metadata" not in local.slack.conversations_history(channel=CHANNEL)["messages"][0]
    told = local.slack.conversations_history(channel=CHANNEL, include_all_metadata=True)["messages"][0]
    assert told["metadata"] == metadata


def test_history_pages_from_the_newest_back(local: Bench) -> None:
    """Five messages in pages of two: 5 4, 3 2, 1."""
    stamps = [local.post(text=str(n)) for n in range(1, 6)]
    seen: list[list[str]] = []
    cursor = ""
    while True:
        page = local.slack.conversations_history(channel=CHANNEL, limit=2, cursor=cursor)
        seen.append([m["ts"] for m in page["messages"]])
        if not page["has_more"]:
            break
        cursor = page["response_metadata"]["next_cursor"]
    assert seen == [[stamps[4], stamps[3]], [stamps[2], stamps[1]], [stamps[0]]]


def test_history_keeps_to_oldest_and_latest(local: Bench) -> None:
    """Both ends are left out unless inclusive is set."""
    stamps = [local.post(text=str(n)) for n in range(4)]
    between = {"oldest": stamps[0], "latest": stamps[3]}
    inside = local.api("conversations.history", channel=CHANNEL, **between)["messages"]
    assert [m["ts"] for m in inside] == [stamps[2], stamps[1]]
    with_ends = local.api("conversations.history", channel=CHANNEL, **between, inclusive=True)["messages"]
    assert [m["ts"] for m in with_ends] == stamps[::-1]
    assert local.api("conversations.history", channel=CHANNEL, cursor="no")["error"] == "invalid_cursor"


def test_replies_stay_in_their_thread(local: Bench) -> None:
    """The channel shows the count, the thread the replies, oldest first."""
    parent = local.post()
    replies = [local.slack.chat_postMessage(channel=CHANNEL, text=t, thread_ts=parent)["ts"] for t in "ab"]
    history = local.slack.conversations_history(channel=CHANNEL)["messages"]
    assert [(m["ts"], m["reply_count"]) for m in history] == [(parent, 2)]
    thread = local.slack.conversations_replies(channel=CHANNEL, ts=parent)["messages"]
    assert [m["ts"] for m in thread] == [parent, *replies]


def test_an_ephemeral_is_seen_by_one_person(local: Bench) -> None:
    """Nobody else sees it, and the history does not hold it."""
    local.slack.chat_postEphemeral(channel=CHANNEL, user="U0MARA", text="for you")
    assert [m["text"] for m in local.seen("U0MARA")] == ["for you"]
    assert local.seen("U0MARA")[0]["is_ephemeral"]
    assert local.seen("U0JONAS") == []
    assert local.slack.conversations_history(channel=CHANNEL)["messages"] == []
    refused = local.api("chat.postEphemeral", channel=CHANNEL, user="U0STRANGER", text="x")
    assert refused["error"] == "user_not_in_channel"


def test_a_direct_message_goes_to_its_person(local: Bench) -> None:
    """A person's id as channel, or conversations.open, lead to the same place."""
    opened = local.slack.conversations_open(users="U0PRIYA")["channel"]["id"]
    assert local.slack.chat_postMessage(channel="U0PRIYA", text="hello")["channel"] == opened
    assert local.api("conversations.open", users="U0LEFT")["error"] == "user_disabled"


def test_people_are_described_as_slack_does(local: Bench) -> None:
    """Guests, strangers and the deactivated can be told apart; the list pages."""
    assert local.slack.users_info(user="U0GUEST")["user"]["is_restricted"]
    assert local.slack.users_info(user="U0STRANGER")["user"]["team_id"] != local.slack.auth_test()["team_id"]
    assert local.slack.users_info(user="U0LEFT")["user"]["deleted"]
    assert local.slack.users_lookupByEmail(email="mara@meridian.example")["user"]["id"] == "U0MARA"
    ids = [user["id"] for page in local.slack.users_list(limit=3) for user in page["members"]]
    assert len(ids) == len(set(ids)) == 8
    assert "U0STRANGER" not in ids
    assert local.slack.usergroups_users_list(usergroup="S0REVIEWERS")["users"] == ["U0MARA", "U0JONAS", "U0PRIYA"]
    local.control("/usergroups", usergroup="S0REVIEWERS", users=["U0JONAS"])
    assert local.slack.usergroups_users_list(usergroup="S0REVIEWERS")["users"] == ["U0JONAS"]


def test_the_sixth_post_in_a_second_must_wait() -> None:
    """Five at once are a burst; then one a second and channel, on the sandbox's clock."""
    with bench(rate_limits=DEFAULT_LIMITS) as local:
        for _ in range(5):
            local.slack.chat_postMessage(channel=CHANNEL, text="x")
        with pytest.raises(SlackApiError) as refused:
            local.slack.chat_postMessage(channel=CHANNEL, text="x")
        assert refused.value.response.status_code == 429
        assert refused.value.response.headers["Retry-After"] == "1"
        assert local.slack.chat_postMessage(channel="C0CARDS", text="another channel")["ok"]
        local.advance(1)
        assert local.slack.chat_postMessage(channel=CHANNEL, text="x")["ok"]
        assert len(local.slack.conversations_history(channel=CHANNEL)["messages"]) == 6


def test_the_51st_update_in_a_minute_must_wait() -> None:
    """Tier 3 is counted for the app, not for a channel."""
    with bench(rate_limits=DEFAULT_LIMITS) as local:
        ts = local.post()
        for n in range(50):
            local.slack.chat_update(channel=CHANNEL, ts=ts, text=str(n))
        refused = local.http.post(
            "/api/chat.update",
            json={"channel": CHANNEL, "ts": ts, "text": "x"},
            headers={"Authorization": f"Bearer {local.settings.bot_token}"},
        )
        assert (refused.status_code, refused.json()["error"]) == (429, "ratelimited")
        assert refused.headers["Retry-After"] in ("1", "2")  # one call returns every 60 / 50 = 1.2 s


def test_a_file_can_be_shown_once_it_is_processed(local: Bench) -> None:
    """Upload in three steps; the image block is refused until the processing time has passed."""
    uploaded = local.slack.files_upload_v2(content=b"\x89PNG", filename="drift.png", title="Drift")
    file_id = uploaded["files"][0]["id"]
    image = {"type": "image", "slack_file": {"id": file_id}, "alt_text": "drift"}
    early = local.api("chat.postMessage", channel=CHANNEL, text="x", blocks=[image])
    assert "invalid slack file" in early["response_metadata"]["messages"][0]
    assert local.slack.files_info(file=file_id)["file"]["mimetype"] == ""
    local.advance(local.settings.file_processing_seconds)
    assert local.slack.files_info(file=file_id)["file"]["mimetype"] == "image/png"
    assert local.api("chat.postMessage", channel=CHANNEL, text="x", blocks=[image])["ok"]
    assert local.http.get(f"/_sandbox/files/{file_id}").content == b"\x89PNG"


def test_a_shared_file_is_a_message(local: Bench) -> None:
    """With a channel the upload is posted, in a thread if asked."""
    parent = local.post()
    local.slack.files_upload_v2(
        channel=CHANNEL, thread_ts=parent, content="a,b", filename="verdicts.csv", initial_comment="The table"
    )
    reply = local.seen(thread_ts=parent)[1]
    assert (reply["text"], reply["files"][0]["name"]) == ("The table", "verdicts.csv")
    served = local.http.get(f"/_sandbox/files/{reply['files'][0]['id']}")
    assert (served.content, served.headers["Content-Security-Policy"]) == (b"a,b", "sandbox")


def test_a_file_without_its_bytes_is_not_served(local: Bench) -> None:
    """An upload that was announced and never came is not there, and neither is one that nobody announced."""
    announced = local.slack.files_getUploadURLExternal(filename="late.csv", length=3)
    for file_id in (announced["file_id"], "F0NOWHERE1"):
        assert local.http.get(f"/_sandbox/files/{file_id}").status_code == 404


def test_a_reaction_counts_once(local: Bench) -> None:
    """The same person cannot react twice the same way."""
    ts = local.post()
    local.slack.reactions_add(channel=CHANNEL, timestamp=ts, name="eyes")
    assert local.api("reactions.add", channel=CHANNEL, timestamp=ts, name="eyes")["error"] == "already_reacted"
    local.control("/reactions", user="U0MARA", channel=CHANNEL, ts=ts, name="eyes")
    message = local.slack.reactions_get(channel=CHANNEL, timestamp=ts)["message"]
    assert message["reactions"] == [{"name": "eyes", "users": ["U0WHETSTONE", "U0MARA"], "count": 2}]


def test_the_journal_holds_every_call_and_no_token(local: Bench) -> None:
    """What came in and what was answered can be read back, in order."""
    local.post([actions()], text="hello")
    WebClient("xoxb-wrong", base_url=f"{local.address}/api/").api_test()
    entry = local.journal("chat.postMessage")[0]
    assert (entry["status"], entry["token_ok"], entry["response"]["ok"]) == (200, True, True)
    assert entry["request"]["text"] == "hello"
    raw = local.http.get("/_sandbox/journal").text
    assert local.settings.bot_token not in raw
    later = local.read("/journal", since=entry["n"], method="api.test")["entries"]
    assert len(later) == 1
    assert local.read("/journal", since=later[0]["n"], method="api.test")["entries"] == []
