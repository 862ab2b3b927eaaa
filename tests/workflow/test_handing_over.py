"""What one person gives to others: to a colleague, to whoever is next, or by being unsure."""

from __future__ import annotations

import pytest

from reviewers.errors import Invalid
from reviewers.model import AfterDue, Match, Route, VerdictKind
from reviewers.workflow.verdicts import Ballot
from tests.builders import an_output
from tests.workflow.worlds import World

MARA, JONAS, PRIYA, DANA = "U0MARA", "U0JONAS", "U0PRIYA", "U0DANA"
APPROVE, UNSURE = VerdictKind.APPROVE, VerdictKind.UNSURE


def a_route(**changes: object) -> Route:
    """Cards of fees, for three reviewers."""
    fields = {"name": "Card support", "match": Match(tags=("fees",)), "reviewers": (MARA, JONAS, PRIYA)}
    return Route(**(fields | changes))  # type: ignore[arg-type]  # a test sets one more


def say(world: World, task: str, who: str, kind: VerdictKind) -> None:
    """A verdict of this person."""
    world.verdicts.record(Ballot(task_id=task, reviewer=who, kind=kind))


def test_handing_over_names_who_is_next() -> None:
    """To a reviewer of the route who has not decided; to nobody else."""
    world = World(routes=(a_route(),))
    (task,) = world.bring(an_output(submitted_by=PRIYA))
    for wrong, said in ((DANA, "not a reviewer"), (MARA, "somebody else"), (PRIYA, "sent this answer")):
        with pytest.raises(Invalid, match=said) as refused:
            world.queue.hand_over(task, MARA, wrong)
        assert refused.value.field == "to"
    world.queue.hand_over(task, MARA, JONAS)
    assert world.queue.next_for(MARA) is None
    following = world.queue.next_for(JONAS)
    assert following is not None
    assert following.task.assigned_to == JONAS


def test_what_is_given_to_whoever_is_next_leaves_ones_own_queue() -> None:
    """It is the others' then; on its card one may still decide it, and a claim brings it back."""
    world = World(routes=(a_route(),))
    (task,) = world.bring(an_output())
    world.queue.claim(task, MARA)
    world.queue.hand_over(task, MARA)
    assert (world.queue.take_next(MARA), world.queue.count_for(MARA)) == (None, 0)
    assert world.queue.count_for(JONAS) == 1
    world.queue.claim(task, MARA)
    assert (len(world.queue.waiting_for(MARA)), world.queue.count_for(MARA)) == (1, 1)
    world.queue.give_back(task, MARA)
    world.queue.hand_over(task, JONAS, MARA)
    assert world.queue.count_for(MARA) == 1


def test_what_is_given_to_whoever_is_next_stays_where_the_others_are_too_few() -> None:
    """Of two reviewers both are needed; alone there is nobody to give it to."""
    for route in (a_route(quorum=2), a_route(quorum=2, reviewers=(MARA, JONAS)), a_route(reviewers=(MARA,))):
        world = World(routes=(route,))
        (task,) = world.bring(an_output())
        world.queue.hand_over(task, MARA)
        assert world.queue.count_for(MARA) == len(world.queue.waiting_for(MARA)) == 1


def test_what_is_given_to_whoever_is_next_stays_where_the_other_was_unsure() -> None:
    """Of two people one could not judge it and one hands it on: it is in one queue all the same."""
    world = World(routes=(a_route(reviewers=(MARA, JONAS)),))
    (task,) = world.bring(an_output())
    say(world, task, JONAS, UNSURE)
    world.queue.hand_over(task, MARA)
    assert (world.queue.count_for(MARA), world.queue.count_for(JONAS)) == (1, 0)
    assert world.verdicts.view(task).task.handed_on_by == MARA


@pytest.mark.parametrize("reviewers", [(), (MARA, JONAS)], ids=["everybody", "listed"])
def test_what_is_given_to_whoever_is_next_is_everybodys_again_once_it_is_due(reviewers: tuple[str, ...]) -> None:
    """Nobody took it in time."""
    world = World(routes=(a_route(reviewers=reviewers, due_hours=1, after_due=AfterDue.KEEP),))
    (task,) = world.bring(an_output())
    world.queue.hand_over(task, MARA)
    assert (world.queue.count_for(MARA), world.queue.count_for(JONAS)) == (0, 1)
    world.clock.advance(3600)
    assert (world.queue.count_for(MARA), world.queue.count_for(JONAS)) == (1, 1)


def test_who_gave_it_to_a_colleague_is_named() -> None:
    """Like who gave it to whoever is next: no lot cuts what a person gave to somebody."""
    world = World(routes=(a_route(),))
    (task,) = world.bring(an_output())
    world.queue.hand_over(task, MARA, JONAS)
    assert world.verdicts.view(task).task.handed_on_by == MARA


def test_assignment_ends_with_the_verdict_of_who_was_given_it() -> None:
    """Unsure, or the first of two: what is left to do is for the others."""
    for quorum, kind in ((1, UNSURE), (2, APPROVE)):
        world = World(routes=(a_route(quorum=quorum),))
        (task,) = world.bring(an_output())
        world.queue.hand_over(task, MARA, JONAS)
        say(world, task, JONAS, kind)
        assert (world.queue.count_for(PRIYA), world.queue.count_for(JONAS)) == (1, 0)


def test_unsure_that_is_undone_is_in_ones_queue_again() -> None:
    """Nobody is said to have handed it on any more."""
    world = World(routes=(a_route(),))
    (task,) = world.bring(an_output())
    say(world, task, MARA, UNSURE)
    assert world.queue.next_for(MARA) is None
    world.verdicts.withdraw(task, MARA)
    assert world.queue.next_for(MARA) is not None
    assert world.verdicts.view(task).task.handed_on_by == ""
