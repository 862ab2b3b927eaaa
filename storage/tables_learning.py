"""The table of what the risk learned."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Table, Text
from sqlmodel import SQLModel

from storage.columns import JsonText, UtcDateTime, column, running


class RiskModelRow(SQLModel, table=True):
    """A risk model as it was fitted; the newest counts."""

    __tablename__ = "risk_models"

    position: int = running()
    version: str = column(Text())
    body: Any = column(JsonText())
    fitted_at: datetime = column(UtcDateTime())


risk_models: Table = SQLModel.metadata.tables["risk_models"]
