"""Outputs of a period with the decisions on them and what people found, texts and all: for a replay."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, exists, select

from reviewers.decisions import overflow
from reviewers.decisions.overflow import Met
from reviewers.model import Outcome, PastOutput
from storage import rows
from storage.tables import outputs, resolutions, review_tasks, sampling_decisions
from storage.tables_selection import selection_cuts
from storage.unit_of_work_cuts import decisions_of
from storage.unit_of_work_samples import cuts_met
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
_CLOSED = select(selection_cuts.c.output_id, selection_cuts.c.cut_at).where(
    one_of(selection_cuts.c.output_id), ~selection_cuts.c.kept
)
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
    cuts = cuts_met(connection, since, until)
    ids = list(connection.execute(_IDS, {"since": since, "until": until}).scalars())
    for start in range(0, len(ids), AT_ONCE):
        yield from _some(connection, ids[start : start + AT_ONCE], cuts)


def _some(connection: Connection, ids: Sequence[str], cuts: Mapping[str, list[Met]]) -> Iterator[PastOutput]:
    read = {row["output_id"]: rows.to_output(row) for row in in_pieces(connection, _OUTPUTS, ids)}
    closed = {row["output_id"]: row["cut_at"] for row in in_pieces(connection, _CLOSED, ids)} if cuts else {}
    stored = [rows.to_decision(row) for row in in_pieces(connection, _DECISIONS, ids)]
    decisions = {one.output_id: one for one in overflow.with_cuts(stored, closed, cuts)}
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
