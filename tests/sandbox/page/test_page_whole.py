"""A person in Chromium reviews with the real app, from the card to the answer that the application gets."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, expect
from whetstone_client import Release

from tests.sandbox.page_place import ANSWER, Place, a_place, card, form
from tests.sandbox.page_tools import PHONE, OpenPage, overflow

pytestmark = [pytest.mark.browser, pytest.mark.models]
expect.set_options(timeout=20_000)

LONG = " ".join(f"Package {number} costs € {number}.90 a month." for number in range(1, 160))
HOSTILE = "Ask <!channel> or <https://evil.example|https://bank.example>. <script>alert(1)</script> The fee is € 2.00."


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A service with outputs that wait for review."""
    with a_place(tmp_path_factory.mktemp("serve")) as place:
        yield place


def press(where: Locator, action: str) -> None:
    """A button of a card."""
    where.locator(f"[data-action-id='{action}']").click()


def test_one_click_approves_and_the_application_learns_it(place: Place, open_page: OpenPage) -> None:
    """The card loses its verdict buttons; the long poll answers with the output."""
    place.send("approving", ANSWER)
    page = open_page(place.workspace, user="U0MARA", place="C0REVIEW")
    heard: list[Release] = []
    waiting = threading.Thread(target=lambda: heard.append(place.client.release("approving", wait=60)))
    waiting.start()
    shown = card(page, "approving")
    expect(shown).to_contain_text("Contradicted")
    expect(shown).not_to_contain_text("Risk")
    press(shown, "card.approve")
    expect(shown).to_contain_text("Approved by")
    expect(shown.locator("[data-action-id='card.approve']")).to_have_count(0)
    expect(shown).to_contain_text("Risk was")
    waiting.join(60)
    assert [(release.state, release.text) for release in heard] == [("approved", ANSWER)]


def test_edit_shows_its_changes_before_it_is_saved(place: Place, open_page: OpenPage) -> None:
    """Two forms, one on the other; the edit is what the application may send."""
    place.send("editing", ANSWER)
    page = open_page(place.workspace, user="U0MARA", place="C0REVIEW")
    press(card(page, "editing"), "card.edit")
    edit = form(page, "edit.preview")
    edit.locator("[data-testid=modal-submit]").click()
    expect(edit.locator("[data-error-for=answer_0]")).to_contain_text("Nothing is changed")
    edit.locator("textarea").fill(ANSWER.replace("2.00", "3.50"))
    edit.locator("[data-testid=modal-submit]").click()
    changes = form(page, "edit.save")
    expect(changes).to_contain_text("“2.00” becomes “3.50”")
    changes.locator("[data-testid=modal-submit]").click()
    expect(card(page, "editing")).to_contain_text("Edited by")
    release = place.client.release("editing", wait=30)
    assert (release.state, release.text) == ("edited", ANSWER.replace("2.00", "3.50"))


def test_reject_asks_for_words_where_other_says_nothing(place: Place, open_page: OpenPage) -> None:
    """The error stands at its field; then it is rejected, with reasons for the application."""
    place.send("rejecting", ANSWER)
    page = open_page(place.workspace, user="U0JONAS", place="C0REVIEW")
    press(card(page, "rejecting"), "card.reject")
    reject = form(page, "reject.save")
    reject.get_by_label("Other", exact=True).check()
    reject.locator("[data-testid=modal-submit]").click()
    expect(reject.locator("[data-error-for=note]")).to_contain_text("You chose Other.")
    reject.locator("textarea").fill("It is € 3.50.")
    reject.locator("[data-testid=modal-submit]").click()
    expect(card(page, "rejecting")).to_contain_text("Rejected by")
    release = place.client.release("rejecting", wait=30)
    assert (release.state, release.text, list(release.reasons)) == ("rejected", None, ["other"])


def test_long_answer_is_read_whole_before_it_is_approved(place: Place, open_page: OpenPage) -> None:
    """No Approve on a card that is cut; the whole text stands in the claim view, and the verdict at its end."""
    place.send("reading", LONG)
    page = open_page(place.workspace, user="U0MARA", place="C0REVIEW")
    shown = card(page, "reading")
    expect(shown).to_contain_text("more characters")
    expect(shown.locator("[data-action-id='card.approve']")).to_have_count(0)
    press(shown, "card.read_all")
    whole = form(page, "claims.save")
    expect(whole).to_contain_text("Package 159 costs € 159.90 a month.")
    whole.get_by_label("Approve").check()
    whole.locator("[data-testid=modal-submit]").click()
    expect(shown).to_contain_text("Approved by")


def test_late_click_is_told_to_that_person_alone(place: Place, open_page: OpenPage) -> None:
    """Two people look at one card; the slower one learns who was faster, and nobody else sees that."""
    place.send("racing", ANSWER)
    mara = open_page(place.workspace, user="U0MARA", place="C0REVIEW")
    jonas = open_page(place.workspace, user="U0JONAS", place="C0REVIEW")
    press(card(jonas, "racing"), "card.edit")
    press(card(mara, "racing"), "card.approve")
    expect(card(mara, "racing")).to_contain_text("Approved by")
    edit = form(jonas, "edit.preview")
    edit.locator("textarea").fill("Something else.")
    edit.locator("[data-testid=modal-submit]").click()
    form(jonas, "edit.save").locator("[data-testid=modal-submit]").click()
    expect(jonas.locator("dialog[data-testid=modal]").last).to_contain_text("decided before you")
    expect(jonas.locator("dialog[data-testid=modal] textarea").first).to_have_value("Something else.")
    assert place.client.get("racing").raw["resolution"]["outcome"] == "approved"


def test_hostile_text_stays_text(place: Place, open_page: OpenPage) -> None:
    """Mentions, forged links and markup are drawn as the letters they are; also on a phone, in the dark."""
    place.send("hostile", HOSTILE)
    page = open_page(place.workspace, user="U0MARA", place="C0REVIEW", width=PHONE, scheme="dark")
    shown = card(page, "hostile")
    expect(shown).to_contain_text("Ask <!channel> or <https://evil.example|https://bank.example>.")
    expect(shown.locator("a[href*='evil.example']")).to_have_count(0)
    assert overflow(page) == 0


def test_home_and_the_command_lead_to_the_next_answer(place: Place, open_page: OpenPage) -> None:
    """Review next opens what waits longest; `/whetstone help` lists what there is."""
    place.send("waiting", ANSWER)
    page = open_page(place.workspace, user="U0PRIYA", place="C0REVIEW")
    expect(card(page, "waiting")).to_be_visible()
    composer = page.locator("[data-testid=composer]")
    composer.fill("/whetstone help")
    page.locator("[data-testid=send]").click()
    expect(page.locator("article[data-ephemeral]").last).to_contain_text("/whetstone next")
    page.goto(f"{place.workspace}/?user=U0PRIYA#home")
    home = page.locator("[data-testid=home]")
    expect(home).to_contain_text("for you")
    home.locator("[data-action-id='queue.next']").click()
    expect(form(page, "run")).to_be_visible()
