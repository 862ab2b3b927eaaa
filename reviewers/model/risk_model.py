"""What the risk has learned: a versioned model, small enough to be kept as a row and read aloud."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from reviewers.model.checks import aware, probability


class CurveKind(StrEnum):
    """How a number of evidence becomes a probability."""

    PLATT = "platt"  # numbers: intercept, slope
    BETA = "beta"  # numbers: intercept, weight of ln s, weight of -ln(1 - s), where s is the logistic of the evidence
    ISOTONIC = "isotonic"  # numbers: the evidence at the knots, then the probabilities there; both rise


class RiskKind(StrEnum):
    """What a risk model rests on."""

    PRIOR = "prior"  # nothing of the deployment's own: it holds from the first day
    ALONE = "alone"  # the detector alone, calibrated by verdicts
    STACK = "stack"  # several scores, weighted by verdicts


@dataclass(frozen=True, kw_only=True, slots=True)
class Curve:
    """A rising map from evidence (a logit, any real number) to a probability."""

    kind: CurveKind
    numbers: tuple[float, ...]  # as their kind says

    def __post_init__(self) -> None:
        count = len(self.numbers)
        wanted = {CurveKind.PLATT: count == 2, CurveKind.BETA: count == 3}
        if not wanted.get(self.kind, count >= 2 and count % 2 == 0):
            raise ValueError(f"a {self.kind} curve does not have {count} numbers")


@dataclass(frozen=True, kw_only=True, slots=True)
class RiskSignal:
    """One score and its part of the evidence: weight · (value - centre) / scale."""

    scorer: str
    version: str  # of the scorer: another version's numbers mean something else; empty: any
    centre: float = 0.0  # on the scorer's own scale
    scale: float = 1.0  # the same, above 0
    weight: float = 1.0  # logits for each `scale`

    def __post_init__(self) -> None:
        if self.scale <= 0:
            raise ValueError(f"a scale of {self.scale} is not above 0")


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """One way to turn scores into risks, and how it did on verdicts that it had not seen (cross-validated, weighted).

    `gain` and `gain_error` compare it, verdict by verdict, with the candidate that it would have to replace: 0 for
    that one itself.
    """

    name: str  # "platt", "beta", "isotonic" or "stack"
    brier: float  # mean squared error of the probability, in [0, 1]
    log_loss: float  # nats a verdict
    gain: float = 0.0  # by how much its loss is lower; below 0: it is worse
    gain_error: float = 0.0  # the standard error of `gain`


@dataclass(frozen=True, kw_only=True, slots=True)
class RiskModel:
    """How scores become a risk. What it was fitted on ended before the week in which it is used."""

    version: str  # names kind and content: the same numbers have the same version
    kind: RiskKind
    signals: tuple[RiskSignal, ...]  # the detector first
    curve: Curve
    base_rate: float  # the risk where none of the signals is there: no claims, or no sources
    verdicts: int = 0  # decided outputs it learned from
    errors: int = 0  # how many of them were wrong
    before: datetime | None = None  # they were decided before this moment; None for the prior
    candidates: tuple[Candidate, ...] = ()  # what was compared, the preferred one first; empty: too few to compare

    def __post_init__(self) -> None:
        probability("base_rate", self.base_rate)
        aware("before", self.before)
        if not self.signals:
            raise ValueError("a risk model reads at least one score")
        if not 0 <= self.errors <= self.verdicts:
            raise ValueError(f"{self.errors} of {self.verdicts} verdicts cannot be errors")
