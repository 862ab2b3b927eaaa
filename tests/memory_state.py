"""The state that `MemoryStore` keeps: one per transaction, copied as a whole."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

from reviewers.model import (
    ApiToken,
    Assessment,
    Check,
    ClaimMark,
    Cut,
    DatasetUse,
    DatasetVersion,
    Draft,
    Judgement,
    MadePlan,
    Notice,
    Output,
    Preferences,
    Release,
    Reply,
    Resolution,
    ReviewTask,
    RiskModel,
    Route,
    SamplingDecision,
    Verdict,
)
from reviewers.model.digest import Digest
from reviewers.model.features import OutputFeatures
from reviewers.model.sources import DocumentChange, Reopening
from reviewers.model.telling import DigestAnswer, DigestMessage, WatchStart, WebhookEvent
from reviewers.ports import OutboxItem

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Kept = TypeVar("Kept", bound="DataclassInstance")


@dataclass(frozen=True, kw_only=True, slots=True)
class Lease:
    holder: str
    until: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Queued:
    """An outbox item with what only the store knows of it."""

    item: OutboxItem
    state: str = "waiting"  # "waiting", "done" or "dead"
    leased: bool = False
    free_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Marked:
    task_id: str
    reviewer: str
    mark: ClaimMark


@dataclass(kw_only=True)
class State:
    """Everything that is kept. All values are frozen, so a copy of the containers is a copy of the state."""

    last_number: int = 0
    outputs: dict[str, Output] = field(default_factory=dict)
    queue: dict[str, Lease] = field(default_factory=dict)  # by output id: when it is free
    assessments: dict[str, Assessment] = field(default_factory=dict)
    decisions: dict[str, SamplingDecision] = field(default_factory=dict)
    plans: dict[str, MadePlan] = field(default_factory=dict)
    cuts: list[Cut] = field(default_factory=list)
    tasks: dict[str, ReviewTask] = field(default_factory=dict)
    verdicts: list[Verdict] = field(default_factory=list)
    marks: list[Marked] = field(default_factory=list)
    openings: dict[tuple[str, str], datetime] = field(default_factory=dict)
    drafts: dict[tuple[str, str], Draft] = field(default_factory=dict)
    resolutions: dict[tuple[str, int], Resolution] = field(default_factory=dict)
    releases: dict[str, Release] = field(default_factory=dict)
    outbox: dict[str, Queued] = field(default_factory=dict)
    tokens: dict[str, ApiToken] = field(default_factory=dict)
    datasets: dict[tuple[str, str], DatasetVersion] = field(default_factory=dict)
    uses: dict[tuple[str, str, str, int], DatasetUse] = field(default_factory=dict)
    replies: dict[tuple[str, str], Reply] = field(default_factory=dict)
    notices: dict[str, Notice] = field(default_factory=dict)
    preferences: dict[str, Preferences] = field(default_factory=dict)
    routes: list[tuple[Route, str, datetime]] = field(default_factory=list)
    checks: dict[str, Check] = field(default_factory=dict)
    check_leases: dict[str, datetime] = field(default_factory=dict)  # by check id: when it is free
    events: dict[str, datetime] = field(default_factory=dict)
    risk_models: list[tuple[datetime, RiskModel]] = field(default_factory=list)  # with when it was fitted
    judgements: list[Judgement] = field(default_factory=list)
    digests: dict[tuple[str, str], Digest] = field(default_factory=dict)  # by route and week
    digests_at: dict[tuple[str, str], datetime] = field(default_factory=dict)  # when each was stored
    digest_messages: dict[str, DigestMessage] = field(default_factory=dict)
    digest_answers: dict[str, DigestAnswer] = field(default_factory=dict)
    watch_starts: list[WatchStart] = field(default_factory=list)
    features: dict[str, OutputFeatures] = field(default_factory=dict)
    webhook_events: dict[str, WebhookEvent] = field(default_factory=dict)
    source_changes: dict[str, DocumentChange] = field(default_factory=dict)
    source_reopenings: dict[str, Reopening] = field(default_factory=dict)
    leases: dict[str, Lease] = field(default_factory=dict)

    def copy(self) -> State:
        """A state of its own: changing one does not change the other."""
        twin = State()
        for one in fields(self):
            setattr(twin, one.name, copy(getattr(self, one.name)))
        return twin


def in_utc(value: Kept) -> Kept:
    """The same value with its moments in UTC, as a database gives them back."""
    moments = {one.name: getattr(value, one.name) for one in fields(value)}
    moments = {name: moment.astimezone(UTC) for name, moment in moments.items() if isinstance(moment, datetime)}
    return replace(value, **moments)
