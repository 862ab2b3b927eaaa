"""Outputs and what the machine says of them. Intake goes through `SqlOutputs.add`: no ORM objects on this path."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, delete, func, select, text, update

from reviewers.model import Assessment, Output, Score
from reviewers.ports import Receipt, Received
from storage import rows
from storage.tables import assessments, outputs, scores, scoring_queue
from storage.unit_of_work_statements import every, first, in_pieces, insert_once, one_of

_STORED = select(outputs.c.output_id, outputs.c.number, outputs.c.body_hash, outputs.c.received_at)
_KNOWN = _STORED.where(one_of(outputs.c.output_id))
_LAST_NUMBER = text("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'outputs'")
_NEW_NUMBERS = text("SELECT nextval('outputs_number_seq') FROM generate_series(1, :count)")
_INSERT = insert_once(outputs)
_ENQUEUE = insert_once(scoring_queue)
_OUTPUT = select(outputs).where(outputs.c.output_id == bindparam("output_id"))
_BY_NUMBER = select(outputs).where(one_of(outputs.c.number))
_FREE = (
    select(scoring_queue.c.number)
    .where(scoring_queue.c.free_at <= bindparam("now"))
    .order_by(scoring_queue.c.priority, scoring_queue.c.number)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True)  # SQLite leaves it out: there the transaction holds the only write lock
)
_LEASE = (
    update(scoring_queue)
    .where(one_of(scoring_queue.c.number))
    .values(free_at=bindparam("until"), worker=bindparam("holder"))
)
_WAITING = select(func.count()).select_from(scoring_queue)


class _Stored(NamedTuple):
    number: int
    body_hash: str
    received_at: datetime


class SqlOutputs:
    """Implements `reviewers.ports.Outputs`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, batch: Sequence[Output]) -> list[Receipt]:
        """Store new outputs; of several with one id in the batch the first counts."""
        firsts: dict[str, Output] = {}
        for output in batch:
            firsts.setdefault(output.output_id, output)
        stored = self._known(firsts)
        fresh = [output for output_id, output in firsts.items() if output_id not in stored]
        new: set[str] = set()
        if fresh:
            numbers = self._insert(fresh)
            stored |= self._known(numbers)
            new = {output_id for output_id, number in numbers.items() if stored[output_id].number == number}
            self._enqueue(fresh, stored, new)
        return [_receipt(output, stored[output.output_id], new) for output in batch]

    def _known(self, ids: Iterable[str]) -> dict[str, _Stored]:
        return {
            row["output_id"]: _Stored(row["number"], row["body_hash"], row["received_at"])
            for row in in_pieces(self._connection, _KNOWN, list(ids))
        }

    def _insert(self, fresh: Sequence[Output]) -> dict[str, int]:
        """Insert under new numbers and return them; an output that somebody else inserts just now keeps theirs."""
        numbers = {
            output.output_id: number for output, number in zip(fresh, self._new_numbers(len(fresh)), strict=True)
        }
        values = [rows.output_row(output, numbers[output.output_id]) for output in fresh]
        if self._connection.dialect.name == "postgresql":
            # Two batches that share ids wait for each other here, and in one order they never wait in a circle.
            values.sort(key=lambda row: str(row["output_id"]))
        self._connection.execute(_INSERT, values)
        return numbers

    def _new_numbers(self, count: int) -> list[int]:
        if self._connection.dialect.name == "sqlite":
            last = int(self._connection.execute(_LAST_NUMBER).scalar_one())
            return list(range(last + 1, last + 1 + count))
        return [int(number) for number in self._connection.execute(_NEW_NUMBERS, {"count": count}).scalars()]

    def _enqueue(self, fresh: Sequence[Output], stored: dict[str, _Stored], new: set[str]) -> None:
        queue = [
            {
                "number": stored[output.output_id].number,
                "priority": rows.priority(output.hold),
                "free_at": output.received_at,
                "worker": "",
            }
            for output in fresh
            if output.output_id in new
        ]
        if queue:
            self._connection.execute(_ENQUEUE, queue)

    def get(self, output_id: str) -> Output | None:
        """The output of this id."""
        row = first(self._connection, _OUTPUT, output_id=output_id)
        return rows.to_output(row) if row else None

    def claim_unscored(self, *, limit: int, now: datetime, lease_seconds: float, worker: str) -> list[Output]:
        """Lease the oldest outputs that have no assessment; held ones first."""
        numbers = [row["number"] for row in every(self._connection, _FREE, now=now, limit=limit)]
        if not numbers:
            return []
        until = now + timedelta(seconds=lease_seconds)
        self._connection.execute(_LEASE, {"ids": numbers, "until": until, "holder": worker})
        found = {row["number"]: rows.to_output(row) for row in in_pieces(self._connection, _BY_NUMBER, numbers)}
        return [found[number] for number in numbers]

    def waiting(self) -> int:
        """How many outputs have no assessment yet."""
        return int(self._connection.execute(_WAITING).scalar_one())


