"""A port that is taken or a database that cannot be used is told in a line that says what to do."""

from __future__ import annotations

import socket
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from bot import database_trouble
from bot.bootstrap import check_database, upgrade_database
from bot.runtime import _uvicorn
from bot.sandbox.server import Sandbox
from bot.settings import Settings
from reviewers.errors import Unavailable


def test_taken_port_names_its_setting() -> None:
    """Of the API and of the sandbox each its own."""
    api: Any = None
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(Unavailable, match=f"API .*port {port}: Address already in use.*WHETSTONE_PORT"):
            _uvicorn(api, "127.0.0.1", port).__enter__()
        with pytest.raises(Unavailable, match=f"sandbox .*port {port}: Address already in use.*WHETSTONE_SANDBOX_PORT"):
            Sandbox().running(port).__enter__()


def test_address_of_another_machine_names_the_setting_of_the_host() -> None:
    """192.0.2.1 is nobody's (RFC 5737)."""
    api: Any = None
    with pytest.raises(Unavailable, match=r"192\.0\.2\.1, port 0: .*WHETSTONE_HOST"):
        _uvicorn(api, "192.0.2.1", 0).__enter__()


@pytest.mark.parametrize("use", [check_database, upgrade_database])
def test_file_that_is_no_database_is_told(tmp_path: Path, use: Any) -> None:
    """With what SQLite says of it."""
    (tmp_path / "x.db").write_bytes(b"no database at all, though long enough to be read" * 100)
    with pytest.raises(Unavailable, match=r"file is not a database\. See .*WHETSTONE_DATABASE_URL"):
        use(Settings(database_url=f"sqlite:///{tmp_path / 'x.db'}"))


@pytest.mark.parametrize("use", [check_database, upgrade_database])
def test_folder_that_cannot_be_made_names_the_setting_that_holds_it(tmp_path: Path, use: Any) -> None:
    """The address where one was given; else the data folder."""
    (tmp_path / "file").write_bytes(b"")
    folder = tmp_path / "file" / "folder"
    with pytest.raises(Unavailable, match=r"cannot be opened: .*WHETSTONE_DATABASE_URL") as told:
        use(Settings(database_url=f"sqlite:///{folder / 'y.db'}"))
    assert "WHETSTONE_DATA_DIR" not in str(told.value)
    with pytest.raises(Unavailable, match=r"cannot be opened: .*WHETSTONE_DATA_DIR") as told:
        use(Settings(database_url="", data_dir=folder))
    assert "DATABASE_URL" not in str(told.value)


def test_step_that_fails_is_not_laid_on_the_address(tmp_path: Path) -> None:
    """The database answers, and holds a table of the same name: no address would mend that."""
    with closing(sqlite3.connect(tmp_path / "x.db")) as other:
        other.execute("CREATE TABLE outputs (something TEXT)")
    with pytest.raises(OperationalError, match="outputs"):
        upgrade_database(Settings(database_url=f"sqlite:///{tmp_path / 'x.db'}"))


def test_server_that_does_not_answer_is_told_without_the_password() -> None:
    """Nobody listens on the port that was free a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
    with pytest.raises(Unavailable, match=r"cannot be used: .*refused") as told:
        check_database(Settings(database_url=f"postgresql://whetstone:s3cret@127.0.0.1:{port}/whetstone"))
    assert "s3cret" not in str(told.value)


def test_password_that_a_driver_repeats_is_hidden() -> None:
    """That of the address and that of its query."""
    url = "postgresql://u:s3cret@db.example/w?sslpassword=0ther"
    with pytest.raises(Unavailable) as told, database_trouble.told(url):
        raise OperationalError("SELECT 1", {}, Exception("no s3cret and no 0ther\nsecond line"))
    assert str(told.value).startswith("The database cannot be used: no *** and no ***. See")
