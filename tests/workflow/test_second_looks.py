"""Second looks and known answers: who is asked and when, that they change nothing, and what they leave behind."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from reviewers.decisions import figures
from reviewers.decisions.sampling import stable_draw
from reviewers.errors import Invalid, NotYourTask
from reviewers.model import Outcome, Purpose, ReleaseState, ReviewTask, TaskState, VerdictKind
from reviewers.workflow.review import KNOWN_KEY
from reviewers.workflow.second_looks import SALT
from reviewers.workflow.verdicts import Ballot, Recorded
from tests.builders import NOON, an_output
from tests.workflow.worlds import World

MARA, JONAS, PRIYA, TOMAS = "U0MARA", "U0JONAS", "U0PRIYA", "U0TOMAS"
APPROVE, REJECT = VerdictKind.APPROVE, VerdictKind.REJECT
HOURS, DAYS = 3600, 24 * 3600


def a_world(**policy: Any) -> World:
    """Three reviewers; every decided output gets a second look, and nobody a known answer."""
    settings: dict[str, Any] = {"reviewers": (MARA, JONAS, PRIYA), "double_review": 1.0, "gold_rate": 0.0}
    return World(**(settings | policy))


def say(world: World, task_id: str, who: str, kind: VerdictKind = APPROVE) -> Recorded:
    """A verdict; a rejection says that the output is invented."""
    reasons = ("invented",) if kind is REJECT else ()
    return world.verdicts.record(Ballot(task_id=task_id, reviewer=who, kind=kind, reasons=reasons))


def looks(world: World, purpose: Purpose = Purpose.SECOND) -> list[ReviewTask]:
    """What was opened, the oldest first."""
    with world.store.read() as uow:
        return [look for look in uow.tasks.looks(NOON) if look.purpose is purpose]


def later(world: World, seconds: float) -> int:
    """Time goes by, and the clock sweeps."""
    world.clock.advance(seconds)
    return world.sweep("second_looks")


def decided(world: World, *kinds: VerdictKind, start: int = 1) -> list[str]:
    """Outputs that Mara decides, one kind each; the ids of their tasks."""
    outputs = [an_output(f"o-{start + place}") for place in range(len(kinds))]
    tasks = world.bring(*outputs)
    for task_id, kind in zip(tasks, kinds, strict=True):
        say(world, task_id, MARA, kind)
    return tasks


def test_an_hour_later_somebody_else_is_asked() -> None:
    """A card of its own, like any other: same channel and number, not for Mara, open to the others, once."""
    world = a_world()
    (first,) = decided(world, APPROVE)
    assert later(world, 0.9 * HOURS) == 0
    assert later(world, 0.2 * HOURS) == 1
    assert later(world, 1 * HOURS) == 0

    (look,) = looks(world)
    with world.store.read() as uow:
        review = uow.tasks.get(first)
    assert review is not None
    assert (look.channel, look.number, look.route, look.show) == (review.channel, review.number, "", "evidence")
    assert (look.state, look.quorum, look.hold, look.known, look.chance) == (TaskState.OPEN, 1, False, "", 1.0)
    assert look.seen_by == (MARA,)
    assert look.words == review.words > 20
    assert [len(world.queue.waiting_for(who)) for who in (MARA, JONAS, PRIYA)] == [0, 1, 1]
    world.deliver()
    assert (look.task_id, 1) in world.slack.posted


def test_who_has_seen_it_may_not_judge_it_blindly() -> None:
    """Whatever surface they come by."""
    world = a_world()
    decided(world, APPROVE)
    later(world, 2 * HOURS)
    (look,) = looks(world)

    with pytest.raises(NotYourTask, match="You have seen this answer before"):
        say(world, look.task_id, MARA)
    with pytest.raises(NotYourTask, match="You have seen this answer before"):
        world.queue.claim(look.task_id, MARA)
    with pytest.raises(Invalid, match="somebody else"):
        world.queue.hand_over(look.task_id, JONAS, MARA)


def test_who_sent_it_or_was_unsure_has_seen_it_too() -> None:
    """Priya was unsure and Jonas submitted it: with Mara, who decided, nobody is left."""
    world = a_world()
    (task,) = world.bring(an_output("o-1", submitted_by=JONAS))
    say(world, task, PRIYA, VerdictKind.UNSURE)
    say(world, task, MARA)
    assert later(world, 2 * HOURS) == 0
    assert looks(world) == []


def test_a_team_of_one_is_asked_nothing() -> None:
    """With a list of reviewers, and with none where only Mara reviewed lately."""
    for reviewers in ((MARA,), ()):
        world = a_world(reviewers=reviewers)
        decided(world, APPROVE)
        assert later(world, 2 * HOURS) == 0


def test_where_every_member_may_review_whoever_did_lately_is_somebody() -> None:
    """Jonas reviewed another answer, so Mara's can be looked at again, and his own by her."""
    world = a_world(reviewers=())
    decided(world, APPROVE)
    (task,) = world.bring(an_output("o-2"))
    say(world, task, JONAS)
    assert later(world, 2 * HOURS) == 2
    assert [look.seen_by for look in looks(world)] == [(MARA,), (JONAS,)]


