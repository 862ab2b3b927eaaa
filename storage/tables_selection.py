"""The tables of selection under a budget: the plans that gave chances, and what cut queues did to them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Float, Index, Table, Text, UniqueConstraint
from sqlmodel import SQLModel

from storage.columns import Id, JsonText, UtcDateTime, column, key, running


class PlanRow(SQLModel, table=True):
    """A plan of selection as it was made; the newest of a route counts."""

    __tablename__ = "selection_plans"
    __table_args__ = (
        UniqueConstraint("version", name="uq_selection_plans_version"),
        Index("ix_selection_plans_route", "route", "position"),
    )

    position: int = running()
    version: str = column(Id)
    route: str = column(JsonText())
    policy_version: str = column(Text())
    body: Any = column(JsonText())
    made_at: datetime = column(UtcDateTime())


class CutRow(SQLModel, table=True):
    """What a cut of a queue meant for one task in it."""

    __tablename__ = "selection_cuts"
    __table_args__ = (
        Index("ix_selection_cuts_output", "output_id", "position"),
        Index("ix_selection_cuts_at", "cut_at"),
    )

    position: int = running()
    output_id: str = key("sampling_decisions.output_id")
    route: str = column(JsonText())
    keep_probability: float = column(Float())
    kept_so_far: float = column(Float())
    draw: float = column(Float())
    kept: bool = column(Boolean())
    reaches_from: datetime = column(UtcDateTime())
    cut_at: datetime = column(UtcDateTime())


metadata = SQLModel.metadata
selection_plans: Table = metadata.tables["selection_plans"]
selection_cuts: Table = metadata.tables["selection_cuts"]
