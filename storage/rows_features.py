"""Features of outputs become rows, and rows become the columns of a block."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reviewers.model.features import FeatureBlock, OutputFeatures
from storage.rows import Values

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


def width(question: bytes | None, answer: bytes | None) -> int:
    """How many numbers the vectors of an output have; 0: it has none."""
    return max(len(question or b""), len(answer or b"")) // _HALF.itemsize


def to_block(found: Sequence[Sequence[Any]], wide: int) -> FeatureBlock:
    """Rows of an id, the model, both vectors of `wide` numbers, and what words tell, as columns; at least one row."""
    ids, models, questions, answers, language, refusal, missing, similarity = zip(*found, strict=True)
    embedders = tuple(dict.fromkeys(models))
    place = {name: number for number, name in enumerate(embedders)}
    return FeatureBlock(
        output_ids=ids,
        embedder=np.array([place[name] for name in models], dtype=np.int32),
        embedders=embedders,
        question=_matrix(questions, wide),
        answer=_matrix(answers, wide),
        language=language,
        refusal=np.array(refusal, dtype=np.bool_),
        citation_missing=np.array(missing, dtype=np.float64),  # None becomes NaN
        similarity=np.array(similarity, dtype=np.float64),
    )


def _bytes(vector: NDArray[np.float16] | None) -> bytes | None:
    return None if vector is None else vector.astype(_HALF).tobytes()


def _matrix(vectors: Sequence[bytes | None], wide: int) -> NDArray[np.float32]:
    """One row an output, NaN where it has no vector; all of them are read at once."""
    told = [vector is not None for vector in vectors]
    rows = np.full((len(vectors), wide), np.nan, dtype=np.float32)
    if any(told):
        numbers = np.frombuffer(b"".join(vector for vector in vectors if vector is not None), dtype=_HALF)
        rows[told] = numbers.reshape(-1, wide)
    return rows
