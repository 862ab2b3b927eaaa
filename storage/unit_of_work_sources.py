"""Documents that changed, and what became of the answers that rest on them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, and_, bindparam, exists, select

from reviewers.model.sources import ChangedSentence, DocumentChange, Reopening
from storage.rows import Found, Values, named, values
from storage.tables_sources import source_changes, source_reopenings
from storage.unit_of_work_statements import added, every, first, insert_once

_ADD = insert_once(source_changes)
_END = insert_once(source_reopenings)
_ENDED = exists().where(source_reopenings.c.change_id == source_changes.c.change_id)
_ONE = select(source_changes).where(source_changes.c.change_id == bindparam("change_id"))
_WAITING = select(source_changes).where(~_ENDED).order_by(source_changes.c.position).limit(bindparam("limit"))
_changed = source_changes.c
_BETWEEN = (
    select(source_changes, *(source_reopenings.c[name] for name in ("ended_at", "resting", "reopened")))
    .outerjoin(
        source_reopenings,
        and_(
            source_reopenings.c.change_id == source_changes.c.change_id,
            source_reopenings.c.ended_at <= bindparam("as_of", type_=_changed.changed_at.type),
        ),
    )
    .where(
        _changed.changed_at >= bindparam("since", type_=_changed.changed_at.type),
        _changed.changed_at < bindparam("until", type_=_changed.changed_at.type),
    )
    .order_by(_changed.changed_at, _changed.position)
)


class SqlSourceChanges:
    """Implements `reviewers.ports.SourceChanges`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, change: DocumentChange) -> bool:
        """Store; False when the id is taken: it was noticed before."""
        return added(self._connection, _ADD, _row(change))

    def get(self, change_id: str) -> DocumentChange | None:
        """The change of this id."""
        row = first(self._connection, _ONE, change_id=change_id)
        return to_change(row) if row else None

    def waiting(self, limit: int) -> list[DocumentChange]:
        """Those whose answers were not looked at yet, the oldest first."""
        return [to_change(row) for row in every(self._connection, _WAITING, limit=limit)]

    def end(self, reopening: Reopening) -> bool:
        """Store what became of one; False when that was stored before."""
        return added(self._connection, _END, values(reopening))

    def between(
        self, since: datetime, until: datetime, *, as_of: datetime
    ) -> list[tuple[DocumentChange, Reopening | None]]:
        """Those that happened in [since, until), the oldest first, with what had become of them by then."""
        found = every(self._connection, _BETWEEN, since=since, until=until, as_of=as_of)
        return [
            (to_change(row), Reopening(**named(Reopening, row)) if row["ended_at"] is not None else None)
            for row in found
        ]


def _row(change: DocumentChange) -> Values:
    return values(change) | {"sentences": [(one.was, one.now) for one in change.sentences]}


def to_change(row: Found) -> DocumentChange:
    """The change of a row of `source_changes`."""
    sentences = tuple(ChangedSentence(was=was, now=now) for was, now in row["sentences"])
    return DocumentChange(**named(DocumentChange, row) | {"sentences": sentences})
