"""Reviews of a route as its watches see them; a test changes one thing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from reviewers.decisions.stamps import stamp
from reviewers.decisions.watching import Past

MONDAY = datetime(2026, 11, 16, tzinfo=UTC)
ROUTE = "Card support"


def some(wrong: int, count: int) -> list[bool]:
    """So many wrong of so many, evenly."""
    return [(place + 1) * wrong // count > place * wrong // count for place in range(count)]


def a_past(*weeks: tuple[int, int, int], slices: Sequence[str] = ("",), **changes: Any) -> Past:
    """Reviews of (weeks before Monday, wrong, of so many) within 160 hours each; slices take turns."""
    at: list[datetime] = []
    wrong: list[bool] = []
    for before, bad, count in weeks:
        start = MONDAY - timedelta(weeks=before)
        at += [start + timedelta(hours=(place + 1) * 160 / count) for place in range(count)]
        wrong += some(bad, count)
    fields: dict[str, Any] = {
        "route": ROUTE,
        "at": np.array([stamp(one) for one in at], dtype="datetime64[us]"),
        "wrong": np.array(wrong, dtype=np.float64),
        "risks": {"v1": np.full(len(at), 0.1)},
        "fresh": "v1",
        "slices": tuple(slices[place % len(slices)] for place in range(len(at))),
        "models": ("m",) * len(at),
    }
    return Past(**(fields | changes))
