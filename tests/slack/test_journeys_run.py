"""The review run on the real app: a verdict puts the next answer in place, and nothing is lost on the way."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.slack.ids import ActionId, CallbackId, MenuChoice
from bot.slack.values import MenuValue
from reviewers.model import Route, TaskState
from tests.slack.people import Json, Person, answer_of, drawn, elements, refusal, showing, until
from tests.slack.worlds import HTTP, SOCKETS, World, a_world

TOMAS = "U0TOMAS"


@pytest.fixture(scope="module", params=[SOCKETS, HTTP])
def one(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Mara and Jonas review, Tomás leads."""
    route = Route(name="Card support", reviewers=("U0MARA", "U0JONAS"), leads=(TOMAS,))
    with a_world(tmp_path_factory.mktemp("run"), over=request.param, routes=(route,)) as world:
        yield world


@pytest.fixture
def world(one: World) -> World:
    """Nothing waits from before."""
    with one.store.begin() as uow:
        for task in uow.tasks.open(limit=1000):
            uow.tasks.set_state(task.task_id, TaskState.TIMED_OUT)
    one.begin()
    return one


def run_of(person: Person, title: str) -> Json:
    """The person's run, once it has this title."""
    return until(lambda: next((v for v in person.stack() if v["title"]["text"] == title), {}), f"no run {title}")


def start(world: World, *tasks: str) -> Json:
    """Mara starts a run over as many answers."""
    world.mara.command("next")
    return run_of(world.mara, f"Review, {len(tasks)} left")


def past_the_double_press(world: World) -> None:
    """A second goes by, so that what is drawn now can have been read."""
    world.advance(1)


def test_verdicts_follow_each_other_in_one_window(world: World) -> None:
    """Approve, Unsure, Approve: three presses, no other window, and a sum at the end."""
    tasks = world.bring(*[world.output() for _ in range(3)])
    run = start(world, *tasks)
    world.mara.tap(run, ActionId.RUN_APPROVE)
    run = run_of(world.mara, "Review, 2 left")
    assert "approved" in drawn(run["blocks"][0])
    past_the_double_press(world)
    world.mara.tap(run, ActionId.RUN_UNSURE)
    run = run_of(world.mara, "Review, 1 left")
    past_the_double_press(world)
    world.mara.tap(run, ActionId.RUN_APPROVE)
    done = run_of(world.mara, "Review, done")
    assert "3 reviewed: 2 approved, 1 unsure." in drawn(done["blocks"])
    said = [world.verdicts(task) for task in tasks]
    assert said == [[("U0MARA", "approve")], [("U0MARA", "unsure")], [("U0MARA", "approve")]]
    opened = [world.view(task).verdicts[0].opened_at for task in tasks]
    assert all(moment is not None for moment in opened)


def test_home_under_the_window_shows_what_the_run_left(world: World) -> None:
    """Slack does not tell that Home came to light again, so the run's end draws it anew."""
    tasks = world.bring(world.output(), world.output())
    world.mara.open_home()
    until(lambda: "2 answers wait for you" in drawn(world.mara.home().get("blocks", [])))
    run = start(world, *tasks)
    world.mara.tap(run, ActionId.RUN_APPROVE)
    run_of(world.mara, "Review, 1 left")
    world.mara.leave()
    until(lambda: "1 answer waits for you" in drawn(world.mara.home()["blocks"]))


def test_double_press_does_not_decide_the_answer_that_comes_after(world: World) -> None:
    """The second press lands on an answer that nobody can have read: it is not counted, and the window says so."""
    first, second = world.bring(world.output(), world.output())
    run = start(world, first, second)
    world.mara.tap(run, ActionId.RUN_APPROVE)
    run = run_of(world.mara, "Review, 1 left")
    world.mara.tap(run, ActionId.RUN_APPROVE)
    run = showing(lambda: run_of(world.mara, "Review, 1 left"), "not counted")
    assert world.verdicts(second) == []
    past_the_double_press(world)
    world.mara.tap(run, ActionId.RUN_APPROVE)
    run_of(world.mara, "Review, done")
    assert world.verdicts(second) == [("U0MARA", "approve")]


