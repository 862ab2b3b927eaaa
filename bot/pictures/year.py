"""The picture of a simulated year: estimated and true error rate by week, what changed, and which digests spoke."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from bot.pictures.drawing import BLUE, GREY, LETTERS, LIGHT, figure, png
from bot.pictures.lettering import whole_steps, with_margin
from reviewers.model.judgement import Rate
from reviewers.model.missing import Missing

if TYPE_CHECKING:
    from matplotlib.axes import Axes

HEIGHT = 5.0  # inches
BELOW = 0.10  # of the height, under the axis: where the marks of digests that spoke stand
ROOM = 1.15  # of the highest end of an interval, for the names of the changes


def year_picture(
    rates: Sequence[Rate | Missing], true: Sequence[float], changes: Mapping[int, str], spoke: Collection[int]
) -> bytes:
    """Wrong outputs of a hundred in each week: grey dots with their 95 % intervals, and a blue line that is true.

    Dashed lines are what changed, with its name; a blue triangle below a week says that its digest spoke.

    Args:
        rates: what the digests say, the first week first; a week with too few reviews has no dot.
        true: the share of wrong outputs of each week, reviewed or not, in [0, 1].
        changes: what happened, by week; 1 is the first.
        spoke: weeks whose digests say that something moved.
    """
    drawn, axes = figure(HEIGHT)
    known = [(week, rate) for week, rate in enumerate(rates, start=1) if isinstance(rate, Rate)]
    for week, rate in known:
        axes.plot([week, week], [rate.low * 100, rate.high * 100], color=GREY, linewidth=1.5, zorder=2)
        axes.plot([week], [rate.value * 100], marker="o", color=GREY, markersize=4, zorder=3)
    axes.plot(range(1, len(true) + 1), [share * 100 for share in true], color=BLUE, linewidth=2.0, zorder=4)
    top = 100 * max([*true, *(rate.high for _, rate in known)], default=1.0) * ROOM or 1.0
    _changes(axes, changes, top)
    axes.plot(sorted(spoke), [-BELOW / 2 * top] * len(spoke), linestyle="", marker="^", color=BLUE, markersize=7)
    axes.set_xlim(0.0, len(true) + 1.0)
    axes.set_ylim(-BELOW * top, top)
    axes.set_xlabel("week (▲ its digest spoke)", fontsize=LETTERS, color=GREY)
    axes.set_ylabel("wrong of 100", fontsize=LETTERS, color=GREY)
    whole_steps(axes.xaxis, 8)
    whole_steps(axes.yaxis, 5)
    axes.grid(axis="y", color=LIGHT, linewidth=0.8)
    axes.set_axisbelow(True)
    return png(with_margin(drawn))


def _changes(axes: Axes, changes: Mapping[int, str], top: float) -> None:
    for week, name in sorted(changes.items()):
        axes.axvline(week - 0.5, color="black", linestyle="--", linewidth=1.2, zorder=1)
        axes.annotate(
            name, (week - 0.5, top), textcoords="offset points", xytext=(4, -2), ha="left", va="top", color="black",
            fontsize=LETTERS - 3,
        )  # fmt: skip
