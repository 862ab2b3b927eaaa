"""Real questions and their embeddings, for what drift of them is found; see data/ATTRIBUTION.md."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
DATA = Path(__file__).parent / "data"


class Questions(NamedTuple):
    """Questions of one source, one place a question."""

    vectors: Vectors
    texts: tuple[str, ...]
    domains: tuple[str, ...]


class Windows(NamedTuple):
    """Two windows of questions."""

    reference: Vectors
    current: Vectors
    texts: tuple[list[str], list[str]]
    foreign: int  # the first so many of the current window come from the other source


@cache
def questions(source: str) -> Questions:
    """The questions of "clinc150" (ten domains) or "banking77" (one bank)."""
    stored = np.load(DATA / "drift_embeddings.npz")
    rows = [json.loads(line) for line in (DATA / "drift_texts.jsonl").read_text("utf-8").splitlines()]
    mine = np.array([row["source"] == source for row in rows])
    kept = [row for row in rows if row["source"] == source]
    return Questions(
        vectors=stored["vectors"][mine].astype(np.float32) * stored["scale"],
        texts=tuple(row["text"] for row in kept),
        domains=tuple(row["domain"] for row in kept),
    )


def windows(rng: np.random.Generator, *, foreign: int = 0, reference: int = 1000, current: int = 500) -> Windows:
    """Two windows of CLINC150, drawn at random; `foreign` of the current one are questions to a bank."""
    home, bank = questions("clinc150"), questions("banking77")
    order = rng.permutation(len(home.texts))
    before, now = order[:reference], order[reference : reference + current - foreign]
    strange = rng.permutation(len(bank.texts))[:foreign]
    return Windows(
        reference=home.vectors[before],
        current=np.concatenate([bank.vectors[strange], home.vectors[now]]),
        texts=(
            [home.texts[place] for place in before],
            [bank.texts[place] for place in strange] + [home.texts[place] for place in now],
        ),
        foreign=foreign,
    )
