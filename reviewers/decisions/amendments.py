"""Put the words of a reply into the output, where it is certain what they replace."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from reviewers.decisions.numbers import NUMBER, read_number
from reviewers.decisions.remarks import Remark
from reviewers.model import Span

WHOLE_FROM = 40  # characters from which words may be the whole answer
_UNIT_WORD = re.compile(r"[\s-](?P<unit>[^\W\d_]{2,})")


def amended(completion: str, remark: Remark, likely: Sequence[Span] = ()) -> str:
    """The output with the reply's words put in where that is certain; empty where it is not.

    What the words replace is what the reply says they replace, where that stands in the output once; else the one
    number of the same unit ("30 days" takes the place of "14 days"). Of several, the one inside a `likely` span, such
    as a claim that is doubted. Words nearly as long as the output replace it whole.
    """
    if not remark.words:
        return ""
    places = _named(completion, remark.instead_of) if remark.instead_of else _same_unit(completion, remark.words)
    if len(places) > 1:
        places = [
            place for place in places if any(span.start <= place.start and place.end <= span.end for span in likely)
        ]
    if len(places) == 1:
        start, end = places[0].start, places[0].end
        text = f"{completion[:start]}{_fitting(completion[start:end], remark.words)}{completion[end:]}"
    else:
        whole = len(remark.words) > WHOLE_FROM and 2 * len(remark.words) > len(completion)
        text = remark.words if whole and not remark.instead_of else ""
    return "" if text == completion else text


def _lies_in(place: Span, span: Span) -> bool:
    return span.start <= place.start and place.end <= span.end


def _named(completion: str, words: str) -> list[Span]:
    """Where these words stand in the output, as whole words."""
    found = re.finditer(rf"(?<!\w){re.escape(words)}(?!\w)", completion, re.IGNORECASE)
    return [Span(start=one.start(), end=one.end()) for one in found]


def _same_unit(completion: str, words: str) -> list[Span]:
    """Numbers of the output with the unit of the one number in `words`."""
    said = list(_amounts(words))
    if len(said) != 1:
        return []
    return [span for span, unit in _amounts(completion) if unit == said[0][1]]


def _amounts(text: str) -> Iterator[tuple[Span, str]]:
    """Each number with its unit: a currency, a percent sign, or the word behind it ("days")."""
    for found in NUMBER.finditer(text):
        unit, end = read_number(found).unit, found.end()
        if not unit and (word := _UNIT_WORD.match(text, end)):
            unit, end = word["unit"].lower().removesuffix("s"), word.end()
        yield Span(start=found.start(), end=end), unit


def _fitting(before: str, words: str) -> str:
    """The words; only the number in them where the place holds nothing else than a number."""
    alone = NUMBER.fullmatch(before)
    said = [found.group() for found in NUMBER.finditer(words)]
    if alone and not read_number(alone).unit and len(said) == 1:
        return said[0]
    amounts = [words[span.start : span.end] for span, unit in _amounts(words) if unit]
    return amounts[0] if len(amounts) == 1 and list(_amounts(before)) else words
