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
    Check,
    Claim,
    ClaimMark,
    ClaimReading,
    DatasetUse,
    DatasetVersion,
    Draft,
    Message,
    Notice,
    Output,
    Passage,
    Policy,
    Posting,
    Preferences,
    Release,
    Reply,
    Resolution,
    Reviewed,
    ReviewTask,
    Route,
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
    POST_NOTICE = "post_notice"  # a direct message
    UPDATE_NOTICE = "update_notice"


@dataclass(frozen=True, kw_only=True, slots=True)
class OutboxItem:
    """One effect on Slack that is due; written in the transaction that makes it due."""

    key: str  # unique: `post:{task_id}`, `update:{verdict_id}`, `notice:{notice_id}` …
    kind: OutboxKind
    task_id: str = ""  # items of one task go out one after the other; of a batch it is the first task's
    notice_id: str = ""  # of the direct message, with the two NOTICE kinds
    channel: str  # or the Slack user id of a direct message
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

    def set_claim(self, task_id: str, by: str, until: datetime | None) -> None:
        """Claim for this person, or give back with an empty `by` and None."""

    def set_assigned(self, task_id: str, to: str) -> None: ...

    def set_disputed(self, task_id: str, lead: str) -> None:
        """State DISPUTED, with the lead who settles it (may be empty: any lead)."""

    def set_due(self, task_id: str, due_at: datetime | None, times_out_at: datetime | None) -> None:
        """Another due time; the order of `open` follows it."""

    def set_batch(self, task_ids: Sequence[str], batch_id: str) -> None:
        """They wait no longer for a batch: they share this one, or with an empty id each gets a card of its own."""

    def open(self, *, limit: int, after: str = "") -> list[ReviewTask]:
        """Open tasks: held ones first, then by due time, then by id; `after` is a task id to go on from."""

    def disputed(self, *, limit: int) -> list[ReviewTask]:
        """Disputed tasks, in the order of `open`."""

    def claimed(self, by: str, now: datetime) -> list[ReviewTask]:
        """Open tasks that this person has claimed, in the order of `open`."""

    def assigned(self, to: str) -> list[ReviewTask]:
        """Open tasks that this person was given, in the order of `open`."""

    def claims_ended(self, now: datetime, limit: int) -> list[ReviewTask]:
        """Open tasks whose claim ran out and was not given back."""

    def past_due(self, now: datetime, limit: int) -> list[ReviewTask]:
        """Open or disputed tasks that are not held, at or past their due time, the longest first."""

    def to_time_out(self, now: datetime, limit: int) -> list[ReviewTask]:
        """Open or disputed tasks that are not held, at or past `times_out_at`, the longest first."""

    def for_batches(self, limit: int) -> list[ReviewTask]:
        """Open tasks that wait for a batch, the oldest first."""

    def of_batch(self, batch_id: str) -> list[ReviewTask]:
        """All tasks of this batch, by id, decided ones too."""

    def loads(self) -> dict[str, int]:
        """How many open tasks each person has been assigned."""

    def queues(self, now: datetime) -> list[QueueState]:
        """The open tasks of each route, by route name; routes without any are left out."""

    def views(self, task_ids: Sequence[str]) -> list[TaskView]:
        """All that may be shown of these tasks, in the order asked for; unknown ids are left out."""

    def resolved(self) -> Iterator[TaskView]:
        """Every task whose newest resolution was not withdrawn, by output id, in batches that fit in memory."""

    def reviewed(self, since: datetime, until: datetime) -> list[Reviewed]:
        """Each current deciding verdict recorded in [since, until), without any text, in the order of recording.

        Current: no later one of the same person on the task, a withdrawal included. Unsure ones are left out.
        """


class Verdicts(Protocol):
    """Append-only verdicts, marks and resolutions."""

    def append(self, verdict: Verdict) -> None:
        """Store; raises Conflict when (task, reviewer, revision) is taken."""

    def for_task(self, task_id: str) -> list[Verdict]:
        """In the order of recording."""

    def resolve(self, resolution: Resolution) -> None:
        """Append a resolution; raises Conflict when (task, revision) is taken."""

    def resolution(self, task_id: str) -> Resolution | None:
        """The newest, a withdrawn one too: the next revision goes on from it."""

    def keep_marks(self, task_id: str, reviewer: str, marks: Sequence[ClaimMark], at: datetime) -> None:
        """Append the marks of one person; the newest of a claim counts."""

    def marks(self, task_id: str, reviewer: str) -> list[ClaimMark]:
        """The newest mark of each claim, by claim number."""

    def voted(self, reviewer: str, task_ids: Sequence[str]) -> set[str]:
        """Those of the tasks on which this person has a verdict, unsure included, that they did not take back."""

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

    def half_waited(self, now: datetime, limit: int) -> list[Release]:
        """Still held before their deadline, with half of the time from `held_since` to it gone."""

    def recall(self, output_id: str, at: datetime) -> None:
        """Note that people changed their mind about a final release; the state stays. Again: the first time stays."""


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

    def add(self, dataset: DatasetVersion, uses: Sequence[DatasetUse] = ()) -> None:
        """Store with the resolutions that went into it; the same version in the same format again is ignored."""

    def all(self) -> list[DatasetVersion]: ...


