"""The picture of reliability: the share found wrong against the risk that was said, for groups of like risk."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

from bot.pictures.drawing import BLUE, GREY, LETTERS, LIGHT, figure, png
from bot.pictures.lettering import whole_steps, with_margin
from reviewers.model.digest_parts import Reliability, ReliabilityGroup

if TYPE_CHECKING:
    from matplotlib.axes import Axes

HEIGHT = 4.6  # inches
HALF, TALL = 0.0115, 0.065  # of the axes: half of a letter's width, and the height of a line
FIRST = 0.06  # of the axes: a figure further left would cover the numbers of the axis
STEP = 5.0  # points that the axes end at a multiple of
LABELLED = 0.82, 0.72  # of the axes, where the diagonal is named: above the highest groups nothing is in its way


def reliability_picture(found: Reliability) -> bytes | None:
    """Found wrong of a hundred with its 95 % interval, against the risk said, of a hundred.

    On the dashed line risk means what it says. Above each interval stands how many verdicts it rests on, where there is
    room. None without groups.
    """
    if not found.groups:
        return None
    drawn, axes = figure(HEIGHT)
    end = _end(found)
    axes.plot([0.0, end], [0.0, end], color="black", linestyle="--", linewidth=1.2, zorder=1)
    for group in found.groups:
        said = group.said * 100
        ends = [group.low * 100, group.high * 100]
        axes.plot([said, said], ends, color=BLUE, linewidth=3.0, solid_capstyle="butt", zorder=2)
        axes.plot([said], [group.found * 100], marker="o", color=BLUE, markersize=9, zorder=3)
    for figure_ in _figures(found, end):
        _write(axes, figure_)
    _named(axes, end)
    for axis, setter in ((axes.xaxis, axes.set_xlim), (axes.yaxis, axes.set_ylim)):
        setter(0.0, end)
        whole_steps(axis, 6)
    axes.grid(color=LIGHT, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.set_xlabel("Risk said, of 100", fontsize=LETTERS)
    axes.set_ylabel("Found wrong, of 100", fontsize=LETTERS)
    return png(with_margin(drawn))


def _end(found: Reliability) -> float:
    """Where both axes end: a little beyond the highest interval, at most 100."""
    highest = max(max(group.high, group.said) for group in found.groups) * 100
    return min(108.0, STEP * ceil((highest * 1.12 + 1.0) / STEP))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Figure:
    """How many verdicts a group rests on, and where that is written; in points of the axes."""

    text: str
    x: float  # of its middle
    y: float  # of its lower edge
    half: float  # of its width

    @classmethod
    def of(cls, group: ReliabilityGroup, end: float) -> _Figure:
        """Above the group's interval, and right of the numbers of the axis."""
        text = f"{group.reviewed:,}"
        return cls(text=text, x=max(group.said * 100, FIRST * end), y=group.high * 100, half=HALF * len(text) * end)

    def covers(self, other: _Figure, height: float) -> bool:
        """Whether one would stand on the other."""
        return abs(self.x - other.x) < self.half + other.half and abs(self.y - other.y) < height

    def crosses(self, group: ReliabilityGroup, height: float) -> bool:
        """Whether it would stand on that group's interval."""
        beside = abs(self.x - group.said * 100) < self.half
        return beside and group.low * 100 < self.y + height and self.y < group.high * 100


def _figures(found: Reliability, end: float) -> list[_Figure]:
    """Those that cover neither each other nor an interval."""
    placed: list[_Figure] = []
    for group in found.groups:
        figure_ = _Figure.of(group, end)
        taken = any(figure_.covers(one, TALL * end) for one in placed)
        if not taken and not any(figure_.crosses(one, TALL * end) for one in found.groups):
            placed.append(figure_)
    return placed


def _write(axes: Axes, figure_: _Figure) -> None:
    axes.annotate(
        figure_.text, (figure_.x, figure_.y), textcoords="offset points", xytext=(0, 3), ha="center", va="bottom",
        color=GREY, fontsize=LETTERS,
    )  # fmt: skip


def _named(axes: Axes, end: float) -> None:
    axes.annotate(
        "figures: number of verdicts", (0.02, 0.97), xycoords="axes fraction", va="top", color=GREY, fontsize=LETTERS,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.0},
    )  # fmt: skip
    axes.text(
        LABELLED[0] * end, LABELLED[1] * end, "as said", rotation=45, rotation_mode="anchor",
        transform_rotates_text=True, ha="center", color="black", fontsize=LETTERS,
    )  # fmt: skip
