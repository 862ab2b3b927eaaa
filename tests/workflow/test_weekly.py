"""The weekly job: which week is due where the team is, digests stored once, who is told of them, and weeks missed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from reviewers.decisions import weeks
from reviewers.decisions.digest_answers import told
from reviewers.decisions.routing import FixedPolicies
from reviewers.decisions.weeks import WeekTime
from reviewers.model import Match, Policy, Preferences, Route
from reviewers.model.digest import Digest, Headline
from reviewers.model.suggestion import Met
from reviewers.model.telling import DigestAnswer, DigestAnswerKind
from reviewers.ports import OutboxKind, Store
from reviewers.workflow.digest_shelf import DigestShelf
from reviewers.workflow.digesting import DigestDesk
from reviewers.workflow.weekly import MONDAY_MORNING, SETTLED, WeeklyDesk
from tests.digests import a_digest, a_quiet_digest, not_suggested
from tests.fakes import FixedClock, MemoryStore
from tests.intake.rig import sql_store
from tests.slack.digests import suggested_digest
from tests.workflow.test_digesting import a_world, five_weeks
from tests.workflow.worlds import CountedMetrics

BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
CARDS = Route(name="Card support", match=Match(tags=("cards",)), channel="C0CARDS", leads=("U0TOMAS", "U0PRIYA"))
LOANS = Route(name="Loans", match=Match(tags=("loans",)))
LIMITS = Route(name="Limits", match=Match(tags=("limits",)))
MONDAY = datetime(2026, 11, 23, 8, tzinfo=UTC)  # week 2026-W47 is told
WEEK = 7 * 24 * 3600.0

DRIFT = a_digest()  # something is wrong, and retraining is not suggested
CALM = a_quiet_digest()
SILENT = a_quiet_digest(headline=Headline.NO_TRAFFIC, outputs=0)
NEVER = a_quiet_digest(headline=Headline.NO_TRAFFIC, outputs=0, last_output_at=None)


@dataclass
class FixedDigests:
    """Makes what it was given for each route, in whatever week; raises where that is a fault."""

    found: dict[str, Digest | Exception]
    asked: list[str] = field(default_factory=list)

    def routes(self) -> tuple[Route, ...]:
        return tuple(Route(name=name) for name in self.found)

    def of(
        self, week: str, routes: Sequence[Route], zone: ZoneInfo, *, as_of: datetime | None = None
    ) -> tuple[Digest, ...]:
        self.asked += [week for _ in routes]
        return tuple(self._made(week, route.name, zone) for route in routes)

    def _made(self, week: str, route: str, zone: ZoneInfo) -> Digest:
        found = self.found[route]
        if isinstance(found, Exception):
            raise found
        current, before = weeks.window(week, zone), weeks.reference(week, zone)
        return replace(found, week=week, route=route, zone=zone.key, current=current, reference=before)


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty store, in memory and in a file."""
    opened: Store = MemoryStore() if request.param == "memory" else sql_store(tmp_path / "whetstone.db")
    yield opened
    opened.close()


def a_desk(store: Store, made: FixedDigests, clock: FixedClock, **changes: Any) -> WeeklyDesk:
    """The job of one clock; the policy's own lead is Mara."""
    policy = Policy(version="p-1", routes=(CARDS, LOANS, LIMITS), leads=("U0MARA",))
    fields: dict[str, Any] = {"zone": ZoneInfo("UTC"), "review_channel": "C0REVIEW"}
    return WeeklyDesk(
        store=store,
        clock=clock,
        metrics=CountedMetrics(),
        policies=FixedPolicies(policy=policy),
        desk=lambda: made,
        **(fields | changes),
    )


