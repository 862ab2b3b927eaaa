"""What Slack refuses in blocks and views is refused here, with a pointer to the place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bot.sandbox.blocks import Surface
from bot.sandbox.validation import check_blocks, check_view, visible_characters
from tests.sandbox.bench import Bench, actions, asks, button, modal, mrkdwn, plain, section, words

SURFACES = Path(__file__).parents[3] / "shared" / "surfaces"


def option(text: str = "One", value: str = "1", **more: Any) -> dict[str, Any]:
    """Return an option."""
    return {"text": plain(text), "value": value, **more}


def select(**more: Any) -> dict[str, Any]:
    """Return a menu."""
    return {"type": "static_select", "action_id": "s", "options": [option()], **more}


def rich(*inline: dict[str, Any]) -> dict[str, Any]:
    """Return a rich text block of one section."""
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": list(inline)}]}


def chart(**more: Any) -> dict[str, Any]:
    """Return a bar chart of one point."""
    series = [{"name": "s", "data": [{"label": "x", "value": 1}]}]
    bars = {"type": "bar", "series": series, "axis_config": {"categories": ["x"]}}
    return {"type": "data_visualization", "title": "t", "chart": {**bars, **more}}


CONFIRM = {"title": plain("t"), "text": plain("x"), "confirm": plain("y"), "deny": plain("n")}
IMAGE = {"type": "image", "image_url": "https://example.com/a.png", "alt_text": "a"}
IN_MESSAGE: list[tuple[str, list[dict[str, Any]], str]] = [
    ("section of 3001", [section("x" * 3001)], "/blocks/0/text/text"),
    ("empty section text", [section("")], "/blocks/0/text/text"),
    ("section without text and fields", [{"type": "section"}], "/blocks/0"),
    ("field of 2001", [{"type": "section", "fields": [mrkdwn("x" * 2001)]}], "/blocks/0/fields/0/text"),
    ("eleven fields", [{"type": "section", "fields": [mrkdwn("x")] * 11}], "/blocks/0/fields"),
    ("header of 151", [{"type": "header", "text": plain("x" * 151)}], "/blocks/0/text/text"),
    ("header in mrkdwn", [{"type": "header", "text": mrkdwn("x")}], "/blocks/0/text/type"),
    ("button text of 76", [actions(button(text=plain("x" * 76)))], "/blocks/0/elements/0/text/text"),
    ("button text in mrkdwn", [actions(button(text=mrkdwn("x")))], "/blocks/0/elements/0/text/type"),
    ("button value of 2001", [actions(button(value="x" * 2001))], "/blocks/0/elements/0/value"),
    ("button style", [actions(button(style="green"))], "/blocks/0/elements/0/style"),
    (
        "label of 76 for screen readers",
        [actions(button(accessibility_label="x" * 76))],
        "/blocks/0/elements/0/accessibility_label",
    ),
    ("26 buttons", [actions(*[button(f"a{n}") for n in range(26)])], "/blocks/0/elements"),
    ("actions without elements", [{"type": "actions", "elements": []}], "/blocks/0/elements"),
    ("text input among actions", [actions(words())], "/blocks/0/elements/0/type"),
    ("action_id of 256", [actions(button("x" * 256))], "/blocks/0/elements/0/action_id"),
    ("block_id of 256", [section(block_id="x" * 256)], "/blocks/0/block_id"),
    ("same action_id twice", [actions(button(), button())], "/blocks/0/elements/1/action_id"),
    ("same block_id twice", [section(block_id="b"), section(block_id="b")], "/blocks/1/block_id"),
    ("unknown field", [section(colour="red")], "/blocks/0/colour"),
    ("unknown field in a text", [{"type": "section", "text": {**plain("x"), "size": 3}}], "/blocks/0/text/size"),
    (
        "verbatim on plain text",
        [{"type": "section", "text": {**plain("x"), "verbatim": True}}],
        "/blocks/0/text/verbatim",
    ),
    ("unknown block", [{"type": "marquee"}], "/blocks/0/type"),
    ("block without type", [{"text": plain("x")}], "/blocks/0"),
    ("block that is a string", ["x"], "/blocks/0"),  # type: ignore[list-item]
    ("eleven in a context", [{"type": "context", "elements": [mrkdwn("x")] * 11}], "/blocks/0/elements"),
    ("option text of 76", [actions(select(options=[option("x" * 76)]))], "/blocks/0/elements/0/options/0/text/text"),
    (
        "option value of 151",
        [actions(select(options=[option(value="x" * 151)]))],
        "/blocks/0/elements/0/options/0/value",
    ),
    (
        "101 options",
        [actions(select(options=[option(value=str(n)) for n in range(101)]))],
        "/blocks/0/elements/0/options",
    ),
    (
        "initial option not offered",
        [actions(select(initial_option=option(value="2")))],
        "/blocks/0/elements/0/initial_option",
    ),
    ("menu without options", [actions({"type": "static_select", "action_id": "s"})], "/blocks/0/elements/0"),
    (
        "six in an overflow",
        [actions({"type": "overflow", "action_id": "o", "options": [option(value=str(n)) for n in range(6)]})],
        "/blocks/0/elements/0/options",
    ),
    (
        "eleven radio buttons",
        [actions({"type": "radio_buttons", "action_id": "r", "options": [option(value=str(n)) for n in range(11)]})],
        "/blocks/0/elements/0/options",
    ),
    (
        "address on a menu's option",
        [actions(select(options=[option(url="https://a.example")]))],
        "/blocks/0/elements/0/options/0/url",
    ),
    (
        "confirm text of 301",
        [actions(button(confirm={**CONFIRM, "text": plain("x" * 301)}))],
        "/blocks/0/elements/0/confirm/text/text",
    ),
    ("image without alt_text", [{k: v for k, v in IMAGE.items() if k != "alt_text"}], "/blocks/0"),
    ("image without picture", [{"type": "image", "alt_text": "a"}], "/blocks/0"),
    (
        "image of an unknown file",
        [{"type": "image", "slack_file": {"id": "F0NOTHERE"}, "alt_text": "a"}],
        "/blocks/0/slack_file",
    ),
    ("51 blocks", [{"type": "divider"}] * 51, "/blocks"),
    ("alert in a message", [{"type": "alert", "text": plain("x")}], "/blocks/0/type"),
    (
        "markdown of 12001 in sum",
        [{"type": "markdown", "text": "x" * 6001}, {"type": "markdown", "text": "x" * 6000}],
        "/blocks",
    ),
    ("three charts", [chart()] * 3, "/blocks"),
    ("chart title of 51", [{**chart(), "title": "x" * 51}], "/blocks/0/title"),
    ("chart point without category", [chart(axis_config={"categories": ["y"]})], "/blocks/0/chart/series/0/data"),
    ("empty rich text", [rich({"type": "text", "text": ""})], "/blocks/0/elements/0/elements/0/text"),
    (
        "rich text style",
        [rich({"type": "text", "text": "x", "style": {"blink": True}})],
        "/blocks/0/elements/0/elements/0/style/blink",
    ),
    ("unknown rich text", [rich({"type": "sparkle"})], "/blocks/0/elements/0/elements/0/type"),
    ("rich link without address", [rich({"type": "link", "text": "x"})], "/blocks/0/elements/0/elements/0"),
    ("two tables", [{"type": "table", "rows": [[{"type": "raw_text", "text": "x"}]]}] * 2, "/blocks"),
    ("table of 101 rows", [{"type": "table", "rows": [[{"type": "raw_text", "text": "x"}]] * 101}], "/blocks/0/rows"),
    ("blocks that are no list", {"type": "divider"}, "/blocks"),  # type: ignore[list-item]
]
IN_VIEW: list[tuple[str, dict[str, Any], str]] = [
    ("title of 25", modal(title=plain("x" * 25)), "/view/title/text"),
    ("no title", {k: v for k, v in modal().items() if k != "title"}, "/view"),
    ("submit of 25", modal(submit=plain("x" * 25)), "/view/submit/text"),
    ("private_metadata of 3001", modal(private_metadata="x" * 3001), "/view/private_metadata"),
    ("callback_id of 256", modal(callback_id="x" * 256), "/view/callback_id"),
    ("101 blocks", modal(*[{"type": "divider"}] * 101), "/view/blocks"),
    ("markdown in a modal", modal({"type": "markdown", "text": "x"}), "/view/blocks/0/type"),
    ("chart in a modal", modal(chart()), "/view/blocks/0/type"),
    ("input without submit", {k: v for k, v in modal(asks("q", words())).items() if k != "submit"}, "/view"),
    ("prefilled with 3001", modal(asks("q", words(initial_value="x" * 3001))), "/view/blocks/0/element/initial_value"),
    (
        "prefilled beyond max_length",
        modal(asks("q", words(max_length=2, initial_value="abc"))),
        "/view/blocks/0/element/initial_value",
    ),
    ("max_length of 3001", modal(asks("q", words(max_length=3001))), "/view/blocks/0/element/max_length"),
    ("label in mrkdwn", modal({**asks("q", words()), "label": mrkdwn("x")}), "/view/blocks/0/label/type"),
    ("unknown field of a view", modal(colour="red"), "/view/colour"),
    ("button as input", modal(asks("q", button())), "/view/blocks/0/element/type"),
    ("two focused", modal(asks("q", words(focus_on_load=True)), asks("r", words(focus_on_load=True))), "/view/blocks"),
]


@pytest.mark.parametrize(("blocks", "pointer"), [row[1:] for row in IN_MESSAGE], ids=[row[0] for row in IN_MESSAGE])
def test_a_bad_message_is_refused_at_its_place(blocks: list[dict[str, Any]], pointer: str) -> None:
    """Each limit of Block Kit has its error, and the error says where."""
    found = check_blocks(blocks, "message", file_ready=lambda _: False)
    assert pointer in [problem.pointer for problem in found]


@pytest.mark.parametrize(("view", "pointer"), [row[1:] for row in IN_VIEW], ids=[row[0] for row in IN_VIEW])
def test_a_bad_view_is_refused_at_its_place(view: dict[str, Any], pointer: str) -> None:
    """Views have limits of their own."""
    found = check_view(view, surface="modal", file_ready=lambda _: True)
    assert pointer in [problem.pointer for problem in found]


@pytest.mark.parametrize(
    "block",
    [
        section("x" * 3000),
        {"type": "header", "text": plain("x" * 150)},
        actions(button(text=plain("x" * 75), value="x" * 2000)),
        actions(*[button(f"a{n}") for n in range(25)]),
        {"type": "section", "fields": [mrkdwn("x" * 2000)] * 10},
        actions(select(options=[option("x" * 75, "x" * 150)])),
        chart(),
        rich({"type": "link", "url": "https://a.example", "text": "a"}, {"type": "emoji", "name": "wave"}),
        {"type": "context_actions", "elements": [{"type": "icon_button", "icon": "trash", "text": plain("x")}]},
        {"type": "container", "title": plain("x"), "child_blocks": [section()], "is_collapsible": True},
    ],
)
def test_what_is_just_within_the_limits_passes(block: dict[str, Any]) -> None:
    """The largest that Slack takes is taken here."""
    assert check_blocks([block], "message", file_ready=lambda _: True) == []


@pytest.mark.parametrize("surface", ["message", "home"])
def test_a_home_has_room_for_100_blocks_and_a_message_for_50(surface: Surface) -> None:
    """The number of blocks depends on the surface."""
    most = 50 if surface == "message" else 100
    assert check_blocks([{"type": "divider"}] * most, surface, file_ready=lambda _: True) == []
    assert check_blocks([{"type": "divider"}] * (most + 1), surface, file_ready=lambda _: True)


def test_every_mock_of_the_surfaces_is_accepted() -> None:
    """The designed surfaces fit Slack's limits, so a refusal would be a mistake of the sandbox."""
    if not SURFACES.is_dir():
        pytest.skip("the mocks of the surfaces are not beside this checkout")
    checked = 0
    for path in sorted(SURFACES.glob("*.json")):
        for name, mock in json.loads(path.read_text(encoding="utf-8")).items():
            if "view" in mock:
                view = mock["view"]
                found = check_view(view, surface=view["type"], file_ready=lambda _: True)
            elif "blocks" in mock:
                found = check_blocks(mock["blocks"], "message", file_ready=lambda _: True)
                assert visible_characters(mock["blocks"]) <= 12_000
            else:
                continue  # an answer to a submission, without blocks
            checked += 1
            assert found == [], f"{path.name}: {name}"
    assert checked == 72


