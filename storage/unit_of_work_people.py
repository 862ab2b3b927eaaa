"""Replies, notices, people's own settings, routes made in Slack, and events that were seen."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, exists, literal_column, select, update
from sqlalchemy.dialects import postgresql

from reviewers.model import Notice, Preferences, Reply, ReviewTask, Route
from storage import rows_people
from storage.tables_people import events, notices, preferences, replies, saved_routes
from storage.unit_of_work_queues import SqlQueues
from storage.unit_of_work_statements import added, every, first, insert_once

_REPLY = insert_once(replies)


class SqlReplies(SqlQueues):
    """Implements `reviewers.ports.Replies`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, reply: Reply) -> bool:
        """Store; False when this message is stored already."""
        return added(self._connection, _REPLY, rows_people.reply_row(reply))

    def task_at(self, channel: str, ts: str) -> ReviewTask | None:
        """The task whose card stands there; of a batch the first."""
        return self.posted_at(channel, ts)


_NOTICE = insert_once(notices)
_THIS_NOTICE = notices.c.notice_id == bindparam("this")
_BY_ID = select(notices).where(_THIS_NOTICE)
_POSTED = update(notices).where(_THIS_NOTICE)
_ABOUT = (
    select(notices)
    .where(notices.c.about != literal_column("''"), notices.c.about == bindparam("about"))
    .order_by(notices.c.created_at, notices.c.notice_id)
)


class SqlNotices:
    """Implements `reviewers.ports.Notices`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, notice: Notice) -> bool:
        """Store; False when the id is taken."""
        return added(self._connection, _NOTICE, rows_people.notice_row(notice))

    def get(self, notice_id: str) -> Notice | None:
        """The notice of this id."""
        row = first(self._connection, _BY_ID, this=notice_id)
        return rows_people.to_notice(row) if row else None

    def set_posting(self, notice_id: str, channel: str, ts: str) -> None:
        """Where it stands."""
        self._connection.execute(_POSTED.values(channel=channel, ts=ts), {"this": notice_id})

    def about(self, task_id: str) -> list[Notice]:
        """The dispute notices of this task, the oldest first."""
        return [rows_people.to_notice(row) for row in every(self._connection, _ABOUT, about=task_id)]


_OF_PERSON = select(preferences).where(preferences.c.user_id == bindparam("user_id"))
_offered = postgresql.insert(preferences)  # compiles for both databases
_PUT = _offered.on_conflict_do_update(
    index_elements=[preferences.c.user_id],
    set_={name: _offered.excluded[name] for name in ("paused_until", "starts_at", "ends_at", "days", "digest")},
)
_PAUSED = select(preferences.c.user_id).where(
    preferences.c.paused_until.is_not(None), preferences.c.paused_until > bindparam("now")
)
_SUBSCRIBERS = select(preferences.c.user_id).where(preferences.c.digest.is_(True))


class SqlPreferences:
    """Implements `reviewers.ports.PreferencesOf`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, user_id: str) -> Preferences:
        """Theirs, or the defaults."""
        row = first(self._connection, _OF_PERSON, user_id=user_id)
        return rows_people.to_preferences(row) if row else Preferences(user_id=user_id)

    def put(self, preferences: Preferences) -> None:
        """Store, in place of what was there."""
        self._connection.execute(_PUT, rows_people.preferences_row(preferences))

    def paused(self, now: datetime) -> frozenset[str]:
        """Who pauses at this moment."""
        return frozenset(row["user_id"] for row in every(self._connection, _PAUSED, now=now))

    def subscribers(self) -> list[str]:
        """Who gets the weekly digest as a direct message; sorted here, since databases sort letters differently."""
        return sorted(row["user_id"] for row in every(self._connection, _SUBSCRIBERS))


_SAVE = saved_routes.insert()
_newer = saved_routes.alias("newer")
_ROUTES = (
    select(saved_routes)
    .where(~exists().where(_newer.c.name == saved_routes.c.name, _newer.c.position > saved_routes.c.position))
    .order_by(saved_routes.c.position)
)


class SqlRoutes:
    """Implements `reviewers.ports.SavedRoutes`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, route: Route, *, by: str, at: datetime) -> None:
        """Append a version."""
        self._connection.execute(_SAVE, rows_people.route_row(route, by, at))

    def all(self) -> list[Route]:
        """The newest version of each, by name."""
        found = [rows_people.to_route(row) for row in every(self._connection, _ROUTES)]
        return sorted(found, key=lambda route: route.name)


_SEEN = insert_once(events)
_FORGET = delete(events).where(events.c.seen_at < bindparam("before"))


class SqlEvents:
    """Implements `reviewers.ports.Events`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def first_time(self, event_id: str, at: datetime) -> bool:
        """Remember; False when it was seen before."""
        return added(self._connection, _SEEN, {"event_id": event_id, "seen_at": at})

    def forget(self, before: datetime) -> int:
        """Drop what was seen before; returns how many."""
        return self._connection.execute(_FORGET, {"before": before}).rowcount
