"""How near the best passage comes in meaning: an explanation of the retrieval, never a grounding.

An altered fact is as near to its source as the fact itself. So this score has no weight in the prior risk; it tells
whether the index has anything on the subject, and the later calibration may find what it is worth.
"""

from __future__ import annotations

from collections.abc import Sequence
from time import perf_counter

from reviewers.model import Passage, Score
from reviewers.ports import Evidence
from reviewers.scorers.reader import Embedder, cosine


class Retrieval:
    """The cosine of each claim and the passage that its reading rests on; the output's is its worst claim's."""

    name = "retrieval"
    version = "minilm-l6-v2-1"

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    def score(self, batch: Sequence[Evidence]) -> list[Score | None]:
        """Values in [-1, 1]; all texts of the batch are embedded in one go."""
        start = perf_counter()
        texts = [claim.text for one in batch for claim in one.claims]
        texts += [best.text for one in batch for best in _best(one) if best]
        different = list(dict.fromkeys(texts))
        vectors = dict(zip(different, self._embedder.embed_documents(different), strict=True)) if different else {}
        each_ms = (perf_counter() - start) * 1000 / max(1, len(batch))
        return [self._one(evidence, vectors, each_ms) for evidence in batch]

    def _one(self, evidence: Evidence, vectors: dict[str, list[float]], each_ms: float) -> Score | None:
        if not any(evidence.passages):
            return None
        values = tuple(
            cosine(vectors[claim.text], vectors[best.text]) if best else 0.0
            for claim, best in zip(evidence.claims, _best(evidence), strict=True)
        )
        return Score(
            output_id=evidence.output.output_id,
            scorer=self.name,
            version=self.version,
            value=min(values),
            explanation="How near the closest passage is in subject; it does not say whether the passage agrees.",
            claim_values=values,
            duration_ms=each_ms,
        )


def _best(evidence: Evidence) -> list[Passage | None]:
    """The first passage of each claim, as the reading ordered them."""
    if evidence.readings:
        return [next(iter(reading.passages), None) for reading in evidence.readings]
    return [next(iter(near), None) for near in evidence.passages]
