"""What stands beside the findings: whether risk meant what it said, what waited, and one order of outputs."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from reviewers.decisions import digest_summary
from reviewers.decisions.period_order import steady
from reviewers.decisions.risk import PRIOR
from reviewers.model.digest_parts import Reliability
from reviewers.model.missing import Missing
from reviewers.model.past_tasks import TaskCount
from reviewers.model.review import TaskState
from tests.builders import NOON
from tests.periods import a_period

HOUR = timedelta(hours=1)


def test_risks_that_come_true_are_within_chance() -> None:
    """50 outputs of risk .1 with 5 wrong and 50 of .5 with 25 wrong: each group finds what it says."""
    risk = np.repeat([0.1, 0.5], 50)
    wrong = np.concatenate([np.arange(50) % 10 == 0, np.arange(50) % 2 == 0])
    found = digest_summary.reliability(a_period(risk, np.arange(100), wrong), np.ones(100, np.bool_), PRIOR)
    assert isinstance(found, Reliability)
    assert found.within_chance
    assert [group.reviewed for group in found.groups] == [50, 50]  # what has one risk is in one group
    assert [group.said for group in found.groups] == pytest.approx([0.1, 0.5])
    assert [group.found for group in found.groups] == pytest.approx([0.1, 0.5])
    # the safest half has 5 of 50 wrong; all have 30 of 100
    assert [one.share for one in found.coverage] == [0.5, 0.8, 1.0]
    assert [one.wrong for one in found.coverage][::2] == pytest.approx([0.1, 0.3])
    # of 30 * 70 pairs: 25 wrong ones beat 45 right ones; ties .1 with .1 and .5 with .5 count half
    assert found.auroc == pytest.approx((25 * 45 + 0.5 * (5 * 45 + 25 * 25)) / (30 * 70))


def test_many_risks_come_in_five_groups() -> None:
    """100 outputs of rising risk, 20 in each."""
    outputs = a_period(np.arange(100) / 100, np.arange(100), np.arange(100) % 2 == 0)
    found = digest_summary.reliability(outputs, np.ones(100, np.bool_), PRIOR)
    assert isinstance(found, Reliability)
    assert [group.reviewed for group in found.groups] == [20] * 5
    assert found.groups[0].said == pytest.approx(0.095)  # the mean of 0 to .19


def test_risks_that_say_a_tenth_of_what_comes_true_are_not() -> None:
    """.05 said, half found wrong."""
    outputs = a_period(np.full(100, 0.05), np.arange(100), np.arange(100) % 2 == 0)
    found = digest_summary.reliability(outputs, np.ones(100, np.bool_), PRIOR)
    assert isinstance(found, Reliability)
    assert not found.within_chance


def test_few_reviews_with_a_risk_say_what_is_missing() -> None:
    """39 of 50 have one."""
    risk = np.where(np.arange(50) < 39, 0.1, np.nan)
    outputs = a_period(risk, np.arange(50), np.zeros(50, np.bool_))
    assert digest_summary.reliability(outputs, np.ones(50, np.bool_), PRIOR) == Missing(found=39, needed=40)


def test_queue_at_the_end_of_the_week_is_what_waited_then() -> None:
    """Two that waited, the oldest for six hours; what was decided, timed out or cut by then does not count."""
    counts = [
        TaskCount(state=TaskState.CUT, tasks=1, oldest_at=NOON - 9 * HOUR),
        TaskCount(state=TaskState.OPEN, tasks=2, oldest_at=NOON - 6 * HOUR),
        TaskCount(state=TaskState.RESOLVED, tasks=5, oldest_at=NOON - 8 * HOUR),
        TaskCount(state=TaskState.TIMED_OUT, tasks=3, oldest_at=NOON - 7 * HOUR),
    ]
    found = digest_summary.waited(counts, NOON)
    assert (found.tasks, found.oldest_hours) == (2, 6.0)
    assert digest_summary.waited([], NOON).oldest_hours is None


def test_seed_is_that_of_route_and_week() -> None:
    """The first four bytes of sha256("Cards|2026-W47") as sha256sum has it, and others for another week."""
    assert digest_summary.seed("Cards", "2026-W47") == 0x56B6CFF9
    assert digest_summary.seed("Cards", "2026-W47") != digest_summary.seed("Cards", "2026-W48")


def test_outputs_in_any_order_come_to_one() -> None:
    """Three outputs, given forwards and backwards with their names numbered the other way round."""
    forward = a_period([0.1, 0.2, 0.3], [0, 2], [True, False], slice=np.array([0, 1, 1], np.int32), slices=("a", "b"))
    backward = a_period(
        [0.3, 0.2, 0.1],
        [0, 2],
        [False, True],
        slice=np.array([0, 0, 1], np.int32),
        slices=("b", "a"),
        task_ids=("t-2", "t-0"),
    )
    first, second = steady(forward), steady(backward)
    assert first.task_ids == second.task_ids
    assert (first.slices, second.slices) == (("a", "b"), ("a", "b"))
    for name in ("risk", "slice", "reviewed", "wrong", "decided_at"):
        assert np.array_equal(getattr(first, name), getattr(second, name))
