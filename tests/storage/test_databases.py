"""What only a real database can promise: it refuses to forget, survives a kill, and lets workers pass each other."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from reviewers.decisions.risk import PRIOR
from reviewers.errors import Conflict, Invalid, Unavailable
from reviewers.model import ClaimMark, Mark, Outcome, Reply, Resolution, Route
from reviewers.ports import OutboxItem, OutboxKind
from storage.engine import database_url as parse_database_url
from storage.engine import make_engine
from storage.tables import APPEND_ONLY, metadata
from storage.unit_of_work import SqlStore
from tests.builders import NOON, a_cut, a_decision, a_made_plan, a_task, a_verdict, an_output
from tests.decisions.test_source_changes import a_change
from tests.digests import a_digest
from tests.judged import a_judgement
from tests.storage.test_store_contract_digests import ANSWER, EVENT, START
from tests.storage.test_store_contract_sources import a_reopening

ROOT = Path(__file__).parents[2]


def keep_tasks(store: SqlStore, amount: int) -> None:
    """Tasks t-0, t-1 … of outputs o-0, o-1 …"""
    with store.begin() as uow:
        uow.outputs.add([an_output(f"o-{n}") for n in range(amount)])
        uow.decisions.add([a_decision(f"o-{n}") for n in range(amount)])
        for n in range(amount):
            uow.tasks.add(a_task(f"t-{n}", output_id=f"o-{n}"))


@pytest.fixture
def judged(sql_store: SqlStore) -> None:
    """One of everything that is append-only."""
    keep_tasks(sql_store, 1)
    with sql_store.begin() as uow:
        uow.verdicts.append(a_verdict("v-1", task_id="t-0"))
        uow.verdicts.keep_marks("t-0", "U0MARA", [ClaimMark(claim_number=1, mark=Mark.WRONG)], NOON)
        uow.verdicts.resolve(
            Resolution(
                task_id="t-0",
                revision=1,
                outcome=Outcome.APPROVED,
                verdict_id="v-1",
                resolved_by="U0MARA",
                resolved_at=NOON,
            )
        )
        uow.replies.add(Reply(task_id="t-0", channel="C0REVIEW", ts="1.2", author="U0MARA", text="no", written_at=NOON))
        uow.routes.put(Route(name="Card support"), by="U0MARA", at=NOON)
        uow.plans.add(a_made_plan())
        uow.cuts.add([a_cut("o-0")])
        uow.judgements.add(a_judgement())
        uow.risk_models.add(PRIOR, at=NOON)
        uow.digests.add(a_digest(), at=NOON)
        uow.digest_answers.add(ANSWER)
        uow.watches.add(START)
        uow.webhook_events.add(EVENT)
        uow.source_changes.add(a_change())
        uow.source_changes.end(a_reopening())


@pytest.mark.usefixtures("judged")
@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize("statement", ["UPDATE {0} SET {1} = {1}", "DELETE FROM {0}"])
def test_what_people_said_can_neither_be_changed_nor_removed(database_url: str, table: str, statement: str) -> None:
    """Not even by a person with a prompt on the database: its triggers refuse."""
    engine = make_engine(database_url)
    with pytest.raises(IntegrityError, match=f"{table} are append-only"), engine.begin() as connection:
        connection.execute(text(statement.format(table, next(iter(metadata.tables[table].columns)).name)))

    with engine.connect() as connection:
        assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar() == 1
    engine.dispose()


def test_sqlite_refuses_to_replace_a_verdict(sqlite_url: str) -> None:
    """INSERT OR REPLACE removes the old row, which fires a trigger only because the engine asks for that."""
    store = SqlStore(make_engine(sqlite_url))
    keep_tasks(store, 1)
    with store.begin() as uow:
        uow.verdicts.append(a_verdict("v-1", task_id="t-0"))
    store.close()

    engine = make_engine(sqlite_url)
    with pytest.raises(IntegrityError, match="append-only"), engine.begin() as connection:
        connection.execute(text("INSERT OR REPLACE INTO verdicts SELECT * FROM verdicts"))
    engine.dispose()


def test_postgresql_refuses_to_empty_the_table_of_verdicts(postgres_url: str) -> None:
    """TRUNCATE goes round row triggers; these are statement triggers."""
    engine = make_engine(postgres_url)
    with pytest.raises(IntegrityError, match="append-only"), engine.begin() as connection:
        connection.execute(text("TRUNCATE verdicts CASCADE"))
    engine.dispose()


def test_sqlite_is_durable_and_checks_its_keys(sqlite_url: str) -> None:
    """Write-ahead log (readers never wait), synchronous FULL (2: on the disk before the answer), foreign keys."""
    engine = make_engine(sqlite_url)
    with engine.connect() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    engine.dispose()

    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 30_000}


@pytest.fixture
def two_workers(postgres_url: str) -> Iterator[tuple[SqlStore, SqlStore]]:
    """Two processes, as far as PostgreSQL can tell, and four tasks."""
    stores = SqlStore(make_engine(postgres_url)), SqlStore(make_engine(postgres_url))
    keep_tasks(stores[0], 4)
    yield stores
    for store in stores:
        store.close()


def test_on_postgresql_a_second_worker_passes_by_what_a_first_one_is_claiming(
    two_workers: tuple[SqlStore, SqlStore],
) -> None:
    """Neither waits for the other's commit: both are in one thread."""
    with two_workers[0].begin() as one, two_workers[1].begin() as other:
        first = one.outputs.claim_unscored(limit=3, now=NOON, lease_seconds=60, worker="a")
        second = other.outputs.claim_unscored(limit=3, now=NOON, lease_seconds=60, worker="b")

    assert [output.output_id for output in first] == ["o-0", "o-1", "o-2"]
    assert [output.output_id for output in second] == ["o-3"]


