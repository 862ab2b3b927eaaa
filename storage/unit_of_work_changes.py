"""Was anything committed since? A question of microseconds, so that a waiting reader can ask it many times a second."""

from __future__ import annotations

import sqlite3
import threading
from typing import Protocol

from sqlalchemy import Connection, Engine, text


class Changes(Protocol):
    """Tells markers: two equal ones mean that nothing was committed in between."""

    def marker(self) -> object: ...

    def close(self) -> None: ...


class SqliteChanges:
    """`PRAGMA data_version` of a connection that never writes: every commit is another connection's, and changes it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._connection: Connection | None = None
        self._opened = 0  # the number is one connection's own: never compare those of two

    def marker(self) -> object:
        """Which connection was asked, and its number."""
        with self._lock:
            if self._connection is None:
                self._connection = self._engine.connect()
                self._connection.detach()  # its own, for as long as this lives: not one of the pool's
                self._opened += 1
            driver = self._connection.connection.dbapi_connection
            assert isinstance(driver, sqlite3.Connection)
            return self._opened, driver.execute("PRAGMA data_version").fetchone()[0]

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None


class PostgresChanges:
    """The snapshot: which transactions have ended. One that commits leaves it; one that only reads is never in it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")

    def marker(self) -> object:
        """The same for every connection and process, so any connection may ask."""
        with self._engine.connect() as connection:
            return str(connection.execute(text("SELECT pg_current_snapshot()::text")).scalar_one())

    def close(self) -> None:
        """Nothing of its own to close."""


def changes_of(engine: Engine) -> Changes:
    """The way of this database."""
    return SqliteChanges(engine) if engine.dialect.name == "sqlite" else PostgresChanges(engine)
