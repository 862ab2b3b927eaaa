"""Turns a packaged GGUF file into a folder that transformers loads in a third of a second; once for each file.

Reading the GGUF takes half a minute and cannot be saved as it is (it counts as quantized), so the weights are copied
into a plain model in float32: 538 MB on disk for SmolLM2-135M.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from reviewers.errors import Unavailable
from reviewers.scorers.packaged import quiet_transformers

_FORM = "float32-1"  # raise it with any change below: files are then converted anew
_STEPS = ("tokenizer", "weights", "copy", "files")
T = TypeVar("T")


class Broken(Unavailable):
    """What lies in a folder is no longer what was written there."""


def converted(gguf: Path, cache: Path, *, progress: Callable[[int, int, str], None] | None = None) -> Path:
    """The folder of the converted model, converting first if need be.

    `progress(done, total, what)` counts steps. Raises Unavailable when the cache folder cannot be written.
    """
    tell = progress or (lambda done, total, what: None)
    return kept(converted_folder(gguf, cache), _if_there, lambda folder: _convert(gguf, folder, tell))


def converted_folder(gguf: Path, cache: Path) -> Path:
    """Where the converted model lies, or would."""
    return cache / f"{gguf.stem}-{_fingerprint(gguf)}"


def kept(folder: Path, opened: Callable[[Path], T], make: Callable[[Path], None]) -> T:
    """What `opened` gives for a folder, which `make` fills first if it is not there, or if `opened` finds it Broken.

    The folder appears complete or not at all, and of two processes one makes it while the other waits for it. One that
    is there is opened without any writing. Raises Unavailable when it cannot be written.
    """
    from filelock import FileLock

    with suppress(FileNotFoundError, Broken):
        return opened(folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{folder}.lock"):
            with suppress(FileNotFoundError, Broken):
                return opened(folder)  # another process made it meanwhile
            shutil.rmtree(folder, ignore_errors=True)
            scratch = Path(tempfile.mkdtemp(prefix=f"{folder.name}.", dir=folder.parent))
            try:
                make(scratch)
                os.replace(scratch, folder)
            finally:
                shutil.rmtree(scratch, ignore_errors=True)
            return opened(folder)
    except OSError as error:
        raise Unavailable(
            f"The model cannot be written to {folder.parent}: {error.strerror or type(error).__name__}."
        ) from error


def _if_there(folder: Path) -> Path:
    if not folder.is_dir():
        raise FileNotFoundError(folder)
    return folder


def _fingerprint(gguf: Path) -> str:
    """A short name for the file and the form it is converted to; its size stands for 89 MB of content."""
    return hashlib.sha256(f"{_FORM}:{gguf.name}:{gguf.stat().st_size}".encode()).hexdigest()[:12]


def _convert(gguf: Path, folder: Path, progress: Callable[[int, int, str], None]) -> None:
    quiet_transformers()
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer

    progress(0, len(_STEPS), _STEPS[0])
    AutoTokenizer.from_pretrained(gguf.parent, gguf_file=gguf.name).save_pretrained(folder)
    progress(1, len(_STEPS), _STEPS[1])
    packed = AutoModelForCausalLM.from_pretrained(gguf.parent, gguf_file=gguf.name, dtype=torch.float32)
    progress(2, len(_STEPS), _STEPS[2])
    config = AutoConfig.for_model(packed.config.model_type, **_plain(packed.config.to_dict()))
    plain = AutoModelForCausalLM.from_config(config, dtype=torch.float32)  # type: ignore[no-untyped-call]
    plain.load_state_dict(packed.state_dict())
    progress(3, len(_STEPS), _STEPS[3])
    plain.save_pretrained(folder, safe_serialization=True)
    progress(4, len(_STEPS), "done")


def _plain(settings: dict[str, object]) -> dict[str, object]:
    """A model's settings without what makes it count as quantized."""
    return {name: value for name, value in settings.items() if name not in {"quantization_config", "model_type"}}
