"""The contract of every store, part five: several threads at once. On each store one of them wins, and nothing is lost.

The threads start together at a barrier. What they do is right in whatever order they come; a test can only fail when
the store is wrong.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TypeVar

from reviewers.errors import Conflict
from reviewers.model import Policy, ReleaseState, TaskState, VerdictKind
from reviewers.ports import OutboxItem, OutboxKind, Received, Store
from reviewers.workflow.release import ReleaseDesk
from reviewers.workflow.review import open_task
from tests.builders import NOON, a_decision, a_release, a_task, a_verdict, an_assessment, an_output
from tests.fakes import FixedClock
from tests.workflow.worlds import CountedMetrics

THREADS = 4
WAIT_SECONDS = 60.0  # until a test that hangs fails
UNDER_WAY_SECONDS = 0.2  # in which the other thread comes to where it has to wait
Result = TypeVar("Result")


def at_once(act: Callable[[int], Result], threads: int = THREADS) -> list[Result]:
    """Call `act(0)`, `act(1)` … in threads that start together."""
    barrier = threading.Barrier(threads, timeout=WAIT_SECONDS)

    def start(number: int) -> Result:
        barrier.wait()
        return act(number)

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(start, range(threads)))


def keep_tasks(store: Store, amount: int) -> None:
    """Tasks t-0, t-1 … of outputs o-0, o-1 …"""
    with store.begin() as uow:
        uow.outputs.add([an_output(f"o-{n}") for n in range(amount)])
        uow.decisions.add([a_decision(f"o-{n}") for n in range(amount)])
        for n in range(amount):
            uow.tasks.add(a_task(f"t-{n}", output_id=f"o-{n}"))


def test_an_output_that_many_send_at_once_is_new_once(store: Store) -> None:
    """Batches that share ids in opposite orders: each output is stored once, and all are told the same number."""
    ids = [f"o-{n}" for n in range(40)]

    def send(number: int) -> dict[str, tuple[Received, int]]:
        order = ids if number % 2 else ids[::-1]
        with store.begin() as uow:
            receipts = uow.outputs.add([an_output(output_id) for output_id in order])
        return {receipt.output_id: (receipt.status, receipt.number) for receipt in receipts}

    answers = at_once(send)

    for output_id in ids:
        assert Counter(answer[output_id][0] for answer in answers) == {Received.NEW: 1, Received.SAME: THREADS - 1}
        assert len({answer[output_id][1] for answer in answers}) == 1
    assert len({answers[0][output_id][1] for output_id in ids}) == len(ids)
    with store.read() as uow:
        assert uow.outputs.waiting() == len(ids)


def test_two_bodies_under_one_id_sent_at_once_are_one_output_and_conflicts(store: Store) -> None:
    """The one that is stored is the one that was told so."""

    def send(number: int) -> Received:
        with store.begin() as uow:
            return uow.outputs.add([an_output("o", body_hash=str(number))])[0].status

    statuses = at_once(send)

    assert Counter(statuses) == {Received.NEW: 1, Received.CONFLICT: THREADS - 1}
    with store.read() as uow:
        stored = uow.outputs.get("o")
    assert stored is not None
    assert stored.body_hash == str(statuses.index(Received.NEW))


def test_workers_that_claim_at_once_share_the_outputs_out(store: Store) -> None:
    """Nobody gets one twice, and none is left."""
    ids = {f"o-{n}" for n in range(60)}
    with store.begin() as uow:
        uow.outputs.add([an_output(output_id) for output_id in sorted(ids)])

    def work(number: int) -> list[str]:
        mine: list[str] = []
        while True:
            with store.begin() as uow:
                claimed = uow.outputs.claim_unscored(limit=7, now=NOON, lease_seconds=60, worker=f"w-{number}")
            if not claimed:
                return mine
            mine += [output.output_id for output in claimed]

    shares = at_once(work)

    assert Counter(output_id for share in shares for output_id in share) == Counter(ids)


def test_publishers_that_claim_at_once_share_the_outbox_out_and_keep_each_task_in_order(store: Store) -> None:
    """Twelve tasks with three items each: every item is taken once, and a task's items one after the other."""
    keep_tasks(store, 12)
    with store.begin() as uow:
        for step in range(3):
            for n in range(12):
                uow.outbox.add(_an_item(f"{step}:t-{n}", f"t-{n}"))
    taken: list[str] = []
    under_way: Counter[str] = Counter()
    seen = threading.Lock()

    def work(number: int) -> int:
        while True:
            with store.begin() as uow:
                items = uow.outbox.claim_due(limit=5, now=NOON, lease_seconds=60, worker=f"w-{number}")
            with seen:
                taken.extend(item.key for item in items)
                under_way.update(item.task_id for item in items)
                most = max(under_way.values(), default=0)  # the first to ask may find all rows locked
                finished = len(taken) == 36
            assert most <= 1
            for item in items:
                with seen:
                    under_way[item.task_id] -= 1
                with store.begin() as uow:
                    uow.outbox.done(item.key)
            if finished:
                return number

    at_once(work)

    assert Counter(taken) == Counter(f"{step}:t-{n}" for step in range(3) for n in range(12))
    for n in range(12):
        assert [key for key in taken if key.endswith(f":t-{n}")] == [f"{step}:t-{n}" for step in range(3)]


