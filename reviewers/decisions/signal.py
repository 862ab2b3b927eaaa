"""Whether the risk still tells wrong outputs from right ones, and what selection does where it does not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from scipy.special import expit, ndtr, ndtri

from reviewers.decisions.estimate_inputs import Floats, Sample
from reviewers.decisions.measures import share_below
from reviewers.decisions.score_interval import Interval
from reviewers.decisions.selection import UNIFORM_PART
from reviewers.decisions.too_few import TooFew

EACH_NEEDS = 5  # wrong outputs, and right ones: our choice, below them the interval spans most of [0, 1]
WORTH_HAVING = 0.60  # AUROC: under it risk saves less than 1 review in 30 (limit exp(mu² / 4), mu = √2 Φ⁻¹(.6))
BELIEVED = 0.6  # chance that the AUROC lies above, under which the signal counts as dead: finds 98 of 100 in two weeks
BELIEVED_AGAIN = 0.8  # chance that brings a dead signal back: our choice, so that it does not come and go
WEEKS_SEEN = 2  # that the guard looks at together: our choice, so that a dead signal is found within two weeks


@dataclass(frozen=True, kw_only=True, slots=True)
class Auroc:
    """The chance that a wrong output has more risk than a right one: 0.5 tells nothing, 1 all, below 0.5 reversed."""

    value: float
    interval: Interval
    level: float
    error: float  # standard error of the logit of the value
    wrong: float  # reviewed outputs that are wrong
    right: float  # reviewed outputs that are right


@dataclass(frozen=True, kw_only=True, slots=True)
class Guard:
    """How far selection may follow the risk."""

    trust: float | None  # chance that the AUROC is above 0.60; None: too few verdicts to tell
    uniform_part: float  # the least part of the budget that is drawn whatever the risk says, in [0, 1]
    dead: bool  # the signal is taken for worthless: selection is uniform, and people are told


def auroc(sample: Sample, *, level: float = 0.95) -> Auroc | TooFew:
    """The weighted AUROC over the outputs that the reviews stand for, with its interval.

    A = Σ_i Σ_j w_i y_i w_j (1 - y_j) ([f_i > f_j] + [f_i = f_j] / 2) / (W1 W0): Mann & Whitney's statistic with weights
    w = 1 / inclusion probability. Its variance comes of what each output contributes (DeLong, DeLong & Clarke-Pearson,
    Biometrics 44, 1988, with weights: placement values P_i, w_i² y_i (P_i - A)² / W1² and the like for right ones), and
    the interval is on the logit scale (Pepe 2003, section 5.2.5). Outputs without a risk are left out.

    Args:
        sample: the reviews; verdicts between 0 and 1 count as wrong and right in part.
        level: of the interval, in (0, 1).

    Returns:
        `TooFew` below 5 wrong or 5 right outputs.
    """
    scored = ~np.isnan(sample.risk)
    risk, weight, wrong = sample.risk[scored], 1.0 / sample.chance[scored], sample.wrong[scored]
    fewer = min(float(wrong.sum()), float((1.0 - wrong).sum()))
    if fewer < EACH_NEEDS:
        return TooFew(
            found=int(fewer),
            needed=EACH_NEEDS,
            of="wrong outputs" if 2.0 * wrong.sum() <= len(wrong) else "right outputs",
        )
    ones, zeros = weight * wrong, weight * (1.0 - wrong)
    below, above = share_below(risk, risk, zeros), 1.0 - share_below(risk, risk, ones)
    value = float(ones @ below / ones.sum())
    variance = _spread(ones, below, value) + _spread(zeros, above, value)
    return _with_interval(value, variance, fewer, level, float(wrong.sum()), float((1.0 - wrong).sum()))


def guard(weeks: Sequence[Auroc | TooFew], *, dead_before: bool = False) -> Guard:
    """How far to follow the risk, by the AUROC of the newest weeks.

    trust = P(AUROC > 0.60), normal on the logit scale, of the two newest weeks that have one together (weighted by
    1 / variance). The uniform part falls in a straight line from 1 at trust 0.6 to 0.2 at trust 1. At a trust below
    0.6 the signal is dead, and stays so until it is above 0.8. Without a week to tell it leaves everything as it was.

    Args:
        weeks: the newest first.
        dead_before: what the last guard said.
    """
    known = [week for week in weeks if isinstance(week, Auroc)][:WEEKS_SEEN]
    if not known:
        return Guard(trust=None, uniform_part=1.0 if dead_before else UNIFORM_PART, dead=dead_before)
    precision = np.array([1.0 / week.error**2 for week in known])
    middle = float(precision @ np.array([_logit(week.value) for week in known]) / precision.sum())
    trust = float(ndtr((middle - _logit(WORTH_HAVING)) * sqrt(float(precision.sum()))))
    dead = trust < (BELIEVED_AGAIN if dead_before else BELIEVED)
    doubt = min(max((1.0 - trust) / (1.0 - BELIEVED), 0.0), 1.0)
    part = 1.0 if dead else UNIFORM_PART + (1.0 - UNIFORM_PART) * doubt
    return Guard(trust=trust, uniform_part=part, dead=dead)


def _spread(weight: Floats, placement: Floats, value: float) -> float:
    return float((weight**2) @ (placement - value) ** 2 / weight.sum() ** 2)


def _logit(share: float) -> float:
    return float(np.log(share / (1.0 - share)))


def _with_interval(value: float, variance: float, fewer: float, level: float, wrong: float, right: float) -> Auroc:
    """A value of 0 or 1 is no certainty: it is kept half a pair away, and the variance at that of a coin at least."""
    least = 0.5 / (wrong * right + 1.0)
    kept = min(max(value, least), 1.0 - least)
    floor = kept * (1.0 - kept) / (wrong * right)
    error = sqrt(max(variance * fewer / (fewer - 1.0), floor)) / (kept * (1.0 - kept))
    reach = float(ndtri(0.5 + level / 2.0)) * error
    middle = _logit(kept)
    low, high = float(expit(middle - reach)), float(expit(middle + reach))
    return Auroc(value=value, interval=Interval(low, high), level=level, error=error, wrong=wrong, right=right)
