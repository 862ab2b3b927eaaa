"""What happens by the clock, such as time-outs; one clock works at a time, elected by a lease in the database."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

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
        scheduler.add_job(run, "interval", args=(name, sweep), seconds=seconds, id=name)
    return scheduler
