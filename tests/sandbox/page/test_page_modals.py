"""Modals: what a person enters reaches the server, what is refused is said beside the field, nothing typed is lost."""

import asyncio
import threading

import pytest
from playwright.sync_api import Page, expect

from tests.sandbox.page_server import Json, PageServer
from tests.sandbox.page_tools import OpenPage

pytestmark = pytest.mark.browser


def plain(text: str) -> Json:
    """A plain_text object."""
    return {"type": "plain_text", "text": text}


def an_option(value: str) -> Json:
    """An option whose text is its value."""
    return {"text": plain(value), "value": value}


def an_input(name: str, element: Json, **more: object) -> Json:
    """An input block whose block id, action id and label are `name`."""
    return {"type": "input", "block_id": name, "label": plain(name), "element": {"action_id": name, **element}, **more}


def a_view(*blocks: Json, **more: object) -> Json:
    """A modal with a submit button."""
    texts = {"title": plain("Try"), "submit": plain("Save"), "close": plain("Cancel")}
    return {"type": "modal", "callback_id": "try.save", **texts, "blocks": list(blocks), **more}


THREE = [an_option("one"), an_option("two"), an_option("three")]
EVERYTHING = a_view(
    an_input("note", {"type": "plain_text_input", "multiline": True, "initial_value": "before"}),
    an_input("brief", {"type": "plain_text_input"}),
    an_input("minutes", {"type": "number_input", "is_decimal_allowed": False, "min_value": "10", "max_value": "20"}),
    an_input("mail", {"type": "email_text_input"}),
    an_input("web", {"type": "url_text_input"}),
    an_input("radio", {"type": "radio_buttons", "options": THREE, "initial_option": THREE[0]}),
    an_input("boxes", {"type": "checkboxes", "options": THREE, "initial_options": [THREE[0]]}),
    an_input("pick", {"type": "static_select", "options": THREE}),
    an_input("many", {"type": "multi_static_select", "options": THREE, "initial_options": [THREE[1]]}),
    an_input("who", {"type": "users_select"}),
    an_input("people", {"type": "multi_users_select", "initial_users": ["U02JONAS"]}),
    an_input("room", {"type": "channels_select"}),
    an_input("day", {"type": "datepicker"}),
    an_input("hour", {"type": "timepicker"}),
    an_input("left", {"type": "plain_text_input", "initial_value": "untouched"}),
)


def _fill(page: Page) -> None:
    page.get_by_label("note", exact=True).fill("after\nwards")
    page.get_by_label("brief", exact=True).fill("x & <y>")
    page.get_by_label("minutes", exact=True).fill("15")
    page.get_by_label("mail", exact=True).fill("a@b.example")
    page.get_by_label("web", exact=True).fill("https://a.example")
    page.get_by_role("radiogroup", name="radio").get_by_label("two").check()
    page.get_by_role("group", name="boxes").get_by_label("three").check()
    page.get_by_label("pick", exact=True).select_option("three")
    many = page.locator('[data-block-id="many"][data-action-id="many"]')
    many.get_by_role("button", name="many").click()
    page.get_by_role("listbox", name="many").get_by_role("option", name="one").click()
    page.keyboard.press("Escape")
    many.get_by_role("button", name="Remove two").click()
    page.get_by_label("who", exact=True).select_option("U03PRIYA")
    page.get_by_role("group", name="people").get_by_role("button", name="people").click()
    page.get_by_role("listbox", name="people").get_by_role("option", name="Mara Lindqvist").click()
    page.keyboard.press("Escape")
    page.get_by_label("room", exact=True).select_option("C02DIGEST")
    page.get_by_label("day", exact=True).fill("2026-11-23")
    page.get_by_label("hour", exact=True).fill("14:05")


def test_what_is_entered_reaches_the_server_and_what_is_untouched_does_not(
    stand_in: PageServer, open_page: OpenPage
) -> None:
    """Every input type sends its value in the shape of view.state; the server fills in initial values itself."""
    stand_in.open(EVERYTHING)
    page = open_page(stand_in.address)
    _fill(page)
    page.get_by_test_id("modal-submit").click()
    sent = stand_in.wait_for("views/submit")
    assert (sent["user"], sent["view_id"]) == ("U01MARA", "V1")
    assert all(set(entry) == {name} for name, entry in sent["values"].items())
    values = {name: entry[name] for name, entry in sent["values"].items()}
    assert values == {
        "note": {"type": "plain_text_input", "value": "after\nwards"},
        "brief": {"type": "plain_text_input", "value": "x & <y>"},
        "minutes": {"type": "number_input", "value": "15"},
        "mail": {"type": "email_text_input", "value": "a@b.example"},
        "web": {"type": "url_text_input", "value": "https://a.example"},
        "radio": {"type": "radio_buttons", "selected_option": THREE[1]},
        "boxes": {"type": "checkboxes", "selected_options": [THREE[0], THREE[2]]},
        "pick": {"type": "static_select", "selected_option": THREE[2]},
        "many": {"type": "multi_static_select", "selected_options": [THREE[0]]},
        "who": {"type": "users_select", "selected_user": "U03PRIYA"},
        "people": {"type": "multi_users_select", "selected_users": ["U01MARA", "U02JONAS"]},
        "room": {"type": "channels_select", "selected_channel": "C02DIGEST"},
        "day": {"type": "datepicker", "selected_date": "2026-11-23"},
        "hour": {"type": "timepicker", "selected_time": "14:05"},
    }
    expect(page.get_by_test_id("modal")).not_to_be_visible()


