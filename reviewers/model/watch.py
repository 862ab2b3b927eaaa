"""What the watch over verdicts remembers between reviews: small enough to be kept as a row and continued from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from reviewers.model.checks import aware


@dataclass(frozen=True, kw_only=True, slots=True)
class Baseline:
    """How the chance of being wrong followed from the risk while the reference was taken; it never changes again.

    logit P(wrong) = intercept + slope · logit(risk), and intercept + slope · middle + unscored without a risk.
    """

    intercept: float
    slope: float
    middle: float  # logit that stands for the risk of what nothing scored
    unscored: float  # logits that such outputs lie above it
    error: float  # standard error of the logits, 0 or more; 0: the baseline is known
    reviews: int  # that it was taken from; 0: it is waited for
    wrong: float  # of these
    risk_version: str  # of the risk model whose risks it speaks of; empty: nothing is scored
    frozen_at: datetime  # all of its reviews were decided before
    rules: str = ""  # by which people judged them, as `watching.rules` writes them

    def __post_init__(self) -> None:
        aware("frozen_at", self.frozen_at)
        if self.error < 0.0:
            raise ValueError(f"a standard error of {self.error}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Side:
    """The evidence in one direction, a place for each bet."""

    sums: tuple[float, ...]  # ln(1 + M) of each bet's Shiryaev-Roberts sum, 0 at the beginning
    runs: tuple[float, ...]  # logarithm of the best product that ends now, 0 or more
    began: tuple[datetime | None, ...]  # when that product begins; None: there is none above 1
    held: int = 0  # reviews in a row after which the line was crossed
    crossed_at: datetime | None = None  # when that row began, or the row that was confirmed
    confirmed_at: datetime | None = None  # once set it stays until a new baseline

    def __post_init__(self) -> None:
        aware("crossed_at", self.crossed_at)
        aware("confirmed_at", self.confirmed_at)
        if not len(self.sums) == len(self.runs) == len(self.began):
            raise ValueError("each bet has a sum, a run and a beginning")


@dataclass(frozen=True, kw_only=True, slots=True)
class Watch:
    """One watch: over a route, one of its slices, or one version of a model."""

    baseline: Baseline
    weekly_reviews: float  # expected, above 0: the average run length is stated in years of these
    tolerated: float  # standard errors of the baseline that count as no change, 0 or more
    up: Side  # more wrong outputs
    down: Side  # fewer
    seen: int = 0  # reviews since the baseline
    last_at: datetime | None = None  # when the last of them was decided

    def __post_init__(self) -> None:
        aware("last_at", self.last_at)
        if self.weekly_reviews <= 0.0:
            raise ValueError(f"{self.weekly_reviews} reviews a week")
