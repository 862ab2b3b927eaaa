"""Where a passage of a text stands after the text was edited."""

from __future__ import annotations

from reviewers.decisions.difference import Side, compare
from reviewers.model import Span


def carried(span: Span, before: str, after: str) -> Span | None:
    """The place in `after` of what stands in `before` at `span`, with what was changed inside it.

    None where that cannot be told: nothing of it is left, or one change reaches beyond one of its ends. Words that came
    in right before it or right behind it belong to what stands beside it.

    >>> carried(Span(start=7, end=18), "It is. It costs 2.", "It was. It costs 3.")
    Span(start=8, end=19)
    """
    place, moved, start, end = 0, 0, -1, -1  # in `before`, in `after`, and where the span begins and ends in `after`
    for out, into, same in _runs(before, after):
        if same:
            if place <= span.start < place + out:
                start = moved + span.start - place
            if place < span.end <= place + out:
                end = moved + span.end - place
        elif out:
            if place < span.start < place + out or place < span.end < place + out:
                return None
            if place == span.start:
                start = moved
            if place + out == span.end:
                end = moved + into
        place, moved = place + out, moved + into
    if start < 0 or end < 0 or not after[start:end].strip():
        return None
    return Span(start=start, end=end)


def _runs(before: str, after: str) -> list[tuple[int, int, bool]]:
    """How many characters of the two texts follow each other, and whether they are the same."""
    runs: list[tuple[int, int, bool]] = []
    for piece in compare(before, after).pieces:
        size = len(piece.text)
        if piece.side is Side.BOTH:
            runs.append((size, size, True))
        elif piece.side is Side.OUT:
            runs.append((size, 0, False))
        elif runs and not runs[-1][2]:  # what comes in stands behind what goes out
            runs[-1] = (runs[-1][0], size, False)
        else:
            runs.append((0, size, False))
    return runs
