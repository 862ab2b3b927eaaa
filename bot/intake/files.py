"""Rows of JSONL, CSV and Parquet files, streamed, each with its number."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.intake import cells
from bot.intake.limits import MEBIBYTE
from reviewers.errors import Invalid

LONGEST_LINE = 16 * MEBIBYTE  # bytes; as long as a body may be
PARQUET_ROWS = 500  # read at once
_PANDAS_INDEX = "__index_level_"  # written beside the columns by pandas
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, kw_only=True, slots=True)
class FileRow:
    """One line or row: bytes of JSON, or fields as they would stand in JSON, or why neither could be read."""

    number: int
    content: object
    fraction: float  # of the file that is read
    error: Invalid | None = None


def rows(path: Path) -> Iterator[FileRow]:
    """The rows of a file, by its ending. Raises Invalid (`file`)."""
    readers: Mapping[str, Callable[[Path], Iterator[FileRow]]] = {
        ".jsonl": _jsonl,
        ".ndjson": _jsonl,
        ".csv": _csv,
        ".parquet": _parquet,
    }
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise Invalid("file", f"{path.name} does not end in .jsonl, .ndjson, .csv or .parquet.")
    if not path.is_file():
        raise Invalid("file", f"There is no file {path}.")
    return reader(path)


def _jsonl(path: Path) -> Iterator[FileRow]:
    size = max(path.stat().st_size, 1)
    done = 0
    with path.open("rb") as file:
        number = 0
        while line := file.readline(LONGEST_LINE + 1):
            number += 1
            done += len(line)
            too_long = len(line) > LONGEST_LINE
            while too_long and not line.endswith(b"\n") and (rest := file.readline(LONGEST_LINE)):
                done += len(rest)
                line = rest
            error = Invalid("line", f"is longer than {LONGEST_LINE // MEBIBYTE} MiB") if too_long else None
            content = line.removeprefix(_BOM) if number == 1 else line
            if content.strip() or error:
                yield FileRow(number=number, content={} if error else content, fraction=done / size, error=error)


def _csv(path: Path) -> Iterator[FileRow]:
    """Columns: see `cells`. Bytes that are not UTF-8 become half surrogates, which the wire model refuses by field."""
    size = max(path.stat().st_size, 1)
    with path.open("rb") as raw, _long_fields():
        lines = _Counted(raw)
        reader = csv.reader(lines, strict=True)
        header = next(reader, None)
        if header is None:
            raise Invalid("file", f"{path.name} is empty: a CSV file begins with a line of column names.")
        columns = cells.columns(header)
        while True:
            number = reader.line_num + 1
            try:
                row = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                problem = Invalid("line", f"is not CSV: {error}")
                yield FileRow(number=number, content={}, fraction=lines.bytes / size, error=problem)
                continue
            if row:
                yield _csv_row(columns, row, number, lines.bytes / size)


def _csv_row(columns: list[str], row: list[str], number: int, fraction: float) -> FileRow:
    given = dict(zip(columns, row, strict=False))
    if len(row) > len(columns):
        error = Invalid("line", f"has {len(row)} cells, but there are {len(columns)} columns; quote cells with commas")
        return FileRow(number=number, content=given, fraction=fraction, error=error)
    return _table_row(given, number, fraction)


def _table_row(given: dict[str, Any], number: int, fraction: float) -> FileRow:
    try:
        return FileRow(number=number, content=cells.fields(given), fraction=fraction)
    except Invalid as error:
        return FileRow(number=number, content=given, fraction=fraction, error=error)


class _Counted:
    """Lines of text for the csv module, and how many bytes were read."""

    def __init__(self, raw: Any) -> None:
        self._raw = raw
        self.bytes = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._raw.readline(LONGEST_LINE)
        if not line:
            raise StopIteration
        text: str = (line.removeprefix(_BOM) if self.bytes == 0 else line).decode("utf-8", "surrogateescape")
        self.bytes += len(line)
        return text


@contextmanager
def _long_fields() -> Iterator[None]:
    """The csv module's limit of 128 KiB a cell is one for the whole process: it is set back."""
    before = csv.field_size_limit(min(LONGEST_LINE, sys.maxsize))
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _parquet(path: Path) -> Iterator[FileRow]:
    import pyarrow
    import pyarrow.parquet

    try:
        with pyarrow.parquet.ParquetFile(path) as file:
            total = max(file.metadata.num_rows, 1)
            wanted = [name for name in file.schema_arrow.names if not name.startswith(_PANDAS_INDEX)]
            cells.columns(wanted)
            number = 0
            for batch in file.iter_batches(batch_size=PARQUET_ROWS, columns=wanted):
                for content in batch.to_pylist():
                    number += 1
                    yield _table_row(content, number, number / total)
    except (pyarrow.ArrowException, OSError) as error:
        raise Invalid("file", f"{path.name} cannot be read as Parquet: {error}") from None
