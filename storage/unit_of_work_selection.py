"""Decisions, with the cuts of queues in their chances; plans; and the cuts themselves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, select

from reviewers.model import Cut, HourCount, MadePlan, PastOutput, PeriodOutputs, SamplingDecision
from reviewers.model.output_block import OutputBlock
from storage import rows, rows_selection
from storage.tables import sampling_decisions
from storage.tables_selection import selection_cuts, selection_plans
from storage.unit_of_work_columns import columns
from storage.unit_of_work_cuts import kept_so_far
from storage.unit_of_work_past import past
from storage.unit_of_work_samples import period_outputs, traffic
from storage.unit_of_work_statements import EVER, every, first, insert_once

_ADD_DECISION = insert_once(sampling_decisions)
_DECISION = select(sampling_decisions, kept_so_far()).where(sampling_decisions.c.output_id == bindparam("output_id"))


class SqlDecisions:
    """Implements `reviewers.ports.Decisions`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, batch: Sequence[SamplingDecision]) -> None:
        """Store; the first decision on an output counts."""
        if batch:
            ordered = sorted(batch, key=lambda decision: decision.output_id)
            self._connection.execute(_ADD_DECISION, [rows.decision_row(decision) for decision in ordered])

    def get(self, output_id: str) -> SamplingDecision | None:
        """The decision on this output."""
        row = first(self._connection, _DECISION, output_id=output_id)
        return rows.to_decision(row) if row else None

    def sample(
        self,
        since: datetime,
        until: datetime,
        *,
        route: str | None = None,
        selected_only: bool = False,
        as_of: datetime | None = None,
    ) -> PeriodOutputs:
        """Every output decided on in [since, until), or every selected one; with what was found until a moment."""
        return period_outputs(self._connection, since, until, route, selected_only=selected_only, as_of=as_of or EVER)

    def past(self, since: datetime, until: datetime) -> Iterator[PastOutput]:
        """Every output decided on in [since, until), with its decision and outcome."""
        return past(self._connection, since, until)

    def columns(self, since: datetime, until: datetime, *, route: str) -> Iterator[OutputBlock]:
        """What every output of this route decided on in [since, until) tells."""
        return columns(self._connection, since, until, route)

    def traffic(self, since: datetime, until: datetime, *, route: str | None = None) -> list[HourCount]:
        """How many outputs were decided on in each hour."""
        return traffic(self._connection, since, until, route)


_ADD_PLAN = insert_once(selection_plans)
_PLAN = select(selection_plans).where(selection_plans.c.version == bindparam("version"))
_NEWEST = (
    select(selection_plans)
    .where(selection_plans.c.route == bindparam("route", type_=selection_plans.c.route.type))
    .order_by(selection_plans.c.position.desc())
    .limit(1)
)


class SqlPlans:
    """Implements `reviewers.ports.Plans`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, made: MadePlan) -> None:
        """Append; a second one of the same version is ignored."""
        self._connection.execute(_ADD_PLAN, rows_selection.plan_row(made))

    def get(self, version: str) -> MadePlan | None:
        """The plan of this version."""
        row = first(self._connection, _PLAN, version=version)
        return rows_selection.to_plan(row) if row else None

    def newest(self, route: str) -> MadePlan | None:
        """The newest plan of this route."""
        row = first(self._connection, _NEWEST, route=route)
        return rows_selection.to_plan(row) if row else None


_ADD_CUT = selection_cuts.insert()
_OF_OUTPUT = (
    select(selection_cuts)
    .where(selection_cuts.c.output_id == bindparam("output_id"))
    .order_by(selection_cuts.c.position)
)


class SqlCuts:
    """Implements `reviewers.ports.Cuts`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, cuts: Sequence[Cut]) -> None:
        """Append, one row a task."""
        if cuts:
            self._connection.execute(_ADD_CUT, [rows_selection.cut_row(cut) for cut in cuts])

    def of(self, output_id: str) -> list[Cut]:
        """The cuts of this output's task, the oldest first."""
        return [rows_selection.to_cut(row) for row in every(self._connection, _OF_OUTPUT, output_id=output_id)]
