"""Several tasks of one output: second looks and known answers beside the task that decides it; and openings."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TABLE = "review_tasks"
ONE_TASK = "CONSTRAINT uq_review_tasks_output_id UNIQUE (output_id)"
ONE_OF_EACH = "CONSTRAINT uq_review_tasks_output_purpose_round UNIQUE (output_id, purpose, round)"


def _id() -> Any:
    return sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def _add(name: str, kind: Any, value: str) -> None:
    """A column that is never empty; rows that are there get this value."""
    op.add_column(TABLE, sa.Column(name, kind, nullable=False, server_default=sa.text(value)))


def upgrade() -> None:
    """All of it, in one transaction."""
    _add("purpose", sa.Text(), "'review'")
    _add("round", sa.Integer(), "1")
    op.add_column(TABLE, sa.Column("chance", sa.Float(), nullable=True))
    _add("seen_by", sa.Text(), "'[]'")  # kept as JSON
    _add("words", sa.Integer(), "0")
    if op.get_bind().dialect.name == "sqlite":
        _rebuild()
    else:
        op.drop_constraint("uq_review_tasks_output_id", TABLE, type_="unique")
        op.create_unique_constraint("uq_review_tasks_output_purpose_round", TABLE, ["output_id", "purpose", "round"])
    where = sa.text("purpose <> 'review'")
    op.create_index(
        "ix_review_tasks_looks", TABLE, ["created_at", "task_id"], sqlite_where=where, postgresql_where=where
    )
    op.create_table(
        "openings",
        sa.Column("task_id", _id(), sa.ForeignKey("review_tasks.task_id"), primary_key=True, nullable=False),
        sa.Column("reviewer", _id(), primary_key=True, nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
    )


def _rebuild() -> None:
    """SQLite cannot drop a constraint, so the table is made anew from its own words, with all its rows and indexes.

    Verdicts and others refer to it. Their references are checked at the commit, when every row stands there again;
    none of those tables is touched, so the triggers that keep them append-only stay.
    """
    connection = op.get_bind()
    made = connection.execute(sa.text("SELECT sql FROM sqlite_master WHERE name = :name"), {"name": TABLE}).scalar_one()
    indexes = connection.execute(
        sa.text("SELECT sql FROM sqlite_master WHERE type = 'index' AND tbl_name = :name AND sql IS NOT NULL"),
        {"name": TABLE},
    ).scalars()
    remade = str(made).replace(ONE_TASK, ONE_OF_EACH)
    assert remade != made, "the constraint has another name here"
    again = [str(index) for index in indexes]
    op.execute("PRAGMA defer_foreign_keys = ON")  # until the transaction ends
    op.execute(f"CREATE TEMPORARY TABLE {TABLE}_before AS SELECT * FROM main.{TABLE}")
    op.execute(f"DROP TABLE main.{TABLE}")
    op.execute(remade)
    op.execute(f"INSERT INTO main.{TABLE} SELECT * FROM {TABLE}_before")
    op.execute(f"DROP TABLE {TABLE}_before")
    for index in again:
        op.execute(index)
