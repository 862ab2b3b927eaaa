"""Reads the words of HTML as a page shows them: blocks stay apart, and what a person would not read is left out."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_CONTAINERS = ("body", "main", "article", "section", "div")  # for words that stand in no paragraph
_BLOCKS = (*_HEADINGS, *_CONTAINERS, "p", "li", "dt", "dd", "tr", "pre", "blockquote", "figcaption", "caption")
_UNREAD = ("script", "style", "noscript", "template", "nav", "footer", "form", "aside", "svg", "iframe", "button")
# What parts the words before it from those behind it, whether it has words of its own or not.
_APART = frozenset(_BLOCKS) | {
    "address", "aside", "br", "button", "details", "dialog", "dl", "fieldset", "figure", "footer", "form", "header",
    "hgroup", "hr", "iframe", "img", "legend", "menu", "nav", "ol", "option", "select", "summary", "svg", "table",
    "td", "textarea", "th", "ul", "video",
}  # fmt: skip
_TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)", re.IGNORECASE)
_CLOSED_BREAK = re.compile(rb"</(br\s*)>", re.IGNORECASE)  # pages show it as a break, the parser drops it
_RAISED = "\0"  # stands before raised words until a text is whole: 500 with a footnote 1 is not 5001
_BETWEEN_DIGITS = re.compile(rf"(?<=\d){_RAISED}(?=\d)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A heading, paragraph, list item or row of a table, in the order of the page."""

    words: str
    position: int  # character offset in the page
    level: int = 0  # of a heading: 1 to 6


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """A page, read."""

    title: str
    address: str  # as the page says itself; empty where it does not
    lines: tuple[Line, ...]


def page(content: bytes) -> Page:
    """A whole page from its bytes."""
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(_CLOSED_BREAK.sub(rb"<\1 >", content), "html.parser")
    canonical = soup.find("link", rel="canonical")
    text = content.decode(soup.original_encoding or "utf-8", errors="replace")
    return Page(
        title=plain(soup.title.get_text()) if soup.title else "",
        address=str(canonical.get("href") or "") if canonical else "",
        lines=tuple(_lines(soup, text)),
    )


def fragment(text: str) -> tuple[Line, ...]:
    """The lines of a piece of a page, such as stands in Markdown."""
    from bs4 import BeautifulSoup

    content = _CLOSED_BREAK.sub(rb"<\1 >", text.encode())
    return tuple(_lines(BeautifulSoup(content, "html.parser", from_encoding="utf-8"), text))


def gap(tag: str) -> str:
    """What stands for one tag in the text of a line: a blank, a sign that `plain` takes out, or nothing."""
    found = _TAG.match(tag)
    closes, name = (found[1], found[2].lower()) if found else ("", "")
    if name == "sup":
        return "" if closes else _RAISED
    return " " if name in _APART else ""


def plain(text: str) -> str:
    """On one line, with single blanks."""
    return " ".join(_BETWEEN_DIGITS.sub(" ", text).replace(_RAISED, "").split())


def _lines(soup: BeautifulSoup, text: str) -> Iterator[Line]:
    _clear(soup)
    starts = [0, *(found.end() for found in re.finditer("\n", text))]
    said: defaultdict[int, list[str]] = defaultdict(list)  # by block: its words without those of blocks inside it
    for piece in soup.find_all(string=True):
        owner = next((parent for parent in piece.parents if parent.name in _BLOCKS), soup)
        said[id(owner)].append(str(piece))
    for tag in (soup, *soup.find_all(_BLOCKS)):
        words = _row(tag) if tag.name == "tr" else "" if tag.find_parent("tr") else plain("".join(said[id(tag)]))
        level = int(tag.name[1]) if tag.name in _HEADINGS else 0
        if words or level:
            line = starts[tag.sourceline - 1] if tag.sourceline and tag.sourceline <= len(starts) else 0
            yield Line(words=words, position=line + (tag.sourcepos or 0), level=level)


def _clear(soup: BeautifulSoup) -> None:
    """Take out what nobody reads, and leave a blank where it, or a block, parted the words around it."""
    from bs4.element import PreformattedString

    for hidden in soup.find_all(string=True):
        if isinstance(hidden, PreformattedString):  # comments, among others
            hidden.extract()
    for apart in soup.find_all(list(_APART)):
        apart.insert_before("\n")
        apart.insert_after("\n")
    for raised in soup.find_all("sup"):
        raised.insert_before(_RAISED)
    for unread in soup.find_all(["title", *_UNREAD]):
        unread.decompose()


def _row(row: Tag) -> str:
    """The words of a row of a table; its cells are parted by a bar."""
    cells = [plain(cell.get_text()) for cell in row.find_all(["td", "th"], recursive=False)]
    return " | ".join(cell for cell in cells if cell)
