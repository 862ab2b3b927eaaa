"""A long text in several inputs: split where a paragraph ends, joined again without losing a character."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.slack.cutting import cut, reach, size
from reviewers.errors import Invalid

INPUT_LENGTH = 3000  # of a plain text input, in UTF-16 units
MOST_PARTS = 90  # inputs in one modal of 100 blocks
_FLOORS = (0.5, 0.85, 1.0)  # of an input's length; a fuller part is tried when there would be too many


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """What one input holds, and the blanks after it, which stay outside: Slack may trim what a person types."""

    text: str
    after: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Parts:
    """A text in parts: `before`, then each part and what follows it."""

    before: str
    parts: tuple[Part, ...]

    def joined(self, submitted: Sequence[str | None]) -> str:
        """The text as a person left it.

        An untouched part gives back its own characters, whatever Slack made of line ends and outer blanks. An emptied
        part goes out together with the blanks after it. None in every place means that nothing was touched.
        """
        if all(value is None for value in submitted):
            return self.before + "".join(part.text + part.after for part in self.parts)
        text = self.before
        for part, value in zip(self.parts, submitted, strict=True):
            if _bare(value or "") == _bare(part.text):
                text += part.text + part.after
            elif (value or "").strip():
                text += _line_ends_like(part.text, value or "") + part.after
        return text


def split(text: str) -> Parts:
    """Split a text of any length up to 270,000 characters. Raises Invalid beyond that."""
    body = text.strip()
    start = text.index(body) if body else len(text)
    before, rest, end = text[:start], body, text[start + len(body) :]
    for floor in _FLOORS:
        parts = _split(rest, end, floor)
        if len(parts) <= MOST_PARTS:
            return Parts(before=before, parts=tuple(parts))
    raise Invalid("correction", "This answer is too long to be edited in Slack. Reject it, and say in the note why.")


def _split(body: str, end: str, floor: float) -> list[Part]:
    parts: list[Part] = []
    rest = body
    while size(rest) > INPUT_LENGTH:
        stop = _paragraph_end(rest, floor)
        text = rest[:stop].rstrip()
        following = rest[stop:].lstrip()
        parts.append(Part(text=text, after=rest[len(text) : len(rest) - len(following)]))
        rest = following
    return [*parts, Part(text=rest, after=end)]


def _paragraph_end(rest: str, floor: float) -> int:
    """The best place to split the first input's worth of text: a paragraph's end, a line's, a sentence's, a word's."""
    window = rest[: INPUT_LENGTH + 1]
    whole = reach(window, INPUT_LENGTH)
    for sign in ("\n\n", "\r\n\r\n", "\n"):
        place = window.rfind(sign, 0, whole)
        if place > whole * floor:
            return place
    if floor < 1.0:
        shown = cut(window, INPUT_LENGTH, sentence=True).shown
        if len(shown) > whole * floor and shown.strip():
            return len(shown)
    return whole


def _bare(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def _line_ends_like(original: str, value: str) -> str:
    """What a person typed, with the line ends of the text that they changed."""
    plain = value.replace("\r\n", "\n").replace("\r", "\n")
    return plain.replace("\n", "\r\n") if "\r\n" in original else plain
