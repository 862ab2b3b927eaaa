"""The statistics of two samples against their definitions, and the permutation test against counting."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from reviewers.decisions import two_samples
from reviewers.decisions.two_samples import Space, permuted, whitened


def some_vectors(rows: int, columns: int = 5, seed: int = 1) -> np.ndarray:
    """Normal ones."""
    return np.random.default_rng(seed).standard_normal((rows, columns)).astype(np.float32)


def marked(rows: int, current: int) -> np.ndarray:
    """The last rows are of the current window."""
    return np.arange(rows) >= rows - current


def test_whitened_sums_order_samples_as_the_classical_statistic_does() -> None:
    """Over twenty labellings, T² by its textbook formula gives the same order."""
    vectors, rng = some_vectors(40), np.random.default_rng(2)
    labels = np.array([rng.permutation(marked(40, 15)) for _ in range(20)])

    classical = []
    for current in labels:
        new, old = vectors[current].astype(float), vectors[~current].astype(float)
        within = (14 * np.cov(new.T) + 24 * np.cov(old.T)) / 38
        gap = new.mean(axis=0) - old.mean(axis=0)
        classical.append(15 * 25 / 40 * gap @ np.linalg.solve(within, gap))

    ours = whitened(vectors, ridge=0.0).statistics(labels.astype(np.float32))
    assert np.array_equal(np.argsort(ours), np.argsort(classical))


def test_the_kernel_gives_the_biased_discrepancy() -> None:
    """|Σ φ|² = (n0 n1 / n)² times the mean of k within either window, minus twice that between them."""
    vectors, current = some_vectors(12, 3), marked(12, 5)
    space = two_samples.kernel(vectors, 2.0)

    pairs = np.exp(-((vectors[:, None] - vectors[None]) ** 2).sum(axis=2) / 2.0)
    new, old = pairs[current][:, current].mean(), pairs[~current][:, ~current].mean()
    by_definition = new + old - 2.0 * pairs[current][:, ~current].mean()
    ours = space.statistics(current[None].astype(np.float32))[0]
    assert ours == pytest.approx((7 * 5 / 12) ** 2 * by_definition, rel=1e-4)


def test_random_features_stand_for_the_kernel() -> None:
    """1,024 of them give the same statistic within their noise."""
    vectors, current = some_vectors(300, 8), marked(300, 100)
    vectors[current, 0] += 1.5
    label = current[None].astype(np.float32)

    exact = two_samples.kernel(vectors, 8.0).statistics(label)[0]
    close = two_samples.fourier(vectors, 8.0, np.random.default_rng(3)).statistics(label)[0]
    assert close == pytest.approx(exact, rel=0.15)


def test_the_witness_adds_up_to_the_statistic() -> None:
    """Each vector's part of it, summed over the current sample."""
    vectors, current = some_vectors(30), marked(30, 10)
    for space in (whitened(vectors), two_samples.kernel(vectors, 3.0)):
        total = space.statistics(current[None].astype(np.float32))[0]
        assert space.witness(current)[current].sum() == pytest.approx(total, rel=1e-3)


def test_a_p_value_counts_the_labellings_that_are_as_far_apart() -> None:
    """On eight vectors all 56 labellings can be counted: the test comes to their share."""
    vectors = some_vectors(8, 2, seed=5)
    vectors[5:] += 0.7
    space = whitened(vectors)
    every = np.zeros((56, 8), np.float32)
    for row, chosen in enumerate(combinations(range(8), 3)):
        every[row, list(chosen)] = 1.0
    statistics = space.statistics(every)
    seen = space.statistics(marked(8, 3)[None].astype(np.float32))[0]
    exact = (statistics >= seen * (1 - 1e-6)).mean()

    test = permuted([space], marked(8, 3), np.random.default_rng(6), permutations=4000)
    assert exact > 0.02
    assert test.p_value == pytest.approx(exact, abs=3 * (exact / 4000) ** 0.5)


def test_one_statistic_twice_costs_nothing() -> None:
    """The permutations know that both say the same; a factor of two would not."""
    vectors = some_vectors(60, seed=7)
    space = whitened(vectors)

    alone = permuted([space], marked(60, 20), np.random.default_rng(8))
    twice = permuted([space, space], marked(60, 20), np.random.default_rng(8))
    assert twice.p_value == pytest.approx(alone.p_value)


def test_the_curve_continues_what_the_permutations_count() -> None:
    """Far out of 999 permutations the curve comes near to what 99,999 count."""
    vectors = some_vectors(80, seed=11)
    current = marked(80, 30)
    vectors[current, 0] += 0.6
    space = whitened(vectors)

    counted = permuted([space], current, np.random.default_rng(1), permutations=99_999).p_value
    continued = permuted([space], current, np.random.default_rng(2), permutations=999).p_value
    assert 1.5e-4 < counted < 5e-3  # more than ten permutations reach it
    assert continued == pytest.approx(counted, rel=0.6)


def test_vectors_that_are_all_the_same_are_alike() -> None:
    """No spread, no evidence."""
    space = Space(name="none", features=np.zeros((20, 3), np.float32))

    assert permuted([space], marked(20, 8), np.random.default_rng(9)).p_value == 1.0
    assert two_samples.median_square(np.ones((20, 3), np.float32), np.random.default_rng(9)) == 1.0
