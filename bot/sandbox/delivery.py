"""Brings events, interactions and commands to the app, each once, and waits for its ack."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Literal, NamedTuple, Protocol

from bot.sandbox.scopes import may_hear
from bot.sandbox.wire import Json, new_id
from bot.sandbox.workspace import TEAM_ID
from bot.sandbox.world import World

Kind = Literal["events_api", "interactive", "slash_commands"]
RETRIES = (0.0, 60.0, 300.0)  # seconds after a failed delivery of an event, in turn

ACKED = "acked"


class Answer(NamedTuple):
    """What came of a delivery."""

    outcome: str  # "acked", else Slack's retry reason: "http_timeout", "http_error", "connection_failed"
    payload: Json | None = None
    wants_retry: bool = True

    @property
    def acked(self) -> bool:
        """Whether the app took it in time."""
        return self.outcome == ACKED


class Retry(NamedTuple):
    """What a repeated delivery says about itself."""

    number: int  # from 1
    reason: str


def delivery_name(kind: Kind, payload: Json) -> str:
    """Return the name of a delivery, as the journal and faults use it: the event's, interaction's or command's."""
    if kind == "slash_commands":
        return str(payload["command"])
    return str(payload["event"]["type"] if kind == "events_api" else payload["type"])


class Carrier(Protocol):
    """A way to the app: sockets or signed HTTP."""

    async def carry(self, kind: Kind, payload: Json, retry: Retry | None) -> Answer:
        """Deliver once and return what came of it."""
        ...


class Delivery:
    """Delivers through one carrier; keeps the tasks of events that nobody waits for."""

    def __init__(self, world: World, carrier: Carrier) -> None:
        self._world = world
        self._carrier = carrier
        self._tasks: set[asyncio.Task[None]] = set()
        self._unanswered: set[asyncio.Future[None]] = set()

    async def quiet(self, seconds: float) -> None:
        """Wait until the app has answered all that is under way, at most so many seconds of real time."""
        if self._unanswered:
            await asyncio.wait(self._unanswered, timeout=seconds)

    async def interact(self, kind: Kind, payload: Json) -> Answer:
        """Deliver an interaction or a command: one try, since Slack never repeats these."""
        if self._strikes("duplicate_delivery", kind, payload):
            self._start(self._again(kind, payload))
        return await self._once(kind, payload, None)

    def send_event(self, event: Json, subscription: str | None = None) -> None:
        """Deliver an event in the background if the app subscribed to it (or to `subscription`, e.g. "message.im")."""
        if self._is_wanted(subscription or event["type"]):
            self._start(self._event(self._wrap(event)))

    async def event(self, event: Json) -> Answer | None:
        """Deliver an event and wait for the first try; None if the app did not subscribe to it."""
        if not self._is_wanted(event["type"]):
            return None
        first: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._start(self._event(self._wrap(event), first))
        return await first

    async def close(self) -> None:
        """Give up on all that is under way."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _event(self, payload: Json, first: asyncio.Future[Answer] | None = None) -> None:
        if self._strikes("duplicate_delivery", "events_api", payload):
            self._start(self._again("events_api", payload))
        answer = await self._once("events_api", payload, None)
        if first is not None and not first.done():
            first.set_result(answer)
        for number, wait in enumerate(RETRIES, start=1):
            if answer.acked or not answer.wants_retry:
                return
            if wait:
                await self._world.clock.sleep(wait)
            answer = await self._once("events_api", payload, Retry(number, answer.outcome))

    def _is_wanted(self, subscription: str) -> bool:
        settings = self._world.settings
        return subscription in settings.events and may_hear(subscription, settings.scopes)

    def _strikes(self, fault: str, kind: Kind, payload: Json) -> bool:
        name = delivery_name(kind, payload)
        return self._world.faults.take("deliver", kinds={fault}, name=name) is not None

    async def _again(self, kind: Kind, payload: Json) -> None:
        await self._once(kind, payload, Retry(1, "http_timeout") if kind == "events_api" else None)

    async def _once(self, kind: Kind, payload: Json, retry: Retry | None) -> Answer:
        world, loop = self._world, asyncio.get_running_loop()
        began = loop.time()
        if self._strikes("drop_delivery", kind, payload):
            answer = Answer("connection_failed")
        else:
            is_late = self._strikes("late_ack", kind, payload)
            answer = await self._carry(kind, payload, retry)
            if is_late and answer.acked:
                answer = Answer("http_timeout")
        response: Json = {"outcome": answer.outcome, "payload": answer.payload, "seconds": loop.time() - began}
        request: Json = {"kind": kind, "payload": payload}
        if retry is not None:
            request["retry"] = retry._asdict()
        world.journal.add(
            "deliver",
            delivery_name(kind, payload),
            at=world.clock.now(),
            status=200 if answer.acked else 504,
            request=request,
            response=response,
        )
        return answer

    async def _carry(self, kind: Kind, payload: Json, retry: Retry | None) -> Answer:
        answered: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._unanswered.add(answered)
        try:
            return await self._carrier.carry(kind, payload, retry)
        finally:
            self._unanswered.discard(answered)
            answered.set_result(None)

    def _wrap(self, event: Json) -> Json:
        bot = self._world.settings.bot
        return {
            "token": "sandbox",
            "team_id": TEAM_ID,
            "context_team_id": TEAM_ID,
            "context_enterprise_id": None,
            "api_app_id": bot.app_id,
            "event": event,
            "type": "event_callback",
            "event_id": new_id("Ev"),
            "event_time": int(self._world.clock.now()),
            "authorizations": [
                {
                    "enterprise_id": None,
                    "team_id": TEAM_ID,
                    "user_id": bot.user_id,
                    "is_bot": True,
                    "is_enterprise_install": False,
                }
            ],
            "is_ext_shared_channel": False,
            "event_context": new_id("4-"),
        }

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
