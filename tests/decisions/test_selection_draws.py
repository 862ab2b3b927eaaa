"""Draws of a fixed size, and queues that are cut."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewers.decisions.selection_draws import keep_chance, kept
from tests.guarantees.systematic import systematic

FIVE = np.array([0.9, 0.3, 0.5, 0.1, 0.2])  # 2 in all


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        # Running sum: .9 1.2 1.7 1.8 2.0. Drawn is whoever the points start and start + 1 fall on.
        (0.0, [True, True, False, False, False]),  # 0 in the first, 1.0 in the second
        (0.5, [True, False, True, False, False]),  # 1.5 in the third
        (0.75, [True, False, False, True, False]),  # 1.75 in the fourth
        (0.95, [False, True, False, False, True]),  # .95 in the second, 1.95 in the fifth
    ],
)
def test_equal_steps_along_the_running_sum_draw(start: float, expected: list[bool]) -> None:
    """One start and steps of one."""
    assert systematic(FIVE, np.arange(5), start).tolist() == expected


def test_every_output_is_drawn_as_often_as_its_chance_says() -> None:
    """Over a thousand starts spread evenly, in another order than that of the outputs."""
    starts = (np.arange(1000) + 0.5) / 1000
    often = np.mean([systematic(FIVE, np.array([3, 0, 4, 1, 2]), float(start)) for start in starts], axis=0)
    assert often == pytest.approx(FIVE)


@settings(deadline=None)
@given(chances=st.lists(st.floats(0.01, 1.0), min_size=1, max_size=40), start=st.floats(0.0, 0.999))
def test_the_size_is_the_sum_of_the_chances(chances: list[float], start: float) -> None:
    """Up to the fraction that the sum has."""
    drawn = systematic(np.array(chances), np.arange(len(chances)), start)
    assert abs(drawn.sum() - sum(chances)) < 1.0 + 1e-6


def test_a_queue_with_room_is_not_cut() -> None:
    """Thirty wait, forty can be reviewed."""
    assert keep_chance(30, 40.0) == 1.0
    assert keep_chance(0, 0.0) == 1.0


def test_a_longer_queue_is_cut_to_the_room() -> None:
    """Of 80 about 20 stay, and a queue without room still keeps one in a hundred."""
    assert keep_chance(80, 20.0) == 0.25
    assert keep_chance(80, 0.0) == 0.01
    assert [kept(draw, 0.25) for draw in (0.0, 0.2499, 0.25, 0.9)] == [True, True, False, False]
