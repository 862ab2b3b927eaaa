"""Rounds a product of the detector's model to int8: a quarter of the work, with an error that the graph's check bounds.

Both sides are rounded: weights with a step for each of their rows, inputs with a step for each place (Dettmers et al.
2022, section 2.1). A few channels of the input are far larger than the rest and would take all steps for themselves, so
their size is moved into the weights first (Xiao et al. 2023).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
STEPS = 127  # to each side of 0
TYPICAL = 0.99  # our choice: the quantile of a channel's sizes that counts, so that single places do not


class Rounded(NamedTuple):
    """A matrix in int8: whole · steps is about the matrix."""

    whole: npt.NDArray[np.int8]  # out × in
    steps: Floats  # one for each row


def rounded(matrix: Floats) -> Rounded:
    """Each row in steps of its largest number / 127; a row of zeros stays one.

    >>> rounded(np.array([[1.27, -0.5]], dtype=np.float32)).whole.tolist()
    [[127, -50]]
    """
    largest = np.abs(matrix).max(axis=1)
    steps = np.where(largest > 0, largest, 1.0).astype(np.float32) / np.float32(STEPS)
    return Rounded(np.rint(matrix / steps[:, None]).astype(np.int8), steps)


def evened(sizes: Floats, *matrices: Floats) -> Floats:
    """What to divide each channel of the input by, and multiply its weights with, so that neither side has outliers.

        factor = √(size of the channel in the input / its largest weight)        Xiao et al. 2023, equation 4, α = 1/2

    `sizes` are typical absolute values of the channels, `matrices` all that the input is multiplied with (out × in).
    A channel that is always 0 on one side is left as it is.

    >>> evened(np.array([8.0, 2.0], dtype=np.float32), np.array([[2.0, -2.0]], dtype=np.float32)).tolist()
    [2.0, 1.0]
    """
    largest = np.max([np.abs(matrix).max(axis=0) for matrix in matrices], axis=0)
    known = (sizes > 0) & (largest > 0)
    factors = np.sqrt(np.where(known, sizes, 1.0) / np.where(known, largest, 1.0))
    return np.where(known, factors, 1.0).astype(np.float32)
