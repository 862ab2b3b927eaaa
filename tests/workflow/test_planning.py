"""The clock's plans: when one is made, what it is made from, what it does to the next outputs, and who hears of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from reviewers.decisions.routing import FixedPolicies
from reviewers.model import (
    Match,
    NoticeKind,
    Policy,
    Reason,
    Route,
    SamplingDecision,
    Stratum,
    VerdictKind,
)
from reviewers.workflow.verdicts import Ballot
from tests.builders import an_output
from tests.workflow.test_source_changes import again, approved, change, say
from tests.workflow.worlds import World

MARA, TOMAS = "U0MARA", "U0TOMAS"
HOUR = timedelta(hours=1).total_seconds()


def cards(**changes: Any) -> Route:
    """A route of 60 minutes a week: 80 reviews at 45 seconds."""
    fields: dict[str, Any] = {
        "name": "Cards",
        "match": Match(tags=("fees",)),
        "reviewers": (MARA,),
        "leads": (TOMAS,),
        "minutes_per_week": 60,
    }
    return Route(**(fields | changes))


def a_world(**changes: Any) -> World:
    """Monday noon in UTC; every output is of the route Cards."""
    return World(routes=(cards(**changes),))


def come(world: World, first: int, count: int, risk: float = 0.1, **changes: Any) -> list[SamplingDecision]:
    """So many outputs come in, scored with this risk; what was decided on them."""
    world.scorer.value = risk
    names = [f"o-{number}" for number in range(first, first + count)]
    world.bring(*(an_output(name, received_at=world.clock.now(), **changes) for name in names))
    with world.store.read() as uow:
        found = [uow.decisions.get(name) for name in names]
    world.clock.advance(1)
    return [one for one in found if one is not None]


def decide(world: World, kind: VerdictKind, output_ids: list[str]) -> None:
    """Mara decides on those that have a task, 30 seconds after she had each before her."""
    for output_id in output_ids:
        with world.store.read() as uow:
            task = uow.tasks.for_output(output_id)
        if task is None:
            continue
        world.verdicts.record(
            Ballot(
                task_id=task.task_id,
                reviewer=MARA,
                kind=kind,
                reasons=("invented",) if kind is VerdictKind.REJECT else (),
                opened_at=world.clock.now() - timedelta(seconds=30),
            )
        )


def test_route_without_a_budget_has_no_plan() -> None:
    """Threshold and uniform rate decide, as before."""
    world = a_world(minutes_per_week=None)
    come(world, 1, 60)
    assert world.sweep("plans") == 0
    with world.store.read() as uow:
        assert uow.plans.newest("Cards") is None


def test_too_few_outputs_make_no_plan_and_it_is_tried_again_soon() -> None:
    """49 are too few; five minutes later there are 50."""
    world = a_world()
    come(world, 1, 49)
    assert world.sweep("plans") == 0
    come(world, 50, 1)
    assert world.sweep("plans") == 0  # not asked yet
    world.clock.advance(301)
    assert world.sweep("plans") == 1


def test_next_outputs_get_the_chance_of_the_plan() -> None:
    """The decision names the plan, its stratum and its slice, and every chance lies above 0."""
    world = a_world(slice_by="tenant")
    early = come(world, 1, 60, metadata={"tenant": "a"})
    assert {one.plan_version for one in early} == {""}
    assert world.sweep("plans") == 1
    with world.store.read() as uow:
        made = uow.plans.newest("Cards")
    assert made is not None
    assert (made.route, made.minutes_per_week, made.policy_version) == ("Cards", 60, "policy-1")

    (late,) = come(world, 61, 1, metadata={"tenant": "a"})
    assert (late.plan_version, late.stratum, late.slice) == (made.version, Stratum.DRAWN, "a")
    assert 0.0 < late.inclusion_probability < 1.0
    (held,) = come(world, 62, 1, hold=True)
    assert (held.plan_version, held.stratum, held.reason) == ("", Stratum.HELD, Reason.HELD)


def test_high_risk_is_no_longer_always_picked() -> None:
    """Before any error was seen the draw is uniform: the threshold says nothing, and risk nothing yet."""
    world = a_world()
    (early,) = come(world, 0, 1, risk=0.9)
    assert early.inclusion_probability == 1.0
    come(world, 1, 200)
    world.sweep("plans")
    low, high = come(world, 201, 1, risk=0.05), come(world, 202, 1, risk=0.9)
    assert low[0].inclusion_probability == high[0].inclusion_probability < 1.0


def test_errors_that_people_found_let_risk_count() -> None:
    """With some errors seen, and a risk that ranks them, the riskier output has the larger chance."""
    world = World(routes=(cards(minutes_per_week=600),), uniform_rate=1.0)
    come(world, 1, 60, risk=0.05)
    come(world, 61, 30, risk=0.3)
    decide(world, VerdictKind.APPROVE, [f"o-{number}" for number in range(1, 66)])
    decide(world, VerdictKind.REJECT, [f"o-{number}" for number in range(66, 91)])
    world.clock.advance(HOUR)
    assert world.sweep("plans") == 1
    with world.store.read() as uow:
        made = uow.plans.newest("Cards")
    assert made is not None
    assert made.plan.errors_seen == 25
    assert made.plan.humility == pytest.approx(5 / 30)  # k / (k + errors), k = 5
    # 90 verdicts of 30 s, drawn to 45 s by ten: (90 * 30 + 10 * 45) / 100 = 31.5 s, so 90 * 31.5 / 60 = 47.25 min.
    assert made.seconds_a_review == pytest.approx(31.5)
    assert made.minutes_spent == pytest.approx(47.25)
    assert made.signal.trusted
    assert made.signal.auroc is not None
    assert made.signal.auroc > 0.9
    low, high = come(world, 101, 1, risk=0.05), come(world, 102, 1, risk=0.5)
    assert high[0].inclusion_probability > low[0].inclusion_probability


def test_plan_is_made_hourly_and_kept_only_where_it_changes_anything() -> None:
    """An hour later the same outputs make nearly the same plan; more of them make another one."""
    world = a_world()
    come(world, 1, 60)
    assert world.sweep("plans") == 1
    assert world.sweep("plans") == 0
    come(world, 100, 600)
    world.clock.advance(0.5 * HOUR)
    assert world.sweep("plans") == 0  # not due
    world.clock.advance(0.6 * HOUR)
    assert world.sweep("plans") == 1


def test_traffic_of_earlier_weeks_is_part_of_the_forecast() -> None:
    """70 outputs on Monday a week ago: this week about as many are expected, most of them on its Monday."""
    world = a_world()
    come(world, 1, 70)
    world.clock.advance(7 * 24 * HOUR - 2 * HOUR)  # this Monday at ten
    assert world.sweep("plans") == 1
    with world.store.read() as uow:
        made = uow.plans.newest("Cards")
    assert made is not None
    # 80 reviews less 70 that wait are left for about 70 outputs; none of this week's came yet.
    assert 10 < made.plan.expected_outputs < 80


def test_another_policy_is_planned_for_at_once() -> None:
    """Whoever raises a budget does not wait for the hour."""
    world = a_world()
    come(world, 1, 60)
    world.sweep("plans")
    object.__setattr__(world.policies, "policy", Policy(version="policy-2", routes=(cards(minutes_per_week=240),)))
    assert isinstance(world.policies, FixedPolicies)
    assert world.sweep("plans") == 1
    with world.store.read() as uow:
        made = uow.plans.newest("Cards")
    assert made is not None
    assert (made.minutes_per_week, made.policy_version) == (240, "policy-2")


def test_launch_after_a_silent_week_is_planned_within_minutes() -> None:
    """A pilot on Wednesday, a week of none, then 40 outputs on a Monday at nine.

    The plan of the silence takes everything, so it is made anew after five minutes: 40 an hour are expected until the
    week is over, and a little more since they came in five minutes, (40 + 960) / (40 / 12 + 960) = 1.038. What is left
    of 300 reviews is spread over them.
    """
    world = a_world(minutes_per_week=None, reviews_per_week=300)
    world.clock.advance(48 * HOUR)
    come(world, 1, 60)
    assert world.sweep("plans") == 1
    world.clock.advance((12 * 24 - 3) * HOUR - 1)
    assert world.sweep("plans") == 1
    (first, *_) = come(world, 101, 40)
    assert first.inclusion_probability == 1.0
    world.clock.advance(300)
    assert world.sweep("plans") == 1
    with world.store.read() as uow:
        made = uow.plans.newest("Cards")
    assert made is not None
    assert made.plan.expected_outputs == pytest.approx(1.038 * 40 * (168 - 9 - 1 / 12), rel=0.001)
    (late,) = come(world, 201, 1)
    assert 0.0 < late.inclusion_probability < 300 / 6_000


def test_plan_of_an_overdrawn_week_ends_though_little_comes() -> None:
    """Three weeks later 40 outputs have come: the budget is there again, and spread over what is expected evenly."""
    world = World(routes=(cards(minutes_per_week=30),), uniform_rate=1.0)
    come(world, 1, 100)
    world.sweep("plans")
    decide(world, VerdictKind.APPROVE, [f"o-{number}" for number in range(1, 101)])
    world.clock.advance(21 * 24 * HOUR)
    (stale, *_) = come(world, 101, 40)
    assert world.sweep("plans") == 1
    with world.store.read() as uow:
        made = uow.plans.newest("Cards")
    assert made is not None
    assert made.plan.learned_from == 40
    low, high = come(world, 201, 1, risk=0.05), come(world, 202, 1, risk=0.9)
    assert {one.plan_version for one in (*low, *high)} == {made.version} != {stale.plan_version}
    chance = made.plan.budget / made.plan.expected_outputs
    assert low[0].inclusion_probability == high[0].inclusion_probability == pytest.approx(chance)
    assert chance > 10 * stale.inclusion_probability


def test_raised_budget_holds_at_once_though_little_came() -> None:
    """Of a thousand minutes there are enough for everything."""
    world = a_world(minutes_per_week=1)
    come(world, 1, 60)
    world.sweep("plans")
    world.clock.advance(21 * 24 * HOUR)
    come(world, 101, 40)
    object.__setattr__(world.policies, "policy", Policy(version="policy-2", routes=(cards(minutes_per_week=1000),)))
    assert world.sweep("plans") == 1
    (late,) = come(world, 201, 1)
    assert (late.inclusion_probability, late.policy_version) == (1.0, "policy-2")


def test_verdicts_on_reopened_answers_are_taken_from_the_budget() -> None:
    """60 reviews, and what was asked again since a source changed: each verdict costs as much."""
    world = World(uniform_rate=1.0, minutes_per_week=600, reviewers=(MARA,), double_review=0.0, gold_rate=0.0)
    approved(world, 60)
    change(world)
    reopened = world.sweep("sources")
    assert reopened > 0
    for task in again(world):
        say(world, task.task_id)
    world.clock.advance(1)
    assert world.sweep("plans") == 1
    with world.store.read() as uow:
        made = uow.plans.newest("")
    assert made is not None
    assert made.minutes_spent == pytest.approx((60 + reopened) * made.seconds_a_review / 60)


def test_what_waits_and_what_was_reviewed_is_taken_from_the_budget() -> None:
    """Everything was picked before the first plan, so the week is overdrawn and the floor alone draws."""
    world = World(routes=(cards(minutes_per_week=30),), uniform_rate=1.0)
    come(world, 1, 100)
    world.sweep("plans")
    with world.store.read() as uow:
        made = uow.plans.newest("Cards")
    assert made is not None
    assert made.minutes_spent == pytest.approx(75.0)  # 100 tasks of 45 s
    assert made.plan.budget == 0.0
    assert made.plan.floor > 0.0
    (late,) = come(world, 101, 1)
    assert late.inclusion_probability == made.plan.floor


def test_leads_hear_once_that_the_risk_says_too_little() -> None:
    """Errors that have nothing to do with the risk: the plan is uniform, and stays so without a second message."""
    world = World(routes=(cards(minutes_per_week=600),), uniform_rate=1.0)
    for number in range(120):
        come(world, number, 1, risk=0.05 if number % 2 else 0.3)
    wrong = [f"o-{number}" for number in range(120) if number % 4 in (1, 2)]
    decide(world, VerdictKind.REJECT, wrong)
    decide(world, VerdictKind.APPROVE, [f"o-{number}" for number in range(120) if f"o-{number}" not in wrong])
    world.clock.advance(HOUR)
    assert world.sweep("plans") == 1
    with world.store.read() as uow:
        made = uow.plans.newest("Cards")
        assert made is not None
        notice = uow.notices.get(f"signal:{made.version}:{TOMAS}")
    assert not made.signal.trusted
    assert made.plan.uniform_part == 1.0
    assert notice is not None
    assert (notice.kind, notice.route, notice.signal) == (NoticeKind.SIGNAL, "Cards", made.signal)
    low, high = come(world, 201, 1, risk=0.05), come(world, 202, 1, risk=0.9)
    assert low[0].inclusion_probability == pytest.approx(high[0].inclusion_probability)

    come(world, 300, 500)
    world.clock.advance(2 * HOUR)
    assert world.sweep("plans") == 1
    world.deliver()
    assert [kind for kind, _, _ in world.slack.told if kind.startswith("signal:")] == [notice.notice_id]
