"""How a digest is told, and what people answer to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from reviewers.model.checks import aware
from reviewers.model.digest import Aspect, Finding
from reviewers.model.digest_parts import PartKind
from reviewers.model.outputs import JsonValue
from reviewers.model.watch import Baseline


@dataclass(frozen=True, kw_only=True, slots=True)
class WatchName:
    """What a watch over verdicts looks at."""

    route: str  # empty: the policy's own
    part: PartKind = PartKind.ALL
    name: str = ""  # of the part; empty: all outputs of the route. Untrusted text


@dataclass(frozen=True, kw_only=True, slots=True)
class WatchStart:
    """From when on a watch looks, and against what; the newest of a name counts."""

    watch: WatchName
    baseline: Baseline
    weekly_reviews: float  # expected, above 0
    begins_at: datetime  # the first review that it looks at was decided at or after this moment
    made_at: datetime

    def __post_init__(self) -> None:
        aware("begins_at", self.begins_at)
        aware("made_at", self.made_at)


class DigestMessageKind(StrEnum):
    """The messages that tell a digest, or what could not wait for one."""

    ROUTE = "route"  # the digest of one route
    CALM = "calm"  # several routes in which nothing moved
    DETAIL = "detail"  # in the thread of one of these
    SUGGESTION = "suggestion"  # whether to retrain: in the thread, and to leads as a direct message
    ALERT = "alert"  # the watch over verdicts is sure: to leads, at once


@dataclass(frozen=True, kw_only=True, slots=True)
class DigestMessage:
    """One message in Slack; its id says what it tells to whom, so that it is posted once."""

    message_id: str  # such as `route:2026-W47:Card support:C01DIGEST`
    kind: DigestMessageKind
    week: str  # ISO week of the digest; of an alert the week in which it was found
    routes: tuple[str, ...]  # one; several with CALM
    recipient: str  # a channel, or the Slack user id of a direct message
    parent_id: str = ""  # message in whose thread it stands; empty: in none
    part: int = 0  # of the details, from 0
    finding: Finding | None = None  # with ALERT
    reviews: int = 0  # with ALERT: after how many since the change it was found
    made_at: datetime
    channel: str = ""  # where it stands, once it was posted
    ts: str = ""
    files: tuple[tuple[str, str], ...] = ()  # name of each picture that was uploaded for it, and Slack's id of the file

    def __post_init__(self) -> None:
        aware("made_at", self.made_at)


class DigestAnswerKind(StrEnum):
    """What somebody answered to a digest or to its suggestion."""

    SNOOZED = "snoozed"  # what moved is told again from `until` on
    NOT_USEFUL = "not_useful"  # with why
    ACCEPTED = "accepted"  # the suggestion to retrain; a lead
    POSTPONED = "postponed"  # the suggestion, until `until`; a lead
    DISMISSED = "dismissed"  # the suggestion, with why; a lead


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """A finding as somebody answered to it: by what it looked at, and how it stood."""

    aspect: Aspect
    part: PartKind = PartKind.ALL  # of an answer from before it was kept: ALL, also where a part is named
    name: str = ""  # of the part; empty: all outputs. Untrusted text
    rising: bool | None = None
    effect: float | None = None  # so that "known already" ends when it changes


@dataclass(frozen=True, kw_only=True, slots=True)
class DigestAnswer:
    """One answer of one person; answers are only ever added."""

    answer_id: str
    kind: DigestAnswerKind
    week: str
    route: str  # empty: the policy's own
    by: str  # Slack user id
    at: datetime
    until: datetime | None = None  # with SNOOZED and POSTPONED
    why: str = ""  # with NOT_USEFUL and DISMISSED: the reason's value
    note: str = ""  # untrusted text
    findings: tuple[Told, ...] = ()  # of the digest that it answers to: all that moved, or what it is about
    dataset: str = ""  # with ACCEPTED: version of the dataset that was built

    def __post_init__(self) -> None:
        aware("at", self.at)
        aware("until", self.until)


class Receiver(StrEnum):
    """Programs that the settings name to be told of events."""

    WEBHOOK = "webhook"  # an address, over HTTP
    COMMAND = "command"  # run where Whetstone's worker runs


@dataclass(frozen=True, kw_only=True, slots=True)
class WebhookEvent:
    """What other programs are told, such as `retraining.accepted`."""

    event_id: str
    type: str
    body: JsonValue
    created_at: datetime

    def __post_init__(self) -> None:
        aware("created_at", self.created_at)
