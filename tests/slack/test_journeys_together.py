"""Several people at one answer, on the real app: claims, taking over, disputes, batches, and what the clock sends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from bot.slack.ids import ActionId, BlockId, CallbackId, MenuChoice
from reviewers.model import Notice, NoticeKind, OnDisagreement, Route, TaskState
from reviewers.ports import OutboxItem, OutboxKind
from tests.slack.people import Json, Person, answer_of, drawn, elements, refusal, showing, until
from tests.slack.worlds import HTTP, SOCKETS, World, a_world

MARA, JONAS, TOMAS = "U0MARA", "U0JONAS", "U0TOMAS"
CARDS = Route(name="Card support", reviewers=("S0REVIEWERS",), leads=(TOMAS,))


@pytest.fixture(scope="module", params=[SOCKETS, HTTP])
def one(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The user group of reviewers decides one by one, and Tomás leads; what is tagged "two" needs two of them."""
    two = replace(CARDS, name="Two", match=replace(CARDS.match, tags=("two",)), quorum=2)
    two = replace(two, on_disagreement=OnDisagreement.LEAD)
    held = replace(CARDS, name="Held", match=replace(CARDS.match, tags=("held",)), hold_minutes=10.0)
    with a_world(tmp_path_factory.mktemp("together"), over=request.param, routes=(two, held, CARDS)) as world:
        yield world


@pytest.fixture
def world(one: World) -> World:
    """Nothing waits from before."""
    with one.store.begin() as uow:
        for task in uow.tasks.open(limit=1000):
            uow.tasks.set_state(task.task_id, TaskState.TIMED_OUT)
    one.begin()
    return one


def told(person: Person) -> str:
    """What only this person was told last, in the channel."""
    return drawn(person.wait_until_told()[-1]["blocks"])


def direct(person: Person) -> Json:
    """The newest direct message of the app."""
    found = person._get("messages", channel=f"D{person.user[1:]}")["messages"]
    return dict(found[-1]) if found else {}


def press_direct(person: Person, message: Json, action: ActionId) -> None:
    """Press a button of a direct message."""
    person._leaves()
    person._press(f"D{person.user[1:]}", message, elements(message["blocks"])[action.value])


def press_told(person: Person, message: Json, action: ActionId) -> None:
    """Press a button of what only this person sees."""
    person._leaves()
    element = elements(message["blocks"])[action.value]
    answer = person._post(
        "actions",
        container={"type": "ephemeral", "channel": "C0REVIEW", "ts": message["ts"]},
        block_id=element["block_id"],
        action_id=action.value,
        value=element["value"],
    )
    assert answer["ok"], answer


def test_claim_is_seen_by_all_and_keeps_others_off_until_they_take_over(world: World) -> None:
    """Mara claims; Jonas's Approve is refused with until when; he takes over and decides; Mara is told by whom."""
    (task,) = world.bring(world.output())
    world.mara.choose(world.mara.card(task), MenuChoice.CLAIM)
    until(lambda: world.view(task).task.claimed_by == MARA)
    world.deliver()
    assert "*Claimed* by <@U0MARA> until" in drawn(world.jonas.card(task)["blocks"])
    world.jonas.press(world.jonas.card(task), ActionId.APPROVE)
    message = world.jonas.wait_until_told()[-1]
    assert "has claimed this until" in drawn(message["blocks"])
    assert world.verdicts(task) == []
    press_told(world.jonas, message, ActionId.TAKE_OVER)
    until(lambda: world.view(task).task.claimed_by == JONAS)
    run = world.jonas.form(CallbackId.RUN)
    assert "has taken over" in drawn(until(lambda: direct(world.mara))["blocks"])
    world.jonas.tap(run, ActionId.RUN_APPROVE)
    until(lambda: world.verdicts(task) == [(JONAS, "approve")])


def test_claim_is_given_back_by_whose_it_is_alone(world: World) -> None:
    """The menu is the same for everybody."""
    (task,) = world.bring(world.output())
    world.mara.choose(world.mara.card(task), MenuChoice.CLAIM)
    until(lambda: world.view(task).task.claimed_by == MARA)
    world.deliver()
    world.jonas.choose(world.jonas.card(task), MenuChoice.GIVE_BACK)
    assert "has claimed this" in told(world.jonas)
    world.mara.choose(world.mara.card(task), MenuChoice.GIVE_BACK)
    until(lambda: world.view(task).task.claimed_by == "")
    world.deliver()
    assert "Claimed" not in drawn(world.mara.card(task)["blocks"])


