"""Routes, claims, quorums, batches, recalls; replies, notices, settings, checks; messages that belong to no task."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

APPEND_ONLY = ("replies", "saved_routes")
AT_ONCE = 500


def _id() -> Any:
    return sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def _key(name: str, of: str = "", *, primary: bool = False) -> sa.Column[Any]:
    return sa.Column(name, _id(), *([sa.ForeignKey(of)] if of else []), primary_key=primary, nullable=False)


def _running(name: str) -> sa.Column[Any]:
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column(name, kind, primary_key=True, autoincrement=True)


def _text(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _index(name: str, table: str, columns: list[str], where: str = "") -> None:
    only: dict[str, Any] = {"sqlite_where": sa.text(where), "postgresql_where": sa.text(where)} if where else {}
    op.create_index(name, table, columns, **only)


def _add(table: str, name: str, kind: Any, value: str) -> None:
    """A column that is never empty; rows that are there get this value."""
    op.add_column(table, sa.Column(name, kind, nullable=False, server_default=sa.text(value)))


def _add_optional(table: str, name: str, kind: Any) -> None:
    op.add_column(table, sa.Column(name, kind, nullable=True))


def upgrade() -> None:
    """All of it, in one transaction."""
    _tasks()
    _people()
    _outbox()
    _beside()
    for table in APPEND_ONLY:
        _append_only(table)


def _tasks() -> None:
    moment, table = sa.DateTime(timezone=True), "review_tasks"
    _add_optional(table, "times_out_at", moment)
    _add(table, "route", sa.Text(), "'\"\"'")  # free text is kept as JSON
    _add(table, "quorum", sa.Integer(), "1")
    _add(table, "show", sa.Text(), "'evidence'")
    _add_optional(table, "marks_draw", sa.Float())
    _add(table, "submitted_by", sa.Text(), "'\"\"'")
    for name in ("sent_by", "known", "lead"):
        _add(table, name, sa.Text(), "''")
    for name in ("assigned_to", "claimed_by", "batch_id"):
        _add(table, name, _id(), "''")
    _add_optional(table, "claimed_until", moment)
    _add(table, "waits_for_batch", sa.Boolean(), "false")
    _fill_in_submitters()
    open_or_disputed = "state IN ('open', 'disputed')"
    _index("ix_review_tasks_disputed", table, ["priority", "due_order", "task_id"], "state = 'disputed'")
    _index("ix_review_tasks_claimed", table, ["claimed_by", "claimed_until"], "state = 'open' AND claimed_by <> ''")
    _index("ix_review_tasks_assigned", table, ["assigned_to"], "state = 'open' AND assigned_to <> ''")
    _index("ix_review_tasks_waiting", table, ["due_order"], f"{open_or_disputed} AND NOT hold")
    _index("ix_review_tasks_times_out", table, ["times_out_at"], f"{open_or_disputed} AND times_out_at IS NOT NULL")
    _index("ix_review_tasks_batch", table, ["created_at", "task_id"], "waits_for_batch")
    _index("ix_review_tasks_of_batch", table, ["batch_id", "task_id"], "batch_id <> ''")
    _index("ix_review_tasks_posted", table, ["posted_ts", "posted_channel"], "posted_ts IS NOT NULL")


def _fill_in_submitters() -> None:
    """A task knows now who submitted its output; what stands there is read out of the outputs' bodies."""
    connection = op.get_bind()
    found = sa.text(
        "SELECT t.task_id, o.body FROM review_tasks t JOIN outputs o ON o.output_id = t.output_id "
        "WHERE t.task_id > :after ORDER BY t.task_id LIMIT :at_once"
    )
    change = sa.text("UPDATE review_tasks SET submitted_by = :who WHERE task_id = :task_id")
    after = ""
    while rows := connection.execute(found, {"after": after, "at_once": AT_ONCE}).all():
        values = [
            {"task_id": task_id, "who": json.dumps(json.loads(body).get("submitted_by", ""))} for task_id, body in rows
        ]
        connection.execute(change, values)
        after = rows[-1][0]


def _people() -> None:
    _add("verdicts", "as_lead", sa.Boolean(), "false")
    _add_optional("verdicts", "opened_at", sa.DateTime(timezone=True))
    _index("ix_verdicts_recorded", "verdicts", ["recorded_at", "position"])
    _add("resolutions", "as_lead", sa.Boolean(), "false")
    _add("resolutions", "recall", sa.Boolean(), "false")
    _add_optional("releases", "recalled_at", sa.DateTime(timezone=True))