REFUSED: dict[str, tuple[Json, str, str]] = {
    "empty": ({"type": "plain_text_input"}, "", "Please complete this required field."),
    "little": ({"type": "plain_text_input", "min_length": 3}, "ab", "Please enter at least 3 characters."),
    "much": ({"type": "plain_text_input", "max_length": 3}, "abcd", "Please enter at most 3 characters."),
    "whole": ({"type": "number_input", "is_decimal_allowed": False}, "1.5", "Please enter a whole number."),
    "most": ({"type": "number_input", "max_value": "9"}, "10", "Please enter a number of at most 9."),
    "mail": ({"type": "email_text_input"}, "mara", "Please enter a valid email address."),
    "web": ({"type": "url_text_input"}, "a.example", "Please enter a valid URL."),
}


def test_slack_itself_refuses_wrong_entries_beside_the_field(stand_in: PageServer, open_page: OpenPage) -> None:
    """A wrong entry never reaches the app; the message is bound to the field and goes when it is changed."""
    stand_in.open(a_view(*(an_input(name, element) for name, (element, _, _) in REFUSED.items())))
    page = open_page(stand_in.address)
    for name, (_, text, _) in REFUSED.items():
        page.get_by_label(name, exact=True).fill(text)
    page.get_by_test_id("modal-submit").click()
    for name, (_, _, message) in REFUSED.items():
        expect(page.locator(f'[data-error-for="{name}"]')).to_have_text(message)
        expect(page.get_by_label(name, exact=True)).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("empty", exact=True)).to_be_focused()
    page.get_by_label("empty", exact=True).press_sequentially("1")
    expect(page.locator('[data-error-for="empty"]')).to_have_text("")
    assert stand_in.of("views/submit") == []


def test_the_apps_errors_stand_beside_their_fields_and_the_text_stays(
    stand_in: PageServer, open_page: OpenPage
) -> None:
    """`errors` by block id keep the modal open with what was typed."""
    stand_in.answers["views/submit"] = lambda body: {"ok": False, "errors": {"note": "Nothing is changed."}}
    stand_in.open(EVERYTHING | {"blocks": EVERYTHING["blocks"][:1]})
    page = open_page(stand_in.address)
    page.get_by_label("note", exact=True).fill("mine")
    page.get_by_test_id("modal-submit").click()
    expect(page.locator('[data-error-for="note"]')).to_have_text("Nothing is changed.")
    expect(page.get_by_label("note")).to_have_value("mine")


def test_an_app_that_does_not_answer_leaves_the_modal_open(stand_in: PageServer, open_page: OpenPage) -> None:
    """dispatch_failed shows Slack's own sentence; a second submit is possible."""
    stand_in.answers["views/submit"] = lambda body: {"ok": False, "error": "dispatch_failed"}
    stand_in.open(a_view(an_input("note", {"type": "plain_text_input", "initial_value": "x"})))
    page = open_page(stand_in.address)
    page.get_by_test_id("modal-submit").click()
    expect(page.locator(".banner")).to_have_text("We had some trouble connecting. Try again?")
    del stand_in.answers["views/submit"]
    page.get_by_test_id("modal-submit").click()
    expect(page.get_by_test_id("modal")).not_to_be_visible()


