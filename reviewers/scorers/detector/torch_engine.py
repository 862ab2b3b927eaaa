"""Runs the detector's model with torch: the measure for every other way, and what is left where no graph can be had."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from reviewers.decisions.prefix_packing import Shared
from reviewers.scorers.detector.rounding import TYPICAL

_DOWN = ".lora_A.weight"


class TorchEngine:
    """A model with its adapter, in float32."""

    form = ""

    def __init__(self, model: Path, adapter: Path) -> None:
        """Load both. Raises OSError where a file is missing."""
        from safetensors.torch import load_file

        self._body = merged(model, adapter)
        self._head = load_file(adapter / "head.safetensors")

    def read(self, row: Shared) -> list[float]:
        """The logit at the end of each sequence."""
        import torch

        with torch.inference_mode():
            hidden = self._body(
                input_ids=torch.from_numpy(row.ids)[None],
                position_ids=torch.from_numpy(row.positions)[None],
                attention_mask=torch.from_numpy(row.sees)[None, None],
                use_cache=False,
            ).last_hidden_state[0]
            logits: list[float] = (hidden[row.ends] @ self._head["weight"][0] + self._head["bias"]).tolist()
        return logits

    def sizes(self, row: Shared) -> dict[str, npt.NDArray[np.float32]]:
        """How large each channel of each norm's output typically is (`rounding.TYPICAL`), by the norm's name."""
        found: dict[str, npt.NDArray[np.float32]] = {}

        def watch(name: str) -> Any:
            def look(_module: Any, _inputs: Any, read: Any) -> None:
                found[name] = np.quantile(np.abs(read[0].numpy()), TYPICAL, axis=0).astype(np.float32)

            return look

        norms = {name: one for name, one in self._body.named_modules() if name.endswith("layernorm")}
        hooks = [one.register_forward_hook(watch(name)) for name, one in norms.items()]
        self.read(row)
        for hook in hooks:
            hook.remove()
        return found


def merged(model: Path, adapter: Path) -> Any:
    """The model without its output matrix, with the adapter added to its weights (Hu et al. 2022, section 4.1).

    W + B·A · alpha / rank, in float32.
    """
    import torch
    from safetensors.torch import load_file
    from transformers import AutoModelForCausalLM

    config = json.loads((adapter / "adapter_config.json").read_text(encoding="utf-8"))
    causal: Any = AutoModelForCausalLM.from_pretrained(model, dtype=torch.float32, local_files_only=True)
    added = load_file(adapter / "adapter_model.safetensors")
    weights = {name.removeprefix("base_model.model."): one for name, one in added.items()}
    with torch.no_grad():
        for name, down in weights.items():
            if name.endswith(_DOWN):
                up = weights[name.removesuffix(_DOWN) + ".lora_B.weight"]
                layer = causal.get_submodule(name.removesuffix(_DOWN))
                layer.weight += up.float() @ down.float() * (config["lora_alpha"] / config["r"])
    return causal.model.eval()
