"""The page by keyboard: walking, the keys on a message, and a focus that outlives what is drawn anew."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.sandbox.page.test_page_modals import a_view, an_input, an_option, plain
from tests.sandbox.page.test_page_use import a_button, a_row
from tests.sandbox.page_server import Json, PageServer
from tests.sandbox.page_tools import PHONE, OpenPage

pytestmark = pytest.mark.browser


def a_line(text: str) -> list[Json]:
    """One section."""
    return [{"type": "section", "block_id": "line", "text": {"type": "mrkdwn", "text": text}}]


def message(page: Page, ts: str) -> Locator:
    """A message of the channel."""
    return page.locator(f'.main article[data-ts="{ts}"]')


def press(page: Page, *keys: str) -> None:
    """One key after the other."""
    for key in keys:
        page.keyboard.press(key)


def test_arrows_walk_from_message_to_message(stand_in: PageServer, open_page: OpenPage) -> None:
    """Up begins at the newest one, both ends hold, and Escape leaves a control for its message."""
    first, second = (stand_in.post(a_row(a_button(name))) for name in ("First", "Second"))
    page = open_page(stand_in.address)
    page.locator(".scroller").focus()
    press(page, "ArrowUp")
    expect(message(page, second)).to_be_focused()
    press(page, "ArrowUp", "ArrowUp")
    expect(message(page, first)).to_be_focused()
    press(page, "Tab")
    expect(page.locator('[data-action-id="first"]')).to_be_focused()
    press(page, "Escape", "ArrowDown", "ArrowDown")
    expect(message(page, second)).to_be_focused()


def test_keys_on_a_message_open_its_thread_its_menu_and_the_picker(stand_in: PageServer, open_page: OpenPage) -> None:
    """T, "." and R do what the buttons do; Escape comes back to the message."""
    ts = stand_in.post(a_line("card"))
    page = open_page(stand_in.address)
    message(page, ts).focus()
    press(page, "t")
    expect(page.get_by_test_id("thread").get_by_test_id("composer")).to_be_focused()
    press(page, "Escape")
    expect(page.get_by_test_id("thread")).to_have_count(0)
    expect(message(page, ts)).to_be_focused()
    press(page, ".", "Enter")
    assert stand_in.wait_for("shortcuts")["callback_id"] == "send.message"
    message(page, ts).focus()
    press(page, "r", "ArrowDown", "ArrowUp", "ArrowRight", "Enter")  # a row of eight down and up, then the second mark
    assert stand_in.wait_for("reactions")["name"] == "x"
    below = stand_in.post(a_line("the app asks back"), is_ephemeral=True)
    expect(message(page, below)).to_be_visible()
    press(page, "ArrowDown")
    expect(message(page, below)).to_be_focused()


def test_f6_walks_round_the_panes(stand_in: PageServer, open_page: OpenPage) -> None:
    """Sidebar, channel, its composer and the thread, and back with Shift."""
    ts = stand_in.post(a_line("card"), reply_count=1)
    page = open_page(stand_in.address, width=1300)
    page.get_by_role("button", name="1 reply").click()
    thread = page.get_by_test_id("thread")
    expect(thread.get_by_test_id("composer")).to_be_focused()
    stops = [
        page.locator("nav .nav-item.here"),
        page.get_by_role("heading", name="# review-cards"),
        page.get_by_test_id("channel").get_by_test_id("composer"),
        thread.get_by_test_id("composer"),
    ]
    for stop in stops:
        press(page, "F6")
        expect(stop).to_be_focused()
    press(page, "Shift+F6", "Shift+F6")
    expect(stops[1]).to_be_focused()
    message(page, ts).focus()
    press(page, "F6")
    expect(stops[2]).to_be_focused()


def test_f6_stays_off_what_a_thread_covers_on_a_phone(stand_in: PageServer, open_page: OpenPage) -> None:
    """There is one pane on the screen, so the focus stays in it."""
    stand_in.post(a_line("card"), reply_count=1)
    page = open_page(stand_in.address, width=PHONE)
    page.get_by_role("button", name="1 reply").click()
    press(page, "F6")
    expect(page.get_by_test_id("thread").get_by_test_id("composer")).to_be_focused()


def test_escape_folds_the_sidebar_of_a_phone(stand_in: PageServer, open_page: OpenPage) -> None:
    """The focus goes back to the button that unfolded it."""
    page = open_page(stand_in.address, width=PHONE)
    page.get_by_test_id("menu").focus()
    press(page, "Enter", "Escape")
    expect(page.get_by_test_id("menu")).to_be_focused()
    expect(page.get_by_test_id("menu")).to_have_attribute("aria-expanded", "false")


def test_control_enter_submits_from_any_field(stand_in: PageServer, open_page: OpenPage) -> None:
    """Also from a text of several lines, where Enter alone begins a line."""
    stand_in.open(a_view(an_input("note", {"type": "plain_text_input", "multiline": True})))
    page = open_page(stand_in.address)
    page.get_by_label("note").press_sequentially("one")
    press(page, "Enter", "Control+Enter")
    assert stand_in.wait_for("views/submit")["values"]["note"]["note"]["value"] == "one\n"


def test_the_focus_returns_to_a_card_that_was_drawn_anew(stand_in: PageServer, open_page: OpenPage) -> None:
    """The same button when it is there still, else its message, else the one before, else the channel's name."""
    before = stand_in.post(a_line("before"))
    ts = stand_in.post(a_row(a_button("Edit")))
    page = open_page(stand_in.address)
    for blocks, stop in [
        (a_row(a_button("Edit"), a_button("Reject")), page.locator('[data-action-id="edit"]')),
        (a_line("Decided"), message(page, ts)),
    ]:
        page.locator('[data-action-id="edit"]').focus()
        stand_in.open(a_view(*a_line("a form")))
        expect(page.get_by_test_id("modal")).to_be_visible()
        stand_in.change(ts, blocks=blocks)
        expect(message(page, ts).locator(".block")).to_have_attribute("data-block-id", str(blocks[0]["block_id"]))
        press(page, "Escape")
        expect(stop).to_be_focused()
    for gone, stop in [(ts, message(page, before)), (before, page.get_by_role("heading", name="# review-cards"))]:
        stand_in.open(a_view(*a_line("a form")))
        expect(page.get_by_test_id("modal")).to_be_visible()
        stand_in.remove(gone)
        expect(message(page, gone)).to_have_count(0)
        press(page, "Escape")
        expect(stop).to_be_focused()


