"""Digests as they are shown on request: the one that was stored, else one that is made now and not kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from reviewers.decisions import weeks
from reviewers.model.digest import Digest
from reviewers.ports import Clock, Policies, Store
from reviewers.workflow.judgement import named
from reviewers.workflow.weekly import CAUGHT_UP

if TYPE_CHECKING:
    from reviewers.workflow.digesting import DigestDesk


@dataclass(frozen=True, kw_only=True, slots=True)
class DigestShelf:
    """Reads digests; writes nothing."""

    store: Store
    clock: Clock
    policies: Policies
    desk: Callable[[], DigestDesk]  # makes what was not stored; asked only then, since its tests bring scipy
    zone: ZoneInfo  # where the team is

    def last_week(self) -> str:
        """The name of the newest week that is over where the team is."""
        return weeks.last_whole(self.clock.now(), self.zone)

    def one(self, week: str, route: str) -> Digest:
        """The digest of a week (empty: the last one that is over) and route (empty: the policy's own).

        The stored one of a route that is gone is still found under its exact name. Raises Invalid: `route` for one
        that nobody knows, `week` for what is no week that is over.
        """
        name = self._week(week)
        with self.store.read() as uow:
            kept = uow.digests.get(route, name)
        if kept is not None:
            return kept
        own = named(route, self.policies.current())
        with self.store.read() as uow:
            kept = uow.digests.get(own, name)
        if kept is not None:
            return kept
        made = self.desk().digests(name, own, self.zone)
        return next((one for one in made if one.route == own), made[-1])

    def so_far(self, route: str, *, as_of: datetime | None = None) -> Digest:
        """What the running week came to until now or until that moment; it is never stored. Raises Invalid."""
        return self.desk().so_far(route, self.zone, as_of=as_of)

    def caught_up(self, digest: Digest) -> tuple[str, ...]:
        """The weeks before it, the oldest first, whose digests were made after its own week, and told by no message."""
        with self.store.read() as uow:

            def untold(week: str) -> bool:
                at = uow.digests.stored_at(digest.route, week)
                return at is not None and at >= digest.current.end and not uow.digest_messages.of(week, digest.route)

            return tuple(week for week in weeks.upto(digest.week, CAUGHT_UP)[:-1] if untold(week))

    def all(self, week: str) -> tuple[Digest, ...]:
        """The digest of each route in the policy's order, and the policy's own where there is one. Raises Invalid."""
        name, policy = self._week(week), self.policies.current()
        with self.store.read() as uow:
            kept = {one.route: one for one in uow.digests.of_week(name)}
        routes = [route.name for route in policy.routes] or [""]
        if all(route in kept for route in routes):
            return tuple(kept[route] for route in dict.fromkeys([*routes, ""]) if route in kept)
        return tuple(kept.get(one.route, one) for one in self.desk().digests(name, "", self.zone))

    def _week(self, week: str) -> str:
        return weeks.upto(week, 1)[0] if week.strip() else self.last_week()
