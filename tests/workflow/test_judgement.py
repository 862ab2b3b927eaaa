"""What the verdicts prove, from outputs and verdicts in the store: rates, what stands, and what readers are told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from reviewers.decisions.agreement import Alpha
from reviewers.decisions.estimate_inputs import ReviewerErrors
from reviewers.decisions.too_few import TooFew
from reviewers.errors import Invalid
from reviewers.model import Judgement, Match, Notice, NoticeKind, ProofChange, Rate, Route, Signal, VerdictKind
from reviewers.workflow.judgement import OWN_ROUTE
from reviewers.workflow.verdicts import Ballot
from tests.builders import a_made_plan, an_output
from tests.workflow.worlds import World

UTC = ZoneInfo("UTC")
CARDS = Route(name="Cards", match=Match(tags=("cards",)), leads=("U0TOMAS",), release_target=0.05)
LOANS = Route(name="Loans", match=Match(tags=("loans",)), leads=("U0TOMAS",))
MONDAY = 7 * 24 * 3600.0  # the 23rd, when worlds begin, is one


def a_world(*routes: Route) -> World:
    """Everything is reviewed, and has a risk of .1."""
    world = World(uniform_rate=1.0, routes=routes or (CARDS, LOANS))
    world.scorer.value = 0.1
    return world


def decided(world: World, right: int, wrong: int, *, tag: str = "cards", by: str = "U0MARA") -> list[str]:
    """That many outputs of now, approved and rejected by this person; their tasks."""
    now = world.clock.now()
    names = [f"{tag}-{now:%d%H%M%S}-{place}" for place in range(right + wrong)]
    tasks = world.bring(*[an_output(name, tags=(tag,), received_at=now, created_at=now) for name in names])
    for place, task in enumerate(tasks):
        kind, reasons = (VerdictKind.APPROVE, ()) if place < right else (VerdictKind.REJECT, ("invented",))
        world.verdicts.record(Ballot(task_id=task, reviewer=by, kind=kind, reasons=reasons))
    world.clock.advance(1)  # a period ends before the moment in which it is looked at
    return tasks


def newest(world: World, route: str = "Cards") -> Judgement:
    """What stands of a route."""
    with world.store.read() as uow:
        found = uow.judgements.newest(route)
    assert found is not None
    return found


def test_rate_of_a_route_has_its_interval_its_n_and_its_weeks() -> None:
    """5 of 50 in one week and 10 of 50 in the next, all reviewed: 15 of 100, known without doubt."""
    world = a_world()
    decided(world, 45, 5)
    world.clock.advance(MONDAY)
    decided(world, 40, 10)
    decided(world, 10, 0, tag="loans")
    stats = world.services.judgement.stats("cards", 28, UTC)
    assert isinstance(stats.rate, Rate)
    assert stats.rate.value == pytest.approx(0.15)
    assert (stats.route, stats.rate.reviewed, stats.rate.speaks_for, stats.outputs) == ("Cards", 100, 100, 100)
    assert [(line.name, line.reviewed) for line in stats.weeks] == [("2026-W49", 50), ("2026-W48", 50)]
    assert stats.routes == ()
    assert (stats.slices, stats.versions) == ((), ())  # there is one of each


def test_all_routes_together_have_a_line_each() -> None:
    """Two routes, and what there is too little of is said to be so."""
    world = a_world()
    decided(world, 45, 5)
    decided(world, 10, 0, tag="loans")
    stats = world.services.judgement.stats("", 28, UTC)
    assert [(line.name, line.reviewed) for line in stats.routes] == [("Cards", 50), ("Loans", 10)]
    assert stats.routes[1].rate == TooFew(found=10, needed=40)
    assert stats.judgement is None


def test_policy_without_routes_has_a_guarantee_of_its_own() -> None:
    """Then all outputs are those of no route, and what is proven of them is told."""
    world = World(uniform_rate=1.0, release_target=0.05)
    world.scorer.value = 0.1
    decided(world, 60, 0)
    world.sweep("judgements")
    found = world.services.judgement.stats("", 28, UTC).judgement
    assert found is not None
    assert found.proof is not None
    assert found.proof.share == 1.0


def test_reviews_of_few_users_are_counted_beside_what_is_too_few() -> None:
    """60 reviewed outputs of three users, three of them wrong: n is 60, of the rate and of the signal."""
    world = a_world()
    now = world.clock.now()
    outputs = [
        an_output(f"o-{place}", tags=("cards",), metadata={"user": f"u-{place % 3}"}, received_at=now, created_at=now)
        for place in range(60)
    ]
    for place, task in enumerate(world.bring(*outputs)):
        kind, reasons = (VerdictKind.REJECT, ("invented",)) if place < 3 else (VerdictKind.APPROVE, ())
        world.verdicts.record(Ballot(task_id=task, reviewer="U0MARA", kind=kind, reasons=reasons))
    world.clock.advance(1)
    stats = world.services.judgement.stats("Cards", 28, UTC)
    assert stats.rate == TooFew(found=3, needed=5, of="users")
    assert stats.signal == TooFew(found=3, needed=5, of="wrong outputs")
    assert (stats.outputs, stats.reviewed, stats.ranked) == (60, 60, 60)


def test_answers_of_no_route_have_figures_of_their_own_beside_routes() -> None:
    """With their rate and their guarantee; all routes together have none."""
    world = World(uniform_rate=1.0, routes=(LOANS,), release_target=0.05)
    world.scorer.value = 0.1
    decided(world, 60, 0)
    decided(world, 40, 10, tag="loans")
    world.sweep("judgements")
    own = world.services.judgement.stats("answers of NO route", 28, UTC)
    assert isinstance(own.rate, Rate)
    assert (own.route, own.rate.value, own.outputs, own.reviewed) == (OWN_ROUTE, 0.0, 60, 60)
    assert own.judgement is not None
    assert own.judgement.proof is not None
    every = world.services.judgement.stats("", 28, UTC)
    assert (every.route, every.outputs, every.judgement) == ("", 110, None)
    assert [(line.name, line.reviewed) for line in every.routes] == [("", 60), ("Loans", 50)]


def test_route_that_is_called_as_the_policys_own_is_the_one_that_is_meant() -> None:
    """A team's own name counts."""
    world = a_world(Route(name="answers of no route", match=Match(tags=("loans",))))
    decided(world, 5, 0)
    decided(world, 7, 0, tag="loans")
    found = world.services.judgement.stats(OWN_ROUTE, 28, UTC)
    assert (found.route, found.outputs) == ("answers of no route", 7)


