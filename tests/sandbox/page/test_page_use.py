"""The page in use: clicks, keys, commands, threads, reactions, live changes, other people, a phone."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.sandbox.page_server import Json, PageServer
from tests.sandbox.page_tools import PHONE, OpenPage, Seen, overflow

pytestmark = pytest.mark.browser


def a_button(name: str, **more: object) -> Json:
    """A button whose action id is its lower-case name."""
    text = {"type": "plain_text", "text": name}
    return {"type": "button", "action_id": name.lower(), "text": text, "value": f"v1:{name}", **more}


def a_row(*elements: Json) -> list[Json]:
    """One actions block."""
    return [{"type": "actions", "block_id": "row", "elements": list(elements)}]


def _line(text: str) -> list[Json]:
    return [{"type": "section", "text": {"type": "mrkdwn", "text": text}}]


def test_a_click_names_its_message_block_and_value(stand_in: PageServer, open_page: OpenPage) -> None:
    """The server learns who clicked what where."""
    ts = stand_in.post(a_row(a_button("Approve", accessibility_label="Approve answer 4821")))
    open_page(stand_in.address).get_by_role("button", name="Approve answer 4821").click()
    assert stand_in.wait_for("actions") == {
        "user": "U01MARA",
        "container": {"type": "message", "channel": "C01CARDS", "ts": ts},
        "block_id": "row",
        "action_id": "approve",
        "value": "v1:Approve",
        "state": {"values": {}},
    }


def test_a_button_that_fails_says_so_beside_itself(stand_in: PageServer, open_page: OpenPage) -> None:
    """dispatch_failed shows the server's sentence."""
    words = "Whetstone did not answer in 3 seconds"
    stand_in.answers["actions"] = lambda body: {"ok": False, "error": "dispatch_failed", "message": words}
    stand_in.post(a_row(a_button("Approve")))
    page = open_page(stand_in.address)
    page.locator('[data-action-id="approve"]').click()
    expect(page.locator(".failed")).to_have_text(words)


def test_a_confirmation_is_asked_and_can_be_denied(stand_in: PageServer, open_page: OpenPage) -> None:
    """Nothing is sent before the confirm button is pressed."""
    plain = {name: {"type": "plain_text", "text": name.title()} for name in ("title", "text", "confirm", "deny")}
    stand_in.post(a_row(a_button("Start", confirm=plain)))
    page = open_page(stand_in.address)
    page.get_by_role("button", name="Start").click()
    page.get_by_role("button", name="Deny").click()
    expect(page.get_by_test_id("confirm")).not_to_be_attached()
    assert stand_in.of("actions") == []
    page.get_by_role("button", name="Start").click()
    page.get_by_role("button", name="Confirm").click()
    assert stand_in.wait_for("actions")["action_id"] == "start"


def test_an_overflow_menu_works_by_keyboard(stand_in: PageServer, open_page: OpenPage) -> None:
    """Enter opens it, arrows move, Enter chooses, Escape closes and returns the focus."""
    options = [{"text": {"type": "plain_text", "text": name}, "value": name} for name in ("Claim", "History")]
    stand_in.post(a_row({"type": "overflow", "action_id": "more", "options": options}))
    page = open_page(stand_in.address)
    opener = page.locator('[data-action-id="more"]')
    opener.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(opener).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert stand_in.wait_for("actions")["selected_option"] == options[1]


def test_a_card_can_be_decided_by_keyboard_alone(stand_in: PageServer, open_page: OpenPage) -> None:
    """Tab reaches the verbs in block order; after the update the focus is still on the card."""
    ts = stand_in.post(a_row(a_button("Approve"), a_button("Edit")))
    page = open_page(stand_in.address)
    page.locator(".scroller").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")
    expect(page.locator('[data-action-id="approve"]')).to_be_focused()
    page.keyboard.press("Enter")
    stand_in.wait_for("actions")
    stand_in.change(ts, blocks=_line("Approved"))
    expect(page.get_by_text("Approved")).to_be_visible()
    expect(page.locator(f'article[data-ts="{ts}"]')).to_be_focused()


def test_new_messages_appear_and_are_announced(stand_in: PageServer, open_page: OpenPage) -> None:
    """A message that arrives is drawn at the end and its fallback text is spoken."""
    page = open_page(stand_in.address)
    stand_in.post(_line("*Hello*"), text="Hello, review 4821")
    expect(page.locator("article strong")).to_have_text("Hello")
    expect(page.locator("#live")).to_have_text("Whetstone: Hello, review 4821")


