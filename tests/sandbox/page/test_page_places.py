"""Places of the page that differ from a public channel, and what it says where something is not possible."""

import pytest
from playwright.sync_api import expect

from tests.sandbox.page.test_page_keys import a_line, message, press
from tests.sandbox.page_server import Json, PageServer
from tests.sandbox.page_tools import OpenPage

pytestmark = pytest.mark.browser


def a_channel(stand_in: PageServer, channel: str) -> Json:
    """What the workspace says of a channel, to be changed."""
    return next(one for one in stand_in.workspace["channels"] if one["id"] == channel)


def test_a_private_channel_has_a_lock(stand_in: PageServer, open_page: OpenPage) -> None:
    """In the list and above its messages, instead of the #."""
    a_channel(stand_in, "C02DIGEST")["is_private"] = True
    page = open_page(stand_in.address, place="C02DIGEST")
    expect(page.get_by_role("heading", name="digest", exact=True).locator("svg")).to_have_count(1)
    expect(page.locator('nav [data-channel="C02DIGEST"] .nav-sign svg')).to_have_count(1)


def test_a_channel_is_closed_while_somebody_looks(stand_in: PageServer, open_page: OpenPage) -> None:
    """Once it is archived nobody can write there, and once it is back they can; nothing is loaded by hand."""
    page = open_page(stand_in.address)
    for archived, shown in [
        (True, page.get_by_text("#review-cards is archived.")),
        (False, page.get_by_test_id("send")),
    ]:
        a_channel(stand_in, "C01CARDS")["is_archived"] = archived
        stand_in.tell({"type": "workspace"})
        expect(shown).to_be_visible()
    expect(page.get_by_text("is archived")).to_have_count(0)


def test_somebody_who_joins_elsewhere_disturbs_nobody(stand_in: PageServer, open_page: OpenPage) -> None:
    """What is being typed stays when only other people come and go."""
    room = a_channel(stand_in, "C01CARDS")
    room["members"] = ["U01MARA"]
    page = open_page(stand_in.address)
    page.get_by_test_id("composer").fill("half a sentence")
    room["members"] = ["U01MARA", "U05DANA"]
    a_channel(stand_in, "C02DIGEST")["name"] = "digests"
    stand_in.tell({"type": "workspace"})
    expect(page.locator('nav [data-channel="C02DIGEST"]')).to_contain_text("digests")
    expect(page.get_by_test_id("composer")).to_have_value("half a sentence")


def test_what_is_said_where_somebody_is_not_does_not_wait_for_them(stand_in: PageServer, open_page: OpenPage) -> None:
    """No count in the page's title for a channel that is not in the list."""
    a_channel(stand_in, "C02DIGEST")["members"] = ["U05DANA"]
    page = open_page(stand_in.address)
    for text in ("one", "two"):
        stand_in.post(a_line(text), channel="C02DIGEST")
    stand_in.post(a_line("three"), channel="D01MARA")
    expect(page.locator('nav [data-channel="D01MARA"]')).to_contain_text("1 unread")
    expect(page).to_have_title("(1) review-cards | Meridian (stand-in)")


@pytest.mark.parametrize(("tab", "told"), [("read_only", ["messages"]), ("off", [])])
def test_nobody_writes_where_the_app_takes_no_messages(
    tab: str, told: list[str], stand_in: PageServer, open_page: OpenPage
) -> None:
    """The app's direct messages can be read; that they were opened is told where there is such a tab."""
    stand_in.workspace["messages_tab"] = tab
    stand_in.post(a_line("2 answers wait"), channel="D01MARA")
    page = open_page(stand_in.address, place="D01MARA")
    expect(page.get_by_text("2 answers wait")).to_be_visible()
    expect(page.get_by_text("Sending messages to this app has been turned off.")).to_be_visible()
    expect(page.get_by_test_id("composer")).to_have_count(0)
    assert [body["tab"] for body in stand_in.of("home")] == told


def test_commands_are_refused_in_threads(stand_in: PageServer, open_page: OpenPage) -> None:
    """They are not offered there, and Slackbot says so to whom types one."""
    ts = stand_in.post(a_line("card"))
    page = open_page(stand_in.address)
    message(page, ts).focus()
    press(page, "t")
    page.keyboard.type("/whetstone next")
    expect(page.get_by_role("option")).to_have_count(0)
    press(page, "Enter")
    words = "/whetstone is not supported in threads. Sorry!"
    expect(page.get_by_test_id("thread").locator("article.ephemeral")).to_contain_text(words)
    assert stand_in.of("commands") == []


@pytest.mark.parametrize(
    ("path", "answer", "keys", "words"),
    [
        ("reactions", {"error": "is_archived"}, ("r", "Enter"), "Your reaction was not added: is_archived"),
        (
            "shortcuts",
            {"error": "dispatch_failed", "message": "Whetstone did not answer in 3 seconds"},
            (".", "Enter"),
            "“Send to review” failed: Whetstone did not answer in 3 seconds",
        ),
    ],
)
def test_what_did_not_work_is_said(
    path: str, answer: Json, keys: tuple[str, ...], words: str, stand_in: PageServer, open_page: OpenPage
) -> None:
    """An alert that everybody sees and hears, and that can be dismissed."""
    stand_in.answers[path] = lambda body: {"ok": False, **answer}
    ts = stand_in.post(a_line("card"))
    page = open_page(stand_in.address)
    message(page, ts).focus()
    press(page, *keys)
    expect(page.get_by_role("alert")).to_have_text(words)
    page.get_by_role("button", name="Dismiss").click()
    expect(page.get_by_role("alert")).to_have_count(0)


def test_a_file_is_a_link_to_its_bytes(stand_in: PageServer, open_page: OpenPage) -> None:
    """What is no picture can be taken along under its own name."""
    one = {"id": "F0TABLE001", "name": "verdicts.csv", "title": "Verdicts", "mimetype": "text/csv"}
    stand_in.post([], text="The table", files=[one])
    link = open_page(stand_in.address).get_by_role("link", name="Verdicts")
    expect(link).to_have_attribute("href", "/_sandbox/files/F0TABLE001")
    expect(link).to_have_attribute("download", "verdicts.csv")


def test_the_first_who_replied_stand_beside_the_count(stand_in: PageServer, open_page: OpenPage) -> None:
    """Small pictures of up to five; the words beside them say how many replies there are."""
    stand_in.post(a_line("card"), reply_count=2, reply_users=["U02JONAS", "U0BOT"])
    page = open_page(stand_in.address)
    expect(page.locator(".thread-bar .faces .avatar")).to_have_count(2)
    expect(page.get_by_role("button", name="2 replies")).to_be_visible()
