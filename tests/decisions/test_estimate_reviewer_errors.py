"""The share of wrong outputs once reviewers' errors are corrected for."""

from __future__ import annotations

from dataclasses import replace
from math import sqrt

import numpy as np
import pytest

from reviewers.decisions.estimate import (
    Beta,
    ReviewerErrors,
    estimate,
)
from reviewers.decisions.estimate_inputs import Floats
from reviewers.decisions.too_few import TooFew
from tests.decisions.test_estimate import ONE_SIGMA, number, uniform, wilson


def sure(share: float) -> Beta:
    """Known as good as exactly."""
    return Beta(right=share * 1e9, missed=(1.0 - share) * 1e9)


def called(wrong: Floats, sensitivity: float, specificity: float, rng: np.random.Generator) -> Floats:
    """What reviewers who err say of them."""
    chance = np.where(wrong == 1.0, sensitivity, 1.0 - specificity)
    return (rng.random(len(wrong)) < chance).astype(float)


def test_reviewers_errors_are_corrected_as_rogan_and_gladen_do() -> None:
    """20 of 100 called wrong at sensitivity .9 and specificity .95: (.20 - .05) / .85 = .17647; uncorrected .20."""
    errors = ReviewerErrors(sensitivity=sure(0.9), specificity=sure(0.95))
    found = number(estimate(*uniform(20, 100, 10_000), errors=errors, levels=(ONE_SIGMA,)))
    assert found.value == pytest.approx(0.15 / 0.85, abs=1e-6)
    assert found.uncorrected == pytest.approx(0.20)
    # An output's verdict is drawn with the output, so almost no finite-population correction: Wilson at n = 100,
    # its ends corrected like the value (Reiczigel, Földi & Ózsvári, Epidemiology & Infection 138, 2010).
    low, high = wilson(0.20, 100.0, 1.0)
    assert found.at(ONE_SIGMA) == pytest.approx(((low - 0.05) / 0.85, (high - 0.05) / 0.85), abs=1e-3)


def test_doubt_about_the_reviewers_widens_the_interval() -> None:
    """The same means known from 20 golden outputs each, and not as good as exactly."""
    known = ReviewerErrors(sensitivity=sure(0.9), specificity=sure(0.95))
    doubtful = ReviewerErrors(sensitivity=Beta(right=18.0, missed=2.0), specificity=Beta(right=19.0, missed=1.0))
    exact, wide = (
        number(estimate(*uniform(60, 300, 10_000), errors=errors, levels=(ONE_SIGMA,))) for errors in (known, doubtful)
    )
    assert wide.value == pytest.approx(exact.value, abs=1e-6)
    # Delta method (Rogan & Gladen 1978, equation 7): the added variance is (θ² var(se) + (1 - θ)² var(sp)) / .85².
    theta = 0.15 / 0.85
    sampling = 0.2 * 0.8 / 300 / 0.85**2
    added = (theta**2 * 0.9 * 0.1 / 21 + (1 - theta) ** 2 * 0.95 * 0.05 / 21) / 0.85**2
    width = (wide.at(ONE_SIGMA).high - wide.at(ONE_SIGMA).low) / 2
    assert width == pytest.approx(sqrt(sampling + added), rel=0.03)


def test_fewer_wrong_verdicts_than_false_alarms_come_to_nothing_wrong() -> None:
    """2 of 100 called wrong where 5 would be called so by mistake: the value is 0 and the interval begins there."""
    errors = ReviewerErrors(sensitivity=sure(0.9), specificity=sure(0.95))
    found = number(estimate(*uniform(2, 100, 5000), errors=errors))
    assert found.value == pytest.approx(0.0, abs=1e-5)
    assert found.at(0.95).low == 0.0
    assert 0.0 < found.at(0.95).high < 0.05


def test_among_none_called_wrong_only_missed_errors_hide() -> None:
    """None of 100 at sensitivity .8: .0362 / .8."""
    errors = ReviewerErrors(sensitivity=sure(0.8), specificity=sure(0.95))
    found = number(estimate(*uniform(0, 100, 5000), errors=errors))
    assert found.at(0.95) == pytest.approx((0.0, 0.0362 / 0.8), abs=5e-5)
    assert found.uncorrected == 0.0


def test_verdicts_that_tell_nothing_are_none() -> None:
    """Sensitivity and specificity of one half: a coin."""
    coin = ReviewerErrors(sensitivity=Beta(right=1.0, missed=1.0), specificity=Beta(right=1.0, missed=1.0))
    assert estimate(*uniform(12, 100, 1000), errors=coin) == TooFew(found=0, needed=5)


def test_what_a_beta_knows() -> None:
    """Beta(18, 2): mean .9, variance .9 · .1 / 21."""
    assert (Beta(right=18.0, missed=2.0).mean, Beta(right=18.0, missed=2.0).variance) == pytest.approx((0.9, 0.09 / 21))


def test_posterior_probabilities_are_verdicts() -> None:
    """Forty at .5 and sixty at 0 are .2 of 100, and known less well than twenty at 1: what is undecided is added."""
    sample, population = uniform(0, 100, 200)
    between = replace(sample, wrong=np.array([0.5] * 40 + [0.0] * 60))
    found, plain = number(estimate(between, population)), number(estimate(*uniform(20, 100, 200)))
    assert found.value == pytest.approx(0.2)
    assert found.at(0.95).high - found.at(0.95).low > plain.at(0.95).high - plain.at(0.95).low
