"""The grounding detector without a language model: two weighings of how a claim lies on its evidence.

One looks for altered facts, the other for added text; both are logits fitted on claims made by rules
(`whetstone detector train`), with no human label. They catch different errors, so an output's value is the sum of its
worst claim's alteration and its mean addition: one changed number spoils an answer, one new word does not.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from statistics import fmean
from time import perf_counter

from reviewers.decisions.alignment import NAMES, align
from reviewers.decisions.evidence_choice import choose_evidence
from reviewers.model import Score
from reviewers.ports import Evidence

WEIGHTS = Path(__file__).with_suffix(".json")
CLEARLY = 2.0  # times the other logit, to say which of the two it is: our choice, since another number speaks for both


@dataclass(frozen=True, kw_only=True, slots=True)
class Weighing:
    """A logit: `intercept` + Σ weight · number of the alignment."""

    intercept: float
    weights: tuple[float, ...]  # in the order of alignment.NAMES

    def logit(self, numbers: Sequence[float]) -> float:
        """Above 0: rather wrong than right, where as many are wrong as right."""
        return self.intercept + sum(weight * one for weight, one in zip(self.weights, numbers, strict=True))


class LexicalGrounding:
    """Machine reviewer "grounding_lexical", and "grounding" where the detector cannot run."""

    version = (
        "grounding-lexical-5"  # raise it with the features, the evidence, the weights or how they are put together
    )

    def __init__(self, name: str = "grounding_lexical") -> None:
        self.name = name

    def score(self, batch: Sequence[Evidence]) -> list[Score | None]:
        """Logits of being unsupported; None where an output has no claims or none of them a passage."""
        return [self._one(evidence) for evidence in batch]

    def _one(self, evidence: Evidence) -> Score | None:
        if not any(evidence.passages):
            return None
        start = perf_counter()
        altered, added = [], []
        for claim, near in zip(evidence.claims, evidence.passages, strict=True):
            numbers = align(claim.text, choose_evidence(claim.text, near))
            altered.append(weighings()["altered"].logit(numbers))
            added.append(weighings()["added"].logit(numbers))
        return Score(
            output_id=evidence.output.output_id,
            scorer=self.name,
            version=self.version,
            value=max(altered) + fmean(added),
            explanation=_say(max(altered), fmean(added)),
            claim_values=tuple(one + other for one, other in zip(altered, added, strict=True)),
            duration_ms=(perf_counter() - start) * 1000,
        )


@lru_cache(maxsize=1)
def weighings() -> dict[str, Weighing]:
    """The shipped weighings, "altered" and "added"."""
    read = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    return {
        name: Weighing(intercept=one["intercept"], weights=tuple(one["weights"][feature] for feature in NAMES))
        for name, one in read["weighings"].items()
    }


def _say(altered: float, added: float) -> str:
    if max(altered, added) <= 0:
        return "By its words the answer lies close to its passages."
    if altered >= CLEARLY * added:
        return "By its words a claim changes a fact of its passages."
    if added >= CLEARLY * altered:
        return "By its words the answer says more than its passages."
    return "By its words the answer changes a fact of its passages or says more than they do."
