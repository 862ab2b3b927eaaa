"""Files of outputs: three formats, bad lines by number, restartable."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bot.intake.imports import ImportReport, import_file
from reviewers.errors import Invalid, Unavailable
from reviewers.model import Message, Output, TokenUsage
from reviewers.ports import Receipt
from tests.builders import NOON
from tests.fakes import MemoryStore
from tests.intake.rig import a_body, parts


class Importing:
    """A store, and the import into it."""

    def __init__(self) -> None:
        self.store = MemoryStore()
        self._intake = parts(self.store).services.intake
        self.progress: list[ImportReport] = []

    def run(self, path: Path) -> ImportReport:
        """As the command does."""
        return import_file(
            path, self._intake.receive, progress=self.progress.append, now=lambda: NOON, submitted_by="import"
        )

    def output(self, output_id: str) -> Output:
        """As stored."""
        with self.store.read() as uow:
            found = uow.outputs.get(output_id)
        assert found is not None
        return found


def write_lines(path: Path, lines: Sequence[Any]) -> Path:
    """JSON values as they are, bytes as they are."""
    path.write_bytes(
        b"".join((each if isinstance(each, bytes) else json.dumps(each).encode()) + b"\n" for each in lines)
    )
    return path


def write_csv(path: Path, header: Sequence[str], *rows: Sequence[str]) -> Path:
    """With quotes where they are needed."""
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def told(report: ImportReport) -> list[tuple[int, str, str]]:
    """Line, id and first field of each bad line."""
    return [(line.number, line.output_id, line.errors[0].field) for line in report.told]


def test_bad_lines_are_told_by_number_and_the_rest_is_imported(tmp_path: Path) -> None:
    """Broken JSON, broken rules, broken bytes and a conflict in one file; empty lines count, but are no outputs."""
    lines = [
        a_body("a"),
        b"{broken",
        b"",
        a_body("b", confidence=7),
        b'{"output_id": "\xff"}',
        a_body("a", completion="Changed."),
        a_body("a"),
        b"[1]",
        a_body("c"),
    ]
    importing = Importing()
    report = importing.run(write_lines(tmp_path / "outputs.jsonl", lines))
    assert (report.read, report.received, report.same, report.bad, report.fraction) == (8, 2, 1, 5, 1.0)
    assert told(report) == [
        (2, "", "line"),
        (4, "b", "confidence"),
        (5, "", "line"),
        (6, "a", "output_id"),
        (8, "", "body"),
    ]
    assert str(report.told[1]) == "line 4 (b): confidence: must be at most 1"
    assert importing.output("c").created_at == NOON
    assert importing.output("c").submitted_by == "import"


def test_an_import_that_was_cut_off_goes_on_where_it_stopped(tmp_path: Path) -> None:
    """The second run finds what the first one stored, and stores the rest."""
    path = write_lines(tmp_path / "outputs.jsonl", [a_body(f"o-{number}") for number in range(1_200)])
    importing = Importing()
    receive = importing._intake.receive
    commits = 0

    def cut_off(outputs: Sequence[Output]) -> list[Receipt]:
        nonlocal commits
        commits += 1
        if commits == 3:
            raise Unavailable("The disk is full.")
        return receive(outputs)

    with pytest.raises(Unavailable):
        import_file(path, cut_off, now=lambda: NOON, submitted_by="import")
    report = importing.run(path)
    assert (report.read, report.received, report.same, report.bad) == (1_200, 200, 1_000, 0)
    assert [each.read for each in importing.progress] == [500, 1_000, 1_200]
    assert [round(each.fraction, 1) for each in importing.progress] == [0.4, 0.8, 1.0]


def test_a_byte_order_mark_is_no_part_of_the_first_line(tmp_path: Path) -> None:
    """Editors on Windows write one."""
    path = tmp_path / "outputs.ndjson"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(a_body("a")).encode())
    assert Importing().run(path).received == 1


def test_an_endless_line_is_refused_without_being_kept(tmp_path: Path) -> None:
    """And the line after it is imported."""
    path = write_lines(tmp_path / "outputs.jsonl", [b" " * (40 * 1024 * 1024), a_body("a")])
    report = Importing().run(path)
    assert (report.received, told(report)) == (1, [(1, "", "line")])
    assert "16 MiB" in report.told[0].errors[0].message


def test_csv_cells_become_fields(tmp_path: Path) -> None:
    """JSON for what is nested, words with semicolons for tags, empty cells for what is not given."""
    chat = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Fee?"}]
    header = (
        "output_id prompt completion model tags passages token_logprobs samples confidence latency_ms prompt_tokens "
        "completion_tokens created_at metadata metadata.team hold"
    ).split()
    figures = ["[-0.5, -1]", '["Two."]', "0.5", "12", "3", "4", "2026-11-23T14:00:00Z", '{"a": 1}', "north", "true"]
    rows = [
        ["a", json.dumps(chat), 'It costs\n"€ 2", roughly.', "m", "fees; cash", '["One.", {"text": "Two."}]', *figures],
        ["b", "[1] What is this?", "A footnote.", "m", '["x;y"]', *[""] * 11],
    ]
    importing = Importing()
    report = importing.run(write_csv(tmp_path / "outputs.csv", header, *rows))
    assert (report.received, report.told) == (2, ())
    first, second = importing.output("a"), importing.output("b")
    assert first.prompt == (Message(role="system", content="Be brief."), Message(role="user", content="Fee?"))
    assert first.completion == 'It costs\n"€ 2", roughly.'
    assert first.tags == ("fees", "cash")
    assert [passage.text for passage in first.passages] == ["One.", "Two."]
    assert (first.token_logprobs, first.confidence, first.latency_ms) == ((-0.5, -1.0), 0.5, 12.0)
    assert (first.samples, second.samples) == (("Two.",), ())
    assert first.usage == TokenUsage(prompt_tokens=3, completion_tokens=4)
    assert first.created_at == datetime(2026, 11, 23, 14, tzinfo=UTC)
    assert (first.metadata, first.hold) == ({"a": 1, "team": "north"}, True)
    assert (second.question, second.tags, second.hold) == ("[1] What is this?", ("x;y",), False)


def test_bad_rows_of_a_csv_are_told_by_the_line_where_they_begin(tmp_path: Path) -> None:
    """The header is line 1; a cell with line breaks moves what follows."""
    path = tmp_path / "outputs.csv"
    path.write_bytes(
        b"output_id,prompt,completion,model,hold,passages\n"
        b'a,p,"one\ntwo",m,,\n'  # lines 2 and 3
        b"b,p,c,m,perhaps,\n"  # line 4
        b"c,p,c,m,,{broken\n"
        b"d,p,c,m,,,too,many\n"
        b"e,p,\xff\xfe,m,,\n"
        b"f,p\n"
        b"\n"
        b"g,p,c,m,,\n"
    )
    report = Importing().run(path)
    assert (report.received, report.bad) == (2, 5)
    assert told(report) == [
        (4, "b", "hold"),
        (5, "c", "passages"),
        (6, "d", "line"),
        (7, "e", "completion"),
        (8, "f", "completion"),
    ]


def test_a_long_cell_of_a_csv_is_taken_and_the_limit_is_set_back(tmp_path: Path) -> None:
    """The csv module's own limit is 131,072 characters a cell."""
    before = csv.field_size_limit()
    path = write_csv(
        tmp_path / "long.csv", ["output_id", "prompt", "completion", "model"], ["a", "p", "x" * 200_000, "m"]
    )
    assert Importing().run(path).received == 1
    assert csv.field_size_limit() == before


