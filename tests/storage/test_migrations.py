"""From a blank database to the newest schema, on both databases, and a start on any other schema is refused."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect, text
from sqlalchemy.exc import DBAPIError

from storage import migrations, tables
from storage.engine import make_engine
from tests.builders import NOON

ROOT = Path(__file__).parents[2]


def test_a_blank_database_comes_to_the_newest_schema(blank_url: str) -> None:
    """And says so."""
    assert migrations.current(blank_url) is None
    assert migrations.upgrade(blank_url) == migrations.head()
    assert migrations.current(blank_url) == migrations.head()


def test_an_upgrade_of_what_is_newest_changes_nothing(blank_url: str) -> None:
    """Every start of the Procfile's release runs it."""
    migrations.upgrade(blank_url)
    before = _schema(blank_url)

    assert migrations.upgrade(blank_url) == migrations.head()
    assert _schema(blank_url) == before


def _schema(url: str) -> object:
    engine = make_engine(url)
    inspector = inspect(engine)
    found = {
        name: (sorted(column["name"] for column in inspector.get_columns(name)), len(inspector.get_indexes(name)))
        for name in inspector.get_table_names()
    }
    engine.dispose()
    return found


def test_the_steps_lead_to_the_tables_that_the_code_knows(blank_url: str) -> None:
    """Tables, columns, types, keys and indexes: Alembic finds nothing to add or to remove."""
    migrations.upgrade(blank_url)
    engine = make_engine(blank_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        difference = compare_metadata(context, tables.metadata)
    engine.dispose()

    assert difference == []


def test_the_indexes_of_pollers_hold_only_what_they_poll_for(blank_url: str) -> None:
    """Alembic does not compare the conditions of partial indexes, so they are written out here."""
    migrations.upgrade(blank_url)
    engine = make_engine(blank_url)
    catalogue = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql LIKE '%WHERE%'"
    if engine.dialect.name == "postgresql":
        catalogue = "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND indexdef LIKE '%WHERE%'"
    with engine.connect() as connection:
        found = {name: str(sql).rpartition("WHERE")[2] for name, sql in connection.execute(text(catalogue))}
    engine.dispose()

    expected = {
        "ix_assessments_unscored": "risk is null",
        "ix_checks_waiting": "finished_at is null",
        "ix_notices_about": "about <> ''",
        "ix_outbox_dead": "state = 'dead'",
        "ix_outbox_due": "state = 'waiting'",
        "ix_preferences_paused": "paused_until is not null",
        "ix_releases_held": "state = 'held'",
        "ix_review_tasks_assigned": "state = 'open' and assigned_to <> ''",
        "ix_review_tasks_batch": "waits_for_batch",
        "ix_review_tasks_claimed": "state = 'open' and claimed_by <> ''",
        "ix_review_tasks_disputed": "state = 'disputed'",
        "ix_review_tasks_looks": "purpose <> 'review'",
        "ix_review_tasks_of_batch": "batch_id <> ''",
        "ix_review_tasks_open": "state = 'open'",
        "ix_review_tasks_posted": "posted_ts is not null",
        "ix_review_tasks_times_out": "state in 'open', 'disputed' and times_out_at is not null",
        "ix_review_tasks_waiting": "state in 'open', 'disputed' and not hold",
        "uq_digest_answers_accepted": "kind = 'accepted'",
    }
    assert {name: _plain(condition) for name, condition in found.items()} == expected


def _plain(condition: str) -> str:
    """Without brackets and types; PostgreSQL writes `IN` as `= ANY (ARRAY[…])`."""
    plain = condition.lower().replace("(", "").replace(")", "").replace("::text", "").strip()
    return re.sub(r"= any array\[([^]]*)\]", r"in \1", plain)


def test_a_start_on_a_blank_database_is_refused_with_what_to_do(blank_url: str) -> None:
    """The person reads the command."""
    engine = make_engine(blank_url)
    with pytest.raises(migrations.SchemaOutdated, match=r"has no tables yet.*Run: whetstone db upgrade"):
        migrations.require_head(engine)
    migrations.upgrade(blank_url)

    migrations.require_head(engine)
    engine.dispose()


def test_a_start_on_another_schema_is_refused_with_both_names(blank_url: str) -> None:
    """A database from before, or from a version that is newer than this code."""
    migrations.upgrade(blank_url)
    engine = make_engine(blank_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))

    with pytest.raises(migrations.SchemaOutdated, match=f"'0000'.*'{migrations.head()}'") as refused:
        migrations.require_head(engine)
    assert (refused.value.found, refused.value.wanted) == ("0000", migrations.head())
    engine.dispose()


