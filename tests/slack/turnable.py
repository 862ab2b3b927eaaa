"""The parts of a test's world that it can turn: the time, a store that is slow or away, and what the machine reads."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from reviewers.model import ClaimReading, Output
from reviewers.ports import Evidence, Store, UnitOfWork
from tests.builders import COMPLETION
from tests.slack.people import PATIENCE_SECONDS
from tests.workflow.worlds import FixedReader


class SharedClock:
    """The machine's time, moved on together with the sandbox's."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        """The moment on both clocks."""
        return datetime.now(UTC) + self.ahead


class TroubledStore:
    """A store that a test can stop (`gate`, `reading`), slow down or take away; it counts finished writers."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._counting = threading.Lock()
        self.gate = threading.Event()  # for writers
        self.gate.set()
        self.reading = threading.Event()  # for readers
        self.reading.set()
        self.fault: Exception | None = None
        self.seconds = 0.0  # that each transaction takes longer
        self.pause = threading.Event()
        self.waiting = 0
        self.written = 0

    @contextmanager
    def begin(self) -> Iterator[UnitOfWork]:
        """A transaction that may write, once the gate is open."""
        self._pass(self.gate)
        try:
            with self._store.begin() as uow:
                yield uow
        finally:
            with self._counting:
                self.written += 1

    @contextmanager
    def read(self) -> Iterator[UnitOfWork]:
        """A transaction that only reads."""
        self._pass(self.reading)
        with self._store.read() as uow:
            yield uow

    def lease(self, name: str, holder: str, *, now: datetime, seconds: float) -> bool:
        """As the store behind."""
        return self._store.lease(name, holder, now=now, seconds=seconds)

    def change_marker(self) -> object:
        """As the store behind."""
        return self._store.change_marker()

    def close(self) -> None:
        """Close the store behind."""
        self._store.close()

    def let_go(self) -> None:
        """Be whole again: nobody waits any more."""
        self.fault = None
        self.seconds = 0.0
        self.gate.set()
        self.reading.set()

    def _pass(self, gate: threading.Event) -> None:
        if not gate.is_set():
            with self._counting:
                self.waiting += 1
            gate.wait(PATIENCE_SECONDS)
            with self._counting:
                self.waiting -= 1
        self.pause.wait(self.seconds)
        if self.fault is not None:
            raise self.fault


class WholeReader:
    """Reads the builders' claims where an output begins with them; else it finds none."""

    def __init__(self) -> None:
        self._fixed = FixedReader()
        self.readings: tuple[ClaimReading, ...] = ()  # for every other output

    def read(self, outputs: Sequence[Output], *, with_index: bool = True) -> list[Evidence]:
        """One evidence an output; it asks no index."""
        return [self._one(output) for output in outputs]

    def documents(self) -> int:
        """As many as the fixed reader has."""
        return self._fixed.documents()

    def _one(self, output: Output) -> Evidence:
        if output.completion.startswith(COMPLETION):
            return self._fixed.read([output])[0]
        found = self.readings
        claims = tuple(reading.claim for reading in found)
        passages = tuple(reading.passages for reading in found)
        return Evidence(output=output, claims=claims, passages=passages, readings=found)
