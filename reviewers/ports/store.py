"""The store as a whole: transactions, leases, and what there is of each."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

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
from reviewers.ports.outbox import Events, Notices, Outbox
from reviewers.ports.outputs import Assessments, Decisions, Outputs
from reviewers.ports.reviews import Releases, Replies, Tasks, Verdicts
from reviewers.ports.selection import Cuts, Plans
from reviewers.ports.settings import Checks, Datasets, PreferencesOf, SavedRoutes, Tokens


@dataclass(frozen=True, kw_only=True, slots=True)
class Counts:
    """How many of each there are, for the summary of a run and for /metrics."""

    outputs: int
    assessed: int
    unscored: int  # assessed without a risk, because a scorer failed
    selected: dict[str, int]  # by Reason value, chosen ones only
    posted: int
    open_tasks: int
    verdicts: dict[str, int]  # current verdicts by VerdictKind value
    resolutions: dict[str, int]  # by Outcome value
    timed_out: int
    cut: int  # tasks that a cut of their queue closed
    outbox_due: int
    outbox_dead: int


class UnitOfWork(Protocol):
    """One transaction: committed when the block ends, rolled back when it raises."""

    outputs: Outputs
    assessments: Assessments
    decisions: Decisions
    plans: Plans
    cuts: Cuts
    tasks: Tasks
    verdicts: Verdicts
    releases: Releases
    outbox: Outbox
    tokens: Tokens
    datasets: Datasets
    replies: Replies
    notices: Notices
    preferences: PreferencesOf
    routes: SavedRoutes
    checks: Checks
    events: Events
    risk_models: RiskModels
    judgements: Judgements
    digests: Digests
    digest_messages: DigestMessages
    digest_answers: DigestAnswers
    watches: Watches
    features: Features
    webhook_events: WebhookEvents
    source_changes: SourceChanges

    def counts(self) -> Counts: ...


class Store(Protocol):
    """Where everything is kept."""

    def begin(self) -> AbstractContextManager[UnitOfWork]:
        """Start a transaction that may write (on SQLite it takes the write lock at once)."""

    def read(self) -> AbstractContextManager[UnitOfWork]:
        """Start a transaction that only reads, and never waits for a writer."""

    def lease(self, name: str, holder: str, *, now: datetime, seconds: float) -> bool:
        """Take or renew a named lease, such as the one of the clock; False when another holds it."""

    def change_marker(self) -> object:
        """A cheap value that differs after any commit of another connection or process may have happened.

        Callers compare it with `==`; two equal markers mean that nothing was committed in between.
        """

    def close(self) -> None: ...
