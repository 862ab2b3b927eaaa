"""Two clocks in processes of their own store and post a week's digest once, whatever is killed on the way."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from reviewers.decisions import weeks
from reviewers.workflow.weekly import MONDAY_MORNING
from storage.unit_of_work import SqlStore
from tests.builders import an_output
from tests.slack.people import until
from tests.slack.worlds import HTTP, World, a_store, a_world
from tests.workflow.worlds import World as Past

LEASE_SECONDS = 61  # a dead worker's items are free again


@dataclass(frozen=True)
class Place:
    """A workspace, and the database of the clocks beside it."""

    world: World
    database: str
    store: SqlStore

    @contextmanager
    def clock(self, *, sweeps: bool = True, posts: bool = True, ahead: int = 0) -> Iterator[subprocess.Popen[str]]:
        """A process that is ready to begin."""
        settings = {
            "DATABASE_URL": self.database,
            "SLACK_BOT_TOKEN": self.world.sandbox.bot_token,
            "SLACK_SIGNING_SECRET": self.world.sandbox.signing_secret,
            "WHETSTONE_SLACK_API_URL": f"{self.world.workspace}/api/",
            "WHETSTONE_CHANNEL": "C0REVIEW",
            "WHETSTONE_POST_PACE_SECONDS": "0",
            "AHEAD": str(ahead),
        }
        asked = ["sweep" if sweeps else "", "post" if posts else ""]
        command = [sys.executable, "-m", "tests.guarantees.clock", *asked]
        pipe, root = subprocess.PIPE, Path(__file__).parents[2]
        with subprocess.Popen(
            command, cwd=root, env=os.environ | settings, stdin=pipe, stdout=pipe, text=True
        ) as started:
            try:
                assert said(started) == "ready"
                yield started
            finally:
                started.kill()

    def needs_one(self) -> None:
        """An answer came and was scored amid the week that is to be told."""
        week = weeks.last_told(datetime.now(UTC), MONDAY_MORNING, UTC)
        amid = weeks.window(week, UTC).start + timedelta(days=3)
        past = Past(self.store)
        past.clock.advance((amid - past.clock.now()).total_seconds())
        past.bring(an_output(received_at=amid, created_at=amid))
        past.deliver()

    def is_told_once(self) -> None:
        """One digest is stored, one message stands in the channel, and nothing is due."""
        posted = [m["metadata"]["event_payload"]["message_id"] for m in self.world.mara.seen() if "metadata" in m]
        week = weeks.last_told(datetime.now(UTC), MONDAY_MORNING, UTC)
        assert [one for one in posted if one.startswith("route:")] == [f"route:{week}::C0REVIEW"]
        assert len(posted) == len(set(posted))
        with self.store.read() as uow:
            assert [one.route for one in uow.digests.of_week(week)] == [""]
            assert uow.digests.weeks(9) == [week]
            assert uow.counts().outbox_due == 0


def said(process: subprocess.Popen[str]) -> str:
    """The next line that it writes."""
    assert process.stdout is not None
    return process.stdout.readline().strip()


def begin(*processes: subprocess.Popen[str]) -> None:
    """Let them go on."""
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """A week that is over, on each database in turn."""
    with ExitStack() as stack:
        world = stack.enter_context(a_world(tmp_path, over=HTTP))
        database = f"sqlite:///{tmp_path / 'clocks.db'}"
        if request.param == "postgres":
            create: Callable[[str], str] = request.getfixturevalue("create_postgres")
            database = create("template1")
        store = a_store(database)
        stack.callback(store.close)
        found = Place(world=world, database=database, store=store)
        found.needs_one()
        yield found


def finish(place: Place, *, sweeps: bool = True) -> None:
    """Another process takes over after the lease, and runs until nothing is due."""
    with place.clock(sweeps=sweeps, ahead=LEASE_SECONDS) as last:
        begin(last)
        assert said(last) == "stored 0"
        assert last.wait(60) == 0


def test_two_clocks_at_once_store_one_digest_and_one_message_is_posted(place: Place) -> None:
    """Both begin together; which of them was first does not matter."""
    with place.clock(posts=False) as one, place.clock(posts=False) as other:
        begin(one, other)
        assert sorted((said(one), said(other))) == ["stored 0", "stored 1"]
        assert (one.wait(60), other.wait(60)) == (0, 0)
    finish(place)
    place.is_told_once()


def test_clock_killed_between_storing_and_posting_leaves_one_digest_that_is_posted_once(place: Place) -> None:
    """It had stored the digest, and nobody had posted anything; a clock that starts again adds nothing."""
    with place.clock(posts=False) as clock:
        begin(clock)
        assert said(clock) == "stored 1"
        clock.kill()
    assert [m for m in place.world.mara.seen() if "metadata" in m] == []
    finish(place)
    place.is_told_once()


@pytest.mark.parametrize("fault", ["time_out", "time_out_after_commit"])
def test_worker_killed_while_it_posts_a_digest_leaves_one_message(place: Place, fault: str) -> None:
    """Slack has the request and does not answer: without effect, or with it."""
    place.world.arm("chat.postMessage", fault)
    with place.clock() as worker:
        begin(worker)
        assert said(worker) == "stored 1"
        until(lambda: place.world.journal("chat.postMessage"))
        worker.kill()
    finish(place)
    place.is_told_once()
