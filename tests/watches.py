"""Watches over verdicts and reviews for them; a test changes one thing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
from scipy.special import logit

from reviewers.decisions import verdict_drift
from reviewers.decisions.estimate_inputs import Floats
from reviewers.decisions.verdict_drift import Reviews
from reviewers.model.watch import Baseline, Watch

START = datetime(2026, 11, 2, tzinfo=UTC)
KNOWN = Baseline(
    intercept=0.0,
    slope=1.0,
    middle=float(logit(0.1)),
    unscored=0.0,
    error=0.0,
    reviews=400,
    wrong=40.0,
    risk_version="r-1",
    frozen_at=START,
)


def some_reviews(
    wrong: Sequence[float] | Floats, risk: float | Sequence[float] | Floats = 0.1, first: int = 0
) -> Reviews:
    """One review an hour from the start on."""
    at = np.datetime64(START.replace(tzinfo=None), "us") + np.timedelta64(1, "h") * (first + np.arange(len(wrong)))
    return Reviews(at=at, wrong=np.array(wrong, dtype=float), risk=np.broadcast_to(np.array(risk, float), len(wrong)))


def a_watch(baseline: Baseline = KNOWN, weekly: float = 50.0) -> Watch:
    """One that has seen nothing."""
    return verdict_drift.begin(baseline, weekly_reviews=weekly)
