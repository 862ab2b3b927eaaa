"""What people say of an output: tasks, verdicts, marks, resolutions and releases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from reviewers.model.checks import aware, probability
from reviewers.model.machine import Assessment, Reason, SamplingDecision
from reviewers.model.outputs import Output
from reviewers.model.records import DatasetUse
from reviewers.model.sources import DocumentChange


class VerdictKind(StrEnum):
    """What a person says of an output."""

    APPROVE = "approve"
    EDIT = "edit"
    REJECT = "reject"
    UNSURE = "unsure"  # hands it on: never counted as right or wrong
    WITHDRAWN = "withdrawn"  # the person took their verdict back, and says nothing in its place


class Outcome(StrEnum):
    """What a resolution came to."""

    APPROVED = "approved"
    EDITED = "edited"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"  # the verdict that settled it was taken back: the task is open again


class Mark(StrEnum):
    """A person's mark on one claim."""

    RIGHT = "right"
    WRONG = "wrong"
    NOT_IN_SOURCES = "not_in_sources"


class TaskState(StrEnum):
    """Where a review task stands."""

    OPEN = "open"
    DISPUTED = "disputed"  # verdicts differ, a lead decides
    RESOLVED = "resolved"
    TIMED_OUT = "timed_out"  # an outcome of its own, never a verdict
    CUT = "cut"  # the queue held more than the budget reviews, and the lot took this one out: never a verdict

    @property
    def words(self) -> str:
        """For sentences: "timed out"."""
        return self.value.replace("_", " ")

    @property
    def is_over(self) -> bool:
        """Whether it ended without a verdict, and no verdict on it counts any more."""
        return self in (TaskState.TIMED_OUT, TaskState.CUT)


class Purpose(StrEnum):
    """Why an output is shown to people: to decide it, to learn how well people decide (no card tells), or again."""

    REVIEW = "review"  # what its verdicts come to is what the output comes to
    SECOND = "second"  # a blind second look: it changes nothing of what was decided
    GOLD = "gold"  # a known answer, made of an output that was decided clearly
    REOPENED = "reopened"  # it was approved, and a source says something else since: its card tells so


class ReleaseState(StrEnum):
    """What happened to a held output. HELD is the only one that can still change."""

    HELD = "held"
    APPROVED = "approved"
    EDITED = "edited"
    REJECTED = "rejected"
    TIMED_OUT = "timed_out"
    RELEASED = "released"  # it left at once, not verified: few enough of such a risk are proven to be wrong


class OnTimeout(StrEnum):
    """What a held output becomes when nobody decides in time."""

    RELEASE = "release"  # it is sent, not verified
    HOLD = "hold"  # it stays held: the task stays open
    REFUSE = "refuse"  # it is not sent


