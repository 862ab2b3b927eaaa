"""What was known of each route: only ever appended."""

from __future__ import annotations

from sqlalchemy import Connection, exists, select

from reviewers.model import Judgement
from storage.rows_judgement import judgement_row, to_judgement
from storage.tables_judgement import judgements
from storage.unit_of_work_statements import every

_ADD = judgements.insert()
_newer = judgements.alias("newer")
_NEWEST = select(judgements).where(
    ~exists().where(_newer.c.route == judgements.c.route, _newer.c.position > judgements.c.position)
)


class SqlJudgements:
    """Implements `reviewers.ports.Judgements`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, judgement: Judgement) -> None:
        """Append."""
        self._connection.execute(_ADD, judgement_row(judgement))

    def newest(self) -> dict[str, Judgement]:
        """The newest of each route, by route name."""
        return {row["route"]: to_judgement(row) for row in every(self._connection, _NEWEST)}
