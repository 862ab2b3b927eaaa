"""The contract of every store, part three: review tasks, verdicts, marks, drafts, resolutions and releases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from reviewers.errors import Conflict, NotHeld, UnknownOutput, UnknownTask
from reviewers.model import (
    ClaimMark,
    Draft,
    Mark,
    Outcome,
    Posting,
    ReleaseState,
    Resolution,
    ReviewTask,
    TaskState,
    TaskView,
    VerdictKind,
)
from reviewers.ports import OutboxItem, OutboxKind, Store
from tests.builders import NOON, a_decision, a_release, a_task, a_verdict, an_assessment, an_output

AWKWARD = "nul \x00, lone surrogate \ud83d, quote \" ' \\, line\r\nend"


def a_resolution(task_id: str = "t-1", **changes: object) -> Resolution:
    """Mara's approval settles it."""
    fields: dict[str, object] = {
        "task_id": task_id,
        "revision": 1,
        "outcome": Outcome.APPROVED,
        "verdict_id": "v-1",
        "resolved_by": "U0MARA",
        "resolved_at": NOON + timedelta(minutes=3),
    }
    return Resolution(**(fields | changes))  # type: ignore[arg-type]  # as the builders: a test changes one thing


def keep(store: Store, *tasks: ReviewTask) -> None:
    """Store tasks, each with an output and a decision."""
    with store.begin() as uow:
        uow.outputs.add([an_output(task.output_id) for task in tasks])
        uow.decisions.add([a_decision(task.output_id) for task in tasks])
        for task in tasks:
            assert uow.tasks.add(task)


def test_a_task_comes_back_as_it_was_stored(store: Store) -> None:
    """With a posting and without, by its id and by its output."""
    posted, waiting = a_task("t-1", hold=True, handed_on_by="U0MARA"), a_task("t-2", output_id="o-2", posting=None)
    keep(store, posted, waiting)

    with store.read() as uow:
        assert uow.tasks.get("t-1") == posted
        assert uow.tasks.for_output("o-2") == waiting
        assert uow.tasks.get("t-9") is None
        assert uow.tasks.for_output("o-9") is None


def test_a_task_is_found_by_the_number_of_its_output(store: Store) -> None:
    """People say "#2" in a command; the store gave the numbers 1, 2 and 3."""
    keep(store, a_task("t-1"), a_task("t-2", output_id="o-2"))
    with store.begin() as uow:
        uow.outputs.add([an_output("o-3")])  # no task

    with store.read() as uow:
        assert uow.tasks.by_number(2) == a_task("t-2", output_id="o-2")
        assert uow.tasks.by_number(3) is None
        assert uow.tasks.by_number(9) is None


def test_an_output_has_one_task_at_most(store: Store) -> None:
    """The second one is refused, and the first stands."""
    keep(store, a_task("t-1"))
    with store.begin() as uow:
        assert not uow.tasks.add(a_task("t-2"))

    with store.read() as uow:
        assert uow.tasks.get("t-2") is None
        assert uow.tasks.for_output("o-1") == a_task("t-1")


def test_a_task_changes_by_its_posting_its_state_and_who_handed_it_on(store: Store) -> None:
    """Nothing else of it ever changes."""
    keep(store, a_task("t-1", posting=None))
    posting = Posting(channel="C0OTHER", ts="1795453999.000200")
    with store.begin() as uow:
        uow.tasks.set_posting("t-1", posting)
        uow.tasks.set_state("t-1", TaskState.RESOLVED)
        uow.tasks.set_handed_on("t-1", "U0JONAS")

    with store.read() as uow:
        expected = a_task("t-1", posting=posting, state=TaskState.RESOLVED, handed_on_by="U0JONAS")
        assert uow.tasks.get("t-1") == expected


def test_an_unknown_task_cannot_be_locked_or_changed(store: Store) -> None:
    """The person reads that the review is not known here."""
    with store.begin() as uow:
        with pytest.raises(UnknownTask):
            uow.tasks.lock("t-9")
        with pytest.raises(UnknownTask):
            uow.tasks.set_state("t-9", TaskState.RESOLVED)
        with pytest.raises(UnknownTask):
            uow.tasks.set_posting("t-9", Posting(channel="C", ts="1"))
        with pytest.raises(UnknownTask):
            uow.tasks.set_handed_on("t-9", "U0MARA")
        with pytest.raises(UnknownTask):
            uow.tasks.open(limit=1, after="t-9")


