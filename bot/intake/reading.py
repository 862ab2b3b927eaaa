"""From the bytes of a body to outputs: a batch is judged item by item, and one bad item spoils no other."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from pydantic import ValidationError

from bot.intake import limits, problems, wire
from bot.intake.problems import FieldError, Problem, ProblemFound
from reviewers.model import Output

# The branches of `prompt` are named in pydantic's paths, but not in the body.
_BRANCHES = frozenset({"text", "chat"})

_MESSAGES: Mapping[str, str] = {
    "missing": "is required",
    "extra_forbidden": "is not a field here. Check its spelling; values of your own go under metadata",
    "string_type": "must be text",
    "string_unicode": "contains half of a surrogate pair, which is no character; remove it",
    "string_too_short": "is empty",
    "string_too_long": "has more than {max_length:,} characters; shorten it",
    "string_pattern_mismatch": "may hold letters, digits and . _ : @ + ~ = - only, a letter or digit first",
    "dict_type": "must be an object",
    "list_type": "must be a list",
    "too_short": "is an empty list",
    "too_long": "has more than {max_length:,} entries",
    "model_type": "must be an object",
    "model_attributes_type": "must be an object",
    "literal_error": "must be one of {expected}",
    "float_type": "must be a number",
    "int_type": "must be a whole number",
    "finite_number": "must be a finite number; leave the field out where there is none",
    "bool_type": "must be true or false",
    "greater_than_equal": "must be at least {ge:g}",
    "less_than_equal": "must be at most {le:g}",
    "datetime_from_date_parsing": "must be a date and time such as 2026-11-23T14:02:00Z",
    "datetime_parsing": "must be a date and time such as 2026-11-23T14:02:00Z",
    "rule": "{message}",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    """An output that breaks a rule; `output_id` is empty when not even that could be read."""

    output_id: str
    errors: tuple[FieldError, ...]

    @property
    def problem(self) -> Problem:
        """As it is told."""
        return problems.invalid(self.errors)


@dataclass(frozen=True, kw_only=True, slots=True)
class Parcel:
    """What one request brought, in its order."""

    entries: tuple[Output | Refusal, ...]
    is_batch: bool


def read_parcel(body: bytes, *, now: datetime, submitted_by: str) -> Parcel:
    """One output, or `{"outputs": […]}`. Raises ProblemFound when the body as a whole cannot be read."""
    content = parse_json(body)
    if not isinstance(content, dict):
        raise _whole("", 'must be one output as a JSON object, or {"outputs": [...]}')
    if "outputs" not in content:
        return Parcel(entries=(read_item(content, now=now, submitted_by=submitted_by),), is_batch=False)
    items = content["outputs"]
    if len(content) > 1:
        other = next(name for name in content if name != "outputs")
        raise _whole(_name(other), "stands beside outputs; a batch has outputs only")
    if not isinstance(items, list) or not items:
        raise _whole("outputs", f"must be a list of 1 to {limits.MAX_BATCH} outputs")
    if len(items) > limits.MAX_BATCH:
        raise _whole("outputs", f"has {len(items):,} entries; send at most {limits.MAX_BATCH} in one request")
    entries = tuple(read_item(item, now=now, submitted_by=submitted_by) for item in items)
    return Parcel(entries=entries, is_batch=True)


def read_item(content: object, *, now: datetime, submitted_by: str) -> Output | Refusal:
    """One output from parsed JSON."""
    try:
        item = wire.OutputIn.model_validate(content)
    except ValidationError as error:
        return Refusal(output_id=id_of(content), errors=field_errors(error))
    return wire.to_output(item, now=now, submitted_by=submitted_by)


def parse_json(body: bytes) -> Any:
    """Parse at once; what the fast parser refuses (NaN, half surrogates, huge numbers) is looked at by the patient one,
    so that the message can name the field. Raises ProblemFound for what is not JSON at all."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        pass
    try:
        return json.loads(body.decode("utf-8"))  # bytes would be taken for UTF-16 where they look like it
    except UnicodeDecodeError as error:
        raise _not_json(f"The body is not UTF-8: byte {error.start} cannot be read.") from None
    except RecursionError:
        raise _not_json("The body is nested too deep.") from None
    except ValueError as error:
        place = f"line {error.lineno}, column {error.colno}: " if isinstance(error, json.JSONDecodeError) else ""
        words = error.msg if isinstance(error, json.JSONDecodeError) else "a number has too many digits"
        raise _not_json(f"The body is not JSON: {place}{words}.") from None


def field_errors(error: ValidationError) -> tuple[FieldError, ...]:
    """The first errors, each with the path of its field and a sentence that says what to do."""
    found = error.errors(include_url=False, include_input=False)[: limits.MAX_ERRORS]
    return tuple(_field_error(dict(each)) for each in found)


def _field_error(each: dict[str, Any]) -> FieldError:
    context = each.get("ctx", {})
    template = _MESSAGES.get(each["type"])
    message = template.format(**context) if template and (context or "{" not in template) else str(each["msg"])
    return FieldError(field=(_path(each["loc"]) or "body") + _printable(str(context.get("path", ""))), message=message)


def _path(location: tuple[int | str, ...]) -> str:
    """`("passages", 2, "text")` is `passages[2].text`."""
    path = ""
    for position, part in enumerate(location):
        if position == 1 and location[0] == "prompt" and part in _BRANCHES:
            continue
        path += f"[{part}]" if isinstance(part, int) else f".{_name(part)}"
    return path.removeprefix(".")


def _name(name: str) -> str:
    return _printable(name[:80])


def _printable(text: str) -> str:
    """Names in a body are anybody's: a half surrogate in one must not break the answer."""
    return text[:300].encode("utf-8", "backslashreplace").decode()


def id_of(content: object) -> str:
    """The id that a body gives, good or not; empty when there is none."""
    given = content.get("output_id") if isinstance(content, dict) else None
    return _printable(given[: limits.MAX_NAME]) if isinstance(given, str) else ""


def _whole(field: str, message: str) -> ProblemFound:
    return ProblemFound(problems.invalid([FieldError(field=field or "body", message=message)]))


def _not_json(detail: str) -> ProblemFound:
    return ProblemFound(Problem(kind=problems.NOT_JSON, detail=detail))
