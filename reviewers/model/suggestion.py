"""Whether to retrain: five conditions with the numbers behind each, and what is cheaper to try first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from reviewers.model.checks import aware, probability


class Met(StrEnum):
    """What became of a condition."""

    MET = "met"
    FAILED = "not met"
    UNKNOWN = "unknown"  # too little is there to tell


class Upstream(StrEnum):
    """What an application can change beside the weights of its model; the cheapest to cure first."""

    SOURCE = "source"  # a document behind the answers
    INDEX = "index"  # what the search returns
    PROMPT = "prompt"
    MODEL = "model"  # another model or version


@dataclass(frozen=True, kw_only=True, slots=True)
class UpstreamChange:
    """Something that changed before the errors did, or with them."""

    kind: Upstream
    name: str  # title of the document, name of the index, version of the prompt or model. Untrusted text
    changed_at: datetime
    wrong: int  # wrong outputs of the failing part that go with the change: cite the source, come from the version
    of: int  # wrong outputs of the failing part

    def __post_init__(self) -> None:
        aware("changed_at", self.changed_at)
        if not 0 <= self.wrong <= self.of:
            raise ValueError(f"{self.wrong} of {self.of} wrong outputs")


@dataclass(frozen=True, kw_only=True, slots=True)
class Cure:
    """What is cheaper than retraining and would cure more."""

    kind: Upstream
    change: UpstreamChange | None  # None: no change is known, but the errors are of this kind
    wrong: int  # wrong outputs that it would cure
    of: int  # wrong outputs of the failing part


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """1: more is wrong than the target allows, or than before."""

    met: Met
    value: float | None  # share of wrong outputs, in [0, 1]; None: too few reviews
    low: float | None  # of its 95 % interval
    target: float | None  # None: the route names none
    crossed: bool  # the sequential detector found more wrong outputs, and it was confirmed
    reviewed: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Material:
    """2: there is enough to learn from."""

    met: Met
    corrections: int  # since the last dataset, duplicates removed
    needed: int
    part: str  # the failing slice or topic; empty: no part stands out. Untrusted text
    in_part: int | None  # corrections there; None: no part stands out
    part_needed: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Gain:
    """3: training is expected to cure enough of it."""

    met: Met
    runs: int  # past trainings that a learning curve rests on
    rate: float | None  # expected share of wrong outputs after it; None: unknown
    worst: float | None  # the upper end of that: with the lower 80 % bound of the gain
    needed: float | None  # least gain, half of the gap to the target; None: no target or no rate


@dataclass(frozen=True, kw_only=True, slots=True)
class Agreement:
    """4: reviewers agree on what is right."""

    met: Met
    alpha: float | None  # Krippendorff's; None: too few outputs with two opinions
    needed: float
    part: str  # where it was measured; empty: on all outputs. Untrusted text
    twice: int  # outputs with two opinions


@dataclass(frozen=True, kw_only=True, slots=True)
class OtherCause:
    """5: nothing that changed upstream explains it."""

    met: Met
    changes: tuple[UpstreamChange, ...]  # in the two windows, the one that explains the most first
    unchanged_since: datetime | None  # the last change before; None: with changes, or none is known
    watched: tuple[Upstream, ...]  # what is known to be watched

    def __post_init__(self) -> None:
        aware("unchanged_since", self.unchanged_since)


@dataclass(frozen=True, kw_only=True, slots=True)
class TrainingSet:
    """What a training would learn from."""

    name: str  # such as "cards-12"
    corrections: int
    approved: int  # approved outputs beside them, so that the model does not learn that all was wrong
    share_approved: float  # in [0, 1]

    def __post_init__(self) -> None:
        probability("share_approved", self.share_approved)


@dataclass(frozen=True, kw_only=True, slots=True)
class Suggestion:
    """The five conditions of one week; only the expected gain may be unknown: no training may have told it."""

    evidence: Evidence
    material: Material
    gain: Gain
    agreement: Agreement
    other_cause: OtherCause
    cure: Cure | None  # None: nothing is cheaper
    training_set: TrainingSet | None  # with a suggestion

    @property
    def conditions(self) -> tuple[Evidence, Material, Gain, Agreement, OtherCause]:
        """All five, in their order."""
        return self.evidence, self.material, self.gain, self.agreement, self.other_cause

    @property
    def suggested(self) -> bool:
        """Whether all conditions are met, but for a gain that nothing is known of yet."""
        others = (self.evidence, self.material, self.agreement, self.other_cause)
        return self.gain.met is not Met.FAILED and all(condition.met is Met.MET for condition in others)

    @property
    def due(self) -> bool:
        """Whether it is worth a message at all: there is evidence that something is wrong."""
        return self.evidence.met is Met.MET
