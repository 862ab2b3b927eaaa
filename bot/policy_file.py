"""The policy file: a TOML text, read into a Policy, with the line of every mistake and what to write instead.

README, "The policy" and "Routes", has a whole example; `policy_schema` says what each setting may be.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from bot.policy_lines import Place, line_of, lines_of
from bot.policy_schema import PolicyText, RouteText, RuleText
from reviewers.errors import Invalid
from reviewers.model import AfterDue, JsonValue, Match, OnDisagreement, OnTimeout, Policy, Route, Rule

DEFAULT_TEXT = ""  # all defaults
VERSION_LENGTH = 12  # hexadecimal characters of the text's hash: 48 bits are plenty for the policies of one team
VALUE_LENGTH = 40  # characters of a wrong value that are repeated
TABLES: Mapping[str, type[BaseModel]] = {"rules": RuleText, "routes": RouteText}
CONDITIONS = ("tags", "models", "metadata")

Table = Mapping[str, Any]  # as tomllib reads it, not yet checked


@dataclass(frozen=True, kw_only=True, slots=True)
class Mistake:
    """One thing that is wrong in the file."""

    line: int  # 1-based; 0 where the file as a whole is meant
    message: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.message}" if self.line else self.message


class PolicyMistakes(Invalid):
    """The policy file cannot be used; `mistakes` lists everything that is wrong with it at once."""

    def __init__(self, name: str, mistakes: list[Mistake]) -> None:
        super().__init__("policy", "\n".join(f"{name}, {mistake}" for mistake in mistakes))
        self.mistakes = mistakes


def read_policy(path: Path | None) -> Policy:
    """The policy in this file, or the default one without a file. Raises PolicyMistakes."""
    if path is None:
        return parse_policy(DEFAULT_TEXT, "the default policy")
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PolicyMistakes(str(path), [Mistake(line=0, message=f"cannot be read: {error}")]) from error
    return parse_policy(text, path.name)


def parse_policy(text: str, name: str) -> Policy:
    """Text -> Policy; the version is the hash of the text. Raises PolicyMistakes with every mistake and its line."""
    try:
        read = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PolicyMistakes(name, [_no_toml(text, error)]) from error
    lines = lines_of(text)
    found = [Mistake(line=line_of(place, lines), message=told) for place, told in _together(read)]
    try:
        parsed = PolicyText.model_validate(read)
    except ValidationError as error:
        found += [_mistake(problem["loc"], problem["type"], problem["input"], lines) for problem in error.errors()]
        parsed = PolicyText()
    if found:
        raise PolicyMistakes(name, sorted(dict.fromkeys(found), key=lambda mistake: mistake.line))
    return _policy(parsed, hashlib.sha256(text.encode()).hexdigest()[:VERSION_LENGTH])


def _no_toml(text: str, error: tomllib.TOMLDecodeError) -> Mistake:
    found = re.search(r"\(at line (\d+)", str(error))
    message = re.sub(r" \(at .*\)$", "", str(error))
    return Mistake(line=int(found.group(1)) if found else text.count("\n") + 1, message=message)


def _policy(parsed: PolicyText, version: str) -> Policy:
    return Policy(
        version=version,
        uniform_rate=parsed.uniform_rate,
        risk_threshold=parsed.risk_threshold,
        unmarked_rate=parsed.unmarked_rate,
        double_review=parsed.double_review,
        gold_rate=parsed.gold_rate,
        rules=tuple(_rule(text) for text in parsed.rules),
        routes=tuple(_route(text, parsed.leads) for text in parsed.routes),
        channel=parsed.channel,
        show=parsed.show,
        reviewers=tuple(parsed.reviewers),
        leads=tuple(parsed.leads),
        due_hours=parsed.due_hours,
        hold_minutes=parsed.hold_minutes,
        on_timeout=OnTimeout(parsed.on_timeout),
        minutes_per_week=parsed.minutes_per_week,
        reviews_per_week=parsed.reviews_per_week,
        slice_by=parsed.slice_by,
        slice_power=parsed.slice_power,
        backlog_reviews=parsed.backlog_reviews,
        cluster_by=parsed.cluster_by,
        release_target=parsed.release_target,
        release_below_proven=parsed.release_below_proven,
    )


def _rule(text: RuleText) -> Rule:
    metadata: dict[str, JsonValue] = dict(text.metadata)
    return Rule(
        name=text.name,
        tags=tuple(text.tags),
        models=tuple(text.models),
        metadata=metadata,
        rate=text.rate,
        channel=text.channel,
    )


def _route(text: RouteText, leads: Sequence[str]) -> Route:
    """A route that names no leads has those of the policy."""
    metadata: dict[str, JsonValue] = dict(text.metadata)
    changed = {
        "match": Match(tags=tuple(text.tags), models=tuple(text.models), metadata=metadata),
        "reviewers": tuple(text.reviewers),
        "leads": tuple(text.leads or leads),
        "skills": {person: tuple(tags) for person, tags in text.skills.items()},
        "on_disagreement": OnDisagreement(text.on_disagreement),
        "after_due": AfterDue(text.after_due),
        "on_timeout": OnTimeout(text.on_timeout),
    }
    return Route(**text.model_dump(exclude=set(CONDITIONS)) | changed)


def _mistake(loc: Place, kind: str, value: object, lines: dict[Place, int]) -> Mistake:
    """What is wrong with one setting, in our words."""
    inside = loc[0] in TABLES and len(loc) > 2
    schema = TABLES[str(loc[0])] if inside else PolicyText
    place = loc[:3] if inside else loc[:1]
    key = str(place[-1])
    if kind == "extra_forbidden":
        message = f"{key!r} is not a setting{_meant(key, list(schema.model_fields))}"
    elif kind == "missing":
        message = f"{key!r} is missing: write {schema.model_fields[key].description}"
    elif loc[0] in TABLES and not inside:
        place, message = loc, f"{str(loc[0])!r} holds {_shown(value)}: write tables [[{loc[0]}]]"
    else:
        verb = "is" if len(loc) == len(place) else "holds"
        message = f"{key!r} {verb} {_shown(value)}: write {schema.model_fields[key].description}"
    return Mistake(line=line_of(place, lines), message=message)


def _meant(key: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(key, known, n=1, cutoff=0.6)
    return f". Did you mean {near[0]!r}?" if near else f". Known here: {', '.join(known)}"


def _shown(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= VALUE_LENGTH else f"{text[: VALUE_LENGTH - 1]}…"


def _together(read: Table) -> Iterator[tuple[Place, str]]:
    """What is wrong with settings that are fine each by itself. The text is not checked yet, so nothing is assumed."""
    for number, rule in enumerate(_tables(read, "rules")):
        if not any(rule.get(name) for name in CONDITIONS):
            yield ("rules", number), "a rule needs tags, models or metadata"
    yield from _unproven(read, ())
    yield from _budget(read, ())
    first: dict[str, int] = {}
    takes_all = ""
    for number, route in enumerate(_tables(read, "routes")):
        name = str(route.get("name", ""))
        if name and first.setdefault(name, number) != number:
            yield ("routes", number, "name"), f"two routes are called {name!r}: give this one another name"
        if takes_all:
            message = f"the route {takes_all!r} before it takes every output: give that one tags, or write it last"
            yield ("routes", number), message
        yield from _in_route(route, ("routes", number))
        yield from _budget(route, ("routes", number))
        yield from _unproven(route, ("routes", number))
        if not any(route.get(key) for key in CONDITIONS) and not {"risk_from", "risk_below"} & set(route):
            takes_all = takes_all or name


def _in_route(route: Table, place: Place) -> Iterator[tuple[Place, str]]:
    low, high = route.get("risk_from"), route.get("risk_below")
    if isinstance(low, (int, float)) and isinstance(high, (int, float)) and low >= high:
        yield (*place, "risk_below"), f"'risk_below' is {high}, so nothing is at least {low} and below it: raise it"
    people = route.get("reviewers")
    named = [str(one) for one in people] if isinstance(people, list) else []
    has_groups = any(one.startswith("S") for one in named)
    quorum = route.get("quorum", 1)
    if named and not has_groups and isinstance(quorum, int) and quorum > len(set(named)):
        message = f"'quorum' is {quorum}, but 'reviewers' names {len(set(named))}: name more people, or lower it"
        yield (*place, "quorum"), message
    if route.get("assign") is True and not named:
        yield (*place, "assign"), "'assign' gives each answer to one reviewer: name them in 'reviewers'"
    skills = route.get("skills")
    if named and not has_groups and isinstance(skills, Mapping):
        for one in sorted(set(skills) - set(named)):
            yield (*place, "skills", one), f"'skills' names {one!r}, who is not among 'reviewers': add them there"
    if route.get("hold") is False:
        for key in sorted({"hold_minutes", "on_timeout", "release_below_proven"} & set(route)):
            yield (*place, key), f"{key!r} says nothing where hold = false: remove it, or write hold = true"


def _unproven(table: Table, place: Place) -> Iterator[tuple[Place, str]]:
    if table.get("release_below_proven") is True and "release_target" not in table:
        message = (
            "'release_below_proven' needs 'release_target': say how much of what leaves may be wrong, such as 0.05"
        )
        yield (*place, "release_below_proven"), message


def _budget(table: Table, place: Place) -> Iterator[tuple[Place, str]]:
    """Settings of the budget, of a route or of the policy itself."""
    if {"minutes_per_week", "reviews_per_week"} <= set(table):
        yield (*place, "reviews_per_week"), "'minutes_per_week' is there already: keep one of the two"
    if "slice_power" in table and not table.get("slice_by"):
        yield (*place, "slice_power"), "'slice_power' says nothing without slices: add 'slice_by', or remove it"
    if not {"minutes_per_week", "reviews_per_week"} & set(table):
        for key in sorted({"slice_power", "backlog_reviews"} & set(table)):
            yield (*place, key), f"{key!r} says nothing without a budget: add 'minutes_per_week', or remove it"


def _tables(read: Table, name: str) -> list[Table]:
    found = read.get(name)
    return [one if isinstance(one, Mapping) else {} for one in found] if isinstance(found, list) else []
