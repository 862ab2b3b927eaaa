"""Review tasks, all that may be shown of them, and the releases of held outputs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    RowMapping,
    Select,
    bindparam,
    exists,
    literal_column,
    select,
    tuple_,
    update,
)

from reviewers.decisions import consensus
from reviewers.errors import NotHeld, UnknownTask
from reviewers.model import Posting, Purpose, Release, Resolution, ReviewTask, TaskState, TaskView
from reviewers.model.past_tasks import TaskCount
from storage import rows
from storage.rows_people import to_reply, to_use
from storage.tables import (
    NO_DUE_TIME,
    assessments,
    outputs,
    releases,
    resolutions,
    review_tasks,
    scores,
    verdicts,
)
from storage.tables_people import dataset_uses, replies
from storage.tables_sources import source_changes
from storage.unit_of_work_cuts import decisions_of
from storage.unit_of_work_queues import SqlQueues
from storage.unit_of_work_sources import to_change
from storage.unit_of_work_standing import standing
from storage.unit_of_work_statements import DECIDES, EVER, added, every, first, in_pieces, insert_once, one_of

RESOLVED_AT_ONCE = 100  # an output may have 100,000 characters, and so many views are in memory together

# Written out and not bound: only then does a database see that a partial index holds all the rows that are asked for.
_IS_OPEN = review_tasks.c.state == literal_column("'open'")
_IS_HELD = releases.c.state == literal_column("'held'")

_ADD = insert_once(review_tasks)
_THIS = review_tasks.c.task_id == bindparam("this")
_TASK = select(review_tasks).where(_THIS)
_LOCK = _TASK.with_for_update()  # SQLite leaves it out: there the transaction holds the only write lock
_EVERY_OF_OUTPUT = (
    select(review_tasks)
    .where(review_tasks.c.output_id == bindparam("output_id"))
    .order_by(review_tasks.c.created_at, review_tasks.c.task_id)
)
_OF_OUTPUT = select(review_tasks).where(review_tasks.c.output_id == bindparam("output_id"), DECIDES)
_OF_NUMBER = (
    select(review_tasks)
    .join(outputs, outputs.c.output_id == review_tasks.c.output_id)
    .where(outputs.c.number == bindparam("number"), DECIDES)
)
_CHANGE = update(review_tasks).where(_THIS)
_ORDER = (review_tasks.c.priority, review_tasks.c.due_order, review_tasks.c.task_id)
_OPEN = select(review_tasks).where(_IS_OPEN).order_by(*_ORDER).limit(bindparam("limit"))
_OPEN_AFTER = _OPEN.where(
    tuple_(*_ORDER)
    > tuple_(
        bindparam("priority", type_=review_tasks.c.priority.type),
        bindparam("due_order", type_=review_tasks.c.due_order.type),
        bindparam("task_id", type_=review_tasks.c.task_id.type),
    )
)
_newer = resolutions.alias("newer")
_again, _again_settled = review_tasks.alias("again"), resolutions.alias("again_settled")
_AS_OF = bindparam("as_of", type_=resolutions.c.resolved_at.type)


def _newest_of(settled: FromClause) -> tuple[ColumnElement[bool], ...]:
    """That these resolutions were the newest ones of their tasks at a moment."""
    return (
        settled.c.resolved_at <= _AS_OF,
        ~exists().where(
            _newer.c.task_id == settled.c.task_id,
            _newer.c.revision > settled.c.revision,
            _newer.c.resolved_at <= _AS_OF,
        ),
    )


_LIVE = (resolutions.c.outcome != literal_column("'withdrawn'"), *_newest_of(resolutions))
_SINCE = resolutions.c.resolved_at > bindparam("since", type_=resolutions.c.resolved_at.type)
_BELIED = exists().where(
    _again.c.output_id == review_tasks.c.output_id,
    _again.c.purpose == literal_column(f"'{Purpose.REOPENED.value}'"),
    _again_settled.c.task_id == _again.c.task_id,
    _again_settled.c.outcome.in_([literal_column("'edited'"), literal_column("'rejected'")]),
    *_newest_of(_again_settled),
)


class SqlTasks(SqlQueues):
    """Implements `reviewers.ports.Tasks`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, task: ReviewTask) -> bool:
        """Store; False when the output has a task of the same purpose and round already."""
        return added(self._connection, _ADD, rows.task_row(task))

    def get(self, task_id: str) -> ReviewTask | None:
        """The task of this id."""
        row = first(self._connection, _TASK, this=task_id)
        return rows.to_task(row) if row else None

    def for_output(self, output_id: str) -> ReviewTask | None:
        """The task that decides this output."""
        row = first(self._connection, _OF_OUTPUT, output_id=output_id)
        return rows.to_task(row) if row else None

    def of_output(self, output_id: str) -> list[ReviewTask]:
        """Every task of this output, in the order of making."""
        return [rows.to_task(row) for row in every(self._connection, _EVERY_OF_OUTPUT, output_id=output_id)]

    def by_number(self, number: int) -> ReviewTask | None:
        """The task that decides the output with this running number."""
        row = first(self._connection, _OF_NUMBER, number=number)
        return rows.to_task(row) if row else None

    def lock(self, task_id: str) -> ReviewTask:
        """Read for writing: the next writer of this task waits until the transaction ends. Raises UnknownTask."""
        row = first(self._connection, _LOCK, this=task_id)
        if row is None:
            raise UnknownTask(task_id)
        return rows.to_task(row)

    def set_posting(self, task_id: str, posting: Posting) -> None:
        """Where its card stands. Raises UnknownTask."""
        self._change(task_id, posted_channel=posting.channel, posted_ts=posting.ts)

    def set_state(self, task_id: str, state: TaskState) -> None:
        """Raises UnknownTask."""
        self._change(task_id, state=state.value)

    def set_handed_on(self, task_id: str, by: str) -> None:
        """Who was unsure. Raises UnknownTask."""
        self._change(task_id, handed_on_by=by)

    def set_claim(self, task_id: str, by: str, until: datetime | None) -> None:
        """Claim for this person, or give back. Raises UnknownTask."""
        self._change(task_id, claimed_by=by, claimed_until=until)

    def set_assigned(self, task_id: str, to: str) -> None:
        """Give to this person, or with an empty id to nobody. Raises UnknownTask."""
        self._change(task_id, assigned_to=to)

    def set_disputed(self, task_id: str, lead: str) -> None:
        """A lead decides. Raises UnknownTask."""
        self._change(task_id, state=TaskState.DISPUTED.value, lead=lead)

    def set_due(self, task_id: str, due_at: datetime | None, times_out_at: datetime | None) -> None:
        """Another due time. Raises UnknownTask."""
        self._change(task_id, due_at=due_at, times_out_at=times_out_at, due_order=due_at or NO_DUE_TIME)

    def set_batch(self, task_ids: Sequence[str], batch_id: str) -> None:
        """They wait for a batch no longer. Raises UnknownTask."""
        for task_id in task_ids:
            self._change(task_id, waits_for_batch=False, batch_id=batch_id)

    def _change(self, task_id: str, **values: object) -> None:
        if self._connection.execute(_CHANGE.values(**values), {"this": task_id}).rowcount == 0:
            raise UnknownTask(task_id)

    def open(self, *, limit: int, after: str = "") -> list[ReviewTask]:
        """Open tasks: held ones first, then by due time (none: last), then by id. Raises UnknownTask for `after`."""
        if not after:
            return [rows.to_task(row) for row in every(self._connection, _OPEN, limit=limit)]
        last = first(self._connection, _TASK, this=after)
        if last is None:
            raise UnknownTask(after)
        place = {"priority": last["priority"], "due_order": last["due_order"], "task_id": after}
        return [rows.to_task(row) for row in every(self._connection, _OPEN_AFTER, limit=limit, **place)]

    def views(self, task_ids: Sequence[str], *, as_of: datetime | None = None) -> list[TaskView]:
        """All that may be shown of these tasks, in eleven queries for any 500 of them."""
        found = _views(self._connection, list(dict.fromkeys(task_ids)), as_of)
        return [found[task_id] for task_id in task_ids if task_id in found]

    def resolved(
        self, *, route: str | None = None, since: datetime | None = None, as_of: datetime | None = None
    ) -> Iterator[TaskView]:
        """Every task with a resolution that decides its output, by output id; no answer that its source belies now."""
        asked, values = _resolved(route, since)
        values |= {"after": "", "as_of": as_of or EVER}
        while True:
            page = every(self._connection, asked, **values)
            yield from self.views([row["task_id"] for row in page], as_of=as_of)
            if len(page) < RESOLVED_AT_ONCE:
                return
            values["after"] = page[-1]["output_id"]

    def standing(self, since: datetime, until: datetime, *, route: str, as_of: datetime) -> list[TaskCount]:
        """The tasks of a period's selected outputs, by their state at a moment."""
        return standing(self._connection, since, until, route, as_of)


