"""The picture of wrong answers by week: points with their intervals, the current week apart from the others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.pictures.drawing import BLUE, GREY, LETTERS, LIGHT, figure, png
from bot.pictures.lettering import whole_steps, with_margin
from reviewers.model.digest_parts import WeekRate
from reviewers.model.judgement import Rate
from reviewers.model.missing import Missing

if TYPE_CHECKING:
    from matplotlib.axes import Axes

HEIGHT = 4.0  # inches
MOST_WEEKS = 8  # names of more weeks have no room
ROOM = 1.08  # of the highest value, so that nothing touches the edge
ABOVE = 0.14  # of the height, for the number above the last weeks
NUMBER_SPANS = 3  # weeks that the number is as wide as
BRACKET, WORDS_BELOW = -0.14, -0.17  # of the height, below the names of the weeks

Point = tuple[int, Rate]  # place of a week, and what is known of it


def error_rate_picture(
    weeks: Sequence[WeekRate], before: Rate | Missing, *, pooled: int, target: float | None
) -> bytes | None:
    """Wrong outputs of a hundred in each week with its 95 % interval.

    Weeks are not joined: what lies between two of them is not known. The last one is a blue diamond with its number,
    the others are grey circles; a week with too few reviews is left empty. None where the last week is one of these.

    Args:
        weeks: the oldest first; the last eight are drawn.
        before: of the weeks before the last together; its number stands below them.
        pooled: how many weeks these are.
        target: the share of wrong outputs that the route allows, as a dashed line; None: it names none.
    """
    shown = weeks[-MOST_WEEKS:]
    if not shown or isinstance(shown[-1].rate, Missing):
        return None
    points = [(place, week.rate) for place, week in enumerate(shown) if isinstance(week.rate, Rate)]
    drawn, axes = figure(HEIGHT)
    _points(axes, points)
    top = _number(axes, points, target)
    if target is not None:
        _target(axes, target)
    if isinstance(before, Rate):
        _before(axes, before, range(max(0, len(shown) - 1 - pooled), len(shown) - 1))
    axes.set_xlim(-0.6, len(shown) - 0.4)
    axes.set_ylim(0.0, top)
    names = [f"W{week.week.partition('-W')[2].lstrip('0')}" for week in shown]
    axes.set_xticks(range(len(shown)), labels=names, parse_math=False)
    whole_steps(axes.yaxis, 5)
    axes.grid(axis="y", color=LIGHT, linewidth=0.8)
    axes.set_axisbelow(True)
    return png(with_margin(drawn))


def _points(axes: Axes, points: Sequence[Point]) -> None:
    for place, rate in points:
        last = (place, rate) == points[-1]
        colour, width = (BLUE, 4.5) if last else (GREY, 2.5)
        ends = [rate.low * 100, rate.high * 100]
        axes.plot([place, place], ends, color=colour, linewidth=width, solid_capstyle="butt", zorder=3)
        axes.plot(
            [place],
            [rate.value * 100],
            marker="D" if last else "o",
            color=colour,
            markersize=11 if last else 8,
            zorder=4,
        )


def _number(axes: Axes, points: Sequence[Point], target: float | None) -> float:
    """The last week's number above everything that it could cover; returns the upper end of the axis."""
    place, rate = points[-1]
    highest = max(max(one.high for _, one in points), target or 0.0) * 100 * ROOM
    covered = max(one.high for where, one in points if where > place - NUMBER_SPANS) * 100
    top = max(highest, covered / (1.0 - ABOVE))
    decimals = 1 if rate.high - rate.low < 0.04 else 0
    value, low, high = (f"{share * 100:.{decimals}f}" for share in (rate.value, rate.low, rate.high))
    axes.annotate(
        f"{value} ({low} to {high})", (place + 0.4, covered), textcoords="offset points", xytext=(0, 5), ha="right",
        va="bottom", color=BLUE, fontsize=LETTERS + 3, fontweight="bold",
    )  # fmt: skip
    return top


def _target(axes: Axes, target: float) -> None:
    """The dashed line, named beside the axes, where no week can be in its way."""
    axes.axhline(target * 100, color="black", linestyle="--", linewidth=1.2, zorder=2)
    axes.annotate(
        f"target\n{target * 100:.1f}".removesuffix(".0"), (1.01, target * 100), xycoords=("axes fraction", "data"),
        color="black", fontsize=LETTERS, va="center", annotation_clip=False,
    )  # fmt: skip


def _before(axes: Axes, before: Rate, places: range) -> None:
    """The weeks before taken together, as a bracket below their names."""
    if not places:
        return
    below = axes.get_xaxis_transform()
    ends = [places[0] - 0.3, places[-1] + 0.3]
    axes.plot(ends, [BRACKET, BRACKET], transform=below, color=GREY, linewidth=2, clip_on=False)
    value, low, high = (f"{share * 100:.0f}" for share in (before.value, before.low, before.high))
    weeks = "this week" if len(places) == 1 else f"these {len(places)}"
    axes.annotate(
        f"{value} ({low} to {high}) in {weeks}", (sum(ends) / 2, WORDS_BELOW), xycoords=("data", "axes fraction"),
        ha="center", va="top", color=GREY, fontsize=LETTERS, annotation_clip=False,
    )  # fmt: skip
