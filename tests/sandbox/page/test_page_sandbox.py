"""The page on the real sandbox with a real Bolt app behind it: a card is decided and edited in the browser."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient

from bot.sandbox.server import Sandbox
from bot.sandbox.settings import SandboxSettings
from tests.sandbox.page_server import Json
from tests.sandbox.page_tools import OpenPage

pytestmark = pytest.mark.browser

CHANNEL = "C0REVIEW"


def _plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def _card() -> list[Json]:
    verbs = [{"type": "button", "action_id": name, "text": _plain(name.title())} for name in ("approve", "edit")]
    return [
        {"type": "section", "text": {"type": "mrkdwn", "text": "*What does it cost?*"}},
        {"type": "actions", "block_id": "verdict", "elements": verbs},
    ]


def _edit_view(channel: str, ts: str) -> Json:
    answer = {"type": "plain_text_input", "action_id": "answer", "initial_value": "It is free.", "multiline": True}
    return {
        "type": "modal",
        "callback_id": "edit",
        "private_metadata": f"{channel} {ts}",
        **{name: _plain(text) for name, text in (("title", "Edit answer"), ("submit", "Save"), ("close", "Cancel"))},
        "blocks": [{"type": "input", "block_id": "answer", "label": _plain("Answer"), "element": answer}],
    }


def _app(client: WebClient) -> App:
    app = App(client=client, token_verification_enabled=False)

    @app.action("approve")
    def approve(ack: Any, body: Json, client: WebClient) -> None:
        ack()
        client.chat_update(
            channel=body["channel"]["id"],
            ts=body["message"]["ts"],
            text="Approved",
            blocks=[
                {
                    "type": "section",
                    "text": {"type": "mrkdwn", "text": f":white_check_mark: by <@{body['user']['id']}>"},
                }
            ],
        )

    @app.action("edit")
    def edit(ack: Any, body: Json, client: WebClient) -> None:
        ack()
        view = _edit_view(body["channel"]["id"], body["message"]["ts"])
        client.views_open(trigger_id=body["trigger_id"], view=view)

    @app.view("edit")
    def save(ack: Any, view: Json, client: WebClient) -> None:
        text = view["state"]["values"]["answer"]["answer"]["value"]
        if text == "It is free.":
            ack(response_action="errors", errors={"answer": "Nothing is changed."})
            return
        ack()
        channel, ts = view["private_metadata"].split()
        client.chat_update(channel=channel, ts=ts, text=f"Edited: {text}", blocks=[])

    @app.command("/whetstone")
    def command(ack: Any, body: Json) -> None:
        ack(f"You asked: {body['text']}")

    @app.event("app_home_opened")
    def home(event: Json, client: WebClient) -> None:
        blocks = [{"type": "header", "text": _plain("3 answers wait for you")}]
        client.views_publish(user_id=event["user"], view={"type": "home", "blocks": blocks})

    return app


@pytest.fixture
def address() -> Iterator[str]:
    """A sandbox with a connected app and one card in #review."""
    settings = SandboxSettings()
    with Sandbox(settings).running() as address:
        client = WebClient(token=settings.bot_token, base_url=f"{address}/api/")
        handler = SocketModeHandler(_app(client), settings.app_token)
        handler.connect()  # type: ignore[no-untyped-call]
        client.chat_postMessage(channel=CHANNEL, text="What does it cost?", blocks=_card())
        yield address
        handler.close()  # type: ignore[no-untyped-call]


def test_a_card_is_approved_and_everybody_sees_it(address: str, open_page: OpenPage) -> None:
    """One person clicks; the page of another shows the outcome without loading anew."""
    mara = open_page(address, user="U0MARA", place=CHANNEL)
    jonas = open_page(address, user="U0JONAS", place=CHANNEL)
    mara.get_by_role("button", name="Approve").click()
    expect(jonas.locator("article")).to_contain_text("✅ by @Mara Lindqvist")
    expect(jonas.get_by_role("button", name="Approve")).to_have_count(0)


def test_an_answer_is_edited_in_a_modal(address: str, open_page: OpenPage) -> None:
    """Untouched text comes back as the app's error; changed text is saved and the modal closes."""
    page = open_page(address, user="U0MARA", place=CHANNEL)
    page.get_by_role("button", name="Edit", exact=True).click()
    page.get_by_role("button", name="Save").click()
    expect(page.locator('[data-error-for="answer"]')).to_have_text("Nothing is changed.")
    page.get_by_label("Answer", exact=True).fill("It costs € 3.50 & <more>.")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_test_id("modal")).not_to_be_visible()
    expect(page.locator("article")).to_contain_text("Edited: It costs € 3.50 & <more>.")


def test_a_command_is_answered_only_to_the_asker(address: str, open_page: OpenPage) -> None:
    """The answer in the ack is an ephemeral message of that person."""
    mara = open_page(address, user="U0MARA", place=CHANNEL)
    jonas = open_page(address, user="U0JONAS", place=CHANNEL)
    mara.get_by_test_id("composer").fill("/whetstone why 4821")
    mara.get_by_test_id("composer").press("Enter")
    expect(mara.locator("article.ephemeral")).to_contain_text("You asked: why 4821")
    mara.get_by_test_id("composer").fill("hello <!channel>")
    mara.get_by_test_id("composer").press("Enter")
    expect(jonas.locator("article").last).to_contain_text("hello <!channel>")
    expect(jonas.locator("article")).to_have_count(2)


def test_home_is_published_when_it_is_opened(address: str, open_page: OpenPage) -> None:
    """Opening Home tells the app, whose view then stands there."""
    page = open_page(address, user="U0TOMAS", place="home")
    expect(page.get_by_role("heading", name="3 answers wait for you")).to_be_visible()
