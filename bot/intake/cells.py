"""Cells of tables as fields of an output.

Columns are named as the fields of an output on the wire: output_id, prompt, completion, model, model_version, tags,
passages, token_logprobs, samples, confidence, latency_ms, usage, created_at, metadata, hold. Besides:

- `prompt_tokens` and `completion_tokens` together make `usage`; `metadata.NAME` is one value of the metadata.
- In text, lists and objects are JSON (`tags` may also be words with `;` between them); a `prompt` that is a JSON list
  of {role, content} is a chat, any other text is text; `hold` is true or false.
- An empty cell is a field that is not given.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson

from bot.intake.wire import OutputIn
from reviewers.errors import Invalid

KNOWN = (*OutputIn.model_fields, "prompt_tokens", "completion_tokens")
REQUIRED = tuple(name for name, field in OutputIn.model_fields.items() if field.is_required())
METADATA = "metadata."
_TRUE, _FALSE = ("true", "1", "yes"), ("false", "0", "no")


def columns(header: Sequence[str]) -> list[str]:
    """The column names. Raises Invalid (`file`) for unknown, doubled and missing ones, all at once."""
    names = [name.strip() for name in header]
    unknown = [name for name in names if name not in KNOWN and not name.startswith(METADATA)]
    doubled = sorted({name for name in names if names.count(name) > 1})
    missing = [name for name in REQUIRED if name not in names]
    problems = (
        (missing, "columns are missing"),
        (doubled, "columns stand there twice"),
        (unknown, f"columns are not known; name them {METADATA}… to keep their values"),
    )
    found = [f"{', '.join(repr(name) for name in which)}: {words}" for which, words in problems if which]
    if found:
        raise Invalid("file", ". ".join(found) + ".")
    return names


def fields(row: Mapping[str, Any]) -> dict[str, Any]:
    """What the row would be as JSON of the API. Raises Invalid with the column's name as the field."""
    given = {name: _plain(value) for name, value in row.items()}
    given = {name: value for name, value in given.items() if value is not None and value != ""}
    content = {name: _read(name, value) for name, value in given.items() if name in OutputIn.model_fields}
    tokens = {name: _number(name, given[name]) for name in ("prompt_tokens", "completion_tokens") if name in given}
    if tokens:
        content["usage"] = tokens
    named = {name.removeprefix(METADATA): value for name, value in given.items() if name.startswith(METADATA)}
    if named:
        content["metadata"] = _object(content.get("metadata", {})) | named
    return content


def _read(name: str, value: Any) -> Any:
    reader = _READERS.get(name)
    return reader(name, value) if reader and isinstance(value, str) else value


def _json(name: str, value: str) -> Any:
    try:
        return orjson.loads(value)
    except (orjson.JSONDecodeError, UnicodeEncodeError) as error:
        raise Invalid(name, f"is not JSON ({error})") from None


def _prompt(_: str, value: str) -> Any:
    """A chat only when it is a list of turns: a prompt may well be JSON, or begin with a bracket."""
    if not value.lstrip().startswith("["):
        return value
    try:
        content = orjson.loads(value)
    except (orjson.JSONDecodeError, UnicodeEncodeError):
        return value
    turns = isinstance(content, list) and bool(content)
    return content if turns and all(isinstance(turn, dict) and "role" in turn for turn in content) else value


def _tags(name: str, value: str) -> Any:
    if value.lstrip().startswith("["):
        return _json(name, value)
    return [tag.strip() for tag in value.split(";") if tag.strip()]


def _number(name: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return int(value) if value.strip().lstrip("-").isdigit() else float(value)
    except ValueError:
        raise Invalid(name, "must be a number") from None


def _truth(name: str, value: str) -> bool:
    word = value.strip().lower()
    if word not in _TRUE + _FALSE:
        raise Invalid(name, "must be true or false")
    return word in _TRUE


def _moment(_: str, value: str) -> str:
    return value.strip()


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Invalid("metadata", "must be an object")
    return value


_READERS: Mapping[str, Callable[[str, str], Any]] = {
    "prompt": _prompt,
    "tags": _tags,
    "passages": _json,
    "token_logprobs": _json,
    "samples": _json,
    "usage": _json,
    "metadata": _json,
    "confidence": _number,
    "latency_ms": _number,
    "created_at": _moment,
    "hold": _truth,
}


def _plain(value: Any) -> Any:
    """Values of Parquet as JSON has them: a struct's absent fields are left out, a map is an object."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items() if inner is not None}
    if isinstance(value, list):
        if value and all(isinstance(each, tuple) and len(each) == 2 for each in value):
            return {str(name): _plain(inner) for name, inner in value}
        return [_plain(each) for each in value]
    return value  # what JSON does not have is refused by the wire model, by field
