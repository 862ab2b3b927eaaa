"""Digests, the messages that tell them, answers to them, beginnings of watches, and events for other programs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, RowMapping, bindparam, select, update
from sqlalchemy.dialects import postgresql

from reviewers.model.digest import Digest
from reviewers.model.telling import DigestAnswer, DigestMessage, WatchName, WatchStart, WebhookEvent
from storage import rows_digests
from storage.tables_digests import digest_answers, digest_files, digest_messages, digests, watch_starts, webhook_events
from storage.unit_of_work_statements import added, every, first, in_pieces, insert_once, one_of

_ROUTE = bindparam("route", type_=digests.c.route.type)
_ADD_DIGEST = insert_once(digests)
_DIGEST = select(digests).where(digests.c.route == _ROUTE, digests.c.week == bindparam("week"))
_STORED_AT = select(digests.c.stored_at).where(digests.c.route == _ROUTE, digests.c.week == bindparam("week"))
_OF_WEEK = select(digests).where(digests.c.week == bindparam("week")).order_by(digests.c.position)
_WEEKS = select(digests.c.week).distinct().order_by(digests.c.week.desc()).limit(bindparam("limit"))


class SqlDigests:
    """Implements `reviewers.ports.Digests`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, digest: Digest, *, at: datetime) -> bool:
        """Store; False when the week of this route has one."""
        return added(self._connection, _ADD_DIGEST, rows_digests.digest_row(digest, at))

    def get(self, route: str, week: str) -> Digest | None:
        """The stored one."""
        row = first(self._connection, _DIGEST, route=route, week=week)
        return rows_digests.to_digest(row) if row else None

    def stored_at(self, route: str, week: str) -> datetime | None:
        """When it was stored."""
        row = first(self._connection, _STORED_AT, route=route, week=week)
        return row["stored_at"] if row else None

    def of_week(self, week: str) -> list[Digest]:
        """Of all routes, in the order of storing."""
        return [rows_digests.to_digest(row) for row in every(self._connection, _OF_WEEK, week=week)]

    def weeks(self, limit: int) -> list[str]:
        """The newest weeks that have any, the newest first."""
        return list(self._connection.execute(_WEEKS, {"limit": limit}).scalars())


_MESSAGE_ID = bindparam("this", type_=digest_messages.c.message_id.type)
_ADD_MESSAGE = insert_once(digest_messages)
_MESSAGE = select(digest_messages).where(digest_messages.c.message_id == _MESSAGE_ID)
_POSTED = update(digest_messages).where(digest_messages.c.message_id == _MESSAGE_ID)
_MESSAGES = (
    select(digest_messages).where(digest_messages.c.week == bindparam("week")).order_by(digest_messages.c.position)
)
_offered = postgresql.insert(digest_files)  # compiles for both databases
_SET_FILE = _offered.on_conflict_do_update(
    index_elements=[digest_files.c.message_id, digest_files.c.picture], set_={"file_id": _offered.excluded.file_id}
)
_FILES = select(digest_files).where(one_of(digest_files.c.message_id)).order_by(digest_files.c.position)


class SqlDigestMessages:
    """Implements `reviewers.ports.DigestMessages`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, message: DigestMessage) -> bool:
        """Store; False when the id is taken."""
        if not added(self._connection, _ADD_MESSAGE, rows_digests.message_row(message)):
            return False
        for picture, file_id in message.files:
            self.set_file(message.message_id, picture, file_id)
        return True

    def get(self, message_id: str) -> DigestMessage | None:
        """The message of this id, with its pictures."""
        row = first(self._connection, _MESSAGE, this=message_id)
        return self._with_files([row])[0] if row else None

    def set_file(self, message_id: str, picture: str, file_id: str) -> None:
        """Remember an uploaded picture, in place of an earlier one of this name."""
        self._connection.execute(_SET_FILE, {"message_id": message_id, "picture": picture, "file_id": file_id})

    def set_posting(self, message_id: str, channel: str, ts: str) -> None:
        """Where it stands."""
        self._connection.execute(_POSTED.values(channel=channel, ts=ts), {"this": message_id})

    def of(self, week: str, route: str) -> list[DigestMessage]:
        """All that speak of this week and route, in the order of storing."""
        found = [row for row in every(self._connection, _MESSAGES, week=week) if route in row["routes"]]
        return self._with_files(found)

    def _with_files(self, found: Sequence[RowMapping]) -> list[DigestMessage]:
        files: dict[str, list[RowMapping]] = defaultdict(list)
        for row in in_pieces(self._connection, _FILES, [row["message_id"] for row in found]):
            files[row["message_id"]].append(row)
        return [rows_digests.to_message(row, files[row["message_id"]]) for row in found]


_ADD_ANSWER = insert_once(digest_answers)
_ANSWERS = select(digest_answers).where(digest_answers.c.route == _ROUTE).order_by(digest_answers.c.position)
_ANSWERS_OF_PERIOD = (
    select(digest_answers)
    .where(digest_answers.c.at >= bindparam("since"), digest_answers.c.at < bindparam("until"))
    .order_by(digest_answers.c.at, digest_answers.c.position)
)


class SqlDigestAnswers:
    """Implements `reviewers.ports.DigestAnswers`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, answer: DigestAnswer) -> bool:
        """Store; False when the id is taken, or when this suggestion was accepted."""
        return added(self._connection, _ADD_ANSWER, rows_digests.answer_row(answer))

    def of(self, route: str) -> list[DigestAnswer]:
        """In the order of storing."""
        return [rows_digests.to_answer(row) for row in every(self._connection, _ANSWERS, route=route)]

    def between(self, since: datetime, until: datetime) -> list[DigestAnswer]:
        """By the time of the answer, then in the order of storing."""
        found = every(self._connection, _ANSWERS_OF_PERIOD, since=since, until=until)
        return [rows_digests.to_answer(row) for row in found]


_ADD_START = watch_starts.insert()
_STARTS = (
    select(watch_starts)
    .where(watch_starts.c.route == _ROUTE, watch_starts.c.made_at < bindparam("until"))
    .order_by(watch_starts.c.made_at, watch_starts.c.position)
)


class SqlWatches:
    """Implements `reviewers.ports.Watches`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, start: WatchStart) -> None:
        """Append."""
        self._connection.execute(_ADD_START, rows_digests.start_row(start))

    def of(self, route: str, *, until: datetime) -> Mapping[WatchName, WatchStart]:
        """The newest of each name that was made before `until`."""
        found = [rows_digests.to_start(row) for row in every(self._connection, _STARTS, route=route, until=until)]
        return {start.watch: start for start in found}


_ADD_EVENT = insert_once(webhook_events)
_EVENT = select(webhook_events).where(webhook_events.c.event_id == bindparam("event_id"))


class SqlWebhookEvents:
    """Implements `reviewers.ports.WebhookEvents`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, event: WebhookEvent) -> bool:
        """Store; False when the id is taken."""
        return added(self._connection, _ADD_EVENT, rows_digests.event_row(event))

    def get(self, event_id: str) -> WebhookEvent | None:
        """The event of this id."""
        row = first(self._connection, _EVENT, event_id=event_id)
        return rows_digests.to_event(row) if row else None