def test_the_method_tells_pointers_as_slack_does(local: Bench) -> None:
    """A refused post says invalid_blocks, with a line for each problem."""
    answer = local.api("chat.postMessage", channel="C0REVIEW", blocks=[section("")])
    assert answer["error"] == "invalid_blocks"
    lines = answer["response_metadata"]["messages"]
    assert lines == ["[ERROR] must be more than 0 characters [json-pointer:/blocks/0/text/text]"]


def test_blocks_validate_tells_errors_with_constraints(local: Bench) -> None:
    """The method that only checks answers pointer, code, message and constraint."""
    answer = local.api("blocks.validate", blocks=json.dumps([{"type": "header", "text": plain("x" * 151)}]))
    assert answer["error"] == "invalid_blocks"
    assert answer["errors"] == [
        {
            "pointer": "/0/text/text",
            "code": "failed_constraint",
            "message": "must be less than 151 characters",
            "constraint": {"type": "max_length", "expected": 150, "got": 151},
        }
    ]
    assert local.slack.blocks_validate(view=modal())["ok"]
    assert local.slack.blocks_validate(message={"blocks": [section()]})["ok"]


def test_a_message_may_hold_about_12000_characters(local: Bench) -> None:
    """The undocumented total is refused although each block is within its own limit."""
    fits = [section("x" * 3000)] * 4
    assert local.api("chat.postMessage", channel="C0REVIEW", text="t", blocks=fits)["ok"]
    answer = local.api("chat.postMessage", channel="C0REVIEW", text="t", blocks=[*fits, section("x")])
    assert answer["error"] == "msg_blocks_too_long"


def test_text_over_40000_characters_is_refused(local: Bench) -> None:
    """The text has a limit of its own."""
    assert local.api("chat.postMessage", channel="C0REVIEW", text="x" * 40_000)["ok"]
    assert local.api("chat.postMessage", channel="C0REVIEW", text="x" * 40_001)["error"] == "msg_too_long"
