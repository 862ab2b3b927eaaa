"""Moments as columns hold them, and back: numpy's stamps know no time zone, so they are in UTC."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np


def stamp(moment: datetime) -> np.datetime64:
    """An aware moment, in microseconds.

    >>> stamp(datetime(2026, 11, 23, 12, tzinfo=UTC))
    np.datetime64('2026-11-23T12:00:00.000000')
    """
    return np.datetime64(moment.astimezone(UTC).replace(tzinfo=None), "us")


def moment(stamp: np.datetime64) -> datetime:
    """A stamp of any unit, to the microsecond.

    >>> moment(np.datetime64("2026-11-23T12:00"))
    datetime.datetime(2026, 11, 23, 12, 0, tzinfo=datetime.timezone.utc)
    """
    found: datetime = stamp.astype("datetime64[us]").item()
    return found.replace(tzinfo=UTC)