def test_the_draw_decides_and_its_chance_is_kept() -> None:
    """Of forty outputs those whose hash lies below the share; a larger share later only adds to them."""
    world = a_world(double_review=0.3)
    decided(world, *[APPROVE] * 40)
    drawn = [f"o-{place}" for place in range(1, 41) if stable_draw(f"o-{place}", SALT) < 0.3]
    assert later(world, 2 * HOURS) == len(drawn) > 3
    assert [look.output_id for look in looks(world)] == drawn
    assert {look.chance for look in looks(world)} == {0.3}


def test_zero_turns_it_off() -> None:
    """Both of them."""
    world = a_world(double_review=0.0)
    decided(world, APPROVE)
    assert later(world, 2 * HOURS) == 0


def test_a_decision_that_was_taken_back_is_not_looked_at() -> None:
    """The output is open again: it will be decided anew."""
    world = a_world()
    (task,) = decided(world, APPROVE)
    world.verdicts.withdraw(task, MARA)
    assert later(world, 2 * HOURS) == 0


def test_a_second_look_changes_nothing_of_what_was_decided() -> None:
    """Not the resolution, not the release, not the error rate, not a dataset; and a change of mind recalls nothing."""
    world = a_world()
    (first,) = world.bring(an_output("o-1", hold=True))
    say(world, first, MARA)
    later(world, 2 * HOURS)
    (look,) = looks(world)
    assert not say(world, look.task_id, JONAS, REJECT).superseded
    say(world, look.task_id, JONAS, APPROVE)
    recorded = say(world, look.task_id, JONAS, REJECT)

    assert recorded.resolution is not None
    assert (recorded.resolution.outcome, recorded.resolution.recall) == (Outcome.REJECTED, False)
    with world.store.read() as uow:
        release, resolution = uow.releases.get("o-1"), uow.verdicts.resolution(first)
        reviewed = uow.tasks.reviewed(NOON, world.clock.now() + timedelta(seconds=1))
        resolved = [view.task.task_id for view in uow.tasks.resolved()]
    assert release is not None
    assert (release.state, release.recalled_at) == (ReleaseState.APPROVED, None)
    assert resolution is not None
    assert resolution.outcome is Outcome.APPROVED
    assert len(reviewed) == 2
    assert [one.task_id for one in figures.decided(reviewed)] == resolved == [first]


def test_a_story_is_told_to_each_as_they_met_it() -> None:
    """Jonas, who is asked, finds the open look; Mara, who decided, her own; Tomás, no reviewer, what was decided."""
    world = a_world()
    (first,) = decided(world, APPROVE)
    later(world, 2 * HOURS)
    (look,) = looks(world)

    def found(who: str) -> str:
        view = world.queue.find("1", who)
        return view.task.task_id if view else ""

    assert [found(who) for who in (JONAS, MARA, TOMAS)] == [look.task_id, first, first]
    assert world.queue.find("1") == world.queue.find("o-1", MARA)
    say(world, look.task_id, JONAS, REJECT)
    assert [found(who) for who in (JONAS, PRIYA, MARA)] == [look.task_id, first, first]


def test_a_third_is_asked_where_two_differ() -> None:
    """And only one: after it, whatever it says, nobody else. Most outputs are right, so it may turn out either way."""
    world = a_world()
    decided(world, REJECT, *[APPROVE] * 8)
    later(world, 2 * HOURS)
    for second in looks(world):
        say(world, second.task_id, JONAS, APPROVE)
    assert later(world, 1 * HOURS) == 1

    third = looks(world)[-1]
    assert (third.round, third.chance, third.seen_by) == (2, None, (JONAS, MARA))
    say(world, third.task_id, PRIYA, APPROVE)
    assert later(world, 1 * HOURS) == 0


def known_wrong(world: World, amount: int, who: str, kind: VerdictKind) -> None:
    """Answers that are known to be wrong, and what this person says of them."""
    for task in world.bring(*(an_output(f"k-{who}-{place}", metadata={KNOWN_KEY: "wrong"}) for place in range(amount))):
        say(world, task, who, kind)