def test_after_a_lost_connection_the_page_catches_up(open_page: OpenPage, seen: Seen) -> None:
    """A restarted server is found again, and what was said meanwhile is shown."""
    server = PageServer()
    with server.running() as address:
        page = open_page(address)
    expect(page.get_by_text("Connection lost")).to_be_visible()
    server.post(_line("said meanwhile"))
    with server.running(port=int(address.rpartition(":")[2])):
        expect(page.get_by_text("said meanwhile")).to_be_visible(timeout=20_000)
        expect(page.get_by_text("Connection lost")).not_to_be_visible()
        page.close()
    seen.errors[:] = [error for error in seen.errors if "net::ERR_" not in error]  # Chromium names each failed try.


def test_a_reader_above_is_not_moved(stand_in: PageServer, open_page: OpenPage) -> None:
    """The list follows new messages only for a reader at its end; others get a button."""
    for number in range(40):
        stand_in.post(_line(f"line {number}"))
    page = open_page(stand_in.address)
    expect(page.get_by_text("line 39")).to_be_in_viewport()
    page.locator(".scroller").evaluate("node => { node.scrollTop = 100; }")
    page.wait_for_function("document.querySelector('.scroller').scrollTop === 100")
    page.wait_for_function("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))")
    stand_in.post(_line("the newest"))
    page.get_by_role("button", name="New messages").wait_for()
    assert page.locator(".scroller").evaluate("node => node.scrollTop") == 100
    page.get_by_role("button", name="New messages").click()
    expect(page.get_by_text("the newest")).to_be_in_viewport()


def test_messages_are_escaped_as_slacks_client_does(stand_in: PageServer, open_page: OpenPage) -> None:
    """What a person types reaches the server with & < > escaped and names turned into ids."""
    page = open_page(stand_in.address)
    box = page.get_by_test_id("composer")
    box.fill("a < b & <!channel> @Jonas Weber in #digest")
    box.press("Enter")
    sent = stand_in.wait_for("messages")
    assert sent["text"] == "a &lt; b &amp; &lt;!channel&gt; <@U02JONAS> in <#C02DIGEST>"
    expect(page.locator("article .text")).to_have_text("a < b & <!channel> @Jonas Weber in #digest")


def test_slash_commands_are_completed_and_sent(stand_in: PageServer, open_page: OpenPage) -> None:
    """Typing offers the command and its words; Enter runs it with the rest as text."""
    page = open_page(stand_in.address)
    box = page.get_by_test_id("composer")
    box.press_sequentially("/w")
    page.keyboard.press("Tab")
    expect(box).to_have_value("/whetstone ")
    box.press_sequentially("wh")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(box).to_have_value("/whetstone why ")
    box.press_sequentially("4821")
    page.keyboard.press("Enter")
    assert stand_in.wait_for("commands") == {
        "user": "U01MARA",
        "channel": "C01CARDS",
        "command": "/whetstone",
        "text": "why 4821",
    }


def test_an_unknown_or_failing_command_is_told_to_that_person(stand_in: PageServer, open_page: OpenPage) -> None:
    """Slackbot's own answers, visible only here."""
    stand_in.answers["commands"] = lambda body: {"ok": False, "error": "dispatch_failed"}
    page = open_page(stand_in.address)
    for typed, words in [("/nope", "/nope is not a valid command"), ("/whetstone", "failed with the error")]:
        page.get_by_test_id("composer").fill(typed)
        page.get_by_test_id("composer").press("Enter")
        expect(page.locator("article.ephemeral").last).to_contain_text(words)


def test_only_changed_words_are_marked_as_edited(stand_in: PageServer, open_page: OpenPage) -> None:
    """Slack sets no mark beside blocks that their app draws anew."""
    mark: Json = {"edited": {"user": "U0BOT", "ts": "1.0"}}
    stand_in.post(_line("a card"), text="a card", **mark)
    words = stand_in.post([], text="words", **mark)
    page = open_page(stand_in.address)
    expect(page.get_by_text("(edited)")).to_have_count(1)
    expect(page.locator(f'article[data-ts="{words}"]')).to_contain_text("(edited)")


def test_threads_show_replies_and_take_one(stand_in: PageServer, open_page: OpenPage) -> None:
    """Replies live in the pane, not in the channel."""
    ts = stand_in.post(_line("parent"), reply_count=1)
    stand_in.post(_line("first reply"), thread_ts=ts)
    page = open_page(stand_in.address)
    expect(page.get_by_test_id("channel").get_by_text("first reply")).to_have_count(0)
    page.get_by_role("button", name="1 reply").click()
    pane = page.get_by_test_id("thread")
    expect(pane.get_by_text("first reply")).to_be_visible()
    pane.get_by_test_id("composer").fill("wrong, it is € 3.50")
    pane.get_by_test_id("composer").press("Enter")
    assert stand_in.wait_for("messages")["thread_ts"] == ts
    expect(pane.get_by_text("wrong, it is € 3.50")).to_be_visible()


