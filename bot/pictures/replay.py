"""The picture of a replay: errors found and the width of the interval against minutes of review."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from bot.pictures.drawing import BLUE, GREY, LETTERS, panels, png
from reviewers.decisions.replay import Cost, Found

if TYPE_CHECKING:
    from matplotlib.axes import Axes

HEIGHT = 6.4  # inches
ROOM = 1.15  # of the largest value, so that a number above it is not cut off

Points = list[tuple[float, float]]  # minutes a week, and what they bring


def replay_picture(before: Cost, after: Cost, curve: Mapping[float, Cost]) -> bytes | None:
    """Above the errors found in a week, below half the width of the interval in points.

    The line is the other policy with other budgets, the blue diamond with its own, the grey circle how it was. None
    where too few were reviewed to say anything.
    """
    if not (isinstance(after.errors, Found) and isinstance(before.errors, Found)):
        return None
    drawn, (above, below) = panels(HEIGHT, 2)
    _panel(
        above, _errors(before), _errors(after), [point for cost in curve.values() for point in _errors(cost)], down=20
    )
    _panel(
        below, _widths(before), _widths(after), [point for cost in curve.values() for point in _widths(cost)], down=50
    )
    above.set_ylabel("errors found a week", fontsize=LETTERS, color=GREY)
    below.set_ylabel("± points", fontsize=LETTERS, color=GREY)
    below.set_xlabel("minutes of review a week", fontsize=LETTERS, color=GREY)
    most = max(before.minutes, after.minutes, *(cost.minutes for cost in curve.values()), 1.0)
    below.set_xlim(0.0, most * ROOM)
    return png(drawn)


def _panel(axes: Axes, before: Points, after: Points, line: Points, *, down: int) -> None:
    """`down`: how far below its point the number stands, in points: clear of the line."""
    if line:
        axes.plot(*zip(*sorted(line), strict=True), color=BLUE, linewidth=2, zorder=1)
    marks = ((before, GREY, "o", "was", 10), (after, BLUE, "D", "would be", -down))  # beside each other, not over
    for points, colour, marker, word, up in marks:
        for minutes, value in points:
            axes.plot([minutes], [value], marker=marker, color=colour, markersize=10, zorder=2)
            axes.annotate(
                f"{word} {value:.3g}", (minutes, value), textcoords="offset points", xytext=(12, up), ha="left",
                color=colour, fontsize=LETTERS,
            )  # fmt: skip
    top = max((value for _, value in [*before, *after, *line]), default=1.0)
    axes.set_ylim(0.0, (top or 1.0) * ROOM * ROOM)


def _errors(cost: Cost) -> Points:
    return [(cost.minutes, cost.errors.value)] if isinstance(cost.errors, Found) else []


def _widths(cost: Cost) -> Points:
    return [(cost.minutes, cost.width * 50.0)] if isinstance(cost.width, float) else []
