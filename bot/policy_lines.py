"""Where things stand in a TOML text: the line of every table and key, so that a mistake can be pointed at."""

from __future__ import annotations

import re

Place = tuple[str | int, ...]  # ("routes", 1, "quorum")

_WORD = r"""(?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')"""
_KEYS = rf"{_WORD}(?:\s*\.\s*{_WORD})*"
_HEADER = re.compile(rf"^\s*(\[\[?)\s*({_KEYS})\s*\]")
_SETTING = re.compile(rf"^\s*({_KEYS})\s*=(.*)$")
_QUOTED = re.compile(r'"(?:\\.|[^"\\])*"|\'[^\']*\'')
_FENCE = re.compile(r'"""|\'\'\'')


def lines_of(text: str) -> dict[Place, int]:
    """The 1-based line where each table and key of a TOML text begins; what stands inside a value has none."""
    found: dict[Place, int] = {}
    tables: dict[Place, int] = {}  # arrays of tables: how many there are so far
    table: Place = ()
    depth, fenced = 0, False
    for number, line in enumerate(text.splitlines(), start=1):
        value = line
        if depth == 0 and not fenced:
            if header := _HEADER.match(line):
                table = _opened(header, tables)
                found.setdefault(table, number)
                continue
            setting = _SETTING.match(line)
            if setting is None:
                continue
            found.setdefault((*table, *_parts(setting.group(1))), number)
            value = setting.group(2)
        fenced = fenced is not bool(len(_FENCE.findall(value)) % 2)
        if not fenced:
            depth = max(0, depth + _nesting(value))
    return found


def line_of(place: Place, lines: dict[Place, int]) -> int:
    """The line of this place, or of the nearest that holds it; 0 where none stands in the text."""
    return next((lines[place[:end]] for end in range(len(place), 0, -1) if place[:end] in lines), 0)


def _opened(header: re.Match[str], tables: dict[Place, int]) -> Place:
    """The place of a table's header; a table inside an array belongs to the array's newest table."""
    place: Place = ()
    parts = _parts(header.group(2))
    for part in parts[:-1]:
        place = (*place, part)
        if place in tables:
            place = (*place, tables[place] - 1)
    place = (*place, parts[-1])
    if header.group(1) == "[[":
        tables[place] = tables.get(place, 0) + 1
        return (*place, tables[place] - 1)
    return place


def _parts(keys: str) -> list[str]:
    return [part.strip("\"'") for part in re.findall(_WORD, keys)]


def _nesting(value: str) -> int:
    bare = _QUOTED.sub("", value).partition("#")[0]
    return sum(bare.count(sign) for sign in "[{") - sum(bare.count(sign) for sign in "]}")
