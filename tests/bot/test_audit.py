"""The history as a file: whole, readable by machines and spreadsheets, and harmless in both."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from bot.audit import COLUMNS, cell, export, history
from reviewers.errors import Invalid
from reviewers.model import VerdictKind
from reviewers.model.digest import Aspect
from reviewers.model.digest_parts import PartKind
from reviewers.model.telling import DigestAnswer, DigestAnswerKind, Told
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


def test_answers_to_digests_stand_between_the_verdicts(tmp_path: Path) -> None:
    """Who accepted a training on which dataset, and who found what unimportant, at the time at which they said so."""
    world = World()
    told = (
        Told(aspect=Aspect.WRONG, part=PartKind.SLICE, name="Fees abroad", rising=True, effect=0.22),
        Told(aspect=Aspect.LATENCY),
    )
    given: dict[str, Any] = {"week": "2026-W47", "route": "Card support", "by": "U0MARA"}
    accepted = DigestAnswer(
        answer_id="da-1", kind=DigestAnswerKind.ACCEPTED, at=world.clock.now(), dataset="ab12", **given
    )
    (task,) = world.bring(an_output("o-1"))
    world.clock.advance(60)
    world.verdicts.record(Ballot(task_id=task, reviewer="U0MARA", kind=VerdictKind.APPROVE))
    world.clock.advance(60)
    useless = DigestAnswer(
        answer_id="da-2",
        kind=DigestAnswerKind.NOT_USEFUL,
        at=world.clock.now(),
        why="not_important",
        note="=1+1",
        findings=told,
        **given,
    )
    with world.store.begin() as uow:
        for answer in (useless, accepted):
            uow.digest_answers.add(answer)
    path = tmp_path / "history.jsonl"
    with world.store.read() as uow:
        now = world.clock.now()
        export(history(uow, now.replace(year=now.year - 1), now.replace(year=now.year + 1)), path)
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert [row["kind"] for row in rows] == ["digest_answer", "verdict", "resolution", "digest_answer"]
    assert all(list(row) == COLUMNS for row in rows)
    first, last = rows[0], rows[-1]
    assert [first[name] for name in ("what", "by", "week", "dataset")] == ["accepted", "U0MARA", "2026-W47", "ab12"]
    assert [last[name] for name in ("what", "reasons", "note")] == ["not_useful", ["not_important"], "=1+1"]
    assert last["findings"] == ["wrong answers: slice Fees abroad, +0.22", "latency: all"]


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
