"""Digests of weeks as they are stored: quiet ones, more wrong answers, too few reviews, none, and what changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from reviewers.errors import Invalid
from reviewers.model import Match, Rate, Risk, Route, TokenUsage, VerdictKind
from reviewers.model.digest import Aspect, Digest, Finding, Headline, State
from reviewers.model.digest_json import from_json, to_json
from reviewers.model.digest_parts import Percentiles
from reviewers.model.missing import Missing
from reviewers.model.suggestion import Met
from reviewers.workflow.verdicts import Ballot
from tests.builders import an_output
from tests.workflow.worlds import World

ZONE = ZoneInfo("UTC")
BERLIN = ZoneInfo("Europe/Berlin")
CARDS = Route(name="Card support", match=Match(tags=("cards",)), release_target=0.12, slice_by="topic")
MONDAY = datetime(2026, 11, 30, tzinfo=UTC)  # when week 2026-W49 begins
DAY = timedelta(days=1)
COUNTRIES = ("abroad", "at home")


def a_world(*routes: Route) -> World:
    """Everything is reviewed, and nothing is looked at twice."""
    world = World(uniform_rate=1.0, double_review=0.0, gold_rate=0.0, routes=routes or (CARDS,))
    world.scorer.value = 0.1
    return world


def decided(world: World, day: datetime, right: int, wrong: int, **changes: Any) -> list[str]:
    """So many outputs of this day at noon, decided within the hour; the tasks. Topics take turns of ten."""
    noon = day + timedelta(hours=12)
    world.clock.advance((noon - world.clock.now()).total_seconds())
    count = right + wrong
    outputs = [
        an_output(
            f"{noon:%m%d%H%M}-{place}",
            tags=("cards",),
            received_at=noon,
            created_at=noon,
            metadata={"topic": COUNTRIES[place // 10 % 2]},
            latency_ms=1000.0 + 10.0 * (place % 50),
            usage=TokenUsage(prompt_tokens=100, completion_tokens=20),
            **changes,
        )
        for place in range(count)
    ]
    tasks = world.bring(*outputs)
    for place, task in enumerate(tasks):
        opened = world.clock.now()
        world.clock.advance(30)
        is_wrong = (place + 1) * wrong // count > place * wrong // count  # evenly among the outputs
        kind, reasons = (VerdictKind.REJECT, ("invented",)) if is_wrong else (VerdictKind.APPROVE, ())
        world.verdicts.record(Ballot(task_id=task, reviewer="U0MARA", kind=kind, reasons=reasons, opened_at=opened))
    return tasks


def five_weeks(world: World, *, this_week: int, reviewed: int = 100, before: int = 10) -> None:
    """Four weeks with so many wrong of 100, and week 49."""
    for week in range(4):
        decided(world, MONDAY - timedelta(weeks=4 - week), 100 - before, before)
    decided(world, MONDAY, reviewed - this_week, this_week)
    world.clock.advance((MONDAY + 7 * DAY - world.clock.now()).total_seconds())


def a_risk(probability: float) -> Risk:
    """By a model that learned something else."""
    return Risk(probability=probability, model_version="fixed-2", verdicts_learned_from=99, scores_used=("grounding",))


def digest_of(world: World, week: str = "2026-W49") -> Digest:
    """The only one."""
    (found,) = world.services.digests.digests(week, "Card support", ZONE)
    return found


def finding(digest: Digest, aspect: Aspect, name: str = "") -> Finding:
    """The one on this."""
    (found,) = [one for one in digest.findings if (one.aspect, one.name) == (aspect, name)]
    return found


def test_quiet_week_says_that_nothing_moved_with_both_rates() -> None:
    """10 of 100 each week, all reviewed: the share is known without doubt."""
    world = a_world()
    five_weeks(world, this_week=10)
    digest = digest_of(world)
    assert digest.headline is Headline.NOTHING_MOVED
    assert isinstance(digest.rate, Rate)
    assert isinstance(digest.before, Rate)
    assert (digest.rate.value, digest.before.value) == pytest.approx((0.1, 0.1))
    assert (digest.outputs, digest.reviewed, len(digest.wrong_ids)) == (100, 100, 10)
    assert [one.week for one in digest.weeks] == [f"2026-W{week}" for week in range(45, 50)]
    assert not digest.of(State.DRIFT)
    assert digest.suggestion.evidence.met is Met.FAILED


def test_week_with_twice_as_many_wrong_says_so_with_examples() -> None:
    """40 of 100 after 10 of 100, all reviewed."""
    world = a_world()
    five_weeks(world, this_week=40)
    digest = digest_of(world)
    whole = finding(digest, Aspect.WRONG)
    assert digest.headline is Headline.MORE_WRONG
    assert digest.findings[0].state is State.DRIFT
    assert whole.state is State.DRIFT
    assert (whole.now, whole.before, whole.effect) == pytest.approx((0.4, 0.1, 0.3))
    assert len(whole.examples) == 3
    assert {one.output_id for one in whole.examples} <= set(digest.wrong_ids)
    assert whole.examples[0].quote == "A cash withdrawal abroad costs € 2.00."
    assert digest.suggestion.evidence.met is Met.MET
    assert not digest.suggestion.suggested  # there is nothing to learn from yet


def test_rise_is_found_by_the_watch_with_the_day_on_which_it_began() -> None:
    """450 reviews of earlier weeks are the baseline; then 10 of 100 become 35 in the week before, and in this one."""
    world = a_world()
    for week in range(9, 4, -1):
        decided(world, MONDAY - timedelta(weeks=week), 81, 9)
    for week in range(4, 1, -1):
        decided(world, MONDAY - timedelta(weeks=week), 90, 10)
    decided(world, MONDAY - timedelta(weeks=1), 65, 35)
    decided(world, MONDAY, 65, 35)
    world.clock.advance(7 * DAY.total_seconds())
    digest = digest_of(world)
    whole = finding(digest, Aspect.WRONG)
    assert (digest.headline, whole.state, whole.test) == (Headline.MORE_WRONG, State.DRIFT, "e-detector")
    assert whole.since is not None
    # The last of the 100 reviews of the 16th found one wrong: the rise may have begun with it, or with any until the
    # first wrong one of the 23rd.
    assert datetime(2026, 11, 16, 12, 50, tzinfo=UTC) <= whole.since <= datetime(2026, 11, 23, 12, 2, tzinfo=UTC)
    assert whole.e_value is not None
    assert whole.e_value > 20
    assert digest.suggestion.evidence.crossed


def test_running_week_is_compared_until_now_and_its_moment_gives_the_same_again() -> None:
    """40 of 100 on Monday after 10 of 100 a week, looked at on Tuesday; what comes on Wednesday is not in it."""
    world = a_world()
    for week in range(4):
        decided(world, MONDAY - timedelta(weeks=4 - week), 90, 10)
    decided(world, MONDAY, 60, 40)
    tuesday = MONDAY + DAY
    world.clock.advance((tuesday - world.clock.now()).total_seconds())
    found = world.services.shelf(ZONE).so_far("Card support")
    assert (found.week, found.current.start, found.current.end) == ("2026-W49", MONDAY, tuesday)
    assert (found.headline, found.reviewed) == (Headline.MORE_WRONG, 100)
    decided(world, MONDAY + 2 * DAY, 50, 0)
    shelf = world.services.shelf(ZONE)
    assert to_json(shelf.so_far("Card support", as_of=tuesday)) == to_json(found)
    assert shelf.so_far("Card support").reviewed == 150
    with pytest.raises(Invalid, match="not over yet"):
        digest_of(world)


def test_fewer_wrong_answers_are_said_as_such() -> None:
    """40 of 100 become 10."""
    world = a_world()
    five_weeks(world, this_week=10, before=40)
    digest = digest_of(world)
    assert digest.headline is Headline.FEWER_WRONG
    assert digest.suggestion.evidence.met is Met.FAILED


def test_too_few_reviews_are_no_calm() -> None:
    """30 reviews are under 40: nothing is said of wrong answers, in all and in parts, and how many are missing is."""
    world = a_world()
    five_weeks(world, this_week=3, reviewed=30)
    digest = digest_of(world)
    assert digest.headline is Headline.TOO_FEW
    assert digest.rate == Missing(found=30, needed=40)
    assert isinstance(digest.before, Rate)
    assert finding(digest, Aspect.WRONG).missing == Missing(found=30, needed=40)
    assert finding(digest, Aspect.WRONG, "abroad").missing == Missing(found=20, needed=40)
    assert digest.reviews_need == 40


def test_week_without_answers_says_when_the_last_came() -> None:
    """The week after the last one; a route that never saw any says so."""
    world = a_world(CARDS, Route(name="Loans", match=Match(tags=("loans",))))
    decided(world, MONDAY, 9, 1)
    world.clock.advance(14 * DAY.total_seconds())
    cards, loans = world.services.digests.digests("2026-W50", "", ZONE)
    assert (cards.headline, loans.headline) == (Headline.NO_TRAFFIC, Headline.NO_TRAFFIC)
    assert cards.last_output_at is not None
    assert cards.last_output_at.date() == MONDAY.date()
    assert loans.last_output_at is None


def test_what_is_not_stored_is_said_to_be_missing() -> None:
    """Embeddings: neither drift nor calm is claimed."""
    world = a_world()
    five_weeks(world, this_week=10)
    digest = digest_of(world)
    for aspect in (Aspect.QUESTIONS, Aspect.ANSWERS):
        found = finding(digest, aspect)
        assert found.state is State.INSUFFICIENT
        assert found.missing == Missing(found=0, needed=100, of="outputs with a stored embedding")


def test_same_store_and_week_give_the_same_bytes() -> None:
    """A day later too; and JSON gives the digest back."""
    world = a_world()
    five_weeks(world, this_week=40)
    first = digest_of(world)
    world.clock.advance(DAY.total_seconds())
    again = digest_of(world)
    assert to_json(again) == to_json(first)
    assert from_json(to_json(first)) == first


def test_weeks_begin_where_the_team_is() -> None:
    """An output of Sunday 23:30 in UTC belongs to Monday's week in Berlin."""
    world = a_world()
    decided(world, MONDAY - timedelta(hours=12, minutes=30), 1, 0)
    world.clock.advance(8 * DAY.total_seconds())
    (here,) = world.services.digests.digests("2026-W49", "Card support", BERLIN)
    assert (here.outputs, here.zone) == (1, "Europe/Berlin")
    assert digest_of(world).outputs == 0
    assert digest_of(world, "2026-W48").outputs == 1


