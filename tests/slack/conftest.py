"""Workspaces: one a module over each way for the journeys, and one a test where a test breaks something."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.slack.worlds import HTTP, SOCKETS, World, a_world


@pytest.fixture(scope="module", params=[SOCKETS, HTTP])
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A workspace over Socket Mode, and once more over signed HTTP; the tests of a module share it."""
    with a_world(tmp_path_factory.mktemp("world"), over=request.param) as one:
        yield one


@pytest.fixture
def own(tmp_path: Path) -> Iterator[World]:
    """A workspace of one's own, over signed HTTP."""
    with a_world(tmp_path, over=HTTP) as one:
        yield one
