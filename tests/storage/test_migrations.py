"""From a blank database to the newest schema, on both databases, and a start on any other schema is refused."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from storage import migrations, tables
from storage.engine import make_engine

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
        "ix_review_tasks_of_batch": "batch_id <> ''",
        "ix_review_tasks_open": "state = 'open'",
        "ix_review_tasks_posted": "posted_ts is not null",
        "ix_review_tasks_times_out": "state in 'open', 'disputed' and times_out_at is not null",
        "ix_review_tasks_waiting": "state in 'open', 'disputed' and not hold",
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
