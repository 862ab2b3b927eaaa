"""The policy file: a small TOML text, read into a Policy, with the line of every mistake.

uniform_rate = 0.05        # every output keeps at least this chance of being reviewed, above 0
risk_threshold = 0.40      # from this risk on an output is always reviewed
channel = "C0123456789"    # where cards go; default: the channel of the settings
show = "evidence"          # before the verdict a card shows: evidence, blind or all
reviewers = ["U0123"]      # who may decide; default: every full member of the workspace
due_hours = 24
hold_minutes = 10          # how long an output that was sent with hold waits for a person
on_timeout = "refuse"      # then it is refused, released (not verified) or held on: refuse, release, hold

[[rules]]
name = "mentions a fee"    # the card says "Rule: mentions a fee"
tags = ["fees"]            # any of these tags
models = ["helpdesk-8b"]   # any of these models
metadata = { tier = "gold" }  # all of these values
rate = 1.0                 # the chance that a match is reviewed
channel = "C0987654321"
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from reviewers.errors import Invalid
from reviewers.model import JsonValue, OnTimeout, Policy, Rule

DEFAULT_TEXT = ""  # all defaults
VERSION_LENGTH = 12  # hexadecimal characters of the text's hash: 48 bits are plenty for the policies of one team


class _RuleText(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=100)
    tags: list[str] = []
    models: list[str] = []
    metadata: dict[str, str | int | float | bool] = {}
    rate: float = Field(default=1.0, gt=0.0, le=1.0)
    channel: str = ""


class _PolicyText(BaseModel):
    model_config = ConfigDict(extra="forbid")

    uniform_rate: float = Field(default=0.05, gt=0.0, le=1.0)
    risk_threshold: float = Field(default=0.40, gt=0.0, le=1.0)
    channel: str = ""
    show: str = Field(default="evidence", pattern="^(evidence|blind|all)$")
    reviewers: list[str] = []
    due_hours: float = Field(default=24.0, gt=0.0, le=24.0 * 90)
    hold_minutes: float = Field(default=10.0, gt=0.0, le=60.0 * 24 * 30)
    on_timeout: OnTimeout = OnTimeout.REFUSE
    rules: list[_RuleText] = []


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
        parsed = _PolicyText.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"\(at line (\d+)", str(error))
        message = re.sub(r" \(at .*\)$", "", str(error))
        mistake = Mistake(line=int(found.group(1)) if found else text.count("\n") + 1, message=message)
        raise PolicyMistakes(name, [mistake]) from error
    except ValidationError as error:
        raise PolicyMistakes(name, [_mistake(text, e["loc"], e["type"], e["msg"]) for e in error.errors()]) from error
    for number, rule in enumerate(parsed.rules):
        if not (rule.tags or rule.models or rule.metadata):
            line = _line_of(text, ("rules", number))
            raise PolicyMistakes(name, [Mistake(line=line, message="a rule needs tags, models or metadata")])
    return _policy(parsed, hashlib.sha256(text.encode()).hexdigest()[:VERSION_LENGTH])


def _policy(parsed: _PolicyText, version: str) -> Policy:
    def rule(text: _RuleText) -> Rule:
        metadata: dict[str, JsonValue] = dict(text.metadata)
        return Rule(
            name=text.name,
            tags=tuple(text.tags),
            models=tuple(text.models),
            metadata=metadata,
            rate=text.rate,
            channel=text.channel,
        )

    return Policy(
        version=version,
        uniform_rate=parsed.uniform_rate,
        risk_threshold=parsed.risk_threshold,
        rules=tuple(rule(text) for text in parsed.rules),
        channel=parsed.channel,
        show=parsed.show,
        reviewers=tuple(parsed.reviewers),
        due_hours=parsed.due_hours,
        hold_minutes=parsed.hold_minutes,
        on_timeout=parsed.on_timeout,
    )


def _mistake(text: str, place: tuple[int | str, ...], kind: str, message: str) -> Mistake:
    name = str(place[-1]) if isinstance(place[-1], str) else str(next(p for p in reversed(place) if isinstance(p, str)))
    if kind == "extra_forbidden":
        known = _RuleText if place[0] == "rules" else _PolicyText
        message = f"{name!r} is not a setting. Known here: {', '.join(known.model_fields)}"
    elif kind == "missing":
        message = f"{name!r} is missing"
    else:
        message = f"{name!r}: {message[0].lower()}{message[1:]}"
    return Mistake(line=_line_of(text, place), message=message)


def _line_of(text: str, place: tuple[int | str, ...]) -> int:
    """The line where a key stands; of a missing key, the line of its table; 0 where neither stands in the text."""
    rule = next((part for part in place if isinstance(part, int)), None) if place[0] == "rules" else None
    key = next((part for part in (place[2:] if rule is not None else place) if isinstance(part, str)), None)
    table, table_line = None if rule is None else -1, 0
    for number, line in enumerate(text.splitlines(), start=1):
        stripped = line.strip()
        if stripped.startswith("[[rules]]"):
            table = (table if table is not None else -1) + 1
            if table == rule:
                table_line = number
        elif table == rule and key and re.match(rf"""["']?{re.escape(key)}["']?\s*[=.]""", stripped):
            return number
    return table_line
