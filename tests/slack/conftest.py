"""Workspaces: one a module where tests can share it, and one a test where they cannot."""

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


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A workspace over signed HTTP for a whole module; `own` and `alone` are what tests ask for."""
    with a_world(tmp_path_factory.mktemp("shared"), over=HTTP) as one:
        yield one


@pytest.fixture
def own(shared: World) -> World:
    """A workspace without faults where nobody was told anything yet; other answers may wait in it."""
    shared.begin()
    return shared


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[World]:
    """A new workspace, for tests that count everything in it or leave it broken."""
    with a_world(tmp_path, over=HTTP) as one:
        yield one