@pytest.mark.parametrize(("priya", "thirds"), [(APPROVE, 0), (REJECT, 1)], ids=["approves all", "finds all"])
def test_a_third_is_asked_only_where_those_who_are_left_are_likely_to_settle_it(
    priya: VerdictKind, thirds: int
) -> None:
    """Only Priya is left of three where Mara and Jonas differ; she had fifteen wrong answers before her."""
    world = a_world()
    known_wrong(world, 5, MARA, REJECT)
    known_wrong(world, 5, JONAS, REJECT)
    known_wrong(world, 15, PRIYA, priya)
    decided(world, REJECT, *[APPROVE] * 8)
    later(world, 2 * HOURS)
    for second in looks(world):
        say(world, second.task_id, JONAS, APPROVE)
    assert later(world, 1 * HOURS) == thirds


def test_who_sent_an_output_is_not_counted_on_for_a_third() -> None:
    """Priya, who would find it, sent this one; Tomás, who is left, approves all: so nobody is asked."""
    world = a_world(reviewers=(MARA, JONAS, PRIYA, TOMAS))
    for who, amount, kind in ((MARA, 5, REJECT), (JONAS, 5, REJECT), (PRIYA, 5, REJECT), (TOMAS, 15, APPROVE)):
        known_wrong(world, amount, who, kind)
    decided(world, *[APPROVE] * 8)
    (task,) = world.bring(an_output("sent", submitted_by=PRIYA))
    say(world, task, MARA, REJECT)
    later(world, 2 * HOURS)
    for second in looks(world):
        say(world, second.task_id, JONAS, APPROVE)
    assert later(world, 1 * HOURS) == 0


def test_no_third_where_two_agree() -> None:
    """It could turn nothing."""
    world = a_world()
    decided(world, REJECT)
    later(world, 2 * HOURS)
    (second,) = looks(world)
    say(world, second.task_id, JONAS, REJECT)
    assert later(world, 1 * HOURS) == 0


def test_a_second_look_that_nobody_takes_ends_by_itself() -> None:
    """Four hours after it was due, as nothing waits for it."""
    world = a_world(due_hours=8.0)
    decided(world, APPROVE)
    later(world, 2 * HOURS)
    world.clock.advance(12 * HOURS)
    assert world.sweep("tasks") == 1
    assert [look.state for look in looks(world)] == [TaskState.TIMED_OUT]
    assert later(world, 1) == 0


def clearly_decided(world: World, *kinds: VerdictKind) -> None:
    """Outputs on which Mara and Jonas agree."""
    decided(world, *kinds)
    later(world, 2 * HOURS)
    for look in looks(world):
        kind = kinds[int(look.output_id.removeprefix("o-")) - 1]
        say(world, look.task_id, JONAS, kind)


def test_what_was_decided_clearly_becomes_a_known_answer_a_week_later() -> None:
    """One for two verdicts, as often wrong as right, for whoever has not seen it."""
    world = a_world(gold_rate=0.5, reviewers=(MARA, JONAS, PRIYA, TOMAS))
    clearly_decided(world, APPROVE, REJECT, REJECT, APPROVE)
    assert looks(world, Purpose.GOLD) == []

    world.clock.advance(8 * DAYS)
    fresh = world.bring(*(an_output(f"n-{place}") for place in range(4)))
    for task in fresh[:3]:
        say(world, task, MARA)
    later(world, 60)
    (gold,) = looks(world, Purpose.GOLD)
    assert (gold.known, gold.seen_by, gold.round) == ("wrong", (JONAS, MARA), 1)

    say(world, fresh[3], MARA)
    later(world, 60)
    assert later(world, 60) == 0
    assert [look.known for look in looks(world, Purpose.GOLD)] == ["wrong", "right"]


def test_a_known_answer_tells_of_its_reviewer_and_of_nothing_else() -> None:
    """It counts in the person's own week, and in no sample."""
    world = a_world(gold_rate=1.0)
    clearly_decided(world, REJECT)
    world.clock.advance(8 * DAYS)
    (task,) = world.bring(an_output("n-1"))
    say(world, task, MARA)
    later(world, 60)
    (gold,) = looks(world, Purpose.GOLD)
    say(world, gold.task_id, PRIYA, APPROVE)

    with world.store.read() as uow:
        reviewed = uow.tasks.reviewed(NOON + timedelta(days=7), world.clock.now() + timedelta(seconds=1))
    week = figures.own_week(reviewed, PRIYA)
    assert (week.reviewed, week.known, week.shared) == (1, 1, 0)
    assert [one.task_id for one in figures.decided(reviewed)] == [task]


def test_looks_stay_within_the_minutes_of_the_route() -> None:
    """Three minutes a week at 45 seconds are four reviews, and all of them may be looks at a share of 1: no fifth."""
    world = a_world(minutes_per_week=3.0)
    decided(world, *[APPROVE] * 6)
    assert later(world, 2 * HOURS) == 4
    assert later(world, 1 * HOURS) == 0
