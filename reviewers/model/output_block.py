"""Outputs of a period as numbers, in pieces: what a digest compares of each, reviewed or not, and no text."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class OutputBlock:
    """Some outputs, one place an output in each column; NaN where it is not told."""

    output_ids: tuple[str, ...]
    decided_at: NDArray[np.datetime64]  # microseconds, UTC
    characters: NDArray[np.float64]  # of the completion
    latency_ms: NDArray[np.float64]
    tokens: NDArray[np.float64]  # of prompt and completion
    prompt_tokens: NDArray[np.float64]
    confidence: NDArray[np.float64]  # the application's own, in [0, 1]
    models: tuple[str, ...]  # model and version
    prompts: tuple[str, ...]  # version of the system prompt, as `prompt_versions` names it; empty: not told
    policies: tuple[str, ...]  # version of the policy that the decision followed

    def __len__(self) -> int:
        return len(self.output_ids)
