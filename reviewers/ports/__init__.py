"""What the use cases need from the world; adapters in `storage`, `scorers` and `bot` provide it.

The store's contract suite, `tests/storage/test_store_contract.py`, runs on the in-memory double, SQLite and
PostgreSQL.
"""

from __future__ import annotations

from reviewers.ports.digests import (
    DigestAnswers,
    DigestMessages,
    Digests,
    Features,
    SourceChanges,
    Watches,
    WebhookEvents,
)
from reviewers.ports.judgement import Judgements
from reviewers.ports.learning import RiskModels
from reviewers.ports.machine import (
    ChatModel,
    ClaimSplitter,
    Evidence,
    Scorer,
    SourceChange,
    SourceIndex,
    Sources,
)
from reviewers.ports.outbox import (
    Events,
    Notices,
    Outbox,
    OutboxItem,
    OutboxKind,
)
from reviewers.ports.outputs import (
    Assessments,
    Decisions,
    Outputs,
    Receipt,
    Received,
)
from reviewers.ports.outside import (
    Clock,
    DatasetFiles,
    Directory,
    EventSink,
    Ids,
    Messenger,
    Metrics,
    Policies,
)
from reviewers.ports.reviews import (
    QueueState,
    Releases,
    Replies,
    Tasks,
    Verdicts,
)
from reviewers.ports.selection import (
    Cuts,
    Plans,
)
from reviewers.ports.settings import (
    Checks,
    Datasets,
    PreferencesOf,
    SavedRoutes,
    Tokens,
)
from reviewers.ports.store import (
    Counts,
    Store,
    UnitOfWork,
)

__all__ = [
    "Assessments",
    "ChatModel",
    "Checks",
    "ClaimSplitter",
    "Clock",
    "Counts",
    "Cuts",
    "DatasetFiles",
    "Datasets",
    "Decisions",
    "DigestAnswers",
    "DigestMessages",
    "Digests",
    "Directory",
    "EventSink",
    "Events",
    "Evidence",
    "Features",
    "Ids",
    "Judgements",
    "Messenger",
    "Metrics",
    "Notices",
    "Outbox",
    "OutboxItem",
    "OutboxKind",
    "Outputs",
    "Plans",
    "Policies",
    "PreferencesOf",
    "QueueState",
    "Receipt",
    "Received",
    "Releases",
    "Replies",
    "RiskModels",
    "SavedRoutes",
    "Scorer",
    "SourceChange",
    "SourceChanges",
    "SourceIndex",
    "Sources",
    "Store",
    "Tasks",
    "Tokens",
    "UnitOfWork",
    "Verdicts",
    "Watches",
    "WebhookEvents",
]
