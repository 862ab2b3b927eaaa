"""What is kept beside the reviews: dataset versions, API tokens, notices, people's own settings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum

from reviewers.model.checks import aware
from reviewers.model.judgement import ProofChange
from reviewers.model.selection import QueueCut, Signal


@dataclass(frozen=True, kw_only=True, slots=True)
class DatasetVersion:
    """A dataset file that was built; its content hash is the version."""

    version: str  # sha256 of the data file
    format: str
    path: str
    examples: int
    policy_versions: tuple[str, ...]
    built_at: datetime

    def __post_init__(self) -> None:
        aware("built_at", self.built_at)


@dataclass(frozen=True, kw_only=True, slots=True)
class ApiToken:
    """A bearer token of the API; only its hash is kept."""

    token_id: str
    name: str
    token_hash: str  # sha256, hexadecimal
    created_at: datetime
    revoked_at: datetime | None = None

    def __post_init__(self) -> None:
        aware("created_at", self.created_at)
        aware("revoked_at", self.revoked_at)


@dataclass(frozen=True, kw_only=True, slots=True)
class DatasetUse:
    """One resolution that went into a dataset file."""

    version: str
    format: str
    path: str
    task_id: str
    revision: int  # of the resolution
    built_at: datetime

    def __post_init__(self) -> None:
        aware("built_at", self.built_at)


class NoticeKind(StrEnum):
    """Direct messages that Whetstone sends by itself."""

    REMINDER = "reminder"  # to a reviewer, before answers fall due; at most one a day and person
    WAITING = "waiting"  # somebody waits for a held answer: to those on duty, at half the time
    OVERDUE = "overdue"  # to a lead, once answers are past due
    DISPUTE = "dispute"  # to a lead: two reviewers differ
    SIGNAL = "signal"  # to a lead: the risk says too little to be followed, or can be followed again
    CUT = "cut"  # to a lead: more waited than the budget reviews, and the lot closed some; one a day and route
    RELEASE = "release"  # to a lead: held outputs leave at once by their risk from now on, or no more


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """A direct message to one person; its id says what it is about, so that it is sent once."""

    notice_id: str  # such as `reminder:U0MARA:2026-11-23` or `dispute:t_01J…:1`
    kind: NoticeKind
    recipient: str  # Slack user id
    task_ids: tuple[str, ...]
    created_at: datetime
    channel: str = ""  # of the direct message, once it stands there
    ts: str = ""
    route: str = ""  # the route's name, where it is about a whole route
    signal: Signal | None = None  # with SIGNAL
    queue_cut: QueueCut | None = None  # with CUT
    proof_change: ProofChange | None = None  # with RELEASE

    def __post_init__(self) -> None:
        aware("created_at", self.created_at)


@dataclass(frozen=True, kw_only=True, slots=True)
class Preferences:
    """What a reviewer set for themselves."""

    user_id: str
    paused_until: datetime | None = None  # no assignments and no reminders before then
    starts_at: time = time(9)  # of their day, by their own zone
    ends_at: time = time(17)
    days: tuple[int, ...] = (0, 1, 2, 3, 4)  # 0 is Monday
    digest: bool = False  # the weekly digest as a direct message

    def __post_init__(self) -> None:
        aware("paused_until", self.paused_until)
        if self.starts_at >= self.ends_at:
            raise ValueError("a day starts before it ends")
