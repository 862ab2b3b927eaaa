"""Lays token sequences out in one row for a causal model, so that what several of them begin with is read once.

The row is a tree: a place stands behind the places that came before it in its own sequence, and sees these and itself
only. A causal model gives every place what it would give it in its sequence alone, up to rounding. Claims behind one
passage cost the passage once, and so do passages that only begin alike; nothing is filled up.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Tokens = tuple[int, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Shared:
    """Sequences in one row."""

    ids: npt.NDArray[np.int64]  # tokens, one a place
    positions: npt.NDArray[np.int64]  # of each place in its sequence, from 0
    sees: npt.NDArray[np.bool_]  # places × places: whether a place sees another
    ends: npt.NDArray[np.int64]  # place of each sequence's last token, in the order of the sequences


def share(sequences: Sequence[Tokens]) -> Shared:
    """One row of all sequences, of which none is empty.

    >>> row = share([(7, 8, 1), (7, 8, 2, 3)])
    >>> row.ids.tolist(), row.positions.tolist(), row.ends.tolist()
    ([7, 8, 1, 2, 3], [0, 1, 2, 2, 3], [2, 4])
    """
    ids: list[int] = []
    positions: list[int] = []
    before: list[int] = []  # the place that a place stands behind; itself for a first one
    places: dict[tuple[int, int], int] = {}  # by the place before (-1: none) and the token
    ends: list[int] = []
    for sequence in sequences:
        at = -1
        for position, token in enumerate(sequence):
            place = places.setdefault((at, token), len(ids))
            if place == len(ids):
                ids.append(token)
                positions.append(position)
                before.append(at if at >= 0 else place)
            at = place
        ends.append(at)
    sees = np.eye(len(ids), dtype=np.bool_)
    for place, behind in enumerate(before):
        sees[place] |= sees[behind]
    return Shared(ids=np.array(ids), positions=np.array(positions), sees=sees, ends=np.array(ends))


def rows(sequences: Sequence[Tokens], most: int, enough: int) -> Iterator[list[Tokens]]:
    """The different sequences in rows of up to `most` places, those that begin alike together.

    A row of `enough` places takes none that begins otherwise: attention costs the square of a row, and those that share
    a beginning should find room. A sequence of over `most` has a row of its own.

    >>> list(rows([(7, 8, 1), (5, 5), (7, 8, 2)], 5, 5))
    [[(5, 5)], [(7, 8, 1), (7, 8, 2)]]
    >>> list(rows([(7, 8, 1), (5, 5), (7, 8, 2)], 9, 2))
    [[(5, 5)], [(7, 8, 1), (7, 8, 2)]]
    """
    chosen: list[Tokens] = []
    size = 0
    for one in sorted(set(sequences)):
        alike = _alike(chosen[-1], one) if chosen else 0
        full = size + len(one) - alike > most or (size >= enough and alike < len(one) / 2)
        if chosen and full:
            yield chosen
            chosen, size, alike = [], 0, 0
        chosen.append(one)
        size += len(one) - alike
    if chosen:
        yield chosen


def _alike(first: Tokens, second: Tokens) -> int:
    """How many tokens both begin with. In sorted order the one before has the longest such beginning."""
    pairs = enumerate(zip(first, second, strict=False))
    return next((at for at, (one, other) in pairs if one != other), min(len(first), len(second)))
