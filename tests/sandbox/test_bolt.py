"""A real Bolt app lives on the sandbox, over sockets and over signed HTTP, without knowing the difference."""

from __future__ import annotations

import gc
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from slack_bolt import Ack, App, Respond
from slack_bolt.adapter.socket_mode.websocket_client import SocketModeHandler
from slack_bolt.adapter.wsgi import SlackRequestHandler
from slack_sdk import WebClient

from bot.sandbox.server import SandboxSettings
from bot.sandbox.settings import Shortcut
from tests.sandbox.bench import CHANNEL, Bench, Json, actions, asks, bench, modal, section, words

EVENTS = frozenset({"app_home_opened", "message.channels"})
SHORTCUTS = (Shortcut(type="message_action", callback_id="ask", name="Ask"),)


class Seen:
    """What the app noted, with a way to wait for it."""

    def __init__(self) -> None:
        self._told: dict[str, Any] = {}
        self._changed = threading.Condition()

    def tell(self, name: str, value: object) -> None:
        """Note something under a name."""
        with self._changed:
            self._told[name] = value
            self._changed.notify_all()

    def wait(self, name: str) -> Any:
        """Return what was noted, once it was."""
        with self._changed:
            assert self._changed.wait_for(lambda: name in self._told, timeout=20), name
            return self._told[name]


def build(local: Bench, seen: Seen) -> App:
    """Return an app with one listener of each kind."""
    client = WebClient(local.settings.bot_token, base_url=f"{local.address}/api/")
    app = App(client=client, signing_secret=local.settings.signing_secret)

    @app.action("go")
    def edit(ack: Ack, client: WebClient, body: Json) -> None:
        ack()
        view = modal(asks("q", words(initial_value="old")), private_metadata=body["message"]["ts"])
        seen.tell("opened", client.views_open(trigger_id=body["trigger_id"], view=view)["view"])

    @app.view("form")
    def save(ack: Ack, client: WebClient, view: Json, body: Json) -> None:
        value = view["state"]["values"]["q"]["a"]["value"]
        if value == "old":
            ack(response_action="errors", errors={"q": "Change something."})
            return
        ack()
        ts = view["private_metadata"]
        seen.tell("updated", client.chat_update(channel=CHANNEL, ts=ts, text=value, blocks=[section(value)])["ts"])

    @app.command("/whetstone")
    def help_(ack: Ack, respond: Respond, command: Json) -> None:
        ack(f"You said {command['text']}")

    @app.shortcut("ask")
    def ask(ack: Ack, body: Json) -> None:
        ack()
        seen.tell("asked", body["message"]["text"])

    @app.event("app_home_opened")
    def home(event: Json, client: WebClient) -> None:
        client.views_publish(user_id=event["user"], view={"type": "home", "blocks": [section("Home")]})
        seen.tell("home", event["user"])

    @app.event("message")
    def message(event: Json) -> None:
        seen.tell("message", event["text"])

    return app


@contextmanager
def over_sockets() -> Iterator[tuple[Bench, Seen]]:
    """Connect the app by Socket Mode."""
    seen = Seen()
    with bench(events=EVENTS, shortcuts=SHORTCUTS) as local:
        socket_mode: Any = SocketModeHandler(build(local, seen), local.settings.app_token, ping_interval=1)
        socket_mode.connect()
        try:
            local.read("/connections", wait=1)
            yield local, seen
        finally:
            _disconnect(local, socket_mode)


def _disconnect(local: Bench, socket_mode: Any) -> None:
    """Let the sandbox close first: websocket-client waits for seconds when it closes while it reads."""
    socket_mode.client.auto_reconnect_enabled = False
    local.arm("socket", "disconnect", times=9)
    socket_mode.close()
    with warnings.catch_warnings():
        # It also leaves closed sessions' sockets to the garbage collector, which is none of the sandbox's doing.
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


class _Threaded(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def over_http() -> Iterator[tuple[Bench, Seen]]:
    """Serve the app at a Request URL."""
    seen = Seen()
    apps: list[SlackRequestHandler] = []

    def answer(environ: Any, start_response: Any) -> Any:
        return apps[0](environ, start_response)

    server = make_server("127.0.0.1", 0, answer, server_class=_Threaded, handler_class=_Quiet)
    url = f"http://127.0.0.1:{server.server_port}/slack/events"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        with bench(request_url=url, events=EVENTS, shortcuts=SHORTCUTS) as local:
            apps.append(SlackRequestHandler(build(local, seen)))
            yield local, seen
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.mark.parametrize("connected", [over_sockets, over_http])
def test_the_main_journey_works_both_ways(connected: Any) -> None:
    """Click, modal, error, correction, update; command, shortcut, Home and events."""
    with connected() as (local, seen):
        ts = local.post([actions()])
        assert local.press(ts).result() == {"ok": True}
        view = seen.wait("opened")
        refused = local.control("/views/submit", user="U0MARA", view_id=view["id"], values={})
        assert refused == {"ok": False, "errors": {"q": "Change something."}}
        values = {"q": {"a": {"type": "plain_text_input", "value": "new"}}}
        saved = local.control("/views/submit", user="U0MARA", view_id=view["id"], values=values)
        assert saved == {"ok": True, "stack": []}
        assert seen.wait("updated") == ts
        assert [m["text"] for m in local.seen("U0JONAS")] == ["new"]

        told = local.control("/commands", user="U0DANA", channel=CHANNEL, command="/whetstone", text="hello")
        assert told["response"]["text"] == "You said hello"
        asked = local.control("/shortcuts", user="U0DANA", callback_id="ask", channel=CHANNEL, ts=ts)
        assert (asked, seen.wait("asked")) == ({"ok": True}, "new")
        assert local.control("/home", user="U0TOMAS")["ok"]
        assert seen.wait("home") == "U0TOMAS"
        assert local.read("/home", user="U0TOMAS")["view"]["blocks"][0]["text"]["text"] == "Home"
        local.control("/messages", user="U0MARA", channel=CHANNEL, text="good morning")
        assert seen.wait("message") == "good morning"


def test_a_refreshed_app_connects_again() -> None:
    """After the warning Bolt opens a new socket, and clicks go on."""
    with over_sockets() as (local, seen):
        ts = local.post([actions()])
        local.arm("socket", "refresh")
        local.read("/connections", opened=2)
        local.advance(10)
        local.read("/connections", wait=1)
        assert local.press(ts).result() == {"ok": True}
        assert seen.wait("opened")["callback_id"] == "form"


def test_the_manifest_sets_commands_shortcuts_and_events() -> None:
    """What the app declares is what the sandbox offers."""
    settings = SandboxSettings.from_manifest(
        {
            "features": {
                "slash_commands": [{"command": "/whetstone", "description": "Review", "usage_hint": "[next]"}],
                "shortcuts": [{"name": "Ask", "type": "message", "callback_id": "ask", "description": "x"}],
            },
            "settings": {"event_subscriptions": {"bot_events": ["app_home_opened"]}},
        }
    )
    assert settings.commands[0].usage_hint == "[next]"
    assert settings.shortcuts == SHORTCUTS
    assert settings.events == {"app_home_opened"}
    assert settings.bot_token not in repr(settings)
