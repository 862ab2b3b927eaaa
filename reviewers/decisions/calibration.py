"""Calibration: evidence of any scale becomes the probability that a reviewer finds the output wrong.

The order of trust. Without verdicts: the prior. With few: a Platt curve that is held near the prior. After
`ERRORS_TO_CHOOSE` wrong outputs: whichever of Platt, beta and isotonic does best on verdicts that it has not seen.
Measured on binormal signals with 10 errors in 100, as the root mean squared distance to the true probability:
5 points at 25 verdicts, 3 at 100, 1.5 at 500 (`tests/guarantees/test_calibration.py` prints it).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from scipy.special import expit, logit

from reviewers.decisions import logistic
from reviewers.decisions.logistic import Floats
from reviewers.model import Candidate, Curve, CurveKind

SLOPE = 0.6  # prior mean of the slope: models are over-sure, so their logits shrink (Guo et al., 2017); our choice
SLOPE_RIDGE = 8.0  # prior precision of the slope: a standard deviation of .35, worth a few dozen verdicts
INTERCEPT_RIDGE = 1.0  # our choice: two deployments in three have odds within a factor of e of the prior's
TRIM = 10.0  # no verdict counts more than ten times the mean one: our choice, a bias for much less variance
# Wrong outputs, not verdicts. Our choice: on simulated binormal signals with 10 errors in 100, beta and isotonic curves
# are further from the truth than Platt's up to 2,000 verdicts, which are 200 errors.
ERRORS_TO_CHOOSE = 200
FOLDS = 10
FARTHEST = 12.0  # logits beyond are cut: a probability of 6 in a million
LEAST = 1e-4  # no curve promises less than 1 in 10,000, or more than 9,999: no deployment has verdicts to know better


class Verdicts(NamedTuple):
    """Decided outputs as columns of equal length."""

    evidence: Floats  # a logit each
    wrong: Floats  # 1 for wrong, 0 for right; fractions are allowed
    weights: Floats  # as `balanced` makes them
    folds: Floats  # 0 to FOLDS - 1, as `fold` gives them


def balanced(chances: Floats) -> Floats:
    """Weights 1 / inclusion probability, trimmed at `TRIM` times their mean, with Kish's effective number as the sum.

    Weighting makes a fit speak for all outputs and not for the reviewed ones (Horvitz and Thompson, 1952); a sum of
    (Σw)² / Σw² (Kish, Survey Sampling, 1965, section 11.7) keeps it from counting a few heavy verdicts as many.

    Args:
        chances: inclusion probabilities, in (0, 1]; may be empty.

    >>> balanced(np.array([0.5, 0.5])).tolist()
    [1.0, 1.0]
    """
    if not len(chances):
        return np.zeros(0)
    weights = 1.0 / chances
    weights = np.minimum(weights, TRIM * weights.mean())
    return np.asarray(weights * (weights.sum() / (weights**2).sum()))


def tempered(weights: Floats) -> Floats:
    """Half-way between weights and none: their square roots, with Kish's effective number as the sum.

    Where selection follows the evidence alone and the curve has the right form, weights only add noise; where one of
    both is not so, they keep a fit from speaking for the reviewed outputs only. With few verdicts the noise is the
    larger error, so part of it is given up (DuMouchel and Duncan, 1983, weigh the two against each other; the square
    root is our choice). Curves and stacks are still compared with the whole weights.

    >>> tempered(np.array([1.0, 4.0])).tolist()
    [0.6, 1.2]
    """
    roots = np.sqrt(weights)
    return np.asarray(roots * (roots.sum() / weights.sum())) if len(weights) else weights


def fold(group: str) -> int:
    """The part, 0 to 9, that outputs of this group fall into: by hash, so that it is the same every time."""
    return int.from_bytes(hashlib.sha256(group.encode(errors="surrogatepass")).digest()[:8], "big") % FOLDS


def folds(groups: Sequence[str]) -> Floats:
    """`fold` of each."""
    return np.array([fold(group) for group in groups], dtype=np.float64)


def prior(base_rate: float) -> Curve:
    """The Platt curve of the first day: evidence 0 is the base rate, in (0, 1)."""
    return Curve(kind=CurveKind.PLATT, numbers=(float(logit(base_rate)), SLOPE))


def platt(verdicts: Verdicts, start: Curve) -> Curve:
    """logit(risk) = a + b · evidence (Platt, 1999), with a normal prior around `start` (a Platt curve) and b ≥ 0.

    Without verdicts it is `start`. A slope below 0 is set to 0: evidence that points the wrong way says nothing, and
    the signal's own AUROC tells people of it. Weights are `tempered`.
    """
    features = np.column_stack([np.ones_like(verdicts.evidence), _cut(verdicts.evidence)])
    mean, ridge = np.array(start.numbers), np.array([INTERCEPT_RIDGE, SLOPE_RIDGE])
    weights = tempered(verdicts.weights)
    found = logistic.fit(features, verdicts.wrong, weights, mean=mean, precision=ridge)
    if found[1] < 0.0:
        level = logistic.fit(features[:, :1], verdicts.wrong, weights, mean=mean[:1], precision=ridge[:1])
        found = np.array([level[0], 0.0])
    return Curve(kind=CurveKind.PLATT, numbers=(float(found[0]), float(found[1])))


def beta(verdicts: Verdicts, start: Curve) -> Curve:
    """logit(risk) = c + a · ln s - b · ln(1 - s), s the logistic of the evidence, a ≥ 0 and b ≥ 0.

    Kull, Silva Filho and Flach (2017), section 4: unlike Platt's it can bend, and contains the identity. The prior of
    both weights is the one of Platt's slope, to which they are equal where the curve does not bend. A weight below 0
    is set to 0 and the rest fitted again, as in the authors' procedure.
    """
    sides = _sides(verdicts.evidence)
    kept = [0, 1, 2]
    while True:
        found = logistic.fit(
            sides[:, kept],
            verdicts.wrong,
            verdicts.weights,
            mean=np.array([start.numbers[0], start.numbers[1], start.numbers[1]])[kept],
            precision=np.array([INTERCEPT_RIDGE, SLOPE_RIDGE / 2, SLOPE_RIDGE / 2])[kept],
        )
        negative = [at for at, value in zip(kept, found, strict=True) if at and value < 0.0]
        if not negative:
            break
        kept = [at for at in kept if at not in negative]
    numbers = dict(zip(kept, found.tolist(), strict=True))
    return Curve(kind=CurveKind.BETA, numbers=tuple(numbers.get(at, 0.0) for at in range(3)))


def isotonic(verdicts: Verdicts, start: Curve) -> Curve:
    """The rising steps nearest to the verdicts (Zadrozny and Elkan, 2002), joined by lines between their middles.

    Pool-adjacent-violators on the weighted verdicts, equal evidence first made one. Without verdicts it is `start`.
    """
    if not len(verdicts.evidence):
        return start
    from scipy.optimize import isotonic_regression  # here: 23 MB that only this fit needs, and every process reads us

    places, at = np.unique(_cut(verdicts.evidence), return_inverse=True)
    mass = np.bincount(at, weights=verdicts.weights)
    share = np.bincount(at, weights=verdicts.weights * verdicts.wrong) / mass
    steps = isotonic_regression(share, weights=mass)
    blocks = np.repeat(np.arange(len(steps.blocks) - 1), np.diff(steps.blocks))
    middle = np.bincount(blocks, weights=mass * places) / np.bincount(blocks, weights=mass)
    level = np.clip(steps.x[steps.blocks[:-1]], LEAST, 1.0 - LEAST)
    return Curve(kind=CurveKind.ISOTONIC, numbers=(*middle.tolist(), *level.tolist()))


FITS: dict[CurveKind, Callable[[Verdicts, Curve], Curve]] = {
    CurveKind.PLATT: platt,
    CurveKind.BETA: beta,
    CurveKind.ISOTONIC: isotonic,
}


def probabilities(curve: Curve, evidence: Floats) -> Floats:
    """The risk of each piece of evidence, in (0, 1); evidence beyond the last knot has the last knot's.

    >>> probabilities(Curve(kind=CurveKind.PLATT, numbers=(0.0, 1.0)), np.array([0.0])).tolist()
    [0.5]
    """
    if curve.kind is CurveKind.ISOTONIC:
        half = len(curve.numbers) // 2
        return np.asarray(np.interp(_cut(evidence), curve.numbers[:half], curve.numbers[half:]))
    if curve.kind is CurveKind.BETA:
        logits = _sides(evidence) @ np.array(curve.numbers)
    else:
        logits = curve.numbers[0] + curve.numbers[1] * _cut(evidence)
    return np.asarray(np.clip(expit(logits), LEAST, 1.0 - LEAST))


def cross_fitted(verdicts: Verdicts, start: Curve, fit: Callable[[Verdicts, Curve], Curve]) -> Floats:
    """The risk of each output from a curve that was fitted without its fold."""
    found = np.zeros_like(verdicts.evidence)
    for part in np.unique(verdicts.folds):
        held = verdicts.folds == part
        curve = fit(Verdicts(*(column[~held] for column in verdicts)), start)
        found[held] = probabilities(curve, verdicts.evidence[held])
    return found


def choose(verdicts: Verdicts, start: Curve) -> tuple[Curve, tuple[Candidate, ...]]:
    """The curve to use, and what was compared (the preferred candidate first).

    Fewer than `ERRORS_TO_CHOOSE` errors: Platt, nothing compared. Else the lowest weighted Brier score over ten folds
    replaces Platt, if its gain is more than one standard error of the paired differences (the one-standard-error
    rule: Breiman, Friedman, Olshen and Stone, 1984, section 3.4.3).
    """
    if verdicts.wrong.sum() < ERRORS_TO_CHOOSE:
        return platt(verdicts, start), ()
    foretold = {kind: cross_fitted(verdicts, start, one) for kind, one in FITS.items()}
    plain = foretold[CurveKind.PLATT]
    found = [compared(kind.value, risks, plain, verdicts, loss=squared) for kind, risks in foretold.items()]
    best = min(found, key=lambda one: one.brier)
    if best.gain <= best.gain_error:
        best = found[0]
    ranked = (best, *(one for one in found if one is not best))
    return FITS[CurveKind(best.name)](verdicts, start), ranked


def squared(risks: Floats, wrong: Floats) -> Floats:
    """Brier's loss of each (1950)."""
    return np.asarray((risks - wrong) ** 2)


