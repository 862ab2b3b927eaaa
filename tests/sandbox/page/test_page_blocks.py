"""Blocks beyond the mock-ups: lists, charts, cards, folding, and what the stand-in does not know."""

import pytest
from playwright.sync_api import Locator, expect

from tests.sandbox.page_server import Json, PageServer
from tests.sandbox.page_tools import PHONE, OpenPage, overflow

pytestmark = pytest.mark.browser


def _plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def _mrkdwn(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def _item(text: str) -> Json:
    return {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}


def _shown(blocks: list[Json], server: PageServer, open_page: OpenPage, width: int = 1000) -> Locator:
    ts = server.post(blocks, text="blocks")
    message = open_page(server.address, width=width).locator(f'article[data-ts="{ts}"]')
    message.wait_for()
    return message


def test_an_unknown_block_is_a_grey_box_and_the_rest_is_drawn(stand_in: PageServer, open_page: OpenPage) -> None:
    """Nothing is left out in silence, and a block that cannot be drawn spoils no other."""
    broken = {"type": "actions"}
    after = {"type": "section", "text": _plain("after")}
    message = _shown([{"type": "hologram"}, broken, after], stand_in, open_page)
    expect(message.locator(".unknown").first).to_have_text("block hologram is not drawn here")
    expect(message.locator(".unknown").last).to_contain_text("block actions cannot be drawn")
    expect(message.locator(".b-section")).to_have_text("after")


def test_lists_continue_their_numbers_and_indent(stand_in: PageServer, open_page: OpenPage) -> None:
    """A list with an offset goes on counting; an indent moves it to the right."""
    lists = [
        {"type": "rich_text_list", "style": "ordered", "elements": [_item("one")]},
        {"type": "rich_text_list", "style": "bullet", "indent": 1, "elements": [_item("inside")]},
        {"type": "rich_text_list", "style": "ordered", "offset": 1, "elements": [_item("two")]},
    ]
    message = _shown([{"type": "rich_text", "elements": lists}], stand_in, open_page)
    assert message.locator("ol").nth(1).get_attribute("start") == "2"
    left = [message.get_by_text(word, exact=True).bounding_box() for word in ("one", "inside")]
    assert left[0] is not None
    assert left[1] is not None
    assert left[1]["x"] - left[0]["x"] == pytest.approx(28)  # The indent of one level in blocks.css.


def test_long_sections_fold_unless_they_expand(stand_in: PageServer, open_page: OpenPage) -> None:
    """Over 700 characters a section of a message hides behind See more; `expand` shows it whole."""
    text = _plain("word " * 200)
    sections: list[Json] = [{"type": "section", "text": text}, {"type": "section", "text": text, "expand": True}]
    message = _shown(sections, stand_in, open_page)
    more = message.get_by_role("button", name="See more")
    expect(more).to_have_count(1)
    more.click()
    expect(message.get_by_role("button", name="See less")).to_have_attribute("aria-expanded", "true")


def test_a_chart_tells_its_numbers_in_words_and_as_a_table(stand_in: PageServer, open_page: OpenPage) -> None:
    """Bars are as high as their values; the numbers are in the label and one press away."""
    data = [{"label": "Fees", "value": 30}, {"label": "Limits", "value": 10}]
    axis = {"categories": ["Fees", "Limits"], "x_label": "Topic", "y_label": "Wrong"}
    chart = {"type": "bar", "series": [{"name": "Week", "data": data}], "axis_config": axis}
    block = {"type": "data_visualization", "title": "Wrong of 100", "chart": chart}
    message = _shown([block], stand_in, open_page)
    drawing = message.get_by_role("img", name="Wrong of 100. Fees 30; Limits 10")
    heights = [float(bar.get_attribute("height") or 0) for bar in drawing.locator("rect").all()]
    assert heights[0] == pytest.approx(3 * heights[1])
    message.get_by_role("button", name="Show as table").click()
    assert message.locator("td").all_inner_texts() == ["Fees", "30", "Limits", "10"]
    expect(drawing).not_to_be_visible()


@pytest.mark.parametrize("kind", ["line", "area", "pie"])
def test_other_charts_are_drawn(kind: str, stand_in: PageServer, open_page: OpenPage) -> None:
    """Each series or segment is one path, none with a coordinate that is no number."""
    data = [{"label": "a", "value": -2}, {"label": "b", "value": 0.5}]
    segments = [{"label": "a", "value": 2}, {"label": "b", "value": 1}]
    chart: Json = (
        {"type": kind, "segments": segments}
        if kind == "pie"
        else {"type": kind, "series": [{"name": "s", "data": data}]}
    )
    message = _shown([{"type": "data_visualization", "title": "T", "chart": chart}], stand_in, open_page)
    paths = [path.get_attribute("d") or "" for path in message.locator("figure svg[role=img] path").all()]
    assert paths
    assert not [path for path in paths if "NaN" in path]


def test_the_newer_blocks_are_approximated(stand_in: PageServer, open_page: OpenPage) -> None:
    """Card, collapsible container, alert and feedback buttons are drawn and work."""
    feedback = {
        "type": "feedback_buttons",
        "action_id": "useful",
        "positive_button": {"text": _plain("Good"), "value": "yes"},
        "negative_button": {"text": _plain("Bad"), "value": "no"},
    }
    inside = {"type": "section", "text": _mrkdwn("*inside*")}
    act = {"type": "button", "action_id": "do", "text": _plain("Do it")}
    blocks: list[Json] = [
        {"type": "card", "title": _mrkdwn("A card"), "body": _mrkdwn("body"), "actions": [act]},
        {"type": "container", "title": _plain("Sources"), "is_collapsible": True, "default_collapsed": True}
        | {"child_blocks": [inside]},
        {"type": "alert", "level": "warning", "text": _mrkdwn("Careful")},
        {"type": "context_actions", "elements": [feedback]},
    ]
    message = _shown(blocks, stand_in, open_page, width=PHONE)
    expect(message.get_by_text("inside")).not_to_be_visible()
    message.get_by_text("Sources").click()
    expect(message.get_by_text("inside")).to_be_visible()
    message.get_by_role("button", name="Bad").click()
    assert stand_in.wait_for("actions")["value"] == "no"
    assert message.locator(".unknown").count() == 0
    assert overflow(message.page) <= 0


def test_what_does_not_wrap_scrolls_inside_its_block(stand_in: PageServer, open_page: OpenPage) -> None:
    """A wide table, a word without an end and a long preformatted line leave a phone's page as wide as it is."""
    wide = "x" * 400
    table = {"type": "table", "rows": [[{"type": "raw_text", "text": f"column {n}"} for n in range(12)]]}
    code = {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": wide}]}
    section = {"type": "section", "text": _plain(wide), "fields": [_plain(wide), _plain(wide)]}
    button = {"type": "actions", "elements": [{"type": "button", "action_id": "b", "text": _plain("w" * 75)}]}
    blocks: list[Json] = [table, {"type": "rich_text", "elements": [code]}, section, button]
    message = _shown(blocks, stand_in, open_page, width=PHONE)
    assert overflow(message.page) <= 0
    scroller = message.page.locator(".scroller").first
    assert scroller.evaluate("node => node.scrollWidth - node.clientWidth") <= 0
