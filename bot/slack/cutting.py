"""Cutting text where a reader would: at a sentence or a word, never inside a grapheme, a number or a link.

Lengths are counted in UTF-16 units, as Slack's clients do: an emoji counts two. That is never less than Python's count.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import regex

_GRAPHEME = regex.compile(r"\X")
# Letters that begin a grapheme, searched backwards; a sign that joins what follows (U+0600) is too rare to matter.
_BEGINS_A_GRAPHEME = regex.compile(r"(?r)[0-9A-Za-z \u3041-\u3096\u30a1-\u30fa\u4e00-\u9fff]")
# A full stop ends a sentence before a blank; the stops of Chinese and Japanese need none.
_SENTENCE_STOP = r"(?<![.!?…])[.!?…]++[\"”’»)\]]*+(?=\s)|[。！？｡][」』”]*+(?![\p{M}\u200d])|\n"
_SENTENCE_END = regex.compile(_SENTENCE_STOP)
_SENTENCE_END_BACKWARDS = regex.compile(f"(?r){_SENTENCE_STOP}")
_LINK = regex.compile(r"(?:https?://|www\.)\S+", regex.IGNORECASE)
# "10 000", "1.75 %", "€ 3.50", "+43 1 234": what belongs to one figure.
_NUMBER = regex.compile(r"[€$£¥+-]?\s?\d(?:[.,:/'’\u00a0\u202f\u2009]?\d|[ ]\d{3}(?!\d))*(?:\s?[%€$£¥‰])?")


@dataclass(frozen=True, kw_only=True, slots=True)
class Cut:
    """A text in two: what is shown, and what is not."""

    shown: str
    rest: str


def size(text: str) -> int:
    """Length in UTF-16 units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def reach(text: str, limit: int, start: int = 0) -> int:
    """The largest index such that text[start:index] has at most `limit` units and ends between graphemes.

    A single grapheme longer than the limit (a letter under thousands of accents) is cut inside: nothing else is left.
    """
    end = _units_end(text, limit, start)
    if end >= len(text):
        return len(text)
    # Graphemes are followed from a character that surely begins one, near the end where there is such a character.
    safe = _BEGINS_A_GRAPHEME.search(text, start, end)
    place = safe.start() if safe else start
    for match in _GRAPHEME.finditer(text, place):
        if match.end() > end:
            return match.start() if match.start() > start else max(end, start + 1)
    return len(text)


def _units_end(text: str, limit: int, start: int) -> int:
    """The index after `limit` units from `start`, never inside a character."""
    window = text[start : start + limit]
    if size(window) <= limit:
        return start + len(window)
    units = window.encode("utf-16-le", "surrogatepass")[: 2 * limit]
    if 0xD8 <= units[-1] <= 0xDB:  # the first half of a character
        units = units[:-2]
    return start + len(units.decode("utf-16-le", "surrogatepass"))


def cut(text: str, limit: int, *, sentence: bool = False) -> Cut:
    """Cut so that at most `limit` units are shown; with `sentence`, at a sentence's end when one lies past a half."""
    end = reach(text, limit)
    if end >= len(text):
        return Cut(shown=text, rest="")
    if sentence:
        stop = _last_sentence_end(text, end)
        if stop >= end // 2:
            return Cut(shown=text[:stop], rest=text[stop:])
    stop = _last_word_end(text, end)
    return Cut(shown=text[:stop], rest=text[stop:])


def pieces(text: str, limit: int) -> Iterator[str]:
    """The whole text in pieces of at most `limit` units; joined they are the text."""
    rest = text
    while rest:
        window = rest[: limit + 1]  # a cut never reaches further than `limit` characters
        part = cut(window, limit, sentence=True)
        shown = part.shown or window[: reach(window, limit)]
        yield shown
        rest = rest[len(shown) :]


def sentence_ends(text: str) -> list[int]:
    """The indexes right after each sentence, the text's end included."""
    ends = [match.end() for match in _SENTENCE_END.finditer(text)]
    return ends if ends and ends[-1] == len(text) else [*ends, len(text)]


def _last_sentence_end(text: str, end: int) -> int:
    found = _SENTENCE_END_BACKWARDS.finditer(text, 0, end + 1)
    return next((match.end() for match in found if match.end() <= end), 0)


def _last_word_end(text: str, end: int) -> int:
    """The last good place at or before `end`: before a blank, else between graphemes, never in a number or link."""
    window = text[: end + 400]
    inside = [m.span() for pattern in (_LINK, _NUMBER) for m in pattern.finditer(window)]

    def free(place: int) -> bool:
        return not any(low < place < high for low, high in inside)

    blanks = [place for place in range(end, 0, -1) if text[place].isspace() and free(place)]
    if blanks and blanks[0] > end // 2:
        return blanks[0]
    # Writing without blanks, or one very long word.
    places: list[int] = [match.start() for match in _GRAPHEME.finditer(window, end // 2 + 1)]
    for place in reversed([place for place in places if place <= end]):
        if free(place) and not (_is_latin(text[place - 1]) and _is_latin(text[place])):
            return place
    return blanks[0] if blanks else end


def _is_latin(character: str) -> bool:
    return character.isascii() and character.isalnum()
