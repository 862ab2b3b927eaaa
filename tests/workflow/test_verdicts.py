"""Recording verdicts: each counts once, and everything that follows is in the same transaction."""

from __future__ import annotations

import threading

import pytest

from reviewers.errors import AlreadyResolved, NothingChanged, NotYourTask, UnknownTask
from reviewers.model import ClaimMark, Mark, Outcome, ReleaseState, ReviewTask, TaskState, VerdictKind
from reviewers.workflow.verdicts import Ballot
from tests.builders import COMPLETION, an_output
from tests.memory_repositories import MemoryTasks
from tests.workflow.worlds import World


def ballot(task_id: str, kind: VerdictKind = VerdictKind.APPROVE, by: str = "U0MARA", **more: object) -> Ballot:
    return Ballot(task_id=task_id, reviewer=by, kind=kind, **more)  # type: ignore[arg-type]  # a test sets one more


def test_edit_resolves_and_releases_the_held_output() -> None:
    """Verdict, resolution, release and the card's update: one commit."""
    world = World()
    (task,) = world.bring(an_output(hold=True))
    recorded = world.verdicts.record(ballot(task, VerdictKind.EDIT, correction="It costs € 3.50."))
    assert recorded.resolution is not None
    assert (recorded.resolution.outcome, world.verdicts.view(task).task.state) == (Outcome.EDITED, TaskState.RESOLVED)
    release = world.release.get("o-1")
    assert (release.state, release.text) == (ReleaseState.EDITED, "It costs € 3.50.")
    with world.store.read() as uow:
        assert uow.counts().outbox_due == 2  # the post, and the update that waits behind it


def test_second_click_by_same_reviewer_replaces_first() -> None:
    """Reject after approve: two verdicts, the second supersedes, the resolution's second revision counts."""
    world = World()
    (task,) = world.bring(an_output())
    first = world.verdicts.record(ballot(task))
    second = world.verdicts.record(ballot(task, VerdictKind.REJECT, reasons=("invented",)))
    assert (second.superseded, second.verdict.supersedes) == (True, first.verdict.verdict_id)
    assert second.resolution is not None
    assert (second.resolution.revision, second.resolution.outcome) == (2, Outcome.REJECTED)
    assert len(world.verdicts.view(task).verdicts) == 2


def test_same_click_twice_is_recorded_once() -> None:
    """A redelivered envelope writes nothing."""
    world = World()
    (task,) = world.bring(an_output())
    world.verdicts.record(ballot(task))
    again = world.verdicts.record(ballot(task))
    assert again.repeated
    assert len(world.verdicts.view(task).verdicts) == 1


def test_change_of_mind_recalls_no_release() -> None:
    """What left as approved stays released; the resolution says what the person thinks now."""
    world = World()
    (task,) = world.bring(an_output(hold=True))
    world.verdicts.record(ballot(task))
    world.verdicts.record(ballot(task, VerdictKind.REJECT, reasons=("unsafe",)))
    assert world.release.get("o-1").state is ReleaseState.APPROVED


def test_late_reviewer_is_told_who_decided() -> None:
    """The first decision stands; the second person's is not counted."""
    world = World()
    (task,) = world.bring(an_output())
    world.verdicts.record(ballot(task))
    with pytest.raises(AlreadyResolved) as late:
        world.verdicts.record(ballot(task, VerdictKind.REJECT, by="U0JONAS", reasons=("invented",)))
    assert (late.value.by, late.value.outcome) == ("U0MARA", "approved")
    assert len(world.verdicts.view(task).verdicts) == 1