def test_change_of_the_clocks_moves_no_output_into_another_week() -> None:
    """Week 43 of 2026 has 169 hours in Berlin: Sunday 23:30 there is in it, half an hour later is not."""
    world = a_world()
    world.clock.advance((datetime(2026, 10, 1, tzinfo=UTC) - world.clock.now()).total_seconds())
    sunday = datetime(2026, 10, 25, 22, 30, tzinfo=UTC)
    decided(world, sunday - timedelta(hours=12), 1, 0)
    decided(world, sunday + timedelta(minutes=30) - timedelta(hours=12), 2, 0)
    world.clock.advance(14 * DAY.total_seconds())
    counts = [
        world.services.digests.digests(week, "Card support", BERLIN)[0].outputs for week in ("2026-W43", "2026-W44")
    ]
    assert counts == [1, 2]


def test_risk_model_that_learned_is_no_change_of_answers() -> None:
    """In week 49 every chance is made from twice the risk, by scores that are as before."""
    world = a_world()
    world.scorer.name = "grounding"
    for week in range(4, 0, -1):
        decided(world, MONDAY - timedelta(weeks=week), 90, 10)
    world.scoring = replace(world.scoring, assess=lambda scores: a_risk(0.2))
    decided(world, MONDAY, 90, 10)
    world.clock.advance(7 * DAY.total_seconds())
    assert finding(digest_of(world), Aspect.RISK).state is State.STABLE


