"""The tables: what is kept, with the keys and indexes that its rules and its pollers need.

Outputs, assessments and decisions are only ever inserted; the queue of unscored outputs is a small table of its own,
so that leasing an output never rewrites its text. Verdicts, marks, resolutions, replies, saved routes,
plans, cuts and risk models are append-only (`APPEND_ONLY`): the migrations add triggers that refuse anything else.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlmodel import Field, SQLModel

from storage.columns import Id, JsonText, Running, SpokenId, UtcDateTime, column, key, partial, running
from storage.tables_accounts import api_tokens as api_tokens
from storage.tables_accounts import dataset_versions as dataset_versions
from storage.tables_accounts import leases as leases
from storage.tables_digests import APPEND_ONLY as APPEND_ONLY_OF_DIGESTS
from storage.tables_features import output_features as output_features
from storage.tables_judgement import judgements as judgements
from storage.tables_learning import risk_models as risk_models
from storage.tables_people import metadata as metadata  # with its tables in it
from storage.tables_selection import selection_cuts as selection_cuts
from storage.tables_selection import selection_plans as selection_plans
from storage.tables_sources import APPEND_ONLY as APPEND_ONLY_OF_SOURCES

APPEND_ONLY = (
    "verdicts",
    "marks",
    "resolutions",
    "replies",
    "saved_routes",
    "selection_plans",
    "selection_cuts",
    "risk_models",
    "judgements",
    *APPEND_ONLY_OF_DIGESTS,
    *APPEND_ONLY_OF_SOURCES,
)
NO_DUE_TIME = datetime(9999, 1, 1, tzinfo=UTC)  # sorts tasks without a due time last, on both engines alike


class OutputRow(SQLModel, table=True):
    """One output as received; `body` is all that is never searched for."""

    __tablename__ = "outputs"
    __table_args__ = (UniqueConstraint("output_id", name="uq_outputs_output_id"), {"sqlite_autoincrement": True})

    number: int = running()
    output_id: str = key()
    body_hash: str = column(Text())
    model: str = column(JsonText())
    model_version: str = column(JsonText())
    hold: bool = column(Boolean())
    created_at: datetime = column(UtcDateTime())
    received_at: datetime = column(UtcDateTime())
    body: Any = column(JsonText())


class QueueRow(SQLModel, table=True):
    """One output that waits for the machine reviewers; gone when it is assessed."""

    __tablename__ = "scoring_queue"
    __table_args__ = (Index("ix_scoring_queue_next", "priority", "number"),)

    number: int = Field(
        sa_column=Column(Running, ForeignKey("outputs.number"), primary_key=True, autoincrement=False, nullable=False)
    )
    priority: int = column(Integer())  # 0: held, 1: the rest
    free_at: datetime = column(UtcDateTime())  # received, or the end of the lease
    worker: str = column(Text())


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

    output_id: str = key("outputs.output_id", primary=True)
    risk: float | None = column(Float(), optional=True)
    assessed_at: datetime = column(UtcDateTime())
    body: Any = column(JsonText())


class ScoreRow(SQLModel, table=True):
    """One machine reviewer's number for one output."""

    __tablename__ = "scores"
    __table_args__ = (UniqueConstraint("output_id", "scorer", "version", name="uq_scores_output_scorer_version"),)

    position: int = running()
    output_id: str = key("outputs.output_id")
    scorer: str = column(Text())
    version: str = column(Text())
    value: float = column(Float())
    explanation: str = column(JsonText())
    claim_values: Any = column(JsonText())
    duration_ms: float = column(Float())


class DecisionRow(SQLModel, table=True):
    """Whether an output is selected, and with which chance; and what figures group it by, so that they read no text."""

    __tablename__ = "sampling_decisions"
    __table_args__ = (
        Index("ix_sampling_decisions_reason", "selected", "reason"),
        Index("ix_sampling_decisions_decided", "selected", "decided_at", "route"),
        Index("ix_sampling_decisions_route", "route", "decided_at", "output_id"),
    )

    output_id: str = key("outputs.output_id", primary=True)
    selected: bool = column(Boolean())
    inclusion_probability: float = column(Float())
    reason: str = column(Text())
    rule: str = column(JsonText())
    channel: str = column(Text())
    policy_version: str = column(Text())
    draw: float = column(Float())
    decided_at: datetime = column(UtcDateTime())
    route: str = column(JsonText(), default="'\"\"'")
    model: str = column(JsonText(), default="'\"\"'")
    risk: float | None = column(Float(), optional=True)
    slice: str = column(JsonText(), default="'\"\"'")
    cluster: int = column(BigInteger(), default="0")
    stratum: str = column(Text(), default="''")
    plan_version: str = column(Id, default="''")


