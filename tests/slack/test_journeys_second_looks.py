"""A second look on the real app: its card is like any other, and nobody who saw the answer may judge it again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.slack.ids import ActionId, CallbackId
from reviewers.model import Outcome, Purpose, ReviewTask
from tests.slack.people import Json, drawn, refusal, until
from tests.slack.worlds import HTTP, SOCKETS, World, a_world

MARA, JONAS = "U0MARA", "U0JONAS"
HOURS = 3600.0


@pytest.fixture(scope="module", params=[SOCKETS, HTTP])
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Mara and Jonas review, and whatever one of them decides the other one judges too."""
    folder: Path = tmp_path_factory.mktemp("second")
    with a_world(folder, over=request.param, reviewers=(MARA, JONAS), double_review=1.0, gold_rate=0.0) as opened:
        yield opened


def looked_at_again(world: World) -> tuple[str, Json, ReviewTask]:
    """An answer that Mara approved, its card as it stood open, and the second look of two hours later."""
    (task,) = world.bring(world.output())
    before = world.mara.card(task)
    world.mara.press(before, ActionId.APPROVE)
    world.settled(task)
    world.advance(2 * HOURS)
    _, sweep = world.services.sweeps["second_looks"]
    assert sweep() == 1
    world.deliver()
    with world.store.read() as uow:
        *_, look = uow.tasks.of_output(world.view(task).output.output_id)
    assert look.purpose is Purpose.SECOND
    return task, before, look


def plain(message: Json) -> str:
    """All that a card says and carries, without ids and moments."""
    said = f"{message['text']} {message['blocks']}"
    return re.sub(
        r'"task":"[^"]*"|<!date[^>]*>|\d+:\d\d|[Dd]ue (?:\d+ )?\w+', "", re.sub(r"'block_id': '[^']*'", "", said)
    )


def test_its_card_is_like_any_other(world: World) -> None:
    """Word for word what the first one said while it was open, under the same number: no mark, no "1 of 2"."""
    _, before, look = looked_at_again(world)
    assert plain(world.mara.card(look.task_id)) == plain(before)


def test_nobody_who_saw_it_judges_it_and_what_was_decided_stays(world: World) -> None:
    """Mara is told to leave it; Jonas rejects; her card and her resolution are as they were."""
    task, _, look = looked_at_again(world)
    first = world.mara.card(task)
    world.mara.press(world.mara.card(look.task_id), ActionId.APPROVE)
    assert "You have seen this answer before" in drawn(world.mara.wait_until_told()[-1]["blocks"])

    world.jonas.press(world.jonas.card(look.task_id), ActionId.REJECT)
    world.jonas.form(CallbackId.REJECT)
    world.jonas.hand_in(refusal("invented"))
    assert "Rejected" in drawn(world.settled(look.task_id)["blocks"])
    assert world.verdicts(look.task_id) == [(JONAS, "reject")]
    assert world.mara.card(task) == first
    resolution = world.view(task).resolution
    assert resolution is not None
    assert resolution.outcome is Outcome.APPROVED


def test_the_story_of_an_answer_keeps_its_decision_from_who_judges_it_again(world: World) -> None:
    """Jonas asks why: it waits. Mara asks: she approved it. Once Jonas has decided he reads what he said himself."""
    task, _, look = looked_at_again(world)
    number = world.view(task).task.number

    def story(name: str) -> str:
        person = world.person(name)
        told = len(person.told())
        person.command(f"why {number}")
        return until(lambda: drawn(person.told()[-1]["blocks"]) if len(person.told()) > told else "")

    assert "pproved" not in story(JONAS)
    assert "pproved" in story(MARA)
    world.jonas.press(world.jonas.card(look.task_id), ActionId.UNSURE)
    until(lambda: world.verdicts(look.task_id))
    assert "pproved" not in story(JONAS)
