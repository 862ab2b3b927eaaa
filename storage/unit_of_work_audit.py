"""The whole history in one pass, in the order of time, without holding it in memory."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from heapq import merge
from typing import Any

from sqlalchemy import Connection, Select, Table, bindparam, select

from reviewers.model import AuditEntry, Purpose
from storage import rows
from storage.rows import Found
from storage.tables import resolutions, review_tasks, verdicts

ROWS_AT_ONCE = 500
_TASK = ("output_id", "number", "route", "purpose")


def _period(table: Table, moment: str, *order: str) -> Select[Any]:
    """All of the table in [since, until), each with what names its task."""
    at = table.c[moment]
    return (
        select(table, *[review_tasks.c[name].label(f"of_{name}") for name in _TASK])
        .join(review_tasks, review_tasks.c.task_id == table.c.task_id)
        .where(at >= bindparam("since"), at < bindparam("until"))
        .order_by(at, *[table.c[name] for name in order])
    )


_VERDICTS = _period(verdicts, "recorded_at", "position")
_RESOLUTIONS = _period(resolutions, "resolved_at", "task_id", "revision")


def audit(connection: Connection, since: datetime, until: datetime) -> Iterator[AuditEntry]:
    """Verdicts and resolutions of the period; of the same moment the verdicts first."""
    bounds = {"since": since, "until": until}
    streamed = connection.execution_options(stream_results=True, yield_per=ROWS_AT_ONCE)
    given = (
        _entry(row, "recorded_at", verdict=rows.to_verdict(row))
        for row in streamed.execute(_VERDICTS, bounds).mappings()
    )
    came_to = (
        _entry(row, "resolved_at", resolution=rows.to_resolution(row))
        for row in streamed.execute(_RESOLUTIONS, bounds).mappings()
    )
    yield from merge(given, came_to, key=lambda entry: (entry.at, entry.verdict is None))


def _entry(row: Found, moment: str, **what: Any) -> AuditEntry:
    return AuditEntry(
        at=row[moment],
        task_id=row["task_id"],
        output_id=row["of_output_id"],
        number=row["of_number"],
        route=row["of_route"],
        purpose=Purpose(row["of_purpose"]),
        **what,
    )
