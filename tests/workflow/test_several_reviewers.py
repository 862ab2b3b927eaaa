"""Several people and one task: quorum, dispute, lead, claim, undo, recall, and what each of them is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from reviewers.decisions import opinions
from reviewers.decisions.reviewer_errors import Opinion
from reviewers.errors import AlreadyResolved, Claimed, Invalid, NotYourTask, Unavailable
from reviewers.model import (
    AfterDue,
    ClaimMark,
    Mark,
    Match,
    NoticeKind,
    OnDisagreement,
    Outcome,
    ReleaseState,
    Route,
    TaskState,
    VerdictKind,
)
from reviewers.workflow.datasets import DatasetBuilder
from reviewers.workflow.verdicts import Ballot
from storage.datasets import FolderFiles
from tests.builders import NOON, an_output
from tests.workflow.worlds import World

MARA, JONAS, PRIYA, TOMAS, DANA = "U0MARA", "U0JONAS", "U0PRIYA", "U0TOMAS", "U0DANA"
APPROVE, EDIT, REJECT, UNSURE = VerdictKind.APPROVE, VerdictKind.EDIT, VerdictKind.REJECT, VerdictKind.UNSURE


def a_route(**changes: object) -> Route:
    """Cards of fees, for three reviewers and a lead."""
    fields = {
        "name": "Card support",
        "match": Match(tags=("fees",)),
        "reviewers": (MARA, JONAS, PRIYA),
        "leads": (TOMAS,),
    }
    return Route(**(fields | changes))  # type: ignore[arg-type]  # a test sets one more


def say(world: World, task: str, who: str, kind: VerdictKind = APPROVE, **more: object) -> TaskState:
    """Where the task stands after this verdict."""
    if kind is REJECT:
        more.setdefault("reasons", ("invented",))
    ballot = Ballot(task_id=task, reviewer=who, kind=kind, **more)  # type: ignore[arg-type]  # a test sets one more
    return world.verdicts.record(ballot).standing.state


def in_dispute(world: World) -> str:
    """Mara approved, Jonas rejected."""
    (task,) = world.bring(an_output())
    say(world, task, MARA)
    assert say(world, task, JONAS, REJECT) is TaskState.DISPUTED
    return task


def two_and_a_lead(**changes: object) -> World:
    """A route where two decide and a lead is asked at once."""
    return World(routes=(a_route(quorum=2, on_disagreement=OnDisagreement.LEAD, **changes),))


def test_route_decides_who_may() -> None:
    """Being a member, or a lead, is not being a reviewer."""
    world = World(routes=(a_route(),))
    (task,) = world.bring(an_output())
    for outsider in (DANA, TOMAS):
        with pytest.raises(NotYourTask, match="not a reviewer of Card support"):
            say(world, task, outsider)
    assert say(world, task, PRIYA) is TaskState.RESOLVED


def test_user_group_is_asked_each_time() -> None:
    """Who joins may, who leaves may not; an empty group admits nobody, and a silent Slack refuses for now."""
    world = World(routes=(a_route(reviewers=("S0CARDS",)),))
    first, second, third = world.bring(an_output("o-1"), an_output("o-2"), an_output("o-3"))
    world.directory.groups = {"S0CARDS": frozenset({MARA})}
    assert say(world, first, MARA) is TaskState.RESOLVED
    world.directory.groups = {"S0CARDS": frozenset()}
    for nobody in (MARA, "nobody"):
        with pytest.raises(NotYourTask):
            say(world, second, "U0JONAS" if nobody == "nobody" else nobody)
    world.directory.silent = True
    with pytest.raises(Unavailable):
        say(world, third, MARA)


def test_group_that_cannot_be_read_keeps_no_other_route_from_its_reviewers() -> None:
    """Its answers wait, also one that was claimed before; those of the other route come."""
    cards = a_route(reviewers=("S0CARDS",))
    loans = a_route(name="Loans", match=Match(tags=("loans",)), reviewers=(MARA,))
    world = World(routes=(cards, loans))
    world.directory.groups = {"S0CARDS": frozenset({MARA})}
    claimed, _, loan = world.bring(an_output("o-1"), an_output("o-2"), an_output("o-3", tags=("loans",)))
    world.queue.claim(claimed, MARA)
    assert world.queue.count_for(MARA) == 3
    world.directory.silent = True
    assert world.queue.count_for(MARA) == 1
    assert [one.task.task_id for one in world.queue.waiting_for(MARA)] == [claimed, loan]  # what is theirs is listed
    found = world.queue.take_next(MARA)
    assert found is not None
    assert found.task.task_id == loan


def test_second_verdict_completes_the_quorum() -> None:
    """The first leaves the task open, and out of the first person's queue."""
    world = World(routes=(a_route(quorum=2),))
    (task,) = world.bring(an_output(hold=True))
    assert say(world, task, MARA) is TaskState.OPEN
    assert world.release.get("o-1").state is ReleaseState.HELD
    assert (world.queue.next_for(MARA), world.queue.next_for(JONAS) is not None) == (None, True)
    assert say(world, task, JONAS) is TaskState.RESOLVED
    assert world.release.get("o-1").state is ReleaseState.APPROVED


