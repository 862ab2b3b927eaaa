"""What Slack would refuse in a message or a view: our own rules on the wire JSON, then those of slack_sdk's models."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.basic_objects import JsonObject
from slack_sdk.models.blocks import Block

from bot.sandbox.blocks import BLOCKS, ON_SURFACE, Surface
from bot.sandbox.shapes import Problem, Rule, Shape, allow, boolean, by_type, one_of, string
from bot.sandbox.texts import plain
from bot.sandbox.wire import Json

MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
MARKDOWN_TOTAL = 12_000  # characters over all markdown blocks of a message
CHARTS_IN_MESSAGE = 2
TABLES_IN_MESSAGE = 1
BLOCKS_TOTAL = 12_000  # characters over all blocks of a message: undocumented, seen refused from 11,341 to 13,200
TEXT_LIMIT = 40_000
VIEW_BYTES = 250_000

# Blocks that slack_sdk 3.47 does not know, and rich text, whose models hold no rules but take a millisecond to build.
_BEYOND_SDK = frozenset({"data_visualization", "data_table", "rich_text"})
# A slack_sdk rule that refuses what Slack takes: any date and time after 1973.
_SDK_MISTAKES = ("initial_date_time attribute must be between",)
_SURFACE_RULES: dict[Surface, Rule] = {
    surface: by_type(BLOCKS, among=allowed) for surface, allowed in ON_SURFACE.items()
}


def check_blocks(
    blocks: object, surface: Surface, *, at: str = "/blocks", file_ready: Callable[[Json], bool]
) -> list[Problem]:
    """Return all problems of a list of blocks; `file_ready` tells whether an image's slack_file can be shown."""
    found: list[Problem] = []
    if not isinstance(blocks, list):
        return [Problem(pointer=at, message="must be an array", code="invalid_type")]
    most = MESSAGE_BLOCKS if surface == "message" else VIEW_BLOCKS
    if len(blocks) > most:
        told: Json = {"type": "max_items", "expected": most, "got": len(blocks)}
        found.append(Problem(pointer=at, message=f"no more than {most} items allowed", constraint=told))
    for place, block in enumerate(blocks):
        before = len(found)
        _SURFACE_RULES[surface](block, f"{at}/{place}", found)
        if len(found) == before:
            _check_with_sdk(block, f"{at}/{place}", found)
    if not found:
        _check_together(blocks, surface, at, found)
        _check_files(blocks, at, file_ready, found)
    return found


def check_view(
    view: object, *, surface: Surface, at: str = "/view", file_ready: Callable[[Json], bool]
) -> list[Problem]:
    """Return all problems of a view that is to be shown on `surface`."""
    found: list[Problem] = []
    _VIEW_SHAPES[surface](view, at, found)
    if not isinstance(view, dict) or not isinstance(view.get("blocks"), list):
        return found
    blocks = view["blocks"]
    found += check_blocks(blocks, surface, at=f"{at}/blocks", file_ready=file_ready)
    has_input = any(isinstance(b, dict) and b.get("type") == "input" for b in blocks)
    if surface == "modal" and has_input and view.get("submit") is None:
        message = "missing required field: submit (a modal with input blocks needs it)"
        found.append(Problem(pointer=at, message=message, code="missing_field"))
    return found


def visible_characters(value: object) -> int:
    """Count the characters of all text inside blocks: labels, paragraphs, alt texts and cells."""
    if isinstance(value, list):
        return sum(visible_characters(item) for item in value)
    if not isinstance(value, dict):
        return 0
    own = sum(len(v) for k, v in value.items() if k in ("text", "alt_text", "fallback") and isinstance(v, str))
    return own + sum(visible_characters(v) for v in value.values() if isinstance(v, (dict, list)))


def interactive_elements(block: Json) -> Iterator[tuple[str, Json]]:
    """Give each element of a block that can be acted on, with its pointer inside the block."""
    if block["type"] in ("actions", "context_actions"):
        yield from ((f"/elements/{n}", element) for n, element in enumerate(block["elements"]))
    elif block["type"] == "section" and block.get("accessory", {}).get("type", "image") != "image":
        yield "/accessory", block["accessory"]
    elif block["type"] == "input":
        yield "/element", block["element"]
    elif block["type"] == "card":
        yield from ((f"/actions/{n}", element) for n, element in enumerate(block.get("actions") or []))
    for name in ("child_blocks", "elements") if block["type"] in ("container", "carousel") else ():
        for n, child in enumerate(block.get(name) or []):
            yield from ((f"/{name}/{n}{inner}", element) for inner, element in interactive_elements(child))


