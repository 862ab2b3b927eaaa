"""Which outputs a budget of reviews should go to: a chance for each, never 0.

An output is worth a review as far as its verdict is uncertain: the variance of an estimate under a budget is least
where chances follow the square root of the verdict's variance, sqrt(f (1 - f)) at risk f (Neyman 1934; for risks from a
model: Zrnic & Candès, Active Statistical Inference, ICML 2024, section 3). Two things temper that. Humility: while few
errors were seen, risks are drawn to their mean. A uniform part: whatever the risk says, a share of the budget is spent
as if it said nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from reviewers.model import SelectionPlan

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

HUMILITY = 5.0  # errors after which risks count half: chosen by coverage at 50 reviews (10 is safer and wider)
UNIFORM_PART = 0.2  # of the budget, at least: our choice, as wide as coverage under a worthless signal asks for
MEAN_RISK = 0.1  # until any output was scored; a plan without scores is uniform and never uses it
LEAST_CHANCE = 1e-6  # below any floor that a policy sets: an estimate divides by the chance


@dataclass(frozen=True, kw_only=True, slots=True)
class Caution:
    """How far risks are believed."""

    humility: float  # eps in (0, 1]: f becomes (1 - eps) f + eps mean f
    uniform_part: float  # tau in (0, 1]: share of the budget that is spent whatever the risk; 1: all of it


def caution(errors_seen: float, *, guard: float = 0.0) -> Caution:
    """eps = k / (k + errors seen), k = 5; tau = max(0.2, eps, guard).

    Nothing seen yet: eps 1 and tau 1, so the draw is uniform. 45 errors: 0.1 and 0.2.

    Args:
        errors_seen: wrong outputs that people found in earlier weeks, 0 or more.
        guard: the least uniform part that the measured signal asks for, in [0, 1]; 1: it is dead (see `signal`).
    """
    humility = HUMILITY / (HUMILITY + errors_seen)
    return Caution(humility=humility, uniform_part=max(UNIFORM_PART, humility, guard))


def chances(
    risk: Floats,
    *,
    budget: float,
    caution: Caution,
    slices: Codes | None = None,
    slice_power: float = 0.0,
    floor: float | Floats = LEAST_CHANCE,
) -> Floats:
    """The inclusion probability of each output of a batch, adding up to the budget.

    pi = min(1, max(floor, c · [(1 - tau) s / mean s + tau g / mean g])), s = sqrt(f (1 - f)) g, g = size^-q of the
    output's slice (power allocation: Bankier, The American Statistician 42, 1988), and c such that Σ pi = budget.
    A budget of all outputs or more gives 1 everywhere; one below the floor's own sum gives the floor everywhere.

    Args:
        risk: chance of being wrong, in [0, 1]; NaN where nothing scored it.
        budget: reviews, 0 or more.
        caution: how far the risks are believed.
        slices: the slice of each output, as a number from 0 on; None: one for all.
        slice_power: q in [0, 1].
        floor: in (0, 1]; of all outputs, or one for each.
    """
    floors = np.asarray(floor, dtype=np.float64)
    _check_floor(float(floors.min(initial=1.0)))
    _check_floor(float(floors.max(initial=1.0)))
    if not len(risk):
        return np.zeros(0)
    factor = np.ones(len(risk))
    if slices is not None and slice_power > 0.0:
        factor = (np.bincount(slices)[slices] / len(risk)) ** -slice_power
    worth = _worth(risk, _mean_risk(risk), caution.humility) * factor
    mixed = _mixed(worth, factor, worth.mean(), factor.mean(), caution.uniform_part)
    return np.clip(_scale(mixed, budget, floors) * mixed, floors, 1.0)


def plan(
    risks: Floats,
    slices: Sequence[str],
    *,
    budget: float,
    expected_outputs: float,
    errors_seen: float,
    guard: float = 0.0,
    slice_power: float = 0.0,
    floor: float = LEAST_CHANCE,
) -> SelectionPlan:
    """The plan that spends a budget on the outputs that are expected, if they are like the recent ones.

    Without recent outputs, or where none was scored, it is uniform: budget / expected outputs each.

    Args:
        risks: of recent outputs, in [0, 1]; NaN where nothing scored it.
        slices: of the same outputs; all "" where the policy has no slices.
        budget: reviews to spend, 0 or more.
        expected_outputs: that are to come in the time the budget is for, above 0.
        errors_seen: see `caution`.
        guard: see `caution`.
        slice_power: q in [0, 1].
        floor: in (0, 1].
    """
    _check_floor(floor)
    scored = bool(len(risks)) and not bool(np.isnan(risks).all())
    care = caution(errors_seen, guard=guard if scored else 1.0)
    names, codes, sizes = np.unique(np.asarray(slices, dtype=str), return_inverse=True, return_counts=True)
    shares = sizes / max(len(slices), 1)
    factor = shares[codes] ** -slice_power if len(risks) else np.ones(1)
    mean_risk = _mean_risk(risks)
    worth = _worth(risks if len(risks) else np.full(1, np.nan), mean_risk, care.humility) * factor
    mixed = _mixed(worth, factor, float(worth.mean()), float(factor.mean()), care.uniform_part)
    spent_here = budget * len(mixed) / max(expected_outputs, 1.0)
    return SelectionPlan(
        humility=care.humility,
        uniform_part=care.uniform_part,
        slice_power=slice_power,
        mean_risk=mean_risk,
        mean_worth=float(worth.mean()),
        mean_factor=float(factor.mean()),
        scale=_scale(mixed, spent_here, floor),
        floor=floor,
        shares={str(name): float(share) for name, share in zip(names, shares, strict=True)},
        budget=budget,
        expected_outputs=expected_outputs,
        learned_from=len(risks),
        errors_seen=errors_seen,
    )


def chance(plan: SelectionPlan, risk: float | None, slice_name: str = "") -> float:
    """The inclusion probability of one output, in [floor, 1]; the formula of `chances`.

    Args:
        plan: the newest one of the output's route.
        risk: None where nothing scored it: it counts as of mean risk.
        slice_name: one that the plan never saw counts as the smallest that it knows.
    """
    share = plan.shares.get(slice_name, min(plan.shares.values(), default=1.0))
    factor = float(share**-plan.slice_power)
    believed = plan.mean_risk if risk is None else (1.0 - plan.humility) * risk + plan.humility * plan.mean_risk
    worth = sqrt(believed * (1.0 - believed)) * factor
    by_risk = worth / plan.mean_worth if plan.mean_worth > 0.0 else 1.0
    mixed = (1.0 - plan.uniform_part) * by_risk + plan.uniform_part * factor / plan.mean_factor
    return min(1.0, max(plan.floor, plan.scale * mixed))


def _check_floor(floor: float) -> None:
    if not 0.0 < floor <= 1.0:
        raise ValueError(f"a floor of {floor} is outside (0, 1]: every output keeps a chance")


def _mean_risk(risk: Floats) -> float:
    known = risk[~np.isnan(risk)]
    return float(known.mean()) if len(known) else MEAN_RISK


def _worth(risk: Floats, mean: float, humility: float) -> Floats:
    believed = (1.0 - humility) * np.where(np.isnan(risk), mean, risk) + humility * mean
    return np.sqrt(believed * (1.0 - believed))


def _mixed(worth: Floats, factor: Floats, mean_worth: float, mean_factor: float, uniform_part: float) -> Floats:
    by_risk = worth / mean_worth if mean_worth > 0.0 else np.ones(len(worth))
    return (1.0 - uniform_part) * by_risk + uniform_part * factor / mean_factor


def _scale(mixed: Floats, budget: float, floor: float | Floats) -> float:
    """The c at which Σ min(1, max(floor, c · mixed)) is the budget, exactly; mixed is above 0.

    The sum grows with c in straight lines; they bend where a chance leaves the floor and where it reaches 1.
    """
    bends = np.concatenate([floor / mixed, 1.0 / mixed])
    order = np.argsort(bends)
    bends, steeper = bends[order], np.concatenate([mixed, -mixed])[order]
    slope = np.cumsum(steeper)[:-1]
    sums = np.full(len(mixed), floor).sum() + np.concatenate([[0.0], np.cumsum(slope * np.diff(bends))])
    if budget <= sums[0]:
        return float(bends[0])
    if budget >= sums[-1]:
        return float(bends[-1])
    place = int(np.searchsorted(sums, budget, side="right")) - 1
    return float(bends[place] + (budget - sums[place]) / slope[place])
