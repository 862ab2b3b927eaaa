"""The tables of what a deployment has of its own: tokens of the API, datasets that were built, duties that are held."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Integer, Table, Text, UniqueConstraint
from sqlmodel import SQLModel

from storage.columns import JsonText, UtcDateTime, column, key, running


class TokenRow(SQLModel, table=True):
    """A bearer token of the API, as its hash."""

    __tablename__ = "api_tokens"
    __table_args__ = (UniqueConstraint("token_hash", name="uq_api_tokens_token_hash"),)

    token_id: str = key(primary=True)
    name: str = column(Text())
    token_hash: str = column(Text())
    created_at: datetime = column(UtcDateTime())
    revoked_at: datetime | None = column(UtcDateTime(), optional=True)


class DatasetRow(SQLModel, table=True):
    """A dataset file that was built."""

    __tablename__ = "dataset_versions"
    __table_args__ = (UniqueConstraint("version", "format", name="uq_dataset_versions_version_format"),)

    position: int = running()
    version: str = column(Text())
    format: str = column(Text())
    path: str = column(Text())
    examples: int = column(Integer())
    policy_versions: Any = column(JsonText())
    built_at: datetime = column(UtcDateTime())


class LeaseRow(SQLModel, table=True):
    """Who holds a named duty, such as the clock, and until when."""

    __tablename__ = "leases"

    name: str = key(primary=True)
    holder: str = column(Text())
    expires_at: datetime = column(UtcDateTime())


api_tokens: Table = SQLModel.metadata.tables["api_tokens"]
dataset_versions: Table = SQLModel.metadata.tables["dataset_versions"]
leases: Table = SQLModel.metadata.tables["leases"]
