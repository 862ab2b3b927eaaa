"""The contract of every store: several tasks of one output, and when people looked things up."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from reviewers.model import Outcome, Purpose, Resolution, ReviewTask, TaskState, VerdictKind
from reviewers.ports import Store
from tests.builders import NOON, a_decision, a_release, a_task, a_verdict, an_output

HOUR = timedelta(hours=1)


def a_look(task_id: str = "t-2", **changes: Any) -> ReviewTask:
    """A second look at the output of `a_task`, an hour later, for people who have not seen it."""
    fields: dict[str, Any] = {
        "purpose": Purpose.SECOND,
        "created_at": NOON + HOUR,
        "chance": 0.15,
        "seen_by": ("U0MARA", "U0TOMAS"),
        "words": 31,
        "posting": None,
    }
    return a_task(task_id, **(fields | changes))


def keep(store: Store, *tasks: ReviewTask) -> None:
    """Their outputs and decisions first."""
    with store.begin() as uow:
        for output_id in dict.fromkeys(task.output_id for task in tasks):
            uow.outputs.add([an_output(output_id)])
            uow.decisions.add([a_decision(output_id)])
        for task in tasks:
            assert uow.tasks.add(task)


def resolve(store: Store, task_id: str, *, by: str = "U0MARA", outcome: Outcome = Outcome.APPROVED) -> None:
    """One verdict that settles the task."""
    kind = VerdictKind.APPROVE if outcome is Outcome.APPROVED else VerdictKind.REJECT
    with store.begin() as uow:
        uow.verdicts.append(a_verdict(f"v-{task_id}", task_id=task_id, reviewer=by, kind=kind))
        uow.verdicts.resolve(
            Resolution(
                task_id=task_id,
                revision=1,
                outcome=outcome,
                verdict_id=f"v-{task_id}",
                resolved_by=by,
                resolved_at=NOON + timedelta(minutes=3),
            )
        )
        uow.tasks.set_state(task_id, TaskState.RESOLVED)


def test_an_output_has_one_task_of_each_purpose_and_round(store: Store) -> None:
    """A second one of the same is refused, another round is not; what was stored comes back as it was."""
    look = a_look()
    keep(store, a_task(), look)

    with store.begin() as uow:
        assert not uow.tasks.add(a_look("t-3"))
        assert not uow.tasks.add(a_task("t-4"))
        assert uow.tasks.add(a_look("t-5", round=2))
        assert uow.tasks.add(a_look("t-6", purpose=Purpose.GOLD, chance=None, known="wrong"))
    with store.read() as uow:
        assert uow.tasks.get("t-2") == look
        assert uow.tasks.get("t-3") is None
        assert uow.tasks.get("t-6") == a_look("t-6", purpose=Purpose.GOLD, chance=None, known="wrong")


def test_the_task_of_an_output_is_the_one_that_decides_it(store: Store) -> None:
    """Whichever was made first; all of them are there when asked for, in the order of making."""
    keep(store, a_look("t-1"), a_task("t-2"), a_look("t-3", round=2))

    with store.read() as uow:
        assert uow.tasks.for_output("o-1") == a_task("t-2")
        assert uow.tasks.by_number(1) == a_task("t-2")
        assert [task.task_id for task in uow.tasks.of_output("o-1")] == ["t-2", "t-1", "t-3"]
        assert uow.tasks.of_output("o-9") == []


def test_looks_are_listed_from_a_moment_on(store: Store) -> None:
    """Second looks and known answers, the oldest first; tasks that decide an output are none."""
    late = NOON + 2 * HOUR
    keep(store, a_task(), a_look("t-3", round=2, created_at=late), a_look("t-2", purpose=Purpose.GOLD))

    with store.read() as uow:
        assert [task.task_id for task in uow.tasks.looks(NOON)] == ["t-2", "t-3"]
        assert [task.task_id for task in uow.tasks.looks(late)] == ["t-3"]
        assert uow.tasks.looks(late + HOUR) == []


def test_a_second_look_has_nothing_to_do_with_the_release(store: Store) -> None:
    """So that no surface tells of a waiting customer."""
    keep(store, a_task(), a_look())
    with store.begin() as uow:
        uow.releases.add(a_release("o-1"))

    with store.read() as uow:
        first, second = uow.tasks.views(["t-1", "t-2"])
    assert (first.release, second.release) == (a_release("o-1"), None)


def test_what_a_second_look_came_to_is_no_resolution_of_its_output(store: Store) -> None:
    """It is in no dataset and in no count; its verdict is told with what it was for."""
    keep(store, a_task(), a_look())
    resolve(store, "t-1")
    resolve(store, "t-2", by="U0JONAS", outcome=Outcome.REJECTED)

    with store.read() as uow:
        assert [view.task.task_id for view in uow.tasks.resolved()] == ["t-1"]
        assert uow.counts().resolutions == {"approved": 1}
        reviewed = {one.task_id: one for one in uow.tasks.reviewed(NOON, NOON + HOUR)}
    assert (reviewed["t-1"].purpose, reviewed["t-1"].words) == (Purpose.REVIEW, 0)
    assert (reviewed["t-2"].purpose, reviewed["t-2"].words) == (Purpose.SECOND, 31)
    assert reviewed["t-2"].outcome is Outcome.REJECTED


def test_a_period_has_each_output_once(store: Store) -> None:
    """With what it was resolved to, whatever a second look says."""
    keep(store, a_task(), a_look())
    resolve(store, "t-1")
    resolve(store, "t-2", by="U0JONAS", outcome=Outcome.REJECTED)

    with store.read() as uow:
        period = uow.decisions.sample(NOON, NOON + HOUR)
    assert (len(period.risk), period.task_ids, period.wrong.tolist()) == (1, ("t-1",), [False])


@pytest.mark.parametrize(("minutes", "looked_up"), [(2, True), (3, True), (4, False)])
def test_a_verdict_knows_whether_the_claims_were_open_before_it(store: Store, minutes: int, looked_up: bool) -> None:
    """The first opening counts, by the same person: this verdict came three minutes past noon."""
    keep(store, a_task())
    with store.begin() as uow:
        uow.verdicts.note_opening("t-1", "U0JONAS", NOON)
        uow.verdicts.note_opening("t-1", "U0MARA", NOON + timedelta(minutes=minutes))
        uow.verdicts.note_opening("t-1", "U0MARA", NOON + timedelta(minutes=9))
    resolve(store, "t-1")

    with store.read() as uow:
        (one,) = uow.tasks.reviewed(NOON, NOON + HOUR)
    assert one.looked_up is looked_up
