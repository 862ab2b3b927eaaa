"""The index of sources on a real Chroma server, and when it is away."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep

import httpx
import pytest

from reviewers.errors import Unavailable
from storage.citations import ChromaSources
from tests.storage.test_citations import LIMITS, Letters


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    port = free_port()
    command = [str(Path(sys.executable).with_name("chroma")), "run", "--path", str(tmp_path / "server")]
    with subprocess.Popen(
        [*command, "--host", "127.0.0.1", "--port", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as running:
        until = monotonic() + 60
        while monotonic() < until:
            try:
                if httpx.get(f"http://127.0.0.1:{port}/api/v2/heartbeat").is_success:
                    break
            except httpx.TransportError:
                sleep(0.05)  # the server announces nothing: asking again is the only way
        yield f"http://127.0.0.1:{port}", running
        running.terminate()


def test_a_server_serves_as_a_folder_does_and_its_silence_is_said(
    server: tuple[str, subprocess.Popen[bytes]], tmp_path: Path
) -> None:
    """Add, find, skip; then the server stops and every question says so instead of hanging or finding nothing."""
    address, running = server
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "limits.md").write_text(LIMITS, encoding="utf-8")
    index = ChromaSources(address, Letters())
    assert [change.status for change in index.add_paths([str(docs)], prune=False)] == ["added"]
    assert index.search(["Daily limit"], limit=3)[0][0].text == "Daily limit for cash withdrawals: € 500."
    assert [change.status for change in index.add_paths([str(docs)], prune=False)] == ["unchanged"]
    assert index.documents() == 1
    running.terminate()
    running.wait()
    with pytest.raises(Unavailable):
        index.search(["Daily limit"], limit=3)
    with pytest.raises(Unavailable):
        ChromaSources(address, Letters()).search(["Daily limit"], limit=3)
    index.close()
