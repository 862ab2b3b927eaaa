"""Token classifiers of the LettuceDetect kind: one pass over question, passages and answer marks what is made up.

They read the whole answer beside all of its passages at once, so that a claim may rest on several of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from threading import Lock
from time import perf_counter
from typing import Any

from reviewers.errors import Invalid
from reviewers.model import Score
from reviewers.ports import Evidence
from reviewers.scorers.huggingface_labels import made_up_classes
from reviewers.scorers.huggingface_readers import Precision, Source, filled
from reviewers.scorers.packaged import quiet_transformers

LONGEST = 4096  # tokens of passages and answer, as LettuceDetect was trained
QUESTION = 1000  # characters: of a long conversation the end is what the answer answers
# The words that these models were trained with: the prompt of RAGTruth's question answering (Niu et al., 2024).
ASKED = (
    "Briefly answer the following question:\n{question}\nBear in mind that your response should be strictly based on "
    "the following {count} passages:\n{passages}\nIn case the passages do not contain the necessary information to "
    'answer the question, please reply with: "Unable to answer based on given passages."\noutput:'
)


class TokenClassifierScorer:
    """1 less the largest probability of any token of the answer to be made up."""

    name = "tokens"

    def __init__(
        self,
        model: str,
        *,
        device: str = "",
        precision: Precision = "",
        batch_size: int = 4,
        revision: str = "main",
    ) -> None:
        """As of HuggingFaceScorer. A batch holds whole answers with all their passages, so it is small."""
        self._source = Source(model=model, revision=revision, device=device, precision=precision)
        self.version = self._source.version()
        self._batch = batch_size
        self._loading = Lock()
        self._parts: tuple[Any, Any, list[int]] | None = None

    def score(self, batch: Sequence[Evidence]) -> list[Score | None]:
        """Values in [0, 1], 1 is supported; a claim's is that of its worst token. None without passages."""
        start = perf_counter()
        readable = sorted((one for one in batch if any(one.passages)), key=_size)
        found: dict[int, Score] = {}
        for first in range(0, len(readable), self._batch):
            some = readable[first : first + self._batch]
            for one, tokens in zip(some, self._read(some), strict=True):
                found[id(one)] = self._one(one, tokens)
        each_ms = (perf_counter() - start) * 1000 / max(1, len(readable))
        return [_timed(found.get(id(one)), each_ms) for one in batch]

    def _read(self, batch: Sequence[Evidence]) -> list[list[tuple[int, int, float]]]:
        """For each answer its tokens: first and last character, and the probability to be made up."""
        import torch

        tokenizer, model, classes = self._load()
        positions = getattr(model.config, "max_position_embeddings", LONGEST) or LONGEST
        limit = min(tokenizer.model_max_length, positions, LONGEST)
        encoded = tokenizer(
            [_asked(one) for one in batch],
            [one.output.completion for one in batch],
            truncation="only_first" if all(_fits(tokenizer, one, limit) for one in batch) else "longest_first",
            max_length=limit,
            padding=True,
            return_offsets_mapping=True,
            return_tensors="pt",
        )
        offsets = encoded.pop("offset_mapping").tolist()
        with torch.inference_mode():
            logits = model(**encoded.to(model.device)).logits.float()
        made_up = logits.softmax(dim=-1)[:, :, classes].sum(dim=-1).tolist()
        return [
            [
                (*offsets[row][at], made_up[row][at])
                for at, part in enumerate(encoded.sequence_ids(row))
                if part == 1 and offsets[row][at][1] > offsets[row][at][0]
            ]
            for row in range(len(batch))
        ]

    def _one(self, evidence: Evidence, tokens: Sequence[tuple[int, int, float]]) -> Score:
        worst = 1.0 - max((value for _, _, value in tokens), default=0.0)
        by_claim = []
        for claim in evidence.claims:
            inside = [value for start, end, value in tokens if start < claim.span.end and end > claim.span.start]
            by_claim.append(1.0 - max(inside) if inside else worst)  # beyond what was read
        return Score(
            output_id=evidence.output.output_id,
            scorer=self.name,
            version=self.version,
            value=worst,
            explanation=f"The model gives the words of the answer {worst:.2f} of 1 at least to be in the passages.",
            claim_values=tuple(by_claim),
        )

    def _load(self) -> tuple[Any, Any, list[int]]:
        with self._loading:
            if self._parts is None:
                quiet_transformers()
                from transformers import AutoModelForTokenClassification, PreTrainedConfig

                settings, _ = PreTrainedConfig.get_config_dict(self._source.model, revision=self._source.revision)
                kinds = settings.get("architectures") or []
                if not any(kind.endswith("ForTokenClassification") for kind in kinds):
                    raise Invalid(
                        "scorers",
                        f"WHETSTONE_SCORERS: {self._source.model} is a {', '.join(kinds) or 'model of no stated kind'},"
                        " and hf:tokens needs a token classifier. Classifiers of pairs are named with hf:entailment, "
                        "hf:hallucination or hf:minicheck.",
                    )
                tokenizer, model = self._source.load(AutoModelForTokenClassification)
                self._parts = tokenizer, model, made_up_classes(model.config.id2label)
        return self._parts


def _asked(evidence: Evidence) -> str:
    texts = dict.fromkeys(passage.text for near in evidence.passages for passage in near)
    numbered = "\n".join(f"passage {number}: {text}" for number, text in enumerate(texts, start=1))
    question = evidence.output.question[-QUESTION:]
    return filled(ASKED, question=question, count=str(len(texts)), passages=numbered)


def _fits(tokenizer: Any, evidence: Evidence, limit: int) -> bool:
    """Whether half of the room, which is so many tokens in all, is left for the passages."""
    return bool(len(tokenizer(evidence.output.completion, add_special_tokens=False).input_ids) <= limit // 2)


def _size(evidence: Evidence) -> int:
    return len(evidence.output.completion) + sum(len(passage.text) for near in evidence.passages for passage in near)


def _timed(score: Score | None, each_ms: float) -> Score | None:
    return replace(score, duration_ms=each_ms) if score else None
