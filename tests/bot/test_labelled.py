"""Labelled files: what is read, and that every mistake is told with its line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bot.labelled import read_labelled
from bot.mistakes import SettingsMistakes

GOOD: dict[str, Any] = {"id": "a", "context": "The fee is € 3.", "output": "It is € 2.", "label": 1}


def a_file(folder: Path, *rows: object) -> Path:
    path = folder / "labelled.jsonl"
    path.write_text("\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows), encoding="utf-8")
    return path


def test_rows_are_read_in_order(tmp_path: Path) -> None:
    """What may be left out has a default; what is not known is not looked at."""
    second = GOOD | {
        "id": "b",
        "label": 0,
        "context": ["One.", "Two."],
        "source_set": "s",
        "question": "q",
        "licence": "x",
    }
    first, other = read_labelled(a_file(tmp_path, GOOD, "", second))
    assert (first.output_id, first.source_set, first.question, first.wrong) == ("a", "unnamed", "", True)
    assert (other.context, other.source_set, other.question, other.wrong) == ("One.\n\nTwo.", "s", "q", False)


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("{", "is not JSON"),
        ("[1]", "is not a JSON object"),
        (GOOD | {"label": 2}, "label must be 0 (right) or 1 (wrong), and is 2"),
        (GOOD | {"label": "1"}, "label must be 0 (right) or 1 (wrong), and is '1'"),
        (GOOD | {"label": True}, "label must be 0"),
        ({name: GOOD[name] for name in ("id", "context", "output")}, "and is missing"),
        (GOOD | {"output": " "}, "output must be text that is not empty"),
        (GOOD | {"id": 7}, "id must be text"),
        (GOOD | {"context": []}, "context must be text"),
        (GOOD | {"context": [1]}, "context must be text"),
        (GOOD | {"question": 3}, "question must be text"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, row: object, told: str) -> None:
    """The second line is the wrong one."""
    with pytest.raises(SettingsMistakes) as refused:
        read_labelled(a_file(tmp_path, GOOD | {"id": "first"}, row))
    assert refused.value.lines[0].startswith("labelled.jsonl, line 2: ")
    assert told in refused.value.lines[0]


def test_all_mistakes_are_told_at_once_up_to_twenty(tmp_path: Path) -> None:
    """Nobody mends a file line by line."""
    with pytest.raises(SettingsMistakes) as refused:
        read_labelled(a_file(tmp_path, *["{"] * 23))
    assert len(refused.value.lines) == 21
    assert refused.value.lines[-1] == "… and 3 more mistakes"


def test_an_id_stands_once(tmp_path: Path) -> None:
    """The earlier line is named."""
    with pytest.raises(SettingsMistakes, match="line 2: id 'a' stands in line 1 too"):
        read_labelled(a_file(tmp_path, GOOD, GOOD))


def test_an_empty_file_is_a_mistake(tmp_path: Path) -> None:
    """There is nothing to measure."""
    with pytest.raises(SettingsMistakes, match="has no rows"):
        read_labelled(a_file(tmp_path))
