"""Lays a passage and its claims out for a causal model, so that the passage is read once for all of them.

Each claim stands behind the passage, begins at the same position, and sees the passage and itself only. The model
gives every claim what it would give it alone behind the passage, up to rounding: a row of one passage of p tokens and
k claims of c tokens costs p + k·c instead of k·(p + c).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

PASSAGE_TOKENS = 640  # our choice: 300 words in any English text; what is beyond is cut
CLAIM_TOKENS = 240  # our choice: 600 characters (`claims.LONGEST`) in English; of a longer one the end is cut
_NOBODY = -1  # block of the places that only fill a row up


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A passage with its claims, in tokens."""

    ids: tuple[int, ...]
    positions: tuple[int, ...]  # restart behind the passage with every claim
    blocks: tuple[int, ...]  # 0 for the passage, 1 and on for the claims
    ends: tuple[int, ...]  # place of each claim's last token, where its answer is read


def prompt(
    tokens: Callable[[str], Sequence[int]], passage: str, claims: Sequence[str], *, longest: int = PASSAGE_TOKENS
) -> Row:
    """The row of a passage and its claims in words; `tokens` gives a text's, without marks around them.

    What is too long is cut at its end, a passage behind `longest` tokens, the question behind a claim never.
    """
    question = tokens("\nIs it supported? Answer:")
    return lay_out(
        tokens(f"Passage: {passage}\n")[:longest],
        [[*tokens(f"Claim: {claim}")[:CLAIM_TOKENS], *question] for claim in claims],
    )


def lay_out(passage: Sequence[int], claims: Sequence[Sequence[int]]) -> Row:
    """One row of a passage and its claims.

    >>> lay_out([7, 8], [[1], [2, 3]])
    Row(ids=(7, 8, 1, 2, 3), positions=(0, 1, 2, 2, 3), blocks=(0, 0, 1, 2, 2), ends=(2, 4))
    """
    ids, positions, blocks, ends = list(passage), list(range(len(passage))), [0] * len(passage), []
    for number, claim in enumerate(claims, start=1):
        ids += claim
        positions += range(len(passage), len(passage) + len(claim))
        blocks += [number] * len(claim)
        ends.append(len(ids) - 1)
    return Row(ids=tuple(ids), positions=tuple(positions), blocks=tuple(blocks), ends=tuple(ends))


@dataclass(frozen=True, kw_only=True, slots=True)
class Batch:
    """Rows of like length, filled up at their ends."""

    ids: npt.NDArray[np.int64]  # rows × places
    positions: npt.NDArray[np.int64]
    sees: npt.NDArray[np.bool_]  # rows × places × places: whether a place sees another


def stack(rows: Sequence[Row]) -> Batch:
    """One batch of rows; a place sees the earlier places of its own block and of the passage.

    >>> stack([lay_out([7], [[1], [2]])]).sees.astype(int).tolist()
    [[[1, 0, 0], [1, 1, 0], [1, 0, 1]]]
    """
    longest = max(len(row.ids) for row in rows)
    ids, positions, blocks = (np.zeros((len(rows), longest), dtype=np.int64) for _ in range(3))
    blocks[:] = _NOBODY
    for at, row in enumerate(rows):
        size = len(row.ids)
        ids[at, :size], positions[at, :size], blocks[at, :size] = row.ids, row.positions, row.blocks
    earlier = np.tril(np.ones((longest, longest), dtype=np.bool_))
    same, passage = blocks[:, :, None] == blocks[:, None, :], blocks[:, None, :] == 0
    return Batch(ids=ids, positions=positions, sees=(same | passage) & earlier)
