"""Whether the words of answers moved between two windows: language, refusals, citations, nearness to the sources."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from reviewers.decisions import value_drift
from reviewers.decisions.estimate_inputs import Floats
from reviewers.decisions.findings import of_values
from reviewers.model.digest import Aspect, Finding, Unit
from reviewers.model.features import FeatureBlock


@dataclass(kw_only=True, slots=True)
class Words:
    """What the words of one window tell, as it grows."""

    language: list[str] = field(default_factory=list)  # where it is told
    refusal: list[str] = field(default_factory=list)  # "refused" or "answered"
    citation: list[str] = field(default_factory=list)  # "missing" or "cited", where something is stated
    similarity: list[Floats] = field(default_factory=list)  # in pieces; NaN where there was no passage

    def add(self, block: FeatureBlock) -> None:
        """One more piece."""
        self.language += [one for one in block.language if one]
        self.refusal += ["refused" if one else "answered" for one in block.refusal]
        told = block.citation_missing[~np.isnan(block.citation_missing)]
        self.citation += ["missing" if one else "cited" for one in told]
        self.similarity.append(block.similarity)

    def nearness(self) -> Floats:
        """All similarities."""
        return np.concatenate([np.zeros(0), *self.similarity])


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
    old, new = before.nearness(), now.nearness()
    if not (np.isnan(old).all() and np.isnan(new).all()):
        yield of_values(Aspect.SIMILARITY, value_drift.numbers(old, new), Unit.NUMBER)
