"""A queue that is too long: who may be cut, how many are kept, and a lot that anyone can draw again."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta

import numpy as np
import pytest

from reviewers.decisions.overflow import Drawn, Lot, cut_of, keep_probability, left, may_be_cut, met, most_waiting
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


HOUR = timedelta(hours=1)


def at(*moments: datetime) -> np.ndarray[tuple[int], np.dtype[np.datetime64]]:
    """Moments as arrays hold them."""
    return np.array([moment.replace(tzinfo=None) for moment in moments], dtype="datetime64[us]")


def selected(by_hour: Mapping[int, int]) -> Drawn:
    """So many outputs, decided on so many hours after noon, of which no lot closed any."""
    moments = at(*(NOON + hour * HOUR for hour, count in by_hour.items() for _ in range(count)))
    return Drawn(decided_at=moments, open_from=np.full(len(moments), "NaT", dtype="datetime64[us]"))


def a_lot(waited: Mapping[int, int], *, keep: float, cut_at: datetime) -> Lot:
    """A cut that so many outputs of so many hours after noon were in."""
    noon = int(NOON.timestamp()) // 3600
    (since,) = at(NOON + min(waited) * HOUR)
    return Lot(
        reaches_from=since,
        cut_at=at(cut_at)[0],
        keep=keep,
        waited={noon + hour: count for hour, count in waited.items()},
    )


def unselected(*moments: datetime) -> Drawn:
    """Outputs that no draw took."""
    return Drawn(decided_at=at(*moments), open_from=at(*moments))


def test_one_old_card_does_not_take_the_chance_of_all_that_came_after_it() -> None:
    """450 of 500 were reviewed before the cut kept 3 of 10 of the rest: one of the first hour, 49 of the last.

    50 an hour: 1 - .7 / 50 = .986, eight times 1, 1 - .7 * 49 / 50 = .314. Together 9.3 hours of 50, which are 450
    and 3 of 10 of 50.
    """
    picked = selected(dict.fromkeys(range(10), 50))
    cuts = met([a_lot({0: 1, 9: 49}, keep=0.3, cut_at=NOON + 10 * HOUR)], picked)
    shares = left(cuts, unselected(*(NOON + (hour + 0.5) * HOUR for hour in range(10))))
    assert shares.tolist() == pytest.approx([0.986, *[1.0] * 8, 0.314])
    assert 50 * shares.sum() == pytest.approx(450 + 0.3 * 50)


def test_hour_without_a_selected_output_goes_by_its_day_and_a_day_without_one_by_the_whole() -> None:
    """1 of 10 and 9 of 10 late on Monday, 4 of 4 on Tuesday, 14 of 24 in all; kept with .5."""
    picked = selected({10: 10, 11: 10, 13: 4})
    cuts = met([a_lot({10: 1, 11: 9, 13: 4}, keep=0.5, cut_at=NOON + 48 * HOUR)], picked)
    moments = [NOON + hours * HOUR for hours in (10.5, 11.5, 13.5, 20, 40, 48, 9.9, 48.1)]
    expected = [0.95, 0.55, 0.5, 0.5, 1 - 0.5 * 14 / 24, 1 - 0.5 * 14 / 24, 1.0, 1.0]  # the last two it did not reach
    assert left(cuts, unselected(*moments)).tolist() == pytest.approx(expected)


def test_what_a_lot_closed_stands_for_no_later_one_and_would_have_met_it() -> None:
    """Of 4 in an hour 2 stay at .5; of these 1 is in the next lot: .5 * (1 - .5 * .8) = .3, and .6 of the closed."""
    first, second = NOON + 2 * HOUR, NOON + 3 * HOUR
    closed = at(*[first + timedelta(microseconds=1)] * 2)
    picked = Drawn(
        decided_at=at(*[NOON] * 4), open_from=np.concatenate([closed, np.array(["NaT"] * 2, dtype="datetime64[us]")])
    )
    cuts = met([a_lot({0: 4}, keep=0.5, cut_at=first), a_lot({0: 1}, keep=0.2, cut_at=second)], picked)
    assert left(cuts, unselected(NOON)).tolist() == pytest.approx([0.3])
    assert left(cuts, picked).tolist() == pytest.approx([0.6, 0.6, 1.0, 1.0])


def test_cuts_of_which_no_output_is_known_leave_everything() -> None:
    """A period may begin after all that was in the lot."""
    cuts = met([a_lot({0: 4}, keep=0.5, cut_at=NOON + HOUR)], selected({}))
    assert left(cuts, unselected(NOON)).tolist() == [1.0]
