"""The table of what is computed once of each output."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Boolean, Float, LargeBinary, Table, Text
from sqlmodel import SQLModel

from storage.columns import UtcDateTime, column, key


class FeaturesRow(SQLModel, table=True):
    """Of one output; a vector is its numbers as float16, the low byte first, so half its bytes are its width."""

    __tablename__ = "output_features"

    output_id: str = key("outputs.output_id", primary=True)
    embedder: str = column(Text())
    question: bytes | None = column(LargeBinary(), optional=True)
    answer: bytes | None = column(LargeBinary(), optional=True)
    language: str = column(Text())
    refusal: bool = column(Boolean())
    citation_missing: bool | None = column(Boolean(), optional=True)
    similarity: float | None = column(Float(), optional=True)
    made_at: datetime = column(UtcDateTime())


output_features: Table = SQLModel.metadata.tables["output_features"]