def test_what_an_event_showed_outlives_a_late_answer(stand_in: PageServer, open_page: OpenPage) -> None:
    """The app changed the view below before the submission was answered: that view can be closed and stays so."""
    answered = threading.Event()
    note = an_input("note", {"type": "plain_text_input", "initial_value": "x"})
    stand_in.open(a_view(note), view_id="V1")
    stand_in.open(a_view(note), view_id="V2")

    async def late(body: Json) -> Json:
        below = stand_in.views["U01MARA"][:1]
        stand_in.views["U01MARA"] = below
        stand_in.tell({"type": "views", "stack": below})
        await asyncio.to_thread(answered.wait, 20)
        return {"ok": True, "stack": below}

    stand_in.answers["views/submit"] = late
    page = open_page(stand_in.address)
    page.get_by_test_id("modal-submit").click()
    expect(page.locator('dialog[data-view-id="V1"]')).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("modal")).not_to_be_visible()
    with page.expect_response("**/_sandbox/views?*"):
        answered.set()
    expect(page.get_by_test_id("modal")).not_to_be_visible()


def test_back_from_a_pushed_view_keeps_what_was_typed_below(stand_in: PageServer, open_page: OpenPage) -> None:
    """A pushed view lies on top; closing it returns to the first one with its text."""
    stand_in.open(a_view(an_input("note", {"type": "plain_text_input", "initial_value": "old"})), view_id="V1")
    page = open_page(stand_in.address)
    page.get_by_label("note", exact=True).fill("typed")
    stand_in.open(a_view(an_input("why", {"type": "plain_text_input"}), close=plain("Back")), view_id="V2")
    expect(page.get_by_label("why")).to_be_visible()
    page.get_by_role("button", name="Back").click()
    expect(page.get_by_label("note")).to_have_value("typed")
    assert stand_in.of("views/close") == [{"user": "U01MARA", "view_id": "V2"}]


def test_escape_walks_down_the_stack(stand_in: PageServer, open_page: OpenPage) -> None:
    """Escape twice closes the pushed view and then the first one, each told to the server."""
    for view_id in ("V1", "V2"):
        stand_in.open(a_view(an_input("note", {"type": "plain_text_input"})), view_id=view_id)
    page = open_page(stand_in.address)
    expect(page.locator('dialog[data-view-id="V2"]')).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator('dialog[data-view-id="V1"]')).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("modal")).not_to_be_visible()
    assert [body["view_id"] for body in stand_in.of("views/close")] == ["V2", "V1"]


def test_an_update_keeps_entries_focus_and_caret(stand_in: PageServer, open_page: OpenPage) -> None:
    """views.update redraws under the person's hands: same block and action id, same entry, as in Slack."""
    note = an_input("note", {"type": "plain_text_input"})
    stand_in.open(a_view(note))
    page = open_page(stand_in.address)
    page.get_by_label("note").press_sequentially("abc")
    stand_in.open(a_view({"type": "section", "text": plain("New line")}, note))
    expect(page.get_by_text("New line", exact=True)).to_be_visible()
    page.keyboard.type("d")
    expect(page.get_by_label("note")).to_have_value("abcd")


def test_escape_closes_and_the_focus_returns(stand_in: PageServer, open_page: OpenPage) -> None:
    """Escape is the close button; Tab never leaves the open modal."""
    button = {"type": "button", "action_id": "go", "text": plain("Go")}
    stand_in.post([{"type": "actions", "elements": [button]}])
    page = open_page(stand_in.address)
    page.get_by_role("button", name="Go").click()
    stand_in.open(a_view(an_input("note", {"type": "plain_text_input"})))
    page.get_by_test_id("modal").wait_for()
    for _ in range(8):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement === document.body || !!document.activeElement.closest('dialog')")
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("modal")).not_to_be_visible()
    expect(page.get_by_role("button", name="Go")).to_be_focused()


def test_a_button_in_a_modal_sends_the_state_of_all_fields(stand_in: PageServer, open_page: OpenPage) -> None:
    """Actions inside a view carry its id and every value, touched or not."""
    button = {
        "type": "actions",
        "block_id": "row",
        "elements": [{"type": "button", "action_id": "next", "text": plain("Next"), "value": "v1"}],
    }
    stand_in.open(a_view(button, an_input("note", {"type": "plain_text_input", "initial_value": "x"})))
    page = open_page(stand_in.address)
    page.get_by_role("button", name="Next").click()
    assert stand_in.wait_for("actions") == {
        "user": "U01MARA",
        "container": {"type": "view", "view_id": "V1"},
        "block_id": "row",
        "action_id": "next",
        "value": "v1",
        "state": {"values": {"note": {"note": {"type": "plain_text_input", "value": "x"}}}},
    }


def test_an_input_that_dispatches_sends_each_choice(stand_in: PageServer, open_page: OpenPage) -> None:
    """`dispatch_action` on an input block sends an action at every change."""
    stand_in.open(a_view(an_input("mark", {"type": "radio_buttons", "options": THREE}, dispatch_action=True)))
    page = open_page(stand_in.address)
    page.get_by_label("two").check()
    assert stand_in.wait_for("actions")["selected_option"] == THREE[1]
