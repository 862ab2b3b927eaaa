"""What a plan is made from: the traffic to come, the floor, and when a new plan is worth keeping."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from reviewers.decisions import selection
from reviewers.decisions.planning import (
    Demand,
    Seen,
    demand_of,
    differs,
    expected_week,
    floor_of,
    holds_briefly,
    last_hour,
    level,
    monday,
    next_plan,
)
from reviewers.decisions.too_few import TooFew
from reviewers.model import HourCount, MadePlan, Policy, Route, Signal
from tests.builders import NOON, a_made_plan
from tests.periods import a_period

HOUR, WEEK = timedelta(hours=1), timedelta(days=7)
MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
PILOT = datetime(2026, 11, 4, 12, tzinfo=UTC)  # a Wednesday, so that its week is no whole one
CARDS = Route(name="Cards", reviews_per_week=300)


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


@pytest.mark.parametrize("launch", [datetime(2026, 11, 16, 9, tzinfo=UTC), datetime(2026, 11, 19, 9, tzinfo=UTC)])
def test_launch_after_a_silent_week_is_forecast_by_its_own_hours(launch: datetime) -> None:
    """A pilot of 60, a whole week of none, then 400 within an hour, on a Monday or a Thursday: 400 in every hour.

    One hour of 400 was expected since it began and 400 came: (400 + 9600) / (400 + 9600) = 1.
    """
    seen = counts((PILOT, 60), (launch, 400))
    expected = expected_week(seen, launch + HOUR)
    assert expected.tolist() == [400.0] * 168
    assert level(seen, expected, launch + HOUR) == pytest.approx(1.0)


def test_silence_that_goes_on_expects_what_came_on_average() -> None:
    """60 outputs in the 276 hours from Wednesday noon to the second Monday."""
    expected = expected_week(counts((PILOT, 60)), datetime(2026, 11, 16, tzinfo=UTC))
    assert expected == pytest.approx(np.full(168, 60 / 276))


def test_first_week_is_as_busy_as_expected_from_its_first_output_on() -> None:
    """A route that began on Thursday at nine: nothing was expected before, so 400 in an hour are no quarter of it."""
    begun = MONDAY + timedelta(days=3, hours=9)
    assert level(counts((begun, 400)), np.full(168, 400.0), begun + HOUR) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("now", "found"),
    [
        (NOON, 30.0),  # 11:00 is over
        (NOON + HOUR / 2, 40.0),  # the hour that has begun brought more already
        (NOON + HOUR, 40.0),
        (NOON + 2 * HOUR, 0.0),
    ],
)
def test_last_hour_is_the_last_whole_one_or_the_one_that_has_begun(now: datetime, found: float) -> None:
    """50 at ten, 30 at eleven, 40 from noon on."""
    seen = counts((NOON - 2 * HOUR, 50), (NOON - HOUR, 30), (NOON, 40))
    assert last_hour([one for one in seen if one.hour < now], now) == found


def a_seen(outputs: int = 460, **changes: Any) -> Seen:
    """So many recent outputs of risk .1, all drawn, of which nobody decided any."""
    seen = a_period([0.1] * outputs, [], [])
    fields: dict[str, Any] = {
        "outputs": seen, "reviews": seen, "verdicts": (), "traffic": (), "waiting": 0, "before": None
    }  # fmt: skip
    return Seen(**(fields | changes))


def a_plan(seen: Seen, now: datetime, route: Route = CARDS) -> MadePlan | TooFew:
    return next_plan(seen, route, Policy(version="p"), version="plan-2", now=now)


def test_launch_after_a_silent_week_does_not_spend_the_budget_within_the_hour() -> None:
    """Monday at ten, 158 hours of 400 to come: 300 reviews of 63,200 outputs."""
    launch = datetime(2026, 11, 16, 9, tzinfo=UTC)
    made = a_plan(a_seen(traffic=counts((PILOT, 60), (launch, 400))), launch + HOUR)
    assert isinstance(made, MadePlan)
    assert made.plan.expected_outputs == pytest.approx(63_200.0)
    assert selection.chance(made.plan, 0.1) == pytest.approx(300 / 63_200)


def test_hour_like_the_last_one_never_overdraws_the_budget() -> None:
    """A route of ten outputs a week is launched late on Sunday: whatever was expected, 400 may come once more."""
    sunday = MONDAY + timedelta(days=6, hours=23)
    trickle = [(MONDAY - back * WEEK, 10) for back in (3, 2, 1)]
    made = a_plan(a_seen(traffic=counts(*trickle, (sunday - HOUR, 400))), sunday)
    assert isinstance(made, MadePlan)
    assert made.plan.expected_outputs == 400.0
    assert selection.chance(made.plan, 0.1) == pytest.approx(300 / 400)


TWENTY_A_WEEK = counts((MONDAY - 2 * WEEK, 20), (MONDAY - WEEK, 20))
TEN = Route(name="Cards", reviews_per_week=10, slice_by="tenant")


@pytest.mark.parametrize("outputs", [0, 40, 49])
def test_few_recent_outputs_of_a_route_with_a_plan_make_a_uniform_one(outputs: int) -> None:
    """10 reviews for the 20 outputs of a week: each has a chance of .5, whatever its risk and slice.

    The plan before it may have been of an overdrawn Sunday, or of another budget.
    """
    seen = a_seen(outputs, traffic=TWENTY_A_WEEK, before=a_made_plan(route="Cards"))
    made = a_plan(seen, MONDAY, TEN)
    assert isinstance(made, MadePlan)
    assert (made.policy_version, made.plan.learned_from) == ("p", outputs)
    for risk, name in ((0.05, ""), (0.9, ""), (None, "small")):
        assert selection.chance(made.plan, risk, name) == pytest.approx(0.5)


def test_before_the_first_plan_few_outputs_make_none() -> None:
    """Threshold and uniform rate go on."""
    found = a_plan(a_seen(49, traffic=TWENTY_A_WEEK), MONDAY, TEN)
    assert found == TooFew(found=49, needed=50, of="outputs")


@pytest.mark.parametrize(
    ("outputs", "reviews", "briefly"),
    [
        (60, 19.0, False),
        (60, 20.0, True),  # all of the 20 that are expected: the 21st would be taken too
        (49, 1.0, True),  # too few to tell
    ],
)
def test_plan_that_a_launch_would_overdraw_holds_briefly(outputs: int, reviews: float, briefly: bool) -> None:
    """20 outputs a week."""
    seen = a_seen(outputs, traffic=TWENTY_A_WEEK, before=a_made_plan(route="Cards"))
    made = a_plan(seen, MONDAY, replace(TEN, reviews_per_week=reviews))
    assert isinstance(made, MadePlan)
    assert holds_briefly(made, seen) is briefly


def test_verdicts_on_reopened_answers_are_spent_and_say_nothing_of_a_review() -> None:
    """Four of them are 3 minutes at the 45 seconds that are assumed."""
    demand = demand_of(a_seen(reopened=4), CARDS, NOON)
    assert (demand.spent_minutes, demand.seconds_a_review) == (3.0, 45.0)


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
