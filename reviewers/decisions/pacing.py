"""When to try again."""

from __future__ import annotations

from datetime import timedelta

FIRST_DELAY_SECONDS = 1.0
LONGEST_DELAY_SECONDS = 300.0  # our choice: an outage of Slack is over within minutes of its end, not hours


def retry_delay(attempts: int) -> timedelta:
    """1, 2, 4, 8 … seconds after the given number of failed attempts (0 for the first), 300 at the most."""
    return timedelta(seconds=min(FIRST_DELAY_SECONDS * 2.0 ** min(attempts, 16), LONGEST_DELAY_SECONDS))
