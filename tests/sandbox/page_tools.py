"""What tests that look at the sandbox's page in a real Chromium share."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import ConsoleMessage, Page

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDE = 1000  # px
PHONE = 375  # px
SURFACES = Path(__file__).parents[3] / "shared" / "surfaces"


@dataclass(kw_only=True)
class Seen:
    """What went wrong in the pages of one test, and which addresses they asked."""

    errors: list[str] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        """Notes errors and requests of `page` from now on."""

        def noted(message: ConsoleMessage) -> None:
            if message.type in ("error", "warning"):
                self.errors.append(message.text)

        page.on("console", noted)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda request: self.addresses.append(request.url))


OpenPage = Callable[..., Page]
"""`open_page(address, user=, place=, width=, scheme="dark")`: a page that is ready."""


def overflow(page: Page) -> int:
    """Pixels by which the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))
