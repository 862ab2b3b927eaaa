"""Keep what is costly to work out, for a while, in one process."""

from __future__ import annotations

import threading
from collections.abc import Hashable
from datetime import datetime
from typing import Generic, TypeVar

Kept = TypeVar("Kept")

MOST = 64  # values; the one that ends first goes


class Remembered(Generic[Kept]):
    """Values by key, each until a moment; threads may share it."""

    def __init__(self) -> None:
        self._kept: dict[Hashable, tuple[datetime, Kept]] = {}
        self._turn = threading.Lock()

    def get(self, key: Hashable, now: datetime) -> Kept | None:
        """The value of this key; None where there is none, or its time has passed."""
        with self._turn:
            until, value = self._kept.get(key, (None, None))
            return value if until is not None and now < until else None

    def has(self, key: Hashable, now: datetime) -> bool:
        """Whether there is a value of this key, None too."""
        with self._turn:
            until, _ = self._kept.get(key, (None, None))
            return until is not None and now < until

    def keep(self, key: Hashable, value: Kept, *, until: datetime) -> None:
        """Keep it, in place of what was there."""
        with self._turn:
            self._kept[key] = until, value
            if len(self._kept) > MOST:
                del self._kept[min(self._kept, key=lambda one: self._kept[one][0])]
