"""What the words count beside the detector, fitted on made claims."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize

from reviewers.decisions.alignment import NAMES, align
from reviewers.trainers.claims.texts import read_texts
from reviewers.trainers.claims.windows import Window, make_windows
from reviewers.trainers.detector_training import held_out_texts, texts_to_learn_from
from reviewers.trainers.lexical_training import Fitted, fit_weighings, words_weight

TEXTS = read_texts()


@pytest.fixture(scope="module")
def tested() -> list[Window]:
    """Claims of passages that nothing learned from."""
    return make_windows(held_out_texts(TEXTS), 30, seed=1)


@pytest.fixture(scope="module")
def weighings() -> dict[str, Fitted]:
    """As the fallback has them."""
    return fit_weighings(make_windows(texts_to_learn_from(TEXTS), 60, seed=1))


def by_words(tested: list[Window], weighings: dict[str, Fitted]) -> list[float]:
    """The lexical logit of each claim, written out."""
    return [
        sum(
            one["intercept"] + sum(one["weights"][name] * number for name, number in zip(NAMES, numbers, strict=True))
            for one in weighings.values()
        )
        for window in tested
        for claim in window.claims
        for numbers in [align(claim.text, " ".join(window.evidence))]
    ]


def test_weight_is_the_ratio_of_a_logistic_regression(tested: list[Window], weighings: dict[str, Fitted]) -> None:
    """A detector that is right by one logit, and noise of two: scipy finds the same ratio."""
    rng = np.random.default_rng(7)
    wrong = np.array([not claim.supported for window in tested for claim in window.claims])
    logits = np.where(wrong, 1.0, -1.0) + 2.0 * rng.standard_normal(len(wrong))
    words = np.array(by_words(tested, weighings))

    def loss(weights: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float:
        at = weights[0] + weights[1] * logits + weights[2] * words
        return float(np.logaddexp(0.0, np.where(wrong, -at, at)).sum())

    found = minimize(loss, np.zeros(3)).x
    assert words_weight(tested, _parted(tested, logits.tolist()), weighings) == pytest.approx(
        min(1.0, max(0.0, found[2] / found[1])), abs=0.011
    )


def test_words_never_count_more_than_the_detector_and_nothing_counts_beside_a_reversed_one(
    tested: list[Window], weighings: dict[str, Fitted]
) -> None:
    """From 0 to 1."""
    wrong = [not claim.supported for window in tested for claim in window.claims]
    noise = np.random.default_rng(3).standard_normal(len(wrong))
    hardly = [0.05 * is_wrong + one for is_wrong, one in zip(wrong, noise, strict=True)]
    assert words_weight(tested, _parted(tested, hardly), weighings) in (0.0, 1.0)
    reversed_ = [-2.0 * is_wrong + 0.5 * one for is_wrong, one in zip(wrong, noise, strict=True)]
    assert words_weight(tested, _parted(tested, reversed_), weighings) == 0.0


def _parted(tested: list[Window], values: list[float]) -> list[list[float]]:
    """By window."""
    left = iter(values)
    return [[next(left) for _ in window.claims] for window in tested]
