"""The answer where there is too little to count: a value of its own, never 0 and never NaN."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class TooFew:
    """A number that cannot be said yet."""

    found: int
    needed: int
    of: str = "reviews"  # what is counted: reviews, or users where verdicts on one user's outputs hang together
