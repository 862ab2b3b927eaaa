"""Reads claims against evidence with a causal model and its LoRA adapter, many claims in one pass.

What makes it fast on a CPU: the adapter is added to the weights once, evidence is read once for all of its claims
(`decisions.claim_packing`), and rows of like length share a pass. It stays in float32: int8 ruins log-probabilities
(models-and-data.md, section 1.1), and a logit is one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from threading import Lock
from typing import Any

from reviewers.decisions.claim_packing import Row, prompt, stack
from reviewers.errors import Unavailable
from reviewers.scorers.detector.scorer import Pair
from reviewers.scorers.packaged import quiet_transformers

ADAPTER = Path(__file__).parent  # the adapter, its head and their manifest lie beside this module
CLAIMS_A_ROW = 12  # our choice: attention grows with the square of a row, and the evidence is a small part by then
_FAMILY = "grounding-2"  # raise the number with the prompt, the evidence, or how claims become a score
_WEIGHTS, _HEAD = "adapter_model.safetensors", "head.safetensors"
_DOWN = ".lora_A.weight"
TOKENS_A_PASS = 1024  # of all rows of a pass; more only costs memory


class PackedReader:
    """A model with its adapter, loaded at the first question."""

    def __init__(self, model: Callable[[], Path] | Path, adapter: Path = ADAPTER) -> None:
        """`model` is the folder of the model that the adapter was trained on, or gives it (converting first)."""
        self._model, self._adapter = model, adapter
        self.version = adapter_version(adapter)
        self._loading = Lock()
        self._parts: tuple[Any, Any, Any] | None = None

    def logits(self, pairs: Sequence[Pair]) -> list[float]:
        """One a pair, in order; above 0 is unsupported. Raises Unavailable where the model cannot be loaded."""
        if not pairs:
            return []
        tokenizer, _, _ = self._load()
        rows = list(_rows(lambda text: tokenizer(text).input_ids, list(dict.fromkeys(pairs))))
        found: dict[Pair, float] = {}
        for chosen in _passes(rows):
            for (of_row, _), values in zip(chosen, self._read([row for _, row in chosen]), strict=True):
                found.update(zip(of_row, values, strict=True))
        return [found[pair] for pair in pairs]

    def _read(self, rows: Sequence[Row]) -> Iterator[list[float]]:
        """The logits of each row's claims."""
        import torch

        _, body, head = self._load()
        batch = stack(rows)
        with torch.inference_mode():
            hidden = body(
                input_ids=torch.from_numpy(batch.ids),
                position_ids=torch.from_numpy(batch.positions),
                attention_mask=torch.from_numpy(batch.sees)[:, None],
                use_cache=False,
            ).last_hidden_state
            for at, row in enumerate(rows):
                yield (hidden[at, list(row.ends)] @ head["weight"][0] + head["bias"]).tolist()

    def _load(self) -> tuple[Any, Any, Any]:
        with self._loading:
            if self._parts is None:
                quiet_transformers()
                from safetensors.torch import load_file
                from transformers import AutoTokenizer

                folder = self._model if isinstance(self._model, Path) else self._model()
                try:
                    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
                    head = load_file(self._adapter / _HEAD)
                    self._parts = tokenizer, merged(folder, self._adapter), head
                except OSError as error:
                    raise Unavailable(f"The detector cannot be loaded: {type(error).__name__}.") from error
        return self._parts


def adapter_version(adapter: Path) -> str:
    """Names the adapter by its hash. Raises Unavailable where it or its head is not the one of the manifest."""
    try:
        manifest = json.loads((adapter / "manifest.json").read_text(encoding="utf-8"))
        for file, field in ((_WEIGHTS, "adapter_sha256"), (_HEAD, "head_sha256")):
            if hashlib.sha256((adapter / file).read_bytes()).hexdigest() != manifest[field]:
                raise Unavailable(f"{file} of the detector is not the one of its manifest. Check the files out again.")
    except (OSError, KeyError, ValueError) as error:
        raise Unavailable(f"The detector's files cannot be read: {type(error).__name__}.") from error
    return f"{_FAMILY}-{manifest['adapter_sha256'][:8]}"


def merged(model: Path, adapter: Path) -> Any:
    """The model without its output matrix, with the adapter added to its weights (Hu et al. 2022, section 4.1).

    W + B·A · alpha / rank, in float32.
    """
    import torch
    from safetensors.torch import load_file
    from transformers import AutoModelForCausalLM

    config = json.loads((adapter / "adapter_config.json").read_text(encoding="utf-8"))
    causal: Any = AutoModelForCausalLM.from_pretrained(model, dtype=torch.float32, local_files_only=True)
    weights = {name.removeprefix("base_model.model."): one for name, one in load_file(adapter / _WEIGHTS).items()}
    with torch.no_grad():
        for name, down in weights.items():
            if name.endswith(_DOWN):
                up = weights[name.removesuffix(_DOWN) + ".lora_B.weight"]
                layer = causal.get_submodule(name.removesuffix(_DOWN))
                layer.weight += up.float() @ down.float() * (config["lora_alpha"] / config["r"])
    return causal.model.eval()


def _rows(tokens: Callable[[str], Sequence[int]], pairs: Sequence[Pair]) -> Iterator[tuple[list[Pair], Row]]:
    """Pairs of the same evidence in rows of a few claims each, with the row in tokens."""
    by_evidence: dict[str, list[Pair]] = {}
    for pair in pairs:
        by_evidence.setdefault(pair[0], []).append(pair)
    for evidence, of_one in by_evidence.items():
        waiting = iter(of_one)
        while chosen := list(islice(waiting, CLAIMS_A_ROW)):
            row = prompt(lambda text: tokens(_plain(text)), evidence, [claim for _, claim in chosen])
            yield chosen, row


def _passes(rows: Sequence[tuple[list[Pair], Row]]) -> Iterator[list[tuple[list[Pair], Row]]]:
    """Rows of like length together, the longest first, so that filling up costs little."""
    chosen: list[tuple[list[Pair], Row]] = []
    for one in sorted(rows, key=lambda one: -len(one[1].ids)):
        if chosen and (len(chosen) + 1) * len(chosen[0][1].ids) > TOKENS_A_PASS:
            yield chosen
            chosen = []
        chosen.append(one)
    if chosen:
        yield chosen


def _plain(text: str) -> str:
    """Without halves of characters, which JSON can carry and the tokenizer refuses."""
    return text.encode("utf-8", "replace").decode()
