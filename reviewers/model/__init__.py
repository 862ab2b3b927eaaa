"""The types of the subject: outputs, scores, verdicts and what follows from them.

All are frozen and keyword-only. Times are timezone-aware; a naive one is refused. Probabilities lie in [0, 1].
"""

from __future__ import annotations

from reviewers.model.checking import Check, CheckKind
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
from reviewers.model.policy import (
    AfterDue,
    Match,
    OnDisagreement,
    Policy,
    Route,
    Rule,
)
from reviewers.model.records import (
    ApiToken,
    DatasetUse,
    DatasetVersion,
    Notice,
    NoticeKind,
    Preferences,
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
    Reply,
    Resolution,
    Reviewed,
    ReviewTask,
    TaskState,
    TaskView,
    Verdict,
    VerdictKind,
)

__all__ = [
    "AfterDue",
    "ApiToken",
    "Assessment",
    "Check",
    "CheckKind",
    "Claim",
    "ClaimMark",
    "ClaimReading",
    "DatasetUse",
    "DatasetVersion",
    "Draft",
    "JsonValue",
    "Mark",
    "Match",
    "Message",
    "Notice",
    "NoticeKind",
    "OnDisagreement",
    "OnTimeout",
    "Outcome",
    "Output",
    "Passage",
    "Policy",
    "Posting",
    "Preferences",
    "Reading",
    "Reason",
    "Release",
    "ReleaseState",
    "Reply",
    "Resolution",
    "ReviewTask",
    "Reviewed",
    "Risk",
    "Route",
    "Rule",
    "SamplingDecision",
    "Score",
    "Span",
    "TaskState",
    "TaskView",
    "TokenUsage",
    "Verdict",
    "VerdictKind",
]