def _resolved(route: str | None, since: datetime | None) -> tuple[Select[Any], dict[str, Any]]:
    """A page of tasks by output id, with what it is asked for."""
    settled, values = [resolutions.c.task_id == review_tasks.c.task_id, *_LIVE], dict[str, Any]()
    if since is not None:
        settled.append(_SINCE)
        values["since"] = since
    asked = select(review_tasks.c.task_id, review_tasks.c.output_id).where(
        review_tasks.c.output_id > bindparam("after"), DECIDES, exists().where(*settled), ~_BELIED
    )
    if route is not None:
        asked = asked.where(review_tasks.c.route == bindparam("route", type_=review_tasks.c.route.type))
        values["route"] = route
    return asked.order_by(review_tasks.c.output_id).limit(RESOLVED_AT_ONCE), values


_V_TASKS = select(review_tasks).where(one_of(review_tasks.c.task_id))
_V_OUTPUTS = select(outputs).where(one_of(outputs.c.output_id))
_V_DECISIONS = decisions_of()
_V_ASSESSMENTS = select(assessments).where(one_of(assessments.c.output_id))
_V_SCORES = select(scores).where(one_of(scores.c.output_id)).order_by(scores.c.position)
_V_VERDICTS = (
    select(verdicts).where(one_of(verdicts.c.task_id), verdicts.c.recorded_at <= _AS_OF).order_by(verdicts.c.position)
)
_V_RESOLUTIONS = select(resolutions).where(one_of(resolutions.c.task_id), *_LIVE)
_V_RELEASES = select(releases).where(one_of(releases.c.output_id))
_V_REPLIES = (
    select(replies).where(one_of(replies.c.task_id), replies.c.written_at <= _AS_OF).order_by(replies.c.position)
)
_V_CHANGES = select(source_changes).where(one_of(source_changes.c.change_id))
_V_USES = (
    select(dataset_uses)
    .where(one_of(dataset_uses.c.task_id), dataset_uses.c.built_at <= _AS_OF)
    .order_by(dataset_uses.c.position)
)


