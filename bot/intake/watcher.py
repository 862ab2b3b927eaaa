"""Long polls: one look at the store serves everybody who waits, and nobody holds a thread."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from reviewers.model import Release, ReleaseState
from reviewers.ports import Store

BUSY_SHARE = 2.0  # a look that took long is followed by a pause of at least twice its time


class ReleaseWatcher:
    """Tells waiting requests when the release of an output is final.

    While somebody waits, one task compares the store's change marker every `seconds`; it reads releases only after a
    commit, or for those who just came. When nobody waits, it ends.
    """

    def __init__(self, store: Store, *, seconds: float) -> None:
        self._store = store
        self._seconds = seconds
        self._waiting: defaultdict[str, set[asyncio.Future[Release]]] = defaultdict(set)
        self._newcomers: set[str] = set()
        self._task: asyncio.Task[None] | None = None
        self.closed = False
        # A thread of its own: readers that are busy elsewhere must not delay a decision.
        self._executor = ThreadPoolExecutor(1, "release-watcher")

    async def final(self, output_id: str, seconds: float) -> Release | None:
        """The release as soon as it is final; None when it is not within `seconds`."""
        if self.closed:
            return None
        waiter: asyncio.Future[Release] = asyncio.get_running_loop().create_future()
        self._waiting[output_id].add(waiter)
        self._newcomers.add(output_id)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._watch())
        try:
            return await asyncio.wait_for(waiter, seconds)
        except TimeoutError:
            return None
        finally:
            self._forget(output_id, waiter)

    @property
    def waiting(self) -> int:
        """How many requests wait."""
        return sum(len(waiters) for waiters in self._waiting.values())

    async def close(self) -> None:
        """End the task and the thread; whoever still waits is answered as if the time were over."""
        self.closed = True
        self._fail(TimeoutError())
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        self._executor.shutdown(wait=True)

    def _forget(self, output_id: str, waiter: asyncio.Future[Release]) -> None:
        waiters = self._waiting.get(output_id, set())
        waiters.discard(waiter)
        if not waiters:
            self._waiting.pop(output_id, None)

    async def _watch(self) -> None:
        marker: object = None
        while self._waiting:
            newcomers, self._newcomers = self._newcomers, set()
            started = time.monotonic()
            try:
                marker, final = await asyncio.get_running_loop().run_in_executor(
                    self._executor, self._look, marker, tuple(self._waiting), tuple(newcomers)
                )
            except Exception as problem:  # noqa: BLE001 - every request that waits is told, whatever it was.
                self._fail(problem)
                return
            for release in final:
                self._answer(release)
            await asyncio.sleep(max(self._seconds, BUSY_SHARE * (time.monotonic() - started)))

    def _look(self, marker: object, waiting: Iterable[str], newcomers: Iterable[str]) -> tuple[object, list[Release]]:
        # The marker comes before the read: a commit in between is seen twice rather than never.
        now = self._store.change_marker()
        wanted = tuple(newcomers if now == marker else waiting)
        if not wanted:
            return now, []
        with self._store.read() as uow:
            releases = [uow.releases.get(output_id) for output_id in wanted]
        return now, [each for each in releases if each is not None and each.state is not ReleaseState.HELD]

    def _answer(self, release: Release) -> None:
        for waiter in self._waiting.get(release.output_id, set()):
            if not waiter.done():
                waiter.set_result(release)

    def _fail(self, problem: Exception) -> None:
        for waiters in self._waiting.values():
            for waiter in waiters:
                if not waiter.done():
                    waiter.set_exception(problem)