def test_two_reviewers_at_once_have_one_winner() -> None:
    """Twenty people press at the same moment: one verdict, nineteen are told."""
    world = World()
    (task,) = world.bring(an_output())
    gate = threading.Barrier(20)
    told: list[str] = []

    def press(number: int) -> None:
        gate.wait()
        try:
            world.verdicts.record(ballot(task, by=f"U0P{number}"))
            told.append("won")
        except AlreadyResolved:
            told.append("late")

    threads = [threading.Thread(target=press, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == ["late"] * 19 + ["won"]


def test_unsure_hands_on_and_goes_to_the_next_reviewer() -> None:
    """The task stays open, leaves the unsure person's queue, and anybody else may decide."""
    world = World()
    (task,) = world.bring(an_output())
    world.verdicts.record(ballot(task, VerdictKind.UNSURE))
    view = world.verdicts.view(task)
    assert (view.task.state, view.task.handed_on_by, view.resolution) == (TaskState.OPEN, "U0MARA", None)
    assert world.queue.next_for("U0MARA") is None
    following = world.queue.next_for("U0JONAS")
    assert following is not None
    assert following.task.task_id == task


def test_nobody_decides_their_own() -> None:
    """Neither in the queue nor by a click."""
    world = World()
    (task,) = world.bring(an_output(submitted_by="U0MARA"))
    assert world.queue.next_for("U0MARA") is None
    with pytest.raises(NotYourTask, match="someone else decides"):
        world.verdicts.record(ballot(task))


def test_edit_equal_to_the_output_asks_for_approve() -> None:
    """Nothing is recorded."""
    world = World()
    (task,) = world.bring(an_output())
    with pytest.raises(NothingChanged):
        world.verdicts.record(ballot(task, VerdictKind.EDIT, correction=COMPLETION))
    assert world.verdicts.view(task).verdicts == ()


def test_task_that_is_opened_while_its_deadline_passes_times_out_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock saw no task at first: the worker that opened it had not committed."""
    world = World(hold_minutes=10.0)
    (task,) = world.bring(an_output(hold=True))
    asked, find = list[str](), MemoryTasks.for_output

    def not_at_first(tasks: MemoryTasks, output_id: str) -> ReviewTask | None:
        asked.append(output_id)
        return find(tasks, output_id) if len(asked) > 1 else None

    monkeypatch.setattr(MemoryTasks, "for_output", not_at_first)
    world.clock.advance(601)
    assert world.release.sweep() == 1
    assert world.verdicts.view(task).task.state is TaskState.TIMED_OUT


def test_timed_out_task_takes_no_verdict() -> None:
    """The time-out is an outcome of its own and stays one."""
    world = World(hold_minutes=1)
    (task,) = world.bring(an_output(hold=True))
    world.clock.advance(61)
    assert world.release.sweep() == 1
    with pytest.raises(AlreadyResolved):
        world.verdicts.record(ballot(task))
    assert world.verdicts.view(task).verdicts == ()
    assert world.release.sweep() == 0


def test_verdict_before_the_sweep_wins_over_a_passed_deadline() -> None:
    """Whoever commits first: here the click, a second late but before the clock looked."""
    world = World(hold_minutes=1)
    (task,) = world.bring(an_output(hold=True))
    world.clock.advance(61)
    world.verdicts.record(ballot(task))
    assert world.release.sweep() == 0
    assert world.release.get("o-1").state is ReleaseState.APPROVED


def test_marks_are_kept_and_go_with_the_verdict() -> None:
    """The newest mark of a claim counts; the verdict carries them."""
    world = World()
    (task,) = world.bring(an_output())
    world.verdicts.keep_marks(task, "U0MARA", [ClaimMark(claim_number=1, mark=Mark.RIGHT)])
    world.verdicts.keep_marks(task, "U0MARA", [ClaimMark(claim_number=1, mark=Mark.WRONG)])
    recorded = world.verdicts.record(ballot(task, VerdictKind.REJECT, reasons=("contradicts",)))
    assert recorded.verdict.marks == (ClaimMark(claim_number=1, mark=Mark.WRONG),)


def test_unknown_task_is_said() -> None:
    """A card of another installation."""
    with pytest.raises(UnknownTask):
        World().verdicts.record(ballot("t-unknown"))


def test_queue_puts_held_outputs_first() -> None:
    """Somebody waits for those; the rest follows by due time."""
    world = World(hold_minutes=600)
    tasks = world.bring(an_output("o-1"), an_output("o-2", hold=True))
    assert [view.task.task_id for view in world.queue.waiting_for("U0MARA")] == [tasks[1], tasks[0]]
