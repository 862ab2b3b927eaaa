"""The picture of reliability: the share found wrong against the risk that was said, for groups of like risk."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil
from typing import TYPE_CHECKING

from bot.pictures.drawing import BLUE, GREY, LETTERS, LIGHT, figure, png
from bot.pictures.lettering import whole_steps
from reviewers.model.digest_parts import Reliability, ReliabilityGroup

if TYPE_CHECKING:
    from matplotlib.axes import Axes

HEIGHT = 4.6  # inches
NEAR = 0.09, 0.065  # of the axes: figures closer than this would cover each other
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
    for group in _figured(found, end):
        _figure(axes, group, FIRST * end)
    _named(axes, end)
    for axis, setter in ((axes.xaxis, axes.set_xlim), (axes.yaxis, axes.set_ylim)):
        setter(0.0, end)
        whole_steps(axis, 6)
    axes.grid(color=LIGHT, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.set_xlabel("Risk said, of 100", fontsize=LETTERS)
    axes.set_ylabel("Found wrong, of 100", fontsize=LETTERS)
    return png(drawn)


def _end(found: Reliability) -> float:
    """Where both axes end: a little beyond the highest interval, at most 100."""
    highest = max(max(group.high, group.said) for group in found.groups) * 100
    return min(108.0, STEP * ceil((highest * 1.12 + 1.0) / STEP))


def _figured(found: Reliability, end: float) -> Iterator[ReliabilityGroup]:
    """The groups whose figure covers none before it."""
    placed: list[ReliabilityGroup] = []
    for group in found.groups:
        near = [
            one for one in placed
            if abs(group.said - one.said) * 100 < NEAR[0] * end and abs(group.high - one.high) * 100 < NEAR[1] * end
        ]  # fmt: skip
        if not near:
            placed.append(group)
            yield group


def _figure(axes: Axes, group: ReliabilityGroup, first: float) -> None:
    axes.annotate(
        f"{group.reviewed:,}", (max(group.said * 100, first), group.high * 100), textcoords="offset points",
        xytext=(0, 3), ha="center", va="bottom", color=GREY, fontsize=LETTERS,
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