def test_scores_that_became_others_are_told_as_a_change_of_the_risk() -> None:
    """The detector's logit grows from -2 to 2, whatever the model of each day made of it."""
    world = a_world()
    world.scorer.name = "grounding"
    world.scoring = replace(world.scoring, assess=lambda scores: a_risk(0.1))
    world.scorer.value = -2.0
    for week in range(4, 0, -1):
        decided(world, MONDAY - timedelta(weeks=week), 90, 10)
    world.scorer.value = 2.0
    decided(world, MONDAY, 90, 10)
    world.clock.advance(7 * DAY.total_seconds())
    moved = finding(digest_of(world), Aspect.RISK)
    assert moved.state is State.DRIFT
    assert moved.effect is not None
    assert moved.effect > 0.0


def test_latency_reviewers_and_corrections_stand_beside_the_rates() -> None:
    """100 outputs took 1,000 to 1,490 ms, two of each; 100 reviews of 30 s are 50 minutes; ten edits are due."""
    world = a_world()
    five_weeks(world, this_week=10)
    digest = digest_of(world)
    (latency,) = digest.latency
    assert isinstance(latency.now, Percentiles)
    assert (latency.model, latency.now.p50, latency.changed) == ("helpdesk-8b 2026-11-03", 1245.0, False)
    assert (latency.tokens, latency.outputs) == (120.0, 100)
    assert digest.reviewers.minutes == pytest.approx(50.0)
    assert (digest.reviewers.people, digest.reviewers.seconds_a_review, digest.reviewers.waiting) == (1, 30.0, 0)
    assert (digest.corrections.week, digest.corrections.needed, digest.corrections.approved) == (0, 200, 450)


