"""Leaves these tests out where local-slack is absent, or where it could be reached from outside."""

from __future__ import annotations

import platform
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.second_opinion.namespace import network_of_its_own
from tests.second_opinion.place import Place, place
from tests.second_opinion.workspace import PROGRAM

OUTPUTS = ("approved", "edited", "untouched", "rejected", "marked", "clicked", "waiting")


def absent() -> str:
    """Why there is no local-slack to run; empty when there is one."""
    if sys.platform != "linux" or platform.machine() != "x86_64":
        return f"local-slack is pinned for Linux on x64 only; this is {sys.platform} on {platform.machine()}"
    if not PROGRAM.exists():
        return "local-slack is not installed: " + ("run `make node`" if shutil.which("npm") else "there is no npm here")
    return ""


@pytest.fixture(scope="module", params=["socket_mode", "signed_http"])
def at(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A workspace with one card a journey, over both ways that Slack reaches an app."""
    with entered(tmp_path_factory.mktemp(request.param), OUTPUTS, signed_http=request.param == "signed_http") as here:
        yield here


@contextmanager
def entered(folder: Path, output_ids: Sequence[str], *, signed_http: bool) -> Iterator[Place]:
    """The place, or the reason why it is left out."""
    if reason := absent():
        pytest.skip(reason)
    with ExitStack() as stack:
        try:
            stack.enter_context(network_of_its_own())
        except OSError as error:
            pytest.skip(f"local-slack listens on all interfaces, and no network of its own can be made here: {error}")
        yield stack.enter_context(place(folder, output_ids, signed_http=signed_http))
