"""Rules for the layout blocks, and on which surface each may stand (numbers: docs.slack.dev, Block Kit reference)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

from bot.sandbox.elements import BUTTON, CONTEXT_ACTIONS, IMAGE, IN_ACTIONS, IN_INPUT, IN_SECTION
from bot.sandbox.shapes import (
    Problem,
    Rule,
    Shape,
    allow,
    boolean,
    by_type,
    excludes,
    list_of,
    needs_one,
    number,
    one_of,
    string,
)
from bot.sandbox.texts import BLOCK_ID, RICH_ELEMENTS, RICH_TEXT, SLACK_FILE, plain, text
from bot.sandbox.wire import Json

Surface = Literal["message", "modal", "home"]
Look = Callable[[Json, str, list[Problem]], None]


def _block(fields: Mapping[str, Rule], *, required: tuple[str, ...] = (), whole: tuple[Look, ...] = ()) -> Shape:
    return Shape(fields={"type": allow, "block_id": BLOCK_ID, **fields}, required=required, whole=whole)


_RAW_TEXT = Shape(fields={"type": allow, "text": string()}, required=("text",))
_RAW_NUMBER = Shape(
    fields={"type": allow, "value": number(), "text": string(least=1)},
    required=("value", "text"),
)
_CELL = by_type({"raw_text": _RAW_TEXT, "raw_number": _RAW_NUMBER, "rich_text": RICH_TEXT})
_ROWS = list_of(list_of(_CELL, most=20), most=100)
_COLUMN = Shape(fields={"align": one_of("left", "center", "right"), "is_wrapped": boolean})
_LABEL = string(20, least=1)
_AXES = Shape(
    fields={
        "categories": list_of(_LABEL, most=20),
        "x_label": string(50, least=1),
        "y_label": string(50, least=1),
    },
    required=("categories",),
)
_SERIES = Shape(
    fields={
        "name": _LABEL,
        "data": list_of(Shape(fields={"label": _LABEL, "value": number()}, required=("label", "value")), most=20),
    },
    required=("name", "data"),
)


def _points_fit_categories(chart: Json, pointer: str, found: list[Problem]) -> None:
    categories = set(chart["axis_config"]["categories"])
    for n, series in enumerate(chart["series"]):
        if {point["label"] for point in series["data"]} != categories:
            message = "must have one data point for each category"
            found.append(Problem(pointer=f"{pointer}/series/{n}/data", message=message))


_SEGMENTS = list_of(
    Shape(fields={"label": _LABEL, "value": number(1e-12)}, required=("label", "value")),
    most=12,
)
_AXIS_CHART = Shape(
    fields={"type": allow, "series": list_of(_SERIES, most=12), "axis_config": _AXES},
    required=("series", "axis_config"),
    whole=(_points_fit_categories,),
)
_CHART = by_type(
    {
        "pie": Shape(fields={"type": allow, "segments": _SEGMENTS}, required=("segments",)),
        "bar": _AXIS_CHART,
        "line": _AXIS_CHART,
        "area": _AXIS_CHART,
    }
)
_CARD = _block(
    {
        "title": text(150),
        "subtitle": text(150),
        "body": text(200),
        "subtext": text(200),
        "hero_image": by_type({"image": IMAGE}),
        "icon": by_type({"image": IMAGE}),
        "actions": list_of(by_type({"button": BUTTON}), most=3),
    },
    whole=(needs_one("hero_image", "title", "actions", "body"),),
)
_TASK = _block(
    {
        "task_id": string(255, least=1),
        "title": string(least=1),
        "details": RICH_TEXT,
        "output": RICH_TEXT,
        "sources": list_of(Shape(fields={"type": one_of("url"), "url": string(least=1), "text": string(least=1)})),
        "status": one_of("pending", "in_progress", "complete", "error"),
    },
    required=("task_id", "title"),
)


def _not_collapsible_with_divider(block: Json, pointer: str, found: list[Problem]) -> None:
    if block.get("is_collapsible") and block.get("has_header_divider"):
        found.append(Problem(pointer=pointer, message="has_header_divider cannot be set when is_collapsible is true"))


def _can_dispatch(block: Json, pointer: str, found: list[Problem]) -> None:
    if block.get("dispatch_action") and block["element"]["type"] == "file_input":
        found.append(Problem(pointer=f"{pointer}/dispatch_action", message="file_input cannot dispatch actions"))


_IN_CONTEXT = by_type({"image": IMAGE, "plain_text": text(3000), "mrkdwn": text(3000)})

_SIMPLE: dict[str, Rule] = {
    "section": _block(
        {
            "text": text(3000),
            "fields": list_of(text(2000), most=10),
            "accessory": by_type(IN_SECTION),
            "expand": boolean,
        },
        whole=(needs_one("text", "fields"),),
    ),
    "divider": _block({}),
    "header": _block({"text": plain(150)}, required=("text",)),
    "image": _block(
        {
            "image_url": string(3000, least=1),
            "slack_file": SLACK_FILE,
            "alt_text": string(2000, least=1),
            "title": plain(2000),
        },
        required=("alt_text",),
        whole=(needs_one("image_url", "slack_file"), excludes("image_url", "slack_file")),
    ),
    "actions": _block({"elements": list_of(by_type(IN_ACTIONS), most=25)}, required=("elements",)),
    "context": _block(
        {"elements": list_of(_IN_CONTEXT, most=10)},
        required=("elements",),
    ),
    "context_actions": _block(
        {"elements": list_of(by_type(CONTEXT_ACTIONS), most=5)},
        required=("elements",),
    ),
    "input": _block(
        {
            "label": plain(2000),
            "element": by_type(IN_INPUT),
            "dispatch_action": boolean,
            "hint": plain(2000),
            "optional": boolean,
        },
        required=("label", "element"),
        whole=(_can_dispatch,),
    ),
    "file": _block(
        {"external_id": string(least=1), "source": one_of("remote")},
        required=("external_id", "source"),
    ),
    "markdown": _block({"text": string(12000, least=1)}, required=("text",)),
    "rich_text": _block({"elements": RICH_ELEMENTS}, required=("elements",)),
    "video": _block(
        {
            "alt_text": string(2000, least=1),
            "title": plain(199),
            "title_url": string(2000),
            "author_name": string(49),
            "description": plain(200),
            "provider_name": string(50),
            "provider_icon_url": string(2000),
            "thumbnail_url": string(3000, least=1),
            "video_url": string(3000, least=1),
        },
        required=("alt_text", "title", "thumbnail_url", "video_url"),
    ),
    "table": _block({"rows": _ROWS, "column_settings": list_of(_COLUMN, most=20)}, required=("rows",)),
    "data_table": _block(
        {
            "rows": list_of(list_of(_CELL, most=20), most=201, least=2),
            "caption": string(),
            "page_size": number(1, 100, whole=True),
            "row_header_column_index": number(0, whole=True),
        },
        required=("rows", "caption"),
    ),
    "data_visualization": _block({"title": string(50, least=1), "chart": _CHART}, required=("title", "chart")),
    "alert": _block(
        {"text": text(200), "level": one_of("default", "info", "warning", "error", "success")}, required=("text",)
    ),
    "card": _CARD,
    "carousel": _block({"elements": list_of(by_type({"card": _CARD}), most=10)}, required=("elements",)),
    "task_card": _TASK,
    "plan": _block(
        {"title": string(least=1), "tasks": list_of(by_type({"task_card": _TASK}), most=50)}, required=("title",)
    ),
}

_CHILDREN = (
    "section",
    "divider",
    "image",
    "actions",
    "context",
    "rich_text",
    "header",
    "table",
    "data_visualization",
)
BLOCKS: dict[str, Rule] = {
    **_SIMPLE,
    "container": _block(
        {
            "title": plain(150),
            "rich_text_title": RICH_TEXT,
            "subtitle": text(150),
            "icon": by_type({"image": IMAGE}),
            "child_blocks": list_of(by_type(_SIMPLE, among=_CHILDREN), most=10),
            "is_collapsible": boolean,
            "default_collapsed": boolean,
            "has_header_divider": boolean,
            "width": one_of("narrow", "standard", "wide", "full"),
        },
        required=("child_blocks",),
        whole=(needs_one("title", "rich_text_title"), _not_collapsible_with_divider),
    ),
}

_EVERYWHERE = frozenset(
    {"actions", "card", "context", "divider", "header", "image", "input", "rich_text", "section", "video"}
)
_WIDE = frozenset({"carousel", "container", "data_table", "data_visualization", "table"})
ON_SURFACE: Mapping[Surface, frozenset[str]] = {
    "message": _EVERYWHERE | _WIDE | {"context_actions", "file", "markdown", "plan", "task_card"},
    "modal": _EVERYWHERE | {"alert"},
    "home": _EVERYWHERE | _WIDE,
}
