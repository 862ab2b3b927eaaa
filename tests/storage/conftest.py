"""The three stores of the contract: in memory, an SQLite file, and a database of a real PostgreSQL server."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from reviewers.ports import Store
from storage import migrations
from storage.engine import make_engine
from storage.unit_of_work import SqlStore
from tests.fakes import MemoryStore


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
