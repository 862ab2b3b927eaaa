"""Reading a drawn card, and the checks that hold for all of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bot.slack.cards import CardOptions, SlackMessage, task_card
from reviewers.model import TaskView
from tests.builders import NOON
from tests.slack.checks import live_in_text, live_signs, objects, problems_of_message

AT = NOON + timedelta(hours=2, minutes=5)  # when a card is drawn, unless a test says otherwise: 14:05
NAMES = CardOptions(
    names={
        "U0MARA": "Mara Lindqvist",
        "U0JONAS": "Jonas Weber",
        "U0PRIYA": "Priya Nair",
        "U0TOMAS": "Tomás Ruiz",
        "U0DANA": "Dana Okafor",
    }
)


def drawn_card(view: TaskView, display: CardOptions | None = None) -> SlackMessage:
    """The card as it stands at 14:05."""
    return task_card(view, display=display or CardOptions(), now=AT)


def said(block: dict[str, Any]) -> str:
    """What a block says, rich text with *bold*, ~struck~ and :emoji:."""
    if block["type"] in {"section", "context"}:
        return str(block["text"]["text"] if "text" in block else block["elements"][0]["text"])
    spoken = []
    for element in (o for o in objects(block) if o.get("type") in {"text", "emoji"} and o is not block):
        words = f":{element['name']}:" if element["type"] == "emoji" else element["text"]
        style = element.get("style", {})
        sign = "*" if style.get("bold") else "~" if style.get("strike") else ""
        spoken.append(f"{sign}{words}{sign}")
    return "".join(spoken)


def kinds(card: SlackMessage) -> list[str]:
    """The kinds of the blocks from top to bottom."""
    return [block["type"] for block in card.blocks]


def buttons(card: SlackMessage) -> list[str]:
    """What can be pressed, by its label; menus by their entries."""
    found = []
    for item in objects(card.blocks):
        if item.get("type") == "button":
            found.append(item["text"]["text"])
        if item.get("type") == "overflow":
            found.append(" · ".join(option["text"]["text"] for option in item["options"]))
    return found


def fine(card: SlackMessage, blocks: int = 20) -> SlackMessage:
    """The card itself, after the checks that hold for all: no more blocks than these, each button told in words."""
    assert problems_of_message(card, blocks) == []
    assert all(item.get("accessibility_label") for item in objects(card.blocks) if item.get("type") == "button")
    assert live_signs(card.blocks) == []
    assert live_in_text(card.text) == []
    return card