def test_dispute_is_sent_to_the_lead_once() -> None:
    """One direct message, and the card redrawn."""
    world = two_and_a_lead()
    task = in_dispute(world)
    view = world.verdicts.view(task)
    assert (view.task.state, view.task.lead, view.resolution) == (TaskState.DISPUTED, TOMAS, None)
    with world.store.read() as uow:
        (notice,) = uow.notices.about(task)
    assert (notice.kind, notice.recipient, notice.task_ids) == (NoticeKind.DISPUTE, TOMAS, (task,))
    assert [one.task.task_id for one in world.queue.disputes_for(TOMAS)] == [task]
    assert world.queue.disputes_for(MARA) == []


def test_lead_settles_alone_and_must_decide() -> None:
    """Unsure is no way out; the decision is marked as the lead's."""
    world = two_and_a_lead()
    task = in_dispute(world)
    with pytest.raises(NotYourTask, match="a lead decides"):
        say(world, task, PRIYA)
    with pytest.raises(Invalid, match="needs a decision"):
        say(world, task, TOMAS, UNSURE)
    assert say(world, task, TOMAS, REJECT) is TaskState.RESOLVED
    resolution = world.verdicts.view(task).resolution
    assert resolution is not None
    assert (resolution.outcome, resolution.resolved_by, resolution.as_lead) == (Outcome.REJECTED, TOMAS, True)
    with pytest.raises(AlreadyResolved):
        say(world, task, MARA, REJECT)


def test_lead_who_voted_settles_only_where_disputes_are_settled() -> None:
    """A second delivery of their own click is no decision as lead; the press on the dispute is."""
    world = two_and_a_lead(reviewers=(MARA, TOMAS))
    (task,) = world.bring(an_output())
    say(world, task, MARA, REJECT)
    assert say(world, task, TOMAS) is TaskState.DISPUTED
    assert say(world, task, TOMAS) is TaskState.DISPUTED
    assert say(world, task, TOMAS, settles=True) is TaskState.RESOLVED
    assert len(world.verdicts.view(task).verdicts) == 3


def test_dispute_without_a_lead_goes_to_whoever_has_not_voted() -> None:
    """It cannot wait for nobody."""
    world = two_and_a_lead(leads=())
    task = in_dispute(world)
    with pytest.raises(NotYourTask, match="somebody else decides"):
        say(world, task, MARA, REJECT)
    with pytest.raises(NotYourTask, match="not a reviewer"):
        say(world, task, DANA)
    assert say(world, task, PRIYA) is TaskState.RESOLVED


def test_dispute_whose_only_lead_sent_the_answer_goes_to_whoever_has_not_voted() -> None:
    """Nobody decides what they submitted, and it cannot wait for nobody; the others must still be reviewers."""
    world = two_and_a_lead()
    (task,) = world.bring(an_output(submitted_by=TOMAS))
    say(world, task, MARA)
    assert say(world, task, JONAS, REJECT) is TaskState.DISPUTED
    assert world.verdicts.view(task).task.lead == ""
    with pytest.raises(NotYourTask, match="You sent this answer"):
        say(world, task, TOMAS)
    with pytest.raises(NotYourTask, match="somebody else decides"):
        say(world, task, MARA, REJECT)
    with pytest.raises(NotYourTask, match="not a reviewer"):
        say(world, task, DANA)
    assert say(world, task, PRIYA) is TaskState.RESOLVED


def test_disagreement_after_the_decision_brings_the_lead() -> None:
    """The late verdict is kept as a verdict; nothing is resolved until the lead decides."""
    world = World(routes=(a_route(),))
    (task,) = world.bring(an_output())
    say(world, task, MARA, REJECT)
    with pytest.raises(AlreadyResolved):
        say(world, task, JONAS)
    assert say(world, task, JONAS, disagrees=True) is TaskState.DISPUTED
    assert world.verdicts.view(task).resolution is None
    assert say(world, task, TOMAS) is TaskState.RESOLVED


