"""Tokens, dataset versions, and the counts over everything."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, bindparam, exists, func, literal_column, select, true, update

from reviewers.model import ApiToken, DatasetUse, DatasetVersion
from reviewers.ports import Counts
from storage import rows
from storage.rows_people import use_row
from storage.tables import (
    api_tokens,
    assessments,
    dataset_versions,
    outbox,
    outputs,
    resolutions,
    review_tasks,
    sampling_decisions,
    verdicts,
)
from storage.tables_people import dataset_uses
from storage.unit_of_work_statements import DECIDES, every, first, insert_once

_ADD_TOKEN = api_tokens.insert()
_BY_HASH = select(api_tokens).where(api_tokens.c.token_hash == bindparam("token_hash"))
_TOKENS = select(api_tokens).order_by(api_tokens.c.created_at, api_tokens.c.token_id)
_REVOKE = (
    update(api_tokens)
    .where(api_tokens.c.token_id == bindparam("this"), api_tokens.c.revoked_at.is_(None))
    .values(revoked_at=bindparam("at"))
)


class SqlTokens:
    """Implements `reviewers.ports.Tokens`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, token: ApiToken) -> None:
        """Store."""
        self._connection.execute(_ADD_TOKEN, rows.token_row(token))

    def by_hash(self, token_hash: str) -> ApiToken | None:
        """The token of this hash, also when it is revoked."""
        row = first(self._connection, _BY_HASH, token_hash=token_hash)
        return rows.to_token(row) if row else None

    def all(self) -> list[ApiToken]:
        """The oldest first."""
        return [rows.to_token(row) for row in every(self._connection, _TOKENS)]

    def revoke(self, token_id: str, at: datetime) -> bool:
        """False when no token has this id, or it is revoked already."""
        return self._connection.execute(_REVOKE, {"this": token_id, "at": at}).rowcount == 1


_ADD_DATASET = insert_once(dataset_versions)
_ADD_USE = insert_once(dataset_uses)
_DATASETS = select(dataset_versions).order_by(dataset_versions.c.position)
_REACHES = (
    select(func.max(resolutions.c.resolved_at))
    .select_from(resolutions)
    .join(review_tasks, review_tasks.c.task_id == resolutions.c.task_id)
    .where(
        review_tasks.c.route == bindparam("route", type_=review_tasks.c.route.type),
        exists().where(
            dataset_uses.c.task_id == resolutions.c.task_id,
            dataset_uses.c.revision == resolutions.c.revision,
            dataset_uses.c.format.in_(bindparam("formats", expanding=True)),
            dataset_uses.c.built_at < bindparam("before", type_=dataset_uses.c.built_at.type),
        ),
    )
)


class SqlDatasets:
    """Implements `reviewers.ports.Datasets`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, dataset: DatasetVersion, uses: Sequence[DatasetUse] = ()) -> None:
        """Store with the resolutions in it; the same version in the same format again is ignored."""
        self._connection.execute(_ADD_DATASET, rows.dataset_row(dataset))
        if uses:
            self._connection.execute(_ADD_USE, [use_row(use) for use in uses])

    def all(self) -> list[DatasetVersion]:
        """In the order of building."""
        return [rows.to_dataset(row) for row in every(self._connection, _DATASETS)]

    def reaches(self, route: str, formats: Collection[str], *, before: datetime) -> datetime | None:
        """When the newest decision of this route in a dataset of these formats was made."""
        values = {"route": route, "formats": list(formats), "before": before}
        moment: datetime | None = self._connection.execute(_REACHES, values).scalar()
        return moment


def _count(*of: Any) -> Select[Any]:
    return select(*of, func.count().label("amount"))


_later, _newer = verdicts.alias("later"), resolutions.alias("newer")
_OUTPUTS = _count().select_from(outputs)
_ASSESSED = _count().select_from(assessments)
_UNSCORED = _ASSESSED.where(assessments.c.risk.is_(None))
_SELECTED = (
    _count(sampling_decisions.c.reason.label("word"))
    .where(sampling_decisions.c.selected == true())
    .group_by(sampling_decisions.c.reason)
)
_TASKS = _count(review_tasks.c.state.label("word")).group_by(review_tasks.c.state)
_POSTED = _count().select_from(review_tasks).where(review_tasks.c.posted_ts.is_not(None))
_VERDICTS = (
    _count(verdicts.c.kind.label("word"))
    .where(
        verdicts.c.kind != literal_column("'withdrawn'"),
        ~exists().where(
            _later.c.task_id == verdicts.c.task_id,
            _later.c.reviewer == verdicts.c.reviewer,
            _later.c.revision > verdicts.c.revision,
        ),
    )
    .group_by(verdicts.c.kind)
)
_RESOLUTIONS = (
    _count(resolutions.c.outcome.label("word"))
    .join(review_tasks, review_tasks.c.task_id == resolutions.c.task_id)
    .where(
        DECIDES,
        resolutions.c.outcome != literal_column("'withdrawn'"),
        ~exists().where(_newer.c.task_id == resolutions.c.task_id, _newer.c.revision > resolutions.c.revision),
    )
    .group_by(resolutions.c.outcome)
)
_OUTBOX_WAITING = _count().select_from(outbox).where(outbox.c.state == literal_column("'waiting'"))
_OUTBOX_DEAD = _count().select_from(outbox).where(outbox.c.state == literal_column("'dead'"))


def counts(connection: Connection) -> Counts:
    """How many of each there are; a word that nobody used is not in its dictionary."""

    def number(statement: Select[Any]) -> int:
        return int(connection.execute(statement).scalar_one())

    def by_word(statement: Select[Any]) -> dict[str, int]:
        return {row["word"]: row["amount"] for row in every(connection, statement)}

    tasks = by_word(_TASKS)
    return Counts(
        outputs=number(_OUTPUTS),
        assessed=number(_ASSESSED),
        unscored=number(_UNSCORED),
        selected=by_word(_SELECTED),
        posted=number(_POSTED),
        open_tasks=tasks.get("open", 0),
        verdicts=by_word(_VERDICTS),
        resolutions=by_word(_RESOLUTIONS),
        timed_out=tasks.get("timed_out", 0),
        cut=tasks.get("cut", 0),
        outbox_due=number(_OUTBOX_WAITING),
        outbox_dead=number(_OUTBOX_DEAD),
    )