def test_outputs_of_another_time_or_route_are_left_out() -> None:
    """The last day has none; an unknown route, and days outside of a year, are refused."""
    world = a_world()
    decided(world, 45, 5)
    world.clock.advance(2 * 24 * 3600)
    none = world.services.judgement.stats("Cards", 1, UTC)
    assert none.rate == TooFew(found=0, needed=40)
    assert none.errors == TooFew(found=0, needed=20, of="second opinions")
    for route, days in (("Nothing", 28), ("Cards", 0), ("Cards", 367)):
        with pytest.raises(Invalid):
            world.services.judgement.stats(route, days, UTC)


def test_reviewers_who_judge_the_same_outputs_agree_or_not() -> None:
    """A quorum of two on 30 outputs: Jonas differs from Mara on one wrong output of five."""
    world = a_world(Route(name="Cards", match=Match(tags=("cards",)), quorum=2))
    tasks = decided(world, 25, 5)
    for place, task in enumerate(tasks):
        kind, reasons = (VerdictKind.APPROVE, ()) if place < 26 else (VerdictKind.REJECT, ("invented",))
        world.verdicts.record(Ballot(task_id=task, reviewer="U0JONAS", kind=kind, reasons=reasons))
    world.clock.advance(1)
    found = world.services.judgement.stats("Cards", 28, UTC).agreement
    assert isinstance(found, Alpha)
    # D_o = 2 / 60, D_e = (60² − 51² − 9²) / (60 · 59) = 918 / 3540; alpha = 1 − 0.0333 / 0.2593
    assert found.value == pytest.approx(1 - (2 / 60) / (918 / 3540))
    assert (found.units, found.verdicts) == (30, 60)