def surprise(risks: Floats, wrong: Floats) -> Floats:
    """The logarithmic loss of each, in nats."""
    return np.asarray(-(wrong * np.log(risks) + (1.0 - wrong) * np.log1p(-risks)))


def compared(
    name: str, risks: Floats, instead_of: Floats, verdicts: Verdicts, *, loss: Callable[[Floats, Floats], Floats]
) -> Candidate:
    """A candidate's weighted losses, and by how much `loss` is lower than that of `instead_of`, with standard error."""
    wrong, shares = verdicts.wrong, verdicts.weights / verdicts.weights.sum()
    less = loss(instead_of, wrong) - loss(risks, wrong)
    gain = float(shares @ less)
    return Candidate(
        name=name,
        brier=float(shares @ squared(risks, wrong)),
        log_loss=float(shares @ surprise(risks, wrong)),
        gain=gain,
        gain_error=float(np.sqrt((shares**2) @ (less - gain) ** 2)),
    )


def _cut(evidence: Floats) -> Floats:
    return np.asarray(np.clip(evidence, -FARTHEST, FARTHEST))


def _sides(evidence: Floats) -> Floats:
    """Columns 1, ln s and -ln(1 - s) of s = 1 / (1 + exp(-evidence))."""
    cut = _cut(evidence)
    return np.column_stack([np.ones_like(cut), -np.logaddexp(0.0, -cut), np.logaddexp(0.0, cut)])
