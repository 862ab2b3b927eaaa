"""What happens by the clock: held outputs time out. One clock works at a time, elected by a lease in the database."""

from __future__ import annotations

from collections.abc import Callable

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from reviewers.ports import Clock, Store

log = structlog.get_logger()

SWEEP_SECONDS = 1  # a held output times out at most this late
LEASE_SECONDS = 10.0  # another clock takes over this long after the elected one died
LEASE = "clock"


def make_schedule(store: Store, clock: Clock, holder: str, sweep_releases: Callable[[], int]) -> BackgroundScheduler:
    """The schedule, not started. `holder` names this process among the clocks."""
    scheduler = BackgroundScheduler(
        timezone="UTC",
        executors={"default": ThreadPoolExecutor(1)},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )

    def sweep() -> None:
        if store.lease(LEASE, holder, now=clock.now(), seconds=LEASE_SECONDS):
            timed_out = sweep_releases()
            if timed_out:
                log.info("releases_timed_out", count=timed_out)

    scheduler.add_job(sweep, "interval", seconds=SWEEP_SECONDS, id="sweep_releases")
    return scheduler
