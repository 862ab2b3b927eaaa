"""Whether the words of answers moved between two windows: language, refusals, citations, nearness to the sources."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from reviewers.decisions import value_drift
from reviewers.decisions.estimate_inputs import Floats
from reviewers.decisions.findings import of_values
from reviewers.model.digest import Aspect, Finding, Unit
from reviewers.model.features import FeatureBlock


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Words:
    """What the words of one window tell."""

    language: Sequence[str] = ()  # where it is told
    refusal: Sequence[str] = ()  # "refused" or "answered"
    citation: Sequence[str] = ()  # "missing" or "cited", where something is stated
    similarity: Floats = field(default_factory=lambda: np.zeros(0))  # NaN where there was no passage


def words_of(blocks: Iterable[FeatureBlock]) -> Words:
    """Those of a window that is read in pieces."""
    language, refusal, citation, similarity = list[str](), list[str](), list[str](), [np.zeros(0)]
    for block in blocks:
        language += [one for one in block.language if one]
        refusal += ["refused" if one else "answered" for one in block.refusal]
        told = block.citation_missing[~np.isnan(block.citation_missing)]
        citation += ["missing" if one else "cited" for one in told]
        similarity.append(block.similarity)
    return Words(language=language, refusal=refusal, citation=citation, similarity=np.concatenate(similarity))


def findings(before: Words, now: Words) -> tuple[Finding, ...]:
    """One finding for each thing that answers tell, by its own test; `findings.settled` holds them against each other.

    What no answer tells in either window is not compared at all: citations of a route that never cites, similarity
    where there is no index.

    Too little data: state INSUFFICIENT, with what is missing, below 50 answers in either window.
    """
    return tuple(_compared(before, now))


def _compared(before: Words, now: Words) -> Iterator[Finding]:
    if before.language or now.language:
        yield of_values(Aspect.LANGUAGE, value_drift.categories(before.language, now.language), Unit.SHARE)
    if before.refusal or now.refusal:
        found = value_drift.categories(before.refusal, now.refusal)
        yield of_values(Aspect.REFUSALS, found, Unit.SHARE, category="refused")
    if "cited" in before.citation or "cited" in now.citation:  # else nothing of this route ever cites
        found = value_drift.categories(before.citation, now.citation)
        yield of_values(Aspect.NO_CITATION, found, Unit.SHARE, category="missing")
    if not (np.isnan(before.similarity).all() and np.isnan(now.similarity).all()):
        found = value_drift.numbers(before.similarity, now.similarity)
        yield of_values(Aspect.SIMILARITY, found, Unit.NUMBER)
