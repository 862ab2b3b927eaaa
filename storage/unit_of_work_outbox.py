"""The outbox: effects on Slack that are due, leased to one worker at a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, exists, func, literal_column, select, true, update

from reviewers.ports import OutboxItem
from storage import rows
from storage.tables import outbox
from storage.unit_of_work_statements import every, insert_once, one_of

# Written out and not bound: only then does a database see that a partial index holds all the rows that are asked for.
_WAITS = outbox.c.state == literal_column("'waiting'")

_before = outbox.alias("before")
# Items of a line (a task, a direct message) go out in the order in which they were added. That is the order in which
# they fell due, for their writers take turns (`Tasks.lock`); and it is the only one that a later writer can never get
# in front of.
_IS_NEXT_OF_TASK = ~exists().where(
    _before.c.state == literal_column("'waiting'"),
    _before.c.line == outbox.c.line,
    _before.c.position < outbox.c.position,
)

_ADD = insert_once(outbox)
_DUE = (
    select(outbox)
    .where(_WAITS, outbox.c.free_at <= bindparam("now"), _IS_NEXT_OF_TASK)
    .order_by(outbox.c.free_at, outbox.c.position)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True, of=outbox)  # SQLite leaves it out: it has one writer
)
_LEASE = (
    update(outbox)
    .where(one_of(outbox.c.key))
    .values(
        free_at=bindparam("until"),
        worker=bindparam("holder"),
        attempts=outbox.c.attempts + 1,
        outcome_unknown=outbox.c.outcome_unknown | outbox.c.leased,
        leased=true(),
        first_attempt_at=func.coalesce(outbox.c.first_attempt_at, bindparam("began", type_=outbox.c.free_at.type)),
    )
)
_THIS = outbox.c.key == bindparam("this")
_DONE = update(outbox).where(_THIS).values(state="done", leased=False)
_RETRY = update(outbox).where(_THIS, _WAITS)
_GIVE_UP = update(outbox).where(_THIS, _WAITS).values(state="dead", leased=False, last_error=bindparam("error"))
_REVIVE = (
    update(outbox)
    .where(outbox.c.state == literal_column("'dead'"))
    .values(state="waiting", due_at=bindparam("at"), free_at=bindparam("at"), leased=False, attempts=0)
)
_NEXT = select(outbox.c.free_at).where(_WAITS, _IS_NEXT_OF_TASK).order_by(outbox.c.free_at, outbox.c.position).limit(1)
_DEAD = select(outbox).where(outbox.c.state == literal_column("'dead'")).order_by(outbox.c.position)


class SqlOutbox:
    """Implements `reviewers.ports.Outbox`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, item: OutboxItem) -> None:
        """Store; an item with the same key is ignored, also when the first one is done."""
        self._connection.execute(_ADD, rows.outbox_row(item))

    def claim_due(self, *, limit: int, now: datetime, lease_seconds: float, worker: str) -> list[OutboxItem]:
        """Lease due items, the one that waits longest first; `attempts` counts those before this one."""
        found = every(self._connection, _DUE, now=now, limit=limit)
        if not found:
            return []
        values = {"until": now + timedelta(seconds=lease_seconds), "holder": worker, "began": now}
        self._connection.execute(_LEASE, {"ids": [row["key"] for row in found], **values})
        return [
            replace(
                rows.to_outbox_item(row),
                outcome_unknown=row["outcome_unknown"] or row["leased"],
                first_attempt_at=row["first_attempt_at"] or now,
            )
            for row in found
        ]

    def done(self, key: str) -> None:
        """It took effect. The key stays taken."""
        self._connection.execute(_DONE, {"this": key})

    def retry(self, key: str, *, at: datetime, error: str, outcome_unknown: bool) -> None:
        """Due again at `at`; nothing happens when it is done or dead."""
        values = {"due_at": at, "free_at": at, "leased": False, "outcome_unknown": outcome_unknown, "last_error": error}
        self._connection.execute(_RETRY.values(**values), {"this": key})

    def put_off(self, key: str, at: datetime) -> None:
        """Due again at `at`, one attempt fewer than the claim counted."""
        values = {"due_at": at, "free_at": at, "leased": False, "attempts": outbox.c.attempts - 1}
        self._connection.execute(_RETRY.values(**values), {"this": key})

    def give_up(self, key: str, error: str) -> None:
        """Keep it as dead; what waits behind it for the same task goes on."""
        self._connection.execute(_GIVE_UP, {"this": key, "error": error})

    def revive(self, at: datetime) -> int:
        """Dead items wait again, each behind what its task was told before."""
        return self._connection.execute(_REVIVE, {"at": at}).rowcount

    def next_due(self) -> datetime | None:
        """When `claim_due` may next return something: the earliest due time, or end of a lease."""
        moment: datetime | None = self._connection.execute(_NEXT).scalar()
        return moment

    def dead(self) -> list[OutboxItem]:
        """What was given up, in the order of adding."""
        return [rows.to_outbox_item(row) for row in every(self._connection, _DEAD)]
