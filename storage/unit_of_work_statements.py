"""What the repositories share: statements that a second try cannot break, and lists of ids in pieces."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Executable,
    RowMapping,
    Table,
    bindparam,
    literal_column,
)
from sqlalchemy.dialects import postgresql

from reviewers.model import Purpose
from storage.tables import review_tasks

# Of the tasks of an output the one that decides it: no second look, no known answer.
DECIDES = review_tasks.c.purpose == literal_column(f"'{Purpose.REVIEW.value}'")
EVER = datetime(9999, 1, 1, tzinfo=UTC)  # as of then everything was written
IDS_AT_ONCE = 500  # both databases limit the parameters of one statement (SQLite to 32,766 at least)


def insert_once(table: Table) -> postgresql.Insert:
    """An INSERT that leaves a row alone that is there already.

    It never fails, so the transaction goes on: in PostgreSQL a failed statement would end it. Both databases write
    ON CONFLICT DO NOTHING alike, and the construct of the PostgreSQL dialect compiles for both.
    """
    return postgresql.insert(table).on_conflict_do_nothing()


def added(connection: Connection, insert: postgresql.Insert, values: dict[str, Any]) -> bool:
    """Whether the row is in now because of this statement. (Drivers do not agree on the row count of an INSERT.)"""
    return connection.execute(insert.returning(literal_column("1")), values).first() is not None


def one_of(column: ColumnElement[Any]) -> ColumnElement[bool]:
    """`column IN (:ids)`, for `in_pieces`."""
    ids: BindParameter[Any] = bindparam("ids", expanding=True)
    return column.in_(ids)


def in_pieces(
    connection: Connection, statement: Executable, ids: Sequence[str] | Sequence[int], **values: object
) -> Iterator[RowMapping]:
    """The rows of a statement that has `one_of` in it, for any number of ids."""
    for start in range(0, len(ids), IDS_AT_ONCE):
        some = {"ids": list(ids[start : start + IDS_AT_ONCE])}
        yield from connection.execute(statement, some | values).mappings()


def first(connection: Connection, statement: Executable, **values: object) -> RowMapping | None:
    """The first row, or None."""
    return connection.execute(statement, values).mappings().first()


def every(connection: Connection, statement: Executable, **values: object) -> Sequence[RowMapping]:
    """All rows."""
    return connection.execute(statement, values).mappings().all()
