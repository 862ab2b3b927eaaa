"""What the app may hear and call: where it is a member, what it subscribed to, and what its scopes allow."""

from __future__ import annotations

import pytest

from bot.sandbox.settings import SandboxSettings
from tests.sandbox.bench import CHANNEL, Bench, Json, Link, bench

LEADS = "C0LEADS"
EVERYTHING = frozenset({"message.channels", "message.groups", "message.im", "reaction_added", "app_home_opened"})


def heard(local: Bench, link: Link) -> list[tuple[str, str]]:
    """Open Home, and return the kind and channel of every event that came before that one, acknowledging all."""
    opened = local.meanwhile("/home", user="U0DANA")
    events = []
    while (event := _next(link))["type"] != "app_home_opened":
        kind = event.get("channel_type") or event["type"]
        events.append((kind, event.get("channel") or event["item"]["channel"]))
    assert opened.result()["ok"]
    return events


def _next(link: Link) -> Json:
    envelope = link.receive()
    link.ack(envelope)
    return dict(envelope["payload"]["event"])


def say_everywhere(local: Bench) -> None:
    """Let Mara write and react in a public, a private, a direct and a foreign channel."""
    for channel in (CHANNEL, LEADS, "D0MARA", "C0RANDOM"):
        ts = local.control("/messages", user="U0MARA", channel=channel, text="hello")["ts"]
        assert local.control("/reactions", user="U0MARA", channel=channel, ts=ts, name="x")["ok"]


def test_events_come_only_from_where_the_app_is() -> None:
    """Messages and reactions of #random, where the app is not, stay there."""
    with bench(events=EVERYTHING) as local:
        link = local.link()
        say_everywhere(local)
        assert sorted(heard(local, link)) == [
            ("channel", CHANNEL),
            ("group", LEADS),
            ("im", "D0MARA"),
            ("reaction_added", LEADS),
            ("reaction_added", CHANNEL),
            ("reaction_added", "D0MARA"),
        ]


def test_events_without_their_scope_do_not_come() -> None:
    """A subscription alone is not enough."""
    with bench(events=EVERYTHING, scopes=frozenset({"groups:history"})) as local:
        link = local.link()
        say_everywhere(local)
        assert heard(local, link) == [("group", LEADS)]


def test_a_reply_names_its_thread() -> None:
    """A person's reply comes with thread_ts and the author of the first message, once."""
    with bench(events=frozenset({"message.channels"})) as local:
        parent = local.post()
        link = local.link()
        local.control("/messages", user="U0MARA", channel=CHANNEL, text="wrong, it is 30 days", thread_ts=parent)
        event = _next(link)
        assert (event["text"], event["user"]) == ("wrong, it is 30 days", "U0MARA")
        assert (event["thread_ts"], event["parent_user_id"]) == (parent, local.settings.bot.user_id)
        assert "subtype" not in event


def test_a_reaction_names_the_message_and_its_author() -> None:
    """Who reacted, with what, to whose message."""
    with bench(events=frozenset({"reaction_added"})) as local:
        ts = local.post()
        link = local.link()
        local.control("/reactions", user="U0MARA", channel=CHANNEL, ts=ts, name=":white_check_mark:")
        event = dict(link.receive()["payload"]["event"])
        assert (event["user"], event["reaction"]) == ("U0MARA", "white_check_mark")
        assert event["item"] == {"type": "message", "channel": CHANNEL, "ts": ts}
        assert event["item_user"] == local.settings.bot.user_id


REFUSED = [
    ("chat.postMessage", {"channel": CHANNEL, "text": "x"}, "chat:write"),
    ("conversations.history", {"channel": CHANNEL}, "channels:history"),
    ("conversations.history", {"channel": LEADS}, "groups:history"),
    ("conversations.replies", {"channel": "U0MARA", "ts": "1.0"}, "im:history"),
    ("conversations.open", {"users": "U0MARA"}, "im:write"),
    ("reactions.get", {"channel": CHANNEL, "timestamp": "1.0"}, "reactions:read"),
    ("users.info", {"user": "U0MARA"}, "users:read"),
    ("usergroups.users.list", {"usergroup": "S0REVIEWERS"}, "usergroups:read"),
    ("files.getUploadURLExternal", {"filename": "a", "length": 1}, "files:write"),
]


