"""A digest as JSON and back, so that it can be stored, compared byte for byte, and drawn again.

Keys are sorted, characters beyond ASCII escaped, times in UTC; numbers are written so that reading gives the same
number. A union of types is told apart by the names of the fields.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from reviewers.model.digest import Digest
from reviewers.model.outputs import JsonValue

Value = TypeVar("Value")


def to_json(digest: Digest) -> str:
    """The digest as JSON text; equal digests give the same bytes."""
    return _text(digest)


def from_json(text: str) -> Digest:
    """The digest of such a text. A field that came later has its default."""
    return from_values(Digest, json.loads(text))


def differing(first: Digest, second: Digest) -> tuple[str, ...]:
    """The names of the fields in which the texts of two digests differ; none: they are the same, byte for byte."""
    named = [field.name for field in fields(Digest)]
    return tuple(name for name in named if _text(getattr(first, name)) != _text(getattr(second, name)))


def _text(value: object) -> str:
    return json.dumps(to_values(value), sort_keys=True, separators=(",", ":"), allow_nan=False)


def to_values(value: object) -> JsonValue:
    """A frozen value of these modules as JSON values."""
    if is_dataclass(value):
        return {field.name: to_values(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, tuple):
        return [to_values(one) for one in value]
    if value is None or isinstance(value, str | int | float):
        return value
    raise TypeError(f"{type(value).__name__} is no part of a digest")


def from_values(kind: type[Value], found: Mapping[str, Any]) -> Value:
    """The value of this type that `to_values` made these of."""
    described: Any = kind
    kinds = _kinds(described)
    return kind(**{name: _read(kinds[name], value) for name, value in found.items() if name in kinds})


def _read(kind: Any, found: Any) -> Any:
    if isinstance(kind, UnionType):
        return None if found is None else _read(_chosen(kind, found), found)
    if get_origin(kind) is tuple:
        return tuple(_read(get_args(kind)[0], one) for one in found)
    if is_dataclass(kind):
        return from_values(kind, found)  # type: ignore[arg-type]
    if kind is datetime:
        return datetime.fromisoformat(found)
    return kind(found) if kind is float or issubclass(kind, StrEnum) else found


def _chosen(union: UnionType, found: Any) -> Any:
    """The only type but None, or the dataclass that has all fields found and lacks none that it needs."""
    kinds = [kind for kind in get_args(union) if kind is not NoneType]
    if len(kinds) == 1:
        return kinds[0]
    return next(kind for kind in kinds if _needed(kind) <= found.keys() <= _kinds(kind).keys())


@cache
def _kinds(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)


@cache
def _needed(kind: Any) -> frozenset[str]:
    return frozenset(one.name for one in fields(kind) if _has_no_default(one))


def _has_no_default(field: Field[Any]) -> bool:
    return field.default is MISSING and field.default_factory is MISSING
