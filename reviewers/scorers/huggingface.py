"""Any Hugging Face model that holds a claim against a passage, as a scorer: entailment, hallucination, MiniCheck.

A claim's value is the best that any of its passages gives it, an output's the worst of its claims; 1 is supported.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from threading import Lock
from time import perf_counter

from reviewers.model import Score
from reviewers.ports import Evidence
from reviewers.scorers.huggingface_labels import Family
from reviewers.scorers.huggingface_readers import Pair, PairReader, Precision, Source, load


class HuggingFaceScorer:
    """The probability that the passages support the claim, by a model of one of the families."""

    def __init__(
        self,
        model: str,
        *,
        family: Family = "entailment",
        supported_label: str = "",
        device: str = "",
        precision: Precision = "",
        batch_size: int = 16,
        revision: str = "main",
    ) -> None:
        """`model` is a name on the hub or a folder; nothing is loaded before the first output.

        `supported_label` names the class of supported claims where the model's own labels do not say it ("LABEL_0").
        `device` is torch's ("cpu", "cuda:0"); empty takes a GPU if there is one. `precision` is of the weights and
        of what is computed with them, empty as of `Precision`.
        """
        self.name: str = family
        self._source = Source(model=model, revision=revision, device=device, precision=precision)
        self.version = self._source.version(supported_label)
        self._family, self._label, self._batch = family, supported_label, batch_size
        self._loading = Lock()
        self._reader: PairReader | None = None

    def score(self, batch: Sequence[Evidence]) -> list[Score | None]:
        """Values in [0, 1]; every different pair of the batch is read once. Raises Invalid for an unfit model."""
        start = perf_counter()
        pairs = {
            (passage.text, claim.text): 0.0
            for one in batch
            for claim, near in zip(one.claims, one.passages, strict=True)
            for passage in near
        }
        pairs.update(zip(pairs, self._supported(list(pairs)), strict=True))
        each_ms = (perf_counter() - start) * 1000 / max(1, len(batch))
        return [self._one(one, pairs, each_ms) for one in batch]

    def _one(self, evidence: Evidence, pairs: Mapping[Pair, float], each_ms: float) -> Score | None:
        if not any(evidence.passages):
            return None
        values = tuple(
            max((pairs[passage.text, claim.text] for passage in near), default=0.0)
            for claim, near in zip(evidence.claims, evidence.passages, strict=True)
        )
        return Score(
            output_id=evidence.output.output_id,
            scorer=self.name,
            version=self.version,
            value=min(values),
            explanation=f"The model gives its least supported claim {min(values):.2f} of 1 to follow from a passage.",
            claim_values=values,
            duration_ms=each_ms,
        )

    def _supported(self, pairs: Sequence[Pair]) -> list[float]:
        """The value of each pair; pairs of like length go through the model together."""
        if not pairs:
            return []
        reader = self._loaded()
        order = sorted(range(len(pairs)), key=lambda at: len(pairs[at][0]) + len(pairs[at][1]))
        found = [0.0] * len(pairs)
        for start in range(0, len(order), self._batch):
            chosen = order[start : start + self._batch]
            for at, value in zip(chosen, reader.supported([pairs[at] for at in chosen]), strict=True):
                found[at] = value
        return found

    def _loaded(self) -> PairReader:
        with self._loading:
            if self._reader is None:
                self._reader = load(self._source, self._family, self._label)
        return self._reader
