"""How many of the outputs that were to be reviewed people decided, by what they were to be reviewed for.

Held outputs come first in a queue and time out in minutes, one route is staffed and another is not: so what stays
undecided is not like what was decided. Within one stratum of one route it is taken to be.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from reviewers.decisions.estimate_inputs import Floats
from reviewers.model import PeriodOutputs

Mask = NDArray[np.bool_]

CELL_NEEDS = 10.0  # reviews to be expected, for a share of its own: our choice, since 1 in 20,000 such draws is empty
UNDECIDED = (
    0.5  # reviews that a cell of which nothing was decided counts for: our choice, half of the least it could be
)
LUCK = 2.0  # standard deviations, of at most √(Σ chance), by which the draw gives more than expected: the usual two


@dataclass(frozen=True, kw_only=True, slots=True)
class _Cell:
    """The outputs of one stratum of one route."""

    code: int  # by which `_codes` marks its outputs
    route: str
    stratum: str
    outputs: int  # above 0
    expected: float  # reviews: the sum of its outputs' chances, above 0
    decided: int

    @property
    def chance(self) -> float:
        """The mean chance of its outputs."""
        return self.expected / self.outputs


def decided_chances(outputs: PeriodOutputs, kept: Mask) -> Floats:
    """The chance of each output that was kept of being reviewed and decided: its inclusion probability times a share.

    That share is decided / Σ chance of its cell, a stratum of a route, and never makes a chance larger than 1. So the
    reviews of a cell stand for all of its outputs, however many of them were answered; one share for all cells would
    let what is answered sooner stand for the rest. The variance follows, since what was answered less has the larger
    weights.

    Cells with less than CELL_NEEDS expected reviews have no share of their own. They are joined with the next stratum
    of their route by mean chance, then with other routes' remainders, then with the largest cell. The share of joined
    cells is the mean of theirs, by outputs. Few decided of many expected are not joined: they differ, which is the
    point. A cell of which nothing was decided gets the chances of UNDECIDED reviews: the risks and all others
    speak for it then, and the interval says how little is known.

    Extremes: nothing was decided, or all is of one cell with all decided: the inclusion probabilities themselves.

    Args:
        outputs: all outputs of the period.
        kept: the part that is meant, one entry an output; of the others the inclusion probability is returned.

    Sources: weighting classes (Little & Rubin, Statistical Analysis with Missing Data, 2nd ed. 2002, section 3.3;
    Särndal, Swensson & Wretman, Model Assisted Survey Sampling, 1992, section 15.6), with shares that are counted and
    not weighted (Little & Vartivarian, Statistics in Medicine 22, 2003).
    """
    codes = outputs.route.astype(np.int64) * max(1, len(outputs.strata)) + outputs.stratum
    cells = _cells(outputs, kept, codes)
    if not any(cell.decided for cell in cells):
        return outputs.chance
    shares = np.ones(max(cell.code for cell in cells) + 1)
    for joined in _joined(cells):
        shares[[cell.code for cell in joined]] = _share(joined)
    codes[~kept] = cells[0].code
    return np.where(kept, np.minimum(outputs.chance * shares[codes], 1.0), outputs.chance)


def _cells(outputs: PeriodOutputs, kept: Mask, codes: NDArray[np.int64]) -> list[_Cell]:
    """In the order of their names, so that every store gives the same."""
    strata = max(1, len(outputs.strata))
    size = max(1, len(outputs.routes)) * strata
    count = np.bincount(codes[kept], minlength=size)
    expected = np.bincount(codes[kept], weights=outputs.chance[kept], minlength=size)
    decided = np.bincount(codes[outputs.reviewed[kept[outputs.reviewed]]], minlength=size)
    found = [
        _Cell(
            code=int(code),
            route=outputs.routes[code // strata] if outputs.routes else "",
            stratum=outputs.strata[code % strata] if outputs.strata else "",
            outputs=int(count[code]),
            expected=float(expected[code]),
            decided=int(decided[code]),
        )
        for code in np.flatnonzero(count)
    ]
    return sorted(found, key=lambda cell: (cell.route, cell.stratum))


def _joined(cells: Sequence[_Cell]) -> list[list[_Cell]]:
    """Groups with enough expected reviews each; one that has not is the only one."""
    groups: list[list[_Cell]] = []
    remainder: list[_Cell] = []
    for route in dict.fromkeys(cell.route for cell in cells):
        mine = list(_of_route([cell for cell in cells if cell.route == route]))
        if _expected(mine[-1]) < CELL_NEEDS:
            remainder += mine.pop()
        groups += mine
    if not remainder:
        return groups
    if _expected(remainder) >= CELL_NEEDS or not groups:
        return [*groups, remainder]
    largest = max(range(len(groups)), key=lambda at: sum(cell.outputs for cell in groups[at]))
    return [[*group, *remainder] if at == largest else group for at, group in enumerate(groups)]


def _of_route(cells: Sequence[_Cell]) -> Iterator[list[_Cell]]:
    """Its strata from the largest mean chance on, each joined with the next until enough is expected."""
    groups: list[list[_Cell]] = [[]]
    for cell in sorted(cells, key=lambda cell: (-cell.chance, cell.stratum)):
        if _expected(groups[-1]) >= CELL_NEEDS:
            groups.append([])
        groups[-1].append(cell)
    if len(groups) > 1 and _expected(groups[-1]) < CELL_NEEDS:
        rest = groups.pop()
        groups[-1] += rest
    yield from groups


def _expected(cells: Sequence[_Cell]) -> float:
    return sum(cell.expected for cell in cells)


def _share(cells: Sequence[_Cell]) -> float:
    """Above 0; above 1 where the draw gave more than was to be expected, and no more than it may by chance."""
    expected = _expected(cells)
    if not any(cell.decided for cell in cells):
        return min(1.0, UNDECIDED / expected)
    answered = sum(cell.outputs * cell.decided / cell.expected for cell in cells)
    return min(answered / sum(cell.outputs for cell in cells), 1.0 + LUCK / sqrt(expected))
