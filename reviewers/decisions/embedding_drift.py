"""Whether questions or answers became different ones, by their embeddings, and which of them show it.

It explains; alone it is no reason to retrain. Two statistics look together: Hotelling's T² sees best what is said
differently, the maximum mean discrepancy what is said more often.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from reviewers.decisions import measures
from reviewers.decisions.estimate_inputs import Floats
from reviewers.decisions.measures import Measured
from reviewers.decisions.two_samples import (
    PERMUTATIONS,
    RIDGE,
    Generator,
    Space,
    Vectors,
    fourier,
    kernel,
    median_square,
    permuted,
    whitened,
)
from reviewers.model.digest import State
from reviewers.model.missing import Missing

OUTPUTS_NEED = 100  # of each window: our choice, below it only a change of everything is found
QUADRATIC = 2_000  # vectors of both windows, up to which the kernel is computed for all pairs
KEPT = 10_000  # of each window; more find nothing that these do not (power is near 1 for what matters)
LEVEL = 0.05
NEGLIGIBLE = 0.52  # order below which no change is worth a word: our choice, 4 of 100 outputs of a new kind
FOLDS = 5  # each is scored by what the others taught
WIDER = 1.5  # errors of cross-validation against those of one test set (Bates, Hastie & Tibshirani, JASA 119, 2024)
PULLING = 10  # outputs that are named
FINE = 9_999  # permutations of a second look: a finding of a week needs p near .0002, which fewer cannot reach
WORTH = 0.01  # p of the first look up to which the second is taken: fifty times what can be a finding


class EvenSample:
    """An even sample of so many rows of a stream, in one pass and with room for no more than that and one block.

    Each row gets a random key, and the smallest keys are kept: every set of `most` rows is as likely as every other
    (reservoir sampling; Efraimidis & Spirakis, Information Processing Letters 97, 2006, with equal weights).
    """

    def __init__(self, rng: Generator, *, most: int = KEPT) -> None:
        """`rng` draws the keys; `most` rows are kept, 1 or more, and of fewer all."""
        self._rng, self._most = rng, most
        self._keys: Floats = np.zeros(0)
        self._names: NDArray[np.object_] = np.zeros(0, np.object_)
        self._vectors: Vectors | None = None
        self.seen = 0  # rows of the stream

    def add(self, rows: Vectors, names: Sequence[str]) -> None:
        """The next rows, and what each is called."""
        keys = self._rng.random(len(rows))
        self.seen += len(rows)
        if len(self._keys) == self._most:
            low = np.flatnonzero(keys < self._keys.max())
            rows, keys, names = rows[low], keys[low], [names[int(place)] for place in low]
        self._keys = np.concatenate([self._keys, keys])
        self._names = np.concatenate([self._names, np.array(names, np.object_)])
        self._vectors = rows if self._vectors is None else np.concatenate([self._vectors, rows])
        if len(self._keys) > self._most:
            chosen = np.sort(np.argpartition(self._keys, self._most - 1)[: self._most])
            self._keys, self._names, self._vectors = self._keys[chosen], self._names[chosen], self._vectors[chosen]

    @property
    def vectors(self) -> Vectors:
        """What was kept, one row an output, in the order of the stream."""
        return np.zeros((0, 0), np.float32) if self._vectors is None else self._vectors

    @property
    def names(self) -> tuple[str, ...]:
        """Of each row that was kept."""
        return tuple(self._names)


@dataclass(frozen=True, kw_only=True, slots=True)
class EmbeddingDrift:
    """What the comparison of two windows of embeddings says."""

    state: State  # DRIFT or STABLE, at the level that was asked for
    p_value: float  # of both statistics together
    p_hotelling: float
    p_discrepancy: float
    order: Measured  # chance that an output of this window looks more like this window than one before; .5: alike
    pulling: tuple[int, ...]  # places in the current window of the outputs that show it most, the first the most
    now: int  # outputs that were compared
    before: int


def compare(
    reference: Vectors,
    current: Vectors,
    rng: Generator,
    *,
    level: float = LEVEL,
    permutations: int = PERMUTATIONS,
) -> EmbeddingDrift | Missing:
    """Test whether the embeddings of two windows come from one distribution.

    One permutation test holds both statistics to the level (see `two_samples`). The effect is the chance that, of one
    output of each window, linear discriminant analysis takes the right one for the newer: 0.5 where they are alike, 1
    where they have nothing in common; if a share s of the outputs is of a new kind, at most 0.5 + s / 2. Each output
    is scored by what the other four fifths taught, and the interval is DeLong's, half as wide again, since the fifths
    teach each other. A difference that is surely one that nobody would miss, its order below 0.52 with the whole
    interval, is no drift however many outputs show it.

    Args:
        reference: embeddings of the reference window, one row an output; of many, `EvenSample` keeps enough.
        current: of the current window.
        rng: draws permutations, frequencies and folds; the same state gives the same result.
        level: in (0, 1): drift where p is at most that.
        permutations: of the test.

    Too little data: `Missing` below 100 outputs in either window.
    """
    if (fewer := min(len(reference), len(current))) < OUTPUTS_NEED:
        return Missing(found=fewer, needed=OUTPUTS_NEED, of="outputs")
    both = np.concatenate([reference, current]).astype(np.float32)
    mine = np.arange(len(both)) >= len(reference)
    spaces = [whitened(both), _discrepancy(both, rng)]
    test = permuted(spaces, mine, rng, permutations=permutations)
    scores, order = _discriminated(both, mine, rng)
    first, second = test.p_values
    telling = scores if first <= second else spaces[1].witness(mine)
    return EmbeddingDrift(
        state=State.DRIFT if test.p_value <= level and order.high >= NEGLIGIBLE else State.STABLE,
        p_value=test.p_value,
        p_hotelling=first,
        p_discrepancy=second,
        order=order,
        pulling=tuple(int(place) for place in np.argsort(-telling[mine], kind="stable")[:PULLING]),
        now=len(current),
        before=len(reference),
    )


def compare_closely(reference: Vectors, current: Vectors, rng: Generator) -> EmbeddingDrift | Missing:
    """As `compare`, with few permutations at first, and with many where these leave a doubt.

    The second look replaces the first, whatever it says: p is not the smaller of two.
    """
    first = compare(reference, current, rng)
    if isinstance(first, EmbeddingDrift) and first.p_value <= WORTH:
        return compare(reference, current, rng, permutations=FINE)
    return first


def _discrepancy(both: Vectors, rng: Generator) -> Space:
    bandwidth = median_square(both, rng)
    return kernel(both, bandwidth) if len(both) <= QUADRATIC else fourier(both, bandwidth, rng)


def _discriminated(both: Vectors, mine: NDArray[np.bool_], rng: Generator) -> tuple[Floats, Measured]:
    """The score of each output by what the other folds taught, and the order that these scores give.

    The direction is (S + λ I)^-1 (m1 - m0) of the other folds (Fisher 1936); scores of different folds are not
    compared with each other, but for naming the outputs that pull the most.
    """
    folds = np.empty(len(both), np.int64)
    for side in (mine, ~mine):
        folds[side] = rng.permutation(np.arange(int(side.sum())) % FOLDS)
    totals = [_moments(both[folds == fold], mine[folds == fold]) for fold in range(FOLDS)]
    scores, orders = np.empty(len(both)), []
    for fold in range(FOLDS):
        held = folds == fold
        direction = _direction([total for other, total in enumerate(totals) if other != fold])
        scores[held] = both[held].astype(np.float64) @ direction
        one = measures.auroc(mine[held].astype(np.float64), scores[held], np.ones(int(held.sum())))
        assert isinstance(one, Measured)  # 100 outputs in five folds are 20 of each window
        orders.append(one)
        scores[held] -= np.median(scores[held])
    value = sum(one.value for one in orders) / FOLDS
    error = WIDER * sum(one.error**2 for one in orders) ** 0.5 / FOLDS
    return scores, measures.on_logit_scale(value, error)


class _Moments(NamedTuple):
    """Sums over a fold."""

    squares: Floats  # x x'
    old: Floats  # x of the reference window
    new: Floats
    count_old: int
    count_new: int


def _moments(rows: Vectors, mine: NDArray[np.bool_]) -> _Moments:
    return _Moments(
        squares=(rows.T @ rows).astype(np.float64),
        old=rows[~mine].sum(axis=0, dtype=np.float64),
        new=rows[mine].sum(axis=0, dtype=np.float64),
        count_old=int((~mine).sum()),
        count_new=int(mine.sum()),
    )


def _direction(parts: list[_Moments]) -> Floats:
    squares = np.sum([part.squares for part in parts], axis=0)
    count_old, count_new = sum(part.count_old for part in parts), sum(part.count_new for part in parts)
    old = np.sum([part.old for part in parts], axis=0)
    new = np.sum([part.new for part in parts], axis=0)
    count = count_old + count_new
    mean = (old + new) / count
    spread = squares / count - np.outer(mean, mean)
    ridge = max(RIDGE * float(np.trace(spread)) / len(spread), 1e-12)
    return np.asarray(np.linalg.solve(spread + ridge * np.eye(len(spread)), new / count_new - old / count_old))
