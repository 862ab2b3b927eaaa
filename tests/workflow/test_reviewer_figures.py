"""What is told of reviewers: in the figures, to the person, and to the leads; from what people really said."""

from __future__ import annotations

from datetime import UTC

from reviewers.decisions.agreement import Alpha
from reviewers.decisions.estimate_inputs import Beta, ReviewerErrors
from reviewers.decisions.too_few import TooFew
from reviewers.model import Purpose
from tests.builders import NOON, an_output
from tests.workflow.test_second_looks import APPROVE, HOURS, JONAS, MARA, PRIYA, REJECT, a_world, decided, later, looks
from tests.workflow.test_second_looks import say as said
from tests.workflow.worlds import World


def a_reviewed_world() -> World:
    """Thirty outputs that Mara decided, six of them against the output; Jonas took a second look and agreed on all but
    the first, which he passed."""
    world = a_world(reviewers=(MARA, JONAS))
    decided(world, *[REJECT] * 6, *[APPROVE] * 24)
    later(world, 2 * HOURS)
    for look in looks(world):
        number = int(look.output_id.removeprefix("o-"))
        said(world, look.task_id, JONAS, REJECT if 1 < number <= 6 else APPROVE)
    world.clock.advance(1)
    return world


def test_stats_tell_agreement_and_what_second_looks_say_of_one_persons_decisions() -> None:
    """29 of 30 alike: D_o = 2/60, 11 of 60 verdicts say wrong, D_e = 2·11·49/(60·59), α = 1 - .0333/.3045. Mara decided
    all of them, and each has a second opinion."""
    stats = a_reviewed_world().services.judgement.stats("", 28, UTC)
    assert isinstance(stats.agreement, Alpha)
    assert round(stats.agreement.value, 3) == 0.891
    assert isinstance(stats.errors, ReviewerErrors)
    assert (stats.errors.checked, stats.errors.people) == (30, 1)


def test_leads_see_which_decisions_second_looks_stand_against() -> None:
    """Of their own routes only, and as many as asked for."""
    world = a_reviewed_world()
    count, (view,) = world.services.reviewers.disagreeing([""], limit=3)
    assert (count, view.output.output_id, view.task.purpose) == (1, "o-1", Purpose.REVIEW)
    assert world.services.reviewers.disagreeing(["Loans"], limit=3) == (0, [])
    assert world.services.reviewers.disagreeing([""], limit=0) == (1, [])


def test_a_person_reads_their_own_four_weeks() -> None:
    """Thirty second looks tell how often Mara passes what is right; of Priya, who did nothing, nothing. No concern."""
    world = a_reviewed_world()
    desk = world.services.reviewers
    mara, priya = desk.own(MARA).specificity, desk.own(PRIYA).specificity
    assert isinstance(mara, Beta)
    assert mara.mean > 0.9
    assert priya == TooFew(found=0, needed=5, of="checked outputs")
    assert desk.concerns([""]) == []
    assert isinstance(desk.agreement([""]), Alpha)


def test_opening_the_claims_is_noted_while_the_answer_is_open() -> None:
    """By whom and before their verdict; an opening of what is decided, or of no task, is none."""
    world = a_world()
    (task,) = world.bring(an_output("o-1"))
    world.verdicts.note_opening(task, MARA)
    world.verdicts.note_opening("check_1", MARA)
    world.clock.advance(5)
    said(world, task, MARA)
    world.verdicts.note_opening(task, JONAS)
    world.clock.advance(5)

    with world.store.read() as uow:
        (one,) = uow.tasks.reviewed(NOON, world.clock.now())
    assert one.looked_up
    assert [view.task.task_id for view in world.queue.waiting_for(JONAS)] == []


def test_figures_of_people_are_kept_for_five_minutes() -> None:
    """Home is opened often; what was said meanwhile counts afterwards."""
    world = a_reviewed_world()
    before = world.services.reviewers.own(MARA)
    (task,) = world.bring(an_output("late"))
    said(world, task, MARA, REJECT)
    world.clock.advance(299)
    assert world.services.reviewers.own(MARA) is not before  # worked out anew, from what was read before
    assert world.services.reviewers.own(MARA) == before
    world.clock.advance(2)
    assert world.services.reviewers.own(MARA) != before
