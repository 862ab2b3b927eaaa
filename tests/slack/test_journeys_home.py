"""Home on the real app: what waits for a person, their settings, and what a lead sees; over both ways."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import time
from pathlib import Path

import pytest

from bot.slack.ids import ActionId, BlockId, CallbackId
from reviewers.model import OnDisagreement, Route, TaskState
from tests.slack.people import Json, Person, drawn, labels, refusal, ticked, until
from tests.slack.worlds import HTTP, SOCKETS, World, a_world

MARA, JONAS, TOMAS = "U0MARA", "U0JONAS", "U0TOMAS"
CARDS = Route(name="Card support", reviewers=(MARA, JONAS), leads=(TOMAS,))
WAITING = 19  # three pages of Home: 8, 8 and 3 rows


@pytest.fixture(scope="module", params=[SOCKETS, HTTP])
def one(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Mara and Jonas review, Tomás leads; what is tagged "two" needs both of them."""
    two = replace(CARDS, name="Two", match=replace(CARDS.match, tags=("two",)), quorum=2)
    two = replace(two, on_disagreement=OnDisagreement.LEAD)
    with a_world(tmp_path_factory.mktemp("home"), over=request.param, routes=(two, CARDS)) as world:
        yield world


@pytest.fixture
def world(one: World) -> World:
    """Nothing waits from before."""
    with one.store.begin() as uow:
        for task in uow.tasks.open(limit=1000):
            uow.tasks.set_state(task.task_id, TaskState.TIMED_OUT)
    one.begin()
    return one


def home_of(person: Person, having: str) -> Json:
    """The Home, once it says this."""
    return until(lambda: home if having in drawn((home := person.home()).get("blocks", [])) else {}, having)


def opened(person: Person, having: str) -> Json:
    """The same, opened anew."""
    person.open_home()
    return home_of(person, having)


def rows(home: Json) -> list[Json]:
    """The rows that lead to an answer."""
    return [block for block in home["blocks"] if block["block_id"].startswith("row_")]


def run_of(person: Person) -> Json:
    """The review run, once it is open."""
    return until(
        lambda: next((v for v in person.stack() if v.get("callback_id") == CallbackId.RUN.value), {}), "no run"
    )


def test_home_pages_through_what_waits(world: World) -> None:
    """Eight rows, then More and Back; the number stands in the first line, the week and settings on the first page."""
    world.bring(*[world.output() for _ in range(WAITING)])
    first = opened(world.mara, "19 answers wait")
    assert len(rows(first)) == 8
    assert {"Review next", "11 more", "Pause me", "My hours", "Weekly digest: off"} <= labels(first["blocks"])
    assert "to read" in drawn(first["blocks"])
    world.mara.tap(first, ActionId.HOME_MORE)
    second = home_of(world.mara, "3 more")
    assert len(rows(second)) == 8
    assert "Your week" not in drawn(second["blocks"])
    world.mara.tap(second, ActionId.HOME_MORE)
    last = until(lambda: home if len(rows(home := world.mara.home())) == 3 else {})
    assert "more" not in " ".join(labels(last["blocks"]))
    world.mara.tap(last, ActionId.HOME_BACK)
    home_of(world.mara, "3 more")


def test_row_opens_its_answer_and_claims_it(world: World) -> None:
    """Open leads into the run with that answer; Home, opened again, shows it as claimed beside what waits."""
    _, second = world.bring(world.output(), world.output())
    home = opened(world.mara, "2 answers wait")
    world.mara.tap(home, ActionId.OPEN, f"row_{second}")
    run_of(world.mara)
    home = opened(world.mara, "Claimed by you")
    assert "1 answer waits" in drawn(home["blocks"])
    assert world.view(second).task.claimed_by == MARA
    world.mara.leave_all()


