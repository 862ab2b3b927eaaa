"""Whether two samples of vectors come from one distribution: two statistics, and one permutation test for both.

A statistic is |Σ φ(x)|² over the current sample, with features φ that are centred over both. For Hotelling's T² they
are the whitened vectors; for the maximum mean discrepancy those of a Gaussian kernel. A permutation changes nothing but
which rows are summed, so that a thousand of them are one matrix product.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincc, ndtr

from reviewers.decisions.estimate_inputs import Floats

Vectors: TypeAlias = NDArray[np.float32]
Generator: TypeAlias = np.random.Generator

PERMUTATIONS = 999
MARKS = 2_000_000  # of permutations held at a time: 8 MB
RIDGE = 0.3  # of the mean variance, added to that of every direction: chosen by power on real questions
FREQUENCIES = 512  # each gives a sine and a cosine
PAIRS_OF = 1_000  # points whose distances give the bandwidth
FEW = 10  # permutations beyond a statistic, below which a curve continues the count
ROUNDING = 1e-6  # of a statistic: single precision sums differ by their order
SYMMETRIC = 1e-3  # skewness below which that curve is the normal one


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Space:
    """Centred features, or the centred kernel of all pairs in their place."""

    name: str
    features: Vectors  # one row a vector
    pairs: bool = False  # the features are a symmetric matrix of inner products

    def statistics(self, marks: Vectors) -> Floats:
        """|Σ φ|² over the rows that each row of marks (0 or 1) sums."""
        sums = marks @ self.features
        return np.asarray((sums * (marks if self.pairs else sums)).sum(axis=1), dtype=np.float64)

    def witness(self, current: NDArray[np.bool_]) -> Floats:
        """How much each vector is like the current sample and unlike the other: its part of the statistic."""
        sums = current.astype(np.float32) @ self.features
        return np.asarray(sums if self.pairs else self.features @ sums, dtype=np.float64)


@dataclass(frozen=True, kw_only=True, slots=True)
class Permuted:
    """What a permutation test says."""

    p_value: float  # of all statistics together
    p_values: tuple[float, ...]  # of each alone


def whitened(vectors: Vectors, *, ridge: float = RIDGE) -> Space:
    """Hotelling's T²: features in which no direction varies more than another, but for the ridge.

    φ(x) = (S + λ I)^-1/2 (x - mean), S the covariance over both samples and λ = ridge · its mean variance. At λ = 0
    |Σ φ|² rises and falls with the classical T² = n0 n1 / n (m1 - m0)' S_w^-1 (m1 - m0) (Hotelling, Annals of
    Mathematical Statistics 2, 1931; with a ridge, Chen, Paul, Prentice & Wang, JASA 106, 2011), and since S does not
    depend on the labels, permutations need no other. It is the separation that linear discriminant analysis finds,
    without giving away half of the data to test it.
    """
    centred = vectors - vectors.mean(axis=0)
    variances, directions = np.linalg.eigh(centred.T @ centred / np.float32(len(centred)))
    floor = max(ridge * float(variances.mean()), 1e-12)
    scale = directions / np.sqrt(np.maximum(variances, 0.0) + floor)
    return Space(name="Hotelling T²", features=(centred @ scale.astype(np.float32)))


def kernel(vectors: Vectors, bandwidth: float) -> Space:
    """Maximum mean discrepancy by all pairs: exp(-|x - y|² / bandwidth), centred (Gretton et al., JMLR 13, 2012)."""
    pairs = np.exp(-_squares(vectors, vectors) / np.float32(bandwidth))
    means = pairs.mean(axis=0)
    return Space(name="MMD", features=pairs - means - means[:, None] + means.mean(), pairs=True)


def fourier(vectors: Vectors, bandwidth: float, rng: Generator) -> Space:
    """The same kernel by random features, √(2 / D) cos and sin of w'x, w normal with variance 2 / bandwidth.

    Their inner products have the kernel as their mean, at a cost that grows with the number of vectors and not with its
    square (Rahimi & Recht, Random features for large-scale kernel machines, NIPS 2007; Zhao & Meng, Neural Computation
    27, 2015, for the discrepancy).
    """
    frequencies = rng.standard_normal((vectors.shape[1], FREQUENCIES), dtype=np.float32)
    angles = vectors @ (frequencies * np.float32(sqrt(2.0 / bandwidth)))
    features = np.concatenate([np.cos(angles), np.sin(angles)], axis=1) / np.float32(sqrt(FREQUENCIES))
    return Space(name="MMD", features=features - features.mean(axis=0))


def median_square(vectors: Vectors, rng: Generator) -> float:
    """The median squared distance between different vectors, on at most 1,000 of them; 1 where all are the same.

    It does not look at the labels, so permutations need no other (the median heuristic of Gretton et al. 2012).
    """
    few = vectors[rng.permutation(len(vectors))[:PAIRS_OF]]
    squares = _squares(few, few)[np.triu_indices(len(few), 1)]
    return float(np.median(squares)) or 1.0


def permuted(
    spaces: Sequence[Space], current: NDArray[np.bool_], rng: Generator, *, permutations: int = PERMUTATIONS
) -> Permuted:
    """How often relabelled samples are as far apart as these.

    p = (1 + permutations at least as far) / (1 + permutations) of each statistic. Of all together: how often the
    smallest of their p-values is as small as here, over the same permutations (Westfall & Young, Resampling-based
    Multiple Testing, 1993, section 2.3), which holds the level exactly and is never worse than 2 min(p1, p2) by more
    than the permutations' grain. Where fewer than 10 permutations reach it, Pearson's type III curve with the mean,
    variance and skewness of the permuted statistics continues the count (as Josse, Pagès & Husson, Computational
    Statistics & Data Analysis 53, 2008, do), times the number of statistics: findings are held to levels smaller than
    1 / 1,000.

    Args:
        spaces: the statistics, over the same rows.
        current: which rows are of the current window.
        rng: draws the permutations.
        permutations: how many, 1 or more.
    """
    count, mine = len(current), int(current.sum())
    found = [space.statistics(current[None].astype(np.float32)) for space in spaces]
    drawn: list[list[Floats]] = [[one] for one in found]
    chunk = max(1, MARKS // count)
    for start in range(0, permutations, chunk):
        marks = _relabelled(min(chunk, permutations - start), count, mine, rng)
        for space, statistics in zip(spaces, drawn, strict=True):
            statistics.append(space.statistics(marks))
    columns = [np.concatenate(statistics) for statistics in drawn]
    ranks = np.stack([_share_at_least(column) for column in columns])
    together = float((ranks.min(axis=0) <= ranks[:, 0].min()).mean())
    tails = [_tail(column) for column in columns]
    if together * (permutations + 1) <= FEW:
        together = min(together, len(spaces) * min(tails))
    return Permuted(p_value=together, p_values=tuple(tails))


def _relabelled(rows: int, count: int, mine: int, rng: Generator) -> Vectors:
    marks = np.zeros((rows, count), np.float32)
    chosen = np.argpartition(rng.random((rows, count), dtype=np.float32), mine - 1, axis=1)[:, :mine]
    np.put_along_axis(marks, chosen, np.float32(1.0), axis=1)
    return marks


def _share_at_least(column: Floats) -> Floats:
    """Of each statistic the share of all, itself included, that are at least as large, up to rounding."""
    below = np.searchsorted(np.sort(column), column * (1.0 - ROUNDING), side="left")
    return np.asarray(1.0 - below / len(column))


def _tail(column: Floats) -> float:
    """p of the first one among all; by the curve where fewer than 10 others reach it."""
    counted = float(_share_at_least(column)[0])
    others = column[1:]
    spread = float(others.std())
    if counted * len(column) > FEW or spread == 0.0:
        return counted
    apart, bend = (
        (float(column[0]) - float(others.mean())) / spread,
        float((((others - others.mean()) / spread) ** 3).mean()),
    )
    if bend < SYMMETRIC:
        return min(counted, float(ndtr(-apart)))
    shape = 4.0 / bend**2
    return min(counted, float(gammaincc(shape, max(shape + apart * sqrt(shape), 0.0))))


def _squares(first: Vectors, second: Vectors) -> Vectors:
    lengths = (first**2).sum(axis=1)[:, None] + (second**2).sum(axis=1)[None]
    return np.asarray(np.maximum(lengths - 2.0 * (first @ second.T), 0.0), dtype=np.float32)