@pytest.mark.parametrize(("method", "arguments", "needed"), REFUSED)
def test_a_method_without_its_scope_is_refused(method: str, arguments: dict[str, object], needed: str) -> None:
    """The answer names what is needed and what there is."""
    with bench(scopes=frozenset({"commands"})) as local:
        answer = local.api(method, **arguments)
    assert (answer["error"], answer["needed"], answer["provided"]) == ("missing_scope", needed, "commands")


def test_views_and_the_test_of_the_token_need_no_scope() -> None:
    """A Home is published without any."""
    with bench(scopes=frozenset()) as local:
        assert local.slack.auth_test()["ok"]
        home = {"type": "home", "blocks": [{"type": "divider"}]}
        assert local.api("views.publish", user_id="U0MARA", view=home)["ok"]


def test_addresses_of_people_have_a_scope_of_their_own() -> None:
    """users:read alone tells no e-mail."""
    with bench(scopes=frozenset({"users:read"})) as local:
        assert "email" not in local.slack.users_info(user="U0MARA")["user"]["profile"]


def test_the_manifest_sets_scopes_and_the_messages_tab() -> None:
    """What the app is installed with is what it may do."""
    manifest = {
        "features": {"app_home": {"messages_tab_enabled": True, "messages_tab_read_only_enabled": True}},
        "oauth_config": {"scopes": {"bot": ["chat:write"]}},
    }
    settings = SandboxSettings.from_manifest(manifest)
    assert (settings.scopes, settings.messages_tab) == (frozenset({"chat:write"}), "read_only")
    assert (SandboxSettings.from_manifest({}).scopes, SandboxSettings.from_manifest({}).messages_tab) == (None, "open")


@pytest.mark.parametrize(("tab", "posted", "written"), [("read_only", True, False), ("off", False, False)])
def test_direct_messages_may_be_closed(tab: str, posted: bool, written: bool) -> None:
    """With a read-only tab only the app writes; without a tab nobody does."""
    with bench(messages_tab=tab) as local:
        assert local.api("chat.postMessage", channel="U0MARA", text="x")["ok"] is posted
        assert local.control("/messages", user="U0MARA", channel="D0MARA", text="x")["ok"] is written
        opened = local.control("/home", user="U0MARA", tab="messages")
        assert (opened["error"] == "messages_tab_disabled") is (tab == "off")  # else no app is there that would hear it


def test_nobody_acts_in_what_they_cannot_see(local: Bench) -> None:
    """A private channel and the direct messages of another person are not there."""
    for channel in (LEADS, "D0MARA"):
        ts = local.post(channel=channel)
        refused = local.control("/reactions", user="U0JONAS", channel=channel, ts=ts, name="x")
        assert refused["error"] == "channel_not_found"
        refused = local.control("/commands", user="U0JONAS", channel=channel, command="/whetstone", text="")
        assert refused["error"] == "channel_not_found"
        pressed = {"container": {"type": "message", "channel": channel, "ts": ts}, "block_id": "b", "action_id": "go"}
        assert local.control("/actions", user="U0JONAS", **pressed)["error"] == "channel_not_found"


def test_the_deactivated_get_no_message_and_have_no_zone(local: Bench) -> None:
    """Slack forgets where they are."""
    assert local.api("chat.postMessage", channel="U0LEFT", text="x")["error"] == "channel_not_found"
    gone = local.slack.users_info(user="U0LEFT")["user"]
    assert gone["deleted"]
    assert "tz" not in gone


def test_a_private_channel_is_unknown_to_an_app_outside(local: Bench) -> None:
    """It is listed among private channels only, and not at all once the app has left."""
    private = local.slack.conversations_list(types="private_channel")["channels"]
    assert [c["id"] for c in private] == [LEADS]
    local.control("/channels", channel=LEADS, remove=[local.settings.bot.user_id])
    assert local.slack.conversations_list(types="private_channel")["channels"] == []
    assert local.api("chat.postMessage", channel=LEADS, text="x")["error"] == "channel_not_found"


def test_the_messages_tab_is_told_apart_from_home() -> None:
    """Opening the direct messages with the app is an app_home_opened of its own."""
    with bench() as local:
        link = local.link()
        opened = local.meanwhile("/home", user="U0MARA", tab="messages")
        event = _next(link)
        assert (event["tab"], event["channel"]) == ("messages", "D0MARA")
        assert opened.result()["ok"]
