"""Rounding to int8: steps for each row, and the size of outliers moved to where it does no harm."""

from __future__ import annotations

import numpy as np
import pytest

from reviewers.scorers.detector.rounding import evened, rounded

MATRIX = np.array([[0.5, -1.27, 0.014], [0.0, 0.0, 0.0], [254.0, 1.0, -3.0]], dtype=np.float32)


def test_each_row_has_steps_of_its_own() -> None:
    """Steps of 1.27 / 127 = 0.01 and 254 / 127 = 2: 0.014 is 1 step, 1 is half a step and goes to the even 0."""
    found = rounded(MATRIX)
    assert found.whole.tolist() == [[50, -127, 1], [0, 0, 0], [127, 0, -2]]  # -3 is 1.5 steps, and goes to the even 2
    assert found.steps.tolist() == pytest.approx([0.01, 1 / 127, 2.0])


def test_rounding_is_wrong_by_half_a_step_at_most() -> None:
    """Of each row's own step."""
    random = np.random.default_rng(5)
    matrix = (random.normal(0, 1, (3, 400)) * np.array([[0.1], [1.0], [30.0]])).astype(np.float32)
    whole, steps = rounded(matrix)
    assert (np.abs(whole * steps[:, None] - matrix) <= steps[:, None] * 0.5001).all()


def test_evening_out_changes_no_product_and_meets_in_the_middle() -> None:
    """Channels of 16 and 1 against weights of at most 4 and 1: factors 2 and 1, so both sides come to 8 and 1."""
    matrices = (np.array([[4.0, 1.0]], dtype=np.float32), np.array([[-1.0, 0.5]], dtype=np.float32))
    inputs = np.array([16.0, 1.0], dtype=np.float32)
    factors = evened(inputs, *matrices)
    assert factors.tolist() == [2.0, 1.0]
    for matrix in matrices:
        assert (matrix * factors) @ (inputs / factors) == pytest.approx(matrix @ inputs)


def test_channels_that_are_always_zero_are_left_as_they_are() -> None:
    """In the input, or in all weights."""
    sizes = np.array([0.0, 9.0, 9.0], dtype=np.float32)
    assert evened(sizes, np.array([[1.0, 0.0, 1.0]], dtype=np.float32)).tolist() == [1.0, 1.0, 3.0]


def test_with_an_outlier_evening_out_makes_the_rounded_product_right() -> None:
    """One channel of the input a thousand times the others: without evening out they fall between the steps."""
    random = np.random.default_rng(8)
    inputs = random.normal(0, 1, 64).astype(np.float32)
    inputs[0] = 1000.0
    matrix = random.normal(0, 1, (32, 64)).astype(np.float32)
    matrix[:, 0] = 0.001

    def error(factors: np.ndarray[tuple[int], np.dtype[np.float32]]) -> float:
        given, used = inputs / factors, rounded(matrix * factors)
        step = np.abs(given).max() / 127
        product = (used.whole.astype(np.float32) @ np.rint(given / step)) * used.steps * step
        return float(np.abs(product - matrix @ inputs).max())

    assert error(evened(np.abs(inputs), matrix)) < error(np.ones(64, dtype=np.float32)) / 5