def test_disagreement_says_nothing_of_how_far_people_agree() -> None:
    """Jonas was shown what Mara said, and nobody is asked who thinks the same: neither he nor the lead judges her."""
    world = World(routes=(a_route(),))
    (task,) = world.bring(an_output())
    say(world, task, MARA)
    say(world, task, JONAS, REJECT, disagrees=True)
    say(world, task, TOMAS, REJECT)
    world.clock.advance(1)
    with world.store.read() as uow:
        reviewed = uow.tasks.reviewed(NOON, world.clock.now())
    assert [(one.reviewer, one.seen) for one in reviewed] == [
        (MARA, "evidence"),
        (JONAS, "decided"),
        (TOMAS, "evidence"),
    ]
    found = opinions.opinions(reviewed)
    assert (found.given, found.known) == ((Opinion(item="o-1", reviewer=MARA, wrong=False),), {})
    assert opinions.units(reviewed) == [["right"]]


def test_whoever_saw_a_decision_saw_it_for_good() -> None:
    """Jonas disagrees and takes it back, and so does Mara: what he says then is still said after hers."""
    world = World(routes=(a_route(),))
    (task,) = world.bring(an_output())
    say(world, task, MARA)
    say(world, task, JONAS, REJECT, disagrees=True)
    world.verdicts.withdraw(task, JONAS)
    assert world.verdicts.withdraw(task, MARA).standing.state is TaskState.OPEN
    say(world, task, JONAS, EDIT, correction="It costs € 3.50.")
    assert world.verdicts.view(task).verdicts[-1].seen == "decided"


def test_marks_that_were_made_blindly_stay_so() -> None:
    """Labels are made of marks, and on this card no passage stood beside its claim."""
    world = World(routes=(a_route(show="blind"),))
    (task,) = world.bring(an_output())
    marks = (ClaimMark(claim_number=1, mark=Mark.WRONG),)
    say(world, task, MARA)
    say(world, task, JONAS, REJECT, marks=marks, disagrees=True)
    assert world.verdicts.view(task).verdicts[-1].seen == "blind"


def test_who_had_said_so_before_does_not_disagree_in_hindsight() -> None:
    """Priya was outvoted by two: that she insists makes her first verdict no less blind."""
    world = World(routes=(a_route(quorum=2, on_disagreement=OnDisagreement.THIRD),))
    (task,) = world.bring(an_output())
    say(world, task, PRIYA, REJECT)
    say(world, task, MARA)
    say(world, task, JONAS)
    say(world, task, PRIYA, REJECT, reasons=("outdated",), disagrees=True)
    assert [one.seen for one in world.verdicts.view(task).verdicts if one.reviewer == PRIYA] == ["evidence", "evidence"]


@pytest.mark.parametrize("leads", [(), (TOMAS,)], ids=["none", "who sent it"])
def test_disagreement_needs_a_lead(leads: tuple[str, ...]) -> None:
    """Without one who may decide it the person is told whom to ask."""
    world = World(routes=(a_route(leads=leads),))
    (task,) = world.bring(an_output(submitted_by=TOMAS))
    say(world, task, MARA, REJECT)
    with pytest.raises(NotYourTask, match="No lead is named"):
        say(world, task, JONAS, disagrees=True)


def test_claim_keeps_others_away_until_it_ends() -> None:
    """Fifteen minutes; then anybody may."""
    world = World(routes=(a_route(),))
    (task,) = world.bring(an_output())
    claimed = world.queue.claim(task, MARA)
    assert claimed.claimed_by == MARA
    with pytest.raises(Claimed) as refused:
        say(world, task, JONAS)
    assert (refused.value.by, refused.value.until) == (MARA, claimed.claimed_until)
    assert world.queue.next_for(JONAS) is None
    world.clock.advance(15 * 60)
    assert say(world, task, JONAS) is TaskState.RESOLVED
    assert world.verdicts.view(task).task.claimed_by == ""


def test_claim_can_be_taken_over() -> None:
    """The newest claim counts, and the one before is refused."""
    world = World(routes=(a_route(),))
    (task,) = world.bring(an_output())
    world.queue.claim(task, MARA)
    with pytest.raises(Claimed):
        world.queue.claim(task, JONAS)
    world.queue.claim(task, JONAS, take_over=True)
    with pytest.raises(Claimed):
        say(world, task, MARA)
    world.queue.give_back(task, MARA)  # not hers any more: nothing happens
    assert world.verdicts.view(task).task.claimed_by == JONAS


def test_next_is_claimed_and_never_given_twice() -> None:
    """Two people in a run get two answers; the third finds nothing."""
    world = World(routes=(a_route(),))
    first, second = world.bring(an_output("o-1"), an_output("o-2"))
    taken = [world.queue.take_next(who) for who in (MARA, JONAS, PRIYA)]
    assert [view.task.task_id if view else "" for view in taken] == [first, second, ""]


