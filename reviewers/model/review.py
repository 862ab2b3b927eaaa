"""What people say of an output: tasks, verdicts, marks, resolutions and releases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from reviewers.model.checks import aware
from reviewers.model.machine import Assessment, SamplingDecision
from reviewers.model.outputs import Output


class VerdictKind(StrEnum):
    """What a person says of an output."""

    APPROVE = "approve"
    EDIT = "edit"
    REJECT = "reject"
    UNSURE = "unsure"  # hands it on: never counted as right or wrong


class Outcome(StrEnum):
    """What a resolution came to."""

    APPROVED = "approved"
    EDITED = "edited"
    REJECTED = "rejected"


class Mark(StrEnum):
    """A person's mark on one claim."""

    RIGHT = "right"
    WRONG = "wrong"
    NOT_IN_SOURCES = "not_in_sources"


class TaskState(StrEnum):
    """Where a review task stands."""

    OPEN = "open"
    RESOLVED = "resolved"
    TIMED_OUT = "timed_out"  # an outcome of its own, never a verdict


class ReleaseState(StrEnum):
    """What happened to a held output. HELD is the only one that can still change."""

    HELD = "held"
    APPROVED = "approved"
    EDITED = "edited"
    REJECTED = "rejected"
    TIMED_OUT = "timed_out"


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
    posting: Posting | None = None
    handed_on_by: str = ""  # the reviewer who was unsure

    def __post_init__(self) -> None:
        aware("created_at", self.created_at)
        aware("due_at", self.due_at)


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
    seen: str = ""  # what the card showed before the verdict: "evidence", "blind" or "all"
    recorded_at: datetime

    def __post_init__(self) -> None:
        aware("recorded_at", self.recorded_at)
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

    def __post_init__(self) -> None:
        aware("held_since", self.held_since)
        aware("deadline", self.deadline)
        aware("decided_at", self.decided_at)


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskView:
    """All that a card, a modal or an answer of the API may show of one task, gathered in one read."""

    task: ReviewTask
    output: Output
    assessment: Assessment | None
    decision: SamplingDecision
    verdicts: tuple[Verdict, ...] = ()  # in order of recording
    resolution: Resolution | None = None
    release: Release | None = None
