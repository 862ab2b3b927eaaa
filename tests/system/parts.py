"""Whole processes for tests: started as a person starts them, ended by their pid."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
STARTED_SECONDS = 60.0
NEVER_INHERITED = ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET", "DATABASE_URL", "PORT")
WORDS_ONLY = "coverage,missing_facts,contradictions"  # scorers that need no torch


def environment(folder: Path, **settings: str) -> dict[str, str]:
    """Settings of a part that keeps its things in this folder, and nothing of the machine's own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WHETSTONE_")}
    for name in NEVER_INHERITED:
        kept.pop(name, None)
    own = {"WHETSTONE_DATA_DIR": str(folder), "WHETSTONE_SCORERS": WORDS_ONLY, "PYTHONPATH": str(ROOT)}
    return {**kept, **own, "PYTHONUNBUFFERED": "1", "COLUMNS": "200", **settings}


def whetstone(*arguments: str, settings: Mapping[str, str], cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        env=dict(settings),
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )


@contextmanager
def running(*arguments: str, settings: Mapping[str, str], cwd: Path) -> Iterator[subprocess.Popen[str]]:
    """A command that runs until the block ends; its output goes to a file beside its things."""
    with (cwd / f"{arguments[0]}.log").open("a", encoding="utf-8") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", *arguments], env=dict(settings), cwd=cwd, stdout=log, stderr=log, text=True
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
