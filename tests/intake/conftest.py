"""One running service for a module's tests, and fresh ones where a test needs its own."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest

from tests.intake.rig import Service, service

_numbers = count(1)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A real service over SQLite; tests use ids of their own."""
    with service(tmp_path_factory.mktemp("service")) as started:
        yield started


@pytest.fixture
def new_id() -> str:
    """An id that no other test uses."""
    return f"out-{next(_numbers)}"
