"""Which digest is shown on request, and what people's answers to it keep."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from reviewers.decisions.digest_answers import key_of, told
from reviewers.decisions.routing import FixedPolicies
from reviewers.errors import Invalid
from reviewers.model import Policy, Route
from reviewers.model.telling import DigestAnswerKind
from reviewers.workflow.digest_answers import DigestAnswerDesk
from reviewers.workflow.digest_shelf import DigestShelf
from reviewers.workflow.digesting import DigestDesk
from tests.digests import MONDAY, a_digest
from tests.fakes import CountingIds, FixedClock, MemoryStore

NOW = MONDAY + timedelta(days=8)  # Tuesday of week 48
CARDS = replace(a_digest(), route="Card support", week="2026-W47")
GONE = replace(CARDS, route="Mortgages")


def a_shelf(store: MemoryStore, *routes: str, at: datetime = NOW) -> DigestShelf:
    """Over these routes."""
    clock = FixedClock(at)
    policies = FixedPolicies(policy=Policy(version="policy-1", routes=tuple(Route(name=name) for name in routes)))
    desk = DigestDesk(store=store, clock=clock, policies=policies)
    return DigestShelf(store=store, clock=clock, policies=policies, desk=lambda: desk, zone=ZoneInfo("UTC"))


@pytest.fixture
def store() -> MemoryStore:
    """Week 47 of Card support was stored, and of a route that is gone."""
    found = MemoryStore()
    with found.begin() as uow:
        for digest in (CARDS, GONE):
            uow.digests.add(digest, at=NOW)
    return found


def test_stored_digest_is_found_by_its_route_in_any_case_and_after_the_route_is_gone(store: MemoryStore) -> None:
    """The last whole week is meant where none is named; a gone route needs its exact name."""
    shelf = a_shelf(store, "Card support", "Loans")
    assert shelf.one("", "card SUPPORT") == CARDS
    assert shelf.one("2026-w47", "Mortgages") == GONE
    with pytest.raises(Invalid, match="There is no route"):
        shelf.one("2026-W47", "mortgages")


def test_digest_that_was_not_stored_is_made_and_not_kept(store: MemoryStore) -> None:
    """Beside the stored one, in the policy's order."""
    shelf = a_shelf(store, "Loans", "Card support")
    assert [one.route for one in shelf.all("2026-W47")] == ["Loans", "Card support"]
    assert shelf.all("2026-W47")[1] == CARDS
    assert shelf.one("2026-W47", "Loans").outputs == 0
    with store.read() as uow:
        assert uow.digests.get("Loans", "2026-W47") is None


def test_without_routes_there_is_the_policy_s_own(store: MemoryStore) -> None:
    """Its name is empty."""
    assert [one.route for one in a_shelf(store).all("2026-W47")] == [""]
    assert a_shelf(store).one("2026-W47", "").route == ""


def test_week_that_is_not_over_has_no_digest(store: MemoryStore) -> None:
    """Nor has what is no week."""
    for week in ("2026-W48", "next"):
        with pytest.raises(Invalid) as raised:
            a_shelf(store, "Card support").one(week, "Card support")
        assert raised.value.field == "week"


def test_answer_keeps_what_it_is_about(store: MemoryStore) -> None:
    """One of two; a reason that is about what moved needs some of it, "too long" does not."""
    desk = DigestAnswerDesk(store=store, clock=FixedClock(NOW), ids=CountingIds())
    fees, cash = (key_of(one) for one in told(CARDS))
    desk.not_useful(CARDS, "U0MARA", why="not_important", note="", which=[cash])
    desk.not_useful(CARDS, "U0JONAS", why="too_long", note="", which=[])
    with store.read() as uow:
        about, _ = (answer.findings for answer in uow.digest_answers.of("Card support"))
    assert [one.name for one in about] == ["cash in Thailand, Turkey"]
    assert [one.name for one in desk.display(replace(CARDS, week="2026-W48")).muted] == ["cash in Thailand, Turkey"]
    for which, says in (([], "Choose what it is about"), ([f"{fees}0"], "told otherwise by now")):
        with pytest.raises(Invalid, match=says) as refused:
            desk.not_useful(CARDS, "U0MARA", why="known", note="", which=which)
        assert refused.value.field == "which"
    desk.not_useful(replace(CARDS, findings=()), "U0MARA", why="known", note="", which=[])


def test_answers_keep_what_moved_and_change_what_is_shown_next(store: MemoryStore) -> None:
    """A snooze ends after a week; "too long" of two people lasts."""
    desk = DigestAnswerDesk(store=store, clock=FixedClock(NOW), ids=CountingIds())
    assert desk.snooze(CARDS, "U0MARA") == NOW + timedelta(days=7)
    desk.not_useful(CARDS, "U0JONAS", why="too_long", note="Half of it would do.")
    desk.not_useful(CARDS, "U0MARA", why="too_long", note="")
    with store.read() as uow:
        snoozed, useless, _ = uow.digest_answers.of("Card support")
    assert (snoozed.kind, snoozed.week, snoozed.by) == (DigestAnswerKind.SNOOZED, "2026-W47", "U0MARA")
    assert [one.name for one in snoozed.findings] == ["Fees abroad", "cash in Thailand, Turkey"]
    assert (useless.why, useless.note) == ("too_long", "Half of it would do.")
    shown = desk.display(replace(CARDS, week="2026-W48"))
    assert (len(shown.muted), shown.short) == (2, True)
    later = DigestAnswerDesk(store=store, clock=FixedClock(NOW + timedelta(days=7)), ids=CountingIds())
    then = later.display(replace(CARDS, week="2026-W48"))
    assert (then.muted, then.short) == ((), True)
    assert desk.display(GONE).muted == ()
