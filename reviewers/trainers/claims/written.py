"""Claims that were written for this project by reading the evidence, as a summary or an answer would put them.

Rules stay close to the words of a sentence; what people review does not. These claims shorten, put together and say in
other words what a few sentences say. Each has a twin with the other answer, of its style and length (contrast sets:
Gardner et al. 2020). They came in five batches: pairs in nearly the same words; pairs that differ by a negation, or in
that one is small talk beside the point; remarks in conversation of which one goes beyond the evidence; summaries,
joined facts, replies and short statements on evidence of up to 300 words; replies with and without an opinion that
nobody told. Those of the first and the third were read a second time, and what was not clear was left out.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

SHIPPED = Path(__file__).parent / "data" / "written.jsonl.gz"


@dataclass(frozen=True, kw_only=True, slots=True)
class Pair:
    """Two claims that differ in little."""

    true: str
    wrong: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """A few sentences of a text, or lines of a conversation, and what was written on them."""

    source: str
    evidence: tuple[str, ...]
    pairs: tuple[Pair, ...]
    test: bool  # kept from training
    batch: int  # from 1, in the order of writing


@lru_cache(maxsize=1)
def written() -> tuple[Written, ...]:
    """What ships; read once."""
    with gzip.open(SHIPPED, "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    return tuple(
        Written(
            source=row["source"],
            evidence=tuple(row["evidence"]),
            pairs=tuple(Pair(true=true, wrong=wrong) for true, wrong in row["pairs"]),
            test=row["test"],
            batch=row["batch"],
        )
        for row in rows
    )


def written_to_learn_from(batches: int | None = None) -> Sequence[Written]:
    """What claims to learn from are taken from: all, or the first batches."""
    return [one for one in written() if not one.test and (batches is None or one.batch <= batches)]


def held_out_written() -> Sequence[Written]:
    """What the detector is tested with."""
    return [one for one in written() if one.test]
