"""The history as a file: whole, readable by machines and spreadsheets, and harmless in both."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from bot.audit import COLUMNS, cell, export
from reviewers.errors import Invalid
from reviewers.model import VerdictKind
from reviewers.workflow.verdicts import Ballot
from tests.builders import an_output
from tests.slack.injection import CORPUS as WORDS
from tests.workflow.worlds import World

CORPUS = {name: text[:3000] for name, text in WORDS.items()}  # no longer note is taken


def exported(path: Path, *notes: str) -> int:
    """Each note is why one output was rejected, of everything that was ever recorded."""
    world = World()
    for number, note in enumerate(notes):
        (task,) = world.bring(an_output(f"o-{number}"))
        world.verdicts.record(
            Ballot(task_id=task, reviewer="U0MARA", kind=VerdictKind.REJECT, reasons=("invented",), note=note)
        )
    with world.store.read() as uow:
        now = world.clock.now()
        return export(uow.verdicts.audit(now.replace(year=now.year - 1), now.replace(year=now.year + 1)), path)


def test_json_lines_hold_every_text_as_it_is(tmp_path: Path) -> None:
    """One line a verdict and one a resolution, whatever stands in the note."""
    path = tmp_path / "history.jsonl"
    count = exported(path, *CORPUS.values())
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert len(rows) == count == 2 * len(CORPUS)
    assert {row["note"] for row in rows if row["kind"] == "verdict"} >= {note for note in CORPUS.values() if note}
    assert all(list(row) == COLUMNS for row in rows)


def test_no_cell_of_a_spreadsheet_is_a_formula(tmp_path: Path) -> None:
    """Cells that begin as formulas do are text; all others are as they were written."""
    path = tmp_path / "history.csv"
    count = exported(path, *CORPUS.values())
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == count
    for row in rows:
        assert not [value for value in row.values() if value.lstrip(" ").startswith(tuple("=+-@\t\r\n＝＋－＠"))]


@pytest.mark.parametrize(
    ("written", "stands"),
    [
        ("=1+1", "'=1+1"),
        ("  @SUM(A1)", "'  @SUM(A1)"),
        ("\tcmd", "'\tcmd"),
        ("-2+3", "'-2+3"),
        ("it is 30 days", "it is 30 days"),
        (["invented", "style"], "invented, style"),
        (None, ""),
        (True, "True"),
        ("\ud83d", "?"),
    ],
)
def test_a_cell_is_tamed(written: object, stands: str) -> None:
    """An apostrophe in front is what spreadsheets read as "this is text"."""
    assert cell(written) == stands


@pytest.mark.parametrize("name", ["history.xlsx", "history", "missing/history.csv"])
def test_what_cannot_be_written_is_said_and_leaves_nothing(tmp_path: Path, name: str) -> None:
    """Another ending, none, or a folder that is not there."""
    with pytest.raises(Invalid):
        exported(tmp_path / name)
    assert list(tmp_path.iterdir()) == []
