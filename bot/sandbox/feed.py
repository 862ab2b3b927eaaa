"""What happens, told to the pages that are open: numbered events, some for one person only."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass

from bot.sandbox.wire import Json

KEPT = 1000  # events a page can resume from


@dataclass(frozen=True, kw_only=True)
class Happening:
    """One event of the feed."""

    number: int
    event: Json
    users: frozenset[str] | None  # None: everybody


class Feed:
    """Hands each event to every open page it is for; lives on the event loop's thread."""

    def __init__(self) -> None:
        self._kept: deque[Happening] = deque(maxlen=KEPT)
        self._count = 0
        self._listeners: set[asyncio.Queue[Happening | None]] = set()
        self._closed = False

    def publish(self, event: Json, users: Collection[str] | None = None) -> None:
        """Tell an event to everybody, or to `users` only."""
        self._count += 1
        only = None if users is None else frozenset(users)
        happening = Happening(number=self._count, event={"id": self._count, **event}, users=only)
        self._kept.append(happening)
        for queue in self._listeners:
            queue.put_nowait(happening)

    async def follow(self, user: str, after: int | None) -> AsyncIterator[Happening]:
        """Give the events for `user` as they happen, first those kept since number `after`."""
        queue: asyncio.Queue[Happening | None] = asyncio.Queue()
        for happening in self._kept if after is not None else ():
            if happening.number > (after or 0):
                queue.put_nowait(happening)
        if self._closed:
            return
        self._listeners.add(queue)
        try:
            while (next_one := await queue.get()) is not None:
                if next_one.users is None or user in next_one.users:
                    yield next_one
        finally:
            self._listeners.discard(queue)

    def close(self) -> None:
        """End all that follow."""
        self._closed = True
        for queue in self._listeners:
            queue.put_nowait(None)
