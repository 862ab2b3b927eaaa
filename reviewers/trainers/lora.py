"""Trains a LoRA adapter (Hu et al. 2022) on a causal model to tell supported claims from unsupported ones.

The answer is one number read at the last token of a claim: its hidden state times a head that begins as the difference
of the rows of "No" and "Yes" in the output matrix; above 0 is unsupported. One window is one step: the passage is read
once, its claims see it and themselves only (`decisions.claim_packing`). The lower layers stay as they are and need no
backward pass.

The same recipe and texts give the same adapter on the same machine, in one go or from a checkpoint: as many threads, no
dropout, and the windows of a step depend on seed and place only.
"""

from __future__ import annotations

import hashlib
import json
import os
import warnings
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from reviewers.decisions.claim_packing import prompt, stack
from reviewers.errors import Invalid
from reviewers.trainers.claims.windows import Window

ADAPTER_FILE, HEAD_FILE = "adapter_model.safetensors", "head.safetensors"
PROJECTIONS = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
BASE_NAME = "HuggingFaceTB/SmolLM2-135M-Instruct"  # what PEFT would load; we convert the packaged copy
LEAST_RATE = 0.05  # share of the learning rate that the last step has
CHECKPOINT_EVERY = 25  # steps: under two minutes of work on one core


@dataclass(frozen=True, kw_only=True, slots=True)
class Recipe:
    """How the adapter is trained. The values are of the first experiment on this task, except where they say so."""

    steps: int = 800  # our choice: what one core does in an hour
    seed: int = 1
    rank: int = 16
    scale: int = 32  # LoRA's alpha: the adapter counts alpha / rank
    first_layer: int = 8  # layers below are not trained
    learning_rate: float = 8e-4
    warm_up: int = 30  # steps until the learning rate is reached; then it falls in a straight line
    longest_gradient: float = 1.0
    written_share: float = 0.0  # of the windows: those whose claims were written and not made by rules
    written_batches: int | None = None  # of the written claims, in the order of writing; None for all
    threads: int = 1  # of torch: other sums in other orders, so another adapter
    precision: str = "float32"  # of the products of a step; "bfloat16" takes half the time where a processor has it
    begun_with: str | None = None  # SHA-256 of the adapter that it went on from


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """What one step came to."""

    number: int  # from 1
    loss: float  # binary cross-entropy of the window, in nats
    correct: float  # share of its claims on the right side of 0