def _check_with_sdk(block: Json, pointer: str, found: list[Problem]) -> None:
    if block["type"] in _BEYOND_SDK:
        return
    try:
        _apply_sdk_rules(Block.parse(block))
    except (SlackObjectFormationError, TypeError, ValueError) as error:
        if not str(error).startswith(_SDK_MISTAKES):
            found.append(Problem(pointer=pointer, message=str(error)))


def _apply_sdk_rules(value: object) -> None:
    """Apply the rules that slack_sdk's `to_dict` applies, without searching every object for them anew."""
    if isinstance(value, (list, tuple)):
        for item in value:
            _apply_sdk_rules(item)
    elif isinstance(value, JsonObject):
        for name in _sdk_rules(type(value)):
            getattr(value, name)()
        for held in vars(value).values():
            _apply_sdk_rules(held)


@cache
def _sdk_rules(kind: type[JsonObject]) -> tuple[str, ...]:
    return tuple(name for name in dir(kind) if hasattr(inspect.getattr_static(kind, name), "validator"))


def _check_together(blocks: list[Json], surface: Surface, at: str, found: list[Problem]) -> None:
    block_ids: set[str] = set()
    for place, block in enumerate(blocks):
        block_id = block.get("block_id")
        if block_id and block_id in block_ids:
            message = f"`block_id` {block_id} already exists"
            found.append(Problem(pointer=f"{at}/{place}/block_id", message=message, code="duplicate_id"))
        block_ids.add(block_id or "")
        _check_action_ids(block, f"{at}/{place}", found)
    if surface == "message":
        _check_totals(blocks, at, found)
    _check_focus(blocks, at, found)


def _check_action_ids(block: Json, pointer: str, found: list[Problem]) -> None:
    seen: set[str] = set()
    for inner, element in interactive_elements(block):
        action_id = element.get("action_id")
        if action_id and action_id in seen:
            message = f"`action_id` {action_id} already exists in this block"
            found.append(Problem(pointer=f"{pointer}{inner}/action_id", message=message, code="duplicate_id"))
        seen.add(action_id or "")


def _check_totals(blocks: list[Json], at: str, found: list[Problem]) -> None:
    markdown = sum(len(b["text"]) for b in blocks if b["type"] == "markdown")
    if markdown > MARKDOWN_TOTAL:
        message = f"markdown blocks must be less than {MARKDOWN_TOTAL + 1} characters together"
        found.append(Problem(pointer=at, message=message))
    for kind, most in (("data_visualization", CHARTS_IN_MESSAGE), ("table", TABLES_IN_MESSAGE)):
        if sum(b["type"] == kind for b in blocks) > most:
            found.append(Problem(pointer=at, message=f"no more than {most} {kind} blocks allowed"))


def _check_focus(blocks: list[Json], at: str, found: list[Problem]) -> None:
    focused = [e for block in blocks for _, e in interactive_elements(block) if e.get("focus_on_load")]
    if len(focused) > 1:
        found.append(Problem(pointer=at, message="only one element can have focus_on_load"))


def _check_files(value: object, pointer: str, file_ready: Callable[[Json], bool], found: list[Problem]) -> None:
    if isinstance(value, list):
        for n, item in enumerate(value):
            _check_files(item, f"{pointer}/{n}", file_ready, found)
    elif isinstance(value, dict):
        file = value.get("slack_file")
        if isinstance(file, dict) and not file_ready(file):
            found.append(Problem(pointer=f"{pointer}/slack_file", message="invalid slack file"))
        for name, held in value.items():
            if name != "slack_file" and isinstance(held, (dict, list)):
                _check_files(held, f"{pointer}/{name}", file_ready, found)


def _view_shape(surface: Surface, fields: dict[str, Any], required: tuple[str, ...]) -> Shape:
    shared: dict[str, Rule] = {
        "type": one_of(surface),
        "blocks": allow,
        "private_metadata": string(3000),
        "callback_id": string(255),
        "external_id": string(255),
    }
    return Shape(fields={**shared, **fields}, required=("type", "blocks", *required))


_VIEW_SHAPES: dict[Surface, Shape] = {
    "modal": _view_shape(
        "modal",
        {
            "title": plain(24),
            "submit": plain(24),
            "close": plain(24),
            "clear_on_close": boolean,
            "notify_on_close": boolean,
            "submit_disabled": boolean,
        },
        ("title",),
    ),
    "home": _view_shape("home", {}, ()),
}