def test_a_step_that_fails_leaves_the_database_as_it_was(blank_url: str) -> None:
    """A table of another program is in the way of ours: all of the step is taken back."""
    engine = make_engine(blank_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE leases (something INTEGER)"))
    before = _schema(blank_url)
    with pytest.raises(Exception, match="leases"):
        migrations.upgrade_engine(engine)
    engine.dispose()

    assert _schema(blank_url) == before


def test_processes_that_start_at_once_do_not_get_in_each_others_way(blank_url: str) -> None:
    """Two of them upgrade one blank database, and all succeed."""
    script = "import sys; from storage import migrations; print(migrations.upgrade(sys.argv[1]))"
    started = [
        subprocess.Popen(
            [sys.executable, "-c", script, blank_url],
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    answers = [process.communicate(timeout=120) for process in started]

    assert answers == [(f"{migrations.head()}\n", "")] * 2
    assert [process.returncode for process in started] == [0] * 2


def test_a_path_with_a_percent_sign_is_no_trouble(tmp_path: Path) -> None:
    """Configuration files give it a meaning of its own."""
    url = f"sqlite:///{tmp_path / '100%' / 'w.db'}"

    assert migrations.upgrade(url) == migrations.head()
    assert (tmp_path / "100%" / "w.db").exists()


def test_tasks_keep_their_rows_and_what_refers_to_them_when_their_key_changes(blank_url: str) -> None:
    """From one task an output to several: rows, references, indexes and append-only triggers are all there after it."""
    engine = make_engine(blank_url)
    _upgrade_to(engine, "0003")
    with engine.begin() as connection:
        for statement in BEFORE_SECOND_LOOKS:
            connection.execute(
                text(statement), {"noon": NOON if engine.dialect.name == "postgresql" else str(NOON)[:19]}
            )
    migrations.upgrade_engine(engine)
    with engine.begin() as connection:
        kept = connection.execute(
            text("SELECT task_id, number, purpose, round, chance, seen_by, words FROM review_tasks ORDER BY task_id")
        ).all()
        connection.execute(text(SECOND_TASK))
    refused = {
        "UPDATE verdicts SET kind = 'reject'": "append-only",
        SECOND_TASK.replace("'t-3'", "'t-4'"): "(?i)unique",
        "DELETE FROM review_tasks WHERE task_id = 't-1'": "(?i)foreign key",
    }
    for statement, words in refused.items():
        with pytest.raises(DBAPIError, match=words), engine.begin() as connection:
            connection.execute(text(statement))
    engine.dispose()

    assert [tuple(row) for row in kept] == [
        ("t-1", 1, "review", 1, None, "[]", 0),
        ("t-2", 2, "review", 1, None, "[]", 0),
    ]


def _upgrade_to(engine: Engine, revision: str) -> None:
    configuration = migrations.configuration()
    with engine.begin() as connection:
        configuration.attributes["connection"] = connection
        command.upgrade(configuration, revision)


BEFORE_SECOND_LOOKS = [
    """INSERT INTO outputs (number, output_id, body_hash, model, model_version, hold, created_at, received_at, body)
       VALUES (1, 'o-1', '', '"m"', '""', 1 = 0, :noon, :noon, '{}'),
              (2, 'o-2', '', '"m"', '""', 1 = 0, :noon, :noon, '{}')""",
    """INSERT INTO sampling_decisions (output_id, selected, inclusion_probability, reason, rule, channel,
       policy_version, draw, decided_at) SELECT output_id, 1 = 1, 1, 'uniform', '""', '', 'p', 0, :noon FROM outputs""",
    """INSERT INTO review_tasks (task_id, output_id, number, channel, hold, state, created_at, handed_on_by, priority,
       due_order) SELECT 't-' || number, output_id, number, 'C0', 1 = 0, 'open', :noon, '', 1, :noon FROM outputs""",
    """INSERT INTO verdicts (position, verdict_id, task_id, reviewer, revision, kind, reasons, note, marks, seen,
       recorded_at) VALUES (1, 'v-1', 't-1', 'U0', 1, 'approve', '[]', '""', '[]', 'evidence', :noon)""",
    """INSERT INTO selection_cuts (position, output_id, route, keep_probability, kept_so_far, draw, kept, reaches_from,
       cut_at) VALUES (1, 'o-1', '""', 1, 1, 0, 1 = 1, :noon, :noon)""",
]
SECOND_TASK = """INSERT INTO review_tasks (task_id, output_id, number, channel, hold, state, created_at, handed_on_by,
    priority, due_order, purpose, round) SELECT 't-3', output_id, number, 'C0', hold, 'open', created_at, '', 1,
    due_order, 'second', 1 FROM review_tasks WHERE task_id = 't-1'"""