def messages(store: Store) -> list[tuple[str, str, str]]:
    """What falls due in its order: id, thread, and to whom."""
    with store.begin() as uow:
        found = []
        while items := uow.outbox.claim_due(
            limit=50, now=datetime(2030, 1, 1, tzinfo=UTC), lease_seconds=60, worker="w"
        ):
            for item in items:
                assert item.kind is OutboxKind.POST_DIGEST
                assert item.key == f"digest:{item.message_id}"
                message = uow.digest_messages.get(item.message_id)
                assert message is not None
                assert message.recipient == item.channel
                found.append((item.message_id, item.line, item.channel))
                uow.outbox.done(item.key)
    return found


def stored(store: Store) -> list[tuple[str, str]]:
    """Week and route of every digest."""
    with store.read() as uow:
        return [(week, one.route) for week in uow.digests.weeks(99)[::-1] for one in uow.digests.of_week(week)]


@pytest.mark.parametrize(
    ("zone", "before", "due", "week"),
    [
        # Clocks of Berlin: two hours ahead of UTC until 25 October 2026, one from then on, two from 28 March 2027 on.
        (BERLIN, "2026-10-26T06:59:59", "2026-10-26T07:00:00", "2026-W43"),  # a week of 169 hours
        (BERLIN, "2026-03-30T05:59:59", "2026-03-30T06:00:00", "2026-W13"),  # a week of 167 hours
        # New York: four hours behind until 1 November 2026, then five; four again from 8 March 2026 on.
        (NEW_YORK, "2026-11-02T12:59:59", "2026-11-02T13:00:00", "2026-W44"),
        (NEW_YORK, "2026-03-09T11:59:59", "2026-03-09T12:00:00", "2026-W10"),
        # Melbourne: summer time ends on 5 April 2026, and begins on 4 October.
        (ZoneInfo("Australia/Melbourne"), "2026-04-05T21:59:59", "2026-04-05T22:00:00", "2026-W14"),
        (ZoneInfo("Australia/Melbourne"), "2026-10-04T20:59:59", "2026-10-04T21:00:00", "2026-W40"),
        (BERLIN, "2027-01-04T06:59:59", "2027-01-04T07:00:00", "2026-W53"),  # from 28 December to 3 January
        (BERLIN, "2027-01-11T06:59:59", "2027-01-11T07:00:00", "2027-W01"),
    ],
)
def test_week_is_told_at_eight_on_monday_by_the_clocks_of_the_team(
    zone: ZoneInfo, before: str, due: str, week: str
) -> None:
    """A second earlier the week before is the newest."""
    early, late = (datetime.fromisoformat(one).replace(tzinfo=UTC) for one in (before, due))
    assert weeks.last_told(late, MONDAY_MORNING, zone) == week
    assert weeks.last_told(early, MONDAY_MORNING, zone) == weeks.upto(week, 2)[0]


def test_time_that_the_clocks_skip_is_as_late_as_they_are() -> None:
    """Half past two of 28 March 2027 is half past three in Berlin: half past one in UTC."""
    assert weeks.told_at("2027-W11", weeks.week_time("sun 02:30"), BERLIN) == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)


def test_days_and_times_are_read_as_they_are_written() -> None:
    """Whatever the letters' case."""
    assert weeks.week_time("Fri 17:05") == WeekTime(day=4, hour=17, minute=5)


def test_digest_is_stored_with_its_message_and_what_hangs_on_it(store: Store) -> None:
    """In the route's own channel; something is wrong, so whether to retrain is said in the thread, and not to leads."""
    made, clock = FixedDigests({"Card support": DRIFT}), FixedClock(MONDAY)
    assert a_desk(store, made, clock).sweep() == 1
    root = "route:2026-W47:Card support:C0CARDS"
    assert stored(store) == [("2026-W47", "Card support")]
    assert messages(store) == [
        (root, root, "C0CARDS"),
        ("suggestion:2026-W47:Card support:C0CARDS", root, "C0CARDS"),
    ]


