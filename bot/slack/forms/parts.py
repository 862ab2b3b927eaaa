"""A long text in several inputs: split where a paragraph ends, joined again without losing a character."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.slack.cutting import cut, reach, size

INPUT_LENGTH = 3000  # of a plain text input, in UTF-16 units
_FLOOR = 0.5  # of an input's length: a part is at least so full, however early its paragraph ends


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
    """Split a text of any length."""
    body = text.strip()
    start = text.index(body) if body else len(text)
    before, rest, end = text[:start], body, text[start + len(body) :]
    return Parts(before=before, parts=tuple(_split(rest, end)))


def _split(body: str, end: str) -> list[Part]:
    parts: list[Part] = []
    rest = body
    while size(rest) > INPUT_LENGTH:
        stop = _paragraph_end(rest)
        text = rest[:stop].rstrip()
        following = rest[stop:].lstrip()
        parts.append(Part(text=text, after=rest[len(text) : len(rest) - len(following)]))
        rest = following
    return [*parts, Part(text=rest, after=end)]


def _paragraph_end(rest: str) -> int:
    """The best place to split the first input's worth of text: a paragraph's end, a line's, a sentence's, a word's."""
    window = rest[: INPUT_LENGTH + 1]
    whole = reach(window, INPUT_LENGTH)
    for sign in ("\n\n", "\r\n\r\n", "\n"):
        place = window.rfind(sign, 0, whole)
        if place > whole * _FLOOR:
            return place
    shown = cut(window, INPUT_LENGTH, sentence=True).shown
    return len(shown) if len(shown) > whole * _FLOOR and shown.strip() else whole


def _bare(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def _line_ends_like(original: str, value: str) -> str:
    """What a person typed, with the line ends of the text that they changed."""
    plain = value.replace("\r\n", "\n").replace("\r", "\n")
    return plain.replace("\n", "\r\n") if "\r\n" in original else plain
