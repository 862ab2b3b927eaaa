"""The front of the Web API: reads a call, checks its token, limits and faults, and runs the method."""

from __future__ import annotations

import asyncio
import logging
import socket
import struct
from collections.abc import Awaitable, Callable
from typing import Any, cast

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from bot.sandbox.arguments import Arguments, read_body
from bot.sandbox.faults import AFTER_COMMIT, API_KINDS, Fault
from bot.sandbox.methods import Method, Methods
from bot.sandbox.scopes import check_method
from bot.sandbox.sockets import Sockets
from bot.sandbox.wire import Json, SlackError
from bot.sandbox.workspace import Channel
from bot.sandbox.world import World

log = logging.getLogger(__name__)

CONNECTIONS_OPEN = "apps.connections.open"
_SECRET = frozenset({"token", "client_secret"})


class WebApi:
    """Answers POST and GET /api/{method}."""

    def __init__(self, world: World, methods: Methods, sockets: Sockets) -> None:
        self._world = world
        self._sockets = sockets
        self._methods: dict[str, Method] = {**methods, "api.test": self._api_test, CONNECTIONS_OPEN: self._open}

    async def answer(self, request: Request) -> Response:
        """Answer one call."""
        method = request.path_params["method"]
        body = await request.body()
        try:
            content_type = request.headers.get("content-type", "")
            values = {**dict(request.query_params), **read_body(content_type, body)}
        except SlackError as refused:
            return self._close_call(method, {}, refused.body(), token_ok=False)
        token = _token(request, values)
        shown = {name: value for name, value in values.items() if name not in _SECRET}
        args = Arguments(values, base_url=base_url(self._world, request))
        try:
            self._check_token(method, token)
        except SlackError as refused:
            return self._close_call(method, shown, refused.body(), token_ok=False)
        return self._answer_known(method, args, shown)

    def _answer_known(self, method: str, args: Arguments, shown: Json) -> Response:
        world = self._world
        named = world.workspace.channel(str(args.values.get("channel") or args.values.get("channel_id") or ""))
        channel = named.id if named is not None else str(args.values.get("channel") or "")
        fault = world.faults.take(method, channel=channel, kinds=API_KINDS)
        if fault is not None and fault.kind not in AFTER_COMMIT:
            return self._fail(method, shown, fault)
        wait = world.limits.retry_after(method, channel, now=world.clock.now())
        if wait is not None:
            return self._limited(method, shown, wait)
        answer = self._close_call(method, shown, self._run(method, args, named))
        return answer if fault is None else Severed(fault.kind)

    def _run(self, method: str, args: Arguments, channel: Channel | None) -> Json:
        run = self._methods.get(method)
        if run is None:
            return {"ok": False, "error": "unknown_method", "req_method": method}
        try:
            check_method(method, channel, self._world.settings.scopes)
            return run(args)
        except SlackError as refused:
            return refused.body()

    def _check_token(self, method: str, token: str | None) -> None:
        if method == "api.test":
            return
        settings = self._world.settings
        if not token:
            raise SlackError("not_authed")
        wanted, other = settings.bot_token, settings.app_token
        if method == CONNECTIONS_OPEN:
            wanted, other = other, wanted
        if token == other:
            raise SlackError("not_allowed_token_type")
        if token != wanted:
            raise SlackError("invalid_auth")

    def _fail(self, method: str, shown: Json, fault: Fault) -> Response:
        if fault.kind == "rate_limited":
            return self._limited(method, shown, fault.retry_after)
        if fault.kind == "token_revoked":
            return self._close_call(method, shown, SlackError("token_revoked").body())
        if fault.kind in ("archived_channel", "error"):
            return self._close_call(method, shown, SlackError(fault.error or "is_archived").body())
        status = 500 if fault.kind == "http_500" else 0
        self._note(method, shown, {"fault": fault.kind}, status=status)
        if fault.kind == "http_500":
            return PlainTextResponse("Internal Server Error", status)
        return Severed(fault.kind)

    def _limited(self, method: str, shown: Json, wait: int) -> Response:
        body = {"ok": False, "error": "ratelimited"}
        self._note(method, shown, body, status=429)
        return JSONResponse(body, 429, headers={"Retry-After": str(wait)})

    def _close_call(self, method: str, shown: Json, body: Json, *, token_ok: bool = True) -> Response:
        answer = JSONResponse(body, headers={"X-Slack-Req-Id": "sandbox"})
        # Kept as it was sent: the messages in it go on changing.
        self._note(method, shown, bytes(answer.body), status=200, token_ok=token_ok)
        return answer

    def _note(self, method: str, shown: Json, body: Json | bytes, *, status: int, token_ok: bool = True) -> None:
        at = self._world.clock.now()
        self._world.journal.add("api", method, at=at, status=status, request=shown, response=body, token_ok=token_ok)

    def _api_test(self, args: Arguments) -> Json:
        given = {name: value for name, value in args.values.items() if name not in _SECRET}
        if given.get("error"):
            return {"ok": False, "error": given["error"], "args": given}
        return {"ok": True, "args": given}

    def _open(self, args: Arguments) -> Json:
        address = args.base_url.replace("http", "ws", 1)
        return {"ok": True, "url": f"{address}/_link?ticket={self._sockets.issue_ticket()}"}


def base_url(world: World, request: Request) -> str:
    """Return where the caller reaches the sandbox, without a slash at the end."""
    return world.settings.public_url or str(request.base_url).rstrip("/")


def _token(request: Request, values: Json) -> str | None:
    header = request.headers.get("authorization", "")
    if header.lower().startswith("bearer "):
        return header[7:].strip()
    token = values.get("token")
    return token if isinstance(token, str) else None


class Severed(Response):
    """No answer at all: the connection is closed, reset, or left hanging until the caller gives up."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind = kind

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """End the request without sending anything."""
        transport = _transport(send)
        if self.kind in ("reset", "drop_response_after_commit") and transport is None:
            raise RuntimeError("this server does not let the sandbox close its connections")
        if transport is not None and self.kind == "reset":
            # Linger for zero seconds: the kernel sends RST instead of FIN. The option belongs to the connection, so it
            # can be set on a duplicate: uvloop does not let it be set on its own socket.
            with socket.fromfd(transport.get_extra_info("socket").fileno(), socket.AF_INET, socket.SOCK_STREAM) as raw:
                raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            transport.abort()
        elif transport is not None and self.kind == "drop_response_after_commit":
            transport.close()
        while (await receive())["type"] != "http.disconnect":
            pass


def _transport(send: Callable[[Any], Awaitable[None]]) -> asyncio.Transport | None:
    """Return the connection behind an ASGI `send` of uvicorn, looking through the wrappers of a framework."""
    seen: set[int] = set()
    inside: list[Any] = [send]
    while inside:
        one = inside.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        transport: Any = getattr(getattr(one, "__self__", None), "transport", None)
        if hasattr(transport, "abort"):  # uvloop's transports are not asyncio.Transport
            return cast(asyncio.Transport, transport)
        cells = getattr(one, "__closure__", None) or ()
        inside += [cell.cell_contents for cell in cells if callable(cell.cell_contents)]
    return None
