"""A period's outputs as columns, read in pieces and without any text, and how many there were by the hour.

Two reads: outputs that were not selected need their decision alone, and they are nearly all; selected ones are joined
with their task and its newest resolution. A million rows take a few seconds, and about seventy bytes each.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import (
    BigInteger,
    Connection,
    Row,
    Select,
    Text,
    and_,
    bindparam,
    cast,
    exists,
    extract,
    false,
    func,
    literal_column,
    select,
    true,
    type_coerce,
)

from reviewers.decisions import overflow
from reviewers.decisions.overflow import Drawn, Lot, Met
from reviewers.model import HourCount, Outcome, PeriodOutputs, Stratum
from storage.rows import kept_so_far
from storage.tables import resolutions, review_tasks, sampling_decisions
from storage.tables_selection import selection_cuts
from storage.unit_of_work_statements import DECIDES, EVER, every

AT_ONCE = 20_000  # rows in memory as rows
NOT_REVIEWED = frozenset({None, Outcome.WITHDRAWN.value})
_HOUR = 3600
_EXACT = "datetime64[us]"  # as moments are kept
_decided = sampling_decisions.c
_IN_PERIOD = (
    _decided.decided_at >= bindparam("since", type_=_decided.decided_at.type),
    _decided.decided_at < bindparam("until", type_=_decided.decided_at.type),
)
_IN_ROUTE = (_decided.route == bindparam("route", type_=_decided.route.type), _decided.stratum != literal_column("''"))
# As they lie in the table: the few different values of a column are decoded once each, and not a million times.
_PLAIN = (
    _decided.risk,
    _decided.inclusion_probability,
    _decided.cluster,
    _decided.stratum,
    type_coerce(_decided.route, Text).label("route"),
    type_coerce(_decided.slice, Text).label("slice"),
    type_coerce(_decided.model, Text).label("model"),
)
_AS_OF = bindparam("as_of", type_=resolutions.c.resolved_at.type)
_newer = resolutions.alias("newer")
_newer_cut = selection_cuts.alias("newer_cut")


def period_outputs(
    connection: Connection,
    since: datetime,
    until: datetime,
    route: str | None,
    *,
    selected_only: bool,
    as_of: datetime,
) -> PeriodOutputs:
    """Every output decided on in [since, until), of one route or of all; or of these every selected one.

    Resolutions and cuts that came after `as_of` are unseen.
    """
    values = {"since": since, "until": until} | ({} if route is None else {"route": route})
    rest, drawn = _rest(connection, route), _drawn(connection, route)
    read = _Columns()
    if not selected_only:
        for tuples in _tuples(connection, rest, values):
            read.add(tuples)
    for page in _pages(connection, drawn, values | {"as_of": as_of}):
        read.add_selected(page)
    return read.done({} if selected_only else _lots(connection, values | {"as_of": as_of}))


def cuts_met(connection: Connection, since: datetime, until: datetime) -> dict[str, list[Met]]:
    """What the cuts so far left of outputs decided on in [since, until) that were not selected, by route."""
    values = {"since": since, "until": until, "as_of": EVER}
    lots, read = _lots(connection, values), _Columns()
    if lots:
        for page in _pages(connection, _drawn(connection, None), values):
            read.add_selected(page)
    return {json.loads(route): cuts for route, cuts in read.met(lots).items()}


def traffic(connection: Connection, since: datetime, until: datetime, route: str | None) -> list[HourCount]:
    """How many outputs were decided on in each hour of [since, until)."""
    hour = _hour(connection)
    asked = select(hour, func.count().label("outputs")).where(_decided.selected.in_([True, False]), *_IN_PERIOD)
    values: dict[str, Any] = {"since": since, "until": until}
    if route is not None:
        asked, values = asked.where(*_IN_ROUTE), values | {"route": route}
    found = every(connection, asked.group_by(hour).order_by(hour), **values)
    return [HourCount(hour=datetime.fromtimestamp(row["hour"], UTC), outputs=row["outputs"]) for row in found]


def _rest(connection: Connection, route: str | None) -> Select[Any]:
    asked = select(_moment(connection), *_PLAIN).where(_decided.selected == false(), *_IN_PERIOD)
    return asked if route is None else asked.where(*_IN_ROUTE)


def _drawn(connection: Connection, route: str | None) -> Select[Any]:
    """With the chance that its cuts left, the task, and what the task's newest resolution came to."""
    asked = (
        select(
            _moment(connection),
            *_PLAIN,
            selection_cuts.c.kept_so_far,
            selection_cuts.c.kept,
            selection_cuts.c.cut_at,
            review_tasks.c.task_id,
            review_tasks.c.known,
            review_tasks.c.sent_by,
            resolutions.c.outcome,
        )
        .select_from(sampling_decisions)
        .outerjoin(review_tasks, and_(review_tasks.c.output_id == _decided.output_id, DECIDES))
        .outerjoin(
            resolutions,
            and_(
                resolutions.c.task_id == review_tasks.c.task_id,
                resolutions.c.resolved_at <= _AS_OF,
                ~exists().where(
                    _newer.c.task_id == resolutions.c.task_id,
                    _newer.c.revision > resolutions.c.revision,
                    _newer.c.resolved_at <= _AS_OF,
                ),
            ),
        )
        .outerjoin(
            selection_cuts,
            and_(
                selection_cuts.c.output_id == _decided.output_id,
                selection_cuts.c.cut_at <= _AS_OF,
                ~exists().where(
                    _newer_cut.c.output_id == selection_cuts.c.output_id,
                    _newer_cut.c.position > selection_cuts.c.position,
                    _newer_cut.c.cut_at <= _AS_OF,
                ),
            ),
        )
        .where(_decided.selected == true(), *_IN_PERIOD)
    )
    return asked if route is None else asked.where(*_IN_ROUTE)


