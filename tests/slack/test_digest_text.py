"""A digest outside Slack: the same sentences as Markdown, as a page and as JSON, and nothing of others' words alive."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from bs4 import BeautifulSoup
from markdown_it import MarkdownIt

from bot.digest_text import to_html, to_json, to_markdown
from bot.slack.digest import Picture
from reviewers.model.digest import Headline
from reviewers.model.digest_json import from_json
from reviewers.model.missing import Missing
from tests.digests import a_quiet_digest
from tests.slack.digests import OPTIONS, drawn_digest, hostile_digest, suggested_digest
from tests.slack.injection import ADDRESSES, CORPUS

PNG = b"\x89PNG not a real one"
READER = MarkdownIt("commonmark").enable("table").enable("strikethrough")


def test_markdown_reads_as_the_message() -> None:
    """Heading, sentence, cure, what the picture says, what moved, examples, what did not."""
    told = to_markdown(drawn_digest(), OPTIONS).split("\n\n")
    assert told[:3] == [
        "# Card support, week 47: more wrong answers",
        "About **14 of 100** answers were wrong (9 to 20); in the 4 weeks before it was **8** (6 to 10). The rise is "
        "in questions on **fees abroad**, since 17 November.",
        "**Do first:** the page *Card fees 2026* changed on 16 November, but 22 of 24 wrong answers still cite what "
        "it said before. Rebuild the index. Retraining would not cure this.",
    ]
    assert told[3].startswith(
        "**Wrong answers of 100, by week, with 95 % interval.** Wrong answers of 100 by week, W40"
    )
    assert told[4:6] == [
        "## What moved",
        "- **Fees abroad:** 31 of 100 wrong, before 9 (+22 points, 11 to 35)\n"
        "- **Topic “cash in Thailand, Turkey”:** 4 % of questions, before 1 % (+3 points, 2 to 4)",
    ]
    assert told[7].startswith(
        "- “A cash withdrawal abroad costs € 2.00.” Source: € 3.50  [#4821](<https://safe.example/"
    )
    assert "| Fees abroad | 31 (20 to 44) | 9 (5 to 15) | 58 |" in told[11]
    assert told[-3] == "## Retraining"


def test_page_holds_its_pictures_and_what_they_say() -> None:
    """It needs nothing from elsewhere; a picture that is missing is told in words."""
    page = BeautifulSoup(to_html(drawn_digest(), OPTIONS, {Picture.ERROR_RATE: PNG}), "html.parser")
    images = page.find_all("img")
    assert [str(image["src"])[:22] for image in images] == ["data:image/png;base64,"]
    assert str(images[0]["alt"]).startswith("Wrong answers of 100 by week")
    assert page.find_all(["script", "link", "iframe", "object", "form"]) == []
    assert page.title is not None
    assert page.title.get_text() == "Card support, week 47: more wrong answers"
    told = page.get_text()
    assert "Change in wrong answers of 100 by topic with 95 % intervals." in told
    assert "Retraining is not suggested: 1 of 5 conditions fails." in told
    assert [cell.get_text() for cell in page.find_all("tr")[2].find_all("td")] == [
        "Fees abroad", "31 (20 to 44)", "9 (5 to 15)", "58",
    ]  # fmt: skip


def test_json_is_the_whole_digest_and_the_same_each_time() -> None:
    """It can be read back; title and words stand beside the values."""
    told = to_json(drawn_digest(), OPTIONS)
    assert told == to_json(drawn_digest(), OPTIONS)
    assert from_json(told) == drawn_digest()
    values = json.loads(told)
    assert values["title"] == "Card support, week 47: more wrong answers"
    assert values["text"].startswith("Card support, week 47: more wrong answers. About 14 of 100")
    assert values["rate"]["low"] == 0.09


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"headline": Headline.NO_TRAFFIC, "last_output_at": None}, "None ever came."),
        ({"headline": Headline.TOO_FEW, "rate": Missing(found=9, needed=40)}, "Nothing is said about wrong answers"),
    ],
)
def test_weeks_of_which_little_is_known_say_so(changes: dict[str, Any], sentence: str) -> None:
    """In every form."""
    week = drawn_digest(**changes)
    assert sentence in to_markdown(week, OPTIONS)
    assert sentence in to_html(week, OPTIONS, {})
    assert "wrong (9 to 20)" not in to_markdown(week, OPTIONS).partition("##")[0]


def test_calm_week_has_no_cure_and_no_retraining() -> None:
    """Nothing to do is not filled up."""
    told = to_markdown(a_quiet_digest(cure=drawn_digest().cure), OPTIONS)
    assert "Do first" not in told
    assert "## Retraining" not in told
    assert "All five conditions hold." in to_markdown(suggested_digest(), OPTIONS)


@pytest.mark.parametrize("name", CORPUS)
def test_markdown_formats_and_links_nothing_of_others(name: str) -> None:
    """Read by a Markdown reader: our own formats only, links only to the one address that is let through."""
    whole = hostile_digest(CORPUS[name], ADDRESSES[0])
    plain = hostile_digest("harmless", ADDRESSES[0])
    assert _shape(to_markdown(whole, OPTIONS)) == _shape(to_markdown(replace(plain, route=plain.route), OPTIONS))


def _shape(markdown: str) -> list[str]:
    """What a reader makes of it, without the words: neighbours of one kind once, for a surrogate cannot be read."""
    tokens = READER.parse(markdown.encode("utf-8", "replace").decode("utf-8"))
    kinds = [inner.type for token in tokens for inner in (token.children or [token])]
    return [kind for kind in kinds if kind not in {"text", "text_special", "softbreak"}]


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_form_leads_to_a_forged_address(address: str) -> None:
    """Only http and https, and nothing that ends a link."""
    whole = hostile_digest("harmless", address)
    links = [str(link["href"]) for link in BeautifulSoup(to_html(whole, OPTIONS, {}), "html.parser").find_all("a")]
    tokens = [inner for token in READER.parse(to_markdown(whole, OPTIONS)) for inner in token.children or []]
    links += [str(token.attrs["href"]) for token in tokens if token.type == "link_open"]
    assert all(link.startswith("https://safe.example/") for link in links)


@pytest.mark.parametrize("name", CORPUS)
def test_page_runs_and_hides_nothing_of_others(name: str) -> None:
    """The same elements as with harmless words, and every word as text."""
    page = BeautifulSoup(to_html(hostile_digest(CORPUS[name], ""), OPTIONS, {}), "html.parser")
    plain = BeautifulSoup(to_html(hostile_digest("harmless", ""), OPTIONS, {}), "html.parser")
    assert [element.name for element in page.find_all(True)] == [element.name for element in plain.find_all(True)]
