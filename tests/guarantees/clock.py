"""A clock and a worker in one process of its own: `python -m tests.guarantees.clock SWEEPS POSTS`.

It says "ready" and waits for a line. Then it stores the digests that are due, where SWEEPS is "sweep", says how many,
and posts what is due, where POSTS is "post". How many seconds its time is ahead is AHEAD in the environment.
"""

from __future__ import annotations

import os
import sys
from dataclasses import replace

from bot.bootstrap import build_publisher, build_services
from bot.settings import Settings
from tests.guarantees.worker import AheadClock

RETRY_SECONDS = 30.0  # further ahead for each look at a picture that was not ready


def main() -> None:
    """Wait for the start, then do what was asked for."""
    sweeps, posts = sys.argv[1] == "sweep", sys.argv[2] == "post"
    ahead = float(os.environ.get("AHEAD", "0"))
    settings = Settings(_env_file=None)
    services = build_services(settings)
    publisher = build_publisher(settings, services, f"worker-{os.getpid()}")
    print("ready", flush=True)
    sys.stdin.readline()
    stored = services.weekly.sweep() if sweeps else 0
    print(f"stored {stored}", flush=True)
    while posts and publisher.next_due() is not None:
        while replace(publisher, clock=AheadClock(ahead)).deliver_due():
            pass
        ahead += RETRY_SECONDS
    services.store.close()


if __name__ == "__main__":
    main()
