"""A small server that speaks the sandbox's control API with whatever blocks a test gives it.

It knows nothing of Slack: it serves the page, shows what it is told to show, and keeps what the page sends.
`python -m tests.sandbox.page_server FOLDER` shows each FOLDER/*.json of `{state: {text, blocks}}` in a browser.
"""

import asyncio
import contextlib
import copy
import json
import socket
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

Json = dict[str, Any]  # What stands on the wire.
PAGE = Path(__file__).parents[2] / "bot" / "sandbox" / "page"
NOW = 1795442580.0  # 23 November 2026, 14:03 UTC: the pictures' time.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'"
)

WORKSPACE: Json = {
    "team": {"id": "T01", "name": "Meridian"},
    "bot": {"user_id": "U0BOT", "bot_id": "B0BOT", "app_id": "A0BOT", "name": "Whetstone"},
    "users": [
        {"id": uid, "name": name, "real_name": real, "title": title, "tz": "UTC", "color": color}
        for uid, name, real, title, color in [
            ("U01MARA", "mara", "Mara Lindqvist", "Card support", "9f5a2c"),
            ("U02JONAS", "jonas", "Jonas Weber", "Card support", "2c6e9f"),
            ("U03PRIYA", "priya", "Priya Nair", "Card support", "5a2c9f"),
            ("U04TOMAS", "tomas", "Tomás Ruiz", "Lead", "2c9f5a"),
            ("U05DANA", "dana", "Dana Okafor", "Lead", "9f2c6e"),
        ]
    ],
    "channels": [
        {"id": "C01CARDS", "name": "review-cards", "topic": "Answers to review"},
        {"id": "C02DIGEST", "name": "digest", "topic": ""},
        {"id": "D01MARA", "name": "whetstone", "topic": "", "is_im": True, "user": "U01MARA"},
    ],
    "usergroups": [{"id": "S01LEADS", "handle": "leads", "name": "Leads"}],
    "commands": [
        {
            "command": "/whetstone",
            "description": "Review answers",
            "usage_hint": "[next|queue|why <id>|stats|help]",
        }
    ],
    "shortcuts": [
        {"type": "message", "callback_id": "send.message", "name": "Send to review"},
        {"type": "global", "callback_id": "review.next", "name": "Review next"},
    ],
    "clock": NOW,
}


def with_ids(blocks: list[Json]) -> list[Json]:
    """Blocks as Slack returns them: each with an id."""
    return [{"block_id": f"blk{n}", **block} for n, block in enumerate(blocks)]