def test_errors_of_reviewers_are_corrected_for_once_enough_shared_verdicts_tell() -> None:
    """Jonas rejects what Mara approves: what she approves alone is less sure then, and the number says from what."""
    world = a_world(Route(name="Cards", match=Match(tags=("cards",)), quorum=2))
    tasks = decided(world, 40, 10)
    for place, task in enumerate(tasks):
        kind, reasons = (VerdictKind.APPROVE, ()) if place < 38 else (VerdictKind.REJECT, ("invented",))
        world.verdicts.record(Ballot(task_id=task, reviewer="U0JONAS", kind=kind, reasons=reasons))
    world.clock.advance(1)
    stats = world.services.judgement.stats("Cards", 28, UTC)
    rate = stats.rate
    assert isinstance(stats.errors, ReviewerErrors)
    assert (stats.errors.checked, stats.errors.people) == (100, 2)
    assert isinstance(rate, Rate)
    assert rate.uncorrected is not None
    assert rate.uncorrected == pytest.approx(10 / 48)


@pytest.mark.parametrize("minutes", [60.0, None])
def test_answers_are_drawn_evenly_only_where_a_budget_draws_them(minutes: float | None) -> None:
    """The plan that did not trust the risk is of before the budget was removed."""
    world = a_world(replace(CARDS, minutes_per_week=minutes))
    with world.store.begin() as uow:
        uow.plans.add(a_made_plan(route="Cards", signal=Signal(trusted=False)))
    assert world.services.judgement.stats("Cards", 28, UTC).drawn_evenly is (minutes is not None)


def test_review_takes_the_time_of_all_its_verdicts() -> None:
    """Three of 45 seconds, as long as nobody knows better; over several routes no time is told."""
    world = a_world(replace(CARDS, quorum=3), LOANS)
    assert world.services.judgement.stats("Cards", 28, UTC).seconds_a_review == 135.0
    assert world.services.judgement.stats("Loans", 28, UTC).seconds_a_review == 45.0


def test_sweep_stores_what_stands_and_proves_what_may_leave() -> None:
    """None of 60 wrong proves 5 of 100 for all of them; a route without a target has a rate alone."""
    world = a_world()
    decided(world, 60, 0)
    decided(world, 50, 0, tag="loans")
    assert world.sweep("judgements") == 2
    cards, loans = newest(world), newest(world, "Loans")
    assert cards.proof is not None
    assert (cards.proof.threshold, cards.proof.share, cards.proof.reviewed) == (0.1, 1.0, 60)
    assert cards.proof.high == pytest.approx(1 - 0.1 ** (1 / 60))
    assert loans.rate is not None
    assert (loans.guarantee, loans.proof) == (None, None)


def test_second_sweep_stores_nothing_that_is_known() -> None:
    """Until something that people read has changed, or a day has passed."""
    world = a_world()
    decided(world, 60, 0)
    assert world.sweep("judgements") == 1
    assert world.sweep("judgements") == 0
    world.clock.advance(3600)
    decided(world, 50, 10)
    assert world.sweep("judgements") == 1
    world.clock.advance(24 * 3600)
    assert world.sweep("judgements") == 1


def test_guarantee_is_tested_once_a_week_and_moves_on_proof() -> None:
    """Wrong ones of the same week change nothing; next Monday they are in view, and prove the contrary."""
    world = a_world()
    decided(world, 60, 0)
    world.sweep("judgements")
    proven = newest(world).proof
    world.clock.advance(24 * 3600)
    decided(world, 60, 30)
    world.sweep("judgements")
    assert newest(world).proof == proven
    world.clock.advance(6 * 24 * 3600)
    world.sweep("judgements")
    after = newest(world)
    assert after.proof is None
    assert after.guarantee is not None
    assert after.guarantee.missed is not None
    assert after.guarantee.needed is None  # 30 of 150 wrong: no number of reviews proves 5 of 100


def test_proof_falls_when_the_detector_is_replaced_and_is_made_anew_on_what_the_new_one_read() -> None:
    """One reviewed output of the new version ends it within the week; 60 of its own prove the next."""
    world = a_world()
    decided(world, 60, 0)
    world.sweep("judgements")
    first, replaced_at = newest(world), world.clock.now()
    assert first.proof is not None
    assert (first.proof.scorers, first.others_until) == (((("fixed", "1"),),), None)
    world.scorer.version = "2"
    decided(world, 1, 0)
    world.sweep("judgements")
    fallen = newest(world)
    assert (fallen.proof, fallen.others_until) == (None, replaced_at - timedelta(seconds=1))
    assert fallen.guarantee is not None
    assert fallen.guarantee.outputs == 1  # the 60 of before have no risk by the new one
    decided(world, 59, 0)
    world.clock.advance(MONDAY)
    world.sweep("judgements")
    again = newest(world).proof
    assert again is not None
    assert (again.scorers, again.reviewed) == (((("fixed", "2"),),), 60)


