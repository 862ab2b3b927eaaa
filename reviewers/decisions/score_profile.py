"""Risks that are tilted until they fit: what each tilt says of the share of wrong outputs, and how sure the design is.

On the logit scale all risks are shifted alike, after they were stretched by a slope. For each shift stand fixed the
share θ that it means, the distance U of the verdicts from it, and the variance V of that distance if it were the truth.
Everything is counted by cells of equal logit, so that a million outputs cost a few passes and no sort.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from reviewers.decisions.estimate_inputs import Floats, Population, ReviewerErrors, Sample

LEAST_RISK = 1e-5  # risks are kept this far from 0 and 1: our choice, since a certain risk could never be corrected
CELLS = 2048  # of equal width on the logit scale: our choice; at .011 wide they add 1/100,000 to the variance
UNKNOWN_RISK = 0.5  # where nothing at all was scored; any constant gives the same estimate

Cells = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """How verdicts err, as plain numbers; without any, verdicts are the truth."""

    sensitivity: float = 1.0
    specificity: float = 1.0
    sensitivity_variance: float = 0.0
    specificity_variance: float = 0.0

    @classmethod
    def of(cls, errors: ReviewerErrors | None) -> Known:
        """The means and variances of what is known."""
        if errors is None:
            return cls()
        return cls(
            sensitivity=errors.sensitivity.mean,
            specificity=errors.specificity.mean,
            sensitivity_variance=errors.sensitivity.variance,
            specificity_variance=errors.specificity.variance,
        )

    @property
    def sharpness(self) -> float:
        """sensitivity + specificity - 1 (Youden's J): what a verdict tells, from 0 (nothing) to 1 (all)."""
        return self.sensitivity + self.specificity - 1.0


class Moments(NamedTuple):
    """What each shift means; one place a shift in each array."""

    share: Floats  # θ, the share of wrong outputs
    distance: Floats  # U, of the verdicts from it
    variance: Floats  # V, of U under the design
    third: Floats  # K, the third central moment of U under the design
    doubt: Floats  # what the doubt about the reviewers adds to the variance


@dataclass(frozen=True, kw_only=True, slots=True)
class Profile:
    """Reviews and outputs, counted by cells of the logit of the risk."""

    logits: Floats  # of each cell: the mean of its outputs, less `centre`
    centre: float  # the reviews' weighted mean logit: the slope turns around it
    outputs: Floats  # share of all outputs in each cell
    spread: Floats  # what an output's variance counts for in V, summed in each cell
    lopsided: Floats  # the same for K
    reviewed: Floats  # Σ 1/π of the reviews in each cell, as a share of all
    wrong: Floats  # the same, times the verdict
    undecided: float  # the part of V that comes of verdicts between right and wrong
    size: int  # N, all outputs
    mean_risk: float  # stands for the risk of what nothing scored
    process: bool  # whether θ is of whatever makes these outputs, and not of these outputs alone
    known: Known
    slope: float = 1.0  # by which the logits are stretched
    slope_numbers: float = 0.0  # of numbers that the slope took from the reviews, in [0, 1): 0 as the prior has it

    def at(self, shifts: Floats) -> Moments:
        """The moments at these shifts.

        q = expit(slope · logit + shift) is the risk of a cell and a = (1 - specificity) + sharpness · q the chance
        that it is called wrong. θ = Σ share · q; U = Σ w (y - a) / Σ w; V = Σ a (1 - a) (1 - π)/π / N² for these
        outputs, Σ a (1 - a) / π / N² + sharpness² var(q) / N for the process.
        """
        known = self.known
        q = expit(self.slope * self.logits + shifts[:, None])
        called = (1.0 - known.specificity) + known.sharpness * q
        share, spread = q @ self.outputs, called * (1.0 - called)
        if self.process:  # the outputs themselves are a draw
            more = known.sharpness**2 * np.maximum(q**2 @ self.outputs - share**2, 0.0) / self.size
        else:  # an output stays what it is, but its verdict could have been another
            miss, alarm = known.sensitivity * (1.0 - known.sensitivity), known.specificity * (1.0 - known.specificity)
            more = (share * miss + (1.0 - share) * alarm) / self.size
        return Moments(
            share=share,
            distance=self.wrong.sum() - called @ self.reviewed,
            variance=spread @ self.spread + more + self.undecided,
            third=(spread * (1.0 - 2.0 * called)) @ self.lopsided,
            doubt=share**2 * known.sensitivity_variance + (1.0 - share) ** 2 * known.specificity_variance,
        )

    def tilted(self, risk: Floats, shift: float) -> Floats:
        """The risk of each of these outputs at a shift."""
        return np.asarray(expit(self.slope * (_logits(risk, self.mean_risk) - self.centre) + shift))

    def called_wrong(self, risk: Floats) -> Floats:
        """The chance that outputs of these risks are called wrong."""
        return (1.0 - self.known.specificity) + self.known.sharpness * risk


def profile(sample: Sample, population: Population, known: Known, *, process: bool) -> Profile:
    """Count everything by cells, in a few passes over the outputs."""
    mean_risk = _mean(population.risk)
    place, logits = _cells(population.risk, mean_risk)
    drawn, drawn_logits = _cells(sample.risk, mean_risk)
    inverse, weight, size = 1.0 / population.chance, 1.0 / sample.chance, len(population.risk)
    spread = inverse if process else inverse - 1.0
    lopsided = inverse**2 if process else spread * (inverse - 2.0)  # third moment of a draw: (1 - π)(1 - 2π) / π²

    outputs = _total(place)
    stands_for = np.where(outputs > 0.0, outputs, _total(drawn))
    sums = np.where(outputs > 0.0, _total(place, logits), _total(drawn, drawn_logits))
    kept = stands_for > 0.0
    centres = sums[kept] / stands_for[kept]
    reviewed = _total(drawn, weight)[kept] / weight.sum()
    centre = float(reviewed @ centres)
    between = sample.wrong * (1.0 - sample.wrong)
    return Profile(
        logits=centres - centre,
        centre=centre,
        outputs=outputs[kept] / size,
        spread=_total(place, spread)[kept] / float(size) ** 2,
        lopsided=_total(place, lopsided)[kept] / float(size) ** 3,
        reviewed=reviewed,
        wrong=_total(drawn, weight * sample.wrong)[kept] / weight.sum(),
        undecided=float(weight @ between) / float(weight.sum()) / size,
        size=size,
        mean_risk=mean_risk,
        process=process,
        known=known,
    )


def _mean(risk: Floats) -> float:
    known = risk[~np.isnan(risk)]
    return float(known.mean()) if len(known) else UNKNOWN_RISK


def _logits(risk: Floats, mean_risk: float) -> Floats:
    kept = np.clip(np.where(np.isnan(risk), mean_risk, risk), LEAST_RISK, 1.0 - LEAST_RISK)
    return np.log(kept / (1.0 - kept))


def _cells(risk: Floats, mean_risk: float) -> tuple[Cells, Floats]:
    logits = _logits(risk, mean_risk)
    reach = np.log(1.0 / LEAST_RISK - 1.0)
    place = ((logits + reach) * ((CELLS - 1) / (2.0 * reach)) + 0.5).astype(np.int64)
    return np.clip(place, 0, CELLS - 1), logits


def _total(place: Cells, values: Floats | None = None) -> Floats:
    return np.bincount(place, weights=values, minlength=CELLS).astype(np.float64)
