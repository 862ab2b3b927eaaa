"""Loops that take work from the store as soon as some is committed, and cost next to nothing while idle."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from reviewers.ports import Clock, Metrics, Store

log = structlog.get_logger()

IDLE_SECONDS = 0.05  # between two looks at the store's change marker: a click is on its card within a blink
LOOK_ANYWAY = timedelta(seconds=5)  # a lease that ran out, or a retry that fell due, changes no marker
PAUSE_AFTER_FAULT_SECONDS = 2.0


class Watch:
    """Says whether a look at the queue is worthwhile: something was committed, or something fell due."""

    def __init__(self, store: Store, clock: Clock, next_due: Callable[[], datetime | None] | None = None) -> None:
        self._store = store
        self._clock = clock
        self._next_due = next_due
        self._marker: object = None
        self._look_at: datetime | None = None

    def has_news(self) -> bool:
        """True at the first call, after any commit, when something is due, and every few seconds anyway."""
        return (
            self._look_at is None or self._clock.now() >= self._look_at or self._store.change_marker() != self._marker
        )

    def looked(self, marker: object) -> None:
        """Remember that the queue was found empty when the marker was this one."""
        self._marker = marker
        due = self._next_due() if self._next_due else None
        anyway = self._clock.now() + LOOK_ANYWAY
        self._look_at = min(due, anyway) if due else anyway

    def marker(self) -> object:
        """The marker to pass to `looked`; read it before the queue."""
        return self._store.change_marker()


class Loop:
    """A thread that runs `step` while it returns work done, and watches for more."""

    def __init__(self, name: str, step: Callable[[], int], watch: Watch, metrics: Metrics) -> None:
        self._name = name
        self._step = step
        self._watch = watch
        self._metrics = metrics
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self, seconds: float = 30.0) -> None:
        """Finish the step in hand, then end; waits up to `seconds`."""
        self._stop.set()
        self._thread.join(seconds)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                if self._watch.has_news():
                    self._drain()
                self._stop.wait(IDLE_SECONDS)
            except Exception:  # a loop that died would be a silent outage; the fault is logged, counted, and it goes on
                log.exception("loop_failed", loop=self._name)
                self._metrics.count("loop_failed", loop=self._name)
                self._stop.wait(PAUSE_AFTER_FAULT_SECONDS)

    def _drain(self) -> None:
        marker = self._watch.marker()
        while not self._stop.is_set() and self._step():
            marker = self._watch.marker()
        self._watch.looked(marker)
