"""Milliseconds an output costs to score, part by part, for `make bench`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import median
from time import perf_counter
from typing import Protocol

from reviewers.decisions import risk
from reviewers.decisions.grounding import compare
from reviewers.decisions.passages import words_of
from reviewers.decisions.words import analyse
from reviewers.model import Output
from reviewers.ports import ClaimSplitter, Evidence, Scorer


class Reader(Protocol):
    """Finds claims and their passages, and reads them."""

    @property
    def splitter(self) -> ClaimSplitter: ...

    def read(self, outputs: Sequence[Output]) -> list[Evidence]: ...


def measure_scoring(
    outputs: Sequence[Output],
    *,
    fresh: Callable[[], tuple[Reader, Sequence[Scorer]]],
    batch_size: int = 32,
    runs: int = 3,
) -> dict[str, float]:
    """Medians over `runs` of the milliseconds an output takes: claims, reading, each scorer, risk, and all together.

    `fresh` gives a reader and scorers that remember nothing of the run before (the first run would pay for all).
    "reading" has claims, retrieval with its embeddings, and the comparison in it; "claims" is measured apart as well.
    """
    times: dict[str, list[float]] = {}
    for _ in range(runs):
        for remembers in (analyse, compare, words_of):
            remembers.cache_clear()
        for part, seconds in _run(outputs, *fresh(), batch_size).items():
            times.setdefault(part, []).append(1000 * seconds / len(outputs))
    return {part: median(values) for part, values in times.items()}


def _run(outputs: Sequence[Output], reader: Reader, scorers: Sequence[Scorer], batch_size: int) -> dict[str, float]:
    """Seconds of one run by part."""
    spent = {"claims": 0.0, "reading": 0.0, **{scorer.name: 0.0 for scorer in scorers}, "risk": 0.0}
    for start in range(0, len(outputs), batch_size):
        batch = outputs[start : start + batch_size]
        began = perf_counter()
        for output in batch:
            reader.splitter.split(output.completion)
        spent["claims"] += perf_counter() - began
        began = perf_counter()
        evidence = reader.read(batch)
        spent["reading"] += perf_counter() - began
        columns = []
        for scorer in scorers:
            began = perf_counter()
            columns.append(scorer.score(evidence))
            spent[scorer.name] += perf_counter() - began
        began = perf_counter()
        for scores in zip(*columns, strict=True):
            risk.assess([score for score in scores if score is not None])
        spent["risk"] += perf_counter() - began
    return {**spent, "all": sum(seconds for part, seconds in spent.items() if part != "claims")}
