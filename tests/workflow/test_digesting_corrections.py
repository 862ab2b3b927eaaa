"""What a digest counts as corrections since the last dataset: what no training set of its route holds."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from reviewers.model import Match, Route, VerdictKind
from reviewers.workflow.verdicts import Ballot
from tests.builders import an_output
from tests.workflow.test_digesting import CARDS, DAY, MONDAY, a_world, decided, digest_of
from tests.workflow.worlds import World


def edited(world: World, names: str, day: datetime, *, tag: str = "cards") -> None:
    """An edit of each name, all at noon of this day."""
    noon = day + timedelta(hours=12)
    world.clock.advance((noon - world.clock.now()).total_seconds())
    outputs = [
        an_output(name, tags=(tag,), received_at=noon, created_at=noon, completion=f"It is as {name} said.")
        for name in names
    ]
    for name, task in zip(names, world.bring(*outputs), strict=True):
        world.verdicts.record(
            Ballot(task_id=task, reviewer="U0MARA", kind=VerdictKind.EDIT, correction=f"It is as {name} says.")
        )


def test_corrections_are_those_that_no_training_set_of_the_route_holds(tmp_path: Path) -> None:
    """Neither another route's set nor one without edits uses any up; one made on Thursday holds what Sunday ended."""
    world = a_world(CARDS, Route(name="Loans", match=Match(tags=("loans",))))
    build = world.services.datasets.build
    edited(world, "ab", MONDAY)
    edited(world, "xyz", MONDAY + DAY, tag="loans")
    (first,) = decided(world, MONDAY + 2 * DAY, 1, 0)
    build("sft", str(tmp_path), route="Loans")
    build("kto", str(tmp_path), route="Card support")
    edited(world, "cde", MONDAY + 8 * DAY)
    world.clock.advance((MONDAY + 10 * DAY - world.clock.now()).total_seconds())
    assert digest_of(world).corrections.since_last == 2

    build("sft", str(tmp_path), route="Card support", until=MONDAY + 7 * DAY)
    world.clock.advance((MONDAY + 14 * DAY - world.clock.now()).total_seconds())
    assert digest_of(world, "2026-W50").corrections.since_last == 3
    with world.store.read() as uow:
        reached = uow.datasets.reaches("Card support", ("sft",), before=world.clock.now())
        (view,) = uow.tasks.views([first])
    assert view.resolution is not None
    assert reached == view.resolution.resolved_at
