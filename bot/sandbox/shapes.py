"""The language of Block Kit's rules: a rule looks at one value and notes what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from bot.sandbox.wire import Json


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One thing that Slack would refuse, in the shape of blocks.validate's `errors`."""

    pointer: str  # JSON pointer to the value
    message: str
    code: str = "failed_constraint"
    constraint: Json | None = None

    def as_json(self) -> Json:
        """Return the error as blocks.validate tells it."""
        told: Json = {"pointer": self.pointer, "code": self.code, "message": self.message}
        return told if self.constraint is None else {**told, "constraint": self.constraint}

    def as_line(self) -> str:
        """Return the error as other methods tell it in response_metadata.messages."""
        return f"[ERROR] {self.message} [json-pointer:{self.pointer}]"


Rule = Callable[[object, str, list[Problem]], None]


def allow(_value: object, _pointer: str, _found: list[Problem]) -> None:
    """Accept anything."""


def string(limit: int | None = None, *, least: int = 0) -> Rule:
    """Ask for a string of `least` to `limit` characters."""

    def check(value: object, pointer: str, found: list[Problem]) -> None:
        if not isinstance(value, str):
            found.append(Problem(pointer=pointer, message="must be a string", code="invalid_type"))
        elif limit is not None and len(value) > limit:
            told: Json = {"type": "max_length", "expected": limit, "got": len(value)}
            found.append(Problem(pointer=pointer, message=f"must be less than {limit + 1} characters", constraint=told))
        elif len(value) < least:
            told = {"type": "min_length", "expected": least, "got": len(value)}
            found.append(Problem(pointer=pointer, message=f"must be more than {least - 1} characters", constraint=told))

    return check


def boolean(value: object, pointer: str, found: list[Problem]) -> None:
    """Ask for true or false."""
    if not isinstance(value, bool):
        found.append(Problem(pointer=pointer, message="must be a boolean", code="invalid_type"))


def number(least: float | None = None, most: float | None = None, *, whole: bool = False) -> Rule:
    """Ask for a number from `least` to `most`."""
    kinds: tuple[type, ...] = (int,) if whole else (int, float)

    def check(value: object, pointer: str, found: list[Problem]) -> None:
        if isinstance(value, bool) or not isinstance(value, kinds):
            word = "an integer" if whole else "a number"
            found.append(Problem(pointer=pointer, message=f"must be {word}", code="invalid_type"))
        elif isinstance(value, (int, float)) and least is not None and value < least:
            found.append(Problem(pointer=pointer, message=f"must be at least {least}"))
        elif isinstance(value, (int, float)) and most is not None and value > most:
            found.append(Problem(pointer=pointer, message=f"must be at most {most}"))

    return check


def one_of(*allowed: str) -> Rule:
    """Ask for one of the words `allowed`."""

    def check(value: object, pointer: str, found: list[Problem]) -> None:
        if value not in allowed:
            told: Json = {"type": "enum", "expected": list(allowed), "got": value}
            found.append(Problem(pointer=pointer, message="must be a valid enum value", constraint=told))

    return check


def list_of(rule: Rule, *, most: int | None = None, least: int = 1) -> Rule:
    """Ask for a list of `least` to `most` values that each pass `rule`."""

    def check(value: object, pointer: str, found: list[Problem]) -> None:
        if not isinstance(value, list):
            found.append(Problem(pointer=pointer, message="must be an array", code="invalid_type"))
            return
        if most is not None and len(value) > most:
            told: Json = {"type": "max_items", "expected": most, "got": len(value)}
            found.append(Problem(pointer=pointer, message=f"no more than {most} items allowed", constraint=told))
        if len(value) < least:
            told = {"type": "min_items", "expected": least, "got": len(value)}
            found.append(Problem(pointer=pointer, message=f"no less than {least} items allowed", constraint=told))
        for place, item in enumerate(value):
            rule(item, f"{pointer}/{place}", found)

    return check


@dataclass(frozen=True, kw_only=True)
class Shape:
    """A JSON object: the fields it may have, those it must have, and rules that look at it as a whole."""

    fields: Mapping[str, Rule]
    required: Collection[str] = ()
    whole: tuple[Callable[[Json, str, list[Problem]], None], ...] = field(default=())

    def __call__(self, value: object, pointer: str, found: list[Problem]) -> None:
        """Note what is wrong with `value` at `pointer`."""
        if not isinstance(value, dict):
            found.append(Problem(pointer=pointer, message="must provide an object", code="invalid_type"))
            return
        before = len(found)
        for name in self.required:
            if value.get(name) is None:
                found.append(Problem(pointer=pointer, message=f"missing required field: {name}", code="missing_field"))
        for name, held in value.items():
            rule = self.fields.get(name)
            if rule is None:
                message = f"invalid additional property: {name}"
                found.append(Problem(pointer=f"{pointer}/{name}", message=message, code="unknown_field"))
            elif held is not None:
                rule(held, f"{pointer}/{name}", found)
        if len(found) == before:
            for look in self.whole:
                look(value, pointer, found)


def by_type(shapes: Mapping[str, Rule], *, among: Collection[str] | None = None) -> Rule:
    """Ask for an object whose `type` names one of `shapes` (only those `among`, if given)."""
    allowed = sorted(shapes if among is None else among)

    def check(value: object, pointer: str, found: list[Problem]) -> None:
        if not isinstance(value, dict):
            found.append(Problem(pointer=pointer, message="must provide an object", code="invalid_type"))
            return
        kind = value.get("type")
        if kind is None:
            found.append(Problem(pointer=pointer, message="missing required field: type", code="missing_field"))
        elif not isinstance(kind, str) or kind not in allowed:
            told: Json = {"type": "enum", "expected": allowed, "got": kind}
            message = f"unsupported type: {kind}"
            found.append(Problem(pointer=f"{pointer}/type", message=message, code="unsupported_type", constraint=told))
        else:
            shapes[kind](value, pointer, found)

    return check


def needs_one(*names: str) -> Callable[[Json, str, list[Problem]], None]:
    """Ask for at least one of the fields `names`."""

    def look(value: Json, pointer: str, found: list[Problem]) -> None:
        if all(value.get(name) in (None, []) for name in names):
            message = f"missing required field: {' or '.join(names)}"
            found.append(Problem(pointer=pointer, message=message, code="missing_field"))

    return look


def excludes(first: str, second: str) -> Callable[[Json, str, list[Problem]], None]:
    """Refuse an object that has both fields."""

    def look(value: Json, pointer: str, found: list[Problem]) -> None:
        if value.get(first) is not None and value.get(second) is not None:
            found.append(Problem(pointer=pointer, message=f"must not have both {first} and {second}"))

    return look