def test_edits_are_counted_as_corrections_without_duplicates() -> None:
    """Three edits of which two say the same of the same answer."""
    world = a_world()
    world.clock.advance((MONDAY + timedelta(hours=12) - world.clock.now()).total_seconds())
    now = world.clock.now()
    tasks = world.bring(*[an_output(f"e-{at}", tags=("cards",), received_at=now, created_at=now) for at in range(3)])
    for task, text in zip(tasks, ("It costs € 3.50.", "It costs € 3.50.", "It is € 3.50."), strict=True):
        world.verdicts.record(
            Ballot(task_id=task, reviewer="U0MARA", kind=VerdictKind.EDIT, correction=text, reasons=())
        )
    world.clock.advance(7 * DAY.total_seconds())
    corrections = digest_of(world).corrections
    assert (corrections.week, corrections.since_last) == (3, 2)


def test_answers_that_waited_on_sunday_are_told_though_they_were_decided_on_tuesday() -> None:
    """Two of Friday noon; one is decided on Saturday, the other after the week: it waited for 60 hours."""
    world = a_world(replace(CARDS, due_hours=240.0))
    friday = MONDAY + 4 * DAY + timedelta(hours=12)
    world.clock.advance((friday - world.clock.now()).total_seconds())
    first, second = world.bring(
        *[an_output(f"w-{at}", tags=("cards",), received_at=friday, created_at=friday) for at in range(2)]
    )
    world.clock.advance(DAY.total_seconds())
    world.verdicts.record(Ballot(task_id=first, reviewer="U0MARA", kind=VerdictKind.APPROVE, reasons=()))
    world.clock.advance(3 * DAY.total_seconds())
    world.verdicts.record(Ballot(task_id=second, reviewer="U0MARA", kind=VerdictKind.APPROVE, reasons=()))
    digest = digest_of(world)
    assert (digest.reviewers.waiting, digest.reviewers.oldest_hours) == (1, 60.0)
    assert digest.reviewed == 2


def test_policy_without_routes_has_a_digest_of_its_own() -> None:
    """And with routes only where an output belongs to none of them."""
    world = World(uniform_rate=1.0, double_review=0.0, gold_rate=0.0)
    decided(world, MONDAY, 9, 1)
    world.clock.advance(7 * DAY.total_seconds())
    (own,) = world.services.digests.digests("2026-W49", "", ZONE)
    assert (own.route, own.outputs) == ("", 10)
    assert [one.route for one in a_week_later().services.digests.digests("2026-W49", "", ZONE)] == ["Card support"]


def a_week_later() -> World:
    """Outputs of the route alone."""
    world = a_world()
    decided(world, MONDAY, 9, 1)
    world.clock.advance(7 * DAY.total_seconds())
    return world


def test_week_that_is_not_over_and_unknown_routes_are_refused() -> None:
    """With what to do instead."""
    world = a_world()
    with pytest.raises(Invalid, match="not over yet"):
        digest_of(world, world.services.digests.last_week(ZONE).replace("W47", "W48"))
    with pytest.raises(Invalid, match="no route of that name"):
        world.services.digests.digests("2026-W47", "Loans", ZONE)
    assert world.services.digests.last_week(ZONE) == "2026-W47"


def test_digest_made_as_of_a_moment_does_not_see_what_people_changed_their_mind_about_since() -> None:
    """Twenty of the week's right answers are found wrong three days after it: today's rate moves, that of then not."""
    world = a_world()
    five_weeks(world, this_week=10)
    made_at, first = world.clock.now(), digest_of(world)
    with world.store.read() as uow:
        right = [one.task_id for one in uow.tasks.reviewed(MONDAY, made_at) if one.kind is VerdictKind.APPROVE]
    world.clock.advance(3 * DAY.total_seconds())
    for task in right[:20]:
        world.verdicts.record(Ballot(task_id=task, reviewer="U0MARA", kind=VerdictKind.REJECT, reasons=("outdated",)))
    today, again = digest_of(world), world.services.digests.of("2026-W49", [CARDS], ZONE, as_of=made_at)[0]
    assert isinstance(today.rate, Rate)
    assert today.rate.value == pytest.approx(0.3)  # 30 of 100
    assert (again.rate, again.weeks, again.lines) == (first.rate, first.weeks, first.lines)
    assert again.findings == first.findings