def _hour(connection: Connection) -> Any:
    """The second since 1970 in which the hour of a decision begins."""
    seconds = cast(extract("epoch", _decided.decided_at), BigInteger)
    if connection.dialect.name == "postgresql":  # its cast rounds, SQLite's cuts off
        seconds = cast(func.floor(extract("epoch", _decided.decided_at)), BigInteger)
    return (seconds - seconds % _HOUR).label("hour")


def _moment(connection: Connection) -> Any:
    """SQLite keeps moments as text that numpy reads; of PostgreSQL it takes microseconds."""
    if connection.dialect.name == "sqlite":
        return type_coerce(_decided.decided_at, Text)
    return cast(extract("epoch", _decided.decided_at) * 1_000_000, BigInteger)


def _pages(connection: Connection, asked: Select[Any], values: dict[str, Any]) -> Iterator[Sequence[Row[Any]]]:
    yield from connection.execute(asked, values, execution_options={"yield_per": AT_ONCE}).partitions()


def _tuples(connection: Connection, asked: Select[Any], values: dict[str, Any]) -> Iterator[Sequence[Any]]:
    """On SQLite as the driver gives them: of a million rows, making SQLAlchemy's takes most of the time."""
    if connection.dialect.name != "sqlite":  # there a cursor on the server has rows ahead in it
        yield from _pages(connection, asked, values)
        return
    with closing(connection.execute(asked, values)) as result:
        cursor = result.cursor
        assert cursor is not None, "a SELECT has one"
        while page := cursor.fetchmany(AT_ONCE):
            yield page