def _receipt(output: Output, stored: _Stored, new: set[str]) -> Receipt:
    status = Received.SAME if stored.body_hash == output.body_hash else Received.CONFLICT
    if output.output_id in new:
        new.remove(output.output_id)  # the next one of this id in the batch is a second try
        status = Received.NEW
    number = 0 if status is Received.CONFLICT else stored.number
    return Receipt(output_id=output.output_id, status=status, number=number, received_at=stored.received_at)


_ADD_ASSESSMENT = insert_once(assessments).returning(assessments.c.output_id)
_ADD_SCORE = insert_once(scores)
_UNQUEUE = delete(scoring_queue).where(
    scoring_queue.c.number.in_(select(outputs.c.number).where(one_of(outputs.c.output_id)))
)
_ASSESSMENT = select(assessments).where(assessments.c.output_id == bindparam("output_id"))
_WITH_RISK = select(assessments.c.output_id).where(one_of(assessments.c.output_id), assessments.c.risk.is_not(None))
_SCORES_OF = select(scores).where(one_of(scores.c.output_id)).order_by(scores.c.position)
_SCORES = select(scores).where(scores.c.output_id == bindparam("output_id")).order_by(scores.c.position)


class SqlAssessments:
    """Implements `reviewers.ports.Assessments`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, batch: Sequence[Assessment]) -> None:
        """Store assessments and end the leases; the first one of an output counts."""
        firsts: dict[str, Assessment] = {}
        for assessment in batch:
            firsts.setdefault(assessment.output_id, assessment)
        if not firsts:
            return
        ordered = [firsts[output_id] for output_id in sorted(firsts)]  # one order: two writers never wait in a circle
        added = self._connection.execute(_ADD_ASSESSMENT, [rows.assessment_row(one) for one in ordered])
        new = set(added.scalars())
        values = [row for one in ordered if one.output_id in new for row in rows.score_rows(one)]
        if values:
            self._connection.execute(_ADD_SCORE, values)
        self._connection.execute(_UNQUEUE, {"ids": list(firsts)})

    def get(self, output_id: str) -> Assessment | None:
        """The assessment of this output."""
        row = first(self._connection, _ASSESSMENT, output_id=output_id)
        if row is None:
            return None
        found = every(self._connection, _SCORES, output_id=output_id)
        return rows.to_assessment(row, [rows.to_score(score) for score in found])

    def scores(self, output_ids: Sequence[str]) -> dict[str, tuple[Score, ...]]:
        """The scores of those of the outputs that have a risk."""
        with_risk = in_pieces(self._connection, _WITH_RISK, output_ids)
        found: dict[str, list[Score]] = {row["output_id"]: [] for row in with_risk}
        for row in in_pieces(self._connection, _SCORES_OF, list(found)):
            found[row["output_id"]].append(rows.to_score(row))
        return {output_id: tuple(of) for output_id, of in found.items()}
