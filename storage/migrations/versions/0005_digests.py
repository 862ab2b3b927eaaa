"""Digests, how they are told and answered, beginnings of watches, events for others, and features of outputs."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

APPEND_ONLY = ("digests", "digest_answers", "watch_starts", "webhook_events")


def _id() -> Any:
    return sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def _running() -> sa.Column[Any]:
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column("position", kind, primary_key=True, autoincrement=True)


def _text(name: str, *, optional: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=optional)


def _number(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer(), nullable=False)


def _moment(name: str, *, optional: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=optional)


def upgrade() -> None:
    """All of it, in one transaction."""
    _digests()
    _messages()
    _answers()
    _watches()
    _events()
    _features()
    for name, kind, value in (("message_id", sa.Text(), "'\"\"'"), ("event_id", sa.Text(), "''")):
        op.add_column("outbox", sa.Column(name, kind, nullable=False, server_default=sa.text(value)))
    for table in APPEND_ONLY:
        _append_only(table)


def _digests() -> None:
    op.create_table(
        "digests",
        _running(),
        *(_text(name) for name in ("route", "week", "body")),
        _moment("stored_at"),
        sa.UniqueConstraint("route", "week", name="uq_digests_route_week"),
    )
    op.create_index("ix_digests_week", "digests", ["week", "position"])


def _messages() -> None:
    op.create_table(
        "digest_messages",
        _running(),
        *(_text(name) for name in ("message_id", "kind", "week", "routes", "recipient", "parent_id")),
        _number("part"),
        _text("finding", optional=True),
        _number("reviews"),
        _moment("made_at"),
        *(_text(name) for name in ("channel", "ts")),
        sa.UniqueConstraint("message_id", name="uq_digest_messages_message_id"),
    )
    op.create_index("ix_digest_messages_week", "digest_messages", ["week", "position"])
    op.create_table(
        "digest_files",
        _running(),
        *(_text(name) for name in ("message_id", "picture", "file_id")),
        sa.UniqueConstraint("message_id", "picture", name="uq_digest_files_message_picture"),
    )


def _answers() -> None:
    op.create_table(
        "digest_answers",
        _running(),
        sa.Column("answer_id", _id(), nullable=False),
        *(_text(name) for name in ("kind", "week", "route", "by")),
        _moment("at"),
        _moment("until", optional=True),
        *(_text(name) for name in ("why", "note", "findings", "dataset")),
        sa.UniqueConstraint("answer_id", name="uq_digest_answers_answer_id"),
    )
    where = sa.text("kind = 'accepted'")
    op.create_index(
        "uq_digest_answers_accepted",
        "digest_answers",
        ["route", "week"],
        unique=True,
        sqlite_where=where,
        postgresql_where=where,
    )
    op.create_index("ix_digest_answers_route", "digest_answers", ["route", "position"])
    op.create_index("ix_digest_answers_at", "digest_answers", ["at", "position"])


def _watches() -> None:
    op.create_table(
        "watch_starts",
        _running(),
        *(_text(name) for name in ("route", "part", "name", "baseline")),
        sa.Column("weekly_reviews", sa.Float(), nullable=False),
        *(_moment(name) for name in ("begins_at", "made_at")),
    )
    op.create_index("ix_watch_starts_route", "watch_starts", ["route", "made_at", "position"])


def _events() -> None:
    op.create_table(
        "webhook_events",
        _running(),
        sa.Column("event_id", _id(), nullable=False),
        *(_text(name) for name in ("type", "body")),
        _moment("created_at"),
        sa.UniqueConstraint("event_id", name="uq_webhook_events_event_id"),
    )


def _features() -> None:
    op.create_table(
        "output_features",
        sa.Column("output_id", _id(), sa.ForeignKey("outputs.output_id"), primary_key=True, nullable=False),
        _text("embedder"),
        *(sa.Column(name, sa.LargeBinary(), nullable=True) for name in ("question", "answer")),
        _text("language"),
        sa.Column("refusal", sa.Boolean(), nullable=False),
        sa.Column("citation_missing", sa.Boolean(), nullable=True),
        sa.Column("similarity", sa.Float(), nullable=True),
        _moment("made_at"),
    )
    op.create_index("ix_sampling_decisions_route", "sampling_decisions", ["route", "decided_at", "output_id"])


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
