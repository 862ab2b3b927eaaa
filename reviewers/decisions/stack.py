"""A ridge-logistic stack of scores, used only where the deployment's own verdicts prefer it over the detector alone.

Measured on six public sets: weights that were learned on five lower the mean AUROC on the sixth (.775 to .757), and
with 50 to 250 verdicts of the own set they help on one (.755 to .791) and hurt on another (.617 to .481). So the
detector alone is what has to be beaten, by more than chance, on verdicts that neither has seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from reviewers.decisions import logistic
from reviewers.decisions.calibration import (
    INTERCEPT_RIDGE,
    LEAST,
    SLOPE_RIDGE,
    Verdicts,
    compared,
    cross_fitted,
    platt,
    surprise,
    tempered,
)
from reviewers.decisions.logistic import Floats
from reviewers.model import Candidate, Curve, CurveKind, RiskSignal

OF_EACH = (
    50  # wrong and right outputs before a stack is tried: our choice, near the ten errors a weight of Peduzzi (1996)
)
SURE = 2.0  # standard errors by which the stack's log-loss must be lower: our choice, 1 time in 40 by chance alone
WEIGHT_RIDGE = 8.0  # prior precision of a weight around 0, as of the detector's slope
PRESENT = 0.5  # share of the outputs that must have a score before it is stacked: our choice


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """Scores as columns, the detector first; NaN where an output has none."""

    scorers: tuple[tuple[str, str], ...]  # name and version of each column
    values: Floats  # one row an output


@dataclass(frozen=True, kw_only=True, slots=True)
class Stack:
    """A stack that was fitted: its evidence is a logit as it is, so its curve is the identity plus an intercept."""

    signals: tuple[RiskSignal, ...]
    curve: Curve


def usable(table: Table) -> Table:
    """The columns that can be stacked: the detector, and each other score that most outputs have and that varies."""
    kept = [0]
    for column in range(1, table.values.shape[1]):
        found = table.values[:, column]
        known = found[~np.isnan(found)]
        if len(known) >= PRESENT * len(found) and len(known) > 1 and float(known.std()) > 0.0:
            kept.append(column)
    return Table(scorers=tuple(table.scorers[at] for at in kept), values=table.values[:, kept])


def fit(table: Table, verdicts: Verdicts, start: Curve) -> Stack:
    """Σⱼ wⱼ (xⱼ - centreⱼ) / scaleⱼ + a, with a normal prior of every weight (le Cessie and van Houwelingen, 1992).

    The prior is the detector alone: its weight is held near the slope of `start` (a Platt curve), every other near 0.
    Scores are brought to mean 0 and standard deviation 1 of what was seen, but for the detector, whose scale is the
    logit; a score that is missing adds nothing.

    Args:
        table: one row a verdict; every column varies, as `usable` gives it.
        verdicts: of the same rows.
        start: where the detector alone begins.
    """
    centres = np.array([0.0, *np.nanmean(table.values[:, 1:], axis=0)])
    scales = np.array([1.0, *np.nanstd(table.values[:, 1:], axis=0)])
    scales = np.where(scales > 0.0, scales, 1.0)  # a column that varies may still be constant in a part of the rows
    features = np.column_stack([np.ones(len(table.values)), _standing(table.values, centres, scales)])
    others = len(table.scorers) - 1
    found = logistic.fit(
        features,
        verdicts.wrong,
        tempered(verdicts.weights),
        mean=np.array([*start.numbers, *([0.0] * others)]),
        precision=np.array([INTERCEPT_RIDGE, SLOPE_RIDGE, *([WEIGHT_RIDGE] * others)]),
    )
    signals = tuple(
        RiskSignal(scorer=name, version=version, centre=float(centre), scale=float(scale), weight=float(weight))
        for (name, version), centre, scale, weight in zip(table.scorers, centres, scales, found[1:], strict=True)
    )
    return Stack(signals=signals, curve=Curve(kind=CurveKind.PLATT, numbers=(float(found[0]), 1.0)))


def evidence(signals: Sequence[RiskSignal], values: Floats) -> Floats:
    """The evidence of each row of scores; a missing score (NaN) adds nothing."""
    centres, scales, weights = (
        np.array([getattr(signal, name) for signal in signals]) for name in ("centre", "scale", "weight")
    )
    return np.asarray(_standing(values, centres, scales) @ weights)


def compare(table: Table, verdicts: Verdicts, start: Curve) -> tuple[Candidate, Candidate] | None:
    """The detector alone and the stack on verdicts that each has not seen, in this order; None: too few to say.

    Ten folds by hash of the output's group. `gain` of the stack is how much lower its weighted log-loss is.
    """
    wrong = int(verdicts.wrong.sum())
    if min(wrong, len(verdicts.wrong) - wrong) < OF_EACH or table.values.shape[1] < 2:
        return None
    alone = cross_fitted(verdicts, start, platt)
    stacked = np.empty_like(alone)
    for part in np.unique(verdicts.folds):
        held = verdicts.folds == part
        seen = Verdicts(*(column[~held] for column in verdicts))
        made = fit(Table(scorers=table.scorers, values=table.values[~held]), seen, start)
        logits = evidence(made.signals, table.values[held]) + made.curve.numbers[0]
        stacked[held] = np.clip(expit(logits), LEAST, 1.0 - LEAST)
    return (
        compared("alone", alone, alone, verdicts, loss=surprise),
        compared("stack", stacked, alone, verdicts, loss=surprise),
    )


def preferred(stack: Candidate) -> bool:
    """Whether the stack replaces the detector alone: its gain is `SURE` standard errors or more."""
    return stack.gain > 0.0 and stack.gain >= SURE * stack.gain_error


def _standing(values: Floats, centres: Floats, scales: Floats) -> Floats:
    return np.asarray(np.nan_to_num((values - centres) / scales, nan=0.0))
