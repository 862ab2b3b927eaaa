"""What each item is, and how each voter errs, from votes alone: the model of Dawid and Skene, with priors."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

Whole: TypeAlias = NDArray[np.int64]
Real: TypeAlias = NDArray[np.float64]

UNKNOWN = -1  # in `known`: nobody told the truth of this item
CLOSE = 1e-6  # our choice, because posteriors that move by less change no decision and no figure that is shown
MOST_ROUNDS = 500  # our choice: 10,000 items need about 30 with three votes each, and 250 with 1.2
SMALLEST = 1e-12  # keeps the logarithm of a share that nobody used finite


@dataclass(frozen=True, kw_only=True, eq=False, slots=True)
class Votes:
    """Who said which class of which item; one entry a vote, in any order."""

    item: Whole  # 0 to items − 1
    voter: Whole  # 0 to voters − 1
    said: Whole  # 0 to classes − 1
    items: int
    voters: int
    classes: int = 2

    def __post_init__(self) -> None:
        if self.classes < 2:
            raise ValueError(f"{self.classes} classes leave nothing to tell apart")
        for name, ends in (("item", self.items), ("voter", self.voters), ("said", self.classes)):
            column: Whole = getattr(self, name)
            if column.shape != self.item.shape or column.ndim != 1:
                raise ValueError("item, voter and said have one entry a vote")
            if column.size and not (column.min() >= 0 and column.max() < ends):
                raise ValueError(f"{name} lies outside 0 to {ends - 1}")


class Prior(Protocol):
    """What is believed of voters and of classes before the first vote."""

    @property
    def classes(self) -> Real:
        """Dirichlet parameters of the classes, each ≥ 1."""

    def mode(self, counts: Real) -> Real:
        """The most probable confusion (voters × true × said), given how often each voter said what of which class."""


@dataclass(frozen=True, kw_only=True, eq=False, slots=True)
class Priors:
    """Votes that each voter is taken to have given before the first one, and items of each class."""

    confusion: Real  # classes × classes: Dirichlet parameters of what is said (column) of a true class (row), each ≥ 1
    classes: Real  # Dirichlet parameters of the classes, each ≥ 1

    def mode(self, counts: Real) -> Real:
        """Shares of the votes, with the pseudo-votes less one added."""
        return _normal(counts + (self.confusion - 1.0))


@dataclass(frozen=True, kw_only=True, eq=False, slots=True)
class Fit:
    """The most probable parameters, and what follows for each item."""

    posterior: Real  # items × classes: the probability that an item is of a class; rows sum to 1
    confusion: Real  # voters × classes × classes: the chance that this voter says (last) of a true class (middle)
    prevalence: Real  # of each class among the items that are not known; sums to 1
    rounds: int
    settled: bool  # False: it still moved after MOST_ROUNDS


def even_priors(classes: int, right: float = 1.0, wrong: float = 1.0) -> Priors:
    """The same Dirichlet parameters for every voter and class.

    Args:
        classes: 2 or more.
        right: of saying the true class, ≥ 1; with `wrong` 1 too the fit is plain maximum likelihood.
        wrong: of saying each other class, ≥ 1.
    """
    confusion = np.full((classes, classes), wrong) + (right - wrong) * np.eye(classes)
    return Priors(confusion=confusion, classes=np.ones(classes))


def fit(votes: Votes, priors: Prior, known: Whole | None = None) -> Fit:
    """The mode of the posterior by expectation and maximisation, from the share of votes of each item.

    Voters err independently given the true class, each by their own confusion matrix π:
    P(item i is k | votes) ∝ p_k ∏ π[voter, k, said] (equation 2.5), and π and p are most probable given the counts that
    these probabilities give: under Dirichlet priors the shares with the pseudo-votes less one added (equations 2.3 and
    2.4); any other prior of the confusions has its own `mode`.

    Extremes: one voter alone is believed as far as the prior goes; an item without a vote has the prevalence; voters
    who all agree leave the prior between their confusion and certainty. A known item counts as certain, tells how its
    voters err whatever the others say, and stays out of the prevalence, since somebody chose it for what it is.

    Args:
        known: the true class of each item, UNKNOWN where it is not known; None: none is.

    Too little data: nothing is refused, since the priors always give an answer. Whether it may be said is for the
    caller, who has the number of votes (`reviewer_errors` gives intervals that are wide then).

    Source: Dawid and Skene, Applied Statistics 28 (1979), 20 to 28, section 2; priors as in Raykar et al., Journal of
    Machine Learning Research 11 (2010), section 2.4.

    >>> both = np.array([0, 1])
    >>> votes = Votes(item=np.repeat([0, 1], 2), voter=np.tile(both, 2), said=np.array([1, 1, 0, 0]), items=2, voters=2)
    >>> fit(votes, even_priors(2, right=9.0, wrong=2.0)).posterior[:, 1].round(3).tolist()
    [0.987, 0.013]
    """
    told = known if known is not None else np.full(votes.items, UNKNOWN)
    posterior = _pinned(_shares(votes), told)
    for rounds in count(1):
        confusion = priors.mode(counts(votes, posterior))
        prevalence = _normal(posterior[told == UNKNOWN].sum(axis=0) + (priors.classes - 1.0))
        before, posterior = posterior, _pinned(_expect(votes, confusion, prevalence), told)
        moved = float(np.abs(posterior - before).max(initial=0.0))
        if moved < CLOSE or rounds == MOST_ROUNDS:
            break
    return Fit(posterior=posterior, confusion=confusion, prevalence=prevalence, rounds=rounds, settled=moved < CLOSE)


def counts(votes: Votes, posterior: Real) -> Real:
    """How often each voter said a class of items of a true class, expected: voters × true × said."""
    shape = (votes.voters, votes.classes)
    place = votes.voter * votes.classes + votes.said
    found = np.empty((votes.voters, votes.classes, votes.classes))
    for true in range(votes.classes):
        weights = posterior[votes.item, true]
        found[:, true, :] = np.bincount(place, weights, minlength=votes.voters * votes.classes).reshape(shape)
    return found


def _shares(votes: Votes) -> Real:
    """The share of each class among an item's votes; even where it has none."""
    place = votes.item * votes.classes + votes.said
    given = np.bincount(place, minlength=votes.items * votes.classes).reshape(votes.items, votes.classes)
    return _normal(given.astype(np.float64))


def _normal(weights: Real) -> Real:
    """Shares along the last axis; even where all weights are 0."""
    total = weights.sum(axis=-1, keepdims=True)
    shares: Real = np.where(total > 0, weights / np.maximum(total, SMALLEST), 1.0 / weights.shape[-1])
    return shares


def _expect(votes: Votes, confusion: Real, prevalence: Real) -> Real:
    chance = np.log(np.maximum(confusion, SMALLEST)).transpose(1, 0, 2).reshape(votes.classes, -1)
    place = votes.voter * votes.classes + votes.said
    likely = np.tile(np.log(np.maximum(prevalence, SMALLEST)), (votes.items, 1))
    for true in range(votes.classes):
        likely[:, true] += np.bincount(votes.item, chance[true, place], minlength=votes.items)
    likely = np.exp(likely - likely.max(axis=1, keepdims=True))
    return _normal(likely)


def _pinned(posterior: Real, told: Whole) -> Real:
    """The same, with certainty where the class is known."""
    known = np.flatnonzero(told != UNKNOWN)
    pinned = posterior.copy()
    pinned[known] = np.eye(posterior.shape[1])[told[known]]
    return pinned
