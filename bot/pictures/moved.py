"""The picture of what moved: the change of each part in points with its interval, against no change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.pictures.drawing import BLUE, GREY, LETTERS, figure, png
from bot.pictures.lettering import lettered, whole_steps, with_margin
from reviewers.model.digest_parts import RateLine

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ROW, REST = 0.78, 0.7  # inches: a part with its two lines of letters, and the axis
NAME_LENGTH = 18  # characters: longer ones leave no room for the change
HALF = 0.28  # of the width that half of the longest number takes
LEAST = 0.05  # shares around zero that are shown at least


def moved_picture(lines: Sequence[RateLine]) -> bytes | None:
    """How many more of a hundred are wrong than before, for each part with its 95 % interval.

    A finding is a blue diamond with its number; what is within chance is grey and says so. None where no part is known
    in both windows.

    Args:
        lines: in the order in which they are drawn, from the top; those without a change are left out.
    """
    known = [line for line in lines if line.change is not None]
    if not known:
        return None
    drawn, axes = figure(REST + ROW * len(known))
    left, right = _reach(known)
    axes.axvline(0.0, color="black", linewidth=1.2, zorder=1)
    for place, line in enumerate(known):
        _row(axes, place, line, left, right)
    labels = [f"{lettered(line.name, NAME_LENGTH) or '(no name)'}\nn {line.reviewed:,}" for line in known]
    labels = [f"{label[:1].upper()}{label[1:]}" for label in labels]
    axes.set_yticks(range(len(known)), labels=labels, parse_math=False)
    axes.set_ylim(len(known) - 0.4, -0.5)
    axes.set_xlim(left, right)
    whole_steps(axes.xaxis, 5)
    return png(with_margin(drawn))


def _reach(lines: Sequence[RateLine]) -> tuple[float, float]:
    """The ends of the axis in points: all intervals and zero, with a little room."""
    ends = [0.0, *(end for line in lines for end in (line.low, line.high, line.change) if end is not None)]
    low, high = min(*ends, -LEAST) * 100, max(*ends, LEAST) * 100
    room = (high - low) * 0.05
    return low - room, high + room


def _row(axes: Axes, place: int, line: RateLine, left: float, right: float) -> None:
    change = (line.change or 0.0) * 100
    colour, marker, width = (BLUE, "D", 4.5) if line.finding else (GREY, "o", 2.5)
    middle = change
    if line.low is not None and line.high is not None:
        axes.plot(
            [line.low * 100, line.high * 100], [place, place], color=colour, linewidth=width, solid_capstyle="butt",
            zorder=2,
        )  # fmt: skip
        middle = (line.low + line.high) * 50
    axes.plot([change], [place], marker=marker, color=colour, markersize=11 if line.finding else 8, zorder=3)
    room = HALF * (right - left)
    where = min(max(middle, left + room), right - room)
    axes.annotate(
        _words(line), (where, place), textcoords="offset points", xytext=(0, -10), ha="center", va="top", color=colour,
        fontsize=LETTERS, fontweight="bold" if line.finding else "normal",
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.0}, zorder=4,
    )  # fmt: skip


def _words(line: RateLine) -> str:
    """ "+22 (11 to 35)", or that it is nothing."""
    if not line.finding:
        return "within chance"
    change = f"{(line.change or 0.0) * 100:+.0f}"
    if line.low is None or line.high is None:
        return change.replace("-", "−")
    return f"{change} ({line.low * 100:.0f} to {line.high * 100:.0f})".replace("-", "−")