def test_the_columns_of_a_table_are_checked_before_anything_is_imported(tmp_path: Path) -> None:
    """Missing, doubled and unknown ones are told at once."""
    path = write_csv(tmp_path / "outputs.csv", ["output_id", "prompt", "prompt", "answer"], ["a", "p", "p", "c"])
    with pytest.raises(Invalid) as found:
        Importing().run(path)
    for words in (
        "'completion', 'model': columns are missing",
        "'prompt': columns stand",
        "'answer': columns are not known",
    ):
        assert words in found.value.message


def test_rows_of_parquet_become_outputs(tmp_path: Path) -> None:
    """Structs, lists and times are read as they are; text cells as in CSV."""
    table = pa.table(
        {
            "output_id": ["a", "b", "c"],
            "prompt": pa.array([[{"role": "user", "content": "Fee?"}]] * 3),
            "completion": ["One.", "", "Three."],
            "model": ["m"] * 3,
            "tags": pa.array([["x", "y"], [], None]),
            "passages": pa.array([[{"text": "P.", "title": None}], None, None]),
            "confidence": pa.array([0.5, None, 2.0]),
            "created_at": pa.array([datetime(2026, 11, 23, 14, tzinfo=UTC)] * 3, pa.timestamp("ms", "UTC")),
            "metadata": ['{"a": [1]}', None, None],
            "hold": [True, False, False],
        }
    )
    pq.write_table(table, tmp_path / "outputs.parquet")
    importing = Importing()
    report = importing.run(tmp_path / "outputs.parquet")
    output = importing.output("a")
    assert (report.received, told(report)) == (1, [(2, "b", "completion"), (3, "c", "confidence")])
    assert (output.question, output.tags, output.passages[0].text) == ("Fee?", ("x", "y"), "P.")
    assert (output.confidence, output.metadata, output.hold) == (0.5, {"a": [1]}, True)
    assert output.created_at == datetime(2026, 11, 23, 14, tzinfo=UTC)


def test_a_time_without_a_zone_in_parquet_is_told(tmp_path: Path) -> None:
    """As over the API: a guess would be wrong for somebody."""
    columns = {name: ["x"] for name in ("output_id", "prompt", "completion", "model")}
    table = pa.table(columns | {"created_at": pa.array([datetime(2026, 11, 23)], pa.timestamp("ms"))})  # noqa: DTZ001
    pq.write_table(table, tmp_path / "outputs.parquet")
    report = Importing().run(tmp_path / "outputs.parquet")
    assert told(report) == [(1, "x", "created_at")]


@pytest.mark.parametrize("name", ["outputs.txt", "absent.jsonl", "broken.parquet", "empty.csv"])
def test_a_file_that_cannot_be_read_is_refused_as_a_whole(tmp_path: Path, name: str) -> None:
    """With a sentence, not with a traceback of a library."""
    if not name.startswith("absent"):
        (tmp_path / name).write_bytes(b"" if name.startswith("empty") else b"PAR1 no PAR1")
    with pytest.raises(Invalid) as found:
        Importing().run(tmp_path / name)
    assert found.value.field == "file"
