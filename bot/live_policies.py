"""The policy that holds now: the file, read again when it changed, and the routes that were made in Slack."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Lock

import structlog

from bot.policy_file import PolicyMistakes, read_policy
from reviewers.decisions.saved_routes import with_saved
from reviewers.errors import Unavailable
from reviewers.model import Policy, Route
from reviewers.ports import Metrics, Policies, Store

log = structlog.get_logger()

LOOK_SECONDS = 1.0  # between two looks at the file, and at the saved routes

Stamp = tuple[int, int, int]  # when the file was written, its size, and which file it is


class FilePolicies:
    """The policy of a file. A new text that is wrong is told once and changes nothing: the last good policy stays."""

    def __init__(self, path: Path | None, *, metrics: Metrics, seconds: Callable[[], float] = time.monotonic) -> None:
        """Reads the file. Raises PolicyMistakes: a start with a wrong policy is no start."""
        self._path = path
        self._metrics = metrics
        self._seconds = seconds
        self._lock = Lock()
        self._stamp = _stamp(path)
        self._policy = read_policy(path)
        self._looked_at = seconds()

    def current(self) -> Policy:
        """The policy of the newest good text, at most a second old."""
        with self._lock:
            if self._path is not None and self._seconds() - self._looked_at >= LOOK_SECONDS:
                self._look(self._path)
                self._looked_at = self._seconds()
            return self._policy

    def _look(self, path: Path) -> None:
        stamp = _stamp(path)
        if stamp == self._stamp:
            return
        self._stamp = stamp
        try:
            policy = read_policy(path)
        except PolicyMistakes as error:
            # The mistakes quote the file, never an output or a secret.
            log.error("policy_refused", kept=self._policy.version, mistakes=[str(one) for one in error.mistakes])
            self._metrics.count("policy_reads", result="refused")
            return
        log.info("policy_read", version=policy.version, before=self._policy.version, routes=len(policy.routes))
        self._metrics.count("policy_reads", result="read")
        self._policy = policy


class LivePolicies:
    """Implements the Policies port: another policy, with the routes that people made in Slack."""

    def __init__(self, base: Policies, store: Store, *, seconds: Callable[[], float] = time.monotonic) -> None:
        self._base = base
        self._store = store
        self._seconds = seconds
        self._lock = Lock()
        self._looked_at: float | None = None
        self._saved: Sequence[Route] = ()
        self._merged: tuple[Policy, Sequence[Route], Policy] | None = None

    def current(self) -> Policy:
        """The newest one that could be read; while the database does not answer, with the routes known before."""
        self._look()
        base = self._base.current()
        with self._lock:
            if self._merged is None or self._merged[:2] != (base, self._saved):
                self._merged = (base, self._saved, with_saved(base, self._saved))
            return self._merged[2]

    def _look(self) -> None:
        with self._lock:
            now = self._seconds()
            if self._looked_at is None:  # nobody goes on before the saved routes were looked for once
                self._looked_at = now
                self._saved = self._read()
                return
            if now - self._looked_at < LOOK_SECONDS:
                return
            self._looked_at = now  # from here on others go on with what is known while this one reads
        saved = self._read()
        with self._lock:
            self._saved = saved

    def _read(self) -> Sequence[Route]:
        try:
            with self._store.read() as uow:
                return uow.routes.all()
        except Unavailable as error:
            log.warning("saved_routes_not_read", error=str(error))
            return self._saved


def _stamp(path: Path | None) -> Stamp | None:
    """What changes when the file does; None without one. A replaced file of the same size and time is another file."""
    try:
        status = path.stat() if path else None
    except OSError:
        return None
    return (status.st_mtime_ns, status.st_size, status.st_ino) if status else None
