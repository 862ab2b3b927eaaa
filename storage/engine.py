"""One engine for both databases: durable before the answer, and readers that never wait for a writer."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from reviewers.errors import Invalid

BUSY_SECONDS = 30.0  # how long a writer waits for the writer of another process
# Every waiting thread of the API and of Slack may read at once; connections to a file cost little.
SQLITE_CONNECTIONS, SQLITE_OVERFLOW = 8, 120
POSTGRES_CONNECTIONS, POSTGRES_OVERFLOW = 10, 20  # a server allows 100 by default, and several processes share them
CONNECT_SECONDS = 10  # until a PostgreSQL server that does not answer counts as away

_READS_ONLY = "whetstone_reads_only"


def make_engine(url: str) -> Engine:
    """The engine for `sqlite:///path` or `postgresql://…` (also `postgres://` and `postgresql+psycopg://`).

    Makes the folder of an SQLite file when it is missing. Raises Invalid (`database_url`) for anything else.
    """
    parsed = database_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite_engine(parsed)
    return create_engine(
        parsed,
        pool_size=POSTGRES_CONNECTIONS,
        max_overflow=POSTGRES_OVERFLOW,
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args={"connect_timeout": CONNECT_SECONDS, "application_name": "whetstone"},
    )


def database_url(url: str) -> URL:
    """The URL with the driver that is used here. Raises Invalid (`database_url`); the message never repeats the URL."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise Invalid("database_url", "This is no database URL. Write sqlite:///path or postgresql://…") from None
    if parsed.drivername in ("postgres", "postgresql", "postgresql+psycopg"):
        return parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername not in ("sqlite", "sqlite+pysqlite"):
        raise Invalid("database_url", f"{parsed.drivername!r} is not supported. Use sqlite:///path or postgresql://…")
    if not parsed.database or parsed.database == ":memory:":
        raise Invalid("database_url", "An SQLite database needs a file: sqlite:///path (four slashes when absolute).")
    return parsed


def reading(engine: Engine) -> Engine:
    """The same engine and connections for transactions that only read, each on one snapshot."""
    if engine.dialect.name == "sqlite":
        return engine.execution_options(**{_READS_ONLY: True})
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def _sqlite_engine(url: URL) -> Engine:
    assert url.database
    Path(url.database).expanduser().parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url.set(database=str(Path(url.database).expanduser())),
        pool_size=SQLITE_CONNECTIONS,
        max_overflow=SQLITE_OVERFLOW,
        hide_parameters=True,  # an error's text ends in a log, and texts of models and people are parameters
        pool_use_lifo=True,  # the same few serve a quiet process: each has a cache of up to 2 MB
        connect_args={"timeout": BUSY_SECONDS},
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # BEGIN is ours: the driver would begin too late, and never for a SELECT
    connection.execute(f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1000)}")
    _switch_to_wal(connection)
    connection.execute("PRAGMA synchronous = FULL")  # the log is on the disk before a commit returns
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA recursive_triggers = ON")  # else INSERT OR REPLACE gets round the append-only triggers
    connection.execute("PRAGMA temp_store = MEMORY")


def _switch_to_wal(connection: sqlite3.Connection) -> None:
    """Two processes that open a new file at once can meet here, and SQLite does not wait by itself in this place."""
    give_up = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > give_up:
                raise
            time.sleep(0.01)


def _begin_sqlite(connection: Connection) -> None:
    """Writers take the write lock at once: a reader that becomes a writer could find that it came too late."""
    reads_only = connection.get_execution_options().get(_READS_ONLY, False)
    connection.exec_driver_sql(f"PRAGMA query_only = {'ON' if reads_only else 'OFF'}")
    connection.exec_driver_sql("BEGIN DEFERRED" if reads_only else "BEGIN IMMEDIATE")