def _an_item(key: str, task_id: str) -> OutboxItem:
    return OutboxItem(key=key, kind=OutboxKind.UPDATE_CARD, task_id=task_id, channel="C0REVIEW", due_at=NOON)


def test_the_second_writer_of_a_task_sees_what_the_first_one_wrote(store: Store) -> None:
    """The first has the lock before the second asks for it, and writes only after that."""
    keep_tasks(store, 1)
    first_has_it, second_asks = threading.Event(), threading.Event()

    def first(_: int) -> list[str]:
        with store.begin() as uow:
            uow.tasks.lock("t-0")
            first_has_it.set()
            assert second_asks.wait(WAIT_SECONDS)
            uow.verdicts.append(a_verdict("v-1", task_id="t-0"))
            return []

    def second(_: int) -> list[str]:
        assert first_has_it.wait(WAIT_SECONDS)
        second_asks.set()
        with store.begin() as uow:
            uow.tasks.lock("t-0")
            return [verdict.verdict_id for verdict in uow.verdicts.for_task("t-0")]

    assert at_once(lambda number: (first, second)[number](number), 2) == [[], ["v-1"]]


def test_writers_that_lock_the_task_each_get_a_revision_of_their_own(store: Store) -> None:
    """Four threads with five clicks each of one person: revisions 1 to 20, none lost and none twice."""
    keep_tasks(store, 1)

    def click(number: int) -> None:
        for n in range(5):
            with store.begin() as uow:
                uow.tasks.lock("t-0")
                revision = len(uow.verdicts.for_task("t-0")) + 1
                uow.verdicts.append(a_verdict(f"v-{number}-{n}", task_id="t-0", revision=revision))

    at_once(click)

    with store.read() as uow:
        assert [verdict.revision for verdict in uow.verdicts.for_task("t-0")] == list(range(1, 21))


def test_of_verdicts_with_one_revision_at_once_one_is_recorded(store: Store) -> None:
    """Without the lock the key decides: the others are told of the conflict."""
    keep_tasks(store, 1)

    def click(number: int) -> bool:
        try:
            with store.begin() as uow:
                uow.verdicts.append(a_verdict(f"v-{number}", task_id="t-0", kind=VerdictKind.REJECT))
        except Conflict:
            return False
        return True

    recorded = at_once(click)

    assert Counter(recorded) == {True: 1, False: THREADS - 1}
    with store.read() as uow:
        assert [one.verdict_id for one in uow.verdicts.for_task("t-0")] == [f"v-{recorded.index(True)}"]


def test_a_release_that_several_decide_at_once_is_decided_by_one(store: Store) -> None:
    """A click and the deadline may meet: what is stored is what the winner said."""
    states = [ReleaseState.APPROVED, ReleaseState.REJECTED, ReleaseState.EDITED, ReleaseState.TIMED_OUT]
    with store.begin() as uow:
        uow.outputs.add([an_output("o-1")])
        uow.releases.add(a_release("o-1"))

    def decide(number: int) -> bool:
        with store.begin() as uow:
            return uow.releases.decide(a_release("o-1", state=states[number], decided_at=NOON))

    won = at_once(decide)

    assert Counter(won) == {True: 1, False: 3}
    with store.read() as uow:
        assert uow.releases.get("o-1") == a_release("o-1", state=states[won.index(True)], decided_at=NOON)