@dataclass(kw_only=True)
class PageServer:
    """State that the page shows, and the requests it made, newest last."""

    workspace: Json = field(default_factory=lambda: copy.deepcopy(WORKSPACE))
    messages: dict[str, list[Json]] = field(default_factory=dict)
    views: dict[str, list[Json]] = field(default_factory=dict)
    homes: dict[str, Json] = field(default_factory=dict)
    received: list[tuple[str, Json]] = field(default_factory=list)
    answers: dict[str, Callable[[Json], Json | Awaitable[Json]]] = field(default_factory=dict)
    pictures: Path | None = None
    address: str = ""
    _open: bool = True
    _events: list[Json] = field(default_factory=list)
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _streams: list[asyncio.Event] = field(default_factory=list)
    _loop: asyncio.AbstractEventLoop | None = None

    def post(self, blocks: list[Json], *, text: str = "", channel: str = "C01CARDS", **more: Any) -> str:
        """Puts a message of the app into a channel and tells the page. Returns its ts."""
        rows = self.messages.setdefault(channel, [])
        ts = f"{NOW + sum(len(every) for every in self.messages.values()):.6f}"
        row = {"ts": ts, "bot_id": "B0BOT", "text": text, "blocks": with_ids(blocks), **more}
        rows.append(row)
        self.tell({"type": "message", "channel": channel, "ts": ts})
        return ts

    def change(self, ts: str, *, channel: str = "C01CARDS", **changes: Any) -> None:
        """Changes a message in place, as chat.update does."""
        row = next(row for row in self.messages[channel] if row["ts"] == ts)
        row.update(changes)
        self.tell({"type": "message_changed", "channel": channel, "ts": ts})

    def remove(self, ts: str, *, channel: str = "C01CARDS") -> None:
        """Takes a message away, as chat.delete and an ephemeral's `delete_original` do."""
        self.messages[channel] = [row for row in self.messages[channel] if row["ts"] != ts]
        self.tell({"type": "message_deleted", "channel": channel, "ts": ts})

    def open(self, view: Json, *, user: str = "U01MARA", view_id: str = "V1") -> Json:
        """Puts a view on top of a person's stack, or replaces the one with the same id."""
        shown = {"callback_id": "", **view, "id": view_id, "blocks": with_ids(view["blocks"])}
        stack = [one for one in self.views.get(user, []) if one["id"] != view_id]
        self.views[user] = [*stack, shown]
        self.tell({"type": "views", "stack": self.views[user]})
        return shown

    def tell(self, event: Json) -> None:
        """Sends an event to every open page."""
        self._events.append({**event, "id": len(self._events) + 1})
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._wake)

    def _wake(self) -> None:
        for stream in self._streams:
            stream.set()

    def wait_for(self, path: str, *, count: int = 1, seconds: float = 10) -> Json:
        """The newest request to `path` once there are `count`. Raises TimeoutError when they do not come."""
        with self._changed:
            if not self._changed.wait_for(lambda: len(self.of(path)) >= count, timeout=seconds):
                raise TimeoutError(f"the page sent {len(self.of(path))} of {count} requests to {path}")
            return self.of(path)[-1]

    def of(self, path: str) -> list[Json]:
        """Bodies sent to `path`, oldest first."""
        return [body for where, body in self.received if where == path]

    async def _stream(self) -> AsyncIterator[str]:
        woken = asyncio.Event()
        self._streams.append(woken)
        sent = len(self._events)
        yield ": open\n\n"
        try:
            while self._open:
                await woken.wait()
                woken.clear()
                for event in self._events[sent:]:
                    yield f"id: {event['id']}\ndata: {json.dumps(event)}\n\n"
                sent = len(self._events)
        finally:
            self._streams.remove(woken)

    def _get(self, request: Request) -> Response:
        user, channel = request.query_params.get("user", ""), request.query_params.get("channel", "")
        thread = request.query_params.get("thread_ts")
        rows = self.messages.get(channel, [])
        found: dict[str, Json] = {
            "workspace": self.workspace,
            "messages": {
                "messages": [row for row in rows if not thread or thread in (row["ts"], row.get("thread_ts"))]
            },
            "views": {"stack": self.views.get(user, [])},
            "home": {"view": self.homes.get(user)},
        }
        return JSONResponse(found[request.path_params["path"]])

    async def _post(self, request: Request) -> Response:
        path, body = request.path_params["path"], await request.json()
        with self._changed:
            self.received.append((path, body))
            self._changed.notify_all()
        answer = self.answers.get(path, self._default(path))(body)
        return JSONResponse(answer if isinstance(answer, dict) else await answer)

    def _default(self, path: str) -> Callable[[Json], Json]:
        def closed(body: Json) -> Json:
            own = self.views.get(body["user"], [])
            stack = [] if body.get("everything") else [view for view in own if view["id"] != body["view_id"]]
            self.views[body["user"]] = stack
            return {"ok": True, "stack": stack}

        def said(body: Json) -> Json:
            rows = self.messages.setdefault(body["channel"], [])
            ts = f"{NOW + sum(len(every) for every in self.messages.values()):.6f}"
            thread = {"thread_ts": body["thread_ts"]} if "thread_ts" in body else {}
            rows.append({"ts": ts, "user": body["user"], "text": body["text"], **thread})
            self.tell({"type": "message", "channel": body["channel"], "ts": ts})
            return {"ok": True, "ts": ts}

        known = {"views/submit": closed, "views/close": closed, "messages": said}
        return known.get(path, lambda body: {"ok": True})

    def _picture(self, request: Request) -> Response:
        names = {"F0AAAA001": "chart-error-rate", "F0AAAA002": "chart-reliability", "F0AAAA003": "chart-what-moved"}
        path = (self.pictures or PAGE) / f"{names.get(request.path_params['id'], 'none')}.png"
        return FileResponse(path) if path.exists() else Response(status_code=404)

    def app(self) -> Starlette:
        """The routes of the control API that the page calls."""

        async def index(request: Request) -> Response:
            return FileResponse(PAGE / "index.html", headers={"Content-Security-Policy": POLICY})

        async def events(request: Request) -> Response:
            self._loop = asyncio.get_running_loop()
            return StreamingResponse(self._stream(), media_type="text/event-stream")

        async def get(request: Request) -> Response:
            return self._get(request)

        return Starlette(
            routes=[
                Route("/", index),
                Route("/_sandbox/events", events),
                Route("/_sandbox/files/{id}", self._picture),
                Route("/_sandbox/{path:path}", get, methods=["GET"]),
                Route("/_sandbox/{path:path}", self._post, methods=["POST"]),
                Mount("/page", StaticFiles(directory=PAGE)),
            ]
        )

    @contextlib.contextmanager
    def running(self, port: int = 0) -> Iterator[str]:
        """Serves on `port` (0: a free one) of 127.0.0.1 until the block ends. Yields the address."""
        listener = socket.create_server(("127.0.0.1", port))
        self._open = True
        config = uvicorn.Config(self.app(), log_level="warning", ws="none", lifespan="off", timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        self.address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        try:
            yield self.address
        finally:
            self._open = False
            if self._loop is not None:
                self._loop.call_soon_threadsafe(self._wake)
            server.should_exit = True
            thread.join()
            self._loop = None
            listener.close()


def main(folder: Path) -> None:
    """Shows every message of a folder of mocks until the process is interrupted."""
    server = PageServer(pictures=folder / "png")
    for path in sorted(folder.glob("*.json")):
        for state in json.loads(path.read_text()).values():
            if "blocks" in state:
                server.post(state["blocks"], text=state["text"])
    with server.running() as address:
        print(address)
        threading.Event().wait()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
