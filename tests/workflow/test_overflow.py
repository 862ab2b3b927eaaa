"""A queue that overflows is cut by lot: cards, notices, figures and the chance know of it; nothing is lost silently."""

from __future__ import annotations

from datetime import timedelta

import pytest

from reviewers.errors import AlreadyResolved
from reviewers.model import Match, NoticeKind, Route, TaskState, VerdictKind
from reviewers.workflow.verdicts import Ballot
from tests.builders import an_output
from tests.workflow.worlds import World

MARA, TOMAS = "U0MARA", "U0TOMAS"


def a_world(**changes: object) -> World:
    """Everything is picked, and 40 answers may wait."""
    fields: dict[str, object] = {
        "name": "Cards",
        "match": Match(tags=("fees",)),
        "reviewers": (MARA,),
        "leads": (TOMAS,),
        "reviews_per_week": 40,
    }
    route = Route(**(fields | changes))  # type: ignore[arg-type]  # a test sets one more
    return World(routes=(route,), uniform_rate=0.5)


def come(world: World, count: int, first: int = 0) -> list[str]:
    """So many low-risk outputs; the ids of the tasks that the draw opened, about half of them."""
    world.scorer.value = 0.1
    return world.bring(*(an_output(f"o-{number}") for number in range(first, first + count)))


def states(world: World, tasks: list[str]) -> dict[str, TaskState]:
    with world.store.read() as uow:
        found = [uow.tasks.get(task_id) for task_id in tasks]
    return {task.task_id: task.state for task in found if task is not None}


def test_queue_within_its_bound_is_left_alone() -> None:
    """40 may wait."""
    world = a_world()
    tasks = come(world, 70)
    assert len(tasks) <= 40
    assert world.sweep("queues") == 0


def test_queue_that_is_too_long_is_cut_by_lot_and_the_chance_corrected() -> None:
    """Every chance becomes chance * kept share, whether the lot kept the answer or not."""
    world = a_world()
    tasks = come(world, 200)
    assert len(tasks) > 40
    closed = world.sweep("queues")
    found = states(world, tasks)
    assert closed == sum(state is TaskState.CUT for state in found.values()) > 0
    assert world.metrics.of("tasks_cut") == closed
    keep = 30 / len(tasks)  # three quarters of 40
    with world.store.read() as uow:
        for view in uow.tasks.views(tasks):
            (cut,) = uow.cuts.of(view.output.output_id)
            assert cut.keep_probability == pytest.approx(keep)
            assert cut.kept is (view.task.state is TaskState.OPEN)
            assert view.decision.inclusion_probability == pytest.approx(0.5 * keep)
        (queue,) = uow.tasks.queues(world.clock.now())
        assert (queue.open, queue.cut) == (len(tasks) - closed, closed)
        assert uow.counts().cut == closed
    # 30 are expected to stay; sd = √(n keep (1 - keep)) < 5.2, so within 4 sd.
    assert 10 <= len(tasks) - closed <= 51


def test_all_outputs_of_the_time_have_the_corrected_chance() -> None:
    """Those that the draw had not picked would have met the same lot: the chances still add up to what was drawn."""
    world = a_world()
    tasks = come(world, 200)
    closed = world.sweep("queues")
    with world.store.read() as uow:
        sample = uow.decisions.sample(world.clock.now() - timedelta(days=1), world.clock.now() + timedelta(days=1))
    assert len(sample) == 200
    assert sample.chance.tolist() == pytest.approx([0.5 * 30 / len(tasks)] * 200)
    assert closed < len(tasks)


def test_old_card_that_still_waits_leaves_the_chances_of_its_hour_nearly_as_they_were() -> None:
    """All others of its hour were reviewed before the cut: the chances add up to what was and can still be reviewed."""
    world = a_world()
    first = come(world, 60)
    for task_id in first[1:]:
        world.verdicts.record(Ballot(task_id=task_id, reviewer=MARA, kind=VerdictKind.APPROVE))
    world.clock.advance(3600)
    second = come(world, 200, first=1000)
    world.sweep("queues")
    keep = 30 / (1 + len(second))
    with world.store.read() as uow:
        sample = uow.decisions.sample(world.clock.now() - timedelta(days=1), world.clock.now() + timedelta(days=1))
    early = sample.decided_at < sample.decided_at.max()
    closed, open_ = 0.5 * keep, 0.5 * (1 - (1 - keep) / len(first))
    assert sorted(sample.chance[early].tolist()) == pytest.approx(
        [closed] + [open_] * (60 - len(first)) + [0.5] * (len(first) - 1)
    )
    assert sample.chance[~early].tolist() == pytest.approx([0.5 * keep] * 200)


def test_cut_answer_gets_its_card_redrawn_and_no_verdict_counts_any_more() -> None:
    """The press of a button says so; nothing is stored."""
    world = a_world()
    tasks = come(world, 200)
    world.deliver()
    world.sweep("queues")
    cut = [task_id for task_id, state in states(world, tasks).items() if state is TaskState.CUT]
    world.deliver()
    assert set(cut) <= set(world.slack.updated)
    with pytest.raises(AlreadyResolved) as late:
        world.verdicts.record(Ballot(task_id=cut[0], reviewer=MARA, kind=VerdictKind.APPROVE))
    assert (late.value.by, late.value.outcome) == ("", "cut")
    with world.store.read() as uow:
        assert uow.verdicts.for_task(cut[0]) == []
        assert [view.task.task_id for view in uow.tasks.resolved()] == []


