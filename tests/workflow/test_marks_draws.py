"""Whose cards a draw may leave without the machine's marks: the uniform sample of routes that show them, no other."""

from __future__ import annotations

from typing import Any

import pytest

from reviewers.model import Reason, ReviewTask
from tests.builders import an_output
from tests.workflow.test_several_reviewers import a_route
from tests.workflow.worlds import World


def opened(**policy: Any) -> list[ReviewTask]:
    """Ten tasks of the uniform sample."""
    world = World(**({"uniform_rate": 1.0, "risk_threshold": 1.0} | policy))
    tasks = world.bring(*(an_output(f"o-{number}") for number in range(10)))
    with world.store.read() as uow:
        assert {view.decision.reason for view in uow.tasks.views(tasks)} == {Reason.UNIFORM}
        return [view.task for view in uow.tasks.views(tasks)]


@pytest.mark.parametrize(("rate", "shown"), [(1.0, {"blind"}), (1e-9, {"evidence"})])
def test_a_draw_below_the_rate_leaves_the_marks_away(rate: float, shown: set[str]) -> None:
    """Both sides carry the draw, by which they compare."""
    tasks = opened(unmarked_rate=rate)
    assert {task.show for task in tasks} == shown
    assert all(task.marks_draw is not None for task in tasks)


@pytest.mark.parametrize(
    "policy",
    [
        {"unmarked_rate": 0.0},
        {"unmarked_rate": 0.5, "show": "blind"},
        {"unmarked_rate": 0.5, "show": "all"},
        {"unmarked_rate": 0.5, "routes": (a_route(show="blind"),)},
    ],
)
def test_nothing_is_drawn_where_nothing_hangs_on_it(policy: dict[str, Any]) -> None:
    """What such a route shows is its policy's choice, so it is no part of the comparison."""
    assert [task.marks_draw for task in opened(**policy)] == [None] * 10
