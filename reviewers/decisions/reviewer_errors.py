"""How often each reviewer is right, from verdicts on the same outputs and from known answers, with what is not known.

A reviewer misses a wrong output (sensitivity below 1) or turns down a right one (specificity below 1). Where only one
person decided, nobody can tell; where two did, or the answer was known, the model of Dawid and Skene can.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.special import betaincinv

from reviewers.decisions import dawid_skene
from reviewers.decisions.dawid_skene import UNKNOWN, Fit, Real, Votes
from reviewers.decisions.estimate_inputs import Beta, ReviewerErrors
from reviewers.decisions.team_prior import CLASSES, RIGHT, TEAM, WRONG, Belief
from reviewers.decisions.too_few import TooFew

SHARED_NEEDED = 20  # our choice: verdicts with a second opinion or a known answer, before a rate is corrected by them
WORTH_NEEDED = 5.0  # our choice: outputs of known kind that the data speak for, before a person's figure is told
STEP = 1e-5  # of the numerical derivative, on the logit scale


@dataclass(frozen=True, kw_only=True, slots=True)
class Opinion:
    """One deciding verdict, as far as right and wrong go."""

    item: str  # what it is about: verdicts on the same item judge each other
    reviewer: str
    wrong: bool  # they edited or rejected it


@dataclass(frozen=True, kw_only=True, slots=True)
class Accuracy:
    """What is known of one reviewer."""

    reviewer: str
    verdicts: int
    shared: int  # of those: on items that somebody else judged too, or whose answer was known
    errors: ReviewerErrors  # posterior; where nothing speaks, the prior
    wrong_checked: float  # how many known wrong outputs would tell as much of the sensitivity
    right_checked: float  # how many known right outputs would tell as much of the specificity


@dataclass(frozen=True, kw_only=True, eq=False)
class Panel:
    """What all verdicts together say of reviewers and of items."""

    accuracies: tuple[Accuracy, ...]  # by reviewer
    wrong: Mapping[str, float]  # the probability that an item is wrong, given every verdict on it
    prevalence: float  # of wrong ones among the items that were judged, known ones left out; no error rate of outputs
    covariance: Real  # of the logits of all sensitivities, then of all specificities, by reviewer

    @cached_property
    def by_reviewer(self) -> Mapping[str, Accuracy]:
        """The accuracies by Slack user id."""
        return {one.reviewer: one for one in self.accuracies}


def judge(opinions: Sequence[Opinion], known: Mapping[str, bool]) -> Panel:
    """What verdicts say of those who gave them and of what they are about.

    The mode of sensitivities and specificities under TEAM, and for each a Beta(m k, (1 − m) k) with mean m at the mode
    and k = 1 / (V m (1 − m)), where V is the variance of its logit: the inverse of the information that is left of the
    complete-data one, the prior's included, after what is lost by not knowing the truth, for all reviewers and the
    prevalence at once.

    Extremes: where all answers are known it is nearly prior plus counts; where nobody judged what another did, V stays
    near the prior's however many verdicts there are, since errors cannot be told from a higher or lower prevalence.

    Args:
        opinions: one for each reviewer and item at most.
        known: whether the item is wrong, for those whose answer is known.

    Too little data: the prior comes back; `sensitivity`, `specificity` and `of_resolutions` say TooFew.

    Source: Dawid and Skene (1979) for the model, hierarchical as in Paun et al., Transactions of the ACL 6 (2018),
    section 3; Louis, Journal of the Royal Statistical Society B 44 (1982), equation 3.1, for the information.
    """
    reviewers = sorted({one.reviewer for one in opinions})
    items = list(dict.fromkeys(one.item for one in opinions))
    place, number = _numbered(reviewers), _numbered(items)
    votes = Votes(
        item=np.array([number[one.item] for one in opinions], dtype=np.int64),
        voter=np.array([place[one.reviewer] for one in opinions], dtype=np.int64),
        said=np.array([WRONG if one.wrong else RIGHT for one in opinions], dtype=np.int64),
        items=len(items),
        voters=len(reviewers),
    )
    truth = np.array([int(known[item]) if item in known else UNKNOWN for item in items], dtype=np.int64)
    fit = dawid_skene.fit(votes, TEAM, truth)
    covariance = _covariance(votes, fit, truth)
    shared = (np.bincount(votes.item, minlength=len(items)) > 1) | (truth != UNKNOWN)
    return Panel(
        accuracies=tuple(_accuracies(reviewers, votes, fit, covariance, shared)),
        wrong=dict(zip(items, fit.posterior[:, WRONG].tolist(), strict=True)),
        prevalence=float(fit.prevalence[WRONG]),
        covariance=covariance,
    )


def sensitivity(accuracy: Accuracy | None) -> Beta | TooFew:
    """What may be said to a person of how many wrong outputs they find: nothing while the prior does the talking.

    Nor before anybody checked one of theirs: what approvals together tell of how rare wrong outputs are is no check.
    """
    checked = accuracy.wrong_checked if accuracy and accuracy.shared else 0.0
    return accuracy.errors.sensitivity if accuracy and checked >= WORTH_NEEDED else _few(checked)


def specificity(accuracy: Accuracy | None) -> Beta | TooFew:
    """The same of how many right outputs they pass."""
    checked = accuracy.right_checked if accuracy and accuracy.shared else 0.0
    return accuracy.errors.specificity if accuracy and checked >= WORTH_NEEDED else _few(checked)


def interval(found: Beta) -> tuple[float, float]:
    """The central 95 % credible interval of a share."""
    low, high = betaincinv(found.right, found.missed, [0.025, 0.975])
    return float(low), float(high)


def of_resolutions(panel: Panel, deciders: Iterable[tuple[str, ...]]) -> ReviewerErrors | TooFew:
    """How often resolutions are right, for the correction of an error rate that is made of them.

    Of one verdict it is the reviewer's own sensitivity or specificity; of several, the chance that most of them are
    right given that one side has a majority, as they err independently (Condorcet's jury theorem). The mean over the
    resolutions, with the variance of the delta method over the reviewers' joint covariance.

    Args:
        deciders: for each resolution, those whose verdicts made it; a lead's own decision is left out by the caller.

    Too little data: TooFew below SHARED_NEEDED verdicts with a second opinion or a known answer by these people.
    """
    juries = Counter(tuple(sorted(jury)) for jury in deciders if jury and all(who in panel.by_reviewer for who in jury))
    people = {who for jury in juries for who in jury}
    shared = sum(panel.by_reviewer[who].shared for who in people)
    if shared < SHARED_NEEDED:
        return TooFew(found=shared, needed=SHARED_NEEDED, of="second opinions")
    place, amount = _numbered([one.reviewer for one in panel.accuracies]), len(panel.accuracies)
    seats = [(np.array([place[who] for who in jury]), count) for jury, count in juries.items()]
    sensitivity = np.array([one.errors.sensitivity.mean for one in panel.accuracies])
    specificity = np.array([one.errors.specificity.mean for one in panel.accuracies])
    return ReviewerErrors(
        sensitivity=_mean_of(seats, sensitivity, panel.covariance[:amount, :amount]),
        specificity=_mean_of(seats, specificity, panel.covariance[amount:, amount:]),
        checked=shared,
        people=len(people),
    )


def _numbered(names: Iterable[str]) -> dict[str, int]:
    return {name: place for place, name in enumerate(names)}


def _few(checked: float) -> TooFew:
    return TooFew(found=int(checked), needed=int(WORTH_NEEDED), of="checked outputs")


def _accuracies(
    reviewers: Sequence[str], votes: Votes, fit: Fit, covariance: Real, shared: np.ndarray
) -> Iterable[Accuracy]:
    given = np.bincount(votes.voter, minlength=len(reviewers))
    checked = np.bincount(votes.voter[shared[votes.item]], minlength=len(reviewers))
    variance = np.diag(covariance)
    for place, reviewer in enumerate(reviewers):
        finds, wrong = _beta(fit.confusion[place, WRONG, WRONG], variance[place], TEAM.sensitivity)
        passes, right = _beta(fit.confusion[place, RIGHT, RIGHT], variance[len(reviewers) + place], TEAM.specificity)
        yield Accuracy(
            reviewer=reviewer,
            verdicts=int(given[place]),
            shared=int(checked[place]),
            errors=ReviewerErrors(sensitivity=finds, specificity=passes),
            wrong_checked=wrong,
            right_checked=right,
        )


def _beta(mean: float, variance: float, prior: Belief) -> tuple[Beta, float]:
    """The Beta distribution with this mean whose logit has about this variance; and what the data are worth.

    Never less is known than before the first verdict: rounding could say so where the data tell nothing.
    """
    binomial, variance = mean * (1.0 - mean), min(variance, prior.variance)
    weight = 1.0 / (variance * binomial)
    worth = (1.0 / variance - 1.0 / prior.variance) / binomial
    return Beta(right=float(mean * weight), missed=float((1.0 - mean) * weight)), round(float(worth), 6)


def _covariance(votes: Votes, fit: Fit, truth: np.ndarray) -> Real:
    """The inverse of the information on the logits of sensitivities and specificities; prevalence is integrated out."""
    from scipy.sparse import csr_array  # here: what every process would carry, and few compute with

    amount = votes.voters
    wrong, finds, lets = fit.posterior[:, WRONG], fit.confusion[:, WRONG, WRONG], fit.confusion[:, RIGHT, RIGHT]
    prevalence = float(fit.prevalence[WRONG])
    expected = dawid_skene.counts(votes, fit.posterior).sum(axis=2)  # items of each kind that each one judged
    known = np.zeros((2 * amount + 1, 2 * amount + 1))
    known[:amount, :amount] = TEAM.sensitivity.precision(amount)
    known[amount:-1, amount:-1] = TEAM.specificity.precision(amount)
    known += np.diag(
        [
            *(expected[:, WRONG] * finds * (1.0 - finds)),
            *(expected[:, RIGHT] * lets * (1.0 - lets)),
            (np.count_nonzero(truth == UNKNOWN) + CLASSES.sum() - 2.0) * prevalence * (1.0 - prevalence),
        ]
    )
    # What an item's score would be were it wrong, minus were it right; not knowing which costs the variance of that.
    doubt = np.sqrt(wrong * (1.0 - wrong))
    found = votes.said == WRONG
    on_finds = (found - finds[votes.voter]) * doubt[votes.item]
    on_lets = (lets[votes.voter] - ~found) * doubt[votes.item]
    rows = np.concatenate([votes.item, votes.item, np.arange(votes.items)])
    columns = np.concatenate([votes.voter, amount + votes.voter, np.full(votes.items, 2 * amount)])
    values = np.concatenate([on_finds, on_lets, doubt])
    scores = csr_array((values, (rows, columns)), shape=(votes.items, 2 * amount + 1))
    least = min(1.0 / (part.own + amount * part.shared) for part in (TEAM.sensitivity, TEAM.specificity))
    return _inverse(known - (scores.T @ scores).toarray(), least)[:-1, :-1]


def _inverse(information: Real, least: float) -> Real:
    """Nothing is known worse than the prior leaves it: where a fit did not settle, the rest could say so."""
    values, vectors = np.linalg.eigh(information)
    return np.asarray((vectors / np.maximum(values, least)) @ vectors.T)


def _mean_of(seats: Sequence[tuple[np.ndarray, int]], share: Real, covariance: Real) -> Beta:
    """The mean over juries of the chance that most of one are right, as a Beta by its mean and variance."""
    logit = np.log(share / (1.0 - share))
    value = _majority(seats, logit)
    slopes = np.array(
        [
            (_majority(seats, logit + step) - _majority(seats, logit - step)) / (2.0 * STEP)
            for step in STEP * np.eye(len(share))
        ]
    )
    variance = float(slopes @ covariance @ slopes)
    weight = max(value * (1.0 - value) / variance - 1.0, 1.0)
    return Beta(right=value * weight, missed=(1.0 - value) * weight)


def _majority(seats: Sequence[tuple[np.ndarray, int]], logit: Real) -> float:
    share = 1.0 / (1.0 + np.exp(-logit))
    total = sum(count for _, count in seats)
    return sum(count * _most_right(share[jury]) for jury, count in seats) / total


def _most_right(shares: Real) -> float:
    """The chance that more than half are right, given that the two sides are not even."""
    right = np.ones(1)  # the chance of 0, 1, 2 … right ones, one person after the other
    for share in shares:
        right = np.convolve(right, [1.0 - share, share])
    most, half = len(shares) // 2 + 1, len(shares) / 2
    even = right[int(half)] if half == int(half) else 0.0
    return float(right[most:].sum() / (1.0 - even))
