"""What a plan is made from: the traffic to come, the floor, and when a new plan is worth keeping."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from reviewers.decisions.planning import Demand, differs, expected_week, floor_of, level, monday
from reviewers.model import HourCount, MadePlan, Policy, Signal
from tests.builders import NOON, a_made_plan

HOUR, WEEK = timedelta(hours=1), timedelta(days=7)
MONDAY = datetime(2026, 11, 23, tzinfo=UTC)


def counts(*pairs: tuple[datetime, int]) -> list[HourCount]:
    return [HourCount(hour=hour, outputs=outputs) for hour, outputs in pairs]


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (NOON, MONDAY),
        (MONDAY, MONDAY),
        (MONDAY - timedelta(microseconds=1), MONDAY - WEEK),
        (datetime(2026, 11, 29, 23, 59, tzinfo=UTC), MONDAY),  # a Sunday
    ],
)
def test_week_begins_on_monday_at_midnight(moment: datetime, expected: datetime) -> None:
    """ISO weeks, in UTC."""
    assert monday(moment) == expected


def test_without_traffic_nothing_is_expected() -> None:
    """168 hours of none."""
    assert expected_week([], NOON).tolist() == [0.0] * 168


def test_before_a_whole_week_every_hour_is_like_the_average_one() -> None:
    """24 outputs in the 4 hours since the first: 6 an hour, day and night."""
    seen = counts(*((NOON - back * HOUR, 6) for back in (4, 3, 2, 1)))
    assert expected_week(seen, NOON).tolist() == [6.0] * 168


def test_import_of_old_outputs_is_no_traffic_to_come() -> None:
    """5,000 in one hour and then 4 an hour for 19 hours: the 90 % point is 4, so 4 an hour."""
    first = MONDAY + timedelta(days=1)
    seen = counts((first, 5000), *((first + hour * HOUR, 4) for hour in range(1, 20)))
    assert expected_week(seen, first + 20 * HOUR)[0] == pytest.approx(4.0)


def test_week_that_began_on_a_wednesday_is_not_a_whole_one() -> None:
    """Traffic since Wednesday of last week: on Monday noon that is 120 hours, so 240 outputs are 2 an hour."""
    seen = counts((MONDAY - 4 * timedelta(days=1) - 12 * HOUR, 240))
    hours = (NOON - seen[0].hour) / HOUR
    assert hours == 120
    assert expected_week(seen, NOON)[0] == pytest.approx(2.0)


def test_whole_weeks_are_forecast_by_their_hours() -> None:
    """168 outputs, all on Tuesday at 9:00: its hour has (168 + .1) / 1.1 = 152.82, every other .1 / 1.1."""
    at_nine = MONDAY - WEEK + timedelta(days=1, hours=9)
    seen = counts((MONDAY - WEEK, 0), (at_nine, 168), (MONDAY + 9 * HOUR, 50))  # this week says nothing of a week
    expected = expected_week(seen, NOON)
    assert expected[33] == pytest.approx(168.1 / 1.1)
    assert expected[0] == expected[167] == pytest.approx(0.1 / 1.1)
    assert expected.sum() == pytest.approx(168.0)


def test_week_that_is_busier_than_expected_is_expected_to_stay_so() -> None:
    """One output an hour is 24 a day; by Monday noon 12 were expected: (84 + 24) / (12 + 24) = 3."""
    even = np.ones(168)
    assert level(counts((MONDAY, 84)), even, NOON) == pytest.approx(3.0)
    assert level(counts((MONDAY - HOUR, 84)), even, NOON) == pytest.approx(
        24 / 36
    )  # of last week; none came in this one
    assert level([], even, MONDAY) == 1.0
    assert level([], np.zeros(168), NOON) == 1.0


def test_no_more_than_eight_weeks_are_looked_at() -> None:
    """What is older has no place in the forecast."""
    old = expected_week(counts((MONDAY - 9 * WEEK, 1_000_000), (MONDAY - WEEK, 168)), NOON)
    assert old.sum() < 168.0


@pytest.mark.parametrize(
    ("uniform_rate", "outputs", "expected"),
    [
        (0.05, 100.0, 0.05),  # a fifth of 80 reviews is 16: enough for 5 of 100
        (0.05, 1600.0, 0.01),  # 16 / 1,600
        (1.0, 8.0, 1.0),  # all of 8 are fewer than 16
        (0.05, 1e12, 1e-6),  # never 0
    ],
)
def test_floor_is_the_uniform_rate_as_long_as_a_fifth_of_the_budget_pays_for_it(
    uniform_rate: float, outputs: float, expected: float
) -> None:
    """60 minutes at 45 seconds are 80 reviews."""
    demand = Demand(seconds_a_review=45.0, weekly_minutes=60.0, spent_minutes=0.0, by_hour=np.full(168, outputs / 168))
    assert demand.weekly_reviews == 80.0
    assert floor_of(demand, Policy(version="p", uniform_rate=uniform_rate)) == pytest.approx(expected)


def scaled(by: float) -> MadePlan:
    """The builder's plan with all chances (but the floor) multiplied."""
    made = a_made_plan("plan-2")
    return replace(made, plan=replace(made.plan, scale=made.plan.scale * by))


@pytest.mark.parametrize(
    ("plan", "is_other"),
    [
        (a_made_plan("plan-2", minutes_spent=99.0, made_at=NOON + HOUR), False),
        (scaled(1.049), False),
        (scaled(1.051), True),
        (scaled(0.949), True),
        (a_made_plan("plan-2", policy_version="policy-2"), True),
        (a_made_plan("plan-2", signal=Signal(trusted=False)), True),
        (a_made_plan("plan-2", signal=Signal(auroc=0.7, low=0.6, high=0.8, reviewed=90, wrong=9)), False),
    ],
)
def test_plan_is_kept_where_it_changes_anything_that_matters(plan: MadePlan, is_other: bool) -> None:
    """A chance by more than 5 %, the trust in the risk, or the policy."""
    assert differs(plan, a_made_plan("plan-1")) is is_other


def test_first_plan_is_always_kept() -> None:
    """There is nothing to compare it with."""
    assert differs(a_made_plan(), None)


def test_new_slice_that_changes_chances_is_another_plan() -> None:
    """With q = .5 a slice of 4 % has five times the factor of the whole."""
    made = a_made_plan("plan-2")
    power = replace(made.plan, slice_power=0.5)
    one = replace(made, plan=replace(power, shares={"a": 1.0}))
    two = replace(made, plan=replace(power, shares={"a": 0.96, "b": 0.04}))
    assert differs(two, one)
