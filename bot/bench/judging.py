"""How fast reviewers are read from their verdicts, and how many wrong outputs that finds: beside a plain majority."""

from __future__ import annotations

import statistics
import time

import numpy as np
from numpy.typing import NDArray

from reviewers.decisions import dawid_skene
from reviewers.decisions.dawid_skene import Votes
from reviewers.decisions.team_prior import TEAM

OUTPUTS, VOTES, REVIEWERS, STAMPERS = 10_000, 3, 12, 2
WRONG = 0.121  # of all outputs


def measure_judging(runs: int) -> dict[str, float]:
    """Milliseconds as the median of the runs; and shares of the wrong outputs that are called wrong."""
    votes, wrong = _votes()
    times, found = [], None
    for _ in range(runs):
        began = time.perf_counter()
        found = dawid_skene.fit(votes, TEAM)
        times.append((time.perf_counter() - began) * 1000.0)
    assert found is not None
    began = time.perf_counter()
    majority = np.bincount(votes.item, votes.said) > VOTES / 2
    counting = (time.perf_counter() - began) * 1000.0
    return {
        "fit": statistics.median(times),
        "majority": counting,
        "found": float((found.posterior[:, 1] > 0.5)[wrong].mean()),
        "found_by_majority": float(majority[wrong].mean()),
    }


def _votes() -> tuple[Votes, NDArray[np.bool_]]:
    """Three of twelve reviewers on each output; two of the twelve approve nine of ten wrong ones."""
    rng = np.random.default_rng(1)
    wrong = rng.random(OUTPUTS) < WRONG
    sensitivity = np.array([*np.full(STAMPERS, 0.1), *np.linspace(0.72, 0.95, REVIEWERS - STAMPERS)])
    voter = np.argsort(rng.random((OUTPUTS, REVIEWERS)), axis=1)[:, :VOTES].ravel()
    item = np.repeat(np.arange(OUTPUTS), VOTES)
    chance = np.where(wrong[item], sensitivity[voter], 0.015)
    said = (rng.random(item.size) < chance).astype(np.int64)
    return Votes(item=item, voter=voter, said=said, items=OUTPUTS, voters=REVIEWERS), wrong
