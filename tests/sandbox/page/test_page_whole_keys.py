"""A reviewer without a mouse: all of a review with the real app, by keys alone.

Nothing here clicks, and nothing is given the focus: where a step begins is where the step before it left off.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.sandbox.page_place import ANSWER, Place, a_place, card, form
from tests.sandbox.page_tools import OpenPage

pytestmark = [pytest.mark.browser, pytest.mark.models]
expect.set_options(timeout=20_000)

RIGHT = ANSWER.replace("2.00", "3.50")
FAR = 60  # presses after which a key leads nowhere


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A service with five outputs that wait for review, the first one longest."""
    with a_place(tmp_path_factory.mktemp("serve")) as place:
        for output_id in ("editing", "running", "homing", "replying", "reacting"):
            place.send(output_id, ANSWER)
        yield place


def press(page: Page, *keys: str) -> None:
    """One key after the other."""
    for key in keys:
        page.keyboard.press(key)


def go_to(page: Page, target: Locator, key: str = "Tab") -> None:
    """Press one key until it led to `target`."""
    for _ in range(FAR):
        if target.evaluate("node => node === document.activeElement"):
            return
        page.keyboard.press(key)
    raise AssertionError(f"{key} did not lead to {target}")


def button(where: Locator, action: str) -> Locator:
    """A button by its action."""
    return where.locator(f"[data-action-id='{action}']")


def to_the_composer(page: Page) -> None:
    """From anywhere in the workspace."""
    go_to(page, page.locator(".main [data-testid=composer]"), "F6")


def to_the_card(page: Page, output_id: str) -> None:
    """From the composer: back to the list of messages, and up to the card."""
    to_the_composer(page)
    go_to(page, page.locator(".main .scroller"), "Shift+Tab")
    go_to(page, card(page, output_id), "ArrowUp")


def marks_a_claim_and_edits(page: Page) -> None:
    """Card, claim view, edit, and its difference; the focus ends where it began."""
    to_the_card(page, "editing")
    go_to(page, button(card(page, "editing"), "card.check"))
    press(page, "Enter")
    claims = form(page, "claims.save")
    go_to(page, claims.get_by_label("Right", exact=True))
    press(page, "ArrowDown")
    expect(claims.get_by_label("Wrong", exact=True)).to_be_checked()
    go_to(page, claims.get_by_label("Only keep the marks"))
    press(page, "ArrowUp", "ArrowUp")
    expect(claims.get_by_label("Edit", exact=True)).to_be_checked()
    press(page, "Control+Enter")
    edit = form(page, "edit.preview")
    expect(edit).to_contain_text("Wrong, your mark")
    go_to(page, edit.locator("textarea").first)
    press(page, "Control+A")
    page.keyboard.insert_text(RIGHT)
    press(page, "Control+Enter")
    expect(form(page, "edit.save")).to_contain_text("“2.00” becomes “3.50”")
    press(page, "Control+Enter")
    expect(card(page, "editing")).to_contain_text("Edited by")
    expect(card(page, "editing")).to_be_focused()


def runs_by_command(page: Page) -> None:
    """`/whetstone next` opens the run; a verdict puts the next answer in its place, and Escape stops."""
    to_the_composer(page)
    page.keyboard.type("/whetstone next")
    press(page, "Enter")
    run = form(page, "run")
    expect(run).to_contain_text("What is running?")
    go_to(page, button(run, "run.approve"))
    press(page, "Enter")
    expect(run).to_contain_text("What is homing?")
    go_to(page, button(run, "run.undo"))
    press(page, "Escape")
    expect(run).not_to_be_visible()
    expect(page.locator(".main [data-testid=composer]")).to_be_focused()


