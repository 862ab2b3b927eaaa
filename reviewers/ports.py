"""What the use cases need from the world; adapters in `storage`, `scorers` and `bot` provide it.

The store's contract suite, `tests/storage/test_store_contract.py`, runs on the in-memory double, SQLite and
PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from reviewers.model import (
    ApiToken,
    Assessment,
    Claim,
    ClaimMark,
    ClaimReading,
    DatasetVersion,
    Draft,
    Output,
    Passage,
    Posting,
    Release,
    Resolution,
    ReviewTask,
    SamplingDecision,
    Score,
    TaskState,
    TaskView,
    Verdict,
)


class Clock(Protocol):
    """The only place where time comes from."""

    def now(self) -> datetime:
        """The moment, in UTC and timezone-aware."""


class Ids(Protocol):
    """The only place where ids come from."""

    def new(self, prefix: str) -> str:
        """A new id that sorts by time, such as `t_01J…`."""


class Received(StrEnum):
    """What became of an output that was handed in."""

    NEW = "new"
    SAME = "same"  # the same body under the same id, received before
    CONFLICT = "conflict"  # another body under the same id: not stored


@dataclass(frozen=True, kw_only=True, slots=True)
class Receipt:
    """The store's answer for one output of a batch."""

    output_id: str
    status: Received
    number: int  # the running number of the stored output (0 on CONFLICT)
    received_at: datetime  # when the stored output was received first


class OutboxKind(StrEnum):
    """What has to be told to Slack."""

    POST_CARD = "post_card"
    UPDATE_CARD = "update_card"


@dataclass(frozen=True, kw_only=True, slots=True)
class OutboxItem:
    """One effect on Slack that is due; written in the transaction that makes it due."""

    key: str  # unique: `post:{task_id}` or `update:{task_id}:{revision}`
    kind: OutboxKind
    task_id: str
    channel: str
    due_at: datetime
    attempts: int = 0
    outcome_unknown: bool = False  # an attempt began whose end nobody saw: look before posting again
    first_attempt_at: datetime | None = None
    last_error: str = ""


class Outputs(Protocol):
    """Outputs as received, and the queue of those that wait for the machine reviewers."""

    def add(self, outputs: Sequence[Output]) -> list[Receipt]:
        """Store new outputs; one receipt each, in order. Also decides duplicates inside the batch."""

    def get(self, output_id: str) -> Output | None: ...

    def claim_unscored(self, *, limit: int, now: datetime, lease_seconds: float, worker: str) -> list[Output]:
        """Lease the oldest outputs that have no assessment; held ones first. An expired lease is free again."""

    def waiting(self) -> int:
        """How many outputs have no assessment yet."""


class Assessments(Protocol):
    """Scores, claims and risk, one assessment an output."""

    def add(self, assessments: Sequence[Assessment]) -> None:
        """Store assessments and end the leases; a second one for the same output is ignored (scored twice)."""

    def get(self, output_id: str) -> Assessment | None: ...


class Decisions(Protocol):
    """Sampling decisions, for chosen and unchosen outputs."""

    def add(self, decisions: Sequence[SamplingDecision]) -> None:
        """Store; a second one for the same output is ignored."""

    def get(self, output_id: str) -> SamplingDecision | None: ...


class Tasks(Protocol):
    """Review tasks."""

    def add(self, task: ReviewTask) -> bool:
        """Store; False when the output has a task already."""

    def get(self, task_id: str) -> ReviewTask | None: ...

    def for_output(self, output_id: str) -> ReviewTask | None: ...

    def by_number(self, number: int) -> ReviewTask | None:
        """The task of the output with this running number."""

    def lock(self, task_id: str) -> ReviewTask:
        """Read for writing: two writers of one task take turns until the transaction ends. Raises UnknownTask."""

    def set_posting(self, task_id: str, posting: Posting) -> None: ...

    def set_state(self, task_id: str, state: TaskState) -> None: ...

    def set_handed_on(self, task_id: str, by: str) -> None: ...

    def open(self, *, limit: int, after: str = "") -> list[ReviewTask]:
        """Open tasks: held ones first, then by due time, then by id; `after` is a task id to go on from."""

    def views(self, task_ids: Sequence[str]) -> list[TaskView]:
        """All that may be shown of these tasks, in the order asked for; unknown ids are left out."""

    def resolved(self) -> Iterator[TaskView]:
        """Every task with a resolution, by output id, in batches that fit in memory."""


class Verdicts(Protocol):
    """Append-only verdicts, marks and resolutions."""

    def append(self, verdict: Verdict) -> None:
        """Store; raises Conflict when (task, reviewer, revision) is taken."""

    def for_task(self, task_id: str) -> list[Verdict]:
        """In the order of recording."""

    def resolve(self, resolution: Resolution) -> None:
        """Append a resolution; raises Conflict when (task, revision) is taken."""

    def resolution(self, task_id: str) -> Resolution | None:
        """The newest."""

    def keep_marks(self, task_id: str, reviewer: str, marks: Sequence[ClaimMark], at: datetime) -> None:
        """Append the marks of one person; the newest of a claim counts."""

    def marks(self, task_id: str, reviewer: str) -> list[ClaimMark]:
        """The newest mark of each claim, by claim number."""

    def keep_draft(self, draft: Draft) -> None:
        """Keep the edit that a person is writing; it replaces their earlier draft of this task."""

    def draft(self, task_id: str, reviewer: str) -> Draft | None:
        """The person's newest draft of this task, up to 100,000 characters and more; None without one."""


