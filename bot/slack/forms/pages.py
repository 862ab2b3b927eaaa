"""Long texts on several pages of a form: Slack refuses a view of more than 250 kB, as JSON that it counts in ASCII."""

from __future__ import annotations

import json
from collections.abc import Sequence

VIEW_BYTES = 250_000  # Slack's limit (`view_too_large`)
TEXT_BYTES = 150_000  # of long texts in one view; the rest of it is blocks, and what a reviewer may add
PAGE_PARTS = 40  # inputs on one page


def cost(text: str) -> int:
    """Bytes of the text inside a view: a letter beyond ASCII takes six, one beyond the basic plane twelve."""
    return len(json.dumps(text))


def pages(texts: Sequence[str]) -> list[range]:
    """Put the parts of a text on pages, in order; at least one part on each."""
    return chunks([cost(text) for text in texts], TEXT_BYTES, PAGE_PARTS)


def chunks(costs: Sequence[int], budget: int, most: int) -> list[range]:
    """Put things of these costs into runs, in order, each of at most `most` and within the budget where one is."""
    found: list[range] = []
    start, spent = 0, 0
    for place, size in enumerate(costs):
        if place > start and (spent + size > budget or place - start >= most):
            found.append(range(start, place))
            start, spent = place, 0
        spent += size
    return [*found, range(start, len(costs))]


def fitting(texts: Sequence[str], budget: int = TEXT_BYTES) -> int:
    """How many of the texts, from the first on, have room in one view."""
    spent = 0
    for place, text in enumerate(texts):
        spent += cost(text)
        if spent > budget:
            return place
    return len(texts)