def _outbox() -> None:
    _add("outbox", "notice_id", sa.Text(), "''")
    _add("outbox", "line", _id(), "''")
    op.execute("UPDATE outbox SET line = task_id")
    if op.get_bind().dialect.name == "sqlite":
        _rebuild_outbox()
    else:
        op.alter_column("outbox", "task_id", nullable=True)
    _index("ix_outbox_line", "outbox", ["line", "position"])


def _rebuild_outbox() -> None:
    """SQLite cannot let a column be empty that could not: the table is made anew and filled."""
    columns = (
        "position, key, kind, task_id, notice_id, line, channel, state, due_at, free_at, leased, worker, attempts, "
        "outcome_unknown, first_attempt_at, last_error"
    )
    op.execute("ALTER TABLE outbox RENAME TO outbox_before")
    for name in ("ix_outbox_due", "ix_outbox_task", "ix_outbox_dead"):
        op.drop_index(name)
    op.create_table(
        "outbox",
        _running("position"),
        _key("key"),
        _text("kind"),
        sa.Column("task_id", _id(), sa.ForeignKey("review_tasks.task_id"), nullable=True),
        sa.Column("notice_id", sa.Text(), nullable=False, server_default=sa.text("''")),
        sa.Column("line", _id(), nullable=False, server_default=sa.text("''")),
        _text("channel"),
        _text("state"),
        _moment("due_at"),
        _moment("free_at"),
        sa.Column("leased", sa.Boolean(), nullable=False),
        _text("worker"),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("outcome_unknown", sa.Boolean(), nullable=False),
        _moment("first_attempt_at", nullable=True),
        _text("last_error"),
        sa.UniqueConstraint("key", name="uq_outbox_key"),
    )
    op.execute(f"INSERT INTO outbox ({columns}) SELECT {columns} FROM outbox_before")
    op.execute("DROP TABLE outbox_before")
    _index("ix_outbox_due", "outbox", ["free_at", "position"], "state = 'waiting'")
    _index("ix_outbox_task", "outbox", ["task_id", "position"])
    _index("ix_outbox_dead", "outbox", ["position"], "state = 'dead'")


def _beside() -> None:
    op.create_table(
        "dataset_uses",
        _running("position"),
        _text("version"),
        _text("format"),
        _text("path"),
        _key("task_id", "review_tasks.task_id"),
        sa.Column("revision", sa.Integer(), nullable=False),
        _moment("built_at"),
        sa.UniqueConstraint("version", "format", "task_id", "revision", name="uq_dataset_uses"),
    )
    _index("ix_dataset_uses_task", "dataset_uses", ["task_id", "position"])
    op.create_table(
        "replies",
        _running("position"),
        _key("task_id", "review_tasks.task_id"),
        *(_text(name) for name in ("channel", "ts", "author", "text")),
        _moment("written_at"),
        sa.UniqueConstraint("channel", "ts", name="uq_replies_message"),
    )
    _index("ix_replies_task", "replies", ["task_id", "position"])
    op.create_table(
        "notices",
        _key("notice_id", primary=True),
        *(_text(name) for name in ("kind", "recipient", "task_ids")),
        _key("about"),
        _moment("created_at"),
        *(_text(name) for name in ("channel", "ts")),
    )
    _index("ix_notices_about", "notices", ["about", "created_at"], "about <> ''")
    op.create_table(
        "preferences",
        _key("user_id", primary=True),
        _moment("paused_until", nullable=True),
        *(_text(name) for name in ("starts_at", "ends_at", "days")),
        sa.Column("digest", sa.Boolean(), nullable=False),
    )
    _index("ix_preferences_paused", "preferences", ["paused_until"], "paused_until IS NOT NULL")
    op.create_table(
        "saved_routes",
        _running("position"),
        *(_text(name) for name in ("name", "body", "made_by")),
        _moment("made_at"),
    )
    _index("ix_saved_routes_name", "saved_routes", ["name", "position"])
    op.create_table(
        "checks",
        _key("check_id", primary=True),
        *(_text(name) for name in ("kind", "asked_by", "team_id", "channel", "text")),
        *(_text(name) for name in ("shown_channel", "shown_ts")),
        _text("output", nullable=True),
        _text("assessment", nullable=True),
        _text("failure"),
        _moment("asked_at"),
        _moment("finished_at", nullable=True),
        _moment("shared_at", nullable=True),
        _moment("free_at"),
        _text("worker"),
    )
    _index("ix_checks_waiting", "checks", ["asked_at", "check_id"], "finished_at IS NULL")
    op.create_table("events", _key("event_id", primary=True), _moment("seen_at"))
    _index("ix_events_seen", "events", ["seen_at"])


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
