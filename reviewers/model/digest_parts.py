"""The details of a digest, one type for each message of its thread."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from reviewers.model.checks import aware, probability
from reviewers.model.judgement import Rate
from reviewers.model.missing import Missing
from reviewers.model.prices import Price


class PartKind(StrEnum):
    """Which outputs a number speaks of."""

    ALL = "all"
    SLICE = "slice"
    TOPIC = "topic"
    MODEL = "model"  # and its version
    SOURCE = "source"


@dataclass(frozen=True, kw_only=True, slots=True)
class WeekRate:
    """One week of the picture."""

    week: str  # such as "2026-W47"
    rate: Rate | Missing


@dataclass(frozen=True, kw_only=True, slots=True)
class RateLine:
    """Wrong outputs of one part, this week and before."""

    part: PartKind
    name: str  # untrusted text
    rate: Rate | Missing
    before: Rate | Missing
    change: float | None  # now minus before, in [-1, 1]; None where either is missing
    low: float | None  # of the change's 95 % interval
    high: float | None
    reviewed: int  # this week
    outputs: int  # this week
    finding: bool  # tested together with the other lines (e-BH)


@dataclass(frozen=True, kw_only=True, slots=True)
class ReliabilityGroup:
    """Outputs of like risk."""

    said: float  # their mean risk, in [0, 1]
    found: float  # the share that people found wrong, in [0, 1]
    low: float  # of its 95 % interval
    high: float
    reviewed: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Released:
    """What would be wrong if the safest outputs left without review."""

    share: float  # of all outputs, in (0, 1]
    wrong: float  # of these, in [0, 1]


@dataclass(frozen=True, kw_only=True, slots=True)
class Reliability:
    """Whether risk means what it says."""

    within_chance: bool  # no group is further from what it said than chance takes it
    groups: tuple[ReliabilityGroup, ...]  # by rising risk
    error: float | None  # debiased calibration error, in [0, 1]; None: too few verdicts to say
    auroc: float | None  # None: too few verdicts to say
    auroc_low: float | None
    auroc_high: float | None
    coverage: tuple[Released, ...]  # the risk-coverage curve at a few shares, the smallest first
    risk_version: str
    learned_from: int  # verdicts of earlier weeks that the risk model was fitted on


@dataclass(frozen=True, kw_only=True, slots=True)
class Percentiles:
    """How long outputs of one window took, in milliseconds."""

    p50: float
    p95: float
    p99: float
    outputs: int  # that say how long they took


@dataclass(frozen=True, kw_only=True, slots=True)
class Latency:
    """Time, tokens and cost of one model version."""

    model: str  # and its version, as "helpdesk-8b 2026-11-03"
    outputs: int  # this week
    now: Percentiles | Missing
    before: Percentiles | Missing
    changed: bool  # beyond chance
    tokens: float | None = None  # mean of an output, this week; None: not told
    tokens_before: float | None = None
    cost: float | None = None  # of the week, by the prices of the settings; None: no price is known
    price: Price | None = None  # that the cost comes of


@dataclass(frozen=True, kw_only=True, slots=True)
class CitedSource:
    """A source that wrong outputs cite. Its title is untrusted text."""

    title: str
    address: str
    wrong: int  # wrong outputs that cite it
    cited: int  # decided outputs that cite it
    wrong_before: int  # the same in the reference window
    cited_before: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangedSource:
    """A source that changed after an approved answer had cited it."""

    title: str  # untrusted text
    address: str
    changed_at: datetime
    reopened: int  # approved outputs that wait for another look because of it

    def __post_init__(self) -> None:
        aware("changed_at", self.changed_at)


@dataclass(frozen=True, kw_only=True, slots=True)
class Sources:
    """What is to be known of the sources."""

    cited: tuple[CitedSource, ...] = ()  # the most wrong outputs first
    without: int = 0  # questions to which no passage came near
    asked: int = 0  # of so many
    without_before: int = 0
    asked_before: int = 0
    changed: tuple[ChangedSource, ...] = ()  # the newest first


@dataclass(frozen=True, kw_only=True, slots=True)
class MarksEffect:
    """What the machine's marks do to reviewers: found wrong with them and without, in the uniform sample."""

    marked: Rate
    unmarked: Rate
    difference: float  # with minus without, in [-1, 1]
    low: float  # of its 95 % interval
    high: float

    @property
    def finding(self) -> bool:
        """Whether the difference is more than chance."""
        return self.low > 0.0 or self.high < 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class ReviewerFigures:
    """What reviewing took, and how far it can be relied on."""

    minutes: float  # spent in the week
    people: int  # who decided anything
    seconds_a_review: float | None  # median; None: too few to say
    alpha: float | None  # Krippendorff's; None: too few outputs with two opinions
    alpha_low: float | None
    alpha_high: float | None
    twice: int  # outputs with two opinions or more
    waiting: int  # outputs in the queue at the end of the week
    oldest_hours: float | None  # how long the oldest of them has waited; None: none waits
    marks: MarksEffect | Missing

    def __post_init__(self) -> None:
        if self.alpha is not None and not -1.0 <= self.alpha <= 1.0:
            raise ValueError(f"an alpha of {self.alpha}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Corrections:
    """What was collected to learn from."""

    week: int  # edits of the current window
    since_last: int  # edits since the last dataset, duplicates removed
    needed: int  # for a dataset
    approved: int  # approved outputs since the last dataset
    agreed: float | None = None  # share of double-reviewed corrections that agree; None: none was

    def __post_init__(self) -> None:
        probability("agreed", self.agreed)
