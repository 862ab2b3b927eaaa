"""Doubles that are real: a whole store in memory, a clock that is set by hand, ids that count.

`MemoryStore` passes the same contract as the databases (`tests/storage/test_store_contract.py`). A transaction works
on its own copy of the state, which takes the place of the committed one when the block ends; so a reader sees one
snapshot, never waits, and an exception leaves nothing behind.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from reviewers.errors import Conflict
from reviewers.model import Outcome, Purpose, TaskState, Verdict, VerdictKind
from reviewers.ports import (
    Assessments,
    Checks,
    Counts,
    Cuts,
    Datasets,
    Decisions,
    DigestAnswers,
    DigestMessages,
    Digests,
    Events,
    Features,
    Judgements,
    Notices,
    Outbox,
    Outputs,
    Plans,
    PreferencesOf,
    Releases,
    Replies,
    RiskModels,
    SavedRoutes,
    SourceChanges,
    Tasks,
    Tokens,
    UnitOfWork,
    Verdicts,
    Watches,
    WebhookEvents,
)
from tests.memory_accounts import MemoryDatasets, MemoryOutbox, MemoryTokens
from tests.memory_digests import (
    MemoryDigestAnswers,
    MemoryDigestMessages,
    MemoryDigests,
    MemoryWatches,
    MemoryWebhookEvents,
)
from tests.memory_features import MemoryFeatures
from tests.memory_judgement import MemoryJudgements
from tests.memory_learning import MemoryRiskModels
from tests.memory_people import (
    MemoryChecks,
    MemoryEvents,
    MemoryNotices,
    MemoryPreferences,
    MemoryReplies,
    MemoryRoutes,
)
from tests.memory_queues import newest_resolutions
from tests.memory_repositories import (
    MemoryAssessments,
    MemoryOutputs,
    MemoryReleases,
    MemoryTasks,
    MemoryVerdicts,
)
from tests.memory_selection import MemoryCuts, MemoryDecisions, MemoryPlans
from tests.memory_sources import MemorySourceChanges
from tests.memory_state import Lease, State

BUSY_SECONDS = 30.0  # as in storage/engine.py: a writer inside a writer is told of it, and does not hang


class FixedClock:
    """A clock that stands until a test moves it."""

    def __init__(self, now: datetime) -> None:
        if now.tzinfo is None:
            raise ValueError("now has no time zone")
        self._now = now

    def now(self) -> datetime:
        """The moment that was set."""
        return self._now

    def advance(self, seconds: float) -> datetime:
        """Move on, and return the new moment."""
        self._now += timedelta(seconds=seconds)
        return self._now


class CountingIds:
    """Ids in the order of making: `t_00001`, `v_00002`; threads may share it. `after`: how many a store has already."""

    def __init__(self, *, after: int = 0) -> None:
        self._made = after
        self._lock = threading.Lock()

    def new(self, prefix: str) -> str:
        """The next id."""
        with self._lock:
            self._made += 1
            return f"{prefix}_{self._made:05d}"


class MemoryUnitOfWork:
    """One transaction on a state."""

    def __init__(self, state: State, *, writes: bool) -> None:
        self.outputs: Outputs = MemoryOutputs(state, writes=writes)
        self.assessments: Assessments = MemoryAssessments(state, writes=writes)
        self.decisions: Decisions = MemoryDecisions(state, writes=writes)
        self.plans: Plans = MemoryPlans(state, writes=writes)
        self.cuts: Cuts = MemoryCuts(state, writes=writes)
        self.tasks: Tasks = MemoryTasks(state, writes=writes)
        self.verdicts: Verdicts = MemoryVerdicts(state, writes=writes)
        self.releases: Releases = MemoryReleases(state, writes=writes)
        self.outbox: Outbox = MemoryOutbox(state, writes=writes)
        self.tokens: Tokens = MemoryTokens(state, writes=writes)
        self.datasets: Datasets = MemoryDatasets(state, writes=writes)
        self.replies: Replies = MemoryReplies(state, writes=writes)
        self.notices: Notices = MemoryNotices(state, writes=writes)
        self.preferences: PreferencesOf = MemoryPreferences(state, writes=writes)
        self.routes: SavedRoutes = MemoryRoutes(state, writes=writes)
        self.checks: Checks = MemoryChecks(state, writes=writes)
        self.events: Events = MemoryEvents(state, writes=writes)
        self.risk_models: RiskModels = MemoryRiskModels(state, writes=writes)
        self.judgements: Judgements = MemoryJudgements(state, writes=writes)
        self.digests: Digests = MemoryDigests(state, writes=writes)
        self.digest_messages: DigestMessages = MemoryDigestMessages(state, writes=writes)
        self.digest_answers: DigestAnswers = MemoryDigestAnswers(state, writes=writes)
        self.watches: Watches = MemoryWatches(state, writes=writes)
        self.features: Features = MemoryFeatures(state, writes=writes)
        self.webhook_events: WebhookEvents = MemoryWebhookEvents(state, writes=writes)
        self.source_changes: SourceChanges = MemorySourceChanges(state, writes=writes)
        self._state = state

    def counts(self) -> Counts:
        state = self._state
        selected = [decision for decision in state.decisions.values() if decision.selected]
        newest: dict[tuple[str, str], Verdict] = {}
        for verdict in sorted(state.verdicts, key=lambda verdict: verdict.revision):
            newest[verdict.task_id, verdict.reviewer] = verdict
        states = Counter(task.state for task in state.tasks.values())
        kinds = [verdict.kind for verdict in newest.values()]
        outcomes = [
            one.outcome
            for one in newest_resolutions(state.resolutions).values()
            if state.tasks[one.task_id].purpose is Purpose.REVIEW
        ]
        outbox = Counter(queued.state for queued in state.outbox.values())
        return Counts(
            outputs=len(state.outputs),
            assessed=len(state.assessments),
            unscored=sum(assessment.risk is None for assessment in state.assessments.values()),
            selected=dict(Counter(decision.reason.value for decision in selected)),
            posted=sum(task.posting is not None for task in state.tasks.values()),
            open_tasks=states[TaskState.OPEN],
            verdicts=dict(Counter(kind.value for kind in kinds if kind is not VerdictKind.WITHDRAWN)),
            resolutions=dict(Counter(one.value for one in outcomes if one is not Outcome.WITHDRAWN)),
            timed_out=states[TaskState.TIMED_OUT],
            cut=states[TaskState.CUT],
            outbox_due=outbox["waiting"],
            outbox_dead=outbox["dead"],
        )


class MemoryStore:
    """The whole `reviewers.ports.Store` in memory; threads may share it."""

    def __init__(self) -> None:
        self._committed = State()
        self._commits = 0
        self._turn = threading.Lock()

    @contextmanager
    def begin(self) -> Iterator[UnitOfWork]:
        """One writer at a time; what it wrote counts when the block ends, and is gone when it raises."""
        with self._writing() as state:
            yield MemoryUnitOfWork(state, writes=True)

    @contextmanager
    def _writing(self) -> Iterator[State]:
        if not self._turn.acquire(timeout=BUSY_SECONDS):
            raise Conflict("Another writer kept the store for too long. Try again.")
        try:
            state = self._committed.copy()
            yield state
            self._committed = state
            self._commits += 1
        finally:
            self._turn.release()

    @contextmanager
    def read(self) -> Iterator[UnitOfWork]:
        """On what is committed now; writing in it raises RuntimeError."""
        yield MemoryUnitOfWork(self._committed, writes=False)

    def lease(self, name: str, holder: str, *, now: datetime, seconds: float) -> bool:
        """Take or renew a named lease; False when another holds it."""
        with self._writing() as state:
            standing = state.leases.get(name)
            if standing is not None and standing.holder != holder and standing.until > now:
                return False
            state.leases[name] = Lease(holder=holder, until=now + timedelta(seconds=seconds))
            return True

    def change_marker(self) -> object:
        """How many transactions were committed."""
        return self._commits

    def close(self) -> None:
        """Nothing to close: what was stored stays readable."""
