"""What the machine says of an output: claims, readings, scores, risk, and whether it is selected."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from reviewers.model.checks import aware, probability
from reviewers.model.outputs import Passage
from reviewers.model.selection import Stratum


class Reading(StrEnum):
    """The machine's reading of one claim against its passages."""

    SUPPORTED = "supported"
    UNCLEAR = "unclear"
    CONTRADICTED = "contradicted"
    NO_SOURCE = "no_source"


class Reason(StrEnum):
    """Why an output was selected, or that it was not."""

    HELD = "held"  # sent with hold: always selected
    RULE = "rule"  # a rule of the policy names it
    RISK = "risk"  # its risk raised the chance, and the draw took it
    UNIFORM = "uniform"  # the part of the draw that is the same for all took it
    NOT_SELECTED = "not_selected"


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
        probability("risk", self.probability)

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
        aware("assessed_at", self.assessed_at)
        if (self.risk is None) != bool(self.failure):
            raise ValueError("an assessment has either a risk or a failure")


@dataclass(frozen=True, kw_only=True, slots=True)
class SamplingDecision:
    """Whether an output is selected, and with which chance; stored for every output."""

    output_id: str
    selected: bool
    inclusion_probability: float  # of being reviewed; of being drawn it is this / keep_probability
    reason: Reason
    rule: str = ""  # the rule's own words, where the reason is RULE
    channel: str = ""  # empty: the default review channel
    policy_version: str
    draw: float  # uniform on [0, 1), a hash of output id and policy version
    decided_at: datetime
    route: str = ""  # the route's name; empty: the policy's own
    model: str = ""  # that wrote it, with its version, as figures name it
    risk: float | None = None  # that the chance was made from; None: not scored
    slice: str = ""  # the slice that the policy puts it in
    cluster: int = 0  # stands for whom it was written for; 0: not known
    stratum: Stratum | None = None  # None: decided before strata were kept
    plan_version: str = ""  # of the plan that gave the chance, with its eps, tau, c and q; empty: none did
    keep_probability: float = 1.0  # of the queue's cuts since then; `inclusion_probability` has it in it

    def __post_init__(self) -> None:
        probability("inclusion_probability", self.inclusion_probability)
        probability("keep_probability", self.keep_probability)
        aware("decided_at", self.decided_at)
