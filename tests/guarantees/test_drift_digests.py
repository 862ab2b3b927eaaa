"""A year of digests on stable traffic: how often any of the 52 speaks.

Each week a route has 100 reviews in four slices, and 400 outputs with a length, a latency, a refusal and an embedding,
all drawn from what never changes. By default few years; `--repetitions 1200` runs 150 and prints the share.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import pytest
from scipy.special import expit
from scipy.stats import binom

from reviewers.decisions import embedding_drift, value_drift, verdict_drift
from reviewers.decisions.findings import of_embeddings, of_values, settled, told
from reviewers.decisions.verdict_drift import PART_NEEDS, Reviews
from reviewers.model.digest import Aspect, Finding, State, Unit
from reviewers.model.watch import Baseline, Watch

DEFAULT = 8  # years, a second or two each
MOST_ALARMS = 0.07  # of years
SURE = 0.999  # of the Monte-Carlo bound: one of a thousand right programs fails it
WEEKS, WEEKLY, SLICES = 52, 100, 4
OUTPUTS, EARLIER = 400, 1600
EMBEDDED = 120  # of each window: fewer are faster, and the test is exact at any size
START = datetime(2026, 1, 5, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Window:
    """Outputs of a window, one place an output."""

    lengths: np.ndarray
    seconds: np.ndarray
    refused: Sequence[str]
    embeddings: np.ndarray


def a_window(rng: np.random.Generator, count: int) -> Window:
    """Drawn from what never changes."""
    return Window(
        lengths=rng.lognormal(5.0, 0.6, count),
        seconds=rng.gamma(2.0, 0.7, count),
        refused=np.where(rng.random(count) < 0.03, "refused", "answered").tolist(),
        embeddings=rng.standard_normal((count, 8)).astype(np.float32),
    )


def some_reviews(rng: np.random.Generator, count: int) -> tuple[Reviews, np.ndarray]:
    """With the slice of each; the risk is true."""
    risk = expit(rng.normal(-2.4, 1.0, count))
    at = np.datetime64(START.replace(tzinfo=None), "us") + np.timedelta64(1, "m") * np.arange(count)
    wrong = (rng.random(count) < risk).astype(float)
    return Reviews(at=at, wrong=wrong, risk=risk), rng.integers(0, SLICES, count)


def of_slice(reviews: Reviews, kept: np.ndarray) -> Reviews:
    """Those of one slice."""
    return Reviews(at=reviews.at[kept], wrong=reviews.wrong[kept], risk=reviews.risk[kept])


def the_watches(rng: np.random.Generator) -> list[Watch]:
    """Over the route and its slices, with baselines from six weeks."""
    reviews, slices = some_reviews(rng, 6 * WEEKLY)
    parts = [reviews, *(of_slice(reviews, slices == place) for place in range(SLICES))]
    baselines = [verdict_drift.freeze(part, risk_version="", frozen_at=START, needed=PART_NEEDS) for part in parts]
    assert all(isinstance(baseline, Baseline) for baseline in baselines)
    weekly = [float(WEEKLY)] + [WEEKLY / SLICES] * SLICES
    return [
        verdict_drift.begin(baseline, weekly_reviews=count)
        for baseline, count in zip(baselines, weekly, strict=True)
        if isinstance(baseline, Baseline)
    ]


def comparisons(rng: np.random.Generator, now: Window, before: Window) -> tuple[Finding, ...]:
    """What a digest tests each week."""
    level = value_drift.LEVEL
    return settled(
        [
            of_values(Aspect.LENGTH, value_drift.numbers(before.lengths, now.lengths, level=level), Unit.CHARACTERS),
            of_values(Aspect.LATENCY, value_drift.numbers(before.seconds, now.seconds, level=level), Unit.SECONDS),
            of_values(Aspect.REFUSALS, value_drift.categories(before.refused, now.refused, level=level), Unit.SHARE),
            of_embeddings(
                Aspect.QUESTIONS,
                embedding_drift.compare(before.embeddings[:EMBEDDED], now.embeddings[:EMBEDDED], rng, permutations=499),
            ),
        ]
    )


def a_year_speaks(rng: np.random.Generator) -> bool:
    """Whether any of 52 digests says that something moved."""
    watches = the_watches(rng)
    for _ in range(WEEKS):
        reviews, slices = some_reviews(rng, WEEKLY)
        parts = [reviews, *(of_slice(reviews, slices == place) for place in range(SLICES))]
        watches = [verdict_drift.observe(watch, part) for watch, part in zip(watches, parts, strict=True)]
        tests = comparisons(rng, a_window(rng, OUTPUTS), a_window(rng, EARLIER))
        if any(told(watches)) or any(finding.state is State.DRIFT for finding in tests):
            return True
    return False


@pytest.fixture
def repetitions(request: pytest.FixtureRequest) -> int:
    """How many years are drawn: a year is 52 digests, so an eighth of what is asked for."""
    return max(DEFAULT, int(request.config.getoption("repetitions", default=None) or 0) // 8)


def test_a_stable_year_seldom_speaks(repetitions: int) -> None:
    """In at most 7 of 100 years any digest has a finding."""
    rng = np.random.default_rng(20261204)
    spoke = sum(a_year_speaks(rng) for _ in range(repetitions))
    print(f"a digest spoke in {spoke / repetitions:.3f} of {repetitions} stable years")

    assert spoke <= binom.ppf(SURE, repetitions, MOST_ALARMS)
