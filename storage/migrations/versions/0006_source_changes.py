"""Documents that changed, and approved answers that are asked about again because of it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

APPEND_ONLY = ("source_changes", "source_reopenings")


def _id() -> Any:
    return sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def _running() -> sa.Column[Any]:
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column("position", kind, primary_key=True, autoincrement=True)


def _moment(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def upgrade() -> None:
    """All of it, in one transaction."""
    op.create_table(
        "source_changes",
        _running(),
        sa.Column("change_id", _id(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("document", "title", "address")),
        sa.Column("removed", sa.Boolean(), nullable=False),
        sa.Column("sentences", sa.Text(), nullable=False),
        _moment("changed_at"),
        sa.UniqueConstraint("change_id", name="uq_source_changes_change_id"),
    )
    op.create_index("ix_source_changes_at", "source_changes", ["changed_at", "position"])
    op.create_table(
        "source_reopenings",
        _running(),
        sa.Column("change_id", _id(), nullable=False),
        _moment("ended_at"),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("resting", "reopened")),
        sa.UniqueConstraint("change_id", name="uq_source_reopenings_change_id"),
    )
    op.add_column("review_tasks", sa.Column("change_id", _id(), nullable=False, server_default=sa.text("''")))
    for table in APPEND_ONLY:
        _append_only(table)


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
