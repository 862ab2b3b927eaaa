"""The schema in steps (Alembic): bring a database to the newest one, or refuse to start on another.

    upgrade("sqlite:///whetstone.db")

A new step: `alembic.command.revision(configuration(), "what it does")`, then written by hand for both databases.
Alembic is imported only where it is used: a process that serves needs it once, for `require_head`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Engine, text

from reviewers.errors import Unavailable
from storage.engine import make_engine, reading

if TYPE_CHECKING:
    from alembic.config import Config

HERE = Path(__file__).parent
UPGRADE_LOCK = 0x57486574  # "WHet": the number of the advisory lock in PostgreSQL, our choice


class SchemaOutdated(Unavailable):
    """The database has another schema than this code."""

    def __init__(self, found: str | None, wanted: str) -> None:
        has = f"has the schema {found!r}" if found else "has no tables yet"
        super().__init__(f"The database {has}, and this version needs {wanted!r}. Run: whetstone db upgrade")
        self.found = found
        self.wanted = wanted


def configuration() -> Config:
    """Alembic's configuration, made here: there is no alembic.ini."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(HERE).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def upgrade(url: str) -> str:
    """Bring a database to the newest schema and return its name; safe to call from several processes at once."""
    engine = make_engine(url)
    try:
        return upgrade_engine(engine)
    finally:
        engine.dispose()


def upgrade_engine(engine: Engine) -> str:
    """As `upgrade`. All steps are one transaction: whole, or not there at all."""
    from alembic import command

    config = configuration()
    with engine.begin() as connection:  # on SQLite this takes the write lock: a second process waits here
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": UPGRADE_LOCK})
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return head()


def head() -> str:
    """The newest schema that this code knows."""
    from alembic.script import ScriptDirectory

    newest = ScriptDirectory.from_config(configuration()).get_current_head()
    assert newest is not None, "there is always a first step"
    return newest


def current(url: str) -> str | None:
    """The schema of a database; None when it has none."""
    engine = make_engine(url)
    try:
        return current_of(engine)
    finally:
        engine.dispose()


def current_of(engine: Engine) -> str | None:
    """As `current`."""
    from alembic.migration import MigrationContext

    with reading(engine).connect() as connection:  # never waits for a writer
        return MigrationContext.configure(connection).get_current_revision()


def require_head(engine: Engine) -> None:
    """Raises SchemaOutdated unless the database has exactly the schema of this code."""
    found, wanted = current_of(engine), head()
    if found != wanted:
        raise SchemaOutdated(found, wanted)
