"""The contract of every store, part four: the outbox, where each effect on Slack is due once and in order."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from reviewers.ports import OutboxItem, OutboxKind, Store
from tests.builders import NOON, a_decision, a_task, an_output


def at(seconds: float) -> datetime:
    """That long after noon."""
    return NOON + timedelta(seconds=seconds)


def post(task_id: str, due: float = 0) -> OutboxItem:
    """A card to post."""
    return OutboxItem(
        key=f"post:{task_id}", kind=OutboxKind.POST_CARD, task_id=task_id, channel="C0REVIEW", due_at=at(due)
    )


def update(task_id: str, revision: int = 1, due: float = 0) -> OutboxItem:
    """A card to redraw."""
    return replace(post(task_id, due), key=f"update:{task_id}:{revision}", kind=OutboxKind.UPDATE_CARD)


def add(store: Store, *items: OutboxItem) -> None:
    """Store items in one transaction."""
    with store.begin() as uow:
        for item in items:
            uow.outbox.add(item)


def claim(store: Store, *, seconds: float = 0, limit: int = 9) -> list[OutboxItem]:
    """Lease what is due at that moment for sixty seconds."""
    with store.begin() as uow:
        return uow.outbox.claim_due(limit=limit, now=at(seconds), lease_seconds=60, worker="w")


def keys(items: list[OutboxItem]) -> list[str]:
    """Their keys."""
    return [item.key for item in items]


@pytest.fixture(autouse=True)
def tasks(store: Store) -> None:
    """Tasks t-1 to t-4."""
    with store.begin() as uow:
        for number in range(1, 5):
            uow.outputs.add([an_output(f"o-{number}")])
            uow.decisions.add([a_decision(f"o-{number}")])
            uow.tasks.add(a_task(f"t-{number}", output_id=f"o-{number}"))


def test_what_is_due_is_leased_to_one_worker_the_longest_waiting_first(store: Store) -> None:
    """Due at 2, 1 and 3 seconds; at 2 seconds two of them are, and nobody gets them twice."""
    add(store, post("t-1", 2), post("t-2", 1), post("t-3", 3))

    assert claim(store, seconds=0.999) == []
    assert keys(claim(store, seconds=2)) == ["post:t-2", "post:t-1"]
    assert claim(store, seconds=2) == []
    assert keys(claim(store, seconds=3)) == ["post:t-3"]


def test_no_more_are_leased_than_asked_for(store: Store) -> None:
    """A worker takes what it can send within its lease."""
    add(store, post("t-1"), post("t-2"), post("t-3"))

    assert keys(claim(store, limit=2)) == ["post:t-1", "post:t-2"]
    assert keys(claim(store, limit=2)) == ["post:t-3"]


def test_a_leased_item_comes_whole_and_knows_its_first_attempt(store: Store) -> None:
    """`attempts` counts those before this one, so it is 0 here."""
    add(store, post("t-1"))

    assert claim(store, seconds=5) == [replace(post("t-1"), first_attempt_at=at(5))]


def test_a_key_is_due_once_even_when_it_is_done(store: Store) -> None:
    """A use case that runs again posts no second card."""
    add(store, post("t-1"))
    add(store, replace(post("t-1", 5), channel="C0OTHER"))
    claimed = claim(store)
    with store.begin() as uow:
        uow.outbox.done("post:t-1")
    add(store, post("t-1"))

    assert [item.channel for item in claimed] == ["C0REVIEW"]
    assert claim(store, seconds=600) == []
    with store.read() as uow:
        assert uow.outbox.next_due() is None


def test_a_task_has_one_item_under_way_and_the_next_one_after_that(store: Store) -> None:
    """A card is posted before it is redrawn, and redrawn in the order of the verdicts."""
    add(store, post("t-1"), update("t-1", 1), update("t-1", 2), post("t-2"))

    assert keys(claim(store)) == ["post:t-1", "post:t-2"]
    assert claim(store) == []
    for key in ("post:t-1", "update:t-1:1", "update:t-1:2"):
        with store.begin() as uow:
            uow.outbox.done(key)
        expected = {"post:t-1": ["update:t-1:1"], "update:t-1:1": ["update:t-1:2"], "update:t-1:2": []}[key]
        assert keys(claim(store)) == expected


def test_a_later_item_does_not_overtake_one_that_waits_for_its_next_attempt(store: Store) -> None:
    """Asked to come back in 30 s: the redraw waits too, other tasks go on."""
    add(store, post("t-1"), update("t-1"), post("t-2"))
    claim(store, limit=1)
    with store.begin() as uow:
        uow.outbox.retry("post:t-1", at=at(30), error="Asked to come back in 30 s.", outcome_unknown=False)

    assert keys(claim(store, seconds=29)) == ["post:t-2"]
    assert keys(claim(store, seconds=30)) == ["post:t-1"]


def test_a_retried_item_counts_its_attempts_and_keeps_when_the_first_began(store: Store) -> None:
    """Two attempts before the third; the moment of the first says from where to look in the history."""
    add(store, post("t-1"))
    for second in (0, 10):
        claim(store, seconds=second)
        with store.begin() as uow:
            uow.outbox.retry("post:t-1", at=at(second + 10), error="no answer", outcome_unknown=second == 10)

    (third,) = claim(store, seconds=20)
    assert (third.attempts, third.first_attempt_at, third.due_at) == (2, at(0), at(20))
    assert (third.last_error, third.outcome_unknown) == ("no answer", True)


def test_what_is_known_again_is_no_longer_unknown(store: Store) -> None:
    """The publisher looked, found no card, and was sent away: the next attempt may post at once."""
    add(store, post("t-1"))
    claim(store)
    with store.begin() as uow:
        uow.outbox.retry("post:t-1", at=at(1), error="", outcome_unknown=True)
    claim(store, seconds=1)
    with store.begin() as uow:
        uow.outbox.retry("post:t-1", at=at(2), error="", outcome_unknown=False)

    assert [item.outcome_unknown for item in claim(store, seconds=2)] == [False]


def test_an_item_whose_lease_ran_out_comes_back_with_an_unknown_outcome(store: Store) -> None:
    """Its worker was killed, perhaps after the card was posted; it stays unknown until somebody knows."""
    add(store, post("t-1"), update("t-1"))
    assert [item.outcome_unknown for item in claim(store)] == [False]

    assert claim(store, seconds=59) == []
    (again,) = claim(store, seconds=60)
    assert (again.key, again.outcome_unknown, again.attempts, again.first_attempt_at) == ("post:t-1", True, 1, NOON)
    assert [item.outcome_unknown for item in claim(store, seconds=120)] == [True]


def test_an_item_that_is_put_off_counts_no_attempt_and_stays_in_front_of_its_task(store: Store) -> None:
    """The channel was called a moment ago: it was leased, and nothing was sent. What was unknown stays unknown."""
    add(store, post("t-1"), update("t-1"), post("t-2"))
    claim(store, limit=1)
    with store.begin() as uow:
        uow.outbox.put_off("post:t-1", at(1))

    assert keys(claim(store, seconds=0.999)) == ["post:t-2"]
    (again,) = claim(store, seconds=1)
    assert (again.key, again.attempts, again.due_at, again.outcome_unknown) == ("post:t-1", 0, at(1), False)
    (lost,) = [item for item in claim(store, seconds=61) if item.task_id == "t-1"]
    with store.begin() as uow:
        uow.outbox.put_off("post:t-1", at(62))
    (late,) = [item for item in claim(store, seconds=62) if item.task_id == "t-1"]
    assert (lost.outcome_unknown, lost.attempts) == (late.outcome_unknown, late.attempts) == (True, 1)


def test_what_was_given_up_is_kept_to_look_at_and_blocks_nothing(store: Store) -> None:
    """It is never tried again by itself."""
    add(store, post("t-1"), update("t-1"))
    claim(store)
    with store.begin() as uow:
        uow.outbox.give_up("post:t-1", "channel_not_found")

    assert keys(claim(store, seconds=600)) == ["update:t-1:1"]
    with store.read() as uow:
        assert uow.outbox.dead() == [
            replace(post("t-1"), attempts=1, first_attempt_at=NOON, last_error="channel_not_found")
        ]


def test_what_is_done_or_dead_is_not_due_again_by_a_slow_worker(store: Store) -> None:
    """A worker whose lease ran out may report late."""
    add(store, post("t-1"), post("t-2"))
    claim(store)
    with store.begin() as uow:
        uow.outbox.done("post:t-1")
        uow.outbox.give_up("post:t-2", "is_archived")
        for key in ("post:t-1", "post:t-2"):
            uow.outbox.retry(key, at=at(1), error="late", outcome_unknown=True)
            uow.outbox.put_off(key, at(1))
        uow.outbox.give_up("post:t-1", "late")

    assert claim(store, seconds=600) == []
    with store.read() as uow:
        assert [(item.key, item.last_error) for item in uow.outbox.dead()] == [("post:t-2", "is_archived")]


def test_the_outbox_tells_when_to_look_again(store: Store) -> None:
    """When something can be leased: it falls due, or its lease runs out; what is blocked by another does not count."""
    with store.read() as uow:
        assert uow.outbox.next_due() is None
    add(store, post("t-1", 5), update("t-1", 1, 6), post("t-2", 90))
    with store.read() as uow:
        assert uow.outbox.next_due() == at(5)

    claim(store, seconds=5)  # leased until 65; the redraw waits behind it
    with store.read() as uow:
        assert uow.outbox.next_due() == at(65)

    with store.begin() as uow:
        uow.outbox.done("post:t-1")
    with store.read() as uow:
        assert uow.outbox.next_due() == at(6)


def test_what_was_given_up_falls_due_again_when_people_mended_it(store: Store) -> None:
    """A card in an archived channel: dead, revived, claimed at its first attempt, before the update behind it."""
    add(store, post("t-1"), update("t-1"))
    claim(store)
    with store.begin() as uow:
        uow.outbox.give_up("post:t-1", "is_archived")
        uow.outbox.done("update:t-1:1")
    with store.begin() as uow:
        assert uow.outbox.revive(at(30)) == 1
        assert uow.outbox.dead() == []
    assert claim(store, seconds=29) == []
    again = claim(store, seconds=30)
    assert [(item.key, item.attempts) for item in again] == [("post:t-1", 0)]
    with store.begin() as uow:
        assert uow.outbox.revive(at(40)) == 0


def test_what_was_put_off_counts_no_attempt(store: Store) -> None:
    """A channel's pace is no failure: due again at its slot, and still at the first attempt."""
    add(store, post("t-1"))
    claim(store)
    with store.begin() as uow:
        uow.outbox.put_off("post:t-1", at(5))
    assert claim(store, seconds=4) == []
    assert [(item.attempts, item.outcome_unknown) for item in claim(store, seconds=5)] == [(0, False)]