def test_answer_is_handed_to_a_colleague_who_may_decide_it(world: World) -> None:
    """A guest is refused at the field; Jonas is given it, and the card says for whom it is."""
    (task,) = world.bring(world.output())
    world.mara.choose(world.mara.card(task), MenuChoice.HAND_OVER)
    world.mara.form(CallbackId.HAND_OVER)
    refused = world.mara.hand_in(to("U0GUEST"))
    assert "full member" in refused["errors"]["to"]
    assert world.mara.hand_in(to(JONAS))["ok"]
    until(lambda: world.view(task).task.assigned_to == JONAS)
    world.deliver()
    assert "<@U0JONAS>" in drawn(world.mara.card(task)["blocks"])


def test_answer_that_was_decided_meanwhile_is_not_handed_over(world: World) -> None:
    """The form says so, and speaks of no edit."""
    (task,) = world.bring(world.output())
    world.mara.choose(world.mara.card(task), MenuChoice.HAND_OVER)
    world.mara.form(CallbackId.HAND_OVER)
    world.jonas.press(world.jonas.card(task), ActionId.APPROVE)
    until(lambda: world.verdicts(task))
    assert world.mara.hand_in(to("U0PRIYA"))["ok"]
    told_ = drawn(world.mara.stack()[-1]["blocks"])
    assert "0 of 1 answer handed over." in told_
    assert "decided meanwhile" in told_
    assert "Edit" not in told_


def test_late_press_on_a_shared_card_disagrees_by_its_own_verdict(world: World) -> None:
    """Mara approved one of five; Jonas's screen still shows it, and he presses Reject."""
    tasks = a_batch(world)
    before = world.jonas.card(tasks[0])
    world.mara.press(world.mara.card(tasks[0]), ActionId.BATCH_REST)
    until(lambda: all(world.view(task).resolution for task in tasks))
    world.jonas.press(before, ActionId.BATCH_REJECT)
    message = world.jonas.wait_until_told()[-1]
    assert "Your Reject was not counted." in drawn(message["blocks"])
    press_told(world.jonas, message, ActionId.DISAGREE)
    world.jonas.form(CallbackId.REJECT)


def test_disagreement_from_a_run_is_written_in_its_window(world: World) -> None:
    """Jonas decides while Mara has the answer before her; she presses Edit there, disagrees, and the lead is asked."""
    (task,) = world.bring(world.output())
    world.mara.command("next")
    run = world.mara.form(CallbackId.RUN)
    with world.store.begin() as uow:
        uow.tasks.set_claim(task, "", None)
    world.jonas.press(world.jonas.card(task), ActionId.APPROVE)
    until(lambda: world.verdicts(task))
    world.mara.tap(run, ActionId.RUN_EDIT)
    notice = until(lambda: found[-1] if len(found := world.mara.stack()) == 2 else {}, "nothing was told")
    assert "Your Edit was not counted." in drawn(notice["blocks"])
    world.mara.tap(notice, ActionId.DISAGREE)
    world.mara.form(CallbackId.EDIT)
    world.mara.hand_in(answer_of("It costs € 3.50."))
    world.mara.form(CallbackId.CHANGES)
    assert world.mara.hand_in()["stack"] == []
    until(lambda: world.view(task).task.state is TaskState.DISPUTED)


def test_disagreement_goes_to_the_lead_with_both_sides(world: World) -> None:
    """Mara approved; Jonas came late with a rejection and disagrees; Tomás sees both reasons, no names, and decides."""
    (task,) = world.bring(world.output())
    before = world.jonas.card(task)
    world.mara.press(world.mara.card(task), ActionId.APPROVE)
    until(lambda: world.view(task).resolution)  # Jonas's screen still shows the open card
    world.jonas.press(before, ActionId.REJECT)
    message = world.jonas.wait_until_told()[-1]
    assert "decided before you" in drawn(message["blocks"])
    press_told(world.jonas, message, ActionId.DISAGREE)
    world.jonas.form(CallbackId.REJECT)
    assert world.jonas.hand_in(refusal("invented", note="The courier is in no source."))["ok"]
    until(lambda: world.view(task).task.state is TaskState.DISPUTED)
    world.deliver()
    assert "*Disputed*" in drawn(world.mara.card(task)["blocks"])
    lead = world.person(TOMAS)
    notice = showing(lambda: direct(lead), "differ")
    text = drawn(notice["blocks"])
    assert "The courier is in no source." in text
    assert MARA not in text
    assert JONAS not in text
    press_direct(lead, notice, ActionId.APPROVE)
    until(lambda: world.view(task).task.state is TaskState.RESOLVED)
    world.deliver()
    card = drawn(world.mara.card(task)["blocks"])
    assert "as lead" in card
    assert "Before: <@U0MARA> approved, <@U0JONAS> rejected." in card
    assert "as lead" in drawn(direct(lead)["blocks"])