class Releases(Protocol):
    """Whether held outputs may leave."""

    def add(self, release: Release) -> None: ...

    def get(self, output_id: str) -> Release | None: ...

    def decide(self, release: Release) -> bool:
        """Set the final state; False, and nothing changed, when it was final before."""

    def overdue(self, now: datetime, limit: int) -> list[Release]:
        """Still held past their deadline."""


class Outbox(Protocol):
    """Effects on Slack that are due."""

    def add(self, item: OutboxItem) -> None:
        """Store; an item with the same key is ignored."""

    def claim_due(self, *, limit: int, now: datetime, lease_seconds: float, worker: str) -> list[OutboxItem]:
        """Lease due items, at most one a task and in the order they fell due for a task.

        An item whose lease ran out comes back with `outcome_unknown` set, since its attempt may have reached Slack.
        """

    def done(self, key: str) -> None: ...

    def retry(self, key: str, *, at: datetime, error: str, outcome_unknown: bool) -> None: ...

    def put_off(self, key: str, at: datetime) -> None:
        """Due again at `at`, as though it had not been claimed: a channel's pace is no failed attempt."""

    def give_up(self, key: str, error: str) -> None:
        """Keep it as dead, visible to operators; never tried again by itself."""

    def revive(self, at: datetime) -> int:
        """Let dead items fall due again at `at`, after people mended what refused them; returns how many."""

    def next_due(self) -> datetime | None:
        """When the earliest waiting item falls due."""

    def dead(self) -> list[OutboxItem]: ...


class Tokens(Protocol):
    """Bearer tokens of the API, by hash."""

    def add(self, token: ApiToken) -> None: ...

    def by_hash(self, token_hash: str) -> ApiToken | None: ...

    def all(self) -> list[ApiToken]: ...

    def revoke(self, token_id: str, at: datetime) -> bool: ...


class Datasets(Protocol):
    """Dataset versions that were built."""

    def add(self, dataset: DatasetVersion) -> None:
        """Store; the same version in the same format again is ignored."""

    def all(self) -> list[DatasetVersion]: ...


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
    outbox_due: int
    outbox_dead: int


class UnitOfWork(Protocol):
    """One transaction: committed when the block ends, rolled back when it raises."""

    outputs: Outputs
    assessments: Assessments
    decisions: Decisions
    tasks: Tasks
    verdicts: Verdicts
    releases: Releases
    outbox: Outbox
    tokens: Tokens
    datasets: Datasets

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


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """What a scorer reads: one output with its claims and the passages found for each."""

    output: Output
    claims: tuple[Claim, ...]
    passages: tuple[tuple[Passage, ...], ...]  # one tuple a claim, best first
    readings: tuple[ClaimReading, ...] = ()  # filled by the reading step, one a claim


class Scorer(Protocol):
    """A machine reviewer."""

    name: str
    version: str

    def score(self, batch: Sequence[Evidence]) -> list[Score | None]:
        """One score an output, in order; None where the scorer has nothing to read (no claims, no log-probabilities).

        Raises Unavailable, or whatever its model raises: the caller counts it and leaves the outputs unscored.
        """


class ClaimSplitter(Protocol):
    """Finds the sentences that state something."""

    def split(self, completion: str) -> tuple[Claim, ...]: ...


class Sources(Protocol):
    """The index of passages."""

    def search(self, queries: Sequence[str], *, limit: int) -> list[list[Passage]]:
        """The nearest passages of each query, best first. Raises Unavailable when the index does not answer."""

    def documents(self) -> int:
        """How many documents the index holds."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceChange:
    """What became of one document on `sources add`."""

    document: str
    status: str  # "added", "replaced", "unchanged", "removed" or "failed"
    passages: int = 0
    problem: str = ""


class SourceIndex(Sources, Protocol):
    """The index of passages, with its upkeep."""

    def add_paths(
        self,
        paths: Sequence[str],
        *,
        prune: bool,
        base_address: str = "",
        progress: Callable[[int, int], None] | None = None,
    ) -> list[SourceChange]:
        """Split and embed documents; `progress(done, total)` counts documents."""


class Messenger(Protocol):
    """Slack, as far as cards go."""

    def post_card(self, view: TaskView, *, attempt: int) -> Posting:
        """Raises RateLimited, OutcomeUnknown, Unready, Refused or Unavailable."""

    def find_card(self, view: TaskView, *, since: datetime) -> Posting | None:
        """Look whether the card of this task was posted, by the metadata of the channel's messages."""

    def update_card(self, view: TaskView) -> None:
        """Redraw the card where it stands. Raises as post_card does."""


class DatasetFiles(Protocol):
    """Where dataset files go."""

    def write(self, folder: str, *, data_name: str, lines: Iterable[bytes], manifest_name: str, manifest: bytes) -> str:
        """Write a data file (each line with a line feed) and its manifest, both whole or neither; the data's path.

        Files of the same names are replaced. Raises Invalid (`out`) when the folder cannot be one, and Unavailable
        when the disk refuses.
        """


class Metrics(Protocol):
    """Counters that operators watch."""

    def count(self, name: str, amount: int = 1, **labels: str) -> None: ...

    def observe(self, name: str, seconds: float, **labels: str) -> None: ...

    def exposition(self, counts: Counts | None) -> bytes:
        """All of it as text that Prometheus reads, with what the store counts."""