def _lots(connection: Connection, values: Mapping[str, Any]) -> dict[str, list[Lot]]:
    """Each cut until then that outputs of the period were in, the oldest first, by route as it lies in the table."""
    cut, hour = selection_cuts.c, _hour(connection)
    route = type_coerce(_decided.route, Text).label("route")
    asked = (
        select(route, cut.reaches_from, cut.cut_at, cut.keep_probability, hour, func.count().label("waited"))
        .select_from(selection_cuts)
        .join(sampling_decisions, _decided.output_id == cut.output_id)
        .where(
            cut.cut_at >= bindparam("since", type_=_decided.decided_at.type),
            cut.cut_at <= _AS_OF,
            _decided.selected == true(),
            _decided.stratum == literal_column(f"'{Stratum.DRAWN.value}'"),
            *_IN_PERIOD,
        )
        .group_by(route, cut.reaches_from, cut.cut_at, cut.keep_probability, hour)
        .order_by(func.min(cut.position))
    )
    asked = asked if "route" not in values else asked.where(*_IN_ROUTE)
    found: dict[tuple[str, datetime, datetime, float], dict[int, int]] = {}
    for row in every(connection, asked, **values):
        lot = (row["route"], row["reaches_from"], row["cut_at"], row["keep_probability"])
        found.setdefault(lot, {})[int(row["hour"]) // _HOUR] = row["waited"]
    by_route: dict[str, list[Lot]] = {}
    for (name, since, at, keep), waited in found.items():
        lot_ = Lot(reaches_from=_plain(since), cut_at=_plain(at), keep=keep, waited=waited)
        by_route.setdefault(name, []).append(lot_)
    return by_route


class _Codes:
    """Gives each different value a number, in the order of coming."""

    def __init__(self) -> None:
        self.known: dict[str, int] = {}

    def of(self, values: Sequence[str]) -> NDArray[np.int32]:
        known = self.known
        for value in dict.fromkeys(values):
            known.setdefault(value, len(known))
        return np.fromiter(map(known.__getitem__, values), np.int32, len(values))

    def plain(self) -> tuple[str, ...]:
        return tuple(self.known)

    def decoded(self) -> tuple[str, ...]:
        return tuple(json.loads(value) for value in self.known)


class _Columns:
    """The columns as they are read."""

    def __init__(self) -> None:
        self._moments: list[NDArray[np.datetime64]] = []
        self._numbers: list[NDArray[np.float64]] = []  # risk, chance
        self._clusters: list[NDArray[np.int64]] = []
        self._codes: list[NDArray[np.int32]] = []  # stratum, route, slice, model
        self._open_from: list[NDArray[np.datetime64]] = []  # as in `overflow.Drawn`
        self._picked: list[NDArray[np.bool_]] = []  # by a draw, and not sent by hand
        self._names = (_Codes(), _Codes(), _Codes(), _Codes())
        self._reviewed: list[int] = []
        self._wrong: list[bool] = []
        self._tasks: list[str] = []
        self._count = 0

    def add(self, page: Sequence[Any]) -> None:
        """Rows of outputs that were not selected: the moment, risk, chance, cluster, and the four names."""
        self._add(page)
        self._open_from.append(self._moments[-1])
        self._picked.append(np.zeros(len(page), dtype=np.bool_))

    def _add(self, page: Sequence[Any]) -> None:
        moments, risks, chances, clusters, *names = list(zip(*page, strict=True))[:8]
        numbers = np.array(
            [np.array(risks, dtype=np.float64), np.array(chances, dtype=np.float64)]  # a risk of None becomes NaN
        )
        self._moments.append(np.array(moments, dtype=_EXACT))
        self._numbers.append(numbers)
        self._clusters.append(np.array(clusters, dtype=np.int64))
        self._codes.append(np.array([codes.of(values) for codes, values in zip(self._names, names, strict=True)]))
        self._count += len(page)

    def add_selected(self, page: Sequence[Row[Any]]) -> None:
        """Rows of selected outputs; known answers are no outputs of the period."""
        kept = [row for row in page if not row.known]
        if not kept:
            return
        for place, row in enumerate(kept, start=self._count):
            if row.outcome not in NOT_REVIEWED and not row.sent_by:
                self._reviewed.append(place)
                self._wrong.append(row.outcome != Outcome.APPROVED.value)
                self._tasks.append(row.task_id)
        self._add(kept)
        self._numbers[-1][1] *= [kept_so_far(row._mapping) for row in kept]
        closed = [None if row.cut_at is None or row.kept else _plain(row.cut_at + overflow.AFTER) for row in kept]
        self._open_from.append(np.array(closed, dtype=_EXACT))
        self._picked.append(np.array([not row.sent_by for row in kept], dtype=np.bool_))

    def met(self, lots: Mapping[str, Sequence[Lot]]) -> dict[str, list[Met]]:
        """What these cuts left, by route, as what was selected tells it."""
        picked = _joined(self._picked, np.zeros(0, np.bool_))
        return {route: overflow.met(some, self._drawn(self._of(route) & picked)) for route, some in lots.items()}

    def _drawn(self, kept: NDArray[np.bool_]) -> Drawn:
        moments, open_from = (_joined(parts, np.zeros(0, _EXACT)) for parts in (self._moments, self._open_from))
        return Drawn(decided_at=moments[kept], open_from=open_from[kept])

    def _of(self, route: str) -> NDArray[np.bool_]:
        """Which of them the draw of this route decides on."""
        stratum, number, *_ = _joined(self._codes, np.zeros((4, 0), np.int32))
        drawn = self._names[0].known.get(Stratum.DRAWN.value, -1)
        mine: NDArray[np.bool_] = (stratum == drawn) & (number == self._names[1].known.get(route, -1))
        return mine

    def done(self, lots: Mapping[str, Sequence[Lot]]) -> PeriodOutputs:
        """All that was read, with the cuts in the chances that are not in them yet."""
        risk, chance = _joined(self._numbers, np.zeros((2, 0)))
        for name, cuts in self.met(lots).items():
            mine = self._of(name)
            chance[mine] *= overflow.left(cuts, self._drawn(mine))
        stratum, route, slices, model = _joined(self._codes, np.zeros((4, 0), np.int32))
        names = self._names
        return PeriodOutputs(
            decided_at=_joined(self._moments, np.zeros(0, _EXACT)),
            risk=risk,
            chance=chance,
            cluster=_joined(self._clusters, np.zeros(0, np.int64)),
            stratum=stratum,
            route=route,
            slice=slices,
            model=model,
            strata=names[0].plain(),
            routes=names[1].decoded(),
            slices=names[2].decoded(),
            models=names[3].decoded(),
            reviewed=np.array(self._reviewed, dtype=np.intp),
            wrong=np.array(self._wrong, dtype=np.bool_),
            task_ids=tuple(self._tasks),
        )


def _plain(moment: datetime) -> np.datetime64:
    return np.datetime64(moment.astimezone(UTC).replace(tzinfo=None), "us")


def _joined(parts: list[NDArray[Any]], empty: NDArray[Any]) -> NDArray[Any]:
    """The pieces one after the other, along the rows."""
    return np.concatenate([empty, *parts], axis=-1)
