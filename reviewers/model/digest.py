"""The weekly digest of a route: what moved, how sure that is, which outputs show it, and whether to retrain.

A digest holds everything that any of its surfaces says, and nothing that depends on when it was made or sent: the same
stored windows give the same digest, and `digest_json` the same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from reviewers.model.checks import aware, probability
from reviewers.model.digest_parts import (
    Corrections,
    Latency,
    PartKind,
    RateLine,
    Reliability,
    ReviewerFigures,
    Sources,
    WeekRate,
)
from reviewers.model.judgement import Rate
from reviewers.model.missing import Missing
from reviewers.model.suggestion import Cure, Suggestion


class State(StrEnum):
    """What a comparison of two windows says."""

    DRIFT = "drift"  # they differ by more than chance
    STABLE = "stable"  # enough was seen, and no difference beyond chance
    INSUFFICIENT = "insufficient"  # too little was seen to say either


class Headline(StrEnum):
    """What the first line of a digest says."""

    MORE_WRONG = "more wrong answers"
    FEWER_WRONG = "fewer wrong answers"
    NEW_QUESTIONS = "new questions"  # what is asked moved, and no error rate
    CHANGED_ANSWERS = "answers changed"  # length, language, refusals, citations or latency moved, and nothing above
    NOTHING_MOVED = "nothing moved"
    TOO_FEW = "too few reviews to say"
    NO_TRAFFIC = "no answers came in"


class Aspect(StrEnum):
    """What was compared between the windows."""

    WRONG = "wrong answers"
    QUESTIONS = "questions"  # embeddings of the last prompt turn
    ANSWERS = "answers"  # embeddings of the completions
    TOPIC = "topic"  # the share of questions that one topic has
    LENGTH = "length"  # of the completions
    LANGUAGE = "language"
    REFUSALS = "refusals"
    NO_CITATION = "answers without a source"
    SIMILARITY = "retrieval similarity"
    RISK = "risk"
    CONFIDENCE = "confidence"  # the application's own
    LATENCY = "latency"
    TOKENS = "tokens"
    COST = "cost"
    CALIBRATION = "calibration"
    AGREEMENT = "agreement"
    SOURCE = "source"  # wrong answers that cite one source


class Unit(StrEnum):
    """What the numbers of a finding are."""

    OF_100 = "of 100"  # a share in [0, 1], read as "14 of 100"
    SHARE = "share"  # a share in [0, 1], read as "4 %"
    SECONDS = "seconds"
    CHARACTERS = "characters"
    TOKENS = "tokens"
    COST = "cost"  # in the currency of the settings
    NUMBER = "number"  # on the measure's own scale
    ORDER = "order"  # chance in [0, 1] that one of this window lies above one of the reference; 0.5: alike


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """A period [start, end); both in UTC."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        aware("start", self.start)
        aware("end", self.end)
        if self.end <= self.start:
            raise ValueError("a window ends after it starts")


@dataclass(frozen=True, kw_only=True, slots=True)
class Example:
    """One output that shows a finding. Both quotes are untrusted text."""

    output_id: str
    number: int  # people read "#4821"
    quote: str  # the answer's words, or the question's where questions moved
    source: str = ""  # what the source says instead; empty: no passage is known
    link: str = ""  # to its card; empty: it was never posted


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One comparison of the current window with the reference, whatever came of it."""

    aspect: Aspect
    part: PartKind = PartKind.ALL  # of which outputs
    name: str = ""  # of the part: slice, topic, model or title of a source; empty: all outputs. Untrusted text
    state: State
    missing: Missing | None = None  # with INSUFFICIENT
    now: float | None = None  # in the current window, in `unit`; a median where a distribution was compared
    before: float | None = None  # in the reference window
    effect: float | None = None  # now minus before; of embeddings and distributions what `unit` says
    low: float | None = None  # of the effect's 95 % interval
    high: float | None = None
    unit: Unit = Unit.NUMBER
    n_now: int = 0  # what it was seen on: reviews of WRONG, CALIBRATION, AGREEMENT and SOURCE, outputs of the others
    n_before: int = 0
    new: bool = False  # of a topic: it was not there before
    rising: bool | None = None  # of verdicts with DRIFT: the watch found more wrong, or fewer; None: it found neither
    since: datetime | None = None  # when the change most likely began
    test: str = ""  # in words, such as "permutation Hotelling T² and MMD"
    p_value: float | None = None  # before it was held against the other comparisons
    e_value: float | None = None  # of a sequential test, above 0
    psi: float | None = None  # population stability index: shown, not tested
    examples: tuple[Example, ...] = ()  # those that pull the most first

    def __post_init__(self) -> None:
        aware("since", self.since)
        probability("p_value", self.p_value)
        if (self.missing is not None) is not (self.state is State.INSUFFICIENT):
            raise ValueError("what is missing is said where, and only where, too little was seen")
        if None not in (self.low, self.high) and self.low > self.high:  # type: ignore[operator]
            raise ValueError(f"an interval from {self.low} to {self.high}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Digest:
    """What one week of one route came to."""

    week: str  # ISO week where the team is, such as "2026-W47"
    route: str  # its name; empty: the policy's own
    zone: str  # name of the time zone in which weeks begin, such as "Europe/Berlin"
    current: Window
    reference: Window  # the four weeks before
    headline: Headline
    outputs: int  # of the current window
    reviewed: int  # of these
    timed_out: int  # drawn ones that nobody decided in time
    reviews_need: int  # from which on a rate is said
    rate: Rate | Missing  # of wrong outputs in the current window
    before: Rate | Missing  # in the reference window
    target: float | None  # the share of wrong outputs that the route allows, in (0, 1); None: it names none
    wrong_ids: tuple[str, ...]  # outputs of the current window that people found wrong: "See 24 wrong answers"
    last_output_at: datetime | None  # None: none ever came
    findings: tuple[Finding, ...]  # of all three states, drift first and within it the most telling first
    cure: Cure | None  # "Do first"; None: there is nothing cheaper to try
    weeks: tuple[WeekRate, ...]  # the oldest first, the digest's own week last
    lines: tuple[RateLine, ...]  # by slice, topic and model, the most reviewed first; without the whole
    reliability: Reliability | Missing
    latency: tuple[Latency, ...]  # by model, the most used first
    sources: Sources
    reviewers: ReviewerFigures
    corrections: Corrections
    suggestion: Suggestion
    policy_version: str
    risk_version: str  # of the risk model; empty: nothing was scored
    seed: int  # of every draw that a test of this digest made, 0 or more

    def __post_init__(self) -> None:
        aware("last_output_at", self.last_output_at)
        probability("target", self.target)
        if self.reference.end > self.current.start:
            raise ValueError("the reference window reaches into the current one")

    def of(self, state: State) -> tuple[Finding, ...]:
        """Its comparisons in this state, in their order."""
        return tuple(finding for finding in self.findings if finding.state is state)
