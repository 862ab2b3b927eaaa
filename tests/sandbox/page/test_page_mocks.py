"""Every mock-up of the surfaces is drawn whole, on a wide screen and on a phone, light and dark."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.sandbox.page_server import Json, PageServer
from tests.sandbox.page_tools import PHONE, SURFACES, WIDE, OpenPage, overflow

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not SURFACES.exists(), reason="the mock-ups (shared/surfaces beside the checkout) are not here"),
]
FILES = sorted(SURFACES.glob("*.json"))


def _fits(page: Page, what: str) -> None:
    for width, scheme in [(PHONE, "light"), (PHONE, "dark"), (WIDE, "light")]:
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        assert overflow(page) <= 0, f"{what} is wider than {width} px"
    assert page.locator(".unknown").count() == 0, f"{what} has parts that are not drawn"


def _show_messages(server: PageServer, states: dict[str, Json], page: Page) -> None:
    messages = {name: state for name, state in states.items() if "blocks" in state}
    shown = {
        name: server.post(state["blocks"], text=state["text"], is_ephemeral=state.get("ephemeral", False))
        for name, state in messages.items()
    }
    for name, ts in shown.items():
        row = page.locator(f'article[data-ts="{ts}"]')
        row.wait_for()
        assert row.locator("[data-block-id][data-block-type]").count() >= len(messages[name]["blocks"]), name


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_state_of_a_mock_up_is_drawn(path: Path, stand_in: PageServer, open_page: OpenPage) -> None:
    """Messages, modals and Home of one mock file: all blocks known, nothing wider than the window, no errors."""
    states: dict[str, Json] = json.loads(path.read_text())
    page = open_page(stand_in.address)
    _show_messages(stand_in, states, page)
    _fits(page, path.stem)
    for number, (name, state) in enumerate(states.items()):
        if state.get("view", {}).get("type") == "modal":
            stand_in.views.clear()
            view = stand_in.open(state["view"], view_id=f"V{number}")
            modal = page.locator(f'dialog[data-view-id="V{number}"]')
            modal.wait_for()
            assert modal.locator("h2").inner_text() == view["title"]["text"]
            _fits(page, f"{path.stem} {name}")


@pytest.mark.parametrize("state", ["reviewer", "reviewer_empty", "lead"])
def test_home_asks_the_app_and_shows_its_view(state: str, stand_in: PageServer, open_page: OpenPage) -> None:
    """Opening Home sends app_home_opened for the person and draws what is published."""
    path = next(SURFACES.glob("09-home.json"))
    stand_in.homes["U01MARA"] = {"id": "VHOME", **json.loads(path.read_text())[state]["view"]}
    page = open_page(stand_in.address, place="home")
    page.locator('[data-testid="home"]').wait_for()
    assert stand_in.wait_for("home") == {"user": "U01MARA"}
    _fits(page, f"home {state}")
