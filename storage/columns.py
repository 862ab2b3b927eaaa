"""Kinds of columns that both databases keep alike: ids, running numbers, moments, JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, Column, DateTime, Dialect, ForeignKey, Index, Integer, Text, TypeDecorator, text
from sqlalchemy.dialects import postgresql
from sqlmodel import Field

# Code point order on both engines: a PostgreSQL database may otherwise sort ids by the rules of a language.
Id = Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
# SQLite numbers rows by itself only in a column of exactly the type INTEGER.
Running = BigInteger().with_variant(Integer(), "sqlite")


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: aware in Python, UTC in the database. SQLite has no zones, so the naive text there means UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def as_json(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Sequence):
        return list(value)
    raise TypeError(f"{type(value).__name__} is no JSON value")


_encode = json.JSONEncoder(separators=(",", ":"), default=as_json).encode
_decode = json.JSONDecoder().decode


class JsonText(TypeDecorator[Any]):
    """JSON as plain ASCII text.

    Free text goes through it too: PostgreSQL refuses the character NUL in text, and neither engine takes a lone
    surrogate, but models write both.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else _encode(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else _decode(value)


_REFUSED = re.compile("[\\\\\x00\ud800-\udfff]")  # by a database; and what stands for it below
_STANDS_FOR_IT = re.compile(r"\\u([0-9a-f]{4})")


class SpokenId(TypeDecorator[str]):
    """An id with names in it that people gave: as it is, but for characters that a database refuses in text."""

    impl = Id
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else _REFUSED.sub(lambda found: f"\\u{ord(found[0]):04x}", value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else _STANDS_FOR_IT.sub(lambda found: chr(int(found[1], 16)), value)


def key(of: str = "", *, primary: bool = False) -> Any:
    """A text id; `of` names the column that it refers to."""
    return Field(sa_column=Column(Id, *([ForeignKey(of)] if of else []), primary_key=primary, nullable=False))


def running() -> Any:
    """A running number that the database gives, from 1 on."""
    return Field(default=None, sa_column=Column(Running, primary_key=True, autoincrement=True))


def column(kind: Any, *, optional: bool = False, default: str | None = None) -> Any:
    """A column; `default` is SQL, for one that came to a table that had rows."""
    server_default = text(default) if default is not None else None
    return Field(default=None, sa_column=Column(kind, nullable=optional, server_default=server_default))


def partial(name: str, where: str, *columns: str) -> Index:
    """An index of the rows that a poller asks for, and of no others."""
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))
