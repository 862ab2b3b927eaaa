"""Outputs of a route as numbers, in pieces: bodies are measured as they are read, and no text is given out."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
from sqlalchemy import (
    ColumnElement,
    Connection,
    Result,
    Row,
    Text,
    and_,
    bindparam,
    cast,
    func,
    literal_column,
    or_,
    select,
    type_coerce,
)
from sqlalchemy.dialects import postgresql

from reviewers.decisions import prompt_versions
from reviewers.model.output_block import OutputBlock
from storage.tables import outputs, review_tasks, sampling_decisions
from storage.unit_of_work_statements import DECIDES, in_pieces, one_of

AT_ONCE = 500  # outputs in memory, each with up to 100,000 characters
LONG = ("passages", "token_logprobs", "samples", "tags")  # of a body: nothing of them is measured, so they stay behind
# PostgreSQL reads no JSON with a NUL or half of a character in it, and models write both. Bodies are plain ASCII: so
# these two can stand for an escaped backslash, and for the beginning of an escaped character.
BACKSLASH, ESCAPE = "«", "»"

_decided = sampling_decisions.c
_DECISIONS = (
    select(
        _decided.output_id,
        _decided.decided_at,
        _decided.model,
        _decided.policy_version,
    )
    .select_from(sampling_decisions)
    .outerjoin(review_tasks, and_(review_tasks.c.output_id == _decided.output_id, DECIDES))
    .where(
        _decided.selected.in_([True, False]),  # so that the index serves, which begins with it
        _decided.decided_at >= bindparam("since", type_=_decided.decided_at.type),
        _decided.decided_at < bindparam("until", type_=_decided.decided_at.type),
        _decided.route == bindparam("route", type_=_decided.route.type),
        _decided.stratum != literal_column("''"),
        or_(review_tasks.c.known.is_(None), review_tasks.c.known == literal_column("''")),
    )
    .order_by(_decided.decided_at, _decided.output_id)
)
_body: ColumnElement[str] = type_coerce(outputs.c.body, Text)
_plain = cast(func.replace(func.replace(_body, "\\\\", BACKSLASH), "\\u", ESCAPE), postgresql.JSONB)
_SHORT: dict[str, ColumnElement[str]] = {
    "sqlite": func.json_remove(_body, *(f"$.{name}" for name in LONG)),
    "postgresql": cast(_plain.op("-")(cast(postgresql.array(LONG), postgresql.ARRAY(Text))), Text),
}
_BODIES = {
    name: select(outputs.c.output_id, short.label("body")).where(one_of(outputs.c.output_id))
    for name, short in _SHORT.items()
}


def columns(connection: Connection, since: datetime, until: datetime, route: str) -> Iterator[OutputBlock]:
    """Every output of this route decided on in [since, until) but known answers, by the time of the decision."""
    found: Result[Any] = connection.execute(
        _DECISIONS, {"since": since, "until": until, "route": route}, execution_options={"yield_per": AT_ONCE}
    )
    for page in found.partitions():
        yield _block(connection, page)


def _block(connection: Connection, page: Sequence[Row[Any]]) -> OutputBlock:
    ids = [row.output_id for row in page]
    bodies = in_pieces(connection, _BODIES[connection.dialect.name], ids)
    measured = {row["output_id"]: _measured(_decoded(row["body"])) for row in bodies}
    numbers = np.array([measured[output_id][0] for output_id in ids], np.float64).T
    moments = [row.decided_at.astimezone(UTC).replace(tzinfo=None) for row in page]
    return OutputBlock(
        output_ids=tuple(ids),
        decided_at=np.array(moments, "datetime64[us]"),
        characters=numbers[0],
        latency_ms=numbers[1],
        tokens=numbers[2],
        prompt_tokens=numbers[3],
        confidence=numbers[4],
        models=tuple(row.model for row in page),
        prompts=tuple(measured[output_id][1] for output_id in ids),
        policies=tuple(row.policy_version for row in page),
    )


def _decoded(body: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(body.replace(ESCAPE, "\\u").replace(BACKSLASH, "\\\\"))
    return found


def _measured(body: dict[str, Any]) -> tuple[tuple[float | None, ...], str]:
    """Characters, milliseconds, tokens, those of the prompt, and confidence of an output; the version of its prompt."""
    usage = body["usage"]
    tokens = (sum(usage), usage[0]) if usage else (None, None)
    numbers = len(body["completion"]), body["latency_ms"], *tokens, body["confidence"]
    return numbers, prompt_versions.version(prompt_versions.system_turns(body["prompt"]), body["metadata"])
