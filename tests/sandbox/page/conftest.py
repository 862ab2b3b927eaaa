"""Fixtures for tests that look at the sandbox's page in a real Chromium."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from tests.sandbox.page_server import PageServer
from tests.sandbox.page_tools import CHROMIUM, FLAGS, SURFACES, WIDE, OpenPage, Seen


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
def stand_in() -> Iterator[PageServer]:
    """A running server with an empty workspace."""
    server = PageServer(pictures=SURFACES / "png")
    with server.running():
        yield server


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
