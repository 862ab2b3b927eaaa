"""Digests as files: each tells its days in the zone that it was made in, whatever the settings say now."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import cast
from zoneinfo import ZoneInfo

import pytest

from bot import digest_files
from bot.cli import digest as command
from reviewers.model.digest import Digest, Window
from reviewers.workflow.digest_shelf import DigestShelf
from tests.digests import MONDAY, a_digest

HOURS = timedelta(hours=5)  # New York is so far behind UTC in November
KEPT = a_digest(
    zone="America/New_York",
    current=Window(start=MONDAY + HOURS, end=MONDAY + HOURS + timedelta(days=7)),
    reference=Window(start=MONDAY + HOURS - timedelta(days=28), end=MONDAY + HOURS),
)
PERIOD = "16 to 22 Nov, America/New"  # in UTC the week would end on the 23rd


def shelf(digest: Digest) -> DigestShelf:
    """That has this one alone, under settings with another zone."""
    kept = SimpleNamespace(zone=ZoneInfo("UTC"), one=lambda *_: digest, all=lambda *_: (digest,))
    return cast("DigestShelf", kept)


@pytest.mark.parametrize("route", ["", "Card support"])
def test_api_tells_a_kept_digest_in_its_own_zone(route: str) -> None:
    """Alone, and among those of a week."""
    told = digest_files.written(shelf(KEPT), "2026-W47", route, "md").replace("\\", "")
    assert PERIOD in told
    assert "23 Nov" not in told


def test_command_tells_a_kept_digest_in_its_own_zone() -> None:
    """The change of the page at 8:30 UTC on the 16th was at half past three in the night."""
    told = command._written((KEPT,), command.Format.MD, alone=True).replace("\\", "")
    assert PERIOD in told
    assert "23 Nov" not in told
    assert "changed on 16 November" in command._written((KEPT,), command.Format.TEXT, alone=True)
