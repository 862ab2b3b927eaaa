"""Ad-hoc checks: leased to one worker at a time, and what came of them."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, select, update

from reviewers.model import Check
from storage import rows_people
from storage.tables_people import checks
from storage.unit_of_work_statements import every, first, insert_once, one_of

_ADD = insert_once(checks)
_THIS = checks.c.check_id == bindparam("this")
_BY_ID = select(checks).where(_THIS)
_WAITS = checks.c.finished_at.is_(None)
_DUE = (
    select(checks)
    .where(_WAITS, checks.c.free_at <= bindparam("now"))
    .order_by(checks.c.asked_at, checks.c.check_id)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True)  # SQLite leaves it out: it has one writer
)
_LEASE = (
    update(checks)
    .where(one_of(checks.c.check_id))
    .values(free_at=bindparam("until", type_=checks.c.free_at.type), worker=bindparam("holder"))
)
_FINISH = update(checks).where(_THIS, _WAITS)
_SHOWN = update(checks).where(_THIS).values(shown_channel=bindparam("place"), shown_ts=bindparam("stamp"))
_SHARE = update(checks).where(_THIS, checks.c.shared_at.is_(None))
_APART = ("check_id", "shown_channel", "shown_ts", "shared_at")  # what `finish` does not touch


class SqlChecks:
    """Implements `reviewers.ports.Checks`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, check: Check) -> None:
        """Store; a second one of the same id is ignored."""
        self._connection.execute(_ADD, rows_people.check_row(check) | {"free_at": check.asked_at, "worker": ""})

    def get(self, check_id: str) -> Check | None:
        """The check of this id."""
        row = first(self._connection, _BY_ID, this=check_id)
        return rows_people.to_check(row) if row else None

    def claim_due(self, *, limit: int, now: datetime, lease_seconds: float, worker: str) -> list[Check]:
        """Lease the oldest unfinished ones."""
        found = every(self._connection, _DUE, now=now, limit=limit)
        if found:
            ids = [row["check_id"] for row in found]
            until = now + timedelta(seconds=lease_seconds)
            self._connection.execute(_LEASE, {"ids": ids, "until": until, "holder": worker})
        return [rows_people.to_check(row) for row in found]

    def set_shown(self, check_id: str, channel: str, ts: str) -> None:
        """Where its direct message stands, or that an attempt to post it begins."""
        self._connection.execute(_SHOWN, {"this": check_id, "place": channel, "stamp": ts})

    def share(self, check_id: str, at: datetime) -> bool:
        """Keep that it was shared, once."""
        return self._connection.execute(_SHARE.values(shared_at=at), {"this": check_id}).rowcount == 1

    def finish(self, check: Check) -> None:
        """Store what came of it; one that is finished stays as it is."""
        values = {name: value for name, value in rows_people.check_row(check).items() if name not in _APART}
        self._connection.execute(_FINISH.values(**values), {"this": check.check_id})
