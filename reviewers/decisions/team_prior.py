"""What is believed of reviewers before their verdicts are checked: of the team, and of how its members differ."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import digamma, polygamma

from reviewers.decisions.dawid_skene import Real
from reviewers.decisions.estimate_inputs import Beta

# Of one reviewer: they find 9 of 11 wrong outputs and turn down 1.2 of 41 right ones. Our choice, from simulated teams:
# with 20 in place of 40 the corrected rate is too low for teams that turn down little, as most do.
SENSITIVITY = Beta(right=9.0, missed=2.0)
SPECIFICITY = Beta(right=40.0, missed=1.2)
SHARED = 0.5  # of the variance is common to the team; our choice, because members differ as much as teams do
CLASSES = np.array([2.0, 2.0])  # one output of each kind, so that a prevalence is never 0
MOST_ROUNDS = 50  # our choice: Newton's steps need under 10
CLOSE = 1e-9  # on the logit scale; our choice, far below what is shown
RIGHT, WRONG = 0, 1  # the classes


@dataclass(frozen=True, kw_only=True, slots=True)
class Belief:
    """A normal prior of the logit of one share, for every member of a team."""

    centre: float  # of everybody
    own: float  # variance of a member around the team
    shared: float  # variance of the team around the centre

    @property
    def variance(self) -> float:
        """Of one member."""
        return self.own + self.shared

    def precision(self, members: int) -> Real:
        """The inverse covariance, members × members: own I + shared 1 1ᵀ, inverted."""
        pull = self.shared / (self.own * (self.own + members * self.shared))
        return np.asarray(np.eye(members) / self.own - pull)

    def mode(self, hits: Real, misses: Real) -> Real:
        """The most probable share of each member, given what was counted: one entry a member in each array.

        Newton's steps on Σ hits log s + misses log(1 − s) − ½ (θ − centre)ᵀ Q (θ − centre) with s the logistic of θ.
        It is concave, and Q is a diagonal less a constant, so that a step costs no more than a look at each member
        (Sherman and Morrison, Annals of Mathematical Statistics 21, 1950).
        """
        place = np.full(len(hits), self.centre)
        pull = self.shared / (self.own * (self.own + len(hits) * self.shared))
        for _ in range(MOST_ROUNDS):
            share, off = 1.0 / (1.0 + np.exp(-place)), place - self.centre
            slope = hits - (hits + misses) * share - off / self.own + pull * off.sum()
            curve = 1.0 / ((hits + misses) * share * (1.0 - share) + 1.0 / self.own)
            step = curve * slope
            step = step + pull * curve * step.sum() / (1.0 - pull * curve.sum())
            place = place + step / max(1.0, float(np.abs(step).max(initial=0.0)))  # one logit at once, at the most
            if float(np.abs(step).max(initial=0.0)) < CLOSE:
                break
        return np.asarray(1.0 / (1.0 + np.exp(-place)))


@dataclass(frozen=True, kw_only=True, slots=True)
class TeamPrior:
    """The prior of a team for `dawid_skene.fit`, of two classes."""

    sensitivity: Belief
    specificity: Belief

    @property
    def classes(self) -> Real:
        """Dirichlet parameters of right and wrong outputs."""
        return CLASSES

    def mode(self, counts: Real) -> Real:
        """The most probable confusion of each member."""
        finds = self.sensitivity.mode(counts[:, WRONG, WRONG], counts[:, WRONG, RIGHT])
        passes = self.specificity.mode(counts[:, RIGHT, RIGHT], counts[:, RIGHT, WRONG])
        return np.stack([np.stack([passes, 1.0 - passes], axis=1), np.stack([1.0 - finds, finds], axis=1)], axis=1)


def belief(of: Beta, shared: float = SHARED) -> Belief:
    """A normal prior of the logit with the mean and the variance that it has under Beta(a, b).

    The mean is ψ(a) − ψ(b) and the variance ψ'(a) + ψ'(b), with ψ the derivative of log Γ.

    Members of one team are not independent: were they, the mean of many would be taken for known before the first
    verdict. So a part of the variance is the team's own.

    Args:
        of: both counts above 0.
        shared: part of the variance that all members have in common, in (0, 1).
    """
    variance = float(polygamma(1, of.right) + polygamma(1, of.missed))
    centre = float(digamma(of.right) - digamma(of.missed))
    return Belief(centre=centre, own=(1.0 - shared) * variance, shared=shared * variance)


TEAM = TeamPrior(sensitivity=belief(SENSITIVITY), specificity=belief(SPECIFICITY))
