"""Drift of embeddings: its three states, who pulls, and even samples of long streams."""

from __future__ import annotations

import numpy as np
import pytest

from reviewers.decisions import embedding_drift
from reviewers.decisions.embedding_drift import EmbeddingDrift, EvenSample
from reviewers.decisions.two_samples import Vectors
from reviewers.model.digest import State
from reviewers.model.missing import Missing


def some_vectors(rows: int, seed: int, columns: int = 16) -> np.ndarray:
    """Unit vectors in every direction."""
    vectors = np.random.default_rng(seed).standard_normal((rows, columns))
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


def found(reference: np.ndarray, current: np.ndarray, permutations: int = 199) -> EmbeddingDrift:
    """Enough was there."""
    drift = embedding_drift.compare(reference, current, np.random.default_rng(1), permutations=permutations)
    assert isinstance(drift, EmbeddingDrift)
    return drift


def test_like_windows_are_stable() -> None:
    """Their order is one half within its interval."""
    drift = found(some_vectors(300, 1), some_vectors(150, 2))

    assert drift.state is State.STABLE
    assert drift.order.low < 0.5 < drift.order.high
    assert (drift.now, drift.before) == (150, 300)


def test_a_new_kind_of_output_is_drift_and_named() -> None:
    """Thirty of 150 lie elsewhere: those are the ones that pull."""
    current = some_vectors(150, 2)
    current[:30] = current[:30] * 0.3 + np.eye(16, dtype=np.float32)[0]

    drift = found(some_vectors(300, 1), current)

    assert drift.state is State.DRIFT
    assert drift.p_value <= 0.005
    assert drift.order.value > 0.55  # a fifth is new: .6 at most
    assert sum(place < 30 for place in drift.pulling) >= 9


def test_windows_that_have_nothing_in_common_are_always_told_apart() -> None:
    """The order is 1."""
    drift = found(some_vectors(100, 1) + np.float32(5.0), some_vectors(100, 2))

    assert drift.order.value == pytest.approx(1.0)
    assert drift.state is State.DRIFT


def test_the_same_generator_gives_the_same_result() -> None:
    """A digest can be made again."""
    reference, current = some_vectors(200, 1), some_vectors(120, 3)

    assert found(reference, current) == found(reference, current)


def test_a_surely_small_difference_is_stable() -> None:
    """Three of 1,000 outputs are new: with 10,000 that is beyond chance, and an order that nobody would miss."""
    current = some_vectors(10_000, 2, columns=4)
    current[:30] += 10.0 * np.eye(4, dtype=np.float32)[0]

    drift = found(some_vectors(10_000, 1, columns=4), current, permutations=49)

    assert drift.p_value <= 0.01
    assert drift.order.high < 0.52
    assert drift.state is State.STABLE


def test_above_two_thousand_vectors_random_features_take_over() -> None:
    """The same answer, with room for the vectors and not for their pairs."""
    current = some_vectors(900, 2)
    current[:90] = current[:90] * 0.3 + np.eye(16, dtype=np.float32)[0]

    drift = found(some_vectors(1200, 1), current)

    assert drift.state is State.DRIFT
    assert sum(place < 90 for place in drift.pulling) >= 9


def test_too_few_outputs_are_said() -> None:
    """Neither drift nor stable."""
    few = embedding_drift.compare(some_vectors(300, 1), some_vectors(99, 2), np.random.default_rng(1))

    assert few == Missing(found=99, needed=100, of="outputs")


def sampled(blocks: list[Vectors], rng: np.random.Generator, most: int) -> EvenSample:
    """Of a stream in these blocks, whose rows are called by their place."""
    sample = EvenSample(rng, most=most)
    for block in blocks:
        sample.add(block, [str(sample.seen + place) for place in range(len(block))])
    return sample


def test_every_row_of_a_stream_is_kept_as_often() -> None:
    """3 of 10 rows in blocks of 4, 0, 5 and 1: each in 30 of 100 draws, and with its name."""
    rows = np.arange(10, dtype=np.float32)[:, None]
    rng, times = np.random.default_rng(4), np.zeros(10)
    for _ in range(2000):
        kept = sampled([rows[:4], rows[4:4], rows[4:9], rows[9:]], rng, most=3)
        assert kept.seen == 10
        assert kept.names == tuple(str(int(value)) for value in kept.vectors[:, 0])
        times[kept.vectors[:, 0].astype(int)] += 1
    assert times / 2000 == pytest.approx(np.full(10, 0.3), abs=0.04)  # four standard errors


def test_a_short_stream_is_kept_whole() -> None:
    """In its order."""
    rows = some_vectors(5, 1)
    kept = sampled([rows[:2], rows[2:]], np.random.default_rng(1), most=10)

    assert np.array_equal(kept.vectors, rows)
    assert kept.names == ("0", "1", "2", "3", "4")


def test_a_stream_of_nothing_keeps_nothing() -> None:
    """And says so."""
    kept = EvenSample(np.random.default_rng(1))

    assert (len(kept.vectors), kept.names, kept.seen) == (0, (), 0)


def test_doubt_is_looked_at_with_more_permutations_and_calm_is_not() -> None:
    """The same draws as by hand: few first, and where p is small many, whose answer counts."""
    calm, moved = some_vectors(100, 1, 4), some_vectors(100, 2, 4) + np.float32(0.5)
    by_hand = np.random.default_rng(5)
    quiet = embedding_drift.compare(calm, some_vectors(100, 3, 4), by_hand)
    closely = embedding_drift.compare_closely(calm, some_vectors(100, 3, 4), np.random.default_rng(5))
    assert isinstance(quiet, EmbeddingDrift)
    assert quiet.p_value > embedding_drift.WORTH
    assert closely == quiet

    by_hand = np.random.default_rng(5)
    embedding_drift.compare(calm, moved, by_hand)
    second = embedding_drift.compare(calm, moved, by_hand, permutations=embedding_drift.FINE)
    assert embedding_drift.compare_closely(calm, moved, np.random.default_rng(5)) == second
