"""How decisions are read with the cuts of queues in their chances."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Label, Select, select

from storage.tables import sampling_decisions
from storage.tables_selection import selection_cuts
from storage.unit_of_work_statements import one_of


def kept_so_far() -> Label[Any]:
    """What the newest cut of a decision's output says of all its cuts; NULL where it went through none."""
    return (
        select(selection_cuts.c.kept_so_far)
        .where(selection_cuts.c.output_id == sampling_decisions.c.output_id)
        .order_by(selection_cuts.c.position.desc())
        .limit(1)
        .correlate(sampling_decisions)
        .scalar_subquery()
        .label("kept_so_far")
    )


def decisions_of() -> Select[Any]:
    """Decisions as `rows.to_decision` reads them, by `one_of` their outputs."""
    return select(sampling_decisions, kept_so_far()).where(one_of(sampling_decisions.c.output_id))
