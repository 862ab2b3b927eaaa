"""`whetstone outputs import`: files of outputs, in pieces; bad lines are told by number and the rest is imported.

It can be started again at any time: ids are unique, and what was imported before is counted as `same`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from bot.intake import files, reading
from bot.intake.limits import MAX_BATCH
from bot.intake.problems import FieldError, ProblemFound
from bot.intake.reading import Refusal
from reviewers.errors import OutputConflict
from reviewers.model import Output
from reviewers.ports import Receipt, Received

Receive = Callable[[Sequence[Output]], list[Receipt]]

MOST_TOLD = 1_000  # bad lines that are kept with their reason; all are counted


@dataclass(frozen=True, kw_only=True, slots=True)
class BadLine:
    """A line (JSONL, CSV) or row (Parquet) that was not imported; numbers start at 1, and CSV's header is line 1."""

    number: int
    output_id: str  # empty when it could not be read
    errors: tuple[FieldError, ...]

    def __str__(self) -> str:
        words = "; ".join(f"{error.field}: {error.message}" for error in self.errors)
        return f"line {self.number}{f' ({self.output_id})' if self.output_id else ''}: {words}"


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportReport:
    """What became of the lines; read = received + same + bad."""

    read: int = 0
    received: int = 0
    same: int = 0  # imported before
    bad: int = 0
    told: tuple[BadLine, ...] = ()  # the first bad lines
    fraction: float = 0.0  # of the file that is done, in [0, 1]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Row:
    number: int
    entry: Output | Refusal
    fraction: float


def import_file(
    path: Path,
    receive: Receive,
    *,
    progress: Callable[[ImportReport], None] | None = None,
    now: Callable[[], datetime],
    submitted_by: str,
) -> ImportReport:
    """Import a .jsonl, .csv or .parquet file; `progress` is called after each commit of up to 500 outputs.

    Raises Invalid (`file`) when the file as a whole cannot be read, and what `receive` raises: start it again then.
    """
    report = ImportReport()
    for rows in _in_batches(_rows(path, now=now, submitted_by=submitted_by)):
        report = _with(report, rows, receive)
        if progress is not None:
            progress(report)
    return replace(report, fraction=1.0)


def _rows(path: Path, *, now: Callable[[], datetime], submitted_by: str) -> Iterator[_Row]:
    for row in files.rows(path):
        try:
            content = reading.parse_json(row.content) if isinstance(row.content, bytes) else row.content
            entry = reading.read_item(content, now=now(), submitted_by=submitted_by)
        except ProblemFound as found:
            detail = found.problem.detail.replace("The body", "The line")
            entry = Refusal(output_id="", errors=(FieldError(field="line", message=detail),))
        if row.error:
            errors = (FieldError(field=row.error.field, message=row.error.message),)
            entry = Refusal(output_id=reading.id_of(row.content), errors=errors)
        yield _Row(number=row.number, entry=entry, fraction=row.fraction)


def _in_batches(rows: Iterator[_Row]) -> Iterator[list[_Row]]:
    batch: list[_Row] = []
    for row in rows:
        batch.append(row)
        if len(batch) == MAX_BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _with(report: ImportReport, rows: Sequence[_Row], receive: Receive) -> ImportReport:
    """The report after one more commit."""
    good = [(row.number, row.entry) for row in rows if isinstance(row.entry, Output)]
    receipts = receive([output for _, output in good]) if good else []
    bad = [
        BadLine(number=row.number, output_id=row.entry.output_id, errors=row.entry.errors)
        for row in rows
        if isinstance(row.entry, Refusal)
    ]
    for (number, output), receipt in zip(good, receipts, strict=True):
        if receipt.status is Received.CONFLICT:
            error = FieldError(field="output_id", message=str(OutputConflict(output.output_id)))
            bad.append(BadLine(number=number, output_id=output.output_id, errors=(error,)))
    bad.sort(key=lambda line: line.number)
    return ImportReport(
        read=report.read + len(rows),
        received=report.received + sum(receipt.status is Received.NEW for receipt in receipts),
        same=report.same + sum(receipt.status is Received.SAME for receipt in receipts),
        bad=report.bad + len(bad),
        told=report.told + tuple(bad[: max(0, MOST_TOLD - len(report.told))]),
        fraction=rows[-1].fraction,
    )
