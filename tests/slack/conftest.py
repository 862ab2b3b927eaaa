"""A workspace for each test: over both ways, or over Socket Mode where the way makes no difference."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.slack.worlds import HTTP, SOCKETS, World, a_world


@pytest.fixture(params=[SOCKETS, HTTP])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """A workspace over Socket Mode, and once more over signed HTTP."""
    with a_world(tmp_path, over=request.param) as one:
        yield one


@pytest.fixture
def quick(tmp_path: Path) -> Iterator[World]:
    """A workspace over Socket Mode only."""
    with a_world(tmp_path) as one:
        yield one
