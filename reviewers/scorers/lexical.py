"""Machine reviewers that compare words: coverage, missing facts, contradictions. No model, under 5 ms an output.

All read the claim against the same passages by `decisions.grounding`; an output without claims, or without a passage
for any of them, has nothing to read and gets no score.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import perf_counter

from reviewers.decisions.grounding import Comparison, compare
from reviewers.model import Reading, Score
from reviewers.ports import Evidence

_VERSION = "words-2"  # of the comparison: raise it with any rule of `decisions.grounding`


class Coverage:
    """Share of the content words of a claim that the best place of its passages has; the output's is its worst."""

    name = "coverage"
    version = _VERSION

    def score(self, batch: Sequence[Evidence]) -> list[Score | None]:
        """Values in [0, 1]; 1 is covered."""
        return [_score(self.name, self.version, one, lambda found: found.coverage, min, _say_coverage) for one in batch]


class MissingFacts:
    """Numbers and names of a claim that no passage has; the output's is its worst claim's."""

    name = "missing_facts"
    version = _VERSION

    def score(self, batch: Sequence[Evidence]) -> list[Score | None]:
        """Counts from 0 on."""
        return [
            _score(self.name, self.version, one, lambda found: float(len(found.missing_facts)), max, _say_missing)
            for one in batch
        ]


class Contradictions:
    """Whether a passage has another number, unit, name, opposite or negation in the place of the claim's."""

    name = "contradictions"
    version = _VERSION

    def score(self, batch: Sequence[Evidence]) -> list[Score | None]:
        """1 for a contradicted claim, else 0; the output's is 1 if one claim is contradicted."""
        return [
            _score(self.name, self.version, one, lambda found: float(_contradicted(found)), max, _say_contradicted)
            for one in batch
        ]


def _contradicted(found: Comparison) -> bool:
    return found.reading is Reading.CONTRADICTED


def _score(
    name: str,
    version: str,
    evidence: Evidence,
    measure: Callable[[Comparison], float],
    worst: Callable[[Sequence[float]], float],
    say: Callable[[Sequence[Comparison]], str],
) -> Score | None:
    """Measure each claim; the output has the worst value."""
    if not any(evidence.passages):
        return None
    start = perf_counter()
    found = [compare(claim.text, passages) for claim, passages in zip(evidence.claims, evidence.passages, strict=True)]
    values = tuple(measure(one) for one in found)
    return Score(
        output_id=evidence.output.output_id,
        scorer=name,
        version=version,
        value=worst(values),
        explanation=say(found),
        claim_values=values,
        duration_ms=(perf_counter() - start) * 1000,
    )


def _say_coverage(found: Sequence[Comparison]) -> str:
    least = min(found, key=lambda one: one.coverage)
    words = "1 word" if least.words == 1 else f"{least.words} words"
    return f"Of the {words} of the least covered claim, {round(least.coverage * least.words)} are in one passage."


def _say_missing(found: Sequence[Comparison]) -> str:
    count, claims = sum(len(one.missing_facts) for one in found), len(found)
    of = "1 claim" if claims == 1 else f"{claims} claims"
    if count == 0:
        return f"Every number and name of {of} is in a passage."
    missing = "1 number or name" if count == 1 else f"{count} numbers and names"
    return f"{missing} of {of} {'is' if count == 1 else 'are'} in no passage."


def _say_contradicted(found: Sequence[Comparison]) -> str:
    count = sum(_contradicted(one) for one in found)
    if count == 0:
        return "No passage says another thing in the same place."
    return f"A passage says another thing than {'1 claim' if count == 1 else f'{count} claims'} in the same place."
