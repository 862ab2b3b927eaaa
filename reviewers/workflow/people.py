"""Who is there for a route now: its reviewers by name, their hours, and who pauses."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from reviewers.decisions import reminders
from reviewers.errors import Unavailable
from reviewers.model import Preferences
from reviewers.ports import Store
from reviewers.workflow.permissions import Permissions
from reviewers.workflow.preferences import FOR_GOOD

LATELY = timedelta(days=14)  # where a route names no reviewers, they are those who reviewed for it within this time


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """One reviewer or lead with their own hours."""

    user_id: str
    preferences: Preferences
    zone: tzinfo
    is_able: bool  # False: deactivated or a guest by now, so that nothing can wait for them

    @property
    def pauses_until(self) -> datetime | None:
        """When their pause ends; None for one without an end."""
        until = self.preferences.paused_until
        return until if until is not None and until < FOR_GOOD else None

    def pauses(self, now: datetime) -> bool:
        """Whether they pause at this moment."""
        return self.preferences.paused_until is not None and now < self.preferences.paused_until

    def is_on_duty(self, now: datetime) -> bool:
        """Whether they can be asked at this moment."""
        return self.is_able and reminders.is_on_duty(self.preferences, self.zone, now)


@dataclass(frozen=True, kw_only=True, slots=True)
class Roster:
    """Looks up the people of a route for one piece of work; build a new one for the next."""

    store: Store
    permissions: Permissions
    now: datetime
    _people: dict[str, Person] = field(default_factory=dict)
    _reviewers: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def person(self, user_id: str) -> Person:
        """With the defaults for what they never set, and UTC where Slack does not tell their zone."""
        if user_id not in self._people:
            with self.store.read() as uow:
                preferences = uow.preferences.get(user_id)
            self._people[user_id] = Person(
                user_id=user_id,
                preferences=preferences,
                zone=self._zone(user_id),
                is_able=self.permissions.directory.is_able(user_id),
            )
        return self._people[user_id]

    def reviewers(self, route_name: str) -> tuple[str, ...]:
        """Slack user ids of the route's reviewers, in order. Raises Unavailable when a user group cannot be read."""
        if route_name not in self._reviewers:
            named = self.permissions.named(route_name)
            found: Collection[str] = named.reviewers if named.route.reviewers else self._lately(route_name)
            self._reviewers[route_name] = tuple(sorted(found))
        return self._reviewers[route_name]

    def on_duty(self, people: Iterable[str]) -> list[Person]:
        """Those of them who can be asked now."""
        return [one for one in map(self.person, people) if one.is_on_duty(self.now)]

    def _lately(self, route_name: str) -> set[str]:
        with self.store.read() as uow:
            reviewed = uow.tasks.reviewed(self.now - LATELY, self.now)
        return {one.reviewer for one in reviewed if one.route == route_name}

    def _zone(self, user_id: str) -> tzinfo:
        try:
            return ZoneInfo(self.permissions.directory.zone(user_id) or "UTC")
        except (Unavailable, ZoneInfoNotFoundError, ValueError):
            return UTC
