"""Plans and cuts from end to end on the real databases: what the clock does there is what it does in memory."""

from __future__ import annotations

from datetime import timedelta

import pytest

from reviewers.model import Match, Route, TaskState
from storage.unit_of_work import SqlStore
from tests.builders import an_output
from tests.workflow.worlds import World

ROUTE = Route(name="Cards", match=Match(tags=("fees",)), leads=("U0TOMAS",), reviews_per_week=20, slice_by="tenant")


def test_budget_is_planned_and_its_queue_cut(sql_store: SqlStore) -> None:
    """About half of 120 outputs wait and 20 may: the rest is cut, and the next output has the chance of a plan."""
    world = World(sql_store, routes=(ROUTE,), uniform_rate=0.5)
    world.scorer.value = 0.1
    tasks = world.bring(*(an_output(f"o-{number}", metadata={"tenant": "a"}) for number in range(120)))
    world.clock.advance(60)
    closed = world.sweep("queues")
    assert 0 < closed < len(tasks)
    assert world.sweep("plans") == 1

    world.bring(an_output("late", metadata={"tenant": "a"}))
    day = timedelta(days=1)
    with sql_store.read() as uow:
        made, late = uow.plans.newest("Cards"), uow.decisions.get("late")
        states = [view.task.state for view in uow.tasks.views(tasks)]
        sample = uow.decisions.sample(world.clock.now() - day, world.clock.now() + day, route="Cards")
        notice = uow.notices.get(f"cut:Cards:{world.clock.now().date().isoformat()}:U0TOMAS")
    assert made is not None
    assert late is not None
    assert (late.plan_version, late.slice) == (made.version, "a")
    assert made.plan.floor <= late.inclusion_probability < 0.5
    assert states.count(TaskState.CUT) == closed
    assert len(sample) == 121
    assert sorted(sample.chance.tolist())[1:] == pytest.approx([0.5 * 15 / len(tasks)] * 120)
    assert notice is not None


def test_change_of_the_database_is_no_reason_to_plan_again(sql_store: SqlStore) -> None:
    """The lease of the plan holds over a restart: another clock finds it."""
    world = World(sql_store, routes=(ROUTE,), uniform_rate=0.5)
    world.scorer.value = 0.1
    world.bring(*(an_output(f"o-{number}") for number in range(60)))
    world.clock.advance(60)
    assert world.sweep("plans") == 1
    other = World(sql_store, routes=(ROUTE,), uniform_rate=0.5)
    other.clock.advance(120)
    assert other.sweep("plans") == 0