def told(world: World) -> list[Notice]:
    """The direct messages about what leaves, in the order of falling due."""
    with world.store.begin() as uow:
        due = uow.outbox.claim_due(limit=1000, now=world.clock.now(), lease_seconds=60, worker="w")
        found = [uow.notices.get(item.notice_id) for item in due if item.notice_id]
        for item in due:
            uow.outbox.done(item.key)
    return [one for one in found if one is not None]


def test_leads_hear_when_held_outputs_begin_to_leave_and_when_they_wait_again() -> None:
    """Once each; a proof that is renewed is no news."""
    world = a_world(replace(CARDS, release_below_proven=True))
    decided(world, 60, 0)
    world.sweep("judgements")
    (began,) = told(world)
    assert (began.kind, began.recipient, began.route) == (NoticeKind.RELEASE, "U0TOMAS", "Cards")
    assert began.proof_change == ProofChange(began=True, limit=0.05, confidence=0.9, share=1.0, reviewed=60)
    world.clock.advance(MONDAY)
    decided(world, 60, 0)
    world.sweep("judgements")
    assert told(world) == []
    world.clock.advance(MONDAY)
    decided(world, 30, 30)
    world.sweep("judgements")
    (ended,) = told(world)
    assert ended.proof_change == ProofChange(began=False, limit=0.05, confidence=0.9, share=1.0, reviewed=180)


def test_leads_of_a_route_that_lets_nothing_go_hear_nothing() -> None:
    """What is proven there stands in the figures."""
    world = a_world()
    decided(world, 60, 0)
    world.sweep("judgements")
    assert told(world) == []


def test_too_few_reviews_say_how_many_would_prove_it() -> None:
    """None of 20 wrong: 45 are needed at the least, and none is no number."""
    world = a_world()
    world.scorer.value = 0.0
    decided(world, 20, 0)
    world.sweep("judgements")
    guarantee = newest(world).guarantee
    assert guarantee is not None
    assert (guarantee.proven, guarantee.reviewed, guarantee.needed) == (None, 20, 45)


def test_readers_are_told_the_stored_rate_of_the_outputs_route_and_nothing_that_is_old() -> None:
    """The stored one; none for an output that nobody scored yet; from four weeks on none."""
    world = a_world()
    world.scorer.value = 0.6
    world.bring(an_output("first", tags=("cards",)), an_output("loan", tags=("loans",)))
    world.scorer.value = 0.1
    desk = world.services.judgement

    def rate_of(output_id: str) -> Rate | None:
        return desk.for_readers(output_id).rate

    assert rate_of("first") is None
    world.clock.advance(1)
    decided(world, 54, 6)
    world.sweep("judgements")
    assert rate_of("first") is None  # what was read a second ago is kept for a minute
    world.clock.advance(60)
    rate = rate_of("first")
    assert rate is not None
    assert rate.value == pytest.approx(6.6 / 61, abs=0.002)  # 6 of 60, and one of risk .6 that nobody decided
    assert (rate_of("loan"), rate_of("unknown")) == (None, None)
    assert desk.for_readers("first").riskier  # its risk of .6 lies above all that the rate may be
    world.clock.advance(timedelta(days=28).total_seconds())
    assert rate_of("first") is None


def test_team_has_this_week_beside_the_four_before() -> None:
    """Both of the routes that this person leads, by when the outputs came."""
    world = a_world()
    decided(world, 45, 5)
    world.clock.advance(MONDAY)
    decided(world, 30, 10)
    decided(world, 10, 0, tag="loans")
    team = world.services.reports.team("U0TOMAS", UTC)
    assert isinstance(team.before, Rate)
    assert isinstance(team.this_week, Rate)
    assert (team.before.value, team.this_week.value) == pytest.approx((0.1, 0.2))
    assert (team.before.reviewed, team.this_week.reviewed) == (50, 50)
