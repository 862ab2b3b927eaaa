"""What is left of a week's budget, and the outputs it has to last for."""

from __future__ import annotations

import numpy as np
import pytest

from reviewers.decisions.pacing_budget import forecast, paced_budget, remaining, seconds_a_review
from reviewers.decisions.too_few import TooFew

EVEN = np.full(168, 10.0)


def test_without_a_past_week_there_is_no_forecast() -> None:
    """One whole week is needed."""
    assert forecast([]) == TooFew(found=0, needed=1, of="weeks")


def test_one_week_is_drawn_towards_even_traffic() -> None:
    """168 outputs, all in one hour: (168 + .1 · 1) / 1.1 there, (0 + .1 · 1) / 1.1 elsewhere; the sum stays."""
    week = np.zeros(168)
    week[9] = 168.0
    found = forecast([week])
    assert not isinstance(found, TooFew)
    assert found[9] == pytest.approx(168.1 / 1.1)
    assert found[10] == pytest.approx(0.1 / 1.1)
    assert found.sum() == pytest.approx(168.0)


def test_newer_weeks_count_more() -> None:
    """Four weeks older, half the weight: (1 · 20 + .5 · 5) / 1.5 = 15."""
    weeks = [EVEN * 2.0, *[np.zeros(168)] * 3, EVEN / 2.0]
    found = forecast(weeks)
    assert not isinstance(found, TooFew)
    # weights 1, 2^-1/4, 2^-1/2, 2^-3/4, 1/2; even weeks stay even
    total = 1 + 2**-0.25 + 2**-0.5 + 2**-0.75 + 0.5
    assert found == pytest.approx(np.full(168, (20.0 + 0.5 * 5.0) / total))


def test_a_week_has_168_hours() -> None:
    """Anything else is a mistake of the caller."""
    with pytest.raises(ValueError, match="168"):
        forecast([np.zeros(24)])


@pytest.mark.parametrize(("hour", "left"), [(0.0, 1680.0), (84.0, 840.0), (167.5, 5.0), (168.0, 0.0)])
def test_what_remains_of_a_week_counts_the_hour_in_part(hour: float, left: float) -> None:
    """Ten outputs an hour."""
    assert remaining(EVEN, hour) == pytest.approx(left)


@pytest.mark.parametrize(
    ("hour", "spent", "waiting", "last_hour", "reviews", "outputs", "left"),
    [
        (0.0, 0.0, 0.0, 10.0, 200.0, 1680.0, 150.0),  # 150 minutes at 45 s
        (84.0, 60.0, 20.0, 10.0, 100.0, 840.0, 75.0),  # 150 - 60 - 20 · .75
        (84.0, 200.0, 0.0, 10.0, 0.0, 840.0, -50.0),  # overdrawn
        (167.0, 0.0, 0.0, 10.0, 200.0, 40.0, 150.0),  # the last hour is planned as four: 1680 / 42
        (167.0, 0.0, 0.0, 400.0, 200.0, 400.0, 150.0),  # the hour before brought more than these
    ],
)
def test_what_is_left_is_spread_over_what_is_to_come(
    hour: float, spent: float, waiting: float, last_hour: float, reviews: float, outputs: float, left: float
) -> None:
    """150 minutes a week, 45 seconds a review, ten outputs an hour."""
    pace = paced_budget(
        EVEN,
        hour,
        weekly_minutes=150.0,
        spent_minutes=spent,
        waiting=waiting,
        seconds_a_review=45.0,
        last_hour=last_hour,
    )
    assert (pace.reviews, pace.outputs, pace.left_minutes) == pytest.approx((reviews, outputs, left))


def test_a_review_takes_time() -> None:
    """Or any budget would buy all reviews."""
    with pytest.raises(ValueError, match="time"):
        paced_budget(EVEN, 0.0, weekly_minutes=1.0, spent_minutes=0.0, waiting=0.0, seconds_a_review=0.0, last_hour=0.0)


def test_times_are_drawn_to_what_was_assumed() -> None:
    """Without times 45 s; ten of 25 s beside ten of 45 s are 35 s."""
    assert seconds_a_review([], 45.0) == 45.0
    assert seconds_a_review([25.0] * 10, 45.0) == pytest.approx(35.0)


def test_a_lunch_is_cut_down_to_a_long_review() -> None:
    """Nineteen of 30 s and one of an hour: the hour counts as 30 s, (600 + 450) / 30 = 35."""
    assert seconds_a_review([30.0] * 19 + [3600.0], 45.0) == pytest.approx(35.0)
