"""Whether a 95 % interval holds the rate where people answer some strata or routes far less than others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from scipy.stats import binom

from reviewers.decisions import error_rates
from reviewers.model import PeriodOutputs, Rate
from tests.periods import a_period

WEEKS = 400
LEVEL = 0.95


@dataclass(frozen=True, kw_only=True)
class Kind:
    """Outputs of one stratum or route; how their chances come about, and how many of the drawn ones are answered."""

    outputs: int
    reviews: int  # to be expected; as many as outputs: all of them
    wrong: float  # share
    answered: float  # share

    def __post_init__(self) -> None:
        assert self.reviews <= self.outputs


HELD_FIRST = (
    Kind(outputs=1000, reviews=1000, wrong=0.3, answered=1.0),
    Kind(outputs=10_000, reviews=500, wrong=0.03, answered=0.2),
)
HELD_TIME_OUT = (
    Kind(outputs=1000, reviews=1000, wrong=0.3, answered=0.2),
    Kind(outputs=10_000, reviews=500, wrong=0.03, answered=1.0),
)
ONE_ROUTE_IDLE = (
    Kind(outputs=5000, reviews=300, wrong=0.05, answered=1.0),
    Kind(outputs=5000, reviews=300, wrong=0.3, answered=0.2),
)
ALL_ANSWERED = (
    Kind(outputs=1000, reviews=1000, wrong=0.3, answered=1.0),
    Kind(outputs=5000, reviews=100, wrong=0.05, answered=1.0),
)


def a_week(kinds: tuple[Kind, ...], rng: np.random.Generator) -> tuple[PeriodOutputs, float]:
    """The outputs, whose risks tell some of what is wrong, and the share that is."""
    codes = np.repeat(np.arange(len(kinds), dtype=np.int32), [kind.outputs for kind in kinds])
    risk = rng.beta(1.0, 6.0, len(codes))
    mean = np.array([risk[codes == place].mean() for place in range(len(kinds))])
    wrong = rng.random(len(codes)) < np.minimum(np.array([kind.wrong for kind in kinds])[codes] * risk / mean[codes], 1)
    worth = np.sqrt(risk) + 0.2
    total = np.bincount(codes, weights=worth)
    chance = np.minimum(np.array([kind.reviews for kind in kinds])[codes] * worth / total[codes], 1.0)
    chance[np.array([kind.reviews == kind.outputs for kind in kinds])[codes]] = 1.0
    answered = rng.random(len(codes)) < np.array([kind.answered for kind in kinds])[codes]
    reviewed = np.flatnonzero((rng.random(len(codes)) < chance) & answered)
    names = tuple(str(place) for place in range(len(kinds)))
    outputs = a_period(risk, reviewed, wrong[reviewed], chance=chance, stratum=codes, strata=names)
    return outputs, float(wrong.mean())


@pytest.mark.parametrize(
    "kinds",
    [HELD_FIRST, HELD_TIME_OUT, ONE_ROUTE_IDLE, ALL_ANSWERED],
    ids=["held first", "held time out", "one route idle", "all answered"],
)
def test_interval_holds_the_rate_whatever_is_answered(kinds: tuple[Kind, ...]) -> None:
    """In at least 93 of 100 weeks, as far as so many weeks can tell; the mean of the values is the truth."""
    rng = np.random.default_rng(29)
    held, away = 0, []
    for _ in range(WEEKS):
        outputs, truth = a_week(kinds, rng)
        rate = error_rates.rate(outputs)
        assert isinstance(rate, Rate)
        held += rate.low <= truth <= rate.high
        away.append(rate.value - truth)
    print(f"{held / WEEKS:.3f} held; {np.mean(away) * 100:+.2f} points away, {np.std(away) * 100:.2f} spread")
    assert held >= binom.ppf(0.01, WEEKS, 0.93)
    assert abs(np.mean(away)) < 0.25 * np.std(away)
