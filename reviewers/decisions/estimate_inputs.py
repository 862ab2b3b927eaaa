"""What an estimate is made of: the reviewed outputs, all outputs of the period, and how sure reviewers are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, slots=True)
class Population:
    """All outputs of the period, selected or not: one place an output in each array."""

    risk: Floats  # chance of being wrong as it was known at the selection, in [0, 1]; NaN where nothing scored it
    chance: Floats  # inclusion probability, in (0, 1]; of a cut queue the corrected one
    cluster: Codes | None = None  # whose output it is (user, conversation), as a number from 0 on

    def __post_init__(self) -> None:
        _check(self.risk, self.chance, self.cluster)


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """The outputs that people decided on: one place an output in each array."""

    wrong: Floats  # 1 wrong, 0 right; between them the posterior probability of being wrong
    risk: Floats  # as in the population
    chance: Floats  # as in the population
    cluster: Codes | None = None  # numbered as in the population

    def __post_init__(self) -> None:
        _check(self.risk, self.chance, self.cluster)
        if len(self.wrong) != len(self.chance):
            raise ValueError(f"{len(self.wrong)} verdicts for {len(self.chance)} inclusion probabilities")
        if not bool(np.all((self.wrong >= 0.0) & (self.wrong <= 1.0))):
            raise ValueError("a verdict lies outside [0, 1]")

    def __len__(self) -> int:
        return len(self.wrong)


@dataclass(frozen=True, kw_only=True, slots=True)
class Beta:
    """What is known of a share: the Beta distribution with these two counts."""

    right: float  # pseudo-count of successes, above 0
    missed: float  # pseudo-count of failures, above 0

    @property
    def mean(self) -> float:
        """right / (right + missed)."""
        return self.right / (self.right + self.missed)

    @property
    def variance(self) -> float:
        """mean (1 - mean) / (right + missed + 1)."""
        return self.mean * (1.0 - self.mean) / (self.right + self.missed + 1.0)


@dataclass(frozen=True, kw_only=True, slots=True)
class ReviewerErrors:
    """How often verdicts are right, and how well that is known."""

    sensitivity: Beta  # of the wrong outputs, the share that is called wrong
    specificity: Beta  # of the right outputs, the share that is approved
    checked: int = 0  # verdicts with a second opinion or a known answer that it is learned from; 0: not counted
    people: int = 0  # whose verdicts these are; 0: not counted


def _check(risk: Floats, chance: Floats, cluster: Codes | None) -> None:
    if len(risk) != len(chance) or (cluster is not None and len(cluster) != len(chance)):
        raise ValueError("risk, chance and cluster need one place an output each")
    if not bool(np.all((chance > 0.0) & (chance <= 1.0))):
        raise ValueError("an inclusion probability lies outside (0, 1]: no estimate stands on it")
    if bool(np.any((risk < 0.0) | (risk > 1.0))):
        raise ValueError("a risk lies outside [0, 1]")
