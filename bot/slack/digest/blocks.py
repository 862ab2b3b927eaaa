"""Lists and tables of a digest in rich text, where nobody else's words are alive."""

from __future__ import annotations

from collections.abc import Sequence

from slackblocks import Block, RichTextList

from bot.slack.digest.findings import Line
from bot.slack.digest.runs import Words, bolded, elements, strong, words
from bot.slack.wire import bold, rich, section

DOT = "  ·  "


def listed(heading: str, lines: Sequence[Line], *, more: int = 0) -> Block:
    """Findings as a list; `more`: how many there are beside them."""
    items = [words(bolded(line.label), strong(": "), line.text) for line in lines]
    rest = [words(f"{more} more")] if more > 0 else []
    return bullets(heading, [*items, *rest])


def bullets(heading: str, items: Sequence[Words]) -> Block:
    """A list under a bold heading."""
    sections = [section(elements(item)) for item in items]
    return rich(section([bold(heading)]), RichTextList("bullet", sections, offset=None, border=None))


def paragraph(title: str, lead: Words) -> Block:
    """A bold title, and what follows it on the same line."""
    return rich(section(elements(words(strong(title), " " if lead else "", lead))))
