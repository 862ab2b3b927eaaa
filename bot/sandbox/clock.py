"""The sandbox's clock: real time plus an offset, with deadlines that an advance of the clock brings due at once."""

from __future__ import annotations

import asyncio
import heapq
import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(order=True)
class Deadline:
    """Something to be done at a moment of the sandbox's clock."""

    due: float
    number: int
    action: Callable[[], object] = field(compare=False)
    cancelled: bool = field(default=False, compare=False)

    def cancel(self) -> None:
        """Forget the action."""
        self.cancelled = True


class Clock:
    """Tells the time in epoch seconds; all methods but `now` belong to the event loop's thread."""

    def __init__(self, offset_seconds: float = 0.0) -> None:
        self.offset_seconds = offset_seconds
        self._deadlines: list[Deadline] = []
        self._numbers = itertools.count()
        self._timer: asyncio.TimerHandle | None = None
        self._last_microsecond = 0

    def now(self) -> float:
        """Return epoch seconds on this clock."""
        return time.time() + self.offset_seconds

    def advance(self, seconds: float) -> None:
        """Move the clock forward and do all that became due; it never goes back, for Slack's ts order rests on it."""
        if seconds < 0:
            raise ValueError("the clock only goes forward")
        self.offset_seconds += seconds
        self._run_due()

    def call_at(self, due: float, action: Callable[[], object]) -> Deadline:
        """Do `action` once the clock shows `due` (epoch seconds)."""
        deadline = Deadline(due, next(self._numbers), action)
        heapq.heappush(self._deadlines, deadline)
        if self._deadlines[0] is deadline:
            self._arm()
        return deadline

    async def sleep(self, seconds: float) -> None:
        """Wait until `seconds` have passed on this clock."""
        passed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def wake() -> None:
            if not passed.done():
                passed.set_result(None)

        deadline = self.call_at(self.now() + seconds, wake)
        try:
            await passed
        finally:
            deadline.cancel()

    def next_ts(self) -> str:
        """Return a message timestamp ("seconds.microseconds"), later than every one before."""
        self._last_microsecond = max(self._last_microsecond + 1, int(self.now() * 1_000_000))
        return f"{self._last_microsecond // 1_000_000}.{self._last_microsecond % 1_000_000:06d}"

    def _arm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._deadlines:
            wait = max(0.0, self._deadlines[0].due - self.now())
            self._timer = asyncio.get_running_loop().call_later(wait, self._run_due)

    def _run_due(self) -> None:
        now = self.now()
        while self._deadlines and (self._deadlines[0].cancelled or self._deadlines[0].due <= now):
            deadline = heapq.heappop(self._deadlines)
            if not deadline.cancelled:
                deadline.action()
        self._arm()
