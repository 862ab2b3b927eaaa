"""The history as a file: JSON lines for machines, CSV for spreadsheets, whole or not at all."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from heapq import merge
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO

from reviewers.errors import Invalid, Unavailable
from reviewers.model import AuditEntry
from reviewers.model.telling import DigestAnswer, Told
from reviewers.ports import UnitOfWork

COLUMNS = (
    "at kind what output_id number route purpose task_id by revision verdict_id supersedes seen as_lead recall reasons "
    "note text opened_at answer_id week until findings dataset"
).split()
# A spreadsheet reads a cell that begins so as a formula (OWASP, CSV Injection); an apostrophe makes it text.
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
Row = dict[str, object]


def history(uow: UnitOfWork, since: datetime, until: datetime) -> Iterator[AuditEntry | DigestAnswer]:
    """Verdicts, what they came to, and what people answered to digests, in [since, until), in the order of time."""
    verdicts: Iterable[AuditEntry | DigestAnswer] = uow.verdicts.audit(since, until)
    answers: Iterable[AuditEntry | DigestAnswer] = uow.digest_answers.between(since, until)
    yield from merge(verdicts, answers, key=lambda entry: entry.at)


def export(entries: Iterable[AuditEntry | DigestAnswer], path: Path) -> int:
    """Write the entries, as what the ending says, and return how many; a file of this name is replaced at the end.

    Raises Invalid (`file`) for another ending or a folder that is not there, and Unavailable when the disk refuses.
    """
    write = {".jsonl": _write_jsonl, ".csv": _write_csv}.get(path.suffix)
    if write is None:
        raise Invalid("file", f"{path.name}: name the file .jsonl or .csv.")
    if not path.parent.is_dir():
        raise Invalid("file", f"{path.parent} is no folder: make it first.")
    try:
        return _whole(path, lambda file: write(map(row_of, entries), file))
    except OSError as error:
        raise Unavailable(f"{path.name} could not be written: {error.strerror}. Nothing was left behind.") from error


def row_of(entry: AuditEntry | DigestAnswer) -> Row:
    """One entry as flat columns; what an entry has not is None."""
    row: Row = dict.fromkeys(COLUMNS)
    if isinstance(entry, DigestAnswer):
        return row | _answer(entry)
    row |= {
        "at": entry.at.isoformat(),
        "output_id": entry.output_id,
        "number": entry.number,
        "route": entry.route,
        "purpose": entry.purpose.value,
        "task_id": entry.task_id,
    }
    if (verdict := entry.verdict) is not None:
        return row | {
            "kind": "verdict",
            "what": verdict.kind.value,
            "by": verdict.reviewer,
            "revision": verdict.revision,
            "verdict_id": verdict.verdict_id,
            "supersedes": verdict.supersedes,
            "seen": verdict.seen,
            "as_lead": verdict.as_lead,
            "reasons": list(verdict.reasons),
            "note": verdict.note,
            "text": verdict.correction,
            "opened_at": _moment(verdict.opened_at),
        }
    resolution = entry.resolution
    assert resolution is not None
    return row | {
        "kind": "resolution",
        "what": resolution.outcome.value,
        "by": resolution.resolved_by,
        "revision": resolution.revision,
        "verdict_id": resolution.verdict_id,
        "as_lead": resolution.as_lead,
        "recall": resolution.recall,
        "reasons": list(resolution.reasons),
        "note": resolution.note,
        "text": resolution.text,
    }


def _answer(answer: DigestAnswer) -> Row:
    return {
        "at": answer.at.isoformat(),
        "kind": "digest_answer",
        "what": answer.kind.value,
        "route": answer.route,
        "by": answer.by,
        "reasons": [answer.why] if answer.why else [],
        "note": answer.note,
        "answer_id": answer.answer_id,
        "week": answer.week,
        "until": _moment(answer.until),
        "findings": [_finding(one) for one in answer.findings],
        "dataset": answer.dataset or None,
    }


def _finding(one: Told) -> str:
    """ "wrong answers: slice Fees abroad, +0.22": what it looked at, and by how much it had moved."""
    part = f"{one.part.value} {one.name}".strip()
    return f"{one.aspect.value}: {part}{'' if one.effect is None else f', {one.effect:+.3g}'}"


def cell(value: object) -> str:
    """A value for a spreadsheet: no cell of it is a formula, and none holds a lone half of a character."""
    if value is None:
        return ""
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    text = text.encode("utf-8", "replace").decode("utf-8").replace("\x00", "")
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA_SIGNS) else text


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _write_jsonl(rows: Iterator[Row], file: IO[str]) -> int:
    count = 0
    for count, row in enumerate(rows, start=1):  # noqa: B007 - the last number is how many there are
        file.write(json.dumps(row) + "\n")  # ASCII: no text can break a line
    return count


def _write_csv(rows: Iterator[Row], file: IO[str]) -> int:
    writer, count = csv.writer(file, quoting=csv.QUOTE_ALL), 0
    writer.writerow(COLUMNS)
    for count, row in enumerate(rows, start=1):  # noqa: B007
        writer.writerow([cell(row[name]) for name in COLUMNS])
    return count


def _whole(path: Path, write: Callable[[IO[str]], int]) -> int:
    with NamedTemporaryFile("w", encoding="utf-8", newline="", dir=path.parent, delete=False) as file:
        try:
            count = write(file)
            file.flush()
            os.fsync(file.fileno())
        except BaseException:
            os.unlink(file.name)
            raise
    os.replace(file.name, path)
    return count
