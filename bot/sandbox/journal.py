"""A record of every call to the Web API, every delivery to the app and every ack, in order."""

from __future__ import annotations

import json
from collections import deque
from typing import Literal

from bot.sandbox.wire import Json

Direction = Literal["api", "deliver", "ack"]


class Journal:
    """The last entries, numbered from 1 without gaps."""

    def __init__(self, limit: int) -> None:
        self._entries: deque[Json] = deque(maxlen=limit)
        self._count = 0

    def add(
        self,
        direction: Direction,
        method: str,
        *,
        at: float,
        status: int,
        request: Json,
        response: Json | bytes,
        token_ok: bool = True,
    ) -> None:
        """Append an entry; `request` must hold no token, `response` may be JSON as it was sent."""
        self._count += 1
        self._entries.append(
            {
                "n": self._count,
                "at": at,
                "direction": direction,
                "method": method,
                "status": status,
                "token_ok": token_ok,
                "request": request,
                "response": response,
            }
        )

    def entries(self, *, method: str | None = None, since: int = 0) -> list[Json]:
        """Return entries numbered above `since`, oldest first, of one method if given."""
        chosen = (e for e in self._entries if e["n"] > since and method in (None, e["method"]))
        return [{**e, "response": _read(e["response"])} for e in chosen]


def _read(response: Json | bytes) -> Json:
    if isinstance(response, bytes):
        told: Json = json.loads(response)
        return told
    return response
