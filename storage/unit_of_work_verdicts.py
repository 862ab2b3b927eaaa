"""Verdicts, marks and resolutions: only ever appended, and the database refuses anything else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, exists, literal_column, select
from sqlalchemy.dialects import postgresql

from reviewers.errors import Conflict
from reviewers.model import AuditEntry, ClaimMark, Draft, Resolution, Verdict
from storage import rows, unit_of_work_audit
from storage.tables import drafts, marks, openings, resolutions, verdicts
from storage.unit_of_work_statements import IDS_AT_ONCE, added, every, first, insert_once, one_of

_APPEND = insert_once(verdicts)
_RESOLVE = insert_once(resolutions)
_MARK = marks.insert()
_OF_TASK = select(verdicts).where(verdicts.c.task_id == bindparam("task_id")).order_by(verdicts.c.position)
_RESOLUTION = (
    select(resolutions)
    .where(resolutions.c.task_id == bindparam("task_id"))
    .order_by(resolutions.c.revision.desc())
    .limit(1)
)
_MARKS = (
    select(marks)
    .where(marks.c.task_id == bindparam("task_id"), marks.c.reviewer == bindparam("reviewer"))
    .order_by(marks.c.position)
)
_later = verdicts.alias("later")
_VOTED = select(verdicts.c.task_id).where(
    one_of(verdicts.c.task_id),
    verdicts.c.reviewer == bindparam("reviewer"),
    verdicts.c.kind != literal_column("'withdrawn'"),
    ~exists().where(
        _later.c.task_id == verdicts.c.task_id,
        _later.c.reviewer == verdicts.c.reviewer,
        _later.c.revision > verdicts.c.revision,
    ),
)
_OPENING = insert_once(openings)
_new_draft = postgresql.insert(drafts)  # compiles for both databases
_KEEP_DRAFT = _new_draft.on_conflict_do_update(
    index_elements=[drafts.c.task_id, drafts.c.reviewer],
    set_={name: _new_draft.excluded[name] for name in ("text", "reasons", "kept_at")},
)
_DRAFT = select(drafts).where(drafts.c.task_id == bindparam("task_id"), drafts.c.reviewer == bindparam("reviewer"))


class SqlVerdicts:
    """Implements `reviewers.ports.Verdicts`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def append(self, verdict: Verdict) -> None:
        """Store; raises Conflict when (task, reviewer, revision) is taken, and the transaction can go on."""
        if not added(self._connection, _APPEND, rows.verdict_row(verdict)):
            raise Conflict(f"Revision {verdict.revision} of this reviewer's verdict on the task was recorded before.")

    def for_task(self, task_id: str) -> list[Verdict]:
        """In the order of recording."""
        return [rows.to_verdict(row) for row in every(self._connection, _OF_TASK, task_id=task_id)]

    def resolve(self, resolution: Resolution) -> None:
        """Append a resolution; raises Conflict when (task, revision) is taken, and the transaction can go on."""
        if not added(self._connection, _RESOLVE, rows.resolution_row(resolution)):
            raise Conflict(f"Revision {resolution.revision} of the task's resolution was recorded before.")

    def resolution(self, task_id: str) -> Resolution | None:
        """The newest, a withdrawn one too."""
        row = first(self._connection, _RESOLUTION, task_id=task_id)
        return rows.to_resolution(row) if row else None

    def keep_marks(self, task_id: str, reviewer: str, marks: Sequence[ClaimMark], at: datetime) -> None:
        """Append the marks of one person."""
        if marks:
            self._connection.execute(_MARK, [rows.mark_row(task_id, reviewer, mark, at) for mark in marks])

    def marks(self, task_id: str, reviewer: str) -> list[ClaimMark]:
        """The newest mark of each claim, by claim number."""
        found = every(self._connection, _MARKS, task_id=task_id, reviewer=reviewer)
        newest = {row["claim_number"]: rows.to_mark(row) for row in found}
        return [newest[number] for number in sorted(newest)]

    def voted(self, reviewer: str, task_ids: Sequence[str]) -> set[str]:
        """Those of the tasks on which this person's newest verdict was not taken back."""
        found: set[str] = set()
        for start in range(0, len(task_ids), IDS_AT_ONCE):
            some = list(task_ids[start : start + IDS_AT_ONCE])
            found.update(row["task_id"] for row in every(self._connection, _VOTED, ids=some, reviewer=reviewer))
        return found

    def note_opening(self, task_id: str, reviewer: str, at: datetime) -> None:
        """Note when this person first had the claims before them."""
        self._connection.execute(_OPENING, {"task_id": task_id, "reviewer": reviewer, "opened_at": at})

    def audit(self, since: datetime, until: datetime) -> Iterator[AuditEntry]:
        """All that was recorded in the period, in the order of time."""
        return unit_of_work_audit.audit(self._connection, since, until)

    def keep_draft(self, draft: Draft) -> None:
        """Keep what a person is writing, in place of their earlier draft of this task."""
        self._connection.execute(_KEEP_DRAFT, rows.draft_row(draft))

    def draft(self, task_id: str, reviewer: str) -> Draft | None:
        """The newest draft of this person."""
        row = first(self._connection, _DRAFT, task_id=task_id, reviewer=reviewer)
        return rows.to_draft(row) if row else None
