"""What is computed once of each output, when it is scored: embeddings and what its words tell."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reviewers.decisions import answer_features
from reviewers.model import Assessment, Output
from reviewers.model.features import OutputFeatures
from reviewers.ports import Clock, Metrics

Vectors = dict[str, NDArray[np.float64]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Describer:
    """Describes outputs; a model that fails leaves them without vectors, and never holds up their scoring."""

    embed: Callable[[list[str]], list[list[float]]]  # unit vectors of texts, in order
    embedder: str  # name and version of the model behind it
    language: Callable[[str], str]  # ISO 639-1 of a text; empty: not told
    clock: Clock
    metrics: Metrics
    report: Callable[[str, Exception], None]  # where an operator reads the whole error

    def describe(self, outputs: Sequence[Output], assessments: Sequence[Assessment]) -> list[OutputFeatures]:
        """One an output, in order; `assessments` are theirs."""
        vectors = self._embedded(outputs, assessments)
        return [self._one(*pair, vectors) for pair in zip(outputs, assessments, strict=True)]

    def _embedded(self, outputs: Sequence[Output], assessments: Sequence[Assessment]) -> Vectors:
        """The vectors of all questions, answers and passages by text; empty where the model failed."""
        texts = dict.fromkeys(
            text
            for output, assessment in zip(outputs, assessments, strict=True)
            for text in (output.question, output.completion, *_passages(output, assessment))
            if text.strip()
        )
        try:
            found = self.embed(list(texts))
        except Exception as error:  # noqa: BLE001 - whatever a model raises; the outputs are decided without vectors
            self.metrics.count("scorer_failed", len(outputs), scorer="features")
            self.report("features", error)
            return {}
        return {text: np.asarray(vector) for text, vector in zip(texts, found, strict=True)}

    def _one(self, output: Output, assessment: Assessment, vectors: Vectors) -> OutputFeatures:
        question, answer = vectors.get(output.question), vectors.get(output.completion)
        near = [vectors[text] for text in _passages(output, assessment) if text in vectors]
        similarity = max((float(question @ one) for one in near), default=None) if question is not None else None
        return OutputFeatures(
            output_id=output.output_id,
            embedder=self.embedder if vectors else "",
            question=None if question is None else question.astype(np.float16),
            answer=None if answer is None else answer.astype(np.float16),
            language=self.language(output.completion),
            refusal=answer_features.refuses(output.completion),
            citation_missing=answer_features.citation_missing(output.completion, len(assessment.readings)),
            similarity=similarity,
            made_at=self.clock.now(),
        )


def _passages(output: Output, assessment: Assessment) -> tuple[str, ...]:
    """What the answer could rest on: the application's own passages, else those that were found for its claims."""
    given = output.passages or tuple(passage for one in assessment.readings for passage in one.passages)
    return tuple(dict.fromkeys(passage.text for passage in given))
