"""Outputs of one user hang together: the variance over users, against numbers worked out by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from reviewers.decisions.clusters import clustered, student
from reviewers.decisions.estimate import Estimate, Method, Population, Sample, change, estimate
from reviewers.decisions.score_interval import fit
from reviewers.decisions.score_profile import Known, profile
from reviewers.decisions.too_few import TooFew


def of_users(verdicts: list[list[float]], outputs: int = 10_000) -> tuple[Sample, Population]:
    """Each user's verdicts, drawn uniformly from so many outputs, all of one risk."""
    wrong = np.concatenate([np.array(one) for one in verdicts])
    whose = np.repeat(np.arange(len(verdicts)), [len(one) for one in verdicts])
    chance = len(wrong) / outputs
    return (
        Sample(wrong=wrong, risk=np.full(len(wrong), 0.2), chance=np.full(len(wrong), chance), cluster=whose),
        Population(risk=np.full(outputs, 0.2), chance=np.full(outputs, chance)),
    )


def number(found: Estimate | TooFew) -> Estimate:
    """It is one."""
    assert isinstance(found, Estimate)
    return found


def test_the_variance_is_that_over_users() -> None:
    """Four users of two outputs, 3 of 8 wrong: sums of (y - 3/8) / 8 are 1.25, -.75, .25 and -.75 over 8.

    4/3 · (1.5625 + .5625 + .0625 + .5625) / 64 = 4/3 · 2.75 / 64, on 3 degrees of freedom.
    """
    sample, population = of_users([[1.0, 1.0], [0.0, 0.0], [1.0, 0.0], [0.0, 0.0]])
    found = clustered(sample, population, fit(profile(sample, population, Known(), process=True), 8.0))
    assert found.variance == pytest.approx(4 / 3 * 2.75 / 64)
    assert found.reviewed == 4
    assert found.degrees == pytest.approx(3.0)


def test_a_user_with_half_of_the_reviews_leaves_few_degrees_of_freedom() -> None:
    """Ten reviews of one and one each of ten: shares .5 and .05, Σ² = .275, so 1 / .275 - 1 = 2.636.

    Left out in turn, the one counts with (1 / .5)² and each of the others with (1 / .95)².
    """
    sample, population = of_users([[1.0, 0.0] * 5] + [[1.0]] * 5 + [[0.0]] * 5)
    found = clustered(sample, population, fit(profile(sample, population, Known(), process=True), 20.0))
    assert found.degrees == pytest.approx(1 / 0.275 - 1)
    # the large user's sum is 0; the others' are ±.5 / 20
    assert found.variance == pytest.approx(10 / 11 * 10 * (0.5 / 20 / 0.95) ** 2)


def test_what_the_risks_say_of_unreviewed_outputs_counts_by_user_too() -> None:
    """Every output reviewed and the risks exact to the user: a user's sum is the share of wrong ones less the mean.

    Five users of four outputs with 0, 1, 2, 3 and 4 wrong of 4: (y - θ) / 20 adds up to -2, -1, 0, 1, 2 over 20.
    """
    verdicts = np.array([[float(place < wrong) for place in range(4)] for wrong in range(5)]).ravel()
    whose, ones = np.repeat(np.arange(5), 4), np.ones(20)
    risk = np.linspace(0.2, 0.8, 20)
    sample = Sample(wrong=verdicts, risk=risk, chance=ones, cluster=whose)
    population = Population(risk=risk, chance=ones, cluster=whose)
    found = clustered(sample, population, fit(profile(sample, population, Known(), process=True), 20.0))
    assert found.variance == pytest.approx(5 / 4 * 10 / 400)


def test_users_whose_outputs_are_all_alike_count_once() -> None:
    """Forty users with ten outputs each, ten of them wrong throughout: worth 40 reviews and not 400."""
    found = number(estimate(*of_users([[1.0] * 10] * 10 + [[0.0] * 10] * 30)))
    assert found.value == pytest.approx(0.25)
    assert found.effective_n == pytest.approx(39.0, rel=0.01)  # p (1 - p) / 39 = 40/39 · Σ z²
    assert (found.method, found.clusters) == (Method.CLUSTERED, 40)


def test_users_with_one_output_each_change_almost_nothing() -> None:
    """400 users: the interval is wider by the finite population and Student's quantile alone.

    1 / √(1 - 400/10,000) = 1.0206. Of 40 wrong in 400 the kurtosis is 1 / .09 - 3 = 8.11, so there are 800 / 7.11 =
    112.5 degrees of freedom, and t / z = 1.0109.
    """
    sample, population = of_users([[1.0]] * 40 + [[0.0]] * 360)
    by_user, single = (number(estimate(one, population)) for one in (sample, replace(sample, cluster=None)))
    assert by_user.value == pytest.approx(single.value)
    wide, narrow = by_user.at(0.95), single.at(0.95)
    assert (wide.high - wide.low) / (narrow.high - narrow.low) == pytest.approx(1.0206 * 1.0109, rel=0.005)


def test_four_users_are_too_few() -> None:
    """Whatever the number of their reviews."""
    assert estimate(*of_users([[1.0, 0.0] * 20] * 4)) == TooFew(found=4, needed=5, of="users")
    assert estimate(*of_users([[0.0] * 46])) == TooFew(found=1, needed=5, of="users")


def test_alike_verdicts_count_by_user() -> None:
    """None wrong of 60 reviews of 20 users, ten with 1 and ten with 5: 60² / (10 + 250) = 13.85 users."""
    found = number(estimate(*of_users([[0.0]] * 10 + [[0.0] * 5] * 10)))
    assert found.effective_n == pytest.approx(3600 / 260)
    assert found.at(0.95).high == pytest.approx(1 - 0.025 ** (260 / 3600))
    assert (found.method, found.clusters, found.reviewed) == (Method.EXACT, 20, 60)


def test_alike_verdicts_of_one_user_above_all_are_too_few() -> None:
    """96 reviews of one and one each of four: 100² / (96² + 4) = 1.08 users."""
    assert estimate(*of_users([[0.0] * 96] + [[0.0]] * 4)) == TooFew(found=1, needed=5, of="users")


def test_alike_verdicts_of_users_with_one_output_each_change_nothing() -> None:
    """The interval is that of 40 reviews."""
    sample, population = of_users([[0.0]] * 40)
    by_user, single = (number(estimate(one, population)) for one in (sample, replace(sample, cluster=None)))
    assert by_user.intervals == single.intervals
    assert by_user.clusters == 40


@pytest.mark.parametrize(
    ("level", "degrees", "expected"), [(0.95, 4.0, 2.776), (0.90, 10.0, 1.812), (0.95, 1e6, 1.960)]
)
def test_the_quantile_is_students(level: float, degrees: float, expected: float) -> None:
    """As tables print it."""
    assert student(level, degrees) == pytest.approx(expected, abs=5e-4)


def test_a_change_compares_intervals_by_user() -> None:
    """From 25 of 100 to 50 of 100 with users all alike: wider than from as many strangers."""
    before = of_users([[1.0] * 10] * 10 + [[0.0] * 10] * 30)
    now = of_users([[1.0] * 10] * 20 + [[0.0] * 10] * 20)
    by_user = change(number(estimate(*before)), number(estimate(*now)))
    strangers = change(
        *(number(estimate(replace(sample, cluster=None), population)) for sample, population in (before, now))
    )
    assert by_user.value == pytest.approx(strangers.value) == pytest.approx(0.25)
    assert by_user.high - by_user.low > 2.0 * (strangers.high - strangers.low)
