"""Socket Mode: every envelope goes to exactly one open socket, which has three seconds to acknowledge it."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import secrets
from dataclasses import dataclass, field

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from bot.sandbox.delivery import ACKED, Answer, Kind, Retry, delivery_name
from bot.sandbox.wire import Json, SlackError, as_object, compact
from bot.sandbox.world import World

REFRESH_SECONDS = 10.0  # between the warning and the end of a socket


@dataclass(eq=False)
class Link:
    """One open socket."""

    socket: WebSocket
    number: int
    is_leaving: bool = False  # warned: gets envelopes only if no other socket is open
    pending: set[str] = field(default_factory=set)


class Sockets:
    """The open sockets of the app, and the envelopes that wait for their ack."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._links: list[Link] = []
        self._numbers = itertools.count(1)
        self._tickets: set[str] = set()
        self._waiting: dict[str, asyncio.Future[Answer]] = {}
        self._turn = 0
        self.opened = 0  # sockets since the start
        self._arrived = asyncio.Event()

    def issue_ticket(self) -> str:
        """Return a ticket for one connection; raises when too many are open."""
        if len(self._links) >= self._world.settings.max_sockets:
            raise SlackError("too_many_websockets")
        ticket = secrets.token_urlsafe(12)
        self._tickets.add(ticket)
        return ticket

    @property
    def count(self) -> int:
        """How many sockets are open."""
        return len(self._links)

    async def wait_for(self, *, count: int = 0, opened: int = 0) -> None:
        """Return once at least `count` sockets are open and `opened` were opened since the start."""
        while len(self._links) < count or self.opened < opened:
            self._arrived.clear()
            await self._arrived.wait()

    async def serve(self, socket: WebSocket) -> None:
        """Speak with the app over one socket until it closes."""
        ticket = socket.query_params.get("ticket", "")
        if ticket not in self._tickets:
            await socket.close(4001)
            return
        self._tickets.discard(ticket)
        await socket.accept()
        link = Link(socket, next(self._numbers))
        await socket.send_text(compact(self._hello(link)))
        self._links.append(link)
        self.opened += 1
        self._arrived.set()
        try:
            await self._strike_new_link()
            while True:
                self._receive(await socket.receive_text())
        except (WebSocketDisconnect, RuntimeError):
            # Starlette says RuntimeError when the other side closed while a close of ours was under way.
            pass
        finally:
            self._drop(link)

    async def carry(self, kind: Kind, payload: Json, retry: Retry | None) -> Answer:
        """Deliver an envelope to one socket and wait for the ack."""
        link = self._pick()
        if link is None:
            return Answer("connection_failed")
        envelope_id = f"{secrets.token_hex(4)}-{secrets.token_hex(8)}"
        loop = asyncio.get_running_loop()
        waiting: asyncio.Future[Answer] = loop.create_future()
        self._waiting[envelope_id] = waiting
        link.pending.add(envelope_id)
        due = self._world.clock.now() + self._world.settings.ack_seconds
        deadline = self._world.clock.call_at(due, lambda: _settle(waiting, Answer("http_timeout")))
        try:
            name = delivery_name(kind, payload)
            await self._send(link, _envelope(envelope_id, kind, payload, retry), name)
            return await waiting
        finally:
            deadline.cancel()
            del self._waiting[envelope_id]
            link.pending.discard(envelope_id)

    async def strike(self, kind: str, times: int) -> int:
        """Close ("disconnect") or warn ("refresh") up to `times` open sockets; return how many."""
        links = self._links[:times]
        for link in links:
            if kind == "disconnect":
                await self._hang_up(link)
            else:
                await self._refresh(link)
        return len(links)

    async def close(self) -> None:
        """Close all sockets."""
        for link in list(self._links):
            await self._hang_up(link)

    def _pick(self) -> Link | None:
        staying = [link for link in self._links if not link.is_leaving] or self._links
        if not staying:
            return None
        self._turn += 1
        return staying[self._turn % len(staying)]

    async def _send(self, link: Link, envelope: str, name: str) -> None:
        fault = self._world.faults.take("deliver", kinds={"disconnect", "refresh"}, name=name)
        if fault is not None and fault.kind == "disconnect":
            await self._hang_up(link)
            return
        if fault is not None:
            await self._refresh(link)
        await self._write(link, envelope)

    async def _write(self, link: Link, text: str) -> None:
        try:
            await link.socket.send_text(text)
        except (WebSocketDisconnect, RuntimeError):
            # The app went away a moment ago; the deliveries that wait on this socket fail.
            self._drop(link)

    def _receive(self, raw: str) -> None:
        try:
            message = as_object(json.loads(raw))
        except ValueError:
            return
        envelope_id = str(message.get("envelope_id", ""))
        payload = message.get("payload")
        waiting = self._waiting.get(envelope_id)
        known = waiting is not None and not waiting.done()
        now = self._world.clock.now()
        response: Json = {"in_time": known}
        self._world.journal.add("ack", "ack", at=now, status=200, request=message, response=response)
        if waiting is not None:
            _settle(waiting, Answer(ACKED, as_object(payload) if payload else None))

    def _drop(self, link: Link) -> None:
        if link in self._links:
            self._links.remove(link)
        for envelope_id in list(link.pending):
            waiting = self._waiting.get(envelope_id)
            if waiting is not None:
                _settle(waiting, Answer("connection_failed"))

    async def _strike_new_link(self) -> None:
        fault = self._world.faults.take("socket")
        if fault is not None:
            await self.strike(fault.kind, 1)

    async def _hang_up(self, link: Link) -> None:
        self._drop(link)
        if link.socket.application_state is WebSocketState.CONNECTED:
            with contextlib.suppress(WebSocketDisconnect, RuntimeError):
                await link.socket.close(1001)

    async def _refresh(self, link: Link) -> None:
        link.is_leaving = True
        await self._write(link, compact(_disconnect("warning", link)))
        loop = asyncio.get_running_loop()

        def end() -> None:
            task = loop.create_task(self._end(link))
            task.add_done_callback(lambda done: done.exception() if not done.cancelled() else None)

        self._world.clock.call_at(self._world.clock.now() + REFRESH_SECONDS, end)

    async def _end(self, link: Link) -> None:
        if link in self._links:
            await self._write(link, compact(_disconnect("refresh_requested", link)))
            await self._hang_up(link)

    def _hello(self, link: Link) -> Json:
        return {
            "type": "hello",
            "num_connections": len(self._links) + 1,
            "connection_info": {"app_id": self._world.settings.bot.app_id},
            "debug_info": {"host": f"sandbox-{link.number}", "approximate_connection_time": 18060},
        }


def _settle(waiting: asyncio.Future[Answer], answer: Answer) -> None:
    if not waiting.done():
        waiting.set_result(answer)


def _envelope(envelope_id: str, kind: Kind, payload: Json, retry: Retry | None) -> str:
    envelope: Json = {
        "envelope_id": envelope_id,
        "payload": payload,
        "type": kind,
        "accepts_response_payload": kind != "events_api",
    }
    if kind == "events_api":
        envelope["retry_attempt"] = retry.number if retry else 0
        envelope["retry_reason"] = retry.reason.removeprefix("http_") if retry else ""
    return compact(envelope)


def _disconnect(reason: str, link: Link) -> Json:
    return {"type": "disconnect", "reason": reason, "debug_info": {"host": f"sandbox-{link.number}"}}
