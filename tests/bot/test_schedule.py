"""What the clock keeps of its schedule: weekly times in the database, and runs that were missed."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from apscheduler.schedulers.background import BackgroundScheduler

from bot.jobs.schedule import make_kept_schedule
from reviewers.decisions.weeks import WeekTime
from storage.engine import make_engine

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = WeekTime(day=0, hour=8, minute=0)


def kept(path: Path, ran: threading.Event, at: WeekTime = MONDAY) -> BackgroundScheduler:
    """A clock's schedule on this file, not running."""
    engine = make_engine(f"sqlite:///{path / 'whetstone.db'}")
    return make_kept_schedule(engine, {"digests": (at, BERLIN)}, {"digests": ran.set})


def test_next_run_is_the_day_and_time_by_the_clocks_of_the_team(tmp_path: Path) -> None:
    """Eight on Monday in Berlin, whatever the season."""
    schedule = kept(tmp_path, threading.Event())
    (job,) = schedule.get_jobs()
    local = job.next_run_time.astimezone(BERLIN)
    assert (local.weekday(), local.hour, local.minute) == (0, 8, 0)
    schedule.shutdown()


def test_run_that_was_missed_comes_when_a_clock_starts_again(tmp_path: Path) -> None:
    """The first had planned it for 2020, and stands still."""
    first = kept(tmp_path, threading.Event())
    first.modify_job("digests", next_run_time=datetime(2020, 1, 6, 7, tzinfo=UTC))
    ran = threading.Event()
    second = kept(tmp_path, ran)
    assert not ran.is_set()
    second.resume()
    assert ran.wait(20)
    second.shutdown()
    first.shutdown()


def test_another_time_in_the_settings_takes_the_place_of_the_kept_one(tmp_path: Path) -> None:
    """Two clocks on one file have one job."""
    first = kept(tmp_path, threading.Event())
    second = kept(tmp_path, threading.Event(), WeekTime(day=4, hour=17, minute=5))
    (job,) = first.get_jobs()
    local = job.next_run_time.astimezone(BERLIN)
    assert (local.weekday(), local.hour, local.minute) == (4, 17, 5)
    first.shutdown()
    second.shutdown()
