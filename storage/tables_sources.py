"""The tables of documents that changed, and of what became of the answers that rest on them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Index, Integer, Table, UniqueConstraint
from sqlmodel import SQLModel

from storage.columns import Id, JsonText, UtcDateTime, column, running

APPEND_ONLY = ("source_changes", "source_reopenings")


class SourceChangeRow(SQLModel, table=True):
    """One document that says something else than before."""

    __tablename__ = "source_changes"
    __table_args__ = (
        UniqueConstraint("change_id", name="uq_source_changes_change_id"),
        Index("ix_source_changes_at", "changed_at", "position"),
    )

    position: int = running()
    change_id: str = column(Id)
    document: str = column(JsonText())
    title: str = column(JsonText())
    address: str = column(JsonText())
    removed: bool = column(Boolean())
    sentences: Any = column(JsonText())
    changed_at: datetime = column(UtcDateTime())


class ReopeningRow(SQLModel, table=True):
    """That the answers which rest on a change were looked for."""

    __tablename__ = "source_reopenings"
    __table_args__ = (UniqueConstraint("change_id", name="uq_source_reopenings_change_id"),)

    position: int = running()
    change_id: str = column(Id)
    ended_at: datetime = column(UtcDateTime())
    resting: int = column(Integer())
    reopened: int = column(Integer())


source_changes: Table = SQLModel.metadata.tables["source_changes"]
source_reopenings: Table = SQLModel.metadata.tables["source_reopenings"]
