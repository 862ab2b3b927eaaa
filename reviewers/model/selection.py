"""Selection under a budget: the plan that turns risk into a chance, what a cut queue did to it, and what it came to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from reviewers.model.checks import aware, probability


class Stratum(StrEnum):
    """By what the chance of an output came about; outputs of one stratum were selected in one way."""

    HELD = "held"  # sent with hold: chance 1
    RULE = "rule"  # a rule of the policy gives the chance
    DRAWN = "drawn"  # the plan of its route, or without a budget the threshold and the uniform rate


@dataclass(frozen=True, kw_only=True, slots=True)
class SelectionPlan:
    """How the risk of an output becomes its chance, until the next plan.

    With f the risk drawn to its mean by the humility, and g = share^-q the factor of the output's slice, it is
    min(1, max(floor, scale · [(1 - uniform part) · √(f(1-f)) g / mean worth + uniform part · g / mean factor])).
    """

    humility: float  # eps in [0, 1]: how far each risk is drawn to the mean; 1 before any error was seen
    uniform_part: float  # tau in [0, 1]: share of the budget that is spent whatever the risk; 1: all of it
    slice_power: float  # q: 0 only the whole matters, 0.5 slices matter, 1 each slice gets as many reviews
    mean_risk: float  # of recent outputs; stands for the risk of what nothing scored
    mean_worth: float  # of √(f(1-f)) times the slice's factor, over recent outputs
    mean_factor: float  # of the slice's factor, over recent outputs
    scale: float  # c: with it the chances of the expected outputs add up to the budget
    floor: float  # in (0, 1]: no output has a smaller chance
    shares: Mapping[str, float] = field(default_factory=dict)  # slice -> its share of recent outputs
    budget: float  # reviews that the plan spends
    expected_outputs: float  # on so many outputs
    learned_from: int  # recent outputs that it was made of
    errors_seen: float  # wrong outputs that people found so far

    def __post_init__(self) -> None:
        for name in ("humility", "uniform_part", "mean_risk", "floor"):
            probability(name, getattr(self, name))
        if self.floor <= 0.0:
            raise ValueError("a floor above zero is always kept")


@dataclass(frozen=True, kw_only=True, slots=True)
class Signal:
    """How well the risk ranks what people found wrong, as a plan saw it."""

    auroc: float | None = None  # weighted by 1/chance; None: too few verdicts to say
    low: float | None = None  # of its 95 % interval
    high: float | None = None
    reviewed: int = 0  # verdicts that it rests on
    wrong: int = 0  # of these
    trusted: bool = True  # False: the plan is uniform, since the risk may say nothing


@dataclass(frozen=True, kw_only=True, slots=True)
class MadePlan:
    """A plan as it was made for a route, with what it was made from; append-only, the newest of a route counts."""

    version: str
    route: str  # the route's name; empty: the policy's own
    plan: SelectionPlan
    signal: Signal = Signal()
    seconds_a_review: float  # as learned until then
    minutes_per_week: float  # the budget
    minutes_spent: float  # of this ISO week until then, and on what waits to be reviewed
    policy_version: str
    made_at: datetime

    def __post_init__(self) -> None:
        aware("made_at", self.made_at)


@dataclass(frozen=True, kw_only=True, slots=True)
class Cut:
    """What a cut of an overflowing queue meant for one task in it; append-only."""

    output_id: str
    route: str
    keep_probability: float  # with which this cut kept each task that it could take, in (0, 1)
    kept_so_far: float  # the product over all cuts of this output, this one included
    draw: float  # kept iff draw < keep_probability
    kept: bool
    reaches_from: datetime  # when the oldest output in this cut was decided on
    cut_at: datetime

    def __post_init__(self) -> None:
        probability("keep_probability", self.keep_probability)
        probability("kept_so_far", self.kept_so_far)
        if self.keep_probability <= 0.0:
            raise ValueError("each task keeps a chance above zero")
        aware("reaches_from", self.reaches_from)
        aware("cut_at", self.cut_at)


@dataclass(frozen=True, kw_only=True, slots=True)
class QueueCut:
    """One cut of a route's queue, as it is told."""

    waited: int  # drawn answers that waited
    cut: int  # of these, closed by lot
    most: int  # that may wait: a week's budget, or what the policy says


@dataclass(frozen=True, kw_only=True, slots=True)
class HourCount:
    """How many outputs were decided on in one hour."""

    hour: datetime  # its start, in UTC
    outputs: int

    def __post_init__(self) -> None:
        aware("hour", self.hour)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class PeriodOutputs:
    """All outputs of a period as columns, selected or not, one entry an output; known answers are left out.

    `reviewed`, `wrong` and `task_ids` go together: one entry for each output that people decided on. What was sent to
    review by hand is no draw, and counts as not reviewed.
    """

    decided_at: NDArray[np.datetime64]  # microseconds, UTC
    risk: NDArray[np.float64]  # in [0, 1]; NaN where the output was not scored
    chance: NDArray[np.float64]  # of being reviewed, in (0, 1], cuts of the queue included
    stratum: NDArray[np.int32]  # places in `strata`
    route: NDArray[np.int32]  # places in `routes`
    slice: NDArray[np.int32]  # places in `slices`
    model: NDArray[np.int32]  # places in `models`
    cluster: NDArray[np.int64]  # outputs of one user or conversation share it; 0 where none is known
    strata: tuple[str, ...]  # values of Stratum; empty: decided before strata were kept
    routes: tuple[str, ...]  # names of routes; empty: the policy's own
    slices: tuple[str, ...]
    models: tuple[str, ...]  # model and version, such as "helpdesk-8b 2026-11-03"
    reviewed: NDArray[np.intp]  # entries that people decided on, ascending
    wrong: NDArray[np.bool_]  # edited or rejected; False: approved
    task_ids: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.risk)
