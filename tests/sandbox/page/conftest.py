"""A running stand-in server for tests that look at the sandbox's page; the browser is of all tests."""

from collections.abc import Iterator

import pytest

from tests.sandbox.page_server import PageServer
from tests.sandbox.page_tools import SURFACES


@pytest.fixture
def stand_in() -> Iterator[PageServer]:
    """A running server with an empty workspace."""
    server = PageServer(pictures=SURFACES / "png")
    with server.running():
        yield server
