"""Outputs of a period with the decisions on them and what people found, texts and all: for a replay."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, exists, select

from reviewers.model import Outcome, PastOutput
from storage import rows
from storage.tables import outputs, resolutions, review_tasks, sampling_decisions
from storage.unit_of_work_cuts import decisions_of
from storage.unit_of_work_statements import DECIDES, in_pieces, one_of

AT_ONCE = 100  # outputs in memory: each may have 100,000 characters

_decided = sampling_decisions.c
_IDS = (
    select(_decided.output_id)
    .where(
        _decided.decided_at >= bindparam("since", type_=_decided.decided_at.type),
        _decided.decided_at < bindparam("until", type_=_decided.decided_at.type),
    )
    .order_by(_decided.decided_at, _decided.output_id)
)
_DECISIONS = decisions_of()
_OUTPUTS = select(outputs).where(one_of(outputs.c.output_id))
_newer = resolutions.alias("newer")
_FOUND = (
    select(review_tasks.c.output_id, review_tasks.c.known, review_tasks.c.sent_by, resolutions.c.outcome)
    .outerjoin(resolutions, resolutions.c.task_id == review_tasks.c.task_id)
    .where(
        one_of(review_tasks.c.output_id),
        DECIDES,
        ~exists().where(_newer.c.task_id == resolutions.c.task_id, _newer.c.revision > resolutions.c.revision),
    )
)


def past(connection: Connection, since: datetime, until: datetime) -> Iterator[PastOutput]:
    """Every output decided on in [since, until) but known answers, by the time of the decision."""
    ids = list(connection.execute(_IDS, {"since": since, "until": until}).scalars())
    for start in range(0, len(ids), AT_ONCE):
        yield from _some(connection, ids[start : start + AT_ONCE])


def _some(connection: Connection, ids: Sequence[str]) -> Iterator[PastOutput]:
    read = {row["output_id"]: rows.to_output(row) for row in in_pieces(connection, _OUTPUTS, ids)}
    decisions = {row["output_id"]: rows.to_decision(row) for row in in_pieces(connection, _DECISIONS, ids)}
    found: dict[str, RowMapping] = {row["output_id"]: row for row in in_pieces(connection, _FOUND, ids)}
    for output_id in ids:
        task: RowMapping | dict[str, Any] = found.get(output_id) or {}
        if not task.get("known"):
            decision = decisions[output_id]
            outcome = _outcome(task) if decision.selected else None
            yield PastOutput(output=read[output_id], decision=decision, outcome=outcome)


def _outcome(task: RowMapping | dict[str, Any]) -> Outcome | None:
    outcome = task.get("outcome")
    if outcome is None or outcome == Outcome.WITHDRAWN.value or task["sent_by"]:
        return None
    return Outcome(outcome)
