"""The contract of every store, ad-hoc checks: leased to one worker, finished once, shown in one place, shared once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from reviewers.model import Check, CheckKind
from reviewers.ports import Store
from tests.builders import NOON, an_assessment, an_output

AWKWARD = "nul \x00, lone surrogate \ud83d, quote \" ' \\, line\r\nend"


def a_check(check_id: str = "k-1", **changes: Any) -> Check:
    """A question of Mara."""
    fields: dict[str, Any] = {
        "check_id": check_id,
        "kind": CheckKind.ASK,
        "asked_by": "U0MARA",
        "team_id": "T0SANDBOX",
        "channel": "C0GENERAL",
        "text": "What does a replacement card cost?",
        "asked_at": NOON,
    }
    return Check(**(fields | changes))


def kept(store: Store, *checks: Check) -> None:
    """Store them."""
    with store.begin() as uow:
        for check in checks:
            uow.checks.add(check)


def due(store: Store, seconds: float = 0, limit: int = 10, worker: str = "w1") -> list[str]:
    """Lease for a minute what is due so long after noon."""
    with store.begin() as uow:
        now = NOON + timedelta(seconds=seconds)
        taken = uow.checks.claim_due(limit=limit, now=now, lease_seconds=60, worker=worker)
    return [check.check_id for check in taken]


def found(store: Store, check_id: str = "k-1") -> Check:
    """The stored check."""
    with store.read() as uow:
        check = uow.checks.get(check_id)
    assert check is not None
    return check


def test_a_check_comes_back_as_it_was_stored(store: Store) -> None:
    """A new one, and one with an output, an assessment and awkward words."""
    new, done = a_check(), a_check("k-2", kind=CheckKind.VERIFY, text=AWKWARD, failure=AWKWARD)
    kept(store, new, done)
    filled = replace(done, output=an_output(completion=AWKWARD), assessment=an_assessment(), finished_at=NOON)
    with store.begin() as uow:
        uow.checks.finish(filled)
    assert found(store) == new
    assert found(store, "k-2") == filled
    with store.read() as uow:
        assert uow.checks.get("k-9") is None


def test_the_oldest_are_leased_first_and_an_ended_lease_is_free_again(store: Store) -> None:
    """Of three, two are taken; the third goes to the next worker, and after a minute the first two come again."""
    kept(store, *(a_check(f"k-{place}", asked_at=NOON + timedelta(seconds=place)) for place in (3, 1, 2)))
    assert due(store, 5, limit=2) == ["k-1", "k-2"]
    assert due(store, 6, worker="w2") == ["k-3"]
    assert due(store, 7) == []
    assert due(store, 65) == ["k-1", "k-2"]


def test_a_finished_check_is_not_due_and_stays_as_it_is(store: Store) -> None:
    """What came of it can be kept before it is finished, not after."""
    kept(store, a_check())
    with store.begin() as uow:
        uow.checks.finish(replace(a_check(), failure="The index does not answer."))
    assert due(store) == ["k-1"]
    with store.begin() as uow:
        uow.checks.finish(replace(a_check(), failure="No.", finished_at=NOON))
    with store.begin() as uow:
        uow.checks.finish(replace(a_check(), failure="Late.", finished_at=NOON + timedelta(hours=1)))
    assert due(store, 3600) == []
    assert found(store).failure == "No."


def test_where_it_stands_and_that_it_was_shared_are_kept_apart_from_what_came_of_it(store: Store) -> None:
    """Another worker that finishes it knows neither, and takes neither away."""
    kept(store, a_check())
    with store.begin() as uow:
        uow.checks.set_shown("k-1", "U0MARA", "")
        uow.checks.set_shown("k-1", "D0MARA", "1763900000.000100")
        uow.checks.finish(replace(a_check(), failure="No.", finished_at=NOON))
    with store.begin() as uow:
        assert uow.checks.share("k-1", NOON)
    with store.begin() as uow:
        assert not uow.checks.share("k-1", NOON + timedelta(hours=1))
        assert not uow.checks.share("k-9", NOON)
    check = found(store)
    assert (check.shown_channel, check.shown_ts, check.shared_at) == ("D0MARA", "1763900000.000100", NOON)
    assert check.failure == "No."