def test_reactions_can_be_added_and_taken_back(stand_in: PageServer, open_page: OpenPage) -> None:
    """The quick marks add; a press on one's own mark removes."""
    ts = stand_in.post(_line("card"), reactions=[{"name": "x", "count": 1, "users": ["U01MARA"]}])
    page = open_page(stand_in.address)
    message = page.locator(f'article[data-ts="{ts}"]')
    message.hover()
    message.locator('[data-quick="white_check_mark"]').click()
    assert stand_in.wait_for("reactions")["name"] == "white_check_mark"
    message.locator('[data-reaction="x"]').click()
    expect(message.locator('[data-reaction="x"]')).to_have_attribute("aria-pressed", "true")
    assert stand_in.wait_for("reactions", count=2)["remove"] is True


def test_message_shortcuts_stand_in_the_messages_menu(stand_in: PageServer, open_page: OpenPage) -> None:
    """More actions lists the app's message shortcuts and sends the message's ts."""
    ts = stand_in.post(_line("card"))
    page = open_page(stand_in.address)
    message = page.locator(f'article[data-ts="{ts}"]')
    message.hover()
    message.locator('[data-tool="more"]').click()
    page.get_by_role("menuitem", name="Send to review").click()
    sent = stand_in.wait_for("shortcuts")
    assert (sent["callback_id"], sent["ts"], sent["channel"]) == ("send.message", ts, "C01CARDS")


def test_an_ephemeral_message_is_marked_and_can_be_dismissed(stand_in: PageServer, open_page: OpenPage) -> None:
    """Only visible to you, until dismissed."""
    stand_in.post(_line("Not saved."), is_ephemeral=True)
    page = open_page(stand_in.address)
    expect(page.locator("article")).to_contain_text("Only visible to you")
    page.get_by_role("button", name="Dismiss message").click()
    expect(page.locator("article")).to_have_count(0)


def test_another_channel_shows_what_is_unread(stand_in: PageServer, open_page: OpenPage) -> None:
    """A message elsewhere raises a count that goes when the channel is opened."""
    page = open_page(stand_in.address)
    stand_in.post(_line("digest"), channel="C02DIGEST")
    entry = page.locator('nav [data-channel="C02DIGEST"]')
    expect(entry).to_contain_text("1 unread")
    entry.click()
    expect(entry).not_to_contain_text("unread")


def test_the_person_can_be_changed(stand_in: PageServer, open_page: OpenPage) -> None:
    """The picker changes who looks, and every later call names that person."""
    stand_in.post(a_row(a_button("Approve")))
    page = open_page(stand_in.address)
    page.get_by_test_id("person-picker").click()
    page.get_by_role("menuitemradio", name=re.compile("Jonas Weber")).click()
    expect(page.get_by_test_id("person-picker")).to_contain_text("You are: Jonas Weber")
    page.locator('[data-action-id="approve"]').click()
    assert stand_in.wait_for("actions")["user"] == "U02JONAS"


def _ground(page: Page) -> str:
    return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))


def test_dark_mode_follows_the_system_and_the_switch(stand_in: PageServer, open_page: OpenPage) -> None:
    """The system decides until a person does."""
    page = open_page(stand_in.address, scheme="dark")
    assert _ground(page) == "rgb(26, 29, 33)"
    page.get_by_test_id("theme").click()
    expect(page.get_by_test_id("theme")).to_have_text("Theme: light")
    assert _ground(page) == "rgb(255, 255, 255)"
    page.reload()
    page.wait_for_selector('#app[data-ready="true"]')
    assert _ground(page) == "rgb(255, 255, 255)"


def test_on_a_phone_the_sidebar_unfolds_and_folds(stand_in: PageServer, open_page: OpenPage) -> None:
    """At 375 px the channel fills the screen; the menu button opens the list of channels."""
    page = open_page(stand_in.address, width=PHONE)
    expect(page.get_by_test_id("person-picker")).not_to_be_visible()
    page.get_by_test_id("menu").click()
    page.locator('nav [data-channel="C02DIGEST"]').click()
    expect(page.get_by_role("heading", name="# digest")).to_be_visible()
    expect(page.get_by_test_id("person-picker")).not_to_be_visible()
    assert overflow(page) <= 0
