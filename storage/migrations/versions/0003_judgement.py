"""Risk models, judgements, plans of selection, cuts of queues, and with each decision what figures group outputs by."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

APPEND_ONLY = ("selection_plans", "selection_cuts", "risk_models", "judgements")
AT_ONCE = 5000


def _id() -> Any:
    return sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def _running(name: str) -> sa.Column[Any]:
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column(name, kind, primary_key=True, autoincrement=True)


def _text(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=False)


def _real(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Float(), nullable=False)


def _moment(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def _add(table: str, name: str, kind: Any, value: str) -> None:
    """A column that is never empty; rows that are there get this value."""
    op.add_column(table, sa.Column(name, kind, nullable=False, server_default=sa.text(value)))


def upgrade() -> None:
    """All of it, in one transaction."""
    _decisions()
    _plans()
    _cuts()
    _notices()
    _risk_models()
    _judgements()
    for table in APPEND_ONLY:
        _append_only(table)


def _decisions() -> None:
    table, empty = "sampling_decisions", "'\"\"'"  # free text is kept as JSON
    for name in ("route", "model", "slice"):
        _add(table, name, sa.Text(), empty)
    op.add_column(table, sa.Column("risk", sa.Float(), nullable=True))
    _add(table, "cluster", sa.BigInteger(), "0")
    _add(table, "stratum", sa.Text(), "''")
    _add(table, "plan_version", _id(), "''")
    _fill_in()
    op.create_index("ix_sampling_decisions_decided", table, ["selected", "decided_at", "route"])


def _fill_in() -> None:
    """What is known of earlier decisions: their risk, the model, and of those with a task the route."""
    op.execute(
        "UPDATE sampling_decisions SET risk = (SELECT a.risk FROM assessments a "
        "WHERE a.output_id = sampling_decisions.output_id)"
    )
    op.execute(
        "UPDATE sampling_decisions SET route = (SELECT t.route FROM review_tasks t "
        "WHERE t.output_id = sampling_decisions.output_id) WHERE output_id IN (SELECT output_id FROM review_tasks)"
    )
    connection = op.get_bind()
    found = sa.text(
        "SELECT d.output_id, o.model, o.model_version FROM sampling_decisions d "
        "JOIN outputs o ON o.output_id = d.output_id WHERE d.output_id > :after ORDER BY d.output_id LIMIT :at_once"
    )
    change = sa.text("UPDATE sampling_decisions SET model = :model WHERE output_id = :output_id")
    after = ""
    while rows := connection.execute(found, {"after": after, "at_once": AT_ONCE}).all():
        values = [
            {"output_id": output_id, "model": json.dumps(f"{json.loads(model)} {json.loads(version)}".strip())}
            for output_id, model, version in rows
        ]
        connection.execute(change, values)
        after = rows[-1][0]


def _plans() -> None:
    op.create_table(
        "selection_plans",
        _running("position"),
        sa.Column("version", _id(), nullable=False),
        *(_text(name) for name in ("route", "policy_version", "body")),
        _moment("made_at"),
        sa.UniqueConstraint("version", name="uq_selection_plans_version"),
    )
    op.create_index("ix_selection_plans_route", "selection_plans", ["route", "position"])


def _cuts() -> None:
    op.create_table(
        "selection_cuts",
        _running("position"),
        sa.Column("output_id", _id(), sa.ForeignKey("sampling_decisions.output_id"), nullable=False),
        _text("route"),
        *(_real(name) for name in ("keep_probability", "kept_so_far", "draw")),
        sa.Column("kept", sa.Boolean(), nullable=False),
        *(_moment(name) for name in ("reaches_from", "cut_at")),
    )
    op.create_index("ix_selection_cuts_output", "selection_cuts", ["output_id", "position"])
    op.create_index("ix_selection_cuts_at", "selection_cuts", ["cut_at"])


def _risk_models() -> None:
    op.create_table("risk_models", _running("position"), _text("version"), _text("body"), _moment("fitted_at"))


def _judgements() -> None:
    op.create_table("judgements", _running("position"), _text("route"), _text("body"), _moment("made_at"))
    op.create_index("ix_judgements_route", "judgements", ["route", "position"])


def _notices() -> None:
    _add("notices", "route", sa.Text(), "'\"\"'")
    for name in ("signal", "queue_cut", "proof_change"):
        op.add_column("notices", sa.Column(name, sa.Text(), nullable=True))


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