def test_on_postgresql_a_task_has_one_item_under_way_before_the_claim_is_committed(
    two_workers: tuple[SqlStore, SqlStore],
) -> None:
    """The second worker gets neither the item that the first one is claiming nor the one behind it."""
    first, second = two_workers
    with first.begin() as uow:
        for key, task_id in (("post:t-0", "t-0"), ("update:t-0", "t-0"), ("post:t-1", "t-1")):
            uow.outbox.add(
                OutboxItem(key=key, kind=OutboxKind.POST_CARD, task_id=task_id, channel="C0REVIEW", due_at=NOON)
            )

    with first.begin() as one, second.begin() as other:
        mine = one.outbox.claim_due(limit=1, now=NOON, lease_seconds=60, worker="a")
        theirs = other.outbox.claim_due(limit=9, now=NOON, lease_seconds=60, worker="b")

    assert [item.key for item in mine] == ["post:t-0"]
    assert [item.key for item in theirs] == ["post:t-1"]


def test_on_postgresql_two_writers_that_wait_for_each_other_are_told_of_the_conflict(
    two_workers: tuple[SqlStore, SqlStore],
) -> None:
    """One goes through, the other may try again."""
    both_hold_one = threading.Barrier(2, timeout=60)

    def lock(store: SqlStore, tasks: list[str]) -> bool:
        try:
            with store.begin() as uow:
                uow.tasks.lock(tasks[0])
                both_hold_one.wait()
                uow.tasks.lock(tasks[1])
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lock, two_workers, [["t-0", "t-1"], ["t-1", "t-0"]]))

    assert sorted(results) == [False, True]


def test_a_commit_of_another_connection_changes_the_marker(database_url: str) -> None:
    """Another process is nothing else."""
    watcher, writer = SqlStore(make_engine(database_url)), SqlStore(make_engine(database_url))
    before = watcher.change_marker()
    assert watcher.change_marker() == before
    with writer.begin() as uow:
        uow.outputs.add([an_output()])

    assert watcher.change_marker() != before
    watcher.close()
    writer.close()


WRITER = """
import itertools, sys
from storage.engine import make_engine
from storage.unit_of_work import SqlStore
from tests.builders import an_output, a_decision

store = SqlStore(make_engine(sys.argv[1]))
for batch in itertools.count():
    with store.begin() as uow:
        outputs = [an_output(f"{batch}-{n}") for n in range(50)]
        uow.outputs.add(outputs)
        uow.decisions.add([a_decision(output.output_id) for output in outputs])
    print(batch, flush=True)
"""


