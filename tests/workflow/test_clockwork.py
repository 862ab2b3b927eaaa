"""What the clock does by itself: claims that end, time-outs, assignments, batches and direct messages."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest

from reviewers.errors import NotYourTask
from reviewers.model import (
    AfterDue,
    Match,
    NoticeKind,
    OnTimeout,
    Output,
    Preferences,
    ReviewTask,
    Route,
    TaskState,
    VerdictKind,
)
from reviewers.workflow.reminding import LOOKED_AT
from reviewers.workflow.verdicts import Ballot
from tests.builders import NOON, an_output
from tests.workflow.worlds import World

MARA, JONAS, PRIYA, TOMAS = "U0MARA", "U0JONAS", "U0PRIYA", "U0TOMAS"


def a_world(**changes: object) -> World:
    """Monday noon in UTC; cards of fees for three reviewers and a lead, due in a day."""
    fields = {
        "name": "Card support",
        "match": Match(tags=("fees",)),
        "reviewers": (MARA, JONAS, PRIYA),
        "leads": (TOMAS,),
    }
    return World(routes=(Route(**(fields | changes)),))  # type: ignore[arg-type]  # a test sets one more


def the_task(world: World, task_id: str) -> ReviewTask:
    with world.store.read() as uow:
        task = uow.tasks.get(task_id)
    assert task is not None
    return task


def at(world: World, moment: datetime) -> None:
    """Let it be this moment."""
    world.clock.advance((moment - world.clock.now()).total_seconds())


def test_claim_that_ran_out_is_taken_off_the_card() -> None:
    """After 15 minutes, once; the card is drawn again."""
    world = a_world()
    (task,) = world.bring(an_output())
    world.deliver()
    world.queue.claim(task, MARA)
    world.deliver()
    drawn = len(world.slack.updated)
    assert world.sweep("tasks") == 0
    world.clock.advance(15 * 60)
    assert (world.sweep("tasks"), world.sweep("tasks")) == (1, 0)
    world.deliver()
    assert the_task(world, task).claimed_by == ""
    assert len(world.slack.updated) == drawn + 1


def test_task_times_out_after_its_grace_and_counts_as_nothing() -> None:
    """Due after two hours, out after one more: no verdict, no resolution, not open, and a late verdict is refused."""
    world = a_world(due_hours=2.0, grace_hours=1.0, after_due=AfterDue.TIME_OUT)
    (task,) = world.bring(an_output())
    world.clock.advance(3 * 3600 - 1)
    assert world.sweep("tasks") == 0
    world.clock.advance(1)
    assert world.sweep("tasks") == 1
    assert the_task(world, task).state is TaskState.TIMED_OUT
    with world.store.read() as uow:
        assert uow.verdicts.resolution(task) is None
        assert (uow.counts().verdicts, uow.counts().timed_out) == ({}, 1)
        assert uow.tasks.reviewed(NOON, NOON + timedelta(days=9)) == []
    assert world.queue.next_for(MARA) is None


def test_task_that_may_wait_stays_open_past_its_due_time() -> None:
    """The route says keep."""
    world = a_world(due_hours=2.0)
    (task,) = world.bring(an_output())
    world.clock.advance(10 * 24 * 3600)
    assert world.sweep("tasks") == 0
    assert the_task(world, task).state is TaskState.OPEN


def test_tasks_go_to_those_who_know_the_tag_and_have_the_least_to_do() -> None:
    """Jonas alone knows fees; without him, loads even out; nobody is given what they handed on."""
    world = a_world(assign=True, skills={JONAS: ("fees",)})
    tasks = world.bring(an_output("o-1"), an_output("o-2"))
    assert world.sweep("assignments") == 2
    assert {the_task(world, task).assigned_to for task in tasks} == {JONAS}
    assert world.sweep("assignments") == 0
    world.services.preferences.pause(JONAS)
    assert world.sweep("assignments") == 2
    assert {the_task(world, task).assigned_to for task in tasks} == {MARA, PRIYA}
    whose = the_task(world, tasks[0]).assigned_to
    assert [view.task.task_id for view in world.queue.waiting_for(whose)] == [tasks[0]]
    world.queue.hand_over(tasks[0], whose)
    assert world.sweep("assignments") == 1
    assert the_task(world, tasks[0]).assigned_to == ({MARA, PRIYA} - {whose}).pop()


def test_nobody_is_given_anything_outside_their_hours() -> None:
    """At eight in the evening nobody is on duty; in the morning everybody is."""
    world = a_world(assign=True)
    at(world, NOON.replace(hour=20))
    world.bring(an_output())
    assert world.sweep("assignments") == 0
    at(world, NOON.replace(hour=9) + timedelta(days=1))
    assert world.sweep("assignments") == 1


def test_what_somebody_was_given_who_left_is_given_to_somebody_who_is_there() -> None:
    """A held answer, for which a customer waits; while Slack is silent nobody counts as gone."""
    world = a_world(assign=True, skills={JONAS: ("fees",)}, hold_minutes=10.0)
    (task,) = world.bring(an_output(hold=True))
    assert world.sweep("assignments") == 1
    world.directory.left.add(JONAS)
    world.directory.silent = True
    assert (world.sweep("assignments"), the_task(world, task).assigned_to) == (0, JONAS)
    world.directory.silent = False
    assert (world.sweep("assignments"), world.sweep("assignments")) == (1, 0)
    whose = the_task(world, task).assigned_to
    assert whose in {MARA, PRIYA}
    world.clock.advance(300)
    world.sweep("notices")
    world.deliver()
    assert [recipient for _, recipient, _ in world.slack.told] == [whose]


def test_what_a_colleague_gave_to_somebody_who_left_is_everybodys_again() -> None:
    """Also where nothing is assigned by the clock; its card is drawn anew, once, and nobody who left is reminded."""
    world = a_world(reviewers=(MARA, JONAS, PRIYA))
    (task,) = world.bring(an_output())
    world.queue.hand_over(task, MARA, JONAS)
    world.deliver()
    world.directory.left.add(JONAS)
    drawn = len(world.slack.updated)
    assert (world.sweep("assignments"), world.sweep("assignments")) == (0, 0)
    world.deliver()
    assert (the_task(world, task).assigned_to, len(world.slack.updated)) == ("", drawn + 1)
    assert world.queue.count_for(PRIYA) == 1
    at(world, NOON + timedelta(hours=23))
    world.sweep("notices")
    world.deliver()
    assert [recipient for _, recipient, _ in world.slack.told] == [PRIYA]
    assert JONAS not in world.services.reminders.load("Card support").on_duty


def test_waiting_customer_reaches_the_lead_when_the_reviewers_left() -> None:
    """Whoever is deactivated is on duty by their hours alone."""
    world = a_world(hold_minutes=10.0, reviewers=(MARA,))
    world.directory.left.add(MARA)
    world.bring(an_output(hold=True))
    world.clock.advance(300)
    assert world.sweep("notices") == 1
    world.deliver()
    assert world.slack.told[-1][1] == TOMAS


def test_reminder_comes_before_the_due_time_once_a_day() -> None:
    """Due on Tuesday at noon: reminded from ten on, each reviewer once, and the message names what is open."""
    world = a_world()
    tasks = world.bring(an_output("o-1"), an_output("o-2"))
    assert world.sweep("notices") == 0
    at(world, NOON + timedelta(hours=22))
    assert (world.sweep("notices"), world.sweep("notices")) == (3, 0)
    world.deliver()
    assert sorted(world.slack.told) == [
        (f"reminder:{who}:2026-11-24", who, tuple(tasks)) for who in sorted((MARA, JONAS, PRIYA))
    ]


def test_reminder_comes_the_evening_before_what_is_due_in_the_early_morning() -> None:
    """Due at eight on Tuesday, before anybody starts: reminded on Monday from three on."""
    world = a_world(due_hours=20.0)
    world.bring(an_output())
    at(world, NOON.replace(hour=14, minute=59))
    assert world.sweep("notices") == 0
    at(world, NOON.replace(hour=15))
    assert world.sweep("notices") == 3


def test_hours_are_those_of_the_persons_own_zone_and_weekends_are_quiet() -> None:
    """Due on Saturday noon: Jonas in New York is reminded on Friday from three of his own afternoon on."""
    world = a_world(reviewers=(JONAS,), due_hours=24.0)
    world.directory.zones = {JONAS: "America/New_York"}
    at(world, datetime(2026, 11, 27, 13, 0, tzinfo=UTC))  # Friday, eight in New York
    world.bring(an_output())
    at(world, datetime(2026, 11, 27, 19, 59, tzinfo=UTC))
    assert world.sweep("notices") == 0
    at(world, datetime(2026, 11, 27, 20, 0, tzinfo=UTC))  # 15:00 there
    assert world.sweep("notices") == 1
    at(world, datetime(2026, 11, 28, 16, 0, tzinfo=UTC))  # Saturday, past due
    assert world.sweep("notices") == 0


def test_reminder_goes_to_who_claimed_or_was_given_it_alone() -> None:
    """The others have nothing to do with it then; who gave a verdict has not either."""
    world = a_world(reviewers=(MARA, JONAS), quorum=2)
    (task,) = world.bring(an_output())
    world.verdicts.record(Ballot(task_id=task, reviewer=MARA, kind=VerdictKind.APPROVE))
    at(world, NOON + timedelta(hours=23))
    assert world.sweep("notices") == 1
    world.deliver()
    assert [recipient for _, recipient, _ in world.slack.told] == [JONAS]


def test_people_who_pause_or_work_other_hours_are_left_in_peace() -> None:
    """Mara pauses, Jonas works from one to two in the night."""
    world = a_world()
    world.bring(an_output())
    world.services.preferences.pause(MARA)
    with world.store.begin() as uow:
        uow.preferences.put(Preferences(user_id=JONAS, starts_at=time(1), ends_at=time(2)))
    at(world, NOON + timedelta(hours=23))
    assert world.sweep("notices") == 1
    world.deliver()
    assert [recipient for _, recipient, _ in world.slack.told] == [PRIYA]


def test_lead_hears_of_what_is_late_and_can_remind_and_extend() -> None:
    """One message; reminding skips who was reminded today; extending moves it to the end of the next working day."""
    world = a_world(due_hours=1.0, after_due=AfterDue.TIME_OUT, grace_hours=2.0)
    (task,) = world.bring(an_output())
    at(world, NOON + timedelta(hours=1))
    assert world.sweep("notices") == 1
    world.deliver()
    assert world.slack.told[-1] == (f"reminder:{TOMAS}:2026-11-23", TOMAS, (task,))
    with world.store.read() as uow:
        notice = uow.notices.get(f"reminder:{TOMAS}:2026-11-23")
    assert notice is not None
    assert notice.kind is NoticeKind.OVERDUE
    assert world.services.reminders.remind("Card support", TOMAS) == sorted([MARA, JONAS, PRIYA])
    assert world.services.reminders.remind("Card support", TOMAS) == []
    with pytest.raises(NotYourTask, match="Only a lead"):
        world.services.reminders.extend("Card support", MARA)
    (moved,) = world.services.reminders.extend("Card support", TOMAS)
    assert (moved.due_at, moved.times_out_at) == (
        datetime(2026, 11, 24, 17, tzinfo=UTC),
        datetime(2026, 11, 24, 19, tzinfo=UTC),
    )
    assert world.services.reminders.extend("Card support", TOMAS) == []


def test_lead_of_several_routes_hears_of_each_that_is_late_in_turn() -> None:
    """One message a day: first of the one that is late the longest, then of the others, however much the first has."""
    names = ("Cards", "Fees", "Loans")
    routes = [Route(name=name, match=Match(tags=(name,)), leads=(TOMAS,), due_hours=1.0) for name in names]
    world = World(routes=tuple(routes))
    world.bring(*(an_output(f"l-{n}", tags=("Loans",)) for n in range(60)))
    world.clock.advance(600)
    now = world.clock.now()
    world.bring(*(an_output(name, tags=(name,), received_at=now) for name in names))
    heard = []
    for day in range(5):  # Monday to Friday
        at(world, NOON + timedelta(days=day, hours=3))
        assert (world.sweep("notices"), world.sweep("notices")) == (1, 0)
        with world.store.read() as uow:
            notice = uow.notices.get(f"reminder:{TOMAS}:{NOON.date() + timedelta(days=day)}")
        assert notice is not None
        heard.append({the_task(world, task).route for task in notice.task_ids})
    assert heard == [{"Loans"}, {"Cards"}, {"Fees"}, {"Loans"}, {"Cards"}]


def test_what_a_lead_extends_is_of_their_route_however_late_another_is() -> None:
    """More is late elsewhere than one sweep looks at."""
    routes = [Route(name=name, match=Match(tags=(name,)), leads=(TOMAS,), due_hours=1.0) for name in ("Cards", "Loans")]
    world = World(routes=tuple(routes))
    world.bring(*(an_output(f"l-{n}", tags=("Loans",)) for n in range(LOOKED_AT + 1)))
    world.clock.advance(600)
    (task,) = world.bring(an_output(tags=("Cards",), received_at=world.clock.now()))
    at(world, NOON + timedelta(hours=3))
    assert [one.task_id for one in world.services.reminders.extend("Cards", TOMAS)] == [task]


def test_who_gave_it_to_whoever_is_next_is_not_reminded_of_it() -> None:
    """The others are; where there is nobody else, it is theirs again."""
    for reviewers, reminded in (((MARA, JONAS), [JONAS]), ((MARA,), [MARA])):
        world = a_world(reviewers=reviewers)
        (task,) = world.bring(an_output())
        world.queue.hand_over(task, MARA)
        at(world, NOON + timedelta(hours=23))
        world.sweep("notices")
        world.deliver()
        assert [recipient for _, recipient, _ in world.slack.told] == reminded


def test_who_is_on_duty_hears_of_a_customer_that_waits_at_half_time() -> None:
    """Ten minutes of waiting: nothing after four, one message each after five, none after the deadline."""
    world = a_world(hold_minutes=10.0, on_timeout=OnTimeout.REFUSE, reviewers=(MARA, JONAS))
    (task,) = world.bring(an_output(hold=True))
    world.clock.advance(4 * 60)
    assert world.sweep("notices") == 0
    world.clock.advance(60)
    assert (world.sweep("notices"), world.sweep("notices")) == (2, 0)
    world.deliver()
    assert sorted(world.slack.told) == [
        (f"waiting:{task}:{JONAS}", JONAS, (task,)),
        (f"waiting:{task}:{MARA}", MARA, (task,)),
    ]


def test_waiting_customer_reaches_the_lead_when_no_reviewer_is_on_duty() -> None:
    """Both pause."""
    world = a_world(hold_minutes=10.0, reviewers=(MARA,))
    world.services.preferences.pause(MARA)
    world.bring(an_output(hold=True))
    world.clock.advance(300)
    assert world.sweep("notices") == 1
    world.deliver()
    assert world.slack.told[-1][1] == TOMAS


def short(name: str) -> Output:
    """A short answer with one claim that its source supports."""
    return an_output(name, completion="Your daily limit is € 500.")


def a_calm_world() -> World:
    """Every output is reviewed, the risk is low, and the route's short answers share cards."""
    world = World(uniform_rate=1.0, routes=(Route(name="Card support", reviewers=(MARA, JONAS), batch=True),))
    world.scorer.value = 0.05
    return world


