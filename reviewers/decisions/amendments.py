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
    as a claim that is doubted. Words nearly as long as the output replace it whole. None of the words is left out,
    save those that stand at the place already.
    """
    if not remark.words:
        return ""
    places = _named(completion, remark.instead_of) if remark.instead_of else _same_unit(completion, remark.words)
    if len(places) > 1:
        places = [
            place for place in places if any(span.start <= place.start and place.end <= span.end for span in likely)
        ]
    text = ""
    if len(places) == 1 and (fitted := _fitted(completion, places[0], remark)):
        place, words = fitted
        text = f"{completion[: place.start]}{words}{completion[place.end :]}"
    elif not remark.instead_of and _may_be_whole(completion, remark.words, places):
        text = remark.words
    return "" if text == completion else text


def _may_be_whole(completion: str, words: str, places: Sequence[Span]) -> bool:
    """Whether the words are long enough for an answer; what begins with the number for one place is a piece of it."""
    piece = len(places) == 1 and NUMBER.match(words) is not None
    return len(words) > WHOLE_FROM and 2 * len(words) > len(completion) and not piece


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


def _fitted(completion: str, place: Span, remark: Remark) -> tuple[Span, str] | None:
    """What gives way to which words; None where the words do not fit the place without losing one of them."""
    words, said = remark.words, list(_amounts(remark.words))
    before = NUMBER.fullmatch(completion, place.start, place.end)
    if remark.instead_of and before and not read_number(before).unit:  # "not 14 but 30 days": the unit gives way too
        units = {unit for _, unit in said if unit}
        amount, unit = _amount_at(completion, place)
        if units and unit:
            if unit not in units:
                return None
            place = amount
    if len(said) == 1 and _stands_around(completion, place, words, said[0][0]):
        return place, words[said[0][0].start : said[0][0].end]
    return (place, words) if remark.instead_of else None


def _amount_at(completion: str, place: Span) -> tuple[Span, str]:
    """The number with its unit of which this place is a part."""
    around = (one for one in _amounts(completion) if one[0].start <= place.start < one[0].end)
    return next(around, (place, ""))


def _stands_around(completion: str, place: Span, words: str, amount: Span) -> bool:
    """Whether the words before and after the amount in `words`, if any, stand around the place already."""
    before, after = completion[: place.start].lower(), completion[place.end :].lower()
    return before.endswith(words[: amount.start].lower()) and after.startswith(words[amount.end :].lower())
