"""local-slack as a workspace for tests: its program, and a person who acts over the wire that its page uses."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import websocket

Json = dict[str, Any]
Found = TypeVar("Found")

FOLDER = Path(__file__).parent
PROGRAM = FOLDER / "node_modules" / "local-slack-linux-x64" / "bin" / "local-slack"
PORT = 3000  # all ports are free in a network of its own
ADDRESS = f"http://127.0.0.1:{PORT}"
APP, TEAM, CHANNEL, MARA = "A0WHETSTONE", "T0SECOND", "C0REVIEW", "U0MARA"
PATIENCE_SECONDS = 20.0


@contextmanager
def started(config: Mapping[str, Any], folder: Path) -> Iterator[None]:
    """The program, ready, until the end of the block; what it writes goes to a file in `folder`."""
    written = folder / "local-slack.json"
    written.write_text(json.dumps(config), encoding="utf-8")
    options = {"config": written, "port": PORT, "base-host": "127.0.0.1", "files-dir": folder / "files"}
    command = [str(PROGRAM), *(part for name, value in options.items() for part in (f"--{name}", str(value)))]
    with (folder / "local-slack.log").open("w") as noted:
        program = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=noted, text=True, cwd=folder)
        try:
            assert program.stdout is not None
            said = ""
            while "Apps:" not in said:  # printed once it listens
                line = program.stdout.readline()
                assert line, f"local-slack ended with {program.wait()} after saying: {said}"
                said += line
            yield
        finally:
            program.terminate()
            program.communicate()


def config(*, tokens: tuple[str, str, str], request_url: str = "") -> Json:
    """A workspace with two people and the review channel; with an address, requests come signed over HTTP."""
    bot, app, secret = tokens
    delivery = {"mode": "events", "requestUrl": request_url} if request_url else {"mode": "socket"}
    return {
        "workspace": {"name": "Second opinion", "domain": "second", "teamId": TEAM},
        "app": {
            "appId": APP,
            "botUserId": "U0WHETSTONE",
            "botName": "whetstone",
            "botToken": bot,
            "appToken": app,
            "signingSecret": secret,
            **delivery,
        },
        "users": [{"id": MARA, "name": "mara", "real_name": "Mara"}, {"id": "U0JONAS", "name": "jonas"}],
        "channels": [{"id": CHANNEL, "name": "review", "members": [MARA, "U0JONAS", "U0WHETSTONE"]}],
    }


class Person:
    """Mara at the page: she knows what its stream of events tells, and waits for the next one instead of looking."""

    def __init__(self) -> None:
        self._socket: Any = websocket.create_connection(ADDRESS.replace("http", "ws") + "/ui", timeout=PATIENCE_SECONDS)
        self.messages: dict[str, Json] = {}  # by ts
        self.forms: list[Json] = []  # the open ones, the top one last
        self.errors: dict[str, str] = {}  # of the form on top, by block
        self.home: Json = {}
        self.connected = False
        self._take()

    def until(self, seen: Callable[[], Found | None], what: str) -> Found:
        """Wait until `seen` finds something, and return it."""
        while not (found := seen()):
            try:
                self._take()
            except websocket.WebSocketTimeoutException:
                raise AssertionError(f"{what} did not come within {PATIENCE_SECONDS:.0f} s") from None
        return found

    def press(self, blocks: list[Json], action_id: str, *, ts: str = "") -> None:
        """Press a button of a card; without a `ts`, of Home."""
        block, button = next(pair for pair in buttons(blocks) if pair[1]["action_id"] == action_id)
        action = {"block_id": block, **{key: button.get(key) for key in ("type", "action_id", "value", "text")}}
        self._send("block_action", channel=CHANNEL if ts else "", messageTs=ts, action=action)

    def submit(self, values: Mapping[str, Mapping[str, Json]]) -> None:
        """Submit the form on top; what is not in `values` stays untouched."""
        self.errors = {}
        self._send("view_submit", values=values)

    def close_form(self) -> None:
        """Close what is open."""
        self._send("view_close")
        self.until(lambda: not self.forms, "the closed form")

    def open_home(self) -> None:
        """Open the app's Home tab."""
        self._send("open_home")

    def command(self, command: str, text: str) -> None:
        """Type a slash command into the review channel."""
        self._send("slash_command", channel=CHANNEL, command=command, text=text)

    def form(self, callback_id: str) -> Json:
        """The form on top, once it is this one."""
        return self.until(
            lambda: self.forms[-1] if self.forms and self.forms[-1]["callback_id"] == callback_id else None,
            f"the form {callback_id}",
        )

    def leave(self) -> None:
        """Close the connection."""
        with suppress(OSError):
            self._socket.close()

    def _send(self, kind: str, **content: Any) -> None:
        self._socket.send(json.dumps({"t": kind, "user": MARA, "appId": APP, **content}))

    def _take(self) -> None:
        event = json.loads(self._socket.recv())
        match event["t"]:
            case "init":
                state = event["state"]
                self.messages = {one["ts"]: one for one in state["messages"].get(CHANNEL, [])}
                self.forms = state["modalStack"]
                self.connected = state["apps"][0]["connected"]
            case "message" | "message_update":
                self.messages[event["message"]["ts"]] = event["message"]
            case "view":
                self.forms, self.errors = event["stack"], {}
            case "view_errors":
                self.errors = event["errors"]
            case "home" if event["user"] == MARA:
                self.home = event["view"]
            case "socket_status":
                self.connected = event["connected"]


def buttons(blocks: list[Json]) -> Iterator[tuple[str, Json]]:
    """All buttons of rows and beside texts, with the id of their block as the page sends it."""
    for place, block in enumerate(blocks):
        for element in [*block.get("elements", []), block.get("accessory") or {}]:
            if element.get("type") == "button":
                yield block.get("block_id") or f"b{place}", element