def test_undo_opens_the_task_again() -> None:
    """It is back in the queue of the one who undid it; nothing was lost."""
    world = World(routes=(a_route(),))
    (task,) = world.bring(an_output())
    say(world, task, MARA)
    undone = world.verdicts.withdraw(task, MARA)
    assert (undone.standing.state, undone.resolution) == (TaskState.OPEN, None)
    assert world.verdicts.withdraw(task, MARA).repeated
    assert world.queue.next_for(MARA) is not None
    assert say(world, task, MARA, REJECT) is TaskState.RESOLVED
    assert [verdict.kind.value for verdict in world.verdicts.view(task).verdicts] == ["approve", "withdrawn", "reject"]


def test_undo_of_what_was_sent_recalls_it() -> None:
    """The release stays what it was, and says when it was recalled."""
    world = World(routes=(a_route(),))
    (task,) = world.bring(an_output(hold=True))
    say(world, task, MARA)
    world.clock.advance(60)
    world.verdicts.withdraw(task, MARA)
    release = world.release.get("o-1")
    assert (release.state, release.recalled_at) == (ReleaseState.APPROVED, world.clock.now())


@pytest.mark.parametrize(
    ("first", "then", "recalled"),
    [
        ((APPROVE, {}), (APPROVE, {}), False),
        ((EDIT, {"correction": "It costs € 3.50."}), (EDIT, {"correction": "It costs € 3.50."}), False),
        ((REJECT, {}), (REJECT, {}), False),
        ((APPROVE, {}), (EDIT, {"correction": "It costs € 3.50."}), True),
        ((EDIT, {"correction": "It costs € 3.50."}), (APPROVE, {}), True),
    ],
)
def test_recall_ends_where_people_say_again_what_was_told(
    first: tuple[VerdictKind, dict[str, str]], then: tuple[VerdictKind, dict[str, str]], recalled: bool
) -> None:
    """A mistaken Undo; another text is not what was sent."""
    world = World(routes=(a_route(),))
    (task,) = world.bring(an_output(hold=True))
    say(world, task, MARA, first[0], **first[1])
    sent = world.release.get("o-1")
    world.verdicts.withdraw(task, MARA)
    assert world.release.get("o-1").recalled_at is not None
    say(world, task, JONAS, then[0], **then[1])
    release = world.release.get("o-1")
    assert (release == sent, release.recalled_at is not None) == (not recalled, recalled)


def test_nobody_undoes_for_another() -> None:
    """Nor what they did not say."""
    world = World(routes=(a_route(),))
    (task,) = world.bring(an_output())
    say(world, task, MARA)
    with pytest.raises(NotYourTask, match="nothing to undo"):
        world.verdicts.withdraw(task, JONAS)


def test_change_after_use_in_a_dataset_is_a_recall(tmp_path: Path) -> None:
    """Before it is not; the file's use of it is on record."""
    world = World(routes=(a_route(),))
    (task,) = world.bring(an_output())
    say(world, task, MARA)
    dataset = DatasetBuilder(store=world.store, files=FolderFiles(), clock=world.clock).build("sft", str(tmp_path))
    (use,) = world.verdicts.view(task).uses
    assert (use.version, use.format, use.revision) == (dataset.version, "sft", 1)
    say(world, task, MARA, REJECT)
    changed = world.verdicts.view(task).resolution
    assert changed is not None
    assert (changed.revision, changed.outcome, changed.recall) == (2, Outcome.REJECTED, True)
    say(world, task, MARA)
    again = world.verdicts.view(task).resolution
    assert again is not None
    assert again.recall is False  # revision 2 stood in no dataset


def test_policy_without_routes_is_a_route_of_its_own() -> None:
    """Its due time, its reviewers; and a route's own settings win over them."""
    world = World(reviewers=(MARA,), due_hours=1, routes=(a_route(due_hours=2, after_due=AfterDue.TIME_OUT),))
    with_route, without = world.bring(an_output("o-1"), an_output("o-2", tags=("loans",)))
    tasks = [world.verdicts.view(task).task for task in (with_route, without)]
    assert [task.route for task in tasks] == ["Card support", ""]
    hours = [(task.due_at - task.created_at).total_seconds() / 3600 for task in tasks if task.due_at]
    assert hours == [2, 1]
    assert [task.times_out_at is not None for task in tasks] == [True, False]
    with pytest.raises(NotYourTask):
        say(world, without, JONAS)
