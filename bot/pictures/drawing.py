"""The style of all pictures: 6.2 inches wide, 15 pt letters, a white ground, one blue and grey, no title inside."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BLUE, GREY, LIGHT = "#0b5394", "#6f6f6f", "#d0d0d0"
WIDTH = 6.2  # inches
LETTERS = 15  # points: 10 pixels where Slack shows a picture 300 pixels wide
DOTS = 150  # an inch


def figure(height: float) -> tuple[Figure, Axes]:
    """An empty picture of this height in inches. No window system and no state of matplotlib's own is used."""
    drawn, (axes,) = panels(height, 1)
    return drawn, axes


def panels(height: float, count: int) -> tuple[Figure, tuple[Axes, ...]]:
    """As `figure`, with so many parts below each other over one axis."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    drawn = Figure(figsize=(WIDTH, height), dpi=DOTS, facecolor="white", layout="constrained")
    FigureCanvasAgg(drawn)
    parts = tuple(drawn.subplots(count, 1, sharex=True, squeeze=False)[:, 0])
    for axes in parts:
        axes.tick_params(labelsize=LETTERS, length=0, colors=GREY)
        for side in ("top", "right", "left", "bottom"):
            axes.spines[side].set_visible(side == "bottom")
        axes.spines["bottom"].set_color(LIGHT)
    return drawn, parts


def png(drawn: Figure) -> bytes:
    """The picture's bytes: the same figures give the same bytes."""
    kept = io.BytesIO()
    drawn.savefig(kept, format="png", metadata={"Software": None})
    return kept.getvalue()


def shares(axes: Axes, *, axis: str, ticks: Sequence[float]) -> None:
    """Name an axis of shares in points of a hundred."""
    setter = axes.set_xticks if axis == "x" else axes.set_yticks
    setter(list(ticks), labels=[f"{round(100 * tick)} %" for tick in ticks])
