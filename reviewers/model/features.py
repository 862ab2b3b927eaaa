"""What is computed once of each output, so that no digest has to read texts again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from reviewers.model.checks import aware


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class OutputFeatures:
    """Of one output."""

    output_id: str
    embedder: str  # name and version of the model that made both vectors; empty: it failed, or there is none
    question: NDArray[np.float16] | None  # embedding of the last turn of a person; None: there is none
    answer: NDArray[np.float16] | None  # of the completion
    language: str  # of the completion, ISO 639-1; empty: not told
    refusal: bool  # the answer declines
    citation_missing: bool | None  # it states something and cites nothing; None: it states nothing
    similarity: float | None  # of the nearest passage to the question, cosine in [-1, 1]; None: there is no passage
    made_at: datetime

    def __post_init__(self) -> None:
        aware("made_at", self.made_at)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class FeatureBlock:
    """Some outputs of a window, one place an output in each column."""

    output_ids: tuple[str, ...]
    embedder: NDArray[np.int32]  # places in `embedders`
    embedders: tuple[str, ...]
    question: NDArray[np.float32]  # rows; NaN where there is none
    answer: NDArray[np.float32]
    language: tuple[str, ...]
    refusal: NDArray[np.bool_]
    citation_missing: NDArray[np.float64]  # 1, 0, or NaN where it states nothing
    similarity: NDArray[np.float64]  # NaN where there is no passage
