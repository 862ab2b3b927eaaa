"""How review tasks stood at a moment, from rows that are only added and from times that have passed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, and_, bindparam, case, exists, func, literal_column, or_, select, true

from reviewers.model import TaskState
from reviewers.model.past_tasks import TaskCount
from storage.tables import releases, resolutions, review_tasks, sampling_decisions
from storage.tables_selection import selection_cuts
from storage.unit_of_work_statements import DECIDES, every

_decided = sampling_decisions.c
_task = review_tasks.c
_newer = resolutions.alias("newer")
_AS_OF = bindparam("as_of", type_=_task.created_at.type)
_RESOLVED = exists().where(
    resolutions.c.task_id == _task.task_id,
    resolutions.c.outcome != literal_column("'withdrawn'"),
    resolutions.c.resolved_at <= _AS_OF,
    ~exists().where(
        _newer.c.task_id == resolutions.c.task_id,
        _newer.c.revision > resolutions.c.revision,
        _newer.c.resolved_at <= _AS_OF,
    ),
)
_CUT = exists().where(
    selection_cuts.c.output_id == _task.output_id, ~selection_cuts.c.kept, selection_cuts.c.cut_at <= _AS_OF
)
_TIMED_OUT = or_(
    and_(~_task.hold, _task.times_out_at <= _AS_OF),
    exists().where(
        releases.c.output_id == _task.output_id,
        releases.c.state == literal_column("'timed_out'"),
        releases.c.decided_at <= _AS_OF,
    ),
)
_STATE = case(
    (_RESOLVED, literal_column("'resolved'")),
    (_CUT, literal_column("'cut'")),
    (_TIMED_OUT, literal_column("'timed_out'")),
    else_=literal_column("'open'"),
)
_EACH = (
    select(_STATE.label("state"), _task.created_at)
    .select_from(sampling_decisions)
    .join(review_tasks, and_(_task.output_id == _decided.output_id, DECIDES))
    .where(
        _decided.selected == true(),
        _decided.decided_at >= bindparam("since", type_=_decided.decided_at.type),
        _decided.decided_at < bindparam("until", type_=_decided.decided_at.type),
        _decided.route == bindparam("route", type_=_decided.route.type),
        _decided.stratum != literal_column("''"),
        _task.known == literal_column("''"),
        _task.created_at <= _AS_OF,
    )
    .subquery()
)
_COUNTS = select(_EACH.c.state, func.count().label("tasks"), func.min(_EACH.c.created_at).label("oldest_at")).group_by(
    _EACH.c.state
)


def standing(connection: Connection, since: datetime, until: datetime, route: str, as_of: datetime) -> list[TaskCount]:
    """The tasks of the selected outputs of this route decided on in [since, until), by their state at that moment."""
    found = every(connection, _COUNTS, since=since, until=until, route=route, as_of=as_of)
    counts = [TaskCount(state=TaskState(row["state"]), tasks=row["tasks"], oldest_at=row["oldest_at"]) for row in found]
    return sorted(counts, key=lambda one: one.state)