class TaskRow(SQLModel, table=True):
    """One review task. The last two columns are the order in which open tasks are listed."""

    __tablename__ = "review_tasks"
    __table_args__ = (
        UniqueConstraint("output_id", "purpose", "round", name="uq_review_tasks_output_purpose_round"),
        Index(
            "ix_review_tasks_open",
            "priority",
            "due_order",
            "task_id",
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        partial("ix_review_tasks_disputed", "state = 'disputed'", "priority", "due_order", "task_id"),
        partial("ix_review_tasks_claimed", "state = 'open' AND claimed_by <> ''", "claimed_by", "claimed_until"),
        partial("ix_review_tasks_assigned", "state = 'open' AND assigned_to <> ''", "assigned_to"),
        partial("ix_review_tasks_waiting", "state IN ('open', 'disputed') AND NOT hold", "due_order"),
        partial(
            "ix_review_tasks_times_out", "state IN ('open', 'disputed') AND times_out_at IS NOT NULL", "times_out_at"
        ),
        partial("ix_review_tasks_batch", "waits_for_batch", "created_at", "task_id"),
        partial("ix_review_tasks_of_batch", "batch_id <> ''", "batch_id", "task_id"),
        partial("ix_review_tasks_posted", "posted_ts IS NOT NULL", "posted_ts", "posted_channel"),
        partial("ix_review_tasks_looks", "purpose <> 'review'", "created_at", "task_id"),
    )

    task_id: str = key(primary=True)
    output_id: str = key("sampling_decisions.output_id")  # so no task can lack its inclusion probability
    number: int = column(BigInteger())
    channel: str = column(Text())
    hold: bool = column(Boolean())
    state: str = column(Text())
    created_at: datetime = column(UtcDateTime())
    due_at: datetime | None = column(UtcDateTime(), optional=True)
    posted_channel: str | None = column(Text(), optional=True)
    posted_ts: str | None = column(Text(), optional=True)
    handed_on_by: str = column(Text())
    times_out_at: datetime | None = column(UtcDateTime(), optional=True)
    route: str = column(JsonText(), default="'\"\"'")
    quorum: int = column(Integer(), default="1")
    show: str = column(Text(), default="'evidence'")
    marks_draw: float | None = column(Float(), optional=True)
    submitted_by: str = column(JsonText(), default="'\"\"'")
    sent_by: str = column(Text(), default="''")
    known: str = column(Text(), default="''")
    assigned_to: str = column(Id, default="''")
    claimed_by: str = column(Id, default="''")
    claimed_until: datetime | None = column(UtcDateTime(), optional=True)
    lead: str = column(Text(), default="''")
    waits_for_batch: bool = column(Boolean(), default="false")
    batch_id: str = column(Id, default="''")
    purpose: str = column(Text(), default="'review'")
    round: int = column(Integer(), default="1")
    chance: float | None = column(Float(), optional=True)
    seen_by: Any = column(JsonText(), default="'[]'")
    words: int = column(Integer(), default="0")
    change_id: str = column(Id, default="''")
    priority: int = column(Integer())  # 0: held, 1: the rest
    due_order: datetime = column(UtcDateTime())


class VerdictRow(SQLModel, table=True):
    """What one person said of one output."""

    __tablename__ = "verdicts"
    __table_args__ = (
        UniqueConstraint("verdict_id", name="uq_verdicts_verdict_id"),
        UniqueConstraint("task_id", "reviewer", "revision", name="uq_verdicts_task_reviewer_revision"),
        Index("ix_verdicts_recorded", "recorded_at", "position"),
    )

    position: int = running()
    verdict_id: str = key()
    task_id: str = key("review_tasks.task_id")
    reviewer: str = column(Id)
    revision: int = column(Integer())
    kind: str = column(Text())
    correction: str | None = column(JsonText(), optional=True)
    reasons: Any = column(JsonText())
    note: str = column(JsonText())
    marks: Any = column(JsonText())
    supersedes: str | None = column(Id, optional=True)
    seen: str = column(Text())
    as_lead: bool = column(Boolean(), default="false")
    opened_at: datetime | None = column(UtcDateTime(), optional=True)
    recorded_at: datetime = column(UtcDateTime())


class MarkRow(SQLModel, table=True):
    """A person's mark on one claim; the newest counts."""

    __tablename__ = "marks"
    __table_args__ = (Index("ix_marks_task_reviewer", "task_id", "reviewer"),)

    position: int = running()
    task_id: str = key("review_tasks.task_id")
    reviewer: str = column(Id)
    claim_number: int = column(Integer())
    mark: str | None = column(Text(), optional=True)
    passage_beside_the_point: bool = column(Boolean())
    marked_at: datetime = column(UtcDateTime())


class OpeningRow(SQLModel, table=True):
    """When a person first had the claims of a task with their passages before them."""

    __tablename__ = "openings"

    task_id: str = key("review_tasks.task_id", primary=True)
    reviewer: str = key(primary=True)
    opened_at: datetime = column(UtcDateTime())


class DraftRow(SQLModel, table=True):
    """The edit that a person is writing; the newest replaces the one before."""

    __tablename__ = "drafts"

    task_id: str = key("review_tasks.task_id", primary=True)
    reviewer: str = key(primary=True)
    text: str = column(JsonText())
    reasons: Any = column(JsonText())
    kept_at: datetime = column(UtcDateTime())


class ResolutionRow(SQLModel, table=True):
    """What the verdicts on a task came to; the newest revision counts."""

    __tablename__ = "resolutions"
    # SQLite looks for children of every verdict that is inserted with ON CONFLICT, and would read all resolutions.
    __table_args__ = (Index("ix_resolutions_verdict", "verdict_id"),)

    task_id: str = key("review_tasks.task_id", primary=True)
    revision: int = Field(sa_column=Column(Integer(), primary_key=True, autoincrement=False, nullable=False))
    outcome: str = column(Text())
    verdict_id: str = key("verdicts.verdict_id")
    resolved_by: str = column(Text())
    text: str | None = column(JsonText(), optional=True)
    reasons: Any = column(JsonText())
    note: str = column(JsonText())
    as_lead: bool = column(Boolean(), default="false")
    recall: bool = column(Boolean(), default="false")
    resolved_at: datetime = column(UtcDateTime())


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

    output_id: str = key("outputs.output_id", primary=True)
    state: str = column(Text())
    held_since: datetime = column(UtcDateTime())
    deadline: datetime | None = column(UtcDateTime(), optional=True)
    on_timeout: str = column(Text())
    text: str | None = column(JsonText(), optional=True)
    reasons: Any = column(JsonText())
    decided_at: datetime | None = column(UtcDateTime(), optional=True)
    recalled_at: datetime | None = column(UtcDateTime(), optional=True)


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
        Index("ix_outbox_line", "line", "position"),
        Index(
            "ix_outbox_dead", "position", sqlite_where=text("state = 'dead'"), postgresql_where=text("state = 'dead'")
        ),
    )

    position: int = running()
    key: str = column(SpokenId())
    kind: str = column(Text())
    task_id: str | None = Field(default=None, sa_column=Column(Id, ForeignKey("review_tasks.task_id"), nullable=True))
    notice_id: str = column(Text(), default="''")
    message_id: str = column(JsonText(), default="'\"\"'")
    event_id: str = column(Text(), default="''")
    line: str = column(
        SpokenId(), default="''"
    )  # items of one line go out one after the other: of a task, a notice, a thread
    channel: str = column(Text())
    state: str = column(Text())  # "waiting", "done" or "dead"
    due_at: datetime = column(UtcDateTime())
    free_at: datetime = column(UtcDateTime())  # due_at, or the end of the lease
    leased: bool = column(Boolean())
    worker: str = column(Text())
    attempts: int = column(Integer())
    outcome_unknown: bool = column(Boolean())
    first_attempt_at: datetime | None = column(UtcDateTime(), optional=True)
    last_error: str = column(JsonText())


outputs: Table = metadata.tables["outputs"]
scoring_queue: Table = metadata.tables["scoring_queue"]
assessments: Table = metadata.tables["assessments"]
scores: Table = metadata.tables["scores"]
sampling_decisions: Table = metadata.tables["sampling_decisions"]
review_tasks: Table = metadata.tables["review_tasks"]
verdicts: Table = metadata.tables["verdicts"]
marks: Table = metadata.tables["marks"]
openings: Table = metadata.tables["openings"]
drafts: Table = metadata.tables["drafts"]
resolutions: Table = metadata.tables["resolutions"]
releases: Table = metadata.tables["releases"]
outbox: Table = metadata.tables["outbox"]