def test_a_message_that_goes_hands_its_focus_on(stand_in: PageServer, open_page: OpenPage) -> None:
    """A dismissed ephemeral leaves the reader on the message before it."""
    before = stand_in.post(a_line("card"))
    stand_in.post(a_line("Not saved."), is_ephemeral=True)
    page = open_page(stand_in.address)
    page.get_by_role("button", name="Dismiss message").focus()
    press(page, "Enter")
    expect(message(page, before)).to_be_focused()


def test_what_changes_under_the_reader_is_spoken(stand_in: PageServer, open_page: OpenPage) -> None:
    """Of a changed card hears who stands on it; of a changed ephemeral its reader does in any case."""
    card = stand_in.post(a_line("card"), text="Review 4821")
    mine = stand_in.post(a_line("progress"), text="Searching", is_ephemeral=True)
    page = open_page(stand_in.address)
    stand_in.change(card, text="Claimed")
    stand_in.change(mine, text="Two sources found")
    expect(page.locator("#live")).to_have_text("Only visible to you. Whetstone: Two sources found")
    message(page, card).focus()
    stand_in.change(card, text="Approved by Jonas Weber")
    expect(page.locator("#live")).to_have_text("Whetstone: Approved by Jonas Weber")


def test_a_view_that_changes_speaks_from_inside_the_modal(stand_in: PageServer, open_page: OpenPage) -> None:
    """An open modal makes the page around it mute, so the words come from within."""
    stand_in.open(a_view(*a_line("#1")))
    page = open_page(stand_in.address)
    expect(page.get_by_test_id("modal")).to_be_visible()
    stand_in.open(a_view(*a_line("#1 approved")))
    expect(page.get_by_test_id("modal").locator("#live")).to_have_text("Try: #1 approved")
    press(page, "Escape")
    expect(page.locator("body > #live")).to_have_count(1)


def test_a_view_of_which_nothing_stayed_is_read_from_its_beginning(stand_in: PageServer, open_page: OpenPage) -> None:
    """The next answer of a review run begins with its question; an update of the same one moves nothing."""
    long = "\n".join(f"line {number}" for number in range(80))
    body = '[data-testid="modal"] .modal-body'

    def shown(number: int, text: str) -> None:
        block = {**a_line(text)[0], "block_id": f"answer{number}"}
        stand_in.open(a_view({**block, "text": plain(text)}))

    shown(1, long)
    page = open_page(stand_in.address)
    page.locator(body).evaluate("node => { node.scrollTop = 100; }")
    shown(1, f"{long}\nmarked")
    expect(page.locator(body)).to_contain_text("marked")
    assert page.locator(body).evaluate("node => node.scrollTop") == 100
    shown(2, f"{long}\nthe next one")
    expect(page.locator(body)).to_contain_text("the next one")
    assert page.locator(body).evaluate("node => node.scrollTop") == 0


def test_a_pushed_view_has_a_way_back_and_one_out(stand_in: PageServer, open_page: OpenPage) -> None:
    """The arrow closes the top one, the cross all of them."""
    page = open_page(stand_in.address)
    for control, told in [("modal-back", None), ("modal-x", True)]:
        stand_in.open(a_view(*a_line("below")), view_id="V1")
        stand_in.open(a_view(*a_line("on top"), close=None), view_id="V2")
        expect(page.get_by_test_id("modal-close")).to_have_text("Back")
        page.get_by_test_id(control).click()
        closed = stand_in.wait_for("views/close", count=1 if told is None else 2)
        assert (closed["view_id"], closed.get("everything")) == ("V2", told)
    expect(page.get_by_test_id("modal")).not_to_be_visible()


def test_a_list_with_a_search_is_walked_from_its_first_entry(stand_in: PageServer, open_page: OpenPage) -> None:
    """Down from the search box leads to the first match; a chip that is removed leaves the focus on its field."""
    options = [an_option(f"tag {number}") for number in range(12)]
    stand_in.open(a_view(an_input("tags", {"type": "multi_static_select", "options": options})))
    page = open_page(stand_in.address)
    page.get_by_role("button", name="tags").focus()
    press(page, "Enter")
    page.keyboard.type("1")
    press(page, "ArrowDown", "Enter", "Escape")
    expect(page.get_by_role("button", name="Remove tag 1")).to_be_visible()
    page.get_by_role("button", name="Remove tag 1").focus()
    press(page, "Enter")
    expect(page.locator(".multi-open")).to_be_focused()


def test_who_walks_the_sidebar_stays_where_they_are(stand_in: PageServer, open_page: OpenPage) -> None:
    """A message elsewhere draws the list anew and leaves the focus."""
    page = open_page(stand_in.address)
    entry = page.locator('nav [data-channel="D01MARA"]')
    entry.focus()
    stand_in.post(a_line("digest"), channel="C02DIGEST")
    expect(page.locator('nav [data-channel="C02DIGEST"]')).to_contain_text("1 unread")
    expect(entry).to_be_focused()
