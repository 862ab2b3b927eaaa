"""The first tables: outputs, what the machine says, what people decide, and what is due to Slack.

Written out, and not taken from `storage.tables`: a step stays what it was when that file moves on.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

APPEND_ONLY = ("verdicts", "marks", "resolutions")


def _id() -> Any:
    return sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def _running(name: str) -> sa.Column[Any]:
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column(name, kind, primary_key=True, autoincrement=True)


def _key(name: str, of: str = "", *, primary: bool = False) -> sa.Column[Any]:
    return sa.Column(name, _id(), *([sa.ForeignKey(of)] if of else []), primary_key=primary, nullable=False)


def _text(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _flag(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Boolean(), nullable=False)


def _whole(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer(), nullable=False)


def _real(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Float(), nullable=nullable)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _index(name: str, table: str, columns: list[str], where: str = "") -> None:
    only: dict[str, Any] = {"sqlite_where": sa.text(where), "postgresql_where": sa.text(where)} if where else {}
    op.create_index(name, table, columns, **only)


def upgrade() -> None:
    """All of it, in one transaction."""
    _outputs()
    _machine()
    _tasks()
    _people()
    _effects()
    _accounts()
    for table in APPEND_ONLY:
        _append_only(table)


def _outputs() -> None:
    op.create_table(
        "outputs",
        _running("number"),
        _key("output_id"),
        _text("body_hash"),
        _text("model"),
        _text("model_version"),
        _flag("hold"),
        _moment("created_at"),
        _moment("received_at"),
        _text("body"),
        sa.UniqueConstraint("output_id", name="uq_outputs_output_id"),
        sqlite_autoincrement=True,
    )
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "scoring_queue",
        sa.Column("number", number, sa.ForeignKey("outputs.number"), primary_key=True, autoincrement=False),
        _whole("priority"),
        _moment("free_at"),
        _text("worker"),
    )
    _index("ix_scoring_queue_next", "scoring_queue", ["priority", "number"])


def _machine() -> None:
    op.create_table(
        "assessments",
        _key("output_id", "outputs.output_id", primary=True),
        _real("risk", nullable=True),
        _moment("assessed_at"),
        _text("body"),
    )
    _index("ix_assessments_unscored", "assessments", ["output_id"], "risk IS NULL")
    op.create_table(
        "scores",
        _running("position"),
        _key("output_id", "outputs.output_id"),
        _text("scorer"),
        _text("version"),
        _real("value"),
        _text("explanation"),
        _text("claim_values"),
        _real("duration_ms"),
        sa.UniqueConstraint("output_id", "scorer", "version", name="uq_scores_output_scorer_version"),
    )
    op.create_table(
        "sampling_decisions",
        _key("output_id", "outputs.output_id", primary=True),
        _flag("selected"),
        _real("inclusion_probability"),
        _text("reason"),
        _text("rule"),
        _text("channel"),
        _text("policy_version"),
        _real("draw"),
        _moment("decided_at"),
    )
    _index("ix_sampling_decisions_reason", "sampling_decisions", ["selected", "reason"])


def _tasks() -> None:
    op.create_table(
        "review_tasks",
        _key("task_id", primary=True),
        _key("output_id", "sampling_decisions.output_id"),
        sa.Column("number", sa.BigInteger(), nullable=False),
        _text("channel"),
        _flag("hold"),
        _text("state"),
        _moment("created_at"),
        _moment("due_at", nullable=True),
        _text("posted_channel", nullable=True),
        _text("posted_ts", nullable=True),
        _text("handed_on_by"),
        _whole("priority"),
        _moment("due_order"),
        sa.UniqueConstraint("output_id", name="uq_review_tasks_output_id"),
    )
    _index("ix_review_tasks_open", "review_tasks", ["priority", "due_order", "task_id"], "state = 'open'")
    op.create_table(
        "releases",
        _key("output_id", "outputs.output_id", primary=True),
        _text("state"),
        _moment("held_since"),
        _moment("deadline", nullable=True),
        _text("on_timeout"),
        _text("text", nullable=True),
        _text("reasons"),
        _moment("decided_at", nullable=True),
    )
    _index("ix_releases_held", "releases", ["deadline"], "state = 'held'")


def _people() -> None:
    op.create_table(
        "verdicts",
        _running("position"),
        _key("verdict_id"),
        _key("task_id", "review_tasks.task_id"),
        _key("reviewer"),
        _whole("revision"),
        _text("kind"),
        _text("correction", nullable=True),
        _text("reasons"),
        _text("note"),
        _text("marks"),
        sa.Column("supersedes", _id(), nullable=True),
        _text("seen"),
        _moment("recorded_at"),
        sa.UniqueConstraint("verdict_id", name="uq_verdicts_verdict_id"),
        sa.UniqueConstraint("task_id", "reviewer", "revision", name="uq_verdicts_task_reviewer_revision"),
    )
    op.create_table(
        "marks",
        _running("position"),
        _key("task_id", "review_tasks.task_id"),
        _key("reviewer"),
        _whole("claim_number"),
        _text("mark", nullable=True),
        _flag("passage_beside_the_point"),
        _moment("marked_at"),
    )
    _index("ix_marks_task_reviewer", "marks", ["task_id", "reviewer"])
    op.create_table(
        "drafts",
        _key("task_id", "review_tasks.task_id", primary=True),
        _key("reviewer", primary=True),
        _text("text"),
        _text("reasons"),
        _moment("kept_at"),
    )
    op.create_table(
        "resolutions",
        _key("task_id", "review_tasks.task_id", primary=True),
        sa.Column("revision", sa.Integer(), primary_key=True, autoincrement=False, nullable=False),
        _text("outcome"),
        _key("verdict_id", "verdicts.verdict_id"),
        _text("resolved_by"),
        _text("text", nullable=True),
        _text("reasons"),
        _text("note"),
        _moment("resolved_at"),
    )
    _index("ix_resolutions_verdict", "resolutions", ["verdict_id"])


def _effects() -> None:
    op.create_table(
        "outbox",
        _running("position"),
        _key("key"),
        _text("kind"),
        _key("task_id", "review_tasks.task_id"),
        _text("channel"),
        _text("state"),
        _moment("due_at"),
        _moment("free_at"),
        _flag("leased"),
        _text("worker"),
        _whole("attempts"),
        _flag("outcome_unknown"),
        _moment("first_attempt_at", nullable=True),
        _text("last_error"),
        sa.UniqueConstraint("key", name="uq_outbox_key"),
    )
    _index("ix_outbox_due", "outbox", ["free_at", "position"], "state = 'waiting'")
    _index("ix_outbox_task", "outbox", ["task_id", "position"])
    _index("ix_outbox_dead", "outbox", ["position"], "state = 'dead'")


def _accounts() -> None:
    op.create_table(
        "api_tokens",
        _key("token_id", primary=True),
        _text("name"),
        _text("token_hash"),
        _moment("created_at"),
        _moment("revoked_at", nullable=True),
        sa.UniqueConstraint("token_hash", name="uq_api_tokens_token_hash"),
    )
    op.create_table(
        "dataset_versions",
        _running("position"),
        _text("version"),
        _text("format"),
        _text("path"),
        _whole("examples"),
        _text("policy_versions"),
        _moment("built_at"),
        sa.UniqueConstraint("version", "format", name="uq_dataset_versions_version_format"),
    )
    op.create_table("leases", _key("name", primary=True), _text("holder"), _moment("expires_at"))


def _append_only(table: str) -> None:
    """Refuse every change and removal of a row, whoever asks."""
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("update", "delete"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb.upper()} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} are append-only'); END"
            )
        return
    op.execute(
        f"CREATE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{table} are append-only' USING ERRCODE = 'restrict_violation'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_append_only()"
    )
