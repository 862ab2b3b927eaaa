"""Approved answers whose source says something else now: who is asked again, how often, and what follows."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from reviewers.decisions.source_changes import difference
from reviewers.model import AfterDue, Outcome, Purpose, ReleaseState, ReviewTask, Route, TaskState, VerdictKind
from reviewers.model.sources import DocumentChange
from reviewers.ports import SourceChange
from reviewers.workflow.source_changes import AT_MOST, Reopener
from reviewers.workflow.verdicts import Ballot
from tests.builders import NOON, an_output
from tests.decisions.test_source_changes import FEE, NEW_FEE
from tests.workflow.worlds import World

MARA, JONAS = "U0MARA", "U0JONAS"
APPROVE, REJECT = VerdictKind.APPROVE, VerdictKind.REJECT


def a_world(**policy: Any) -> World:
    """Everything is reviewed; the reader finds the fee table for every output."""
    settings: dict[str, Any] = {"reviewers": (MARA, JONAS), "double_review": 0.0, "gold_rate": 0.0}
    return World(**(settings | policy))


def say(world: World, task_id: str, kind: VerdictKind = APPROVE, who: str = MARA) -> None:
    """A verdict; a rejection says that the output is out of date."""
    reasons = ("outdated",) if kind is REJECT else ()
    world.verdicts.record(Ballot(task_id=task_id, reviewer=who, kind=kind, reasons=reasons))


def approved(world: World, count: int = 1, **changes: Any) -> list[str]:
    """So many approved answers; their tasks."""
    tasks = world.bring(*(an_output(f"o-{place}", **changes) for place in range(count)))
    for task_id in tasks:
        say(world, task_id)
    return tasks


def change(world: World, was: str = FEE, now: str = NEW_FEE, name: str = "sc_fees") -> None:
    """The fee table says something else."""
    world.clock.advance(60)
    world.services.changes.note(
        SourceChange(
            document="fees.md",
            status="replaced",
            title="Card fees 2026",
            address="https://help.meridian.example/fees",
            sentences=difference([was], [now]),
            change_id=name,
        )
    )


def again(world: World) -> list[ReviewTask]:
    """What was reopened, the oldest first."""
    with world.store.read() as uow:
        return [one for one in uow.tasks.looks(NOON) if one.purpose is Purpose.REOPENED]


def waiting(world: World) -> list[DocumentChange]:
    """Changes whose answers were not looked at."""
    with world.store.read() as uow:
        return uow.source_changes.waiting(9)


def test_approved_answer_is_asked_about_again_when_its_source_changes() -> None:
    """Once, by a card of its own that anybody may decide, the one who approved it too."""
    world = a_world()
    (first,) = approved(world)
    assert world.sweep("sources") == 0
    change(world)
    assert world.sweep("sources") == 1
    assert world.sweep("sources") == 0
    change(world)  # noticed once more
    assert world.sweep("sources") == 0

    (task,) = again(world)
    with world.store.read() as uow:
        review = uow.tasks.get(first)
        (view,) = uow.tasks.views([task.task_id])
    assert review is not None
    assert (task.number, task.channel, task.state) == (review.number, review.channel, TaskState.OPEN)
    assert view.change is not None
    assert view.change.sentences[0].now == NEW_FEE
    assert len(world.queue.waiting_for(MARA)) == 1
    world.deliver()
    assert (task.task_id, 1) in world.slack.posted
    assert world.metrics.of("documents_changed") == world.metrics.of("answers_reopened") == 1


@pytest.mark.parametrize("kind", [REJECT, None])
def test_only_what_was_approved_is_reopened(kind: VerdictKind | None) -> None:
    """Not what was rejected, nor what nobody decided."""
    world = a_world()
    (task,) = world.bring(an_output())
    if kind:
        say(world, task, kind)
    change(world)
    assert world.sweep("sources") == 0
    assert waiting(world) == []


def test_answer_that_rests_on_another_sentence_is_left_alone() -> None:
    """The change is looked at once all the same."""
    world = a_world()
    approved(world)
    change(world, was="Branches open at nine on weekdays.", now="Branches open at ten on weekdays.")
    assert world.sweep("sources") == 0
    assert waiting(world) == []


def test_verdict_on_it_takes_back_what_the_application_was_told() -> None:
    """A second approval does not; and neither counts in what the estimate is made of."""
    world = a_world()
    approved(world, 2, hold=True)
    change(world)
    assert world.sweep("sources") == 2
    for task, kind in zip(again(world), (APPROVE, REJECT), strict=True):
        say(world, task.task_id, kind, JONAS)
    with world.store.read() as uow:
        releases = {task.output_id: uow.releases.get(task.output_id) for task in again(world)}
        outcomes = [view.resolution.outcome for view in uow.tasks.resolved() if view.resolution]
        reviewed = uow.tasks.reviewed(NOON, NOON + timedelta(days=1))
    recalled = [one.recalled_at is not None for one in releases.values() if one is not None]
    assert recalled == [False, True]
    assert all(one is not None and one.state is ReleaseState.APPROVED for one in releases.values())
    assert outcomes == [Outcome.APPROVED]  # the other stands in no dataset any more
    assert {one.purpose for one in reviewed} == {Purpose.REVIEW}


def test_recall_by_a_reopened_answer_ends_only_where_both_stand_by_it() -> None:
    """The review alone cannot take back what was found when it was asked about again."""
    world = a_world()
    (first,) = approved(world, hold=True)
    change(world)
    world.sweep("sources")
    (task,) = again(world)

    def is_recalled() -> bool:
        return world.release.get(task.output_id).recalled_at is not None

    say(world, task.task_id, REJECT, JONAS)
    world.verdicts.withdraw(first, MARA)
    say(world, first)
    assert is_recalled()
    say(world, task.task_id, APPROVE, JONAS)
    assert not is_recalled()
    say(world, task.task_id, REJECT, JONAS)
    assert is_recalled()


@pytest.mark.parametrize("after_due", AfterDue)
def test_reopened_answer_waits_for_as_long_as_its_route_says(after_due: AfterDue) -> None:
    """The page changed on Friday afternoon: on Monday it is still asked about, unless what is late times out."""
    world = a_world(routes=(Route(name="Cards", reviewers=(MARA, JONAS), after_due=after_due),))
    approved(world)
    change(world)
    world.sweep("sources")
    world.clock.advance(3 * 24 * 3600)
    ends = after_due is AfterDue.TIME_OUT
    assert world.sweep("tasks") == int(ends)
    (task,) = again(world)
    assert (task.state is TaskState.TIMED_OUT, task.times_out_at is not None) == (ends, ends)


def test_second_change_waits_for_the_first_to_be_decided_and_asks_again_later() -> None:
    """Nobody is asked twice at once; another change after the verdict is another question."""
    world = a_world()
    approved(world)
    change(world)
    world.sweep("sources")
    change(world, now="Cash withdrawal outside the euro area is free.", name="sc_2")
    assert world.sweep("sources") == 0
    (task,) = again(world)
    say(world, task.task_id)
    change(world, now="Cash withdrawal outside the euro area: ask us.", name="sc_3")
    assert world.sweep("sources") == 1
    assert [one.round for one in again(world)] == [1, 2]


def test_more_answers_than_the_minutes_allow_are_drawn_at_random_and_the_rest_is_told() -> None:
    """20 a week on a route without a budget; how many rest on the change is kept."""
    world = a_world()
    approved(world, AT_MOST + 7)
    change(world)
    assert world.sweep("sources") == AT_MOST
    with world.store.read() as uow:
        ((_, ended),) = uow.source_changes.between(NOON, NOON + timedelta(days=1), as_of=world.clock.now())
    assert ended is not None
    assert (ended.resting, ended.reopened) == (AT_MOST + 7, AT_MOST)
    opened = [int(task.output_id.removeprefix("o-")) for task in again(world)]
    assert sorted(opened) != list(range(AT_MOST))  # not simply the first ones


def test_budget_of_the_route_bounds_what_is_reopened() -> None:
    """A tenth of it: of 60 minutes 6, at the 45 seconds that a review takes before anybody is measured: 8."""
    world = a_world(minutes_per_week=60.0)
    approved(world, 12)
    change(world)
    assert world.sweep("sources") == 8


def test_two_clocks_reopen_an_answer_once() -> None:
    """The second one looks at the change while the first is at it."""
    world = a_world()
    approved(world)
    change(world)
    (found,) = waiting(world)
    with world.store.read() as uow:
        resting = uow.tasks.for_output("o-0")
    assert resting is not None

    def opens() -> bool:
        reopener = Reopener(
            store=world.store,
            clock=world.clock,
            ids=world.ids,
            metrics=world.metrics,
            permissions=world.services.permissions,
        )
        return reopener._open(resting, found, world.policies.current().own_route, world.clock.now())

    assert [opens(), opens()] == [True, False]
    assert len(again(world)) == 1


def test_changes_of_one_sweep_share_the_minutes() -> None:
    """Two pages changed at once: together no more answers than one route has room for."""
    world = a_world(minutes_per_week=60.0)
    approved(world, 12)
    change(world)
    change(world, was="Daily limit for cash withdrawals: € 500.", now="Daily limit: € 600.", name="sc_limits")
    assert world.sweep("sources") == 8
    assert waiting(world) == []


def test_answer_whose_source_changed_measures_no_reviewer() -> None:
    """It becomes no known answer, and gets no second look: both would judge by another source."""
    world = a_world(double_review=1.0, gold_rate=0.2, reviewers=(MARA, JONAS, "U0PRIYA"))
    approved(world)
    change(world)
    world.sweep("sources")
    world.clock.advance(2 * 3600)
    assert world.sweep("second_looks") == 0
    world.clock.advance(30 * 24 * 3600)
    assert world.sweep("second_looks") == 0
