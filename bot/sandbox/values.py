"""The values of inputs: untouched, entered by a person, and refused by Slack's client before a submission."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from typing import NamedTuple

from bot.sandbox.elements import offered
from bot.sandbox.validation import interactive_elements
from bot.sandbox.wire import Json, SlackError


class Field(NamedTuple):
    """Where a kind of element keeps its value."""

    name: str  # in state.values and in actions
    initial: str  # in the element
    many: bool = False


FIELDS: Mapping[str, Field] = {
    "plain_text_input": Field("value", "initial_value"),
    "number_input": Field("value", "initial_value"),
    "email_text_input": Field("value", "initial_value"),
    "url_text_input": Field("value", "initial_value"),
    "rich_text_input": Field("rich_text_value", "initial_value"),
    "static_select": Field("selected_option", "initial_option"),
    "external_select": Field("selected_option", "initial_option"),
    "radio_buttons": Field("selected_option", "initial_option"),
    "multi_static_select": Field("selected_options", "initial_options", many=True),
    "multi_external_select": Field("selected_options", "initial_options", many=True),
    "checkboxes": Field("selected_options", "initial_options", many=True),
    "users_select": Field("selected_user", "initial_user"),
    "conversations_select": Field("selected_conversation", "initial_conversation"),
    "channels_select": Field("selected_channel", "initial_channel"),
    "multi_users_select": Field("selected_users", "initial_users", many=True),
    "multi_conversations_select": Field("selected_conversations", "initial_conversations", many=True),
    "multi_channels_select": Field("selected_channels", "initial_channels", many=True),
    "datepicker": Field("selected_date", "initial_date"),
    "timepicker": Field("selected_time", "initial_time"),
    "datetimepicker": Field("selected_date_time", "initial_date_time"),
    "file_input": Field("files", "", many=True),
}

Touched = dict[str, dict[str, Json]]  # block_id -> action_id -> {type, value}


def find_element(blocks: list[Json], block_id: str, action_id: str) -> Json:
    """Return the element that a person acted on; raises `unknown_action` if no block holds it."""
    for block in _with_children(blocks):
        if block.get("block_id") == block_id:
            for _, element in interactive_elements(block):
                if element.get("action_id") == action_id:
                    return element
    raise SlackError("unknown_action")


def state_values(blocks: list[Json], touched: Touched) -> Touched:
    """Return state.values: what was touched, else the initial value, else the empty value of the element's type."""
    values: Touched = {}
    for block in _with_children(blocks):
        for _, element in interactive_elements(block):
            if element["type"] in FIELDS:
                known = touched.get(block["block_id"], {}).get(element["action_id"])
                fits = known is not None and known["type"] == element["type"]
                value = known if known is not None and fits else _untouched(element)
                values.setdefault(block["block_id"], {})[element["action_id"]] = copy.deepcopy(value)
    return values


def merge(touched: Touched, blocks: list[Json], given: Mapping[str, Mapping[str, Json]]) -> None:
    """Put what a person entered into `touched`; raises for unknown elements and for options that are not offered."""
    for block_id, actions in given.items():
        for action_id, value in actions.items():
            element = find_element(blocks, block_id, action_id)
            if element["type"] in FIELDS:
                touched.setdefault(block_id, {})[action_id] = entered(element, value)


def entered(element: Json, given: Json) -> Json:
    """Return what `given` puts into an element, in the shape of state.values."""
    field = FIELDS[element["type"]]
    value = given.get(field.name)
    if value is None or value == "":
        return {"type": element["type"], field.name: [] if field.many else None}
    if field.name in ("selected_option", "selected_options") and "external" not in element["type"]:
        chosen = [_offered_option(element, one) for one in (value if field.many else [value])]
        value = chosen if field.many else chosen[0]
    return {"type": element["type"], field.name: value}


def refusals(blocks: list[Json], values: Touched) -> dict[str, str]:
    """Return what Slack's client tells a person instead of submitting, by block_id; empty if all is well."""
    told: dict[str, str] = {}
    for block in _with_children(blocks):
        if block["type"] != "input":
            continue
        element = block["element"]
        value = values[block["block_id"]][element["action_id"]][FIELDS[element["type"]].name]
        is_empty = value in (None, "", [])
        if is_empty and not block.get("optional", False):
            told[block["block_id"]] = "Please complete this required field."
        elif not is_empty and (words := _refusal(element, value)):
            told[block["block_id"]] = words
    return told


def _refusal(element: Json, value: object) -> str | None:
    kind = element["type"]
    if kind == "plain_text_input":
        return _wrong_length(element, str(value))
    if kind == "number_input":
        return _wrong_number(element, str(value))
    if kind == "email_text_input" and re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", str(value)) is None:
        return "Please enter a valid email address."
    if kind == "url_text_input" and re.match(r"https?://\S+$", str(value)) is None:
        return "Please enter a valid URL."
    most = element.get("max_selected_items")
    if most is not None and isinstance(value, list) and len(value) > most:
        return f"Please select at most {most}."
    return None


def _wrong_length(element: Json, value: str) -> str | None:
    least, most = element.get("min_length", 0), element.get("max_length", 3000)
    if len(value) < least:
        return f"Must be at least {least} characters."
    if len(value) > most:
        return f"Must be less than {most + 1} characters."
    return None


def _wrong_number(element: Json, value: str) -> str | None:
    pattern = r"-?\d+(\.\d+)?" if element["is_decimal_allowed"] else r"-?\d+"
    if re.fullmatch(pattern, value) is None:
        return "Please enter a number." if element["is_decimal_allowed"] else "Please enter a whole number."
    if "min_value" in element and float(value) < float(element["min_value"]):
        return f"Must be at least {element['min_value']}."
    if "max_value" in element and float(value) > float(element["max_value"]):
        return f"Must be at most {element['max_value']}."
    return None


def _untouched(element: Json) -> Json:
    field = FIELDS[element["type"]]
    empty: object = [] if field.many else None
    return {"type": element["type"], field.name: element.get(field.initial, empty) if field.initial else empty}


def _offered_option(element: Json, chosen: object) -> Json:
    value = chosen.get("value") if isinstance(chosen, dict) else chosen
    for option in offered(element):
        if option["value"] == value:
            return option
    raise SlackError("unknown_option")


def chosen_option(element: Json, given: Json) -> Json:
    """Return the option of an overflow menu that a person chose."""
    return _offered_option(element, given.get("selected_option"))


def _with_children(blocks: list[Json]) -> list[Json]:
    return [b for block in blocks for b in (block, *(block.get("child_blocks") or []))]
