"""Reads claims against evidence with a causal model and its LoRA adapter, many claims in one pass.

What makes it fast on a CPU: the adapter is added to the weights once, what claims and their evidence begin with is read
once (`decisions.prefix_packing`), and the model runs as an exported graph (`detector.graph`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Lock
from typing import Any, Protocol

from reviewers.decisions.claim_packing import PASSAGE_TOKENS, prompt
from reviewers.decisions.prefix_packing import Shared, Tokens, rows, share
from reviewers.errors import Unavailable
from reviewers.scorers.detector.scorer import Pair
from reviewers.scorers.detector.torch_engine import TorchEngine
from reviewers.scorers.packaged import quiet_transformers

ADAPTER = Path(__file__).parent  # the adapter, its head and their manifest lie beside this module
PLACES_A_ROW = 512  # room for 300 words of evidence and some claims; 768 and more were measured to be slower
# Of a row, from which on only claims on the same evidence join. Measured: 128 to 256 alike, 512 slower.
UNLIKE_PLACES = 128
# Raise the number with the prompt, the evidence, what the words count, how claims become a score, what a graph rounds.
_FAMILY = "grounding-7"
_FILES = (("adapter_model.safetensors", "adapter_sha256"), ("head.safetensors", "head_sha256"))


class Engine(Protocol):
    """A model with its adapter, as something runs it."""

    form: str  # what the version says behind the adapter's hash; empty for torch

    def read(self, row: Shared) -> list[float]:
        """The logit at the end of each sequence."""


class PackedReader:
    """A model with its adapter, loaded at the first question."""

    def __init__(
        self,
        model: Callable[[], Path] | Path,
        adapter: Path = ADAPTER,
        *,
        engine: Callable[[Path, Path], Engine] = TorchEngine,
    ) -> None:
        """`model` is the folder of the model that the adapter was trained on, or gives it (converting first).

        `engine` runs the model of the first folder with the adapter of the second.
        """
        self._model, self._adapter, self._engine = model, adapter, engine
        self._named = adapter_version(adapter)
        self._loading = Lock()
        self._parts: tuple[Any, Engine] | None = None

    @property
    def version(self) -> str:
        """Adapter and, once it is loaded, what runs it."""
        form = self._parts[1].form if self._parts else ""
        return f"{self._named}-{form}" if form else self._named

    def logits(self, pairs: Sequence[Pair]) -> list[float]:
        """One a pair, in order; above 0 is unsupported. Raises Unavailable where the model cannot be loaded."""
        if not pairs:
            return []
        tokenizer, engine = self._load()
        asked = {pair: question(tokenizer, pair) for pair in pairs}
        found: dict[Tokens, float] = {}
        for row in rows(list(asked.values()), PLACES_A_ROW, UNLIKE_PLACES):
            found.update(zip(row, engine.read(share(row)), strict=True))
        return [found[asked[pair]] for pair in pairs]

    def _load(self) -> tuple[Any, Engine]:
        with self._loading:
            if self._parts is None:
                folder = self._model if isinstance(self._model, Path) else self._model()
                try:
                    self._parts = tokenizer_of(folder), self._engine(folder, self._adapter)
                except OSError as error:
                    raise Unavailable(f"The detector cannot be loaded: {type(error).__name__}.") from error
        return self._parts


def adapter_version(adapter: Path) -> str:
    """Names the adapter by its hash. Raises Unavailable where it or its head is not the one of the manifest."""
    try:
        manifest = json.loads((adapter / "manifest.json").read_text(encoding="utf-8"))
        for file, field in _FILES:
            if hashlib.sha256((adapter / file).read_bytes()).hexdigest() != manifest[field]:
                raise Unavailable(f"{file} of the detector is not the one of its manifest. Check the files out again.")
    except (OSError, KeyError, ValueError) as error:
        raise Unavailable(f"The detector's files cannot be read: {type(error).__name__}.") from error
    return f"{_FAMILY}-{manifest['adapter_sha256'][:8]}"


def tokenizer_of(model: Path) -> Any:
    """The tokenizer in a model's folder. Raises OSError where there is none."""
    quiet_transformers()
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(model, local_files_only=True)


def question(tokenizer: Any, pair: Pair, *, longest: int = PASSAGE_TOKENS) -> Tokens:
    """What the model is asked about a claim, in tokens; of the evidence so many at most."""
    evidence, claim = pair
    return prompt(lambda text: tokenizer(_plain(text)).input_ids, evidence, [claim], longest=longest).ids


def _plain(text: str) -> str:
    """Without halves of characters, which JSON can carry and the tokenizer refuses."""
    return text.encode("utf-8", "replace").decode()