def test_suggested_retraining_is_told_to_the_leads_of_the_route(store: Store) -> None:
    """Each once, as a direct message of their own; where the route names none, to those of the policy."""
    suggestion = not_suggested()
    suggested = a_digest(suggestion=replace(suggestion, other_cause=replace(suggestion.other_cause, met=Met.MET)))
    made = FixedDigests({"Card support": suggested, "Loans": suggested})
    a_desk(store, made, FixedClock(MONDAY)).sweep()
    direct = {(one, to) for one, line, to in messages(store) if one.startswith("suggestion") and line == one}
    assert direct == {
        ("suggestion:2026-W47:Card support:U0TOMAS", "U0TOMAS"),
        ("suggestion:2026-W47:Card support:U0PRIYA", "U0PRIYA"),
        ("suggestion:2026-W47:Loans:U0MARA", "U0MARA"),
    }


def test_calm_routes_of_one_channel_share_a_message(store: Store) -> None:
    """Two of three in the channel of digests; the one that moved has its own, and stands first."""
    made = FixedDigests({"Loans": CALM, "Card support": DRIFT, "Limits": SILENT})
    a_desk(store, made, FixedClock(MONDAY), channel="C0DIGEST").sweep()
    roots = [one for one, line, _ in messages(store) if one == line]
    assert roots == ["route:2026-W47:Card support:C0DIGEST", "calm:2026-W47:C0DIGEST"]
    with store.read() as uow:
        shared = uow.digest_messages.get("calm:2026-W47:C0DIGEST")
    assert shared is not None
    assert shared.routes == ("Loans", "Limits")


def test_calm_routes_of_two_channels_share_none(store: Store) -> None:
    """Card support has its own channel, Loans that of reviews."""
    a_desk(store, FixedDigests({"Card support": CALM, "Loans": CALM}), FixedClock(MONDAY)).sweep()
    assert {one for one, _, _ in messages(store)} == {
        "route:2026-W47:Card support:C0CARDS",
        "route:2026-W47:Loans:C0REVIEW",
    }


def test_route_that_is_above_its_target_as_before_is_not_calm(store: Store) -> None:
    """Nothing moved, but whether to retrain needs a message to stand under."""
    above = a_quiet_digest(suggestion=not_suggested())
    a_desk(store, FixedDigests({"Loans": above, "Limits": CALM}), FixedClock(MONDAY)).sweep()
    assert {one for one, _, _ in messages(store)} == {
        "route:2026-W47:Loans:C0REVIEW",
        "suggestion:2026-W47:Loans:C0REVIEW",
        "route:2026-W47:Limits:C0REVIEW",
    }


def test_subscribers_have_the_digests_of_all_routes_as_direct_messages(store: Store) -> None:
    """Calm ones of all channels share one message there."""
    with store.begin() as uow:
        uow.preferences.put(Preferences(user_id="U0JONAS", digest=True))
        uow.preferences.put(Preferences(user_id="U0MARA"))
    made = FixedDigests({"Card support": CALM, "Loans": CALM, "Limits": DRIFT})
    a_desk(store, made, FixedClock(MONDAY)).sweep()
    assert [one for one, _, to in messages(store) if to.startswith("U")] == [
        "route:2026-W47:Limits:U0JONAS",
        "calm:2026-W47:U0JONAS",
    ]


def test_two_clocks_and_a_new_start_store_and_tell_a_week_once(tmp_path: Path) -> None:
    """Each on its own connection to one file; the first had ended before anything was posted."""
    clock, path = FixedClock(MONDAY), tmp_path / "whetstone.db"
    made = FixedDigests({"Card support": DRIFT, "Loans": CALM})
    one, other = sql_store(path), sql_store(path)
    assert (a_desk(one, made, clock).sweep(), a_desk(other, made, clock).sweep()) == (2, 0)
    one.close()
    again = sql_store(path)
    assert a_desk(again, made, clock).sweep() == 0
    assert len(made.asked) == 2
    assert stored(again) == [("2026-W47", "Card support"), ("2026-W47", "Loans")]
    assert len(messages(again)) == 3
    other.close()
    again.close()


