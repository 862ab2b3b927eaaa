"""A clock that is set, and ids that are counted: the same year twice is the same to the byte."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta


class SetClock:
    """The Clock port; it stands still until somebody moves it."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        """The moment that was set, timezone-aware."""
        return self._now

    def set(self, moment: datetime) -> None:
        """Go on to this moment; it never goes back."""
        self._now = max(self._now, moment)

    def advance(self, seconds: float) -> datetime:
        """Go on by so many seconds; returns the new moment."""
        self._now += timedelta(seconds=seconds)
        return self._now


class CountedIds:
    """The Ids port: t-000001, t-000002, …"""

    def __init__(self) -> None:
        self._given: Counter[str] = Counter()

    def new(self, prefix: str) -> str:
        """The next one of this prefix."""
        self._given[prefix] += 1
        return f"{prefix}-{self._given[prefix]:06d}"