def test_open_tasks_are_listed_held_first_then_by_due_time_then_by_id(store: Store) -> None:
    """A task without a due time comes last of its kind; whoever is done is left out."""
    keep(
        store,
        a_task("t-1", output_id="o-1", due_at=None),
        a_task("t-3", output_id="o-2", due_at=NOON + timedelta(hours=2)),
        a_task("t-2", output_id="o-3", due_at=NOON + timedelta(hours=2)),
        a_task("t-4", output_id="o-4", due_at=NOON + timedelta(hours=1)),
        a_task("t-6", output_id="o-5", hold=True, due_at=None),
        a_task("t-5", output_id="o-6", hold=True, due_at=NOON + timedelta(hours=9)),
        a_task("t-7", output_id="o-7", state=TaskState.RESOLVED),
        a_task("t-8", output_id="o-8", state=TaskState.TIMED_OUT),
    )
    order = ["t-5", "t-6", "t-4", "t-2", "t-3", "t-1"]

    with store.read() as uow:
        assert [task.task_id for task in uow.tasks.open(limit=9)] == order
        assert [task.task_id for task in uow.tasks.open(limit=2)] == order[:2]
        for place, task_id in enumerate(order, start=1):
            assert [task.task_id for task in uow.tasks.open(limit=9, after=task_id)] == order[place:]


def test_the_list_goes_on_after_a_task_that_was_resolved_in_the_meantime(store: Store) -> None:
    """A page is turned while others work."""
    keep(store, a_task("t-1"), a_task("t-2", output_id="o-2"), a_task("t-3", output_id="o-3"))
    with store.begin() as uow:
        uow.tasks.set_state("t-2", TaskState.RESOLVED)

    with store.read() as uow:
        assert [task.task_id for task in uow.tasks.open(limit=9, after="t-2")] == ["t-3"]


def test_a_view_gathers_all_that_is_known_of_a_task(store: Store) -> None:
    """One with everything and one with nothing yet, in the order asked for; unknown ids are left out."""
    keep(store, a_task("t-1"), a_task("t-2", output_id="o-2"))
    first = a_verdict("v-1")
    second = a_verdict("v-2", reviewer="U0JONAS", kind=VerdictKind.EDIT, correction="€ 3.50.", reasons=("outdated",))
    edited = a_resolution(revision=2, outcome=Outcome.EDITED, verdict_id="v-2", text="€ 3.50.")
    with store.begin() as uow:
        uow.assessments.add([an_assessment("o-1")])
        uow.releases.add(a_release("o-1"))
        uow.verdicts.append(first)
        uow.verdicts.resolve(a_resolution())
        uow.verdicts.append(second)
        uow.verdicts.resolve(edited)

    with store.read() as uow:
        full, bare = uow.tasks.views(["t-1", "t-9", "t-2"])
        assert [view.task.task_id for view in uow.tasks.views(["t-2", "t-1"])] == ["t-2", "t-1"]
    assert full == TaskView(
        task=a_task("t-1"),
        output=an_output("o-1", number=1),
        assessment=an_assessment("o-1"),
        decision=a_decision("o-1"),
        verdicts=(first, second),
        resolution=edited,
        release=a_release("o-1"),
    )
    assert bare == TaskView(
        task=a_task("t-2", output_id="o-2"),
        output=an_output("o-2", number=2),
        assessment=None,
        decision=a_decision("o-2"),
    )


def test_resolved_tasks_come_by_output_id_and_only_they(store: Store) -> None:
    """By code points on every store, so that the same decisions give the same dataset; more than one batch of them."""
    ids = ["a", "B", "_", "ä", "Z", "z", "-", "A-1", "a-1", "10", "9"] + [f"bulk-{n:03d}" for n in range(230)]
    keep(store, *(a_task(f"t-{output_id}", output_id=output_id) for output_id in [*ids, "open"]))
    with store.begin() as uow:
        for output_id in ids:
            uow.verdicts.append(a_verdict(f"v-{output_id}", task_id=f"t-{output_id}"))
            uow.verdicts.resolve(a_resolution(f"t-{output_id}", verdict_id=f"v-{output_id}"))

    with store.read() as uow:
        found = [view.output.output_id for view in uow.tasks.resolved()]
    assert found == sorted(ids)
    assert found[:4] == ["-", "10", "9", "A-1"]  # U+002D, U+0031, U+0039, U+0041


def test_a_task_that_was_resolved_twice_comes_once_with_the_newest(store: Store) -> None:
    """A change of mind is one example, not two."""
    keep(store, a_task("t-1"))
    newest = a_resolution(revision=2, outcome=Outcome.REJECTED, verdict_id="v-2", reasons=("invented",), note=AWKWARD)
    with store.begin() as uow:
        uow.verdicts.append(a_verdict("v-1"))
        uow.verdicts.append(a_verdict("v-2", revision=2, kind=VerdictKind.REJECT))
        uow.verdicts.resolve(a_resolution())
        uow.verdicts.resolve(newest)

    with store.read() as uow:
        assert [view.resolution for view in uow.tasks.resolved()] == [newest]
        assert uow.verdicts.resolution("t-1") == newest
        assert uow.verdicts.resolution("t-9") is None


