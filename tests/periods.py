"""Builds the outputs of a period as columns; a test changes one thing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from reviewers.model import PeriodOutputs


def a_period(
    risk: Sequence[float] | np.ndarray,
    reviewed: Sequence[int] | np.ndarray,
    wrong: Sequence[bool] | np.ndarray,
    **changes: Any,
) -> PeriodOutputs:
    """Outputs of one route, one model and no known user, each with a chance of 1, decided on the 23rd at noon.

    Args:
        risk: of each output.
        reviewed: the places of those that people decided, ascending.
        wrong: of these, whether they found it wrong.
    """
    count = len(risk)
    one = np.zeros(count, np.int32)
    fields: dict[str, Any] = {
        "decided_at": np.full(count, np.datetime64("2026-11-23T12:00:00", "us")),
        "risk": np.asarray(risk, dtype=np.float64),
        "chance": np.ones(count),
        "stratum": one,
        "route": one,
        "slice": one,
        "model": one,
        "cluster": np.zeros(count, np.int64),
        "strata": ("drawn",),
        "routes": ("Card support",),
        "slices": ("",),
        "models": ("helpdesk-8b 2026-11-03",),
        "reviewed": np.asarray(reviewed, dtype=np.intp),
        "wrong": np.asarray(wrong, dtype=np.bool_),
        "task_ids": tuple(f"t-{place}" for place in reviewed),
    }
    return PeriodOutputs(**(fields | changes))
