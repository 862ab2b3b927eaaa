"""A queue that is too long: who may be cut, how many are kept, and a lot that anyone can draw again."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest

from reviewers.decisions.overflow import cut_of, keep_probability, may_be_cut, most_waiting
from reviewers.model import ReviewTask, Route
from tests.builders import NOON, a_decision, a_made_plan, a_task


@pytest.mark.parametrize(
    ("waiting", "spared", "most", "keep"),
    [
        (0, 500, 100.0, None),  # none that may be cut
        (80, 20, 100.0, None),  # exactly as many as may wait
        (81, 20, 100.0, 55 / 81),  # 75 of them stay, 20 without a lot
        (200, 0, 100.0, 0.375),  # 75 of 200
        (200, 90, 100.0, 0.01),  # no room at all: a queue is cut, not emptied
        (10, 20, 28.0, 0.1),  # 21 - 20 = 1 of 10
    ],
)
def test_queue_over_what_may_wait_is_cut_to_three_quarters(
    waiting: int, spared: int, most: float, keep: float | None
) -> None:
    """(0.75 most - spared) / waiting, at least 1 in 100."""
    assert keep_probability(waiting, spared, most) == (None if keep is None else pytest.approx(keep))


@pytest.mark.parametrize(
    ("route", "expected"),
    [
        (Route(name="r"), None),
        (Route(name="r", backlog_reviews=50), None),  # without a budget nothing is cut
        (Route(name="r", reviews_per_week=300), 300.0),
        (Route(name="r", minutes_per_week=60), 80.0),  # at 45 seconds
        (Route(name="r", minutes_per_week=60, quorum=2), 40.0),  # two verdicts each
        (Route(name="r", minutes_per_week=60, backlog_reviews=50), 50.0),
    ],
)
def test_week_of_the_budget_may_wait_where_the_route_says_nothing(route: Route, expected: float | None) -> None:
    """Before the first plan a verdict counts as 45 seconds."""
    assert most_waiting(route, None) == expected


def test_plan_says_how_long_a_review_takes() -> None:
    """60 minutes at 30 seconds."""
    assert most_waiting(Route(name="r", minutes_per_week=60), a_made_plan(seconds_a_review=30.0)) == 120.0


@pytest.mark.parametrize(
    ("task", "may"),
    [
        (a_task(), True),
        (a_task(claimed_by="U0MARA", claimed_until=NOON + timedelta(minutes=1)), False),
        (a_task(claimed_by="U0MARA", claimed_until=NOON), True),  # the claim has run out
        (a_task(assigned_to="U0MARA"), False),
        (a_task(handed_on_by="U0MARA"), False),
        (a_task(batch_id="t-1"), True),  # a shared card is no work that somebody has begun
        (a_task(waits_for_batch=True), True),
    ],
)
def test_what_somebody_works_on_is_spared(task: ReviewTask, may: bool) -> None:
    """Or what a person gave to somebody."""
    assert may_be_cut(task, a_decision(), Route(name="Cards"), NOON) is may


def test_what_the_clock_gave_to_somebody_is_not_spared() -> None:
    """It gives every task to somebody; what they have claimed stays all the same."""
    route = Route(name="Cards", assign=True)
    assert may_be_cut(a_task(assigned_to="U0MARA"), a_decision(), route, NOON)
    claimed = a_task(assigned_to="U0MARA", claimed_by="U0MARA", claimed_until=NOON + timedelta(minutes=1))
    assert not may_be_cut(claimed, a_decision(), route, NOON)
    by_a_person = a_task(assigned_to="U0MARA", quorum=2)  # the clock gives nothing that several decide
    assert not may_be_cut(by_a_person, a_decision(), route, NOON)


@pytest.mark.parametrize(("kept", "may"), [(0.011, True), (0.01, False), (0.004, False)])
def test_what_one_in_a_hundred_survived_is_not_cut_again(kept: float, may: bool) -> None:
    """While there is no room at all, every minute would otherwise multiply its chance by .01."""
    decision = a_decision(inclusion_probability=0.001, keep_probability=kept)
    assert may_be_cut(a_task(), decision, Route(name="Cards"), NOON) is may


def test_lot_can_be_drawn_again_and_chances_multiply() -> None:
    """SHA-256 over the moment and the id; it kept .5 before, and keeps .4 of that now."""
    decision = a_decision("o-1", inclusion_probability=0.1, keep_probability=0.5)
    cut = cut_of(decision, route="Cards", keep=0.4, reaches_from=NOON, cut_at=NOON)
    key = f"cut:{NOON.isoformat()}"
    digest = hashlib.sha256(f"{len(key)}:{key}3:o-1".encode()).hexdigest()
    assert cut.draw == (int(digest[:16], 16) // 2**11) / 2**53
    assert cut.kept is (cut.draw < 0.4)
    assert cut.kept_so_far == pytest.approx(0.2)
