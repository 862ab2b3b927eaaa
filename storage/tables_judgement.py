"""The table of what was known of each route."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, Table
from sqlmodel import SQLModel

from storage.columns import JsonText, UtcDateTime, column, running


class JudgementRow(SQLModel, table=True):
    """What was known of a route at a moment; the newest counts."""

    __tablename__ = "judgements"
    __table_args__ = (Index("ix_judgements_route", "route", "position"),)

    position: int = running()
    route: str = column(JsonText())
    body: Any = column(JsonText())
    made_at: datetime = column(UtcDateTime())


judgements: Table = SQLModel.metadata.tables["judgements"]
