"""What happens by the clock, such as time-outs; one clock works at a time, elected by a lease in the database."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from zoneinfo import ZoneInfo

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from sqlalchemy import Engine

from reviewers.decisions.weeks import WeekTime
from reviewers.ports import Clock, Metrics, Store

log = structlog.get_logger()

LEASE_SECONDS = 10.0  # another clock takes over this long after the elected one died
LEASE = "clock"


def make_schedule(
    store: Store,
    clock: Clock,
    metrics: Metrics,
    holder: str,
    sweeps: Mapping[str, tuple[float, Callable[[], int]]],
) -> BackgroundScheduler:
    """The schedule, not started.

    Args:
        holder: names this process among the clocks.
        sweeps: by name, how many seconds lie between two runs, and the run; it returns how much it changed.
    """
    scheduler = BackgroundScheduler(
        timezone="UTC",
        executors={"default": ThreadPoolExecutor(len(sweeps))},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )

    def run(name: str, sweep: Callable[[], int]) -> None:
        sweep_once(store, clock, metrics, holder, name, sweep)

    for name, (seconds, sweep) in sweeps.items():
        scheduler.add_job(run, "interval", args=(name, sweep), seconds=seconds, id=name)
    return scheduler


def sweep_once(store: Store, clock: Clock, metrics: Metrics, holder: str, name: str, sweep: Callable[[], int]) -> None:
    """Run it where this process is the elected clock; a fault is logged and counted, and the next run tries again."""
    if store.lease(LEASE, holder, now=clock.now(), seconds=LEASE_SECONDS):
        try:
            changed = sweep()
        except Exception:  # the next run tries again; an operator sees that this one failed
            log.exception("sweep_failed", sweep=name)
            metrics.count("sweep_failed", sweep=name)
            return
        if changed:
            log.info("swept", sweep=name, changed=changed)


_runs: dict[str, Callable[[], object]] = {}  # what a kept job runs, by name: a database keeps no function of a process


def make_kept_schedule(
    engine: Engine, weekly: Mapping[str, tuple[WeekTime, ZoneInfo]], runs: Mapping[str, Callable[[], object]]
) -> BackgroundScheduler:
    """What happens once a week at a time of the team's clocks, kept in the table `scheduled_jobs`; not running yet.

    A run that fell due while no clock ran comes when one starts. Several clocks may share the table: a job that two of
    them run, or that one takes from another, does no harm where what it runs finds in the database what is due, and
    is swept for besides. It is a schedule of its own, so that no fault of the table stops the sweeps.

    Args:
        engine: of the database.
        weekly: by name, the day and time, and by whose clocks.
        runs: by name, what runs.
    """
    _runs.update(runs)
    scheduler = BackgroundScheduler(
        timezone="UTC",
        jobstores={"default": SQLAlchemyJobStore(engine=engine, tablename="scheduled_jobs")},
        executors={"default": ThreadPoolExecutor(1)},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    scheduler.start(paused=True)
    for name, (at, zone) in weekly.items():
        trigger = CronTrigger(day_of_week=at.day_name, hour=at.hour, minute=at.minute, timezone=zone)
        kept = scheduler.get_job(name)
        if kept is None or (str(kept.trigger), str(kept.trigger.timezone)) != (str(trigger), str(zone)):
            scheduler.add_job(run_kept, trigger, args=(name,), id=name, replace_existing=True)
    return scheduler


def run_kept(name: str) -> None:
    """Run what this process gave the name to; jobs of a later version mean nothing here."""
    if name in _runs:
        _runs[name]()
