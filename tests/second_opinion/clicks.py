"""A person with a browser: our card and both forms of Edit, clicked through on local-slack's own page."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from playwright.sync_api import Page, expect, sync_playwright

from tests.sandbox.page_tools import CHROMIUM, FLAGS
from tests.second_opinion.workspace import ADDRESS

WAIT = 15_000  # ms


def edit_and_open_home(place: int, *, answer: str, corrected: str, note: str) -> str:
    """Edit the card at this place in the channel (from 0), then open Home; returns what Home shows.

    Playwright allows one event loop a thread, and that of other tests may still be open in theirs: hence a thread.
    """
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(_at_the_page, place, answer, corrected, note).result()


def _at_the_page(place: int, answer: str, corrected: str, note: str) -> str:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page()
        page.set_default_timeout(WAIT)
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(ADDRESS)
        _edit(page, place, answer, corrected, note)
        home = _home(page)
        browser.close()
    assert faults == []
    return home


def _edit(page: Page, place: int, answer: str, corrected: str, note: str) -> None:
    card = page.locator(".msg").nth(place)
    card.get_by_role("button", name="Edit", exact=True).click()
    form = page.locator(".modal")
    expect(form.locator(".modal-title")).to_have_text("Edit answer", timeout=WAIT)
    field = form.locator("input.bk-plain-input").first
    expect(field).to_have_value(answer)
    field.fill(corrected)
    form.get_by_role("button", name="Show changes").click()
    expect(form.locator(".modal-title")).to_have_text("Your changes", timeout=WAIT)
    form.locator("input.bk-plain-input").fill(note)
    form.get_by_role("button", name="Save edit").click()
    expect(form).to_have_count(0, timeout=WAIT)
    expect(card.get_by_role("button", name="Approve")).to_have_count(0, timeout=WAIT)


def _home(page: Page) -> str:
    page.locator(".sidebar-item", has_text="whetstone").click()
    shown = page.locator(".home .blocks")
    expect(shown).to_be_visible(timeout=WAIT)
    return shown.inner_text()
