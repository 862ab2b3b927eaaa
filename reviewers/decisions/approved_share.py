"""How many approved outputs stand beside the corrections of a training set, and which."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

# Of the rows, our choice: with none a model learns that everything was wrong and forgets what it did well; of much more
# it learns what it does already. Rehearsing 10 to 30 of 100 is what continual fine-tuning usually takes.
APPROVED_SHARE = 0.3


def approved_beside(corrections: int, share: float = APPROVED_SHARE) -> int:
    """round(corrections · share / (1 − share)): with so many approved rows, they are `share` of all.

    Args:
        corrections: rows that people corrected, 0 or more; 0 gives 0.
        share: of all rows, in (0, 1).

    >>> approved_beside(243)
    104
    """
    if not 0.0 < share < 1.0:
        raise ValueError(f"{share} is no share between 0 and 1")
    return round(corrections * share / (1.0 - share))


def beyond_share(rows: Mapping[bytes, bool], share: float) -> frozenset[bytes]:
    """The approved rows that are more than `share` allows beside the corrected ones.

    Which ones stay is drawn by the sha256 of the rows: it depends on nothing that a row says about itself, and the same
    rows give the same set. Where nothing was corrected all stay, since there is nothing that they could outweigh.

    Args:
        rows: each row, and whether it is approved alone; one that is a correction too is none of these.
        share: of all rows, in (0, 1).
    """
    approved = [row for row, alone in rows.items() if alone]
    corrections = len(rows) - len(approved)
    if not corrections:
        return frozenset()
    drawn = sorted(approved, key=lambda row: hashlib.sha256(row).digest())
    return frozenset(drawn[approved_beside(corrections, share) :])