def test_card_that_was_not_posted_yet_is_never_posted() -> None:
    """Nobody needs to see what nobody needs to decide."""
    world = a_world()
    tasks = come(world, 200)
    world.sweep("queues")
    world.deliver()
    kept = {task_id for task_id, state in states(world, tasks).items() if state is TaskState.OPEN}
    assert {task_id for task_id, _ in world.slack.posted} == kept
    with world.store.read() as uow:
        assert (uow.outbox.next_due(), uow.outbox.dead()) == (None, [])


def test_leads_are_told_how_many_waited_and_how_many_were_cut() -> None:
    """One message."""
    world = a_world()
    tasks = come(world, 200)
    closed = world.sweep("queues")
    assert world.sweep("queues") == 0
    with world.store.read() as uow:
        notice = uow.notices.get(f"cut:Cards:{world.clock.now().date().isoformat()}:{TOMAS}")
    assert notice is not None
    assert notice.kind is NoticeKind.CUT
    assert notice.queue_cut is not None
    assert (notice.queue_cut.waited, notice.queue_cut.cut, notice.queue_cut.most) == (len(tasks), closed, 40)
    world.deliver()
    assert [recipient for _, recipient, _ in world.slack.told] == [TOMAS]


def test_leads_are_told_once_a_day() -> None:
    """Of two cuts on Monday one message, and one of that on Tuesday."""
    world, told = a_world(), []
    for cut, hours in enumerate((1, 24, 0)):
        come(world, 200, first=1000 * cut)
        assert world.sweep("queues") > 0
        world.deliver()
        told.append(len(world.slack.told))
        world.clock.advance(hours * 3600)
    assert told == [1, 1, 2]


def test_what_the_clock_gave_to_somebody_meets_the_lot_once() -> None:
    """Everybody's work is given to somebody there; a queue that was cut is short enough for the next sweep."""
    world = a_world(assign=True)
    tasks = come(world, 200)
    assert world.sweep("assignments") == len(tasks) > 40
    assert world.sweep("queues") > 0
    assert world.sweep("queues") == 0
    with world.store.read() as uow:
        chances = [view.decision.inclusion_probability for view in uow.tasks.views(tasks)]
    assert chances == pytest.approx([0.5 * 30 / len(tasks)] * len(tasks))


def test_answers_of_a_shared_card_meet_the_lot_too() -> None:
    """Each by itself, and the card is drawn again."""
    world = a_world()
    tasks = come(world, 200)
    with world.store.begin() as uow:
        uow.tasks.set_batch(tasks[:5], tasks[0])
    world.deliver()
    world.sweep("queues")
    world.deliver()
    with world.store.read() as uow:
        cuts = [uow.cuts.of(view.output.output_id) for view in uow.tasks.views(tasks[:5])]
    assert [cut.keep_probability for (cut,) in cuts] == pytest.approx([30 / len(tasks)] * 5)
    assert not all(cut.kept for (cut,) in cuts)
    assert set(tasks[:5]) & set(world.slack.updated)


def test_shared_card_of_which_all_is_cut_is_never_posted() -> None:
    """Nobody needs to see what nobody needs to decide."""
    world = a_world()
    tasks = come(world, 200)
    world.sweep("queues")
    cut = [task_id for task_id, state in states(world, tasks).items() if state is TaskState.CUT][:3]
    with world.store.begin() as uow:
        uow.tasks.set_batch(cut, cut[0])
    world.deliver()
    assert not set(cut) & {task_id for task_id, _ in world.slack.posted}


def test_what_somebody_works_on_and_what_has_a_verdict_stays() -> None:
    """Claimed answers are spared; those with a verdict are no part of the queue."""
    world = a_world(quorum=2)
    tasks = come(world, 200)
    world.queue.claim(tasks[0], MARA)
    world.verdicts.record(Ballot(task_id=tasks[1], reviewer=MARA, kind=VerdictKind.APPROVE))
    world.sweep("queues")
    found = states(world, tasks)
    assert (found[tasks[0]], found[tasks[1]]) == (TaskState.OPEN, TaskState.OPEN)
    with world.store.read() as uow:
        assert uow.cuts.of("o-0") == [] or uow.tasks.for_output("o-0") is not None
        untouched = [uow.tasks.get(task_id) for task_id in tasks[:2]]
        assert [uow.cuts.of(task.output_id) for task in untouched if task] == [[], []]


def test_second_overflow_multiplies_the_chances() -> None:
    """What was kept once is cut again with what came after it."""
    world = a_world()
    first = come(world, 200)
    world.sweep("queues")
    kept = [task_id for task_id, state in states(world, first).items() if state is TaskState.OPEN]
    world.clock.advance(3600)
    second = come(world, 200, first=1000)
    world.sweep("queues")
    keep = [30 / len(first), 30 / (len(kept) + len(second))]
    with world.store.read() as uow:
        view = uow.tasks.views([kept[0]])[0]
        cuts = uow.cuts.of(view.output.output_id)
    assert [cut.keep_probability for cut in cuts] == pytest.approx(keep)
    assert view.decision.inclusion_probability == pytest.approx(0.5 * keep[0] * keep[1])


def test_route_without_a_budget_is_never_cut() -> None:
    """However long its queue is."""
    world = a_world(reviews_per_week=None)
    come(world, 200)
    assert world.sweep("queues") == 0