def test_verdicts_come_back_whole_and_in_the_order_of_recording(store: Store) -> None:
    """Not in the order of their ids or times."""
    keep(store, a_task("t-1"), a_task("t-2", output_id="o-2"))
    edit = a_verdict(
        "v-9",
        kind=VerdictKind.EDIT,
        correction=AWKWARD,
        reasons=("contradicts", "outdated"),
        note=AWKWARD,
        marks=(
            ClaimMark(claim_number=1, mark=Mark.WRONG),
            ClaimMark(claim_number=2, mark=None, passage_beside_the_point=True),
        ),
        seen="all",
    )
    change = a_verdict("v-1", revision=2, supersedes="v-9", recorded_at=NOON)
    with store.begin() as uow:
        uow.verdicts.append(edit)
    with store.begin() as uow:
        uow.verdicts.append(a_verdict("v-5", task_id="t-2"))
        uow.verdicts.append(change)

    with store.read() as uow:
        assert uow.verdicts.for_task("t-1") == [edit, change]
        assert uow.verdicts.for_task("t-9") == []


def test_an_empty_correction_is_not_the_same_as_none(store: Store) -> None:
    """Somebody may edit an output away."""
    keep(store, a_task("t-1"))
    with store.begin() as uow:
        uow.verdicts.append(a_verdict(kind=VerdictKind.EDIT, correction=""))

    with store.read() as uow:
        assert uow.verdicts.for_task("t-1")[0].correction == ""


def test_a_revision_of_a_verdict_is_recorded_once_and_the_transaction_goes_on(store: Store) -> None:
    """Also a verdict id is used once; the same revision of another person is another matter."""
    keep(store, a_task("t-1"))
    with store.begin() as uow:
        uow.verdicts.append(a_verdict("v-1"))
        with pytest.raises(Conflict):
            uow.verdicts.append(a_verdict("v-2", kind=VerdictKind.REJECT))
        with pytest.raises(Conflict):
            uow.verdicts.append(a_verdict("v-1", reviewer="U0JONAS"))
        uow.verdicts.append(a_verdict("v-3", reviewer="U0JONAS"))

    with store.read() as uow:
        assert [verdict.verdict_id for verdict in uow.verdicts.for_task("t-1")] == ["v-1", "v-3"]


def test_a_revision_of_a_resolution_is_recorded_once_and_the_transaction_goes_on(store: Store) -> None:
    """The first one of a revision stands."""
    keep(store, a_task("t-1"))
    with store.begin() as uow:
        uow.verdicts.append(a_verdict("v-1"))
        uow.verdicts.resolve(a_resolution())
        with pytest.raises(Conflict):
            uow.verdicts.resolve(a_resolution(outcome=Outcome.REJECTED))

    with store.read() as uow:
        assert uow.verdicts.resolution("t-1") == a_resolution()


def test_nothing_is_stored_of_a_task_that_is_not_known(store: Store) -> None:
    """The databases refuse it by a foreign key."""
    refused = (UnknownTask, UnknownOutput, IntegrityError)
    item = OutboxItem(key="post:t-9", kind=OutboxKind.POST_CARD, task_id="t-9", channel="C", due_at=NOON)
    mark = ClaimMark(claim_number=1, mark=Mark.RIGHT)
    with pytest.raises(refused), store.begin() as uow:
        uow.verdicts.append(a_verdict(task_id="t-9"))
    with pytest.raises(refused), store.begin() as uow:
        uow.outbox.add(item)
    with pytest.raises(refused), store.begin() as uow:
        uow.verdicts.keep_marks("t-9", "U0MARA", [mark], NOON)
    with pytest.raises(refused), store.begin() as uow:
        uow.verdicts.keep_draft(Draft(task_id="t-9", reviewer="U0MARA", text="", kept_at=NOON))
    with pytest.raises(refused), store.begin() as uow:
        uow.releases.add(a_release("o-9"))


def test_the_newest_mark_of_a_claim_counts_for_its_reviewer(store: Store) -> None:
    """A mark can be taken back; another person's marks are their own."""
    keep(store, a_task("t-1"))
    wrong, right = ClaimMark(claim_number=2, mark=Mark.WRONG), ClaimMark(claim_number=2, mark=Mark.RIGHT)
    first = ClaimMark(claim_number=1, mark=Mark.NOT_IN_SOURCES, passage_beside_the_point=True)
    none = ClaimMark(claim_number=1, mark=None)
    with store.begin() as uow:
        uow.verdicts.keep_marks("t-1", "U0MARA", [wrong, first], NOON)
        uow.verdicts.keep_marks("t-1", "U0JONAS", [wrong], NOON)
        uow.verdicts.keep_marks("t-1", "U0MARA", [], NOON)
    with store.begin() as uow:
        assert uow.verdicts.marks("t-1", "U0MARA") == [first, wrong]
        uow.verdicts.keep_marks("t-1", "U0MARA", [right, none], NOON)  # the same moment: what came later counts

    with store.read() as uow:
        assert uow.verdicts.marks("t-1", "U0MARA") == [none, right]
        assert uow.verdicts.marks("t-1", "U0JONAS") == [wrong]
        assert uow.verdicts.marks("t-2", "U0MARA") == []


