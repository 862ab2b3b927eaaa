"""The model of Dawid and Skene: by hand, against a general optimiser, other people's library, and real crowds."""

from __future__ import annotations

import doctest
import warnings
from importlib import import_module
from typing import Any

import numpy as np
import pytest
from scipy.optimize import minimize

from reviewers.decisions import dawid_skene
from reviewers.decisions.dawid_skene import UNKNOWN, Fit, Prior, Priors, Votes, Whole, even_priors, fit
from reviewers.decisions.team_prior import TEAM
from tests.decisions.crowds import crowd

BETA_9_2_AND_20_1_2 = Priors(confusion=np.array([[20.0, 1.2], [2.0, 9.0]]), classes=np.ones(2))


def votes_of(*said: tuple[int, int, int], items: int, voters: int, classes: int = 2) -> Votes:
    """From (item, voter, class) each."""
    item, voter, label = np.array(said, dtype=np.int64).reshape(-1, 3).T
    return Votes(item=item, voter=voter, said=label, items=items, voters=voters, classes=classes)


def stamped(seed: int, *, items: int = 10_000) -> tuple[Votes, np.ndarray]:
    """Three of twelve reviewers on each item; two of the twelve approve nine of ten wrong ones."""
    rng = np.random.default_rng(seed)
    wrong = rng.random(items) < 0.121
    sensitivity, specificity = np.array([0.1, 0.1, *np.linspace(0.72, 0.95, 10)]), np.full(12, 0.985)
    voter = np.argsort(rng.random((items, 12)), axis=1)[:, :3].ravel()
    item = np.repeat(np.arange(items), 3)
    chance = np.where(wrong[item], sensitivity[voter], 1.0 - specificity[voter])
    said = (rng.random(3 * items) < chance).astype(np.int64)
    return Votes(item=item, voter=voter, said=said, items=items, voters=12), wrong


def test_the_examples_of_the_docstrings_hold() -> None:
    """They are run as they stand."""
    assert doctest.testmod(dawid_skene).failed == 0


def test_known_answers_are_counted() -> None:
    """A voter who found 8 of 9 known wrong ones and passed 10 of 10 right ones, under Dirichlet(9, 2) each."""
    said = [(item, 0, int(item < 8)) for item in range(9)] + [(9 + item, 0, 0) for item in range(10)]
    known = np.array([1] * 9 + [0] * 10)
    found = fit(votes_of(*said, items=19, voters=1), even_priors(2, right=9.0, wrong=2.0), known)
    assert found.confusion[0, 1, 1] == pytest.approx((8 + 8) / (9 + 9))  # 8 found and 9 - 1 before, of 9 and 11 - 2
    assert found.confusion[0, 0, 0] == pytest.approx((10 + 8) / (10 + 9))
    assert found.posterior[:, 1].tolist() == [1.0] * 9 + [0.0] * 10


def test_an_item_without_a_vote_has_the_prevalence() -> None:
    """One item, prior 2 : 4, so p = (p + 3) / 5 for its second class: 3/4. Known ones do not count for it."""
    priors = Priors(confusion=np.full((2, 2), 2.0), classes=np.array([2.0, 4.0]))
    found = fit(votes_of((1, 0, 0), (2, 0, 0), items=3, voters=1), priors, np.array([UNKNOWN, 0, 0]))
    assert found.posterior[0] == pytest.approx([0.25, 0.75], abs=1e-5)
    assert found.prevalence == pytest.approx([0.25, 0.75], abs=1e-5)


def test_nobody_voted() -> None:
    """Then all classes are as likely as the prior says, and voters have no row."""
    found = fit(votes_of(items=2, voters=0), even_priors(2))
    assert found.posterior.tolist() == [[0.5, 0.5], [0.5, 0.5]]
    assert found.confusion.shape == (0, 2, 2)


def test_it_is_the_mode_that_a_general_optimiser_finds() -> None:
    """The log posterior of 60 items and 4 voters, maximised over its nine numbers without any expectation step."""
    rng = np.random.default_rng(5)
    wrong = rng.random(60) < 0.3
    item, voter = np.repeat(np.arange(60), 3), np.argsort(rng.random((60, 4)), axis=1)[:, :3].ravel()
    said = (rng.random(180) < np.where(wrong[item], 0.8, 0.1)).astype(np.int64)
    votes = Votes(item=item, voter=voter, said=said, items=60, voters=4)
    found = fit(votes, BETA_9_2_AND_20_1_2)

    def minus_log_posterior(logits: np.ndarray) -> float:
        prevalence, finds, lets = 1 / (1 + np.exp(-logits[0])), *np.split(1 / (1 + np.exp(-logits[1:])), 2)
        if_wrong = np.full(60, prevalence)
        if_right = np.full(60, 1 - prevalence)
        np.multiply.at(if_wrong, item, np.where(said == 1, finds[voter], 1 - finds[voter]))
        np.multiply.at(if_right, item, np.where(said == 1, 1 - lets[voter], lets[voter]))
        prior = 8 * np.log(finds) + np.log(1 - finds) + 19 * np.log(lets) + 0.2 * np.log(1 - lets)
        return -float(np.log(if_wrong + if_right).sum() + prior.sum())

    mode = minimize(minus_log_posterior, np.array([-1.0, *[1.5] * 4, *[3.0] * 4]), method="BFGS").x
    shares = 1 / (1 + np.exp(-mode))
    assert found.settled
    assert found.prevalence[1] == pytest.approx(shares[0], abs=1e-3)
    assert found.confusion[:, 1, 1] == pytest.approx(shares[1:5], abs=1e-3)
    assert found.confusion[:, 0, 0] == pytest.approx(shares[5:], abs=1e-3)


