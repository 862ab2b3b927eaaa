"""The bounded queue behind `enqueue`, and the thread that empties it."""

from __future__ import annotations

import json
import logging
import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from _whetstone_types import BatchResult, Unreachable, WhetstoneError

MAX_BATCH = 500  # outputs in one request, by the service's rules
MAX_BATCH_BYTES = 8 * 1024 * 1024  # half of what the service takes in one body

log = logging.getLogger("whetstone_client")


@dataclass(frozen=True)
class Item:
    """One output as it will be sent."""

    output_id: str
    body: bytes


class Queue:
    """Bodies that wait for the background thread; the thread starts with the first one, in a forked child anew."""

    def __init__(
        self,
        send: Callable[[Sequence[Item]], list[BatchResult]],
        *,
        size: int,
        bytes_: int,
        batch_size: int,
        batch_seconds: float,
        block: bool,
        on_error: Callable[[tuple[str, ...], WhetstoneError], None] | None,
    ) -> None:
        self._send = send
        self._size, self._bytes = size, bytes_
        self._batch_size, self._batch_seconds = batch_size, batch_seconds
        self._block = block
        self._on_error = on_error
        self.dropped = 0
        self.failed = 0
        self._begin()

    def _begin(self) -> None:
        self._items: deque[Item] = deque()
        self._held = 0  # bytes
        self._sending = 0
        self._hurry = False
        self._closed = False
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._pid = os.getpid()

    def put(self, item: Item) -> bool:
        """False when it was dropped."""
        if self._pid != os.getpid():
            self._begin()  # the parent keeps what it had; its thread and lock do not exist here
        with self._changed:
            if self._block:
                self._changed.wait_for(lambda: self._fits(item) or self._closed)
            if self._closed or not self._fits(item):
                self.dropped += 1
                return False
            self._items.append(item)
            self._held += len(item.body)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="whetstone-client", daemon=True)
                self._thread.start()
            self._changed.notify_all()
        return True

    def flush(self, timeout: float | None) -> bool:
        """Wait until nothing waits and nothing is under way; False when `timeout` seconds were too few."""
        if self._pid != os.getpid():
            return True
        with self._changed:
            self._hurry = True
            self._changed.notify_all()
            empty = self._changed.wait_for(lambda: not self._items and not self._sending, timeout)
            self._hurry = False
        return empty

    def close(self) -> None:
        """End the thread; what still waits is counted as failed."""
        if self._pid != os.getpid():
            return
        with self._changed:
            self._closed = True
            left = tuple(self._items)
            self._items.clear()
            self._changed.notify_all()
        if left:
            self._tell(left, Unreachable("The client was closed before these could be sent."))
        if self._thread is not None:
            self._thread.join(timeout=1.0)

    def _fits(self, item: Item) -> bool:
        # One item larger than all the room is taken when nothing else waits: else it could never be sent.
        room = self._held + len(item.body) <= self._bytes or not self._held
        return len(self._items) + self._sending < self._size and room

    def _run(self) -> None:
        while batch := self._next():
            try:
                for item, result in zip(batch, self._send(batch), strict=True):
                    if result.problem is not None:
                        self._tell([item], result.problem)
            except WhetstoneError as error:
                self._tell(batch, error)
            except Exception as error:  # noqa: BLE001 - a thread that ends would lose all that comes after.
                self._tell(batch, WhetstoneError(f"{type(error).__name__}: {error}"))
            with self._changed:
                self._sending = 0
                self._held -= sum(len(item.body) for item in batch)
                self._changed.notify_all()

    def _next(self) -> list[Item]:
        """The next batch; empty when closed. Waits for company, unless a flush is in a hurry."""
        with self._changed:
            self._changed.wait_for(lambda: self._items or self._closed)
            self._changed.wait_for(self._is_time, self._batch_seconds)
            batch = next(batches(list(islice(self._items, self._batch_size))), [])
            for _ in batch:
                self._items.popleft()
            self._sending = len(batch)
        return batch

    def _tell(self, items: Sequence[Item], error: WhetstoneError) -> None:
        self.failed += len(items)
        if self._on_error is None:
            return
        try:
            self._on_error(tuple(item.output_id for item in items), error)
        except Exception:
            log.exception("on_error itself failed")

    def _is_time(self) -> bool:
        return len(self._items) >= self._batch_size or self._hurry or self._closed


def batches(items: Sequence[Item]) -> Iterator[list[Item]]:
    """Pieces that fit into one request, by number and by bytes."""
    batch: list[Item] = []
    size = 0
    for item in items:
        if batch and (len(batch) == MAX_BATCH or size + len(item.body) > MAX_BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(item)
        size += len(item.body) + 1
    if batch:
        yield batch


def item_of(**fields: Any) -> Item:
    """The body as it is sent: made at once, so that what you change later does not change it."""
    given = {name: value for name, value in fields.items() if value is not None}
    text = json.dumps(given, default=_plain, ensure_ascii=True, allow_nan=False)
    return Item(output_id=str(fields.get("output_id", "")), body=text.encode())


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise TypeError("created_at has no time zone; use datetime.now(timezone.utc)")
        return value.isoformat()
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Iterable):
        return list(value)
    raise TypeError(f"{type(value).__name__} is no JSON value")