def _views(connection: Connection, task_ids: Sequence[str], as_of: datetime | None) -> dict[str, TaskView]:
    """The views by task id; every part of a task is found by one query over all of them."""
    until = as_of or EVER

    def by(column: str, statement: Select[Any], ids: Sequence[str], **values: object) -> dict[str, list[RowMapping]]:
        found: dict[str, list[RowMapping]] = defaultdict(list)
        for row in in_pieces(connection, statement, ids, **values):
            found[row[column]].append(row)
        return found

    tasks = [rows.to_task(row) for row in in_pieces(connection, _V_TASKS, task_ids)]
    ids, output_ids = [task.task_id for task in tasks], [task.output_id for task in tasks]
    found_outputs = by("output_id", _V_OUTPUTS, output_ids)
    found_decisions = by("output_id", _V_DECISIONS, output_ids)
    found_assessments = by("output_id", _V_ASSESSMENTS, output_ids)
    found_scores = by("output_id", _V_SCORES, output_ids)
    found_verdicts = by("task_id", _V_VERDICTS, ids, as_of=until)
    found_resolutions = by("task_id", _V_RESOLUTIONS, ids, as_of=until)
    resolved = {one: rows.to_resolution(found[0]) for one, found in found_resolutions.items()}
    found_releases = by("output_id", _V_RELEASES, output_ids)
    found_replies = by("task_id", _V_REPLIES, ids, as_of=until)
    found_uses = by("task_id", _V_USES, ids, as_of=until)
    reopened_by = sorted({task.change_id for task in tasks if task.change_id})
    changes = {one: to_change(row[0]) for one, row in by("change_id", _V_CHANGES, reopened_by).items()}
    return {
        task.task_id: TaskView(
            task=_then(task, resolved.get(task.task_id)) if as_of else task,
            output=rows.to_output(found_outputs[task.output_id][0]),
            assessment=next(
                (
                    rows.to_assessment(row, [rows.to_score(score) for score in found_scores[task.output_id]])
                    for row in found_assessments[task.output_id]
                ),
                None,
            ),
            decision=rows.to_decision(found_decisions[task.output_id][0]),
            verdicts=tuple(rows.to_verdict(row) for row in found_verdicts[task.task_id]),
            resolution=resolved.get(task.task_id),
            release=_release_of(task, found_releases[task.output_id]),
            replies=tuple(to_reply(row) for row in found_replies[task.task_id]),
            uses=tuple(to_use(row) for row in found_uses[task.task_id]),
            change=changes.get(task.change_id),
        )
        for task in tasks
    }


