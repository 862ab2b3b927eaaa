"""Review tasks as people and the clock meet them: claims, assignments, batches, what is late, and what was reviewed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal_column,
    or_,
    select,
)

from reviewers.model import Purpose, Reviewed, ReviewTask, Stratum, VerdictKind
from reviewers.ports import QueueState
from storage import rows
from storage.rows_people import to_reviewed
from storage.tables import openings, outputs, resolutions, review_tasks, sampling_decisions, verdicts
from storage.tables_selection import selection_cuts
from storage.unit_of_work_cuts import kept_so_far
from storage.unit_of_work_statements import DECIDES, EVER, every

LATELY = timedelta(days=7)  # for which a queue tells what was cut

# Written out and not bound: only then does a database see that a partial index holds all the rows that are asked for.
_IS_OPEN = review_tasks.c.state == literal_column("'open'")
_WAITS = review_tasks.c.state.in_([literal_column("'open'"), literal_column("'disputed'")])
_NOT_HELD = ~review_tasks.c.hold
_ORDER = (review_tasks.c.priority, review_tasks.c.due_order, review_tasks.c.task_id)
_TASKS = select(review_tasks)
_IS_CLAIMED = review_tasks.c.claimed_by != literal_column("''")
_IS_ASSIGNED = review_tasks.c.assigned_to != literal_column("''")

_DISPUTED = _TASKS.where(review_tasks.c.state == literal_column("'disputed'")).order_by(*_ORDER)
_CLAIMED = _TASKS.where(
    _IS_OPEN,
    _IS_CLAIMED,
    review_tasks.c.claimed_by == bindparam("who"),
    review_tasks.c.claimed_until > bindparam("now"),
).order_by(*_ORDER)
_CLAIMS_ENDED = _TASKS.where(_IS_OPEN, _IS_CLAIMED, review_tasks.c.claimed_until <= bindparam("now")).order_by(
    review_tasks.c.claimed_until, review_tasks.c.task_id
)
_ASSIGNED = _TASKS.where(_IS_OPEN, _IS_ASSIGNED, review_tasks.c.assigned_to == bindparam("who")).order_by(*_ORDER)
_PAST_DUE = _TASKS.where(
    _WAITS,
    _NOT_HELD,
    review_tasks.c.due_order <= bindparam("now"),
    review_tasks.c.route == bindparam("route", type_=review_tasks.c.route.type),
).order_by(review_tasks.c.due_order, review_tasks.c.task_id)
_TO_TIME_OUT = _TASKS.where(
    _WAITS,
    _NOT_HELD,
    review_tasks.c.times_out_at.is_not(None),
    review_tasks.c.times_out_at <= bindparam("now"),
).order_by(review_tasks.c.times_out_at, review_tasks.c.task_id)
_FOR_BATCHES = _TASKS.where(review_tasks.c.waits_for_batch, _IS_OPEN).order_by(
    review_tasks.c.created_at, review_tasks.c.task_id
)
_OF_BATCH = _TASKS.where(
    review_tasks.c.batch_id != literal_column("''"), review_tasks.c.batch_id == bindparam("batch_id")
).order_by(review_tasks.c.task_id)
_LOADS = (
    select(review_tasks.c.assigned_to, func.count().label("amount"))
    .where(_IS_OPEN, _IS_ASSIGNED)
    .group_by(review_tasks.c.assigned_to)
)
_LOOKS = _TASKS.where(
    review_tasks.c.purpose != literal_column(f"'{Purpose.REVIEW.value}'"),
    review_tasks.c.created_at >= bindparam("since", type_=review_tasks.c.created_at.type),
).order_by(review_tasks.c.created_at, review_tasks.c.task_id)
_AT = (
    _TASKS.where(
        review_tasks.c.posted_ts.is_not(None),
        review_tasks.c.posted_ts == bindparam("ts"),
        review_tasks.c.posted_channel == bindparam("channel"),
    )
    .order_by(review_tasks.c.task_id)
    .limit(1)
)


def _amount(*conditions: Any) -> Any:
    return func.coalesce(func.sum(case((and_(*conditions), 1), else_=0)), 0)


_QUEUES = (
    select(
        review_tasks.c.route,
        _amount(_IS_OPEN).label("open"),
        _amount(review_tasks.c.state == literal_column("'disputed'")).label("disputed"),
        _amount(review_tasks.c.due_order <= bindparam("now")).label("past_due"),
        func.min(review_tasks.c.created_at).label("oldest_at"),
    )
    .where(or_(_IS_OPEN, review_tasks.c.state == literal_column("'disputed'")))
    .group_by(review_tasks.c.route)
)

_CUT_LATELY = (
    select(selection_cuts.c.route, func.count().label("amount"))
    .where(~selection_cuts.c.kept, selection_cuts.c.cut_at > bindparam("since", type_=selection_cuts.c.cut_at.type))
    .group_by(selection_cuts.c.route)
)
_IN_QUEUE = (
    _TASKS.join(sampling_decisions, sampling_decisions.c.output_id == review_tasks.c.output_id)
    .where(
        _IS_OPEN,
        _NOT_HELD,
        review_tasks.c.route == bindparam("route", type_=review_tasks.c.route.type),
        review_tasks.c.sent_by == literal_column("''"),
        review_tasks.c.known == literal_column("''"),
        DECIDES,
        sampling_decisions.c.stratum == literal_column(f"'{Stratum.DRAWN.value}'"),
        ~exists().where(verdicts.c.task_id == review_tasks.c.task_id),
    )
    .order_by(review_tasks.c.created_at, review_tasks.c.task_id)
)

_later, _newer = verdicts.alias("later"), resolutions.alias("newer")
_VERDICTS_AS_OF = bindparam("as_of", type_=verdicts.c.recorded_at.type)
_DECIDING: list[ColumnElement[str]] = [
    literal_column(f"'{kind.value}'") for kind in (VerdictKind.APPROVE, VerdictKind.EDIT, VerdictKind.REJECT)
]
# Deciding verdicts of a period that no later one of the same person on the task replaced.
_CURRENT: list[ColumnElement[bool]] = [
    verdicts.c.recorded_at >= bindparam("since", type_=verdicts.c.recorded_at.type),
    verdicts.c.recorded_at < bindparam("until", type_=verdicts.c.recorded_at.type),
    verdicts.c.recorded_at <= _VERDICTS_AS_OF,
    verdicts.c.kind.in_(_DECIDING),
    ~exists().where(
        _later.c.task_id == verdicts.c.task_id,
        _later.c.reviewer == verdicts.c.reviewer,
        _later.c.revision > verdicts.c.revision,
        _later.c.recorded_at <= _VERDICTS_AS_OF,
    ),
]
_IS_REOPENED = review_tasks.c.purpose == literal_column(f"'{Purpose.REOPENED.value}'")
_REVIEWED = (
    select(
        *(verdicts.c[name] for name in ("task_id", "reviewer", "kind", "as_lead", "seen", "opened_at", "recorded_at")),
        *(review_tasks.c[name] for name in ("output_id", "route", "show", "marks_draw", "sent_by", "known")),
        *(review_tasks.c[name] for name in ("purpose", "words")),
        exists()
        .where(
            openings.c.task_id == verdicts.c.task_id,
            openings.c.reviewer == verdicts.c.reviewer,
            openings.c.opened_at <= verdicts.c.recorded_at,
        )
        .label("looked_up"),
        *(resolutions.c[name] for name in ("outcome", "resolved_at", "resolved_by")),
        *(sampling_decisions.c[name] for name in ("reason", "inclusion_probability", "policy_version", "risk")),
        kept_so_far(),
        *(outputs.c[name] for name in ("model", "model_version", "received_at")),
    )
    .join(review_tasks, review_tasks.c.task_id == verdicts.c.task_id)
    .join(sampling_decisions, sampling_decisions.c.output_id == review_tasks.c.output_id)
    .join(outputs, outputs.c.output_id == review_tasks.c.output_id)
    .outerjoin(
        resolutions,
        and_(
            resolutions.c.task_id == verdicts.c.task_id,
            resolutions.c.resolved_at <= _VERDICTS_AS_OF,
            ~exists().where(
                _newer.c.task_id == resolutions.c.task_id,
                _newer.c.revision > resolutions.c.revision,
                _newer.c.resolved_at <= _VERDICTS_AS_OF,
            ),
        ),
    )
    .where(*_CURRENT, ~_IS_REOPENED)
    .order_by(verdicts.c.recorded_at, verdicts.c.position)
)
_ON_REOPENED = (
    select(func.count().label("amount"))
    .select_from(verdicts.join(review_tasks, review_tasks.c.task_id == verdicts.c.task_id))
    .where(*_CURRENT, _IS_REOPENED, review_tasks.c.route == bindparam("route", type_=review_tasks.c.route.type))
)


class SqlQueues:
    """The part of `reviewers.ports.Tasks` that lists tasks by who or what waits for them."""

    _connection: Connection

    def _listed(self, statement: Select[Any], limit: int | None = None, **values: object) -> list[ReviewTask]:
        limited = statement if limit is None else statement.limit(limit)
        return [rows.to_task(row) for row in every(self._connection, limited, **values)]

    def disputed(self, *, limit: int) -> list[ReviewTask]:
        """Disputed tasks, in the order of open ones."""
        return self._listed(_DISPUTED, limit)

    def claimed(self, by: str, now: datetime) -> list[ReviewTask]:
        """Open tasks that this person has claimed."""
        return self._listed(_CLAIMED, who=by, now=now)

    def assigned(self, to: str) -> list[ReviewTask]:
        """Open tasks that this person was given."""
        return self._listed(_ASSIGNED, who=to)

    def claims_ended(self, now: datetime, limit: int) -> list[ReviewTask]:
        """Open tasks whose claim ran out, the longest ago first."""
        return self._listed(_CLAIMS_ENDED, limit, now=now)

    def past_due(self, now: datetime, limit: int, *, route: str) -> list[ReviewTask]:
        """Of this route, at or past their due time, the longest first."""
        return self._listed(_PAST_DUE, limit, now=now, route=route)

    def to_time_out(self, now: datetime, limit: int) -> list[ReviewTask]:
        """At or past the moment when they time out, the longest first."""
        return self._listed(_TO_TIME_OUT, limit, now=now)

    def for_batches(self, limit: int) -> list[ReviewTask]:
        """Open tasks that wait for a batch, the oldest first."""
        return self._listed(_FOR_BATCHES, limit)

    def of_batch(self, batch_id: str) -> list[ReviewTask]:
        """All tasks of this batch, by id."""
        return self._listed(_OF_BATCH, batch_id=batch_id)

    def posted_at(self, channel: str, ts: str) -> ReviewTask | None:
        """The task whose card stands there; of a batch the first."""
        return next(iter(self._listed(_AT, channel=channel, ts=ts)), None)

    def looks(self, since: datetime) -> list[ReviewTask]:
        """Second looks and known answers, the oldest first."""
        return self._listed(_LOOKS, since=since)

    def loads(self) -> dict[str, int]:
        """How many open tasks each person was given."""
        return {row["assigned_to"]: row["amount"] for row in every(self._connection, _LOADS)}

    def in_queue(self, route: str) -> list[ReviewTask]:
        """Open drawn tasks of this route without a verdict, the oldest first."""
        return self._listed(_IN_QUEUE, route=route)

    def queues(self, now: datetime) -> list[QueueState]:
        """What waits in each route, by route name."""
        cut = {row["route"]: row["amount"] for row in every(self._connection, _CUT_LATELY, since=now - LATELY)}
        found = [QueueState(**row, cut=cut.get(row["route"], 0)) for row in every(self._connection, _QUEUES, now=now)]
        return sorted(found, key=lambda state: state.route)

    def reviewed(self, since: datetime, until: datetime, *, as_of: datetime | None = None) -> list[Reviewed]:
        """Current deciding verdicts recorded in [since, until), as of a moment or of now."""
        values = {"since": since, "until": until, "as_of": as_of or EVER}
        return [to_reviewed(row) for row in every(self._connection, _REVIEWED, **values)]

    def verdicts_on_reopened(self, since: datetime, until: datetime, *, route: str) -> int:
        """Current deciding verdicts on reopened answers of this route, recorded in [since, until)."""
        values = {"since": since, "until": until, "as_of": EVER, "route": route}
        (found,) = every(self._connection, _ON_REOPENED, **values)
        return int(found["amount"])
