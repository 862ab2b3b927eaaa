"""Drift of embeddings keeps its level on real questions, and sees a tenth of foreign ones.

By default few repetitions; `--repetitions 1000` runs more and prints what they came to.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom

from reviewers.decisions import embedding_drift
from reviewers.decisions.embedding_drift import EmbeddingDrift
from reviewers.model.digest import State
from reviewers.scorers.embedder import MiniLmEmbedder
from tests.guarantees.drifting import questions, windows

DEFAULT = 16  # repetitions, half a second each
LEVEL = 0.05
MOST_ALARMS = 0.07
LEAST_FOUND = 0.75  # with 50 of 500 questions to a bank among 1,000 and 500 to an assistant
PERMUTATIONS = 199  # enough for a level of .05
SURE = 0.999  # of each Monte-Carlo bound: one of a thousand right programs fails it


@pytest.fixture
def repetitions(request: pytest.FixtureRequest) -> int:
    """How often windows are drawn."""
    return int(request.config.getoption("repetitions", default=None) or DEFAULT)


def compared(foreign: int, repetitions: int, seed: int) -> list[EmbeddingDrift]:
    """So many comparisons of freshly drawn windows."""
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(repetitions):
        drawn = windows(rng, foreign=foreign)
        drift = embedding_drift.compare(drawn.reference, drawn.current, rng, level=LEVEL, permutations=PERMUTATIONS)
        assert isinstance(drift, EmbeddingDrift)
        found.append(drift)
    return found


def test_like_windows_raise_few_alarms(repetitions: int) -> None:
    """At level .05 at most 7 in 100 comparisons of like windows speak, and the order's interval holds .5."""
    found = compared(0, repetitions, seed=20261130)
    alarms = sum(drift.state is State.DRIFT for drift in found)
    held = sum(drift.order.low <= 0.5 <= drift.order.high for drift in found)
    print(f"false alarms {alarms / repetitions:.3f}, interval holds one half {held / repetitions:.3f}")

    assert alarms <= binom.ppf(SURE, repetitions, MOST_ALARMS)
    assert held >= binom.ppf(1.0 - SURE, repetitions, 0.95)


def test_a_tenth_of_foreign_questions_is_found(repetitions: int) -> None:
    """In at least 75 of 100 comparisons, and most of the outputs that are named are the foreign ones."""
    found = compared(50, repetitions, seed=20261201)
    drifts = [drift for drift in found if drift.state is State.DRIFT]
    named = np.mean([place < 50 for drift in drifts for place in drift.pulling])
    print(
        f"found {len(drifts) / repetitions:.3f} (T² {np.mean([one.p_hotelling <= LEVEL for one in found]):.2f}, "
        f"MMD {np.mean([one.p_discrepancy <= LEVEL for one in found]):.2f}), named rightly {named:.2f}, "
        f"order {np.mean([one.order.value for one in found]):.3f}"
    )

    assert len(drifts) >= binom.ppf(1.0 - SURE, repetitions, LEAST_FOUND)
    assert named > 0.5  # of all outputs, one in ten is foreign


@pytest.mark.models
def test_the_stored_embeddings_are_those_of_the_packaged_model() -> None:
    """Stored as whole numbers they differ by half a step at most, about 1 in 100 of a vector's length."""
    stored = questions("clinc150")
    fresh = np.array(MiniLmEmbedder().embed_documents(list(stored.texts[:8])))

    assert np.abs(fresh - stored.vectors[:8]).max() < 0.002