def _then(task: ReviewTask, resolution: Resolution | None) -> ReviewTask:
    return replace(task, state=consensus.state_then(task.state, resolution))


def _release_of(task: ReviewTask, found: Sequence[RowMapping]) -> Release | None:
    """A second look has no say in whether its output leaves."""
    return next((rows.to_release(row) for row in found), None) if task.purpose is Purpose.REVIEW else None


_HOLD = insert_once(releases)
_RELEASE = select(releases).where(releases.c.output_id == bindparam("output_id"))
_LOCK_RELEASE = _RELEASE.with_for_update()  # SQLite leaves it out, as above
_DECIDE = update(releases).where(releases.c.output_id == bindparam("this"), _IS_HELD)
_OVERDUE = (
    select(releases)
    .where(_IS_HELD, releases.c.deadline <= bindparam("now"))
    .order_by(releases.c.deadline, releases.c.output_id)
    .limit(bindparam("limit"))
)


_STILL_HELD = (
    select(releases)
    .where(_IS_HELD, releases.c.deadline > bindparam("now"))
    .order_by(releases.c.deadline, releases.c.output_id)
)
_RECALL = (
    update(releases)
    .where(releases.c.output_id == bindparam("this"), releases.c.recalled_at.is_(None))
    .values(recalled_at=bindparam("at", type_=releases.c.recalled_at.type))
)
_RESTORE = update(releases).where(releases.c.output_id == bindparam("this")).values(recalled_at=None)


class SqlReleases:
    """Implements `reviewers.ports.Releases`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, release: Release) -> None:
        """Store; a second one of the same output is ignored."""
        self._connection.execute(_HOLD, rows.release_row(release))

    def get(self, output_id: str) -> Release | None:
        """The release of this output."""
        row = first(self._connection, _RELEASE, output_id=output_id)
        return rows.to_release(row) if row else None

    def lock(self, output_id: str) -> Release | None:
        """Read for writing: who decides it waits until the transaction ends."""
        row = first(self._connection, _LOCK_RELEASE, output_id=output_id)
        return rows.to_release(row) if row else None

    def decide(self, release: Release) -> bool:
        """Set the final state; False, and nothing changed, when it was final before. Raises NotHeld."""
        values = rows.release_row(release)
        del values["output_id"], values["held_since"]
        if self._connection.execute(_DECIDE.values(**values), {"this": release.output_id}).rowcount == 1:
            return True
        if self.get(release.output_id) is None:
            raise NotHeld(release.output_id)
        return False

    def half_waited(self, now: datetime, limit: int) -> list[Release]:
        """Still held before their deadline, with half of their time gone, the next deadline first."""
        found = [rows.to_release(row) for row in every(self._connection, _STILL_HELD, now=now)]
        half = [
            release
            for release in found
            if release.deadline is not None and now >= release.held_since + (release.deadline - release.held_since) / 2
        ]
        return half[:limit]

    def recall(self, output_id: str, at: datetime) -> None:
        """Note when people changed their mind; the first time stays, until `restore`. Raises NotHeld."""
        if self._connection.execute(_RECALL, {"this": output_id, "at": at}).rowcount == 0 and not self.get(output_id):
            raise NotHeld(output_id)

    def restore(self, output_id: str) -> None:
        """Take a recall back. Raises NotHeld."""
        if self._connection.execute(_RESTORE, {"this": output_id}).rowcount == 0:
            raise NotHeld(output_id)

    def overdue(self, now: datetime, limit: int) -> list[Release]:
        """Still held at their deadline or past it, the longest overdue first."""
        return [rows.to_release(row) for row in every(self._connection, _OVERDUE, now=now, limit=limit)]
