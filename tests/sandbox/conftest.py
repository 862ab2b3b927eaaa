"""A fresh sandbox for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sandbox.bench import Bench, bench


@pytest.fixture
def local() -> Iterator[Bench]:
    """A sandbox in Socket Mode, without rate limits."""
    with bench(events=frozenset({"app_home_opened", "message.channels", "reaction_added"})) as one:
        yield one
