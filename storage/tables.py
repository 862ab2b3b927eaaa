"""The tables: what is kept, with the keys and indexes that its rules and its pollers need.

Outputs, assessments and decisions are only ever inserted; the queue of unscored outputs is a small table of its own,
so that leasing an output never rewrites its text. Verdicts, marks and resolutions are append-only (`APPEND_ONLY`):
the migrations add triggers that refuse anything else.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects import postgresql
from sqlmodel import Field, SQLModel

APPEND_ONLY = ("verdicts", "marks", "resolutions")
NO_DUE_TIME = datetime(9999, 1, 1, tzinfo=UTC)  # sorts tasks without a due time last, on both engines alike

# Code point order on both engines: a PostgreSQL database may otherwise sort ids by the rules of a language.
Id = Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
# SQLite numbers rows by itself only in a column of exactly the type INTEGER.
Running = BigInteger().with_variant(Integer(), "sqlite")


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: aware in Python, UTC in the database. SQLite has no zones, so the naive text there means UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _as_dict(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Sequence):
        return list(value)
    raise TypeError(f"{type(value).__name__} is no JSON value")


_encode = json.JSONEncoder(separators=(",", ":"), default=_as_dict).encode
_decode = json.JSONDecoder().decode


class JsonText(TypeDecorator[Any]):
    """JSON as plain ASCII text.

    Free text goes through it too: PostgreSQL refuses the character NUL in text, and neither engine takes a lone
    surrogate, but models write both.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else _encode(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else _decode(value)


def _key(of: str = "", *, primary: bool = False) -> Any:
    """A text id; `of` names the column that it refers to."""
    return Field(sa_column=Column(Id, *([ForeignKey(of)] if of else []), primary_key=primary, nullable=False))


def _running() -> Any:
    """A running number that the database gives, from 1 on."""
    return Field(default=None, sa_column=Column(Running, primary_key=True, autoincrement=True))


def _column(kind: Any, *, optional: bool = False) -> Any:
    return Field(default=None, sa_column=Column(kind, nullable=optional))


class OutputRow(SQLModel, table=True):
    """One output as received; `body` is all that is never searched for."""

    __tablename__ = "outputs"
    __table_args__ = (UniqueConstraint("output_id", name="uq_outputs_output_id"), {"sqlite_autoincrement": True})

    number: int = _running()
    output_id: str = _key()
    body_hash: str = _column(Text())
    model: str = _column(JsonText())
    model_version: str = _column(JsonText())
    hold: bool = _column(Boolean())
    created_at: datetime = _column(UtcDateTime())
    received_at: datetime = _column(UtcDateTime())
    body: Any = _column(JsonText())


class QueueRow(SQLModel, table=True):
    """One output that waits for the machine reviewers; gone when it is assessed."""

    __tablename__ = "scoring_queue"
    __table_args__ = (Index("ix_scoring_queue_next", "priority", "number"),)

    number: int = Field(
        sa_column=Column(Running, ForeignKey("outputs.number"), primary_key=True, autoincrement=False, nullable=False)
    )
    priority: int = _column(Integer())  # 0: held, 1: the rest
    free_at: datetime = _column(UtcDateTime())  # received, or the end of the lease
    worker: str = _column(Text())


class AssessmentRow(SQLModel, table=True):
    """All that the machine says of one output, but for its scores."""

    __tablename__ = "assessments"
    __table_args__ = (
        Index(
            "ix_assessments_unscored",
            "output_id",
            sqlite_where=text("risk IS NULL"),
            postgresql_where=text("risk IS NULL"),
        ),
    )

    output_id: str = _key("outputs.output_id", primary=True)
    risk: float | None = _column(Float(), optional=True)
    assessed_at: datetime = _column(UtcDateTime())
    body: Any = _column(JsonText())


class ScoreRow(SQLModel, table=True):
    """One machine reviewer's number for one output."""

    __tablename__ = "scores"
    __table_args__ = (UniqueConstraint("output_id", "scorer", "version", name="uq_scores_output_scorer_version"),)

    position: int = _running()
    output_id: str = _key("outputs.output_id")
    scorer: str = _column(Text())
    version: str = _column(Text())
    value: float = _column(Float())
    explanation: str = _column(JsonText())
    claim_values: Any = _column(JsonText())
    duration_ms: float = _column(Float())


class DecisionRow(SQLModel, table=True):
    """Whether an output is selected, and with which chance."""

    __tablename__ = "sampling_decisions"
    __table_args__ = (Index("ix_sampling_decisions_reason", "selected", "reason"),)

    output_id: str = _key("outputs.output_id", primary=True)
    selected: bool = _column(Boolean())
    inclusion_probability: float = _column(Float())
    reason: str = _column(Text())
    rule: str = _column(JsonText())
    channel: str = _column(Text())
    policy_version: str = _column(Text())
    draw: float = _column(Float())
    decided_at: datetime = _column(UtcDateTime())


class TaskRow(SQLModel, table=True):
    """One review task. The last two columns are the order in which open tasks are listed."""

    __tablename__ = "review_tasks"
    __table_args__ = (
        UniqueConstraint("output_id", name="uq_review_tasks_output_id"),
        Index(
            "ix_review_tasks_open",
            "priority",
            "due_order",
            "task_id",
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )

    task_id: str = _key(primary=True)
    output_id: str = _key("sampling_decisions.output_id")  # so no task can lack its inclusion probability
    number: int = _column(BigInteger())
    channel: str = _column(Text())
    hold: bool = _column(Boolean())
    state: str = _column(Text())
    created_at: datetime = _column(UtcDateTime())
    due_at: datetime | None = _column(UtcDateTime(), optional=True)
    posted_channel: str | None = _column(Text(), optional=True)
    posted_ts: str | None = _column(Text(), optional=True)
    handed_on_by: str = _column(Text())
    priority: int = _column(Integer())  # 0: held, 1: the rest
    due_order: datetime = _column(UtcDateTime())


class VerdictRow(SQLModel, table=True):
    """What one person said of one output."""

    __tablename__ = "verdicts"
    __table_args__ = (
        UniqueConstraint("verdict_id", name="uq_verdicts_verdict_id"),
        UniqueConstraint("task_id", "reviewer", "revision", name="uq_verdicts_task_reviewer_revision"),
    )

    position: int = _running()
    verdict_id: str = _key()
    task_id: str = _key("review_tasks.task_id")
    reviewer: str = _column(Id)
    revision: int = _column(Integer())
    kind: str = _column(Text())
    correction: str | None = _column(JsonText(), optional=True)
    reasons: Any = _column(JsonText())
    note: str = _column(JsonText())
    marks: Any = _column(JsonText())
    supersedes: str | None = _column(Id, optional=True)
    seen: str = _column(Text())
    recorded_at: datetime = _column(UtcDateTime())


class MarkRow(SQLModel, table=True):
    """A person's mark on one claim; the newest counts."""

    __tablename__ = "marks"
    __table_args__ = (Index("ix_marks_task_reviewer", "task_id", "reviewer"),)

    position: int = _running()
    task_id: str = _key("review_tasks.task_id")
    reviewer: str = _column(Id)
    claim_number: int = _column(Integer())
    mark: str | None = _column(Text(), optional=True)
    passage_beside_the_point: bool = _column(Boolean())
    marked_at: datetime = _column(UtcDateTime())


class DraftRow(SQLModel, table=True):
    """The edit that a person is writing; the newest replaces the one before."""

    __tablename__ = "drafts"

    task_id: str = _key("review_tasks.task_id", primary=True)
    reviewer: str = _key(primary=True)
    text: str = _column(JsonText())
    reasons: Any = _column(JsonText())
    kept_at: datetime = _column(UtcDateTime())


class ResolutionRow(SQLModel, table=True):
    """What the verdicts on a task came to; the newest revision counts."""

    __tablename__ = "resolutions"
    # SQLite looks for children of every verdict that is inserted with ON CONFLICT, and would read all resolutions.
    __table_args__ = (Index("ix_resolutions_verdict", "verdict_id"),)

    task_id: str = _key("review_tasks.task_id", primary=True)
    revision: int = Field(sa_column=Column(Integer(), primary_key=True, autoincrement=False, nullable=False))
    outcome: str = _column(Text())
    verdict_id: str = _key("verdicts.verdict_id")
    resolved_by: str = _column(Text())
    text: str | None = _column(JsonText(), optional=True)
    reasons: Any = _column(JsonText())
    note: str = _column(JsonText())
    resolved_at: datetime = _column(UtcDateTime())


class ReleaseRow(SQLModel, table=True):
    """Whether a held output may leave."""

    __tablename__ = "releases"
    __table_args__ = (
        Index(
            "ix_releases_held",
            "deadline",
            sqlite_where=text("state = 'held'"),
            postgresql_where=text("state = 'held'"),
        ),
    )

    output_id: str = _key("outputs.output_id", primary=True)
    state: str = _column(Text())
    held_since: datetime = _column(UtcDateTime())
    deadline: datetime | None = _column(UtcDateTime(), optional=True)
    on_timeout: str = _column(Text())
    text: str | None = _column(JsonText(), optional=True)
    reasons: Any = _column(JsonText())
    decided_at: datetime | None = _column(UtcDateTime(), optional=True)


class OutboxRow(SQLModel, table=True):
    """One effect on Slack. It stays when it is done, so that the same key is never due twice."""

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("key", name="uq_outbox_key"),
        Index(
            "ix_outbox_due",
            "free_at",
            "position",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        Index("ix_outbox_task", "task_id", "position"),  # whole: SQLite looks for children of a task that is inserted
        Index(
            "ix_outbox_dead", "position", sqlite_where=text("state = 'dead'"), postgresql_where=text("state = 'dead'")
        ),
    )

    position: int = _running()
    key: str = _key()
    kind: str = _column(Text())
    task_id: str = _key("review_tasks.task_id")
    channel: str = _column(Text())
    state: str = _column(Text())  # "waiting", "done" or "dead"
    due_at: datetime = _column(UtcDateTime())
    free_at: datetime = _column(UtcDateTime())  # due_at, or the end of the lease
    leased: bool = _column(Boolean())
    worker: str = _column(Text())
    attempts: int = _column(Integer())
    outcome_unknown: bool = _column(Boolean())
    first_attempt_at: datetime | None = _column(UtcDateTime(), optional=True)
    last_error: str = _column(JsonText())


class TokenRow(SQLModel, table=True):
    """A bearer token of the API, as its hash."""

    __tablename__ = "api_tokens"
    __table_args__ = (UniqueConstraint("token_hash", name="uq_api_tokens_token_hash"),)

    token_id: str = _key(primary=True)
    name: str = _column(Text())
    token_hash: str = _column(Text())
    created_at: datetime = _column(UtcDateTime())
    revoked_at: datetime | None = _column(UtcDateTime(), optional=True)


class DatasetRow(SQLModel, table=True):
    """A dataset file that was built."""

    __tablename__ = "dataset_versions"
    __table_args__ = (UniqueConstraint("version", "format", name="uq_dataset_versions_version_format"),)

    position: int = _running()
    version: str = _column(Text())
    format: str = _column(Text())
    path: str = _column(Text())
    examples: int = _column(Integer())
    policy_versions: Any = _column(JsonText())
    built_at: datetime = _column(UtcDateTime())


class LeaseRow(SQLModel, table=True):
    """Who holds a named duty, such as the clock, and until when."""

    __tablename__ = "leases"

    name: str = _key(primary=True)
    holder: str = _column(Text())
    expires_at: datetime = _column(UtcDateTime())


metadata = SQLModel.metadata
outputs: Table = metadata.tables["outputs"]
scoring_queue: Table = metadata.tables["scoring_queue"]
assessments: Table = metadata.tables["assessments"]
scores: Table = metadata.tables["scores"]
sampling_decisions: Table = metadata.tables["sampling_decisions"]
review_tasks: Table = metadata.tables["review_tasks"]
verdicts: Table = metadata.tables["verdicts"]
marks: Table = metadata.tables["marks"]
drafts: Table = metadata.tables["drafts"]
resolutions: Table = metadata.tables["resolutions"]
releases: Table = metadata.tables["releases"]
outbox: Table = metadata.tables["outbox"]
api_tokens: Table = metadata.tables["api_tokens"]
dataset_versions: Table = metadata.tables["dataset_versions"]
leases: Table = metadata.tables["leases"]