def test_what_another_clock_stored_meanwhile_is_not_told_again(store: Store) -> None:
    """Both had made the digest before either stored it."""
    clock = FixedClock(MONDAY)
    inner = a_desk(store, FixedDigests({"Loans": CALM}), clock)

    @dataclass
    class Slower(FixedDigests):
        def of(
            self, week: str, routes: Sequence[Route], zone: ZoneInfo, *, as_of: datetime | None = None
        ) -> tuple[Digest, ...]:
            inner.sweep()
            return super().of(week, routes, zone, as_of=as_of)

    assert a_desk(store, Slower({"Loans": replace(DRIFT, outputs=1)}), clock).sweep() == 0
    assert [one for one, _, _ in messages(store)] == ["route:2026-W47:Loans:C0REVIEW"]


def test_digest_is_kept_as_of_the_moment_of_which_it_was_made(store: Store) -> None:
    """A minute ago: what was being written then is in neither. Making takes a minute more, which changes nothing."""
    clock, moments = FixedClock(MONDAY), list[datetime | None]()

    @dataclass
    class Slow(FixedDigests):
        def of(
            self, week: str, routes: Sequence[Route], zone: ZoneInfo, *, as_of: datetime | None = None
        ) -> tuple[Digest, ...]:
            moments.append(as_of)
            clock.advance(60)
            return super().of(week, routes, zone, as_of=as_of)

    assert a_desk(store, Slow({"Loans": CALM}), clock).sweep() == 1
    with store.read() as uow:
        assert [uow.digests.stored_at("Loans", "2026-W47")] == moments == [MONDAY - SETTLED]


def test_digest_that_is_due_when_the_week_ends_is_made_as_of_then(store: Store) -> None:
    """No earlier: a week that is not over has no digest."""
    midnight = MONDAY - timedelta(hours=8)
    desk = a_desk(store, FixedDigests({"Loans": CALM}), FixedClock(midnight), at=WeekTime(day=0, hour=0, minute=0))
    assert desk.sweep() == 1
    with store.read() as uow:
        assert uow.digests.stored_at("Loans", "2026-W47") == midnight


def test_what_is_done_is_not_looked_at_again_until_the_next_week_is_due(store: Store) -> None:
    """A sweep a minute asks for nothing."""
    clock, made = FixedClock(MONDAY), FixedDigests({"Loans": CALM, "Limits": NEVER})
    desk = a_desk(store, made, clock)
    assert [desk.sweep(), desk.sweep()] == [1, 0]
    clock.advance(WEEK - 1)
    assert desk.sweep() == 0
    assert made.asked == ["2026-W47", "2026-W47"]
    clock.advance(1)
    assert desk.sweep() == 1


def test_weeks_that_were_missed_are_made_and_only_the_newest_is_told(store: Store) -> None:
    """Three weeks without a clock; two of them end with the year."""
    clock, made = FixedClock(datetime(2026, 12, 21, 8, tzinfo=UTC)), FixedDigests({"Loans": CALM})
    a_desk(store, made, clock).sweep()
    messages(store)
    clock.advance(3 * WEEK)
    assert a_desk(store, made, clock).sweep() == 3
    assert stored(store) == [(week, "Loans") for week in ("2026-W51", "2026-W52", "2026-W53", "2027-W01")]
    assert [one for one, _, _ in messages(store)] == ["route:2027-W01:Loans:C0REVIEW"]
    shelf = DigestShelf(
        store=store,
        clock=clock,
        policies=FixedPolicies(policy=Policy(version="p-1")),
        desk=_none_is_made,
        zone=ZoneInfo("UTC"),
    )
    found = {week: shelf.caught_up(shelf.one(week, "Loans")) for week in ("2026-W51", "2027-W01")}
    assert found == {"2026-W51": (), "2027-W01": ("2026-W52", "2026-W53")}


def _none_is_made() -> DigestDesk:
    raise AssertionError("all of them are stored")


