"""What the verdicts of a period prove of a route's outputs: how many are wrong, and which may leave without review."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from reviewers.model.checks import aware, probability

Versions = tuple[tuple[str, str], ...]  # name and version of each scorer that read an output, in order

STANDS = timedelta(days=28)  # a proof is made on four weeks of reviews; after as long none of these is in view


@dataclass(frozen=True, kw_only=True, slots=True)
class Rate:
    """A share in [0, 1] with its 95 % interval."""

    value: float
    low: float
    high: float
    reviewed: int  # how many outputs people decided on
    speaks_for: int  # of how many outputs these are the sample
    uncorrected: float | None = None  # what it was without the correction for reviewers' errors; None: not corrected
    method: str = ""  # of the interval, in words


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """The outputs whose risk is at most a threshold, and what the reviews among them say."""

    threshold: float  # a risk in [0, 1]
    share: float  # of all outputs of the period, in [0, 1]
    predicted: float  # share of wrong ones by the risks alone, in [0, 1]
    reviewed: int  # outputs of this part that people decided
    value: float | None = None  # estimated share of wrong ones, in [0, 1]; None: too few reviews to say one
    low: float = 0.0  # at least this share is wrong, with the confidence
    high: float = 1.0  # at most this share is wrong, with the confidence
    worth: float = 0.0  # the reviews drawn evenly that these are worth


@dataclass(frozen=True, kw_only=True, slots=True)
class Guarantee:
    """What the reviews of a period prove of the outputs that may leave without review."""

    limit: float  # the largest share of them that may be wrong, in (0, 1)
    confidence: float  # in (0, 1)
    outputs: int  # of the period, with a risk
    reviewed: int  # of these
    proven: Part | None  # the largest part that is proven; None: none is
    missed: Part | None  # the first part that is not; None: all are proven, or there are no outputs
    needed: int | None  # reviews in such a period that would prove it; None: no number would, more seem to be wrong


@dataclass(frozen=True, kw_only=True, slots=True)
class Proof:
    """A part that is proven, as it stands until the next proof.

    It speaks of risks as the scorers of those weeks gave them. A recalibrated risk means the same; a replaced scorer
    ranks otherwise, so what it read belongs to no proof that was made without it.
    """

    limit: float  # at most this share of it is wrong
    confidence: float  # with which
    threshold: float  # outputs with at most this risk belong to it
    share: float  # of all outputs, when it was proven
    high: float  # the bound that the reviews gave
    reviewed: int  # outputs of it that people decided
    proven_at: datetime
    scorers: tuple[Versions, ...] = ()  # the sets of scorers that read its outputs; empty: not known, it holds for none

    def __post_init__(self) -> None:
        probability("threshold", self.threshold)
        aware("proven_at", self.proven_at)

    def holds(self, risk: float, read_by: Versions, *, limit: float, now: datetime) -> bool:
        """Whether an output of this risk by these scorers belongs to it, while it stands and is no looser than this."""
        stands = self.limit <= limit and now - self.proven_at < STANDS
        return stands and risk <= self.threshold and read_by in self.scorers


@dataclass(frozen=True, kw_only=True, slots=True)
class ProofChange:
    """Outputs leave at once from now on, where the risk is low enough; or no more, since nothing is proven."""

    began: bool
    limit: float  # at most this share of them is wrong
    confidence: float  # with which
    share: float  # of all outputs of the route that may leave, or might until now
    reviewed: int  # outputs that the proof rests on, or those of the newest test


@dataclass(frozen=True, kw_only=True, slots=True)
class Judgement:
    """What was known of a route at a moment, from its last four weeks; append-only, the newest counts."""

    route: str  # its name; empty: the policy's own
    rate: Rate | None  # None: too few reviews to say one
    guarantee: Guarantee | None  # the newest test, once a week; None: the route names no release target
    tested_at: datetime | None  # when that was
    proof: Proof | None  # what stands; None: nothing is proven
    made_at: datetime
    others_until: datetime | None = None  # until then other versions of scorers read outputs; None: none in four weeks

    def __post_init__(self) -> None:
        aware("tested_at", self.tested_at)
        aware("made_at", self.made_at)
        aware("others_until", self.others_until)
