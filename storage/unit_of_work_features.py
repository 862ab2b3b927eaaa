"""What is computed once of each output: read in pieces, and without any text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Result, Row, and_, bindparam, literal_column, or_, select

from reviewers.model.features import FeatureBlock, OutputFeatures
from storage import rows, rows_features
from storage.tables import outputs, review_tasks, sampling_decisions
from storage.tables_features import output_features
from storage.unit_of_work_statements import DECIDES, EVER, in_pieces, insert_once, one_of

AT_ONCE = 5_000  # outputs in memory: of 384 numbers each, about 25 MB with their columns

_decided = sampling_decisions.c
_moment = _decided.decided_at.type
_ADD = insert_once(output_features)
_COLUMNS = ("output_id", "embedder", "question", "answer", "language", "refusal", "citation_missing", "similarity")
_OF_ROUTE = (
    select(*(output_features.c[name] for name in _COLUMNS))
    .select_from(sampling_decisions)
    .join(output_features, output_features.c.output_id == _decided.output_id)
    .outerjoin(review_tasks, and_(review_tasks.c.output_id == _decided.output_id, DECIDES))
    .where(
        _decided.route == bindparam("route", type_=_decided.route.type),
        _decided.stratum != literal_column("''"),
        or_(review_tasks.c.known.is_(None), review_tasks.c.known == literal_column("''")),
        _decided.decided_at >= bindparam("since", type_=_moment),
        _decided.decided_at < bindparam("until", type_=_moment),
        output_features.c.made_at <= bindparam("as_of", type_=_moment),
    )
    .order_by(_decided.decided_at, _decided.output_id)
)
_TEXTS = select(outputs).where(one_of(outputs.c.output_id))


class SqlFeatures:
    """Implements `reviewers.ports.Features`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, features: Sequence[OutputFeatures]) -> None:
        """Store; the first of an output counts."""
        if features:
            ordered = sorted(features, key=lambda one: one.output_id)  # so that two writers never wait in a ring
            self._connection.execute(_ADD, [rows_features.features_row(one) for one in ordered])

    def blocks(
        self, since: datetime, until: datetime, *, route: str, as_of: datetime | None = None
    ) -> Iterator[FeatureBlock]:
        """By the time of the decision; all vectors of a block have one width."""
        values = {"since": since, "until": until, "route": route, "as_of": as_of or EVER}
        found: Result[Any] = self._connection.execute(_OF_ROUTE, values, execution_options={"yield_per": AT_ONCE})
        for page in found.partitions():
            yield from _blocks(page)

    def questions(self, output_ids: Sequence[str]) -> dict[str, str]:
        """The last turn of a person of each."""
        found = in_pieces(self._connection, _TEXTS, output_ids)
        return {row["output_id"]: rows.to_output(row).question for row in found}


def _blocks(page: Sequence[Row[Any]]) -> Iterator[FeatureBlock]:
    """A page in one block, or cut where vectors get another width: then another model made them."""
    start, wide = 0, 0
    for place, row in enumerate(page):
        this = rows_features.width(row.question, row.answer)
        if this and wide and this != wide:
            yield rows_features.to_block(page[start:place], wide)
            start = place
        wide = this or wide
    yield rows_features.to_block(page[start:], wide)
