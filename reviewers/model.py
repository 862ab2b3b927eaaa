"""The types of the subject: outputs, scores, verdicts and what follows from them.

All are frozen and keyword-only. Times are timezone-aware; a naive one is refused. Probabilities lie in [0, 1].
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

JsonValue: TypeAlias = "str | int | float | bool | None | Sequence[JsonValue] | Mapping[str, JsonValue]"


def _aware(name: str, moment: datetime | None) -> None:
    if moment is not None and moment.tzinfo is None:
        raise ValueError(f"{name} has no time zone")


def _probability(name: str, value: float | None) -> None:
    if value is not None and not 0.0 <= value <= 1.0:
        raise ValueError(f"{name} is {value}, outside [0, 1]")


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


class Reading(StrEnum):
    """The machine's reading of one claim against its passages."""

    SUPPORTED = "supported"
    UNCLEAR = "unclear"
    CONTRADICTED = "contradicted"
    NO_SOURCE = "no_source"


class Mark(StrEnum):
    """A person's mark on one claim."""

    RIGHT = "right"
    WRONG = "wrong"
    NOT_IN_SOURCES = "not_in_sources"


class Reason(StrEnum):
    """Why an output was selected, or that it was not."""

    HELD = "held"  # sent with hold: always selected
    RULE = "rule"  # a rule of the policy names it
    RISK = "risk"  # risk at or above the threshold
    UNIFORM = "uniform"  # the uniform draw took it
    NOT_SELECTED = "not_selected"


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
class Message:
    """One turn of a prompt."""

    role: str  # "system", "user", "assistant", "tool"
    content: str


@dataclass(frozen=True, kw_only=True, slots=True)
class TokenUsage:
    """Tokens that the application's model read and wrote."""

    prompt_tokens: int
    completion_tokens: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Passage:
    """A piece of a source: given by the application, or found in the index."""

    passage_id: str
    text: str
    title: str = ""
    heading: str = ""  # the heading path inside the document, "›"-joined
    address: str = ""  # URL, or empty
    position: int = 0  # character offset in the document
    origin: str = "application"  # "application" or "index"


@dataclass(frozen=True, kw_only=True, slots=True)
class Output:
    """One output of the application's model, as received."""

    output_id: str  # the caller's, unique
    prompt: tuple[Message, ...]
    completion: str
    model: str
    model_version: str = ""
    tags: tuple[str, ...] = ()
    passages: tuple[Passage, ...] = ()
    token_logprobs: tuple[float, ...] | None = None  # natural logarithm, each <= 0
    confidence: float | None = None  # the application's own, in [0, 1]
    latency_ms: float | None = None
    usage: TokenUsage | None = None
    created_at: datetime  # when the application's model wrote it
    received_at: datetime
    metadata: Mapping[str, JsonValue] = field(default_factory=dict)
    hold: bool = False
    submitted_by: str = ""  # a Slack user id or the token's name
    body_hash: str = ""  # sha256 of the canonical body: same body, same answer
    number: int = 0  # short running number, given by the store; people read "#4821"

    def __post_init__(self) -> None:
        _aware("created_at", self.created_at)
        _aware("received_at", self.received_at)
        _probability("confidence", self.confidence)

    @property
    def question(self) -> str:
        """The last turn of a person; empty when the prompt has none."""
        return next((turn.content for turn in reversed(self.prompt) if turn.role == "user"), "")


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """Characters [start, end) of a text."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise ValueError(f"span [{self.start}, {self.end}) is empty or negative")


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """A sentence of the completion that states something."""

    number: int  # 1-based, in the order of the text
    span: Span  # characters of the completion
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ClaimReading:
    """The machine's reading of one claim, with the passages it read."""

    claim: Claim
    reading: Reading
    passages: tuple[Passage, ...] = ()  # best first; with NO_SOURCE the closest ones
    differing: tuple[Span, ...] = ()  # in the text of the first passage: words that differ from the claim
    unsupported: tuple[Span, ...] = ()  # in the claim's text: words that no passage contains


@dataclass(frozen=True, kw_only=True, slots=True)
class Score:
    """One machine reviewer's number for one output."""

    output_id: str
    scorer: str
    version: str
    value: float  # on the scorer's own scale
    explanation: str  # one sentence, safe to show after the verdict
    claim_values: tuple[float, ...] = ()  # one per claim, same scale, where the scorer reads claims
    duration_ms: float = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Risk:
    """The probability that a reviewer would find the output wrong."""

    probability: float
    model_version: str
    verdicts_learned_from: int  # 0 for the prior that holds from the first day
    scores_used: tuple[str, ...]

    def __post_init__(self) -> None:
        _probability("risk", self.probability)

    @property
    def word(self) -> str:
        """ "low" under .10, "medium" under .40, "high" from .40 (surfaces, section 0)."""
        return "low" if self.probability < 0.10 else "medium" if self.probability < 0.40 else "high"


@dataclass(frozen=True, kw_only=True, slots=True)
class Assessment:
    """All that the machine says of one output."""

    output_id: str
    readings: tuple[ClaimReading, ...]
    scores: tuple[Score, ...]
    risk: Risk | None  # None: unscored, `failure` says why
    failure: str = ""  # which scorer failed and how; never turned into a number
    documents_searched: int = 0
    assessed_at: datetime

    def __post_init__(self) -> None:
        _aware("assessed_at", self.assessed_at)
        if (self.risk is None) != bool(self.failure):
            raise ValueError("an assessment has either a risk or a failure")


@dataclass(frozen=True, kw_only=True, slots=True)
class SamplingDecision:
    """Whether an output is selected, and with which chance; stored for every output."""

    output_id: str
    selected: bool
    inclusion_probability: float
    reason: Reason
    rule: str = ""  # the rule's own words, where the reason is RULE
    channel: str = ""  # empty: the default review channel
    policy_version: str
    draw: float  # uniform on [0, 1), a hash of output id and policy version
    decided_at: datetime

    def __post_init__(self) -> None:
        _probability("inclusion_probability", self.inclusion_probability)
        _aware("decided_at", self.decided_at)


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
        _aware("created_at", self.created_at)
        _aware("due_at", self.due_at)


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
        _aware("kept_at", self.kept_at)


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
        _aware("recorded_at", self.recorded_at)
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
        _aware("resolved_at", self.resolved_at)


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
        _aware("held_since", self.held_since)
        _aware("deadline", self.deadline)
        _aware("decided_at", self.decided_at)


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
        _aware("built_at", self.built_at)


@dataclass(frozen=True, kw_only=True, slots=True)
class ApiToken:
    """A bearer token of the API; only its hash is kept."""

    token_id: str
    name: str
    token_hash: str  # sha256, hexadecimal
    created_at: datetime
    revoked_at: datetime | None = None

    def __post_init__(self) -> None:
        _aware("created_at", self.created_at)
        _aware("revoked_at", self.revoked_at)
