"""Beginnings of watches as the clock keeps them, and changes that leads are told at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from reviewers.decisions import weeks
from reviewers.decisions.digest_rates import RATES
from reviewers.decisions.routing import FixedPolicies
from reviewers.decisions.watching import WATCH
from reviewers.model import Match, Route, VerdictKind
from reviewers.model.digest import Aspect, State
from reviewers.model.digest_parts import PartKind
from reviewers.model.telling import DigestMessage, DigestMessageKind, WatchName, WatchStart
from reviewers.workflow.verdicts import Ballot
from reviewers.workflow.watching import WatchKeeper
from tests.intake.rig import sql_store
from tests.workflow.test_digesting import MONDAY, ZONE, a_world, decided
from tests.workflow.worlds import World

CARDS = Route(name="Card support", match=Match(tags=("cards",)), slice_by="topic", leads=("U0TOMAS", "U0PRIYA"))
LOANS = Route(name="Loans", match=Match(tags=("loans",)))
WHOLE = WatchName(route="Card support")
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)


def starts(world: World) -> dict[WatchName, WatchStart]:
    """What is kept."""
    with world.store.read() as uow:
        return dict(uow.watches.of("Card support", until=world.clock.now() + HOUR))


def alerts(world: World) -> list[DigestMessage]:
    """What was told in any week so far."""
    with world.store.read() as uow:
        found = [one for week in weeks.upto("2027-W04", 20) for one in uow.digest_messages.of(week, "Card support")]
    return [one for one in found if one.kind is DigestMessageKind.ALERT]


def four_weeks(world: World, before: int = 5) -> None:
    """100 reviews a week, 10 of them wrong; each week the clock looks."""
    for week in range(4):
        decided(world, MONDAY - (before - week) * WEEK, 90, 10)
        world.sweep("watches")


def another(world: World, **policy: Any) -> WatchKeeper:
    """The clock of another process, which remembers nothing, under another policy."""
    policies = FixedPolicies(policy=replace(world.policies.current(), **policy))
    return replace(world.services.watches, policies=policies, looked={})


def test_watch_is_kept_once_400_were_reviewed_and_those_of_its_parts_after_four_weeks() -> None:
    """The whole has its 400 on the fourth Monday; the two slices, of 50 a week, begin on the fifth."""
    world = a_world(CARDS)
    for before, kept_now in ((3, 1), (2, 0), (1, 0)):  # at first only that reviews are counted
        decided(world, MONDAY - before * WEEK, 90, 10)
        assert world.sweep("watches") == kept_now
    decided(world, MONDAY, 90, 10)
    assert (world.sweep("watches"), world.sweep("watches")) == (1, 0)
    kept = starts(world)[WHOLE]
    assert (kept.baseline.reviews, kept.baseline.wrong, kept.baseline.rules) == (400, 40.0, "1, third, evidence")
    assert kept.made_at == world.clock.now()
    decided(world, MONDAY + WEEK, 90, 10)
    assert world.sweep("watches") == 2
    assert {(one.part, one.name) for one in starts(world)} == {
        (PartKind.ALL, ""),
        (PartKind.SLICE, "abroad"),
        (PartKind.SLICE, "at home"),
    }
    assert world.metrics.of("watches_begun", because="enough") == 3
    assert alerts(world) == []


def test_rise_is_told_to_the_leads_at_once_and_only_once() -> None:
    """10 of 100 become 45; the digest of that week is days away. Another process, and the next sweeps, add nothing."""
    world = a_world(CARDS)
    four_weeks(world)
    decided(world, MONDAY, 55, 45)
    assert world.sweep("watches") == 4  # and two slices have had their four weeks
    told = alerts(world)
    assert [one.recipient for one in told] == ["U0TOMAS", "U0PRIYA"]
    assert {(one.kind, one.week, one.routes) for one in told} == {
        (DigestMessageKind.ALERT, "2026-W49", ("Card support",))
    }
    finding = told[0].finding
    assert finding is not None
    assert (finding.aspect, finding.part, finding.state, finding.test, finding.rising) == (
        Aspect.WRONG,
        PartKind.ALL,
        State.DRIFT,
        WATCH,
        True,
    )
    assert finding.since is not None
    assert MONDAY <= finding.since < MONDAY + DAY
    assert (finding.now, finding.before) == pytest.approx((0.45, 0.1))  # of a week, all reviewed, and of four before
    assert 5 < told[0].reviews <= 100
    assert world.metrics.of("changes_told_at_once") == 2

    decided(world, MONDAY + DAY, 55, 45)
    assert world.sweep("watches") == 0
    assert another(world).sweep() == 0
    assert another(world, leads=("U0NEW",)).sweep() == 0
    world.deliver()
    assert [one for one, _, _ in world.digests_in_slack.posted] == [one.message_id for one in told]


def test_fall_waits_for_monday() -> None:
    """Of 300 none is wrong after 10 of 100: the watch sees it, and one who approves whatever comes looks the same."""
    world = a_world(CARDS)
    four_weeks(world)
    for day in range(3):
        decided(world, MONDAY + day * DAY, 100, 0)
        world.sweep("watches")
    assert alerts(world) == []


def test_verdict_that_is_changed_later_does_not_tell_it_again() -> None:
    """The moment of confirmation moves; the change is the same."""
    world = a_world(CARDS)
    four_weeks(world)
    tasks = decided(world, MONDAY, 55, 45)
    world.sweep("watches")
    for task in tasks[:3]:
        world.verdicts.record(Ballot(task_id=task, reviewer="U0MARA", kind=VerdictKind.REJECT, reasons=("invented",)))
    assert world.sweep("watches") == 0
    assert len(alerts(world)) == 2


def test_route_without_leads_tells_those_of_the_policy_or_its_channel() -> None:
    """First Mara, as the policy says; where nobody leads, the channel of digests, else that of reviews."""
    for policy, channel, recipient in (
        ({"leads": ("U0MARA",)}, "C0DIGEST", "U0MARA"),
        ({}, "C0DIGEST", "C0DIGEST"),
        ({}, "", "C0REVIEW"),
    ):
        world = a_world(replace(CARDS, leads=()))
        four_weeks(world)
        decided(world, MONDAY, 55, 45)
        assert replace(another(world, **policy), channel=channel).sweep() == 3
        assert [one.recipient for one in alerts(world)] == [recipient]


def test_calm_weeks_tell_nothing() -> None:
    """Three weeks more at 10 of 100."""
    world = a_world(CARDS)
    four_weeks(world, before=10)
    for week, begun in ((3, 2), (2, 0), (1, 0)):  # two slices
        decided(world, MONDAY - week * WEEK, 90, 10)
        assert world.sweep("watches") == begun
    assert alerts(world) == []


def test_history_of_an_older_installation_is_for_the_digests() -> None:
    """Nothing was kept while the rise came: the beginning is kept now, and nobody is woken by what is weeks old."""
    world = a_world(CARDS)
    for week in range(7, 3, -1):
        decided(world, MONDAY - week * WEEK, 90, 10)
    for week in range(3, 0, -1):
        decided(world, MONDAY - week * WEEK, 60, 40)
    assert world.sweep("watches") == 3
    assert alerts(world) == []
    (digest,) = world.services.digests.digests("2026-W47", "Card support", ZONE)
    assert digest.findings[0].test == WATCH


def test_other_rules_of_judging_make_the_watch_wait() -> None:
    """Two decide from now on: the baseline of one does not hold for them, and no digest holds it against them."""
    world = a_world(CARDS)
    four_weeks(world)
    changed = another(world, routes=(replace(CARDS, quorum=2), LOANS))
    assert changed.sweep() == 3
    assert starts(world)[WHOLE].baseline.reviews == 0
    assert world.metrics.of("watches_begun", because="rules") == 3
    assert changed.sweep() == 0
    world.clock.advance(WEEK.total_seconds())
    decided(world, MONDAY, 55, 45)
    assert changed.sweep() == 0
    world.clock.advance(WEEK.total_seconds())
    (digest,) = world.services.digests.digests("2026-W49", "Card support", ZONE)
    assert {one.test for one in digest.findings if one.aspect is Aspect.WRONG} == {RATES}


def test_change_that_four_digests_told_becomes_the_baseline() -> None:
    """Four weeks at 45 of 100, a digest each Monday: then the watch begins anew, and tells a rise to 80 of 100."""
    world = a_world(CARDS)
    four_weeks(world)
    first = starts(world)[WHOLE]
    for week in range(4):
        decided(world, MONDAY + week * WEEK, 55, 45)
        world.sweep("watches")
        assert starts(world)[WHOLE] == first
        monday = MONDAY + (week + 1) * WEEK + 8 * HOUR
        world.clock.advance((monday - world.clock.now()).total_seconds())
        world.services.weekly.sweep()
    decided(world, MONDAY + 4 * WEEK, 55, 45)
    assert world.sweep("watches") > 0
    again = starts(world)[WHOLE]
    assert again.begins_at > first.begins_at
    assert again.baseline.wrong == pytest.approx(180, abs=8)
    assert len(alerts(world)) == 2
    decided(world, MONDAY + 5 * WEEK, 20, 80)
    assert world.sweep("watches") >= 2
    assert len([one for one in alerts(world) if one.made_at > MONDAY + 5 * WEEK]) == 2


def test_route_that_fails_does_not_keep_the_others_from_being_looked_at() -> None:
    """Of two routes, one has a beginning that no watch can have: the fault is raised with its name, after the other."""
    world = a_world(LOANS, CARDS)
    four_weeks(world)
    with world.store.begin() as uow:
        uow.watches.add(replace(starts(world)[WHOLE], watch=WatchName(route="Loans"), weekly_reviews=0.0))
    keeper = another(world)
    with pytest.raises(ExceptionGroup) as caught:
        keeper.sweep()
    assert [one.__notes__ for one in caught.value.exceptions] == [["the watches of route 'Loans'"]]
    assert ("Card support", "policy-1") in keeper.looked
    assert ("Loans", "policy-1") not in keeper.looked
    assert world.metrics.of("watches_failed") == 1


def test_nothing_is_read_of_routes_in_which_nobody_decided() -> None:
    """The first look at each route, then only at those with news."""
    world = a_world(CARDS, LOANS)
    keeper = world.services.watches
    assert [one.name for one in keeper._with_news(world.policies.current(), world.clock.now())] == [
        "Card support",
        "Loans",
        "",
    ]
    keeper.sweep()
    world.clock.advance(600)
    assert keeper._with_news(world.policies.current(), world.clock.now()) == []
    decided(world, MONDAY, 9, 1)
    assert [one.name for one in keeper._with_news(world.policies.current(), world.clock.now())] == ["Card support"]
    world.clock.advance(120)
    keeper.sweep()
    world.clock.advance(600)  # the others rest, and what was seen is not read again on their account
    assert keeper._with_news(world.policies.current(), world.clock.now()) == []
    changed = replace(world.policies.current(), version="p-2")
    assert len(keeper._with_news(changed, world.clock.now())) == 3


def test_two_clocks_on_one_file_tell_a_change_once(tmp_path: Path) -> None:
    """Both look before either remembers."""
    world = World(
        sql_store(tmp_path / "whetstone.db"), uniform_rate=1.0, double_review=0.0, gold_rate=0.0, routes=(CARDS,)
    )
    world.scorer.value = 0.1
    four_weeks(world)
    decided(world, MONDAY, 55, 45)
    other = sql_store(tmp_path / "whetstone.db")
    assert world.sweep("watches") == 4
    assert replace(world.services.watches, store=other, looked={}).sweep() == 0
    assert len(alerts(world)) == 2
    other.close()
    world.store.close()
