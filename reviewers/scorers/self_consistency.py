"""How far an answer agrees with other answers of the same model to the same question, where the application sends some.

What a model knows it says again; what it makes up changes from draw to draw (SelfCheckGPT: Manakul, Liusie and Gales,
2023, whose n-gram and entailment variants take the mean over samples for each sentence, as here). It needs no source,
so it is the one score that can doubt a claim of which the sources say nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from time import perf_counter

from reviewers.decisions.grounding import compare
from reviewers.model import Claim, Passage, Reading, Score
from reviewers.ports import Evidence


class SelfConsistency:
    """The share of the samples that say a claim too; the output's is its least repeated claim's."""

    name = "self_consistency"
    version = "words-2"  # of the comparison: raise it with any rule of `decisions.grounding`

    def score(self, batch: Sequence[Evidence]) -> list[Score | None]:
        """Values in [0, 1], 1 is said in every sample; None without claims or samples."""
        return [self._one(evidence) for evidence in batch]

    def _one(self, evidence: Evidence) -> Score | None:
        samples = evidence.output.samples
        if not samples or not evidence.claims:
            return None
        start = perf_counter()
        values = tuple(_repeated(claim, samples) for claim in evidence.claims)
        return Score(
            output_id=evidence.output.output_id,
            scorer=self.name,
            version=self.version,
            value=min(values),
            explanation=f"Other answers to the same question repeat the least repeated claim to {min(values):.0%}.",
            claim_values=values,
            duration_ms=(perf_counter() - start) * 1000,
        )


def _repeated(claim: Claim, samples: Sequence[str]) -> float:
    """The mean over the samples of the share of the claim's words that one place of it has; 0 where it differs."""
    found = [compare(claim.text, (Passage(passage_id="", text=sample),)) for sample in samples]
    return sum(0.0 if one.reading is Reading.CONTRADICTED else one.coverage for one in found) / len(found)