def rejects_from_home(page: Page) -> None:
    """Home stands above the channels in the list; its Review next opens what waits longest."""
    go_to(page, page.locator("nav [data-nav=channel].here"), "F6")
    go_to(page, page.locator("nav [data-nav=home]"), "Shift+Tab")
    press(page, "Enter")
    go_to(page, button(page.locator("[data-testid=home]"), "queue.next"))
    press(page, "Enter")
    run = form(page, "run")
    expect(run).to_contain_text("What is homing?")
    go_to(page, button(run, "run.reject"))
    press(page, "Enter")
    reject = form(page, "reject.save")
    go_to(page, reject.get_by_label("Contradicts the source"))
    press(page, "Space", "Control+Enter")
    expect(run).to_contain_text("rejected")
    press(page, "Escape")
    expect(button(page.locator("[data-testid=home]"), "queue.next")).to_be_focused()
    go_to(page, page.locator("nav [data-nav=home]"), "F6")
    go_to(page, page.locator("nav [data-channel=C0REVIEW]"))
    press(page, "Enter")
    expect(page.get_by_role("heading", name="# review")).to_be_focused()


def asks_for_help(page: Page) -> None:
    """The answer to a command is one message that only the asker sees, and it is spoken."""
    to_the_composer(page)
    page.keyboard.type("/whetstone help")
    press(page, "Enter")
    expect(page.locator(".main article[data-ephemeral]").last).to_contain_text("/whetstone next")
    expect(page.locator("#live")).to_contain_text("Only visible to you. Whetstone:")


def replies_and_rejects(page: Page) -> None:
    """A reply in the thread brings a proposal there; its Reject opens the form with the reply's words."""
    to_the_card(page, "replying")
    press(page, "t")
    thread = page.get_by_test_id("thread")
    expect(thread.get_by_test_id("composer")).to_be_focused()
    page.keyboard.type("wrong, it is € 3.50")
    press(page, "Enter")
    expect(thread.locator("article[data-ephemeral]")).to_contain_text("Record this as your verdict")
    go_to(page, button(thread, "proposal.reject"), "Shift+Tab")
    press(page, "Enter")
    reject = form(page, "reject.save")
    expect(reject.locator("textarea")).to_have_value("wrong, it is € 3.50")
    go_to(page, reject.get_by_label("Contradicts the source"))
    press(page, "Space", "Control+Enter")
    expect(card(page, "replying")).to_contain_text("Rejected by")
    go_to(page, thread.get_by_test_id("composer"), "F6")
    press(page, "Escape")
    expect(thread).to_have_count(0)


def reacts_and_approves(page: Page) -> None:
    """A reaction brings a proposal in the channel; its Approve records it."""
    to_the_card(page, "reacting")
    press(page, "r", "Enter")  # the first mark of the picker
    expect(card(page, "reacting").locator("[data-reaction=white_check_mark]")).to_be_visible()
    proposal = page.locator(".main article[data-ephemeral]", has_text="You reacted with")
    go_to(page, proposal, "ArrowDown")
    go_to(page, button(proposal, "proposal.approve"))
    press(page, "Enter")
    expect(card(page, "reacting")).to_contain_text("Approved by")


def test_a_whole_review_needs_no_mouse(place: Place, open_page: OpenPage) -> None:
    """Card, claims, edit with its difference, run, Home, command, reply and reaction: five verdicts, each as meant."""
    page = open_page(place.workspace, user="U0MARA", place="C0REVIEW", width=1280)
    expect(card(page, "reacting")).to_be_visible()
    marks_a_claim_and_edits(page)
    runs_by_command(page)
    rejects_from_home(page)
    asks_for_help(page)
    replies_and_rejects(page)
    reacts_and_approves(page)
    releases = {
        output_id: place.client.release(output_id, wait=30)
        for output_id in ("editing", "running", "homing", "replying", "reacting")
    }
    assert {output_id: release.state for output_id, release in releases.items()} == {
        "editing": "edited",
        "running": "approved",
        "homing": "rejected",
        "replying": "rejected",
        "reacting": "approved",
    }
    assert releases["editing"].text == RIGHT
