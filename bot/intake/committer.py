"""One writer for all requests: what arrives while a commit is running goes into the next one, all at once."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from threading import Condition, Thread

from reviewers.errors import Conflict, Unavailable
from reviewers.model import Output
from reviewers.ports import Receipt

Receive = Callable[[Sequence[Output]], list[Receipt]]

MOST_AT_ONCE = 1_000  # outputs in one commit: two full batches
MOST_WAITING = 20_000  # outputs; beyond it callers are asked to come back


@dataclass(frozen=True, slots=True)
class _Request:
    outputs: Sequence[Output]
    answer: Future[list[Receipt]] = field(default_factory=Future)


class Committer:
    """Group commit. An answer exists only after `receive` has returned, that is, after the commit.

    No request waits for others to come: an idle writer takes a single one at once, a busy one finds a group.
    """

    def __init__(self, receive: Receive, *, most: int = MOST_AT_ONCE, most_waiting: int = MOST_WAITING) -> None:
        self._receive = receive
        self._most = most
        self._most_waiting = most_waiting
        self._queue: deque[_Request] = deque()
        self._waiting = 0
        self._changed = Condition()
        self._thread: Thread | None = None
        self._closed = False

    async def commit(self, outputs: Sequence[Output]) -> list[Receipt]:
        """One receipt an output, in order. Raises Unavailable when too many wait, and whatever `receive` raises."""
        if not outputs:
            return []
        request = _Request(outputs)
        with self._changed:
            if self._closed:
                raise Unavailable("The service is stopping. Send it again in a moment.")
            if self._waiting + len(outputs) > self._most_waiting:
                raise Unavailable("Too many outputs wait to be written. Send it again in a moment.")
            self._queue.append(request)
            self._waiting += len(outputs)
            if self._thread is None:
                self._thread = Thread(target=self._run, name="intake-writer", daemon=True)
                self._thread.start()
            self._changed.notify()
        return await asyncio.wrap_future(request.answer)

    def close(self) -> None:
        """Write what waits, then stop; returns when that is done."""
        with self._changed:
            self._closed = True
            thread = self._thread
            self._changed.notify()
        if thread is not None:
            thread.join()

    def _run(self) -> None:
        while group := self._next_group():
            self._write(group)

    def _next_group(self) -> list[_Request]:
        """What waits, up to the most at once; empty only when the committer is closed and nothing waits."""
        with self._changed:
            self._changed.wait_for(lambda: self._queue or self._closed)
            group: list[_Request] = []
            taken = 0
            while self._queue and (not group or taken + len(self._queue[0].outputs) <= self._most):
                request = self._queue.popleft()
                group.append(request)
                taken += len(request.outputs)
            self._waiting -= taken
        return group

    def _write(self, group: list[_Request]) -> None:
        # From here a caller who hangs up changes nothing: its outputs are written with the others.
        group = [request for request in group if request.answer.set_running_or_notify_cancel()]
        if not group:
            return
        try:
            receipts = self._receive([output for request in group for output in request.outputs])
        except Exception as problem:  # noqa: BLE001 - every caller that waits is told, whatever it was.
            self._tell(group, problem)
            return
        start = 0
        for request in group:
            end = start + len(request.outputs)
            request.answer.set_result(receipts[start:end])
            start = end

    def _tell(self, group: list[_Request], problem: Exception) -> None:
        """A store that does not answer fails all; anything else may be one request's fault, so each is tried alone."""
        if len(group) == 1 or isinstance(problem, Unavailable | Conflict):
            for request in group:
                request.answer.set_exception(problem)
            return
        for request in group:
            try:
                request.answer.set_result(self._receive(request.outputs))
            except Exception as alone:  # noqa: BLE001 - as above.
                request.answer.set_exception(alone)