class Trainer:
    """One training, kept in a folder from checkpoint to checkpoint."""

    def __init__(self, model: Path, folder: Path, recipe: Recipe, *, begin: Path | None = None) -> None:
        """`model` is the folder of a causal model with its tokenizer; `folder` keeps the checkpoint.

        `begin` is the folder of an adapter to go on from. Raises Invalid (`begin`) where it does not fit.
        """
        import torch
        from transformers import AutoTokenizer

        torch.set_num_threads(recipe.threads)
        torch.manual_seed(recipe.seed)
        self._recipe, self._checkpoint = recipe, folder / "checkpoint.pt"
        self._tokenizer: Any = AutoTokenizer.from_pretrained(model, local_files_only=True)
        self.model, self.head = _with_adapter(model, self._tokenizer, recipe)
        self._weights = [one for one in (*self.model.parameters(), *self.head.parameters()) if one.requires_grad]
        if begin is not None:
            _load(begin, self.model, self.head)
        self._optimizer = torch.optim.AdamW(self._weights, lr=recipe.learning_rate, weight_decay=0.0)
        self.done = 0

    def resume(self) -> None:
        """Go on from the folder's checkpoint, if there is one. Raises Invalid (`resume`) for one of another recipe."""
        import torch

        if not self._checkpoint.exists():
            return
        state = torch.load(self._checkpoint, weights_only=True)
        if state["recipe"] != asdict(self._recipe):
            raise Invalid(
                "resume", f"{self._checkpoint} is of a training with other settings. Remove it to begin anew."
            )
        for weight, saved in zip(self._weights, state["weights"], strict=True):
            weight.data.copy_(saved)
        self._optimizer.load_state_dict(state["optimizer"])
        self.done = int(state["done"])

    def run(self, windows: Sequence[Window], *, progress: Callable[[Step], None] = lambda step: None) -> None:
        """Take the steps that are not yet done, one window each; the first windows belong to the first steps."""
        for window in windows[self.done : self._recipe.steps]:
            step = self._step(window)
            if step.number % CHECKPOINT_EVERY == 0 or step.number == self._recipe.steps:
                self._save()
            progress(step)

    def logits(self, window: Window, *, precision: str = "float32") -> Any:
        """The claims' logits, with a gradient where one is wanted."""
        import torch

        body = self.model.base_model.model.model
        said = [claim.text for claim in window.claims]
        row = prompt(self._tokens, " ".join(window.evidence), said)
        batch = stack([row])
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=precision == "bfloat16"):
            hidden = body(
                input_ids=torch.from_numpy(batch.ids),
                position_ids=torch.from_numpy(batch.positions),
                attention_mask=torch.from_numpy(batch.sees)[:, None],
                use_cache=False,
            ).last_hidden_state
        return self.head(hidden[0, list(row.ends)].float())[:, 0]

    def answers(self, window: Window) -> list[float]:
        """The claims' logits as numbers."""
        import torch

        with torch.inference_mode():
            return [float(one) for one in self.logits(window)]

    def export(self, out: Path) -> dict[str, str]:
        """Write the adapter in float16 and in PEFT's form, and the head; returns the hashes of both files.

        Nothing of the machine is in them: the same training gives the same bytes. The checkpoint is then done with.
        """
        from peft import get_peft_model_state_dict
        from safetensors.torch import save_file

        out.mkdir(parents=True, exist_ok=True)
        adapter = {name: one.half().contiguous() for name, one in get_peft_model_state_dict(self.model).items()}
        save_file(adapter, out / ADAPTER_FILE, metadata={"format": "pt"})
        head = {"weight": self.head.weight.detach(), "bias": self.head.bias.detach()}
        save_file(head, out / HEAD_FILE, metadata={"format": "pt"})
        config = {
            "base_model_name_or_path": BASE_NAME,
            "bias": "none",
            "layers_to_transform": list(range(self._recipe.first_layer, len(self.model.base_model.model.model.layers))),
            "lora_alpha": self._recipe.scale,
            "lora_dropout": 0.0,
            "peft_type": "LORA",
            "r": self._recipe.rank,
            "target_modules": sorted(PROJECTIONS),
            "task_type": "CAUSAL_LM",
        }
        (out / "adapter_config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
        self._checkpoint.unlink(missing_ok=True)
        return {
            f"{name}_sha256": hashlib.sha256((out / file).read_bytes()).hexdigest()
            for name, file in (("adapter", ADAPTER_FILE), ("head", HEAD_FILE))
        }

    def _tokens(self, text: str) -> list[int]:
        return list(self._tokenizer(text).input_ids)

    def _step(self, window: Window) -> Step:
        import torch

        for group in self._optimizer.param_groups:
            group["lr"] = self._recipe.learning_rate * rate(self.done, self._recipe)
        logits = self.logits(window, precision=self._recipe.precision)
        wanted = torch.tensor([float(not claim.supported) for claim in window.claims])
        loss = torch.nn.functional.binary_cross_entropy_with_logits(logits, wanted)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self._weights, self._recipe.longest_gradient)
        self._optimizer.step()
        self._optimizer.zero_grad()
        self.done += 1
        correct = ((logits > 0) == (wanted > 0)).float().mean()
        return Step(number=self.done, loss=float(loss.detach()), correct=float(correct))

    def _save(self) -> None:
        import torch

        self._checkpoint.parent.mkdir(parents=True, exist_ok=True)
        scratch = self._checkpoint.with_suffix(".part")
        torch.save(
            {
                "recipe": asdict(self._recipe),
                "done": self.done,
                "weights": [weight.detach() for weight in self._weights],
                "optimizer": self._optimizer.state_dict(),
            },
            scratch,
        )
        os.replace(scratch, self._checkpoint)  # whole or not at all


def rate(done: int, recipe: Recipe) -> float:
    """Share of the learning rate after so many steps: up in `warm_up` steps, then down to `LEAST_RATE` in a line.

    >>> [rate(done, Recipe(steps=100, warm_up=4)) for done in (0, 3, 50, 99)]
    [0.25, 0.97, 0.5, 0.05]
    """
    return min((done + 1) / recipe.warm_up, max(LEAST_RATE, 1 - done / recipe.steps))


def _with_adapter(folder: Path, tokenizer: Any, recipe: Recipe) -> tuple[Any, Any]:
    """The model with a fresh adapter, and the head."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    plain: Any = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, local_files_only=True)
    yes, no = (tokenizer(word).input_ids[0] for word in (" Yes", " No"))
    rows = plain.get_output_embeddings().weight.detach()
    head = torch.nn.Linear(rows.shape[1], 1)
    head.weight.data = (rows[no] - rows[yes])[None].clone()
    head.bias.data.zero_()
    config = LoraConfig(
        r=recipe.rank,
        lora_alpha=recipe.scale,
        target_modules=list(PROJECTIONS),
        layers_to_transform=list(range(recipe.first_layer, len(plain.model.layers))),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # peft asks transformers for a name that it will rename
        return get_peft_model(plain, config), head


def adapter_hash(folder: Path) -> str:
    """SHA-256 of the adapter in a folder, as hexadecimal digits. Raises Invalid (`begin`) where there is none."""
    try:
        return hashlib.sha256((folder / ADAPTER_FILE).read_bytes()).hexdigest()
    except OSError as error:
        raise Invalid("begin", f"{folder} has no {ADAPTER_FILE}: name the --out of an earlier training.") from error


def _load(folder: Path, model: Any, head: Any) -> None:
    """Put an exported adapter and its head in place of the fresh ones."""
    from peft import set_peft_model_state_dict
    from safetensors.torch import load_file

    try:
        set_peft_model_state_dict(model, load_file(folder / ADAPTER_FILE))
        head.load_state_dict(load_file(folder / HEAD_FILE))
    except (OSError, RuntimeError) as error:
        raise Invalid("begin", f"The adapter in {folder} does not fit: it is of another model or recipe.") from error