@dataclass(frozen=True, kw_only=True, slots=True)
class Posting:
    """Where a card stands in Slack."""

    channel: str
    ts: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ReviewTask:
    """One output that waits for people."""

    task_id: str
    output_id: str
    number: int
    channel: str
    hold: bool
    state: TaskState
    created_at: datetime
    due_at: datetime | None = None
    times_out_at: datetime | None = None  # of a task that is not held; None: it waits for as long as it takes
    posting: Posting | None = None
    handed_on_by: str = ""  # the reviewer who was unsure, or handed it over
    route: str = ""  # the route's name; empty: the policy's own
    quorum: int = 1  # verdicts that decide it, 1 to 5
    show: str = "evidence"  # what surfaces show before the verdict: "evidence", "blind" or "all"
    marks_draw: float | None = None  # the draw that may leave the machine's marks away; None: not drawn for it
    submitted_by: str = ""  # as of its output: this person may not decide it
    sent_by: str = ""  # the person who sent it to review by hand: then its selection was no draw
    known: str = ""  # a known answer: "right" or "wrong"; no card tells
    assigned_to: str = ""  # Slack user id, by skill and load
    claimed_by: str = ""  # Slack user id; counts until `claimed_until`
    claimed_until: datetime | None = None
    lead: str = ""  # Slack user id of who settles the dispute
    waits_for_batch: bool = False  # no card yet: it waits for others like it
    batch_id: str = ""  # the task id of the first of the batch; empty: a card of its own
    purpose: Purpose = Purpose.REVIEW
    round: int = 1  # 2 for the second one of this purpose on its output, and so on
    chance: float | None = None  # that a draw opened this second look; None: something else opened the task
    seen_by: tuple[str, ...] = ()  # Slack user ids: they saw the output decided, so they may not decide it here
    words: int = 0  # of question and answer; 0: not counted
    change_id: str = ""  # the change of a source that reopened it

    def __post_init__(self) -> None:
        for name in ("created_at", "due_at", "times_out_at", "claimed_until"):
            aware(name, getattr(self, name))
        if not 1 <= self.quorum <= 5:
            raise ValueError(f"a quorum of {self.quorum} is outside 1 to 5")
        probability("chance", self.chance)

    def claimant(self, now: datetime) -> str:
        """Who has claimed it at this moment; empty when nobody has, or the claim ran out."""
        return self.claimed_by if self.claimed_until is not None and now < self.claimed_until else ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ClaimMark:
    """A person's mark on one claim and on its passage."""

    claim_number: int
    mark: Mark | None
    passage_beside_the_point: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """An edit that a person has written but not saved: kept between two views of Slack, where it has no room."""

    task_id: str
    reviewer: str  # Slack user id
    text: str
    reasons: tuple[str, ...] = ()
    kept_at: datetime

    def __post_init__(self) -> None:
        aware("kept_at", self.kept_at)


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What one person said of one output; append-only, a change supersedes."""

    verdict_id: str
    task_id: str
    reviewer: str  # Slack user id
    revision: int  # 1 for the first of this reviewer on this task
    kind: VerdictKind
    correction: str | None = None  # the edited text, with EDIT only
    reasons: tuple[str, ...] = ()
    note: str = ""
    marks: tuple[ClaimMark, ...] = ()
    supersedes: str | None = None
    seen: str = ""  # what they saw before: "evidence", "blind", "all"; "decided": what others had decided
    as_lead: bool = False  # it settles a dispute
    opened_at: datetime | None = None  # when the person had it before them, where that is known
    recorded_at: datetime

    def __post_init__(self) -> None:
        aware("recorded_at", self.recorded_at)
        aware("opened_at", self.opened_at)
        if (self.kind is VerdictKind.EDIT) != (self.correction is not None):
            raise ValueError("an edit has a correction, and nothing else has")


@dataclass(frozen=True, kw_only=True, slots=True)
class Resolution:
    """What the verdicts on a task came to; the newest revision counts."""

    task_id: str
    revision: int
    outcome: Outcome
    verdict_id: str  # the verdict that settled it
    resolved_by: str
    text: str | None = None  # the edited text
    reasons: tuple[str, ...] = ()
    note: str = ""
    as_lead: bool = False
    recall: bool = False  # the one before it was used in a dataset or sent: this takes that back
    resolved_at: datetime

    def __post_init__(self) -> None:
        aware("resolved_at", self.resolved_at)


@dataclass(frozen=True, kw_only=True, slots=True)
class Release:
    """Whether a held output may leave."""

    output_id: str
    state: ReleaseState
    held_since: datetime
    deadline: datetime | None
    on_timeout: OnTimeout
    text: str | None = None  # what may be sent: the output, the edit, or None
    reasons: tuple[str, ...] = ()
    decided_at: datetime | None = None
    # People changed their mind after it was final; the state stays what it was. None again once they stand by it again.
    recalled_at: datetime | None = None

    def __post_init__(self) -> None:
        for name in ("held_since", "deadline", "decided_at", "recalled_at"):
            aware(name, getattr(self, name))


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """What somebody wrote in a card's thread; kept with the task, and never a verdict by itself."""

    task_id: str
    channel: str
    ts: str  # with the channel, Slack's key of the message
    author: str  # Slack user id
    text: str  # as Slack sent it, at most 40,000 characters
    written_at: datetime

    def __post_init__(self) -> None:
        aware("written_at", self.written_at)


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskView:
    """All that a card, a modal or an answer of the API may show of one task, gathered in one read."""

    task: ReviewTask
    output: Output
    assessment: Assessment | None
    decision: SamplingDecision
    verdicts: tuple[Verdict, ...] = ()  # in order of recording
    resolution: Resolution | None = None  # the newest; None when there is none, or it was withdrawn
    release: Release | None = None
    replies: tuple[Reply, ...] = ()  # in the order of writing
    uses: tuple[DatasetUse, ...] = ()  # in the order of building
    change: DocumentChange | None = None  # of a source, that reopened it


@dataclass(frozen=True, kw_only=True, slots=True)
class Reviewed:
    """One deciding verdict with what numbers need of its task, and no text."""

    task_id: str
    output_id: str
    reviewer: str
    kind: VerdictKind
    as_lead: bool
    seen: str
    opened_at: datetime | None
    recorded_at: datetime
    outcome: Outcome | None  # of the task's newest resolution; None when it has none, or it was withdrawn
    resolved_at: datetime | None
    resolved_by: str
    route: str
    show: str
    marks_draw: float | None
    sent_by: str
    known: str
    reason: Reason
    inclusion_probability: float  # cuts of the queue included
    policy_version: str
    model: str
    model_version: str
    received_at: datetime
    purpose: Purpose = Purpose.REVIEW
    words: int = 0  # of question and answer; 0: not counted
    looked_up: bool = False  # the person opened the claims with their passages before the verdict
    risk: float | None = None  # as it was known at the selection; None: not scored

    def __post_init__(self) -> None:
        for name in ("opened_at", "recorded_at", "resolved_at", "received_at"):
            aware(name, getattr(self, name))
