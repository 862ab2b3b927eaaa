"""Bodies within limits: a large one is refused by its length, an endless one by its count, before it fills memory."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.intake import problems
from bot.intake.limits import MEBIBYTE
from bot.intake.problems import Problem, ProblemFound


@dataclass(slots=True)
class _InFlight:
    """Bytes of all bodies that are being read right now."""

    total: int = 0


class BodyLimit:
    """ASGI middleware: 413 over `most` bytes a request, 503 when all requests together hold over `most_in_flight`.

    The server throws the rest of a refused body away as it comes, so the caller reads the answer and memory stays flat.
    """

    def __init__(self, app: ASGIApp, *, most: int, most_in_flight: int) -> None:
        self._app = app
        self._most = most
        self._most_in_flight = most_in_flight
        self._in_flight = _InFlight()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refusal = self._by_length(scope)
        if refusal is not None:
            await problems.answer(refusal)(scope, receive, send)
            return
        await self._counted(scope, receive, send)

    async def _counted(self, scope: Scope, receive: Receive, send: Send) -> None:
        held = 0

        async def counting() -> Message:
            nonlocal held
            message = await receive()
            size = len(message.get("body", b"")) if message["type"] == "http.request" else 0
            held += size
            self._in_flight.total += size
            if held > self._most:
                raise ProblemFound(self._too_large())
            if self._in_flight.total > self._most_in_flight:
                raise ProblemFound(_crowded())
            return message

        try:
            await self._app(scope, counting, send)
        finally:
            self._in_flight.total -= held

    def _by_length(self, scope: Scope) -> Problem | None:
        stated = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
        length = int(stated[:20]) if stated.isdigit() else 0  # 20 digits are too many already
        if length > self._most:
            return self._too_large()
        if self._in_flight.total + length > self._most_in_flight:
            return _crowded()
        return None

    def _too_large(self) -> Problem:
        most = self._most / MEBIBYTE
        return Problem(
            kind=problems.TOO_LARGE, detail=f"A body has at most {most:g} MiB. Send fewer outputs in one request."
        )


def _crowded() -> Problem:
    return problems.busy("Many large requests are being read. Send this one again in a moment.")
