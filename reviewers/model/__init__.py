"""The types of the subject: outputs, scores, verdicts and what follows from them.

All are frozen and keyword-only. Times are timezone-aware; a naive one is refused. Probabilities lie in [0, 1].
"""

from __future__ import annotations

from reviewers.model.machine import (
    Assessment,
    Claim,
    ClaimReading,
    Reading,
    Reason,
    Risk,
    SamplingDecision,
    Score,
    Span,
)
from reviewers.model.outputs import (
    JsonValue,
    Message,
    Output,
    Passage,
    TokenUsage,
)
from reviewers.model.records import (
    ApiToken,
    DatasetVersion,
)
from reviewers.model.review import (
    ClaimMark,
    Draft,
    Mark,
    OnTimeout,
    Outcome,
    Posting,
    Release,
    ReleaseState,
    Resolution,
    ReviewTask,
    TaskState,
    TaskView,
    Verdict,
    VerdictKind,
)

__all__ = [
    "ApiToken",
    "Assessment",
    "Claim",
    "ClaimMark",
    "ClaimReading",
    "DatasetVersion",
    "Draft",
    "JsonValue",
    "Mark",
    "Message",
    "OnTimeout",
    "Outcome",
    "Output",
    "Passage",
    "Posting",
    "Reading",
    "Reason",
    "Release",
    "ReleaseState",
    "Resolution",
    "ReviewTask",
    "Risk",
    "SamplingDecision",
    "Score",
    "Span",
    "TaskState",
    "TaskView",
    "TokenUsage",
    "Verdict",
    "VerdictKind",
]
