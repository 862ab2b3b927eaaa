"""What a lead sees of a route: what is undecided by due time, and who waits for a held answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from reviewers.errors import NotYourTask
from reviewers.model import Match, OnDisagreement, Route, TaskState, VerdictKind
from reviewers.workflow.verdicts import Ballot
from tests.builders import NOON, an_output
from tests.workflow.worlds import World

MARA, JONAS, TOMAS = "U0MARA", "U0JONAS", "U0TOMAS"
CARDS = Route(name="Card support", match=Match(tags=("fees",)), reviewers=(MARA, JONAS), leads=(TOMAS,))
LOANS = replace(CARDS, name="Loans", match=Match(tags=("loans",)), leads=(MARA,))


def test_queue_of_a_route_is_in_the_order_of_due_times_and_counts_all() -> None:
    """Held ones first; texts are read for the first few only; other routes' answers are not in it."""
    world = World(routes=(CARDS, LOANS))
    late, soon, held, _ = world.bring(
        an_output("o-1", received_at=NOON),
        an_output("o-2"),
        an_output("o-3", hold=True),
        an_output("o-4", tags=("loans",)),
    )
    with world.store.begin() as uow:
        uow.tasks.set_due(late, NOON + timedelta(hours=9), None)
        uow.tasks.set_due(soon, NOON + timedelta(hours=1), None)
    queue = world.services.reports.queue_of("Card support", TOMAS, 2)
    assert [view.task.task_id for view in queue.views] == [held, soon]
    assert queue.count == 3


def test_disputes_stand_in_the_queue_of_their_route() -> None:
    """Open to a lead, though no reviewer is asked any more."""
    two = replace(CARDS, quorum=2, on_disagreement=OnDisagreement.LEAD)
    world = World(routes=(two,))
    (task,) = world.bring(an_output())
    world.verdicts.record(Ballot(task_id=task, reviewer=MARA, kind=VerdictKind.APPROVE))
    world.verdicts.record(Ballot(task_id=task, reviewer=JONAS, kind=VerdictKind.REJECT, reasons=("invented",)))
    queue = world.services.reports.queue_of("Card support", TOMAS, 10)
    assert [view.task.state for view in queue.views] == [TaskState.DISPUTED]
    assert queue.count == 1


def test_only_a_lead_of_the_route_sees_its_queue() -> None:
    """Reviewers have their own queue, and leads of other routes have theirs."""
    world = World(routes=(CARDS, LOANS))
    for person in (JONAS, MARA):
        with pytest.raises(NotYourTask, match="Only a lead"):
            world.services.reports.queue_of("Card support", person, 10)


def test_who_waits_for_held_answers_is_counted_by_route() -> None:
    """With since when the first of them waits; what is decided is out."""
    world = World(routes=(CARDS, LOANS))
    first, _ = world.bring(an_output("o-1", hold=True), an_output("o-2", hold=True))
    world.bring(an_output("o-3", tags=("loans",)))
    found = world.services.reports.held()
    assert list(found) == ["Card support"]
    assert found["Card support"].count == 2
    world.verdicts.record(Ballot(task_id=first, reviewer=MARA, kind=VerdictKind.APPROVE))
    assert world.services.reports.held()["Card support"].count == 1
    world.verdicts.withdraw(first, MARA)
    assert world.services.reports.held()["Card support"].count == 2
    world.clock.advance(3600.0)  # past its time it is one to be judged again: the answer left when it was approved
    assert world.services.reports.held()["Card support"].count == 1
