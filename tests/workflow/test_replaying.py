"""A replay over the store: the period, what is too little, the budget from the command line, and its progress."""

from __future__ import annotations

import pytest

from reviewers.errors import Invalid
from reviewers.model import Match, Route, VerdictKind
from reviewers.workflow.replaying import Replayer, with_minutes
from tests.builders import an_output
from tests.workflow.test_planning import come, decide
from tests.workflow.worlds import World

DAY = 24 * 3600


def a_world() -> World:
    """Nothing has a budget, and half of what is not risky is drawn."""
    return World(routes=(Route(name="Cards", match=Match(tags=("fees",)), reviewers=("U0MARA",)),), uniform_rate=0.5)


def a_replayer(world: World) -> Replayer:
    return Replayer(store=world.store, clock=world.clock)


def test_past_is_replayed_with_what_a_verdict_took() -> None:
    """60 verdicts of 30 seconds each, drawn to 45 by ten: (60 * 30 + 450) / 70 = 32.1."""
    world = a_world()
    come(world, 0, 120)
    world.clock.advance(DAY)
    decide(world, VerdictKind.REJECT, [f"o-{number}" for number in range(10)])
    decide(world, VerdictKind.APPROVE, [f"o-{number}" for number in range(10, 120)])
    world.clock.advance(1)
    told: list[tuple[int, int]] = []
    policy = with_minutes(world.policies.current(), 30)
    found = a_replayer(world).run(policy, 4, lambda done, total: told.append((done, total)))
    reviewed = found.reviewed
    assert (found.outputs, told[-1]) == (120, (120, 120))
    assert 40 <= reviewed <= 80
    assert found.seconds_a_verdict == pytest.approx((reviewed * 30 + 450) / (reviewed + 10))
    assert found.weeks == pytest.approx(1 / 7, rel=0.1)  # it began a day ago
    assert [row.route for row in found.rows] == ["Cards", None]
    assert sorted(found.curve) == [0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0]


def test_policy_without_a_budget_has_no_curve() -> None:
    """There is nothing to multiply."""
    world = a_world()
    come(world, 0, 60)
    found = a_replayer(world).run(world.policies.current(), 1)
    assert found.curve == {}
    assert found.rows[-1].before.reviews == found.rows[-1].after.reviews


def test_too_little_past_is_said() -> None:
    """49 outputs are no past."""
    world = a_world()
    world.bring(*(an_output(f"o-{number}") for number in range(49)))
    world.clock.advance(1)
    with pytest.raises(Invalid, match="too little past to replay: 49 outputs came in within 4 weeks, and 50"):
        a_replayer(world).run(world.policies.current(), 4)


@pytest.mark.parametrize("weeks", [0, 53])
def test_weeks_have_bounds(weeks: int) -> None:
    """A year at most."""
    with pytest.raises(Invalid, match="Weeks go from 1 to 52"):
        a_replayer(a_world()).run(a_world().policies.current(), weeks)


def test_minutes_of_the_command_line_replace_every_budget() -> None:
    """Of routes and of the policy itself, in minutes or in reviews."""
    world = World(routes=(Route(name="Cards", reviews_per_week=9), Route(name="Loans")))
    policy = with_minutes(world.policies.current(), 45)
    assert [route.minutes_per_week for route in (*policy.routes, policy.own_route)] == [45, 45, 45]
    assert [route.reviews_per_week for route in (*policy.routes, policy.own_route)] == [None, None, None]
