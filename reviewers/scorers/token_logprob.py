"""How sure the application's model was of its own words, where the application sends log-probabilities."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp

from reviewers.model import Score
from reviewers.ports import Evidence


class TokenLogprob:
    """The mean natural logarithm of the probability of a token."""

    name = "token_logprob"
    version = "mean-1"

    def score(self, batch: Sequence[Evidence]) -> list[Score | None]:
        """Values of 0 and below; None where the application sent none."""
        return [self._one(evidence) for evidence in batch]

    def _one(self, evidence: Evidence) -> Score | None:
        logprobs = evidence.output.token_logprobs
        if not logprobs:
            return None
        mean = sum(logprobs) / len(logprobs)
        return Score(
            output_id=evidence.output.output_id,
            scorer=self.name,
            version=self.version,
            value=mean,
            explanation=f"The model gave its words a probability of {exp(mean):.2f} each, in the geometric mean.",
        )
