"""Rules for block elements: buttons, menus, pickers and inputs (numbers: docs.slack.dev, Block Kit reference)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from bot.sandbox.shapes import (
    Problem,
    Rule,
    Shape,
    allow,
    boolean,
    excludes,
    list_of,
    needs_one,
    number,
    one_of,
    string,
)
from bot.sandbox.texts import ACTION_ID, CONFIRM, OPTION, OPTION_GROUP, RICH_TEXT, SLACK_FILE, option, plain
from bot.sandbox.wire import Json

Look = Callable[[Json, str, list[Problem]], None]


def _element(fields: Mapping[str, Rule], *, required: tuple[str, ...] = (), whole: tuple[Look, ...] = ()) -> Shape:
    return Shape(fields={"type": allow, "action_id": ACTION_ID, **fields}, required=required, whole=whole)


def _matches(pattern: str, message: str) -> Rule:
    def check(value: object, pointer: str, found: list[Problem]) -> None:
        if not isinstance(value, str) or re.fullmatch(pattern, value) is None:
            found.append(Problem(pointer=pointer, message=message))

    return check


def offered(element: Json) -> list[Json]:
    """Return every option of a menu, those inside groups too."""
    groups = element.get("option_groups") or []
    return [*(element.get("options") or []), *(o for group in groups for o in group.get("options") or [])]


def _initial_is_offered(element: Json, pointer: str, found: list[Problem]) -> None:
    choices = offered(element)
    chosen = [("initial_option", element["initial_option"])] if element.get("initial_option") else []
    chosen += [(f"initial_options/{n}", o) for n, o in enumerate(element.get("initial_options") or [])]
    for name, one in chosen:
        if not any(one["value"] == o["value"] and one["text"]["text"] == o["text"]["text"] for o in choices):
            found.append(Problem(pointer=f"{pointer}/{name}", message="must exactly match one of the provided options"))


def _initial_text_fits(element: Json, pointer: str, found: list[Problem]) -> None:
    length = len(element.get("initial_value") or "")
    most = element.get("max_length", 3000)
    if length > most:
        message = f"must be less than {most + 1} characters"
        found.append(Problem(pointer=f"{pointer}/initial_value", message=message))
    if element.get("min_length", 0) > most:
        found.append(Problem(pointer=f"{pointer}/min_length", message="must not be greater than max_length"))


_PLACEHOLDER: dict[str, Rule] = {"placeholder": plain(150)}
_FOCUS: dict[str, Rule] = {"focus_on_load": boolean}
_CONFIRM: dict[str, Rule] = {"confirm": CONFIRM}
_MENU: dict[str, Rule] = {**_PLACEHOLDER, **_FOCUS, **_CONFIRM}
_MANY: dict[str, Rule] = {"max_selected_items": number(1, whole=True)}
_LABEL: dict[str, Rule] = {"accessibility_label": string(75, least=1)}
_DISPATCH: dict[str, Rule] = {
    "dispatch_action_config": Shape(
        fields={"trigger_actions_on": list_of(one_of("on_enter_pressed", "on_character_entered"), most=2)}
    )
}
_INPUT: dict[str, Rule] = {**_PLACEHOLDER, **_FOCUS, **_DISPATCH}
_OPTIONS: dict[str, Rule] = {"options": list_of(OPTION, most=100), "option_groups": list_of(OPTION_GROUP, most=100)}
_OFFERS: tuple[Look, ...] = (needs_one("options", "option_groups"), excludes("options", "option_groups"))
_IDS = list_of(string(least=1), least=0)
_DATE = _matches(r"\d{4}-\d{2}-\d{2}", "must be a date in the form YYYY-MM-DD")
_TIME = _matches(r"([01]\d|2[0-3]):[0-5]\d", "must be a time in the form HH:mm")
_NUMERAL = _matches(r"-?\d+(\.\d+)?", "must be a number as a string")
_QUERY: dict[str, Rule] = {"min_query_length": number(0, whole=True)}
_FILTER: dict[str, Rule] = {
    "filter": Shape(
        fields={
            "include": list_of(one_of("im", "mpim", "private", "public")),
            "exclude_external_shared_channels": boolean,
            "exclude_bot_users": boolean,
        }
    ),
    "default_to_current_conversation": boolean,
}
_FEEDBACK = Shape(
    fields={"text": plain(75), "value": string(2000), **_LABEL},
    required=("text", "value"),
)

IMAGE = Shape(
    fields={
        "type": allow,
        "image_url": string(3000, least=1),
        "slack_file": SLACK_FILE,
        "alt_text": string(2000, least=1),
        "image_width": allow,
        "image_height": allow,
        "image_bytes": allow,
    },
    required=("alt_text",),
    whole=(needs_one("image_url", "slack_file"), excludes("image_url", "slack_file")),
)
BUTTON = _element(
    {
        "text": plain(75),
        "url": string(3000),
        "value": string(2000),
        "style": one_of("primary", "danger"),
        "agent_prompt": string(4000),
        **_CONFIRM,
        **_LABEL,
    },
    required=("text",),
)

MENUS: dict[str, Rule] = {
    "static_select": _element({**_OPTIONS, "initial_option": OPTION, **_MENU}, whole=(*_OFFERS, _initial_is_offered)),
    "external_select": _element({"initial_option": OPTION, **_QUERY, **_MENU}),
    "users_select": _element({"initial_user": string(least=1), **_MENU}),
    "conversations_select": _element(
        {"initial_conversation": string(least=1), "response_url_enabled": boolean, **_FILTER, **_MENU}
    ),
    "channels_select": _element({"initial_channel": string(least=1), "response_url_enabled": boolean, **_MENU}),
}
MULTI_MENUS: dict[str, Rule] = {
    "multi_static_select": _element(
        {**_OPTIONS, "initial_options": list_of(OPTION, most=100), **_MANY, **_MENU},
        whole=(*_OFFERS, _initial_is_offered),
    ),
    "multi_external_select": _element({"initial_options": list_of(OPTION, most=100), **_QUERY, **_MANY, **_MENU}),
    "multi_users_select": _element({"initial_users": _IDS, **_MANY, **_MENU}),
    "multi_conversations_select": _element({"initial_conversations": _IDS, **_FILTER, **_MANY, **_MENU}),
    "multi_channels_select": _element({"initial_channels": _IDS, **_MANY, **_MENU}),
}
CHOICES: dict[str, Rule] = {
    "checkboxes": _element(
        {"options": list_of(OPTION, most=10), "initial_options": list_of(OPTION, most=10), **_FOCUS, **_CONFIRM},
        required=("options",),
        whole=(_initial_is_offered,),
    ),
    "radio_buttons": _element(
        {"options": list_of(OPTION, most=10), "initial_option": OPTION, **_FOCUS, **_CONFIRM},
        required=("options",),
        whole=(_initial_is_offered,),
    ),
    "datepicker": _element({"initial_date": _DATE, **_MENU}),
    "timepicker": _element({"initial_time": _TIME, "timezone": string(least=1), **_MENU}),
}
DATETIME: dict[str, Rule] = {
    "datetimepicker": _element(
        {"initial_date_time": number(0, 9_999_999_999, whole=True), **_FOCUS, **_CONFIRM},
    )
}
BUTTONS: dict[str, Rule] = {
    "button": BUTTON,
    "overflow": _element(
        {"options": list_of(option(linked=True), most=5), **_CONFIRM},
        required=("options",),
    ),
    "workflow_button": _element(
        {"text": plain(75), "workflow": allow, "style": one_of("primary", "danger"), **_LABEL},
        required=("text", "workflow"),
    ),
}
INPUTS: dict[str, Rule] = {
    "plain_text_input": _element(
        {
            "multiline": boolean,
            "min_length": number(0, 3000, whole=True),
            "max_length": number(1, 3000, whole=True),
            "initial_value": string(3000),
            **_INPUT,
        },
        whole=(_initial_text_fits,),
    ),
    "rich_text_input": _element(
        {
            "initial_value": RICH_TEXT,
            "min_lines": number(1, 100, whole=True),
            "max_lines": number(1, 100, whole=True),
            **_INPUT,
        }
    ),
    "email_text_input": _element({"initial_value": string(), **_INPUT}),
    "url_text_input": _element({"initial_value": string(), **_INPUT}),
    "number_input": _element(
        {
            "is_decimal_allowed": boolean,
            "initial_value": _NUMERAL,
            "min_value": _NUMERAL,
            "max_value": _NUMERAL,
            **_INPUT,
        },
        required=("is_decimal_allowed",),
    ),
    "file_input": _element({"filetypes": list_of(string(least=1)), "max_files": number(1, 10, whole=True)}),
}
CONTEXT_ACTIONS: dict[str, Rule] = {
    "feedback_buttons": _element(
        {"positive_button": _FEEDBACK, "negative_button": _FEEDBACK}, required=("positive_button", "negative_button")
    ),
    "icon_button": _element(
        {
            "icon": one_of("trash"),
            "text": plain(75),
            "value": string(2000),
            "visible_to_user_ids": list_of(string(least=1), most=10),
            **_CONFIRM,
            **_LABEL,
        },
        required=("icon", "text"),
    ),
}

IN_ACTIONS: dict[str, Rule] = {**BUTTONS, **MENUS, **CHOICES, **DATETIME}
IN_SECTION: dict[str, Rule] = {"image": IMAGE, **BUTTONS, **MENUS, **MULTI_MENUS, **CHOICES}
IN_INPUT: dict[str, Rule] = {**INPUTS, **MENUS, **MULTI_MENUS, **CHOICES, **DATETIME}