def test_at_most_eight_weeks_are_caught_up(store: Store) -> None:
    """After half a year."""
    clock, made = FixedClock(MONDAY), FixedDigests({"Loans": CALM})
    a_desk(store, made, clock).sweep()
    clock.advance(26 * WEEK)
    assert a_desk(store, made, clock).sweep() == 8
    # 23 November and 26 weeks are 24 May: week 20 ends before it.
    assert [week for week, _ in stored(store)[1:]] == [f"2027-W{week}" for week in range(13, 21)]


def test_before_any_output_came_there_is_no_digest(store: Store) -> None:
    """Of a route, or at all."""
    assert a_desk(store, FixedDigests({"Loans": NEVER, "": NEVER}), FixedClock(MONDAY)).sweep() == 0
    assert (stored(store), messages(store)) == ([], [])


def test_fault_of_one_route_is_not_the_others(store: Store) -> None:
    """They are stored and told, the fault is raised and counted, and the next sweep makes what is missing."""
    clock, made = FixedClock(MONDAY), FixedDigests({"Card support": ValueError("no"), "Loans": CALM})
    desk = a_desk(store, made, clock)
    with pytest.raises(ExceptionGroup) as raised:
        desk.sweep()
    assert raised.value.exceptions[0].__notes__ == ["digest of week 2026-W47, route 'Card support'"]
    assert isinstance(desk.metrics, CountedMetrics)
    assert desk.metrics.of("digest_failed") == 1
    assert [one for one, _, _ in messages(store)] == ["route:2026-W47:Loans:C0REVIEW"]
    made.found["Card support"] = DRIFT
    assert desk.sweep() == 1
    assert {to for _, _, to in messages(store)} == {"C0CARDS"}


def test_calm_routes_that_came_too_late_for_the_shared_message_have_their_own(store: Store) -> None:
    """Two shared one; two failed, and are calm too."""
    made = FixedDigests({"Card support": ValueError("no"), "": ValueError("no"), "Loans": CALM, "Limits": CALM})
    desk = a_desk(store, made, FixedClock(MONDAY), channel="C0DIGEST")
    with pytest.raises(ExceptionGroup):
        desk.sweep()
    assert [one for one, _, _ in messages(store)] == ["calm:2026-W47:C0DIGEST"]
    made.found |= {"Card support": CALM, "": CALM}
    desk.sweep()
    assert {one for one, _, _ in messages(store)} == {
        "route:2026-W47:Card support:C0DIGEST",
        "route:2026-W47::C0DIGEST",
    }


def test_the_clock_stores_what_the_digest_desk_makes() -> None:
    """All the way: five weeks of reviews, then the sweep of the services; outputs of no route never came."""
    world = a_world()
    five_weeks(world, this_week=40)
    world.clock.advance(8 * 3600)
    assert (world.sweep("digests"), world.sweep("digests")) == (1, 0)
    (made,) = world.services.digests.digests("2026-W49", "", ZoneInfo("UTC"))
    with world.store.read() as uow:
        assert uow.digests.get("Card support", "2026-W49") == made
        assert uow.digest_messages.get("route:2026-W49:Card support:C0REVIEW") is not None


@pytest.mark.parametrize("known", [True, False])
def test_dismissed_suggestion_is_told_again_only_with_something_new(store: Store, known: bool) -> None:
    """The digest itself is told either way; with nothing known of then, all that moved is new."""
    digest = suggested_digest(route=CARDS.name)
    answer = DigestAnswer(
        answer_id="da-1",
        kind=DigestAnswerKind.DISMISSED,
        week="2026-W46",
        route=CARDS.name,
        by="U0TOMAS",
        at=MONDAY,
        why="not_enough",
        findings=told(digest) if known else (),
    )
    with store.begin() as uow:
        uow.digest_answers.add(answer)
    a_desk(store, FixedDigests({CARDS.name: digest}), FixedClock(MONDAY)).sweep()
    kinds = [message_id.partition(":")[0] for message_id, *_ in messages(store)]
    assert "route" in kinds
    assert ("suggestion" in kinds) is not known