def test_undo_takes_the_verdict_back_and_shows_the_answer_again(world: World) -> None:
    """The card is open again, and the next verdict counts."""
    first, second = world.bring(world.output(), world.output())
    run = start(world, first, second)
    world.mara.tap(run, ActionId.RUN_APPROVE)
    run = run_of(world.mara, "Review, 1 left")
    world.mara.tap(run, ActionId.RUN_UNDO)
    run = run_of(world.mara, "Review, 2 left")
    assert world.verdicts(first)[-1] == ("U0MARA", "withdrawn")
    assert world.view(first).task.state is TaskState.OPEN
    past_the_double_press(world)
    world.mara.tap(run, ActionId.RUN_APPROVE)
    run_of(world.mara, "Review, 1 left")
    assert world.verdicts(first)[-1] == ("U0MARA", "approve")


def test_reject_and_edit_stand_on_top_and_go_on_in_the_run(world: World) -> None:
    """Each form is handed in, closes, and the run below shows the next answer."""
    first, second = world.bring(world.output(), world.output())
    run = start(world, first, second)
    world.mara.tap(run, ActionId.RUN_REJECT)
    world.mara.form(CallbackId.REJECT)
    assert world.mara.hand_in(refusal("invented"))["ok"]
    run = run_of(world.mara, "Review, 1 left")
    assert [view["callback_id"] for view in world.mara.stack()] == [CallbackId.RUN.value]
    past_the_double_press(world)
    world.mara.tap(run, ActionId.RUN_EDIT)
    world.mara.form(CallbackId.EDIT)
    world.mara.hand_in(answer_of("It costs € 3.50."))
    world.mara.form(CallbackId.CHANGES)
    assert len(world.mara.stack()) == 2
    assert world.mara.hand_in()["ok"]
    done = run_of(world.mara, "Review, done")
    assert "1 edited, 1 rejected" in drawn(done["blocks"])
    assert (world.verdicts(first), world.verdicts(second)) == ([("U0MARA", "reject")], [("U0MARA", "edit")])


def test_answer_that_somebody_decided_meanwhile_moves_the_run_on(world: World) -> None:
    """Jonas was faster on the card: Mara is told by whom, her press is not counted, and the next one stands there."""
    first, second = world.bring(world.output(), world.output())
    run = start(world, first, second)
    with world.store.begin() as uow:
        uow.tasks.set_claim(first, "", None)
    world.jonas.press(world.jonas.card(first), ActionId.REJECT)
    world.jonas.form(CallbackId.REJECT)
    world.jonas.hand_in(refusal("invented"))
    past_the_double_press(world)
    world.mara.tap(run, ActionId.RUN_APPROVE)
    showing(lambda: run_of(world.mara, "Review, 1 left"), "decided before you")
    assert world.verdicts(first) == [("U0JONAS", "reject")]
    assert world.verdicts(second) == []


def test_skipped_answers_wait_for_others_and_do_not_come_back(world: World) -> None:
    """Skip: the next one; at the end nothing is left in this run, and the answer is open."""
    first, second = world.bring(world.output(), world.output())
    run = start(world, first, second)
    world.mara.tap(run, ActionId.RUN_MORE, selected_option=option_of(run, MenuChoice.SKIP))
    run = run_of(world.mara, "Review, 1 left")
    assert world.view(first).task.claimed_by == ""
    past_the_double_press(world)
    world.mara.tap(run, ActionId.RUN_APPROVE)
    run_of(world.mara, "Review, done")
    assert (world.verdicts(first), world.verdicts(second)) == ([], [("U0MARA", "approve")])


def test_two_people_run_side_by_side_without_meeting(world: World) -> None:
    """Each is given what the other has not claimed; closing the window gives it back."""
    first, second = world.bring(world.output(), world.output())
    start(world, first, second)
    world.jonas.command("next")
    run_of(world.jonas, "Review, 1 left")
    claims = {world.view(task).task.claimed_by for task in (first, second)}
    assert claims == {"U0MARA", "U0JONAS"}
    world.mara.leave()
    until(lambda: "U0MARA" not in {world.view(task).task.claimed_by for task in (first, second)})


def option_of(view: Json, choice: MenuChoice) -> Json:
    """The value of a menu's entry."""
    menu = elements(view["blocks"])[ActionId.RUN_MORE.value]
    return {"value": next(o["value"] for o in menu["options"] if MenuValue.parse(o["value"]).choice is choice)}