def test_two_decide_without_seeing_each_other(world: World) -> None:
    """The first verdict shows as a number only; the second resolves it, and both stand on the card."""
    (task,) = world.bring(world.output(tags=("two",)))
    world.mara.press(world.mara.card(task), ActionId.APPROVE)
    until(lambda: world.verdicts(task) == [(MARA, "approve")])
    world.deliver()
    card = drawn(world.jonas.card(task)["blocks"])
    assert "1 of 2 verdicts in" in card
    assert "Approved" not in card
    world.jonas.press(world.jonas.card(task), ActionId.APPROVE)
    assert "*Approved* by <@U0MARA> and <@U0JONAS>" in drawn(world.settled(task)["blocks"])


def test_who_is_in_the_channel_but_not_in_the_group_is_refused(world: World) -> None:
    """Dana is a full member, and no reviewer; only she sees why."""
    (task,) = world.bring(world.output())
    dana = world.person("U0DANA")
    dana.press(world.mara.card(task), ActionId.APPROVE)
    assert "not a reviewer of Card support" in told(dana)
    assert world.verdicts(task) == []


def test_nobody_reviews_what_they_submitted(world: World) -> None:
    """Mara's own."""
    (task,) = world.bring(world.output(submitted_by=MARA))
    world.mara.press(world.mara.card(task), ActionId.APPROVE)
    assert "someone else decides" in told(world.mara)
    assert world.verdicts(task) == []


def a_batch(world: World) -> list[str]:
    """Five answers that share a card, by id: ids of one millisecond come in any order, and the first has the card."""
    tasks = sorted(world.receive(*[world.output() for _ in range(5)]))
    with world.store.begin() as uow:
        uow.tasks.set_batch(tasks, tasks[0])
    world.deliver()
    return tasks


def test_batch_is_decided_one_by_one_and_the_rest_at_once(world: World) -> None:
    """One rejected by hand; "Approve the rest" records four verdicts of their own; the card ends without buttons."""
    tasks = a_batch(world)
    card = world.mara.card(tasks[0])
    block = next(b for b in card["blocks"] if b["type"] == "actions")
    reject = next(e for e in block["elements"] if e["action_id"] == ActionId.BATCH_REJECT.value)
    world.mara._leaves()
    world.mara._press("C0REVIEW", card, {**reject, "block_id": block["block_id"]})
    world.mara.form(CallbackId.REJECT)
    assert world.mara.hand_in(refusal("outdated"))["ok"]
    until(lambda: world.verdicts(tasks[0]) == [(MARA, "reject")])
    world.deliver()
    card = world.mara.card(tasks[0])
    assert "4 of 5" in drawn(card["blocks"])
    world.mara.press(card, ActionId.BATCH_REST)
    until(lambda: all(world.view(task).resolution for task in tasks))
    world.deliver()
    assert [world.verdicts(task) for task in tasks[1:]] == [[(MARA, "approve")]] * 4
    assert not [b for b in world.mara.card(tasks[0])["blocks"] if b["type"] == "actions"]


def test_lead_is_told_what_is_late_and_extends_it(world: World) -> None:
    """The message counts, its buttons act, and who is no lead is refused."""
    (task,) = world.bring(world.output())
    lead = world.person(TOMAS)
    with world.store.begin() as uow:
        uow.notices.add(a_notice(world, task))
        uow.outbox.add(an_item(world, task))
    world.deliver()
    notice = showing(lambda: direct(lead), "past due")
    with world.store.begin() as uow:
        uow.tasks.set_due(task, world.clock.now(), None)
    press_direct(lead, notice, ActionId.EXTEND)
    until(lambda: (due := world.view(task).task.due_at) and due > world.clock.now())


def to(user: str) -> dict[str, Any]:
    """The form Hand over with this person chosen."""
    return {BlockId.HAND_OVER.value: {ActionId.HAND_OVER_TO.value: {"type": "users_select", "selected_user": user}}}


def a_notice(world: World, task: str) -> Notice:
    """To Tomás: this answer is late."""
    return Notice(
        notice_id=f"late:{task}",
        kind=NoticeKind.OVERDUE,
        recipient=TOMAS,
        task_ids=(task,),
        created_at=world.clock.now(),
    )


def an_item(world: World, task: str) -> OutboxItem:
    """That it is due."""
    return OutboxItem(
        key=f"notice:late:{task}",
        kind=OutboxKind.POST_NOTICE,
        notice_id=f"late:{task}",
        channel=TOMAS,
        due_at=world.clock.now(),
    )
