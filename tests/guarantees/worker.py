"""A worker of its own that only posts cards: `python -m tests.guarantees.worker STOP AHEAD`.

STOP is "before the call" or "after the call": it says so and stands still there, to be killed. With "never" it runs
until nothing is due. AHEAD is how many seconds its clock is ahead of the machine's.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from bot.bootstrap import build_publisher, build_services
from bot.settings import Settings
from reviewers.model import Notice, Posting, TaskView
from reviewers.ports import Messenger

BEFORE, AFTER = "before the call", "after the call"


class AheadClock:
    """The machine's time, and some seconds more."""

    def __init__(self, seconds: float) -> None:
        self._ahead = timedelta(seconds=seconds)

    def now(self) -> datetime:
        """The moment on this clock."""
        return datetime.now(UTC) + self._ahead


@dataclass(frozen=True)
class Stopping:
    """The real messenger, which stands still at one step of the first posting."""

    messenger: Messenger
    step: str

    def post_card(self, views: Sequence[TaskView], *, attempt: int) -> Posting:
        """Post, with a stop on one side."""
        self._stop_at(BEFORE)
        posting = self.messenger.post_card(views, attempt=attempt)
        self._stop_at(AFTER)
        return posting

    def find_card(self, view: TaskView, *, since: datetime) -> Posting | None:
        """As the real one."""
        return self.messenger.find_card(view, since=since)

    def update_card(self, views: Sequence[TaskView]) -> None:
        """As the real one."""
        self.messenger.update_card(views)

    def post_notice(self, notice: Notice, views: Sequence[TaskView], *, attempt: int) -> Posting:
        """Post, with a stop on one side."""
        self._stop_at(BEFORE)
        posting = self.messenger.post_notice(notice, views, attempt=attempt)
        self._stop_at(AFTER)
        return posting

    def find_notice(self, notice: Notice, *, since: datetime) -> Posting | None:
        """As the real one."""
        return self.messenger.find_notice(notice, since=since)

    def update_notice(self, notice: Notice, views: Sequence[TaskView]) -> None:
        """As the real one."""
        self.messenger.update_notice(notice, views)

    def _stop_at(self, step: str) -> None:
        if step == self.step:
            print(step, flush=True)
            sys.stdin.read()


def main() -> None:
    """Post what is due."""
    settings = Settings(_env_file=None)
    services = build_services(settings)
    publisher = build_publisher(settings, services, f"worker-{sys.argv[1]}-{sys.argv[2]}")
    messenger = Stopping(publisher.messenger, sys.argv[1])
    publisher = replace(publisher, messenger=messenger, clock=AheadClock(float(sys.argv[2])))
    while publisher.deliver_due():
        pass
    services.store.close()


if __name__ == "__main__":
    main()
