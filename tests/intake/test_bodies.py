"""Large bodies are refused before they fill memory."""

from __future__ import annotations

import asyncio
import http.client
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from starlette.types import Message, Receive, Scope, Send

from bot.intake.body import BodyLimit
from bot.intake.limits import MEBIBYTE, IntakeSettings
from bot.intake.problems import ProblemFound
from tests.intake.rig import Service, a_body, service


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, str, str]]:
    """Process id, address and token of a service in a process of its own, so that its memory can be read."""
    command = [sys.executable, "-m", "tests.intake.server", str(tmp_path_factory.mktemp("large"))]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as started:
        assert started.stdout is not None
        address, token = started.stdout.readline().split()
        yield started.pid, address, token
        started.communicate(timeout=60)


def peak(pid: int) -> int:
    """The most memory that the process ever held, in bytes."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))


def send(address: str, token: str, body: Any, **headers: str) -> tuple[int, dict[str, Any]]:
    """Send a body as it is: bytes with their length, an iterator in chunks."""
    where = urlsplit(address)
    connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=60)
    more = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", **headers}
    connection.request("POST", "/v1/outputs", body, more, encode_chunked=not isinstance(body, bytes))
    answer = connection.getresponse()
    content = json.loads(answer.read())
    connection.close()
    return answer.status, content


def test_fifty_megabytes_are_refused_by_their_length(process: tuple[int, str, str]) -> None:
    """None of it is kept: the peak of the process hardly moves."""
    pid, address, token = process
    assert send(address, token, json.dumps(a_body("warm")).encode())[0] == 202
    before = peak(pid)
    status, problem = send(address, token, b" " * (50 * MEBIBYTE))
    assert status == 413
    assert "16 MiB" in problem["detail"]
    assert peak(pid) - before < 4 * MEBIBYTE


def test_fifty_megabytes_in_chunks_are_refused_once_they_pass_the_limit(process: tuple[int, str, str]) -> None:
    """Without a stated length at most the limit is held, never the whole."""
    pid, address, token = process
    before = peak(pid)
    status, _ = send(address, token, (b" " * 65_536 for _ in range(800)), **{"Transfer-Encoding": "chunked"})
    assert status == 413
    assert peak(pid) - before < 28 * MEBIBYTE  # the limit of 16 MiB, and room for the allocator


def test_a_refused_length_does_not_need_a_token(process: tuple[int, str, str]) -> None:
    """The length is looked at first, so an unknown caller cannot make us read."""
    _, address, _ = process
    assert send(address, "wrong", b" " * (17 * MEBIBYTE))[0] == 413


def test_a_chunked_body_within_the_limit_is_taken(running: Service, new_id: str) -> None:
    """The count does not disturb a body that keeps to the rules."""
    body = json.dumps(a_body(new_id)).encode()
    pieces = (body[start : start + 7] for start in range(0, len(body), 7))
    status, receipt = send(running.address, running.token, pieces, **{"Transfer-Encoding": "chunked"})
    assert (status, receipt["output_id"]) == (202, new_id)


def test_a_body_that_does_not_end_is_given_up(tmp_path: Path) -> None:
    """408, instead of a connection that is held for ever."""
    with service(tmp_path, settings=IntakeSettings(body_seconds=0.05)) as started:
        where = urlsplit(started.address)
        connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=60)
        connection.putrequest("POST", "/v1/outputs")
        connection.putheader("Authorization", f"Bearer {started.token}")
        connection.putheader("Content-Type", "application/json")
        connection.putheader("Content-Length", "100")
        connection.endheaders(b"{")
        answer = connection.getresponse()
        assert (answer.status, json.loads(answer.read())["type"]) == (408, "/docs#problem-too-slow")
        connection.close()


def test_all_requests_together_hold_a_bounded_number_of_bytes() -> None:
    """The second large request is asked to come back while the first is being read, and is welcome after it."""

    async def reads_all(scope: Scope, receive: Receive, send: Send) -> None:
        while (await receive()).get("more_body"):
            pass

    async def story() -> list[int]:
        limited = BodyLimit(reads_all, most=100, most_in_flight=150)
        first_is_in, let_go = asyncio.Event(), asyncio.Event()
        statuses: list[int] = []

        async def first() -> Message:
            if first_is_in.is_set():
                await let_go.wait()
                return {"type": "http.request", "body": b"", "more_body": False}
            first_is_in.set()
            return {"type": "http.request", "body": b"x" * 100, "more_body": True}

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                statuses.append(message["status"])

        async def other() -> Message:
            return {"type": "http.request", "body": b"x" * 60, "more_body": False}

        sized: Scope = {"type": "http", "headers": [(b"content-length", b"60")]}
        chunked: Scope = {"type": "http", "headers": []}
        task = asyncio.create_task(limited(chunked, first, send))
        await first_is_in.wait()
        await asyncio.sleep(0)
        await limited(sized, other, send)
        with pytest.raises(ProblemFound) as found:
            await limited(chunked, other, send)
        statuses.append(found.value.problem.kind.status)
        let_go.set()
        await task
        await limited(sized, other, send)
        return statuses

    assert asyncio.run(story()) == [503, 503]