def test_five_alike_share_a_card_and_the_rest_waits() -> None:
    """Seven short ones: five in one message, two wait half an hour and then share one."""
    world = a_calm_world()
    tasks = world.bring(*(short(f"o-{n}") for n in range(7)))
    assert len(tasks) == 7
    world.deliver()
    assert world.slack.posted == []
    assert (world.sweep("batches"), world.sweep("batches")) == (1, 0)
    world.deliver()
    assert world.slack.posted == [(tasks[0], 1)]
    together = [the_task(world, task) for task in tasks[:5]]
    assert {task.batch_id for task in together} == {tasks[0]}
    assert len({task.posting for task in together}) == 1
    world.clock.advance(30 * 60)
    assert world.sweep("batches") == 1
    world.deliver()
    assert world.slack.posted == [(tasks[0], 1), (tasks[5], 1)]
    assert the_task(world, tasks[6]).batch_id == tasks[5]


def test_one_alone_gets_a_card_of_its_own() -> None:
    """After half an hour of waiting for others."""
    world = a_calm_world()
    (task,) = world.bring(short("o-1"))
    world.clock.advance(30 * 60)
    assert world.sweep("batches") == 1
    assert the_task(world, task).batch_id == ""
    world.deliver()
    assert world.slack.posted == [(task, 1)]


def test_verdict_on_one_of_a_batch_redraws_the_shared_card() -> None:
    """In the line of the first task, so that no older state is drawn over a newer one."""
    world = a_calm_world()
    tasks = world.bring(*(short(f"o-{n}") for n in range(5)))
    world.sweep("batches")
    world.deliver()
    world.verdicts.record(Ballot(task_id=tasks[3], reviewer=MARA, kind=VerdictKind.APPROVE))
    world.deliver()
    assert world.slack.updated == [tasks[0]]
