"""A running sandbox with the people, the app's client and the controls at hand."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import httpx
import websocket
from slack_sdk import WebClient

from bot.sandbox.server import Sandbox, SandboxSettings

Json = dict[str, Any]
CHANNEL = "C0REVIEW"


class Link:
    """One raw Socket Mode connection, whose acks the test gives by hand."""

    def __init__(self, url: str) -> None:
        self._socket: Any = websocket.create_connection(url, timeout=60)
        self.hello = self.receive()

    def receive(self) -> Json:
        """Return the next message; empty when the sandbox closed the socket."""
        try:
            raw = self._socket.recv()
        except websocket.WebSocketConnectionClosedException:
            return {}
        return json.loads(raw) if raw else {}

    def ack(self, envelope: Json, payload: Json | None = None) -> None:
        """Acknowledge an envelope."""
        answer: Json = {"envelope_id": envelope["envelope_id"]}
        if payload is not None:
            answer["payload"] = payload
        self._socket.send(json.dumps(answer))

    def ping(self) -> int:
        """Send a ping and return the opcode of what comes back."""
        self._socket.ping("are you there")
        return int(self._socket.recv_frame().opcode)

    def close(self) -> None:
        """Close the socket, also one that the sandbox closed first."""
        self._socket.close()
        self._socket.shutdown()


class Bench:
    """What a test does to one sandbox."""

    def __init__(self, sandbox: Sandbox, address: str) -> None:
        self.settings = sandbox.settings
        self.address = address
        self.http = httpx.Client(base_url=address, timeout=60)
        self.slack = WebClient(self.settings.bot_token, base_url=f"{address}/api/", timeout=10)
        self._threads = ThreadPoolExecutor(8)
        self._links: list[Link] = []

    def api(self, method: str, **arguments: Any) -> Json:
        """Call a method with JSON and return the body, errors too."""
        headers = {"Authorization": f"Bearer {self.settings.bot_token}"}
        return dict(self.http.post(f"/api/{method}", json=arguments, headers=headers).json())

    def control(self, path: str, **body: Any) -> Json:
        """Post to the control API."""
        return dict(self.http.post(f"/_sandbox{path}", json=body).json())

    def read(self, path: str, **query: Any) -> Json:
        """Get from the control API."""
        return dict(self.http.get(f"/_sandbox{path}", params=query).json())

    def meanwhile(self, path: str, **body: Any) -> Future[Json]:
        """Post to the control API without waiting for the answer."""
        return self._threads.submit(self.control, path, **body)

    def link(self) -> Link:
        """Open a socket as the app."""
        answer = WebClient(base_url=f"{self.address}/api/").apps_connections_open(app_token=self.settings.app_token)
        link = Link(answer["url"])
        self._links.append(link)
        return link

    def post(self, blocks: Sequence[Json] | None = None, text: str = "card", channel: str = CHANNEL) -> str:
        """Post a message as the app and return its ts."""
        answer = self.api("chat.postMessage", channel=channel, text=text, **({"blocks": blocks} if blocks else {}))
        assert answer["ok"], answer
        return str(answer["ts"])

    def press(self, ts: str, *, user: str = "U0MARA", action_id: str = "go", **more: Any) -> Future[Json]:
        """Press a button of the message `ts`."""
        container = {"type": "message", "channel": CHANNEL, "ts": ts}
        return self.meanwhile("/actions", user=user, container=container, block_id="b", action_id=action_id, **more)

    def trigger(self, link: Link, user: str = "U0MARA") -> str:
        """Send a slash command and return the trigger_id that the app was handed."""
        sent = self.meanwhile("/commands", user=user, channel=CHANNEL, command="/whetstone", text="")
        envelope = link.receive()
        link.ack(envelope)
        assert sent.result()["ok"]
        return str(envelope["payload"]["trigger_id"])

    def open(self, link: Link, view: Json) -> Json:
        """Open a modal for Mara and return it."""
        answer = self.api("views.open", trigger_id=self.trigger(link), view=view)
        assert answer["ok"], answer
        return dict(answer["view"])

    def seen(self, user: str = "U0MARA", channel: str = CHANNEL, **more: str) -> list[Json]:
        """Return what a person sees in a channel."""
        return list(self.read("/messages", channel=channel, user=user, **more)["messages"])

    def advance(self, seconds: float) -> None:
        """Move the sandbox's clock."""
        self.control("/clock", advance_seconds=seconds)

    def arm(self, method: str, kind: str, times: int = 1, **more: Any) -> Json:
        """Arm a fault."""
        return self.control("/faults", method=method, kind=kind, times=times, **more)

    def journal(self, method: str, direction: str = "api") -> list[Json]:
        """Return the journal's entries about a method."""
        entries = self.read("/journal", method=method)["entries"]
        return [e for e in entries if e["direction"] == direction]

    def close(self) -> None:
        """Close what was opened."""
        for link in self._links:
            link.close()
        self._threads.shutdown()
        self.http.close()


@contextmanager
def bench(**settings: Any) -> Iterator[Bench]:
    """Run a sandbox without rate limits, unless they are given."""
    sandbox = Sandbox(SandboxSettings(**{"rate_limits": {}, **settings}))
    with sandbox.running() as address:
        one = Bench(sandbox, address)
        try:
            yield one
        finally:
            one.close()


def button(action_id: str = "go", **more: Any) -> Json:
    """Return a valid button."""
    return {"type": "button", "action_id": action_id, "text": plain("Go"), "value": "1", **more}


def plain(text: str) -> Json:
    """Return a plain_text object."""
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> Json:
    """Return a mrkdwn object."""
    return {"type": "mrkdwn", "text": text}


def section(text: str = "words", **more: Any) -> Json:
    """Return a valid section."""
    return {"type": "section", "text": mrkdwn(text), **more}


def actions(*elements: Json, **more: Any) -> Json:
    """Return an actions block named b."""
    return {"type": "actions", "block_id": "b", "elements": list(elements) or [button()], **more}


def asks(block_id: str, element: Json, **more: Any) -> Json:
    """Return an input block."""
    return {"type": "input", "block_id": block_id, "label": plain(block_id), "element": element, **more}


def words(**more: Any) -> Json:
    """Return a text input named a."""
    return {"type": "plain_text_input", "action_id": "a", **more}


def modal(*blocks: Json, **more: Any) -> Json:
    """Return a valid modal."""
    shown = list(blocks) or [section()]
    return {
        "type": "modal",
        "title": plain("Title"),
        "submit": plain("Send"),
        "callback_id": "form",
        "blocks": shown,
        **more,
    }
