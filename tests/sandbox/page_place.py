"""The real service with its workspace, an application that sends outputs to it, and where things stand on its page."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from playwright.sync_api import Locator, Page
from whetstone_client import Whetstone

from tests.slack.people import until
from tests.system.parts import environment, free_port, running, whetstone

SOURCE = {
    "text": "A cash withdrawal outside the euro area costs € 3.50 for each withdrawal.",
    "title": "Card fees 2026",
    "heading": "Cash abroad",
    "address": "https://help.meridian.example/fees",
}
ANSWER = "A cash withdrawal outside the euro area costs € 2.00 for each withdrawal."


class Place:
    """The installation, and the application that uses it."""

    def __init__(self, workspace: str, client: Whetstone) -> None:
        self.workspace = workspace
        self.client = client

    def send(self, output_id: str, completion: str) -> None:
        """A held output, which is always selected; returns once it is scored."""
        self.client.submit(
            output_id=output_id,
            prompt=f"What is {output_id}?",
            completion=completion,
            model="m",
            passages=[SOURCE],
            hold=True,
        )
        until(lambda: self.client.get(output_id).raw["task"], "the worker did not score it")


@contextmanager
def a_place(folder: Path) -> Iterator[Place]:
    """Everything in one process, until the block ends."""
    port, page = free_port(), free_port()
    settings = environment(folder / "var", PORT=str(port), WHETSTONE_SANDBOX_PORT=str(page))
    api, workspace = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{page}"
    with running("serve", "--all", settings=settings, cwd=folder):
        until(lambda: _answers(f"{api}/readyz"), "the service did not start")
        token = whetstone("token", "create", "test", settings=settings, cwd=folder).stdout.split()[-1]
        with Whetstone(api, token, timeout=30.0) as client:
            yield Place(workspace, client)


def _answers(address: str) -> bool:
    try:
        return httpx.get(address, timeout=2).status_code == 200
    except httpx.HTTPError:
        return False


def card(page: Page, output_id: str) -> Locator:
    """The card of this output."""
    return page.locator(".main article[data-ts]", has_text=f"What is {output_id}?")


def form(page: Page, callback_id: str) -> Locator:
    """The form on top."""
    return page.locator(f"dialog[data-testid=modal][data-callback-id='{callback_id}']")
