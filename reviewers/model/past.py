"""What was decided on an output before, and what people found: for a replay under another policy."""

from __future__ import annotations

from dataclasses import dataclass

from reviewers.model.machine import SamplingDecision
from reviewers.model.outputs import Output
from reviewers.model.review import Outcome


@dataclass(frozen=True, kw_only=True, slots=True)
class PastOutput:
    """An output with the decision on it, cuts of its queue in the chance."""

    output: Output
    decision: SamplingDecision
    outcome: Outcome | None  # what the draw brought people to say; None: not reviewed, or sent by hand
