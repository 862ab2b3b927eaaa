"""Features of outputs become rows, and rows become the columns of a block."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from reviewers.model.features import FeatureBlock, OutputFeatures
from storage.rows import Found, Values

_HALF = np.dtype("<f2")  # the low byte first, whatever machine wrote it


def features_row(features: OutputFeatures) -> Values:
    """What was computed of one output."""
    return {
        "output_id": features.output_id,
        "embedder": features.embedder,
        "question": _bytes(features.question),
        "answer": _bytes(features.answer),
        "language": features.language,
        "refusal": features.refusal,
        "citation_missing": features.citation_missing,
        "similarity": features.similarity,
        "made_at": features.made_at,
    }


def width(row: Found) -> int:
    """How many numbers a vector of this row has; 0: it has none."""
    return max(len(row[name] or b"") for name in ("question", "answer")) // _HALF.itemsize


def to_block(found: Sequence[Found], wide: int) -> FeatureBlock:
    """The rows as columns; each vector among them has `wide` numbers."""
    embedders = tuple(dict.fromkeys(row["embedder"] for row in found))
    place = {name: number for number, name in enumerate(embedders)}
    return FeatureBlock(
        output_ids=tuple(row["output_id"] for row in found),
        embedder=np.array([place[row["embedder"]] for row in found], dtype=np.int32),
        embedders=embedders,
        question=_matrix([row["question"] for row in found], wide),
        answer=_matrix([row["answer"] for row in found], wide),
        language=tuple(row["language"] for row in found),
        refusal=np.array([row["refusal"] for row in found], dtype=np.bool_),
        # None becomes NaN
        citation_missing=np.array([row["citation_missing"] for row in found], dtype=np.float64),
        similarity=np.array([row["similarity"] for row in found], dtype=np.float64),
    )


def _bytes(vector: NDArray[np.float16] | None) -> bytes | None:
    return None if vector is None else vector.astype(_HALF).tobytes()


def _matrix(vectors: Sequence[bytes | None], wide: int) -> NDArray[np.float32]:
    rows = np.full((len(vectors), wide), np.nan, dtype=np.float32)
    for place, vector in enumerate(vectors):
        if vector is not None:
            rows[place] = np.frombuffer(vector, dtype=_HALF)
    return rows
