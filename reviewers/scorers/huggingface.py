"""Any Hugging Face model that classifies pairs of texts, as a scorer: entailment (NLI) or hallucination models.

The passage is the premise, the claim the hypothesis. A claim's value is the best that any of its passages gives it,
an output's the worst of its claims; 1 is supported.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from threading import Lock
from time import perf_counter
from typing import Any, Literal

from reviewers.errors import Invalid
from reviewers.model import Score
from reviewers.ports import Evidence
from reviewers.scorers.packaged import quiet_transformers

Family = Literal["entailment", "hallucination"]

# What model cards call the class of a supported claim. Longer words first: "not_entailment" is no entailment.
_SUPPORTED = {
    "entailment": ("entailment", "entailed", "entails", "yes", "supported", "supports"),
    "hallucination": ("consistent", "factual", "grounded", "supported", "faithful", "not_hallucinated", "correct"),
}
_UNSUPPORTED = {
    "entailment": ("not_entailment", "contradiction", "neutral", "no"),
    "hallucination": ("hallucinated", "hallucination", "inconsistent", "unsupported", "unfaithful", "not_factual"),
}
LONGEST = 512  # tokens of premise and hypothesis together, where the model allows no more or does not say


class HuggingFaceScorer:
    """The probability that the passages support the claim, by a sequence-classification model."""

    def __init__(
        self,
        model: str,
        *,
        family: Family = "entailment",
        supported_label: str = "",
        device: str = "",
        batch_size: int = 16,
        revision: str = "main",
    ) -> None:
        """`model` is a name on the hub or a folder; nothing is loaded before the first output.

        `supported_label` names the class of supported claims where the model's own labels do not say it ("LABEL_0").
        `device` is torch's ("cpu", "cuda:0"); empty takes a GPU if there is one, then in bfloat16.
        """
        self.name: str = family
        self.version = f"{model.rstrip('/').rsplit('/', 1)[-1]}@{revision}"
        self._model, self._family, self._label = model, family, supported_label
        self._device, self._batch, self._revision = device, batch_size, revision
        self._loading = Lock()
        self._parts: tuple[Any, Any, int] | None = None

    def score(self, batch: Sequence[Evidence]) -> list[Score | None]:
        """Values in [0, 1]; every different pair of the batch is read once. Raises Invalid for unknown labels."""
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

    def _one(self, evidence: Evidence, pairs: Mapping[tuple[str, str], float], each_ms: float) -> Score | None:
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

    def _supported(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """The probability of the supported class of each pair; pairs of like length go together."""
        if not pairs:
            return []
        import torch

        tokenizer, model, label = self._load()
        order = sorted(range(len(pairs)), key=lambda at: len(pairs[at][0]) + len(pairs[at][1]))
        found = [0.0] * len(pairs)
        for start in range(0, len(order), self._batch):
            chosen = order[start : start + self._batch]
            encoded = self._encode(tokenizer, model, [pairs[at] for at in chosen])
            with torch.inference_mode():
                logits = model(**encoded.to(model.device)).logits.float()
            # A single output is a probability before the sigmoid (regression heads of hallucination models).
            values = logits.sigmoid()[:, 0] if logits.shape[1] == 1 else logits.softmax(dim=1)[:, label]
            for at, value in zip(chosen, values.tolist(), strict=True):
                found[at] = value
        return found

    def _encode(self, tokenizer: Any, model: Any, pairs: Sequence[tuple[str, str]]) -> Any:
        """Tokens of the pairs: only the premise is cut, for a claim cut short is another claim."""
        positions = getattr(model.config, "max_position_embeddings", LONGEST) or LONGEST
        longest = min(tokenizer.model_max_length, positions, LONGEST)
        hypotheses = [claim for _, claim in pairs]
        room = longest - max(len(ids) for ids in tokenizer(hypotheses, add_special_tokens=False).input_ids)
        return tokenizer(
            [passage for passage, _ in pairs],
            hypotheses,
            truncation="only_first" if room > 8 else "longest_first",  # a claim that fills the model must give way
            max_length=longest,
            padding=True,
            return_tensors="pt",
        )

    def _load(self) -> tuple[Any, Any, int]:
        with self._loading:
            if self._parts is None:
                quiet_transformers()
                import torch
                from transformers import AutoModelForSequenceClassification, AutoTokenizer

                device = self._device or ("cuda" if torch.cuda.is_available() else "cpu")
                dtype = torch.bfloat16 if device.startswith("cuda") else torch.float32
                tokenizer = AutoTokenizer.from_pretrained(self._model, revision=self._revision)
                model = AutoModelForSequenceClassification.from_pretrained(
                    self._model, revision=self._revision, dtype=dtype
                )
                label = supported_class(model.config.id2label, self._family, self._label)
                self._parts = tokenizer, model.to(device).eval(), label
        return self._parts


def supported_class(labels: Mapping[int, str], family: Family, named: str = "") -> int:
    """Which class means "supported". Raises Invalid where the labels do not say it."""
    plain = {index: label.strip().lower().replace("-", "_").replace(" ", "_") for index, label in labels.items()}
    if named:
        wanted = named.strip().lower().replace("-", "_").replace(" ", "_")
        found = [index for index, label in plain.items() if label == wanted]
    else:
        found = [index for index, label in plain.items() if label in _SUPPORTED[family]]
        unsupported = [index for index, label in plain.items() if label in _UNSUPPORTED[family]]
        if not found and len(labels) == 2 and len(unsupported) == 1:
            found = [index for index in plain if index not in unsupported]
    if len(labels) == 1:
        return 0
    if len(found) != 1:
        raise Invalid(
            "supported_label",
            f"The labels of the model are {', '.join(labels.values())}: name the one that means supported.",
        )
    return found[0]
