"""What the tokens of a model cost."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite


@dataclass(frozen=True, kw_only=True, slots=True)
class Price:
    """Of a million tokens, in a currency of the team's own."""

    model: str  # "helpdesk-8b", or one version of it, "helpdesk-8b 2026-11-03"
    prompt: float
    completion: float
    currency: str = ""  # only shown

    def __post_init__(self) -> None:
        if not self.model or not all(isfinite(one) and one >= 0.0 for one in (self.prompt, self.completion)):
            raise ValueError("a price has the name of a model and two numbers from 0 on")
