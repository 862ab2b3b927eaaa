"""A draw of a fixed size, to hold the draw by hash against."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from reviewers.decisions.selection import Floats

ROUNDING = 1e-9  # of the running sum, so that a sum that should be whole is


def systematic(chances: Floats, order: NDArray[np.int64], start: float) -> NDArray[np.bool_]:
    """A draw of a fixed size with exactly these chances: one random start, then equal steps along their running sum.

    Neighbours in the order are seldom drawn together, so an order by risk spreads the draw over all risks (Madow,
    Annals of Mathematical Statistics 20, 1949; Särndal, Swensson & Wretman 1992, section 3.6). The size is the sum of
    the chances, or where that is no whole number one of the two next to it.

    Args:
        chances: inclusion probabilities, in (0, 1].
        order: the places of all outputs, as the draw walks through them.
        start: uniform in [0, 1).

    Returns:
        True where an output is drawn, in the order of `chances`.
    """
    drawn = np.zeros(len(chances), dtype=np.bool_)
    points = np.ceil(np.cumsum(chances[order]) - start - ROUNDING).astype(np.int64)  # that lie below each sum
    drawn[order] = np.diff(points, prepend=0) > 0
    return drawn
