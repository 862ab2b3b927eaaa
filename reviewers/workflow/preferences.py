"""What people set for themselves: pauses, hours, the digest by message."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta, tzinfo

from reviewers.errors import Invalid
from reviewers.model import Preferences
from reviewers.ports import Clock, Store, UnitOfWork
from reviewers.workflow.review import redraw_card

FOR_GOOD = datetime(9000, 1, 1, tzinfo=UTC)  # a pause without an end


@dataclass(frozen=True, kw_only=True, slots=True)
class PreferenceDesk:
    """Where a reviewer changes their own settings."""

    store: Store
    clock: Clock

    def get(self, person: str) -> Preferences:
        """Theirs, or the defaults."""
        with self.store.read() as uow:
            return uow.preferences.get(person)

    def is_paused(self, person: str) -> bool:
        """Whether they pause at this moment."""
        until = self.get(person).paused_until
        return until is not None and self.clock.now() < until

    def pause(self, person: str, until: datetime | None = None) -> int:
        """No assignments and no reminders, until then or until they resume; what they claimed or were given goes back.

        Returns how many answers went back.
        """
        now = self.clock.now()
        end = until or FOR_GOOD
        with self.store.begin() as uow:
            uow.preferences.put(replace(uow.preferences.get(person), paused_until=end))
            return _give_back(uow, person, now)

    def pause_today(self, person: str, zone: tzinfo) -> int:
        """As `pause`, until their next midnight."""
        local = self.clock.now().astimezone(zone)
        tomorrow = (local + timedelta(days=1)).date()
        return self.pause(person, datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=zone))

    def resume(self, person: str) -> bool:
        """End the pause; False when there was none."""
        now = self.clock.now()
        with self.store.begin() as uow:
            mine = uow.preferences.get(person)
            uow.preferences.put(replace(mine, paused_until=None))
        return mine.paused_until is not None and now < mine.paused_until

    def set_hours(self, person: str, starts_at: time, ends_at: time, days: Collection[int]) -> Preferences:
        """Raises Invalid: `ends_at` at or before the start, `days` without one."""
        if starts_at >= ends_at:
            raise Invalid("ends_at", "The day ends before it starts. Choose a later end.")
        if not days:
            raise Invalid("days", "Choose at least one day.")
        with self.store.begin() as uow:
            mine = uow.preferences.get(person)
            changed = replace(mine, starts_at=starts_at, ends_at=ends_at, days=tuple(sorted(set(days))))
            uow.preferences.put(changed)
        return changed

    def set_digest(self, person: str, wanted: bool) -> None:
        """The weekly digest as a direct message, or not."""
        with self.store.begin() as uow:
            uow.preferences.put(replace(uow.preferences.get(person), digest=wanted))


def _give_back(uow: UnitOfWork, person: str, now: datetime) -> int:
    claimed = uow.tasks.claimed(person, now)
    assigned = uow.tasks.assigned(person)
    for found in {task.task_id: task for task in (*claimed, *assigned)}.values():
        task = uow.tasks.lock(found.task_id)
        if task.claimed_by == person:
            uow.tasks.set_claim(task.task_id, "", None)
        if task.assigned_to == person:
            uow.tasks.set_assigned(task.task_id, "")
        redraw_card(uow, task, why=f"{task.task_id}:pause:{person}:{now.isoformat()}", at=now)
    return len({task.task_id for task in (*claimed, *assigned)})