def test_a_draft_replaces_the_earlier_one_of_the_same_person_on_the_same_task(store: Store) -> None:
    """Of any length, and of any characters."""
    keep(store, a_task("t-1"), a_task("t-2", output_id="o-2"))
    old = Draft(task_id="t-1", reviewer="U0MARA", text="a" * 120_000, reasons=("style",), kept_at=NOON)
    new = replace(old, text=AWKWARD, reasons=(), kept_at=NOON + timedelta(minutes=1))
    with store.begin() as uow:
        uow.verdicts.keep_draft(old)
        assert uow.verdicts.draft("t-1", "U0MARA") == old
    with store.begin() as uow:
        uow.verdicts.keep_draft(new)

    with store.read() as uow:
        assert uow.verdicts.draft("t-1", "U0MARA") == new
        assert uow.verdicts.draft("t-1", "U0JONAS") is None
        assert uow.verdicts.draft("t-2", "U0MARA") is None


def test_a_release_is_decided_once(store: Store) -> None:
    """A later change of mind is a recall, not another release."""
    edited = a_release(state=ReleaseState.EDITED, text=AWKWARD, reasons=("outdated",), decided_at=NOON)
    with store.begin() as uow:
        uow.outputs.add([an_output("o-1")])
        uow.releases.add(a_release())
        uow.releases.add(a_release(deadline=None))  # a second one is ignored
        assert uow.releases.get("o-1") == uow.releases.lock("o-1") == a_release()
        assert uow.releases.lock("o-9") is None
    with store.begin() as uow:
        assert uow.releases.decide(edited)
        assert not uow.releases.decide(a_release(state=ReleaseState.TIMED_OUT, decided_at=NOON))

    with store.read() as uow:
        assert uow.releases.get("o-1") == edited
        assert uow.releases.get("o-9") is None


def test_a_recall_is_noted_once_until_it_is_taken_back(store: Store) -> None:
    """The state stays through all of it."""
    final = a_release(state=ReleaseState.APPROVED, text=AWKWARD, decided_at=NOON)
    later = NOON + timedelta(minutes=1)
    with store.begin() as uow:
        uow.outputs.add([an_output("o-1")])
        uow.releases.add(final)
        uow.releases.restore("o-1")  # nothing to take back
        assert uow.releases.get("o-1") == final
        uow.releases.recall("o-1", NOON)
        uow.releases.recall("o-1", later)
        assert uow.releases.get("o-1") == replace(final, recalled_at=NOON)
    with store.begin() as uow:
        uow.releases.restore("o-1")
        assert uow.releases.get("o-1") == final
        uow.releases.recall("o-1", later)
    with store.begin() as uow:
        assert uow.releases.get("o-1") == replace(final, recalled_at=later)
        with pytest.raises(NotHeld):
            uow.releases.restore("o-9")


def test_what_was_not_held_cannot_be_released(store: Store) -> None:
    """The caller asks for something that was never promised."""
    with store.begin() as uow:
        uow.outputs.add([an_output("o-1")])
        with pytest.raises(NotHeld):
            uow.releases.decide(a_release(state=ReleaseState.APPROVED, decided_at=NOON))


def test_overdue_releases_are_those_still_held_at_their_deadline(store: Store) -> None:
    """The longest overdue first; one without a deadline never is."""
    deadlines = {"o-1": 10, "o-2": 5, "o-3": 7, "o-4": 11, "o-6": 5}
    with store.begin() as uow:
        uow.outputs.add([an_output(f"o-{n}") for n in range(1, 7)])
        for output_id, minutes in deadlines.items():
            uow.releases.add(a_release(output_id, deadline=NOON + timedelta(minutes=minutes)))
        uow.releases.add(a_release("o-5", deadline=None))
        uow.releases.decide(a_release("o-3", state=ReleaseState.REJECTED, decided_at=NOON))

    at_ten = NOON + timedelta(minutes=10)
    with store.read() as uow:
        assert [release.output_id for release in uow.releases.overdue(at_ten, 9)] == ["o-2", "o-6", "o-1"]
        assert [release.output_id for release in uow.releases.overdue(at_ten, 2)] == ["o-2", "o-6"]
        assert uow.releases.overdue(NOON, 9) == []
