"""Letters and numbers in a picture: names on one line in letters that the font has, axes in whole steps, a margin."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure

LETTERS_MISSING = "□"
MARGIN = 0.1  # inches: a picture stands on a dark ground too, where letters must not touch its edge
FONT = "DejaVu Sans"  # comes with matplotlib, so that every machine draws the same


def lettered(text: str, limit: int) -> str:
    """Somebody else's words as they can be drawn: at most so many characters, a box for each that the font lacks.

    Whoever draws them says `parse_math=False`, since a dollar sign would begin a formula.
    """
    line = " ".join(text.split())
    short = line if len(line) <= limit else f"{line[: limit - 1].rstrip()}…"
    known = _letters()
    return "".join(letter if ord(letter) in known else LETTERS_MISSING for letter in short)


def whole_steps(axis: Axis, most: int) -> None:
    """Number an axis in whole numbers, with at most so many steps."""
    from matplotlib.ticker import MaxNLocator

    axis.set_major_locator(MaxNLocator(nbins=most, integer=True, steps=[1, 2, 5, 10]))


def with_margin(drawn: Figure) -> Figure:
    """The picture, white all around."""
    drawn.set_layout_engine("constrained", w_pad=MARGIN, h_pad=MARGIN)
    return drawn


@cache
def _letters() -> frozenset[int]:
    from matplotlib.font_manager import findfont, get_font

    return frozenset(get_font(findfont(FONT)).get_charmap())
