"""Slack's rate limits as token buckets, on the sandbox's clock.

Numbers: docs.slack.dev, "Rate limits" (tiers 1 to 4 say at least 1, 20, 50, 100 calls a minute; chat.postMessage about
one a second and channel with short bursts). The size of a burst is not documented: five messages, or a minute's worth
of a tier, are our choice.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class RateLimit:
    """How often a method may be called."""

    per_minute: float
    burst: int  # calls that may come at once after a quiet time
    per_channel: bool = False  # counted for each channel alone


POSTING = RateLimit(per_minute=60, burst=5, per_channel=True)
TIER_2 = RateLimit(per_minute=20, burst=20)
TIER_3 = RateLimit(per_minute=50, burst=50)
TIER_4 = RateLimit(per_minute=100, burst=100)

DEFAULT_LIMITS: Mapping[str, RateLimit] = {
    "chat.postMessage": POSTING,
    "chat.postEphemeral": TIER_4,
    "chat.update": TIER_3,
    "chat.delete": TIER_3,
    "conversations.history": TIER_3,
    "conversations.replies": TIER_3,
    "conversations.info": TIER_3,
    "conversations.list": TIER_2,
    "conversations.open": TIER_3,
    "conversations.members": TIER_4,
    "conversations.join": TIER_3,
    "users.info": TIER_4,
    "users.list": TIER_2,
    "users.lookupByEmail": TIER_3,
    "usergroups.list": TIER_2,
    "usergroups.users.list": TIER_2,
    "views.open": TIER_4,
    "views.push": TIER_4,
    "views.update": TIER_4,
    "views.publish": TIER_4,
    "reactions.add": TIER_3,
    "reactions.remove": TIER_2,
    "reactions.get": TIER_3,
    "files.getUploadURLExternal": TIER_4,
    "files.completeUploadExternal": TIER_4,
    "files.info": TIER_4,
    "bots.info": TIER_3,
    "team.info": TIER_3,
}


class RateLimits:
    """One bucket for each method (and channel); an empty table switches all limits off."""

    def __init__(self, limits: Mapping[str, RateLimit]) -> None:
        self._limits = limits
        self._buckets: dict[tuple[str, str], tuple[float, float]] = {}

    def retry_after(self, method: str, channel: str, *, now: float) -> int | None:
        """Count a call; return None if it may pass, else the whole seconds to wait (1 or more)."""
        limit = self._limits.get(method)
        if limit is None:
            return None
        key = (method, channel if limit.per_channel else "")
        tokens, at = self._buckets.get(key, (float(limit.burst), now))
        per_second = limit.per_minute / 60
        tokens = min(float(limit.burst), tokens + max(0.0, now - at) * per_second)
        if tokens >= 1:
            self._buckets[key] = (tokens - 1, now)
            return None
        self._buckets[key] = (tokens, now)
        return max(1, math.ceil((1 - tokens) / per_second))