def test_a_writer_that_is_killed_leaves_whole_transactions_and_all_that_it_acknowledged(sqlite_url: str) -> None:
    """`kill -9` in the middle of its work, three times, on the same file."""
    for round_ in range(3):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER.replace("{batch}-", f"{round_}-{{batch}}-"), sqlite_url],
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            text=True,
        ) as writer:
            assert writer.stdout is not None
            acknowledged = [int(writer.stdout.readline()) for _ in range(8)]
            writer.send_signal(signal.SIGKILL)
            acknowledged += [int(line) for line in writer.stdout.read().splitlines() if line]

        with sqlite3.connect(sqlite_url.removeprefix("sqlite:///")) as connection:
            rows = connection.execute(
                "SELECT o.output_id, d.output_id, q.number FROM outputs o"
                " LEFT JOIN sampling_decisions d USING (output_id) LEFT JOIN scoring_queue q USING (number)"
            ).fetchall()
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        connection.close()
        batches: dict[str, int] = {}
        for output_id, decision, queued in rows:
            assert decision is not None
            assert queued is not None
            name = output_id.rpartition("-")[0]
            batches[name] = batches.get(name, 0) + 1
        assert set(batches.values()) == {50}
        assert {f"{round_}-{batch}" for batch in acknowledged} <= set(batches)


def test_database_urls_are_read_in_the_forms_that_people_have() -> None:
    """Hosts of databases hand out `postgres://`."""
    for url in ("postgres://u@h/d", "postgresql://u@h/d", "postgresql+psycopg://u@h/d"):
        assert parse_database_url(url).render_as_string() == "postgresql+psycopg://u@h/d"
    assert parse_database_url("sqlite:///var/whetstone.db").database == "var/whetstone.db"


@pytest.mark.parametrize("url", ["", "whetstone.db", "mysql://u:s3same@h/d", "sqlite://", "sqlite:///:memory:"])
def test_another_database_url_is_refused_in_a_sentence_that_keeps_its_password(url: str) -> None:
    """The setting is named, and the URL is not repeated."""
    with pytest.raises(Invalid) as refused:
        make_engine(url)

    assert refused.value.field == "database_url"
    assert "s3same" not in refused.value.message


def test_a_server_that_does_not_answer_is_unavailable() -> None:
    """A port where nobody listens."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        store = SqlStore(make_engine(f"postgresql://nobody@127.0.0.1:{unused.getsockname()[1]}/nothing"))
        with pytest.raises(Unavailable, match="does not answer"), store.begin() as uow:
            uow.outputs.waiting()
        with pytest.raises(Unavailable, match="does not answer"):
            store.change_marker()
        store.close()


def test_a_file_that_cannot_be_opened_is_unavailable(tmp_path: Path) -> None:
    """The path is a folder."""
    store = SqlStore(make_engine(f"sqlite:///{tmp_path}"))
    with pytest.raises(Unavailable, match="SQLITE_CANTOPEN"), store.read() as uow:
        uow.outputs.waiting()
    with pytest.raises(Unavailable, match="SQLITE_CANTOPEN"):
        store.change_marker()
    store.close()


def test_an_error_that_is_no_outage_stays_what_it_is(sql_store: SqlStore) -> None:
    """A limit that is no number is a mistake of ours: `Unavailable` would hide it from us."""
    with pytest.raises(DBAPIError), sql_store.begin() as uow:
        uow.outputs.claim_unscored(limit="many", now=NOON, lease_seconds=1, worker="w")  # type: ignore[arg-type]  # on purpose: what a database says of it


def test_a_marker_asked_for_by_many_threads_is_the_same(sql_store: SqlStore) -> None:
    """Every request that waits asks; on SQLite they share one connection."""
    with ThreadPoolExecutor(8) as pool:
        markers = set(pool.map(lambda _: str(sql_store.change_marker()), range(200)))

    assert len(markers) == 1


def test_next_due_is_a_moment_with_a_zone(sql_store: SqlStore) -> None:
    """It comes from an expression of its own, not from a row."""
    keep_tasks(sql_store, 1)
    due = NOON + timedelta(seconds=5, microseconds=7)
    with sql_store.begin() as uow:
        uow.outbox.add(
            OutboxItem(key="post:t-0", kind=OutboxKind.POST_CARD, task_id="t-0", channel="C0REVIEW", due_at=due)
        )
        assert uow.outbox.next_due() == due
