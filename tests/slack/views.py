"""Reading and handing in views as Slack does, for tests of the forms."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from bot.slack.cards import CardOptions
from reviewers.model import ClaimMark, Mark
from tests.slack.checks import live_signs, problems_of_view

DISPLAY = CardOptions(names={"U0MARA": "Mara Lindqvist"})
SNIPPETS = st.sampled_from(["word ", "end. ", "\n\n", "\r\n", "漢字。", "👩\u200d👧", " \t ", "x" * 700])
WRONG = ClaimMark(claim_number=1, mark=Mark.WRONG)


def fine(view: dict[str, Any]) -> dict[str, Any]:
    """The view itself, after the checks that hold for all."""
    assert problems_of_view(view) == []
    assert live_signs(view["blocks"]) == []
    return view


def inputs(view: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Input blocks by id."""
    return {block["block_id"]: block for block in view["blocks"] if block["type"] == "input"}


def frame(view: dict[str, Any]) -> tuple[str, ...]:
    """Title, submit and close."""
    return tuple(view[part]["text"] for part in ("title", "submit", "close"))


def options(block: dict[str, Any]) -> list[str]:
    return [option["text"]["text"] for option in block["element"]["options"]]


def submitted(view: dict[str, Any], changed: dict[str, dict[str, Any]] | None = None) -> dict[str, Any]:
    """The view as Slack sends it: every input and tick with what it was filled with, or what a person made of it."""
    values: dict[str, Any] = {}
    for block in view["blocks"]:
        elements = [block["element"]] if block["type"] == "input" else block.get("elements", [])
        for element in elements:
            kind = element.get("type")
            if kind == "plain_text_input":
                state = {"value": element.get("initial_value")}
            elif kind in {"radio_buttons", "static_select"}:
                state = {"selected_option": element.get("initial_option")}
            elif kind in {"checkboxes", "multi_static_select"}:
                state = {"selected_options": element.get("initial_options", [])}
            else:
                continue
            state = (changed or {}).get(block["block_id"], state)
            values[block["block_id"]] = {element["action_id"]: {"type": kind} | state}
    return {"private_metadata": view["private_metadata"], "state": {"values": values}}


def chosen(*values: str) -> dict[str, Any]:
    return {"selected_options": [{"value": value} for value in values]}


def picked(value: str) -> dict[str, Any]:
    return {"selected_option": {"value": value}}