def test_a_deadline_that_passes_while_its_task_is_opened_closes_the_task(store: Store) -> None:
    """The clock times the release out before the worker has committed: no task is left open on which nobody waits."""
    held, decision = an_output("o-1", hold=True), a_decision("o-1")
    with store.begin() as uow:
        uow.outputs.add([held])
        uow.decisions.add([decision])
        uow.releases.add(a_release("o-1"))
    opened, times_out = threading.Event(), threading.Event()

    def work(_: int) -> None:
        with store.begin() as uow:
            open_task(uow, held, decision, None, Policy(version="policy-1"), task_id="t-1", channel="C0REVIEW")
            opened.set()
            assert times_out.wait(WAIT_SECONDS)
            time.sleep(UNDER_WAY_SECONDS)

    def clock(_: int) -> None:
        desk = ReleaseDesk(store=store, clock=FixedClock(NOON + timedelta(hours=1)), metrics=CountedMetrics())
        assert opened.wait(WAIT_SECONDS)
        times_out.set()
        assert desk.sweep() == 1

    at_once(lambda number: (work, clock)[number](number), 2)

    with store.read() as uow:
        release, task = uow.releases.get("o-1"), uow.tasks.get("t-1")
    assert release is not None
    assert task is not None
    assert (release.state, task.state) == (ReleaseState.TIMED_OUT, TaskState.TIMED_OUT)


def test_of_tasks_that_are_opened_at_once_for_one_output_one_is_stored(store: Store) -> None:
    """Two workers scored it when a lease ran out: one card."""
    with store.begin() as uow:
        uow.outputs.add([an_output("o-1")])
        uow.decisions.add([a_decision("o-1")])

    def add(number: int) -> bool:
        with store.begin() as uow:
            return uow.tasks.add(a_task(f"t-{number}"))

    added = at_once(add)

    assert Counter(added) == {True: 1, False: THREADS - 1}
    with store.read() as uow:
        task = uow.tasks.for_output("o-1")
    assert task is not None
    assert task.task_id == f"t-{added.index(True)}"


def test_assessments_of_the_same_outputs_stored_at_once_are_not_mixed(store: Store) -> None:
    """Of each output the assessment and the scores are one worker's, in whatever order the batches were."""
    ids = [f"o-{n}" for n in range(20)]
    with store.begin() as uow:
        uow.outputs.add([an_output(output_id) for output_id in ids])
    score = an_assessment().scores[0]

    def assess(number: int) -> None:
        order = ids if number % 2 else ids[::-1]
        mine = [
            an_assessment(
                output_id,
                assessed_at=NOON + timedelta(seconds=number),
                scores=tuple(
                    type(score)(output_id=output_id, scorer=name, version="1", value=number, explanation="")
                    for name in ("coverage", f"only-of-{number}")
                ),
            )
            for output_id in order
        ]
        with store.begin() as uow:
            uow.assessments.add(mine)

    at_once(assess)

    with store.read() as uow:
        found = [uow.assessments.get(output_id) for output_id in ids]
        assert uow.outputs.waiting() == 0
    for assessment in found:
        assert assessment is not None
        number = (assessment.assessed_at - NOON).seconds
        assert [one.scorer for one in assessment.scores] == ["coverage", f"only-of-{number}"]
        assert {one.value for one in assessment.scores} == {number}


def test_a_lease_that_many_ask_for_at_once_goes_to_one(store: Store) -> None:
    """One process is the clock."""
    asked = at_once(lambda number: store.lease("clock", f"p-{number}", now=NOON, seconds=30))

    assert Counter(asked) == {True: 1, False: THREADS - 1}
    assert store.lease("clock", f"p-{asked.index(True)}", now=NOON, seconds=30)


def test_a_reader_that_waits_for_a_change_finds_it(store: Store) -> None:
    """What a long poll does: read, and read again whenever the marker is another one."""
    with store.begin() as uow:
        uow.outputs.add([an_output("o-1")])
        uow.releases.add(a_release("o-1"))
    waits = threading.Event()

    def wait(_: int) -> ReleaseState:
        give_up = threading.Event()
        timer = threading.Timer(WAIT_SECONDS, give_up.set)
        timer.start()
        seen: object = None
        try:
            while not give_up.is_set():
                marker = store.change_marker()
                if marker != seen:
                    with store.read() as uow:
                        release = uow.releases.get("o-1")
                    assert release is not None
                    if release.state is not ReleaseState.HELD:
                        return release.state
                    seen = marker
                    waits.set()
        finally:
            timer.cancel()
        raise AssertionError("the change was never seen")

    def decide(_: int) -> ReleaseState:
        assert waits.wait(WAIT_SECONDS)
        with store.begin() as uow:
            uow.releases.decide(a_release("o-1", state=ReleaseState.APPROVED, decided_at=NOON))
        return ReleaseState.APPROVED

    assert at_once(lambda number: (wait, decide)[number](number), 2) == [ReleaseState.APPROVED] * 2
