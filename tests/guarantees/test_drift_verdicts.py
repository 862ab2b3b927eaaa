"""The watch over verdicts: few false alarms in years without a change, and few reviews until a rise is told.

An output's signal is binormal with a known AUROC, so that its true chance of being wrong is known; a rise tilts that
chance until as many more are wrong. By default few repetitions; `--repetitions 1000` runs more and prints them.

The best that any detector can do is known for verdicts alone, without a risk: Page's procedure that knows both rates
needs some 117 reviews from 10 to 20 in 100 at 7 false alarms in 100 years (Moustakides 1986). Only what the risk tells
is faster.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import expit, logit
from scipy.stats import binom, norm

from reviewers.decisions import verdict_drift
from reviewers.decisions.verdict_drift import (
    BASELINE_NEEDS,
    PART_NEEDS,
    PART_TOLERATED,
    TOLERATED_ERRORS,
    Direction,
    Reviews,
)
from reviewers.model.watch import Baseline, Watch

Floats = NDArray[np.float64]

DEFAULT = 80  # repetitions, a second or two each test
SURE = 0.999  # of each Monte-Carlo bound: one of a thousand right programs fails it
WEEKLY = 50
YEAR = 52 * WEEKLY
MOST_ALARMS = 0.07  # of years
BEFORE = 500  # reviews of calm before the change
AFTER = 2000  # reviews of it at most
START = datetime(2026, 1, 5, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Stream:
    """Outputs as they are reviewed."""

    rate: float = 0.10  # of wrong outputs
    auroc: float = 0.80  # of the risk; 0.5: it tells nothing
    active: bool = True  # riskier outputs are reviewed more often
    learned_from: int | None = BASELINE_NEEDS  # reviews of the baseline; None: it is known

    def risks(self, rng: np.random.Generator, count: int) -> Floats:
        """The true chances of the outputs that are reviewed, before any change."""
        mu = float(np.sqrt(2.0) * norm.ppf(self.auroc))
        outputs = 20 * count
        wrong = rng.random(outputs) < self.rate
        chance = expit(float(logit(self.rate)) + mu * (rng.standard_normal(outputs) + mu * wrong) - mu * mu / 2.0)
        worth = np.sqrt(chance * (1.0 - chance))
        drawn = 0.8 * worth / worth.sum() + 0.2 / outputs if self.active else np.full(outputs, 1.0 / outputs)
        return np.asarray(chance[rng.choice(outputs, count, p=drawn)])

    def tilt(self, to: float) -> float:
        """Logits that make as many of all outputs wrong."""
        mu = float(np.sqrt(2.0) * norm.ppf(self.auroc))
        rng = np.random.default_rng(1)
        wrong = rng.random(200_000) < self.rate
        evidence = float(logit(self.rate)) + mu * (rng.standard_normal(len(wrong)) + mu * wrong) - mu * mu / 2.0
        return float(brentq(lambda shift: expit(evidence + shift).mean() - to, -5.0, 5.0))


def reviews(chance: Floats, risk: Floats, rng: np.random.Generator) -> Reviews:
    """One a minute, wrong with these chances."""
    at = np.datetime64(START.replace(tzinfo=None), "us") + np.timedelta64(1, "m") * np.arange(len(chance))
    return Reviews(at=at, wrong=(rng.random(len(chance)) < chance).astype(float), risk=risk)


def a_watch(stream: Stream, rng: np.random.Generator) -> Watch:
    """With its baseline known, or learned from reviews of the same kind."""
    if stream.learned_from is None:
        known = Baseline(
            intercept=0.0, slope=1.0, middle=float(logit(stream.rate)), unscored=0.0, error=0.0, reviews=0, wrong=0.0,
            risk_version="", frozen_at=START,
        )  # fmt: skip
        return verdict_drift.begin(known, weekly_reviews=WEEKLY)
    risk = stream.risks(rng, stream.learned_from)
    baseline = verdict_drift.freeze(
        reviews(risk, risk, rng), risk_version="", frozen_at=START, needed=stream.learned_from
    )
    assert isinstance(baseline, Baseline)
    tolerated = PART_TOLERATED if stream.learned_from == PART_NEEDS else TOLERATED_ERRORS
    return verdict_drift.begin(baseline, weekly_reviews=WEEKLY, tolerated=tolerated)


def alarms(stream: Stream, repetitions: int, seed: int) -> int:
    """Years without a change in which anything is told."""
    rng = np.random.default_rng(seed)
    told = 0
    for _ in range(repetitions):
        watch, risk = a_watch(stream, rng), stream.risks(rng, YEAR)
        told += verdict_drift.confirmed(verdict_drift.observe(watch, reviews(risk, risk, rng))) is not None
    return told


def delays(stream: Stream, to: float, repetitions: int, seed: int) -> Floats:
    """Reviews from the change until it is told, infinite where it never is; runs with an alarm before are left out."""
    rng, shift, found = np.random.default_rng(seed), stream.tilt(to), []
    direction = Direction.MORE_WRONG if to > stream.rate else Direction.FEWER_WRONG
    for _ in range(repetitions):
        watch, calm, late = a_watch(stream, rng), stream.risks(rng, BEFORE), stream.risks(rng, AFTER)
        watch = verdict_drift.observe(watch, reviews(calm, calm, rng))
        if verdict_drift.confirmed(watch) is not None:
            continue
        watch = verdict_drift.observe(watch, reviews(expit(logit(late) + shift), late, rng))
        side = watch.up if direction is Direction.MORE_WRONG else watch.down
        told = side.confirmed_at
        found.append((told - START).total_seconds() / 60.0 + 1.0 if told else np.inf)
    return np.array(found)


@pytest.fixture
def repetitions(request: pytest.FixtureRequest) -> int:
    """How often each stream is drawn."""
    return int(request.config.getoption("repetitions", default=None) or DEFAULT)


@pytest.mark.parametrize(
    "stream",
    [
        Stream(),
        Stream(rate=0.05),
        Stream(rate=0.20, auroc=0.7),
        Stream(learned_from=PART_NEEDS),
        Stream(learned_from=2000),
        Stream(auroc=0.5, active=False),
        Stream(active=False, learned_from=None),
    ],
    ids=["active", "5 in 100", "20 in 100", "a part", "a long baseline", "no risk", "known"],
)
def test_years_without_a_change_raise_few_alarms(stream: Stream, repetitions: int) -> None:
    """At most 7 of 100 years of 52 weeks, more and fewer wrong outputs together."""
    told = alarms(stream, repetitions, seed=20261202)
    print(f"{stream}: false alarms in {told / repetitions:.3f} of the years")

    assert told <= binom.ppf(SURE, repetitions, MOST_ALARMS)


@pytest.mark.parametrize(
    ("stream", "to", "most"),
    [
        (Stream(auroc=0.9, active=False, learned_from=None), 0.20, 110),
        (Stream(auroc=0.8, active=False, learned_from=None), 0.20, 140),
        (Stream(auroc=0.5, active=False, learned_from=None), 0.20, 170),
        (Stream(), 0.20, 330),
        (Stream(learned_from=2000), 0.20, 330),
        (Stream(learned_from=PART_NEEDS), 0.30, 330),
        (Stream(rate=0.20), 0.10, 330),
    ],
    ids=["even, .9", "even, .8", "even, no risk", "active", "active, a long baseline", "a part, to 30", "fewer"],
)
def test_a_change_is_told_soon(stream: Stream, to: float, most: int, repetitions: int) -> None:
    """Half of all changes within so many reviews, the five that confirm it included (binomial .001 point)."""
    found = delays(stream, to, repetitions, seed=20261203)
    print(f"{stream} to {to}: told after {np.median(found):.0f} reviews, missed {np.mean(np.isinf(found)):.3f}")

    assert (found <= most).sum() >= binom.ppf(1.0 - SURE, len(found), 0.5)
