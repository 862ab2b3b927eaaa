"""How much more likely the passages make an answer: conditional minus unconditional log-probability, by SmolLM2.

An answer that was written from its passages is far more likely beside them than without them; what was invented gains
nothing. It is slow on a CPU (about half a second an output) and therefore off unless a setting turns it on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from time import perf_counter
from typing import Any

from reviewers.model import Score
from reviewers.ports import Evidence
from reviewers.scorers.packaged import quiet_transformers

CONTEXT_TOKENS = 700  # of passages: what does not fit is left out from the end
ANSWER_TOKENS = 320  # of the answer; the rest of a longer one is not read
ROWS = 4  # sequences at once: more only pads on a CPU


@dataclass(frozen=True, kw_only=True, slots=True)
class _Row:
    """A prompt and an answer in tokens; `offsets` are characters of the answer."""

    prompt: list[int]
    answer: list[int]
    offsets: list[tuple[int, int]]


class ConditionalLogprob:
    """Mean gain in log-probability a token of the answer, in nats; the higher the better grounded."""

    name = "conditional_logprob"
    version = "smollm2-135m-1"

    def __init__(self, folder: Callable[[], Path] | Path) -> None:
        """`folder` is a causal model's, or gives it (converting first); asked for at the first output."""
        self._folder = folder
        self._loading = Lock()
        self._parts: tuple[Any, Any] | None = None

    def score(self, batch: Sequence[Evidence]) -> list[Score | None]:
        """Values in nats a token; for each claim the mean over its own tokens. None without passages."""
        start = perf_counter()
        readable = [one for one in batch if any(one.passages)]
        if not readable:
            return [None] * len(batch)
        rows = [row for one in readable for row in self._rows(one)]
        logprobs = self._logprobs(rows)
        each_ms = (perf_counter() - start) * 1000 / len(readable)
        scores: dict[int, Score] = {}
        for at, one in enumerate(readable):
            gains = [given - alone for given, alone in zip(logprobs[2 * at], logprobs[2 * at + 1], strict=True)]
            scores[id(one)] = _score(self.name, self.version, one, gains, rows[2 * at].offsets, each_ms)
        return [scores.get(id(one)) for one in batch]

    def _rows(self, evidence: Evidence) -> tuple[_Row, _Row]:
        """The answer beside its passages, and the same answer without them."""
        tokenizer, _ = self._load()
        texts = dict.fromkeys(passage.text for near in evidence.passages for passage in near)
        passages = tokenizer("Passages:\n" + "\n".join(texts) + "\n\n").input_ids[:CONTEXT_TOKENS]
        question = tokenizer(f"Question: {evidence.output.question[-1000:]}\nAnswer:").input_ids
        answer = tokenizer(" " + evidence.output.completion, return_offsets_mapping=True)
        ids = answer.input_ids[:ANSWER_TOKENS]
        # One character less: the blank before the answer is ours.
        offsets = [(max(0, start - 1), max(0, end - 1)) for start, end in answer.offset_mapping[:ANSWER_TOKENS]]
        return (
            _Row(prompt=passages + question, answer=ids, offsets=offsets),
            _Row(prompt=question, answer=ids, offsets=offsets),
        )

    def _logprobs(self, rows: Sequence[_Row]) -> list[list[float]]:
        """The log-probability of every answer token, row by row; rows of like length go together, padded right."""
        import torch

        _, model = self._load()
        order = sorted(range(len(rows)), key=lambda at: len(rows[at].prompt) + len(rows[at].answer))
        found: list[list[float]] = [[] for _ in rows]
        for start in range(0, len(order), ROWS):
            chosen = order[start : start + ROWS]
            whole = [rows[at].prompt + rows[at].answer for at in chosen]
            longest = max(len(ids) for ids in whole)
            ids = torch.zeros((len(chosen), longest), dtype=torch.long)
            mask = torch.zeros_like(ids)
            for row, sequence in enumerate(whole):
                ids[row, : len(sequence)] = torch.tensor(sequence)
                mask[row, : len(sequence)] = 1
            with torch.inference_mode():
                hidden = model.model(input_ids=ids, attention_mask=mask).last_hidden_state
                for row, at in enumerate(chosen):
                    begin, size = len(rows[at].prompt), len(rows[at].answer)
                    # The token at place t is foretold at t - 1; only the answer's places meet the 49,152 words.
                    logits = model.lm_head(hidden[row, begin - 1 : begin + size - 1]).float()
                    target = torch.tensor(rows[at].answer)
                    found[at] = logits.log_softmax(dim=-1)[torch.arange(size), target].tolist()
        return found

    def _load(self) -> tuple[Any, Any]:
        with self._loading:
            if self._parts is None:
                quiet_transformers()
                import torch
                from transformers import AutoModelForCausalLM, AutoTokenizer

                folder = self._folder if isinstance(self._folder, Path) else self._folder()
                # float32: int8 ruins log-probabilities (models-and-data.md, section 1.1).
                model: Any = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, local_files_only=True)
                self._parts = AutoTokenizer.from_pretrained(folder, local_files_only=True), model.eval()
        return self._parts


def _score(
    name: str, version: str, evidence: Evidence, gains: Sequence[float], offsets: Sequence[tuple[int, int]], ms: float
) -> Score:
    mean = sum(gains) / len(gains)
    by_claim = []
    for claim in evidence.claims:
        inside = [
            gain
            for gain, (start, end) in zip(gains, offsets, strict=True)
            if start < claim.span.end and end > claim.span.start
        ]
        by_claim.append(sum(inside) / len(inside) if inside else mean)  # beyond what was read
    return Score(
        output_id=evidence.output.output_id,
        scorer=name,
        version=version,
        value=mean,
        explanation=f"Beside its passages each token is {mean:+.2f} nats likelier than without them.",
        claim_values=tuple(by_claim),
        duration_ms=ms,
    )
