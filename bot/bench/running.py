"""Whole processes: from start to ready, and the memory that each part holds idle and at its peak."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx

READY_SECONDS = 120.0
MEBI_IN_KIBI = 1024


@contextmanager
def started(command: str, *arguments: str, environment: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """A `whetstone` process with these settings, ended by SIGTERM."""
    process = subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-m", "bot", command, *arguments],
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def seconds_until_ready(address: str, since: float) -> float:
    """Seconds from `since` (time.perf_counter) until /readyz answers 200."""
    while time.perf_counter() - since < READY_SECONDS:
        try:
            if httpx.get(f"{address}/readyz", timeout=2).status_code == 200:
                return time.perf_counter() - since
        except httpx.HTTPError:
            pass
        time.sleep(0.02)
    raise RuntimeError(f"{address} was not ready in {READY_SECONDS:.0f} s")


def memory(process: subprocess.Popen[bytes] | None = None) -> dict[str, float]:
    """Resident memory of a process, or of this one, now and at its peak, in MiB."""
    lines = Path(f"/proc/{process.pid if process else 'self'}/status").read_text(encoding="ascii").splitlines()
    found = {name: value for name, _, value in (line.partition(":") for line in lines)}
    return {
        "now_mib": int(found["VmRSS"].split()[0]) / MEBI_IN_KIBI,
        "peak_mib": int(found["VmHWM"].split()[0]) / MEBI_IN_KIBI,
    }
