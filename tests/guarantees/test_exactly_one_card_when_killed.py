"""A worker killed without warning at any step of a posting leaves exactly one card, once another one has run."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.slack.people import until
from tests.slack.worlds import HTTP, World, a_world

LEASE_SECONDS = 61  # a dead worker's items are free again


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A workspace with two cards due."""
    with a_world(tmp_path, over=HTTP) as one:
        one.receive(one.output(), one.output())
        yield one


@contextmanager
def _worker(world: World, *, stop: str = "", ahead: int = 0) -> Iterator[subprocess.Popen[str]]:
    settings = {
        "DATABASE_URL": world.settings.database,
        "SLACK_BOT_TOKEN": world.sandbox.bot_token,
        "SLACK_SIGNING_SECRET": world.sandbox.signing_secret,
        "WHETSTONE_SLACK_API_URL": f"{world.workspace}/api/",
        "WHETSTONE_CHANNEL": "C0REVIEW",
        "WHETSTONE_POST_PACE_SECONDS": "0",
    }
    command = [sys.executable, "-m", "tests.guarantees.worker", stop or "never", str(ahead)]
    root = Path(__file__).parents[2]
    with subprocess.Popen(
        command, cwd=root, env=os.environ | settings, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as started:
        try:
            yield started
        finally:
            started.kill()


def _finish(world: World) -> None:
    """Another worker takes over after the lease and runs until nothing is due."""
    with _worker(world, ahead=LEASE_SECONDS) as other:
        assert other.wait(60) == 0


def _one_card_each(world: World) -> None:
    cards = [m["metadata"]["event_payload"]["task_id"] for m in world.mara.seen() if "metadata" in m]
    with world.store.read() as uow:
        tasks = uow.tasks.open(limit=10)
        assert uow.counts().outbox_due == 0
    assert sorted(cards) == sorted(task.task_id for task in tasks)
    for task in tasks:
        assert task.posting is not None
        assert task.posting.ts == world.mara.card(task.task_id)["ts"]


@pytest.mark.parametrize("step", ["before the call", "after the call"])
def test_killed_beside_the_call(world: World, step: str) -> None:
    """The item is leased and nothing was sent; or Slack has the card and the store does not know."""
    with _worker(world, stop=step) as worker:
        assert worker.stdout is not None
        assert worker.stdout.readline().strip() == step
        worker.kill()
    _finish(world)
    _one_card_each(world)


@pytest.mark.parametrize("fault", ["time_out", "time_out_after_commit"])
def test_killed_during_the_call(world: World, fault: str) -> None:
    """Slack has the request and does not answer: without effect, or with it."""
    world.arm("chat.postMessage", fault)
    with _worker(world) as worker:
        until(lambda: world.journal("chat.postMessage"))
        worker.kill()
    _finish(world)
    _one_card_each(world)


def test_killed_again_and_again(world: World) -> None:
    """Three workers die one after the other, each at another step."""
    for turn, step in enumerate(("after the call", "before the call", "after the call")):
        with _worker(world, stop=step, ahead=turn * LEASE_SECONDS) as worker:
            assert worker.stdout is not None
            worker.stdout.readline()
            worker.kill()
    with _worker(world, ahead=4 * LEASE_SECONDS) as last:
        assert last.wait(60) == 0
    _one_card_each(world)
