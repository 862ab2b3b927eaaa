"""Milliseconds that an estimate takes, beside what it costs to look at every output once, for `make bench`."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median
from time import perf_counter

import numpy as np

from reviewers.decisions.estimate import Population, Sample, estimate
from reviewers.decisions.selection import caution, chances

REVIEWS = 500
SIZES = {10_000: "under 10 ms", 1_000_000: "under 1,000 ms"}  # outputs, and the aim


def measure_estimating(outputs: int, *, runs: int, seed: int = 1) -> dict[str, float]:
    """Medians over `runs` of the milliseconds of an estimate, of all chances, and of two floors over as many outputs.

    The floors: the logit of each risk, which no estimate of this kind can do without, and a sort of the risks.
    """
    rng = np.random.default_rng(seed)
    risk = rng.beta(1.0, 9.0, outputs)
    chance = chances(risk, budget=REVIEWS, caution=caution(50.0))
    wrong, drawn = (rng.random(outputs) < risk).astype(np.float64), rng.random(outputs) < chance
    sample = Sample(wrong=wrong[drawn], risk=risk[drawn], chance=chance[drawn])
    population = Population(risk=risk, chance=chance)
    parts: dict[str, Callable[[], object]] = {
        "estimate": lambda: estimate(sample, population),
        "chances": lambda: chances(risk, budget=REVIEWS, caution=caution(50.0)),
        "logit": lambda: np.log(risk / (1.0 - risk)),
        "sort": lambda: np.sort(risk),
    }
    return {name: _milliseconds(part, runs) for name, part in parts.items()}


def _milliseconds(part: Callable[[], object], runs: int) -> float:
    part()  # the first run pays for what every later one finds
    times = []
    for _ in range(runs):
        began = perf_counter()
        part()
        times.append(1000.0 * (perf_counter() - began))
    return median(times)