def test_settings_are_kept_and_drawn_at_once(world: World) -> None:
    """Pause and resume, the digest on and off, hours with a mistake told at its field."""
    mara = world.mara
    mara.tap(opened(mara, "Your week"), ActionId.PAUSE)
    paused = home_of(mara, "You are paused.")
    assert world.services.preferences.is_paused(MARA)
    assert "Pause me" not in labels(paused["blocks"])
    mara.tap(paused, ActionId.RESUME)
    until(lambda: not world.services.preferences.is_paused(MARA))
    until(lambda: "Pause me" in labels(mara.home()["blocks"]))
    mara.tap(mara.home(), ActionId.DIGEST)
    until(lambda: "Weekly digest: on" in labels(mara.home()["blocks"]))
    assert world.services.preferences.get(MARA).digest
    mara.tap(mara.home(), ActionId.DIGEST)
    until(lambda: "Weekly digest: off" in labels(mara.home()["blocks"]))
    mara.tap(mara.home(), ActionId.HOURS)
    mara.form(CallbackId.HOURS)
    refused = mara.hand_in(hours("10:00", "9:00", "0"))
    assert refused["errors"] == {BlockId.HOURS_END.value: "The day ends before it starts. Choose a later end."}
    assert mara.hand_in(hours("10:00", "16:30", "0", "2", "4"))["ok"]
    home_of(mara, "Hours: 10:00 to 16:30, Monday, Wednesday and Friday.")
    kept = world.services.preferences.get(MARA)
    assert (kept.starts_at, kept.ends_at, kept.days) == (time(10), time(16, 30), (0, 2, 4))


def hours(start: str, end: str, *days: str) -> dict[str, Json]:
    """The filled form "My hours"."""

    def at(clock: str) -> Json:
        return {"type": "timepicker", "selected_time": clock.zfill(5)}

    return {
        BlockId.HOURS_START.value: {ActionId.HOURS_START.value: at(start)},
        BlockId.HOURS_END.value: {ActionId.HOURS_END.value: at(end)},
        BlockId.HOURS_DAYS.value: {ActionId.HOURS_DAYS.value: ticked(*days)},
    }


def test_lead_decides_first_and_sees_the_teams_queue(world: World) -> None:
    """The dispute with Decide, each route in one sentence, See with the list; a reviewer sees nothing of it."""
    disputed, _ = world.bring(world.output(tags=("two",)), world.output())
    world.mara.press(world.mara.card(disputed), ActionId.APPROVE)
    until(lambda: world.verdicts(disputed))
    world.deliver()
    world.jonas.press(world.jonas.card(disputed), ActionId.REJECT)
    world.jonas.form(CallbackId.REJECT)
    assert world.jonas.hand_in(refusal("invented"))["ok"]
    until(lambda: world.view(disputed).task.state is TaskState.DISPUTED)
    tomas = world.person(TOMAS)
    home = opened(tomas, "1 decision waits for you.")
    told = drawn(home["blocks"])
    assert "disputed, 1 approved, 1 rejected" in told
    assert "*Card support*  1 open, about 1 minute of review" in told
    assert "*Two*  1 disputed" in told
    assert "too few to say" in told
    see = next(block for block in home["blocks"] if "*Two*" in drawn(block))
    tomas.tap(home, ActionId.SEE_QUEUE, see["block_id"])
    listed = drawn(tomas.form(title="Queue")["blocks"])
    assert "*Two*  1 answer undecided" in listed
    assert "What does it cost to take out cash in Thailand?" in listed
    tomas.leave()
    tomas.tap(home, ActionId.OPEN, f"row_dispute_{disputed}")
    run_of(tomas)
    tomas.leave_all()
    assert "The team's queue" not in drawn(opened(world.mara, "Your week")["blocks"])


def test_guest_sees_no_answer_on_home(world: World) -> None:
    """A guest may not review: the reason stands where the queue would."""
    world.bring(world.output())
    told = drawn(opened(world.person("U0GUEST"), "You are a guest here.")["blocks"])
    assert "Thailand" not in told


def test_home_of_a_new_workspace_says_that_nothing_waits(tmp_path: Path) -> None:
    """An empty queue is a sentence, and Review next in the command says the same."""
    with a_world(tmp_path, over=HTTP) as empty:
        told = drawn(opened(empty.mara, "Nothing waits for you.")["blocks"])
        assert "New answers come to <#C0REVIEW>; you get a reminder before one is due." in told
        assert "no answers in 7 days" in told
        empty.mara.command("next")
        assert "Nothing to review" in drawn(run_of(empty.mara)["blocks"])
