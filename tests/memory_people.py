"""The repositories of `MemoryStore` for what people do beside verdicts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from reviewers.errors import UnknownTask
from reviewers.model import Check, Notice, NoticeKind, Preferences, Reply, ReviewTask, Route
from tests.memory_queues import Repository
from tests.memory_state import in_utc


class MemoryReplies(Repository):
    """Implements `reviewers.ports.Replies`."""

    def add(self, reply: Reply) -> bool:
        if reply.task_id not in self._own.tasks:
            raise UnknownTask(reply.task_id)
        if (reply.channel, reply.ts) in self._own.replies:
            return False
        self._own.replies[reply.channel, reply.ts] = in_utc(reply)
        return True

    def task_at(self, channel: str, ts: str) -> ReviewTask | None:
        found = [
            task
            for task in self._state.tasks.values()
            if task.posting and (task.posting.channel, task.posting.ts) == (channel, ts)
        ]
        return min(found, key=lambda task: task.task_id, default=None)


class MemoryNotices(Repository):
    """Implements `reviewers.ports.Notices`."""

    def add(self, notice: Notice) -> bool:
        if notice.notice_id in self._own.notices:
            return False
        self._own.notices[notice.notice_id] = in_utc(notice)
        return True

    def get(self, notice_id: str) -> Notice | None:
        return self._state.notices.get(notice_id)

    def set_posting(self, notice_id: str, channel: str, ts: str) -> None:
        if notice_id in self._own.notices:
            self._own.notices[notice_id] = replace(self._own.notices[notice_id], channel=channel, ts=ts)

    def about(self, task_id: str) -> list[Notice]:
        found = [one for one in self._state.notices.values() if one.kind is NoticeKind.DISPUTE]
        mine = [one for one in found if one.task_ids[:1] == (task_id,)]
        return sorted(mine, key=lambda one: (one.created_at, one.notice_id))


class MemoryPreferences(Repository):
    """Implements `reviewers.ports.PreferencesOf`."""

    def get(self, user_id: str) -> Preferences:
        return self._state.preferences.get(user_id, Preferences(user_id=user_id))

    def put(self, preferences: Preferences) -> None:
        self._own.preferences[preferences.user_id] = in_utc(preferences)

    def paused(self, now: datetime) -> frozenset[str]:
        found: Iterable[Preferences] = self._state.preferences.values()
        return frozenset(one.user_id for one in found if one.paused_until is not None and one.paused_until > now)

    def subscribers(self) -> list[str]:
        return sorted(one.user_id for one in self._state.preferences.values() if one.digest)


class MemoryRoutes(Repository):
    """Implements `reviewers.ports.SavedRoutes`."""

    def put(self, route: Route, *, by: str, at: datetime) -> None:
        self._own.routes.append((route, by, at))

    def all(self) -> list[Route]:
        newest = {route.name: route for route, _, _ in self._state.routes}
        return [newest[name] for name in sorted(newest)]


class MemoryChecks(Repository):
    """Implements `reviewers.ports.Checks`."""

    def add(self, check: Check) -> None:
        self._own.checks.setdefault(check.check_id, in_utc(check))
        self._own.check_leases.setdefault(check.check_id, check.asked_at)

    def get(self, check_id: str) -> Check | None:
        return self._state.checks.get(check_id)

    def claim_due(self, *, limit: int, now: datetime, lease_seconds: float, worker: str) -> list[Check]:
        waiting = [check for check in self._own.checks.values() if check.finished_at is None]
        free = [check for check in waiting if self._own.check_leases[check.check_id] <= now]
        taken = sorted(free, key=lambda check: (check.asked_at, check.check_id))[:limit]
        for check in taken:
            self._own.check_leases[check.check_id] = now + timedelta(seconds=lease_seconds)
        return taken

    def set_shown(self, check_id: str, channel: str, ts: str) -> None:
        if standing := self._own.checks.get(check_id):
            self._own.checks[check_id] = replace(standing, shown_channel=channel, shown_ts=ts)

    def finish(self, check: Check) -> None:
        standing = self._own.checks.get(check.check_id)
        if standing is not None and standing.finished_at is None:
            self._own.checks[check.check_id] = replace(
                in_utc(check),
                shown_channel=standing.shown_channel,
                shown_ts=standing.shown_ts,
                shared_at=standing.shared_at,
            )

    def share(self, check_id: str, at: datetime) -> bool:
        standing = self._own.checks.get(check_id)
        if standing is None or standing.shared_at is not None:
            return False
        self._own.checks[check_id] = in_utc(replace(standing, shared_at=at))
        return True


class MemoryEvents(Repository):
    """Implements `reviewers.ports.Events`."""

    def first_time(self, event_id: str, at: datetime) -> bool:
        if event_id in self._own.events:
            return False
        self._own.events[event_id] = at
        return True

    def forget(self, before: datetime) -> int:
        old = [event_id for event_id, at in self._own.events.items() if at < before]
        for event_id in old:
            del self._own.events[event_id]
        return len(old)
