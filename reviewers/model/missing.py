"""What is missing where too little was seen to say a number: a value of its own, never 0 and never NaN."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Missing:
    """A number that cannot be said yet."""

    found: int
    needed: int
    of: str = "reviews"  # what is counted, as people read it