class Replies(Protocol):
    """What people wrote in the threads of cards; append-only."""

    def add(self, reply: Reply) -> bool:
        """Store; False when this message (channel, ts) is stored already."""

    def task_at(self, channel: str, ts: str) -> ReviewTask | None:
        """The task whose card stands there; of a batch the first."""


class Notices(Protocol):
    """Direct messages that are due or sent."""

    def add(self, notice: Notice) -> bool:
        """Store; False when the id is taken: it was sent, or will be."""

    def get(self, notice_id: str) -> Notice | None: ...

    def set_posting(self, notice_id: str, channel: str, ts: str) -> None: ...

    def about(self, task_id: str) -> list[Notice]:
        """The dispute notices of this task, the oldest first."""


class PreferencesOf(Protocol):
    """What people set for themselves."""

    def get(self, user_id: str) -> Preferences:
        """Theirs, or the defaults."""

    def put(self, preferences: Preferences) -> None: ...

    def paused(self, now: datetime) -> frozenset[str]:
        """Who pauses at this moment."""


class SavedRoutes(Protocol):
    """Routes that were made in Slack; those of the policy file are not here."""

    def put(self, route: Route, *, by: str, at: datetime) -> None:
        """Store, in place of one of the same name; every version is kept with who made it when."""

    def all(self) -> list[Route]:
        """The newest version of each, by name."""


class Checks(Protocol):
    """Ad-hoc checks that wait, and what came of them."""

    def add(self, check: Check) -> None: ...

    def get(self, check_id: str) -> Check | None: ...

    def claim_due(self, *, limit: int, now: datetime, lease_seconds: float, worker: str) -> list[Check]:
        """Lease the oldest unfinished ones; an expired lease is free again."""

    def set_shown(self, check_id: str, channel: str, ts: str) -> None:
        """Where its direct message stands; with an empty `ts`, that an attempt to post it begins."""

    def finish(self, check: Check) -> None:
        """Store what came of it: with `finished_at` for good, without it for the worker that may have to go on.

        A finished one stays as it is. Where it stands and whether it was shared is not touched.
        """

    def share(self, check_id: str, at: datetime) -> bool:
        """Keep that it was shared; False, and nothing changed, when it was before."""


class Events(Protocol):
    """Events of Slack that were seen, since Slack may deliver one twice."""

    def first_time(self, event_id: str, at: datetime) -> bool:
        """Remember; False when it was seen before."""

    def forget(self, before: datetime) -> int:
        """Drop what was seen before; returns how many."""


@dataclass(frozen=True, kw_only=True, slots=True)
class QueueState:
    """What waits in one route."""

    route: str
    open: int
    disputed: int
    past_due: int
    oldest_at: datetime  # when the oldest open or disputed task was made


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
    replies: Replies
    notices: Notices
    preferences: PreferencesOf
    routes: SavedRoutes
    checks: Checks
    events: Events

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
    """Slack, as far as cards and direct messages go. All raise RateLimited, OutcomeUnknown, Unready or Refused."""

    def post_card(self, views: Sequence[TaskView], *, attempt: int) -> Posting:
        """Post the card of one task, or of the two to five of a batch."""

    def find_card(self, view: TaskView, *, since: datetime) -> Posting | None:
        """Look whether the card was posted, by the metadata of the channel's messages; of a batch: its first task."""

    def update_card(self, views: Sequence[TaskView]) -> None:
        """Redraw the card where it stands."""

    def post_notice(self, notice: Notice, views: Sequence[TaskView], *, attempt: int) -> Posting: ...

    def find_notice(self, notice: Notice, *, since: datetime) -> Posting | None:
        """Look whether the direct message was posted."""

    def update_notice(self, notice: Notice, views: Sequence[TaskView]) -> None: ...


class Directory(Protocol):
    """The people of the workspace. Both may ask Slack, and raise Unavailable when it does not answer."""

    def members(self, group: str) -> frozenset[str]:
        """The Slack user ids of a user group (S…)."""

    def zone(self, user_id: str) -> str:
        """The person's own time zone, such as Europe/Berlin; empty when it is not known."""


class Policies(Protocol):
    """The policy that holds now."""

    def current(self) -> Policy:
        """The newest one that could be read; cheap enough to ask for every output."""


class ChatModel(Protocol):
    """A model that answers from passages."""

    name: str
    version: str

    def answer(self, turns: Sequence[Message]) -> Iterator[str]:
        """The answer piece by piece. Raises Unavailable."""


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
