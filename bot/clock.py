"""Where time and ids come from; everything below takes them as arguments."""

from __future__ import annotations

import secrets
import time
from datetime import UTC, datetime

# Crockford's base 32: sorts as the numbers do, and has no letters that look alike.
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
TIME_DIGITS = 9  # 45 bits of milliseconds: until the year 3084
RANDOM_DIGITS = 12  # 60 bits: a million ids in one millisecond collide with a chance under one in a million


def _base32(number: int, digits: int) -> str:
    return "".join(ALPHABET[number >> 5 * place & 31] for place in reversed(range(digits)))


class SystemClock:
    """The machine's clock, in UTC."""

    def now(self) -> datetime:
        """The moment, timezone-aware."""
        return datetime.now(UTC)


class SortableIds:
    """Ids that sort by the time of their making."""

    def new(self, prefix: str) -> str:
        """Such as `t_1kq3v8c2n7x4d0f6h9jak`: prefix, milliseconds, chance."""
        milliseconds = time.time_ns() // 1_000_000
        chance = secrets.randbits(5 * RANDOM_DIGITS)
        return f"{prefix}_{_base32(milliseconds, TIME_DIGITS)}{_base32(chance, RANDOM_DIGITS)}"
