"""Intake over HTTP: outputs per second singly and in batches, against a bare commit on the same disk."""

from __future__ import annotations

import http.client
import sqlite3
import statistics
import threading
import time
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypedDict
from urllib.parse import urlsplit

import orjson

COMPLETION = "A cash withdrawal outside the euro area costs € 3.50, plus 1.75 % of the amount. " * 4
PASSAGE = "Cash withdrawal outside the euro area: € 3.50 per withdrawal, plus 1.75 % of the amount. " * 3


class Pace(TypedDict):
    """How fast one sort of request was, from the caller's side."""

    outputs_per_second: float
    p50_ms: float  # of one request
    p95_ms: float
    requests: int
    outputs: int
    clients: int
    bytes_per_output: int


def measure_intake(
    address: str,
    token: str,
    *,
    singles: int = 400,
    single_clients: int = 4,
    batches: int = 60,
    batch_size: int = 100,
    batch_clients: int = 2,
    runs: int = 3,
    seed: str = "",
) -> dict[str, Pace]:
    """The median run of each: `single` (one caller), `single_crowd` (several) and `batch`.

    Every request is answered before its caller sends the next. `seed` keeps the ids of two measurements apart.
    Raises RuntimeError when the service refuses an output.
    """
    made = bodies(seed or f"{time.time_ns():x}")

    def run(requests: int, size: int, clients: int) -> Pace:
        paces = [_run(address, token, [next(made)(size) for _ in range(requests)], size, clients) for _ in range(runs)]
        return sorted(paces, key=lambda pace: pace["outputs_per_second"])[len(paces) // 2]

    _run(address, token, [next(made)(1) for _ in range(20)], 1, 1)  # connections, caches and compiled statements
    return {
        "single": run(singles, 1, 1),
        "single_crowd": run(singles, 1, single_clients),
        "batch": run(batches, batch_size, batch_clients),
    }


def measure_commit(folder: Path, *, commits: int = 200, row_bytes: int = 1_000) -> dict[str, float]:
    """The floor: one row and one durable commit of bare SQLite, on the disk of this folder."""
    with TemporaryDirectory(dir=folder) as place:
        connection = sqlite3.connect(Path(place) / "floor.db", isolation_level=None)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("CREATE TABLE rows (body TEXT)")
        seconds = []
        for _ in range(commits):
            started = time.perf_counter()
            connection.execute("INSERT INTO rows VALUES (?)", ("x" * row_bytes,))
            seconds.append(time.perf_counter() - started)
        connection.close()
    return {"commits_per_second": 1 / statistics.mean(seconds), **percentiles(seconds)}


def percentiles(seconds: Sequence[float]) -> dict[str, float]:
    """The median and the 95th percentile, in milliseconds."""
    cuts = statistics.quantiles(seconds, n=20, method="inclusive")
    return {"p50_ms": cuts[9] * 1000, "p95_ms": cuts[18] * 1000}


def bodies(seed: str) -> Iterator[Any]:
    """Makers of bodies with ids of their own: call one with the number of outputs."""
    numbers = count()

    def make(size: int) -> bytes:
        outputs = [_output(f"bench-{seed}-{next(numbers)}") for _ in range(size)]
        return orjson.dumps(outputs[0] if size == 1 else {"outputs": outputs})

    while True:
        yield make


def _output(output_id: str) -> dict[str, Any]:
    return {
        "output_id": output_id,
        "prompt": [{"role": "user", "content": "What does it cost to take out cash in Thailand?"}],
        "completion": COMPLETION,
        "model": "helpdesk-8b",
        "model_version": "2026-11-03",
        "tags": ["fees", "bench"],
        "passages": [{"text": PASSAGE, "title": "Card fees 2026", "address": "https://help.meridian.example/fees"}],
        "confidence": 0.8,
        "latency_ms": 840,
        "usage": {"prompt_tokens": 412, "completion_tokens": 88},
        "created_at": "2026-11-23T14:02:00Z",
        "metadata": {"channel": "chat"},
    }


def _run(address: str, token: str, requests: Sequence[bytes], size: int, clients: int) -> Pace:
    shares = [requests[number::clients] for number in range(clients)]
    seconds: list[float] = []
    failures: list[Exception] = []
    threads = [threading.Thread(target=_post, args=(address, token, share, seconds, failures)) for share in shares]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - started
    if failures:
        raise failures[0]
    between = percentiles(seconds)
    return Pace(
        outputs_per_second=len(requests) * size / took,
        p50_ms=between["p50_ms"],
        p95_ms=between["p95_ms"],
        requests=len(requests),
        outputs=len(requests) * size,
        clients=clients,
        bytes_per_output=len(requests[0]) // size,
    )


def _post(address: str, token: str, share: Sequence[bytes], seconds: list[float], failures: list[Exception]) -> None:
    where = urlsplit(address)
    connection = http.client.HTTPConnection(where.hostname or "127.0.0.1", where.port, timeout=60)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    try:
        for body in share:
            started = time.perf_counter()
            connection.request("POST", "/v1/outputs", body, headers)
            response = connection.getresponse()
            content = response.read()
            seconds.append(time.perf_counter() - started)
            if response.status != 202 or b'"problem"' in content:
                raise RuntimeError(f"{response.status}: {content[:300].decode(errors='replace')}")
    except Exception as error:  # noqa: BLE001 - told to the thread that measures, which raises it.
        failures.append(error)
    finally:
        connection.close()
