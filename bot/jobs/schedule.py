"""What happens by the clock, such as time-outs; one clock works at a time, elected by a lease in the database."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from zoneinfo import ZoneInfo

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.combining import OrTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

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
    weekly: Mapping[str, tuple[WeekTime, ZoneInfo]],
) -> BackgroundScheduler:
    """The schedule, not started.

    Args:
        holder: names this process among the clocks.
        sweeps: by name, how many seconds lie between two runs, and the run; it returns how much it changed.
        weekly: by a sweep's name, when it runs to the second beside that, once a week by the clocks of a zone. Nothing
            of it is kept: a sweep reads in the database what is due, so a clock that starts late catches up by itself.
    """
    scheduler = BackgroundScheduler(
        timezone="UTC",
        executors={"default": ThreadPoolExecutor(len(sweeps))},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )

    def run(name: str, sweep: Callable[[], int]) -> None:
        if store.lease(LEASE, holder, now=clock.now(), seconds=LEASE_SECONDS):
            try:
                changed = sweep()
            except Exception:  # the next run tries again; an operator sees that this one failed
                log.exception("sweep_failed", sweep=name)
                metrics.count("sweep_failed", sweep=name)
                return
            if changed:
                log.info("swept", sweep=name, changed=changed)

    for name, (seconds, sweep) in sweeps.items():
        trigger: BaseTrigger = IntervalTrigger(seconds=seconds)
        if name in weekly:
            trigger = OrTrigger([trigger, _weekly(*weekly[name])])
        scheduler.add_job(run, trigger, args=(name, sweep), id=name)
    return scheduler


def _weekly(at: WeekTime, zone: ZoneInfo) -> CronTrigger:
    return CronTrigger(day_of_week=at.day_name, hour=at.hour, minute=at.minute, timezone=zone)