def test_without_a_prior_it_is_the_library_that_others_use() -> None:
    """crowd-kit's probabilities of 300 items with four classes."""
    votes = _four_classes()
    theirs = _crowd_kit(votes)
    ours = fit(votes, even_priors(4)).posterior
    assert np.abs(ours - theirs).max() < 1e-4


@pytest.mark.parametrize(
    ("name", "priors", "measured"),
    [("bluebird", BETA_9_2_AND_20_1_2, 0.898), ("face", even_priors(4, right=2.0), 0.640)],
)
def test_real_crowds_are_read_as_well_as_by_the_library_that_others_use(
    name: str, priors: Priors, measured: float
) -> None:
    """At least crowd-kit's accuracy and the one that was measured for plain maximum likelihood."""
    votes, truth = crowd(name)
    ours = _accuracy(fit(votes, priors), truth)
    assert ours >= measured - 0.0005
    assert ours >= float((_crowd_kit(votes).argmax(axis=1) == truth).mean())


@pytest.mark.parametrize("priors", [BETA_9_2_AND_20_1_2, TEAM], ids=["each", "team"])
@pytest.mark.parametrize("seed", range(3))
def test_two_stampers_of_twelve_hide_little(seed: int, priors: Prior) -> None:
    """Three votes on 10,000 items: .88 of the wrong ones are found (by majority: under .84), and the stampers too."""
    votes, wrong = stamped(seed)
    majority = np.bincount(votes.item, votes.said) >= 2
    found = fit(votes, priors)
    called = found.posterior[:, 1] > 0.5
    assert majority[wrong].mean() < 0.84
    assert called[wrong].mean() >= 0.88
    assert wrong[called].mean() >= 0.90
    assert found.confusion[:2, 1, 1].max() < 0.2 < 0.65 < found.confusion[2:, 1, 1].min()
    assert found.prevalence[1] == pytest.approx(wrong.mean(), abs=0.01)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"classes": 1}, "nothing to tell apart"),
        ({"said": np.array([0, 2])}, "said lies outside 0 to 1"),
        ({"voter": np.array([0])}, "one entry a vote"),
        ({"item": np.array([0, -1])}, "item lies outside 0 to 1"),
    ],
)
def test_votes_that_cannot_be_are_refused(changes: dict[str, Any], words: str) -> None:
    """With what is wrong about them."""
    fields: dict[str, Any] = {
        "item": np.array([0, 1]),
        "voter": np.array([0, 0]),
        "said": np.array([0, 1]),
        "items": 2,
        "voters": 1,
    }
    with pytest.raises(ValueError, match=words):
        Votes(**(fields | changes))


def _four_classes() -> Votes:
    rng = np.random.default_rng(11)
    truth = rng.integers(4, size=300)
    item, voter = np.repeat(np.arange(300), 5), np.argsort(rng.random((300, 9)), axis=1)[:, :5].ravel()
    said = np.where(rng.random(1500) < 0.7, truth[item], rng.integers(4, size=1500))
    return Votes(item=item, voter=voter, said=said, items=300, voters=9, classes=4)


def _crowd_kit(votes: Votes) -> np.ndarray:
    """The probabilities by crowd-kit's DawidSkene, by item and class."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it calls pandas in a way that will go
        aggregation, pandas = import_module("crowdkit.aggregation"), import_module("pandas")
        table = pandas.DataFrame({"task": votes.item, "worker": votes.voter, "label": votes.said})
        found = aggregation.DawidSkene(n_iter=200, tol=-1.0).fit_predict_proba(table)  # else it stops by rounding
    return np.asarray(found.reindex(range(votes.items))[list(range(votes.classes))].to_numpy(), dtype=np.float64)


def _accuracy(found: Fit, truth: Whole) -> float:
    return float((found.posterior.argmax(axis=1) == truth).mean())
