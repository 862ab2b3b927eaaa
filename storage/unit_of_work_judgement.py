"""What was known of each route: only ever appended."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, select

from reviewers.model import Judgement
from storage.rows_judgement import judgement_row, to_judgement
from storage.tables_judgement import judgements
from storage.unit_of_work_statements import first

_ADD = judgements.insert()
_NEWEST = (
    select(judgements)
    .where(judgements.c.route == bindparam("route", type_=judgements.c.route.type))
    .order_by(judgements.c.position.desc())
    .limit(1)
)


class SqlJudgements:
    """Implements `reviewers.ports.Judgements`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, judgement: Judgement) -> None:
        """Append."""
        self._connection.execute(_ADD, judgement_row(judgement))

    def newest(self, route: str) -> Judgement | None:
        """The newest of this route."""
        row = first(self._connection, _NEWEST, route=route)
        return to_judgement(row) if row else None
