"""Forty reviewers press at once on two hundred cards while twenty outputs a second come in."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.bench import load
from bot.intake.auth import create_token
from reviewers.model import TaskState
from tests.builders import COMPLETION
from tests.slack.people import until
from tests.slack.worlds import HTTP, SOCKETS, World, a_world


@pytest.fixture(params=[SOCKETS, HTTP])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """A workspace with forty more people."""
    # How fast an ack is, is measured by `make bench` on a machine of its own; here a busy machine must not look like
    # a lost verdict.
    patient = {"more_people": tuple(load.reviewers()), "ack_seconds": 30.0}
    with a_world(tmp_path, over=request.param, sandbox=patient) as one:
        yield one


@contextmanager
def at_work(world: World) -> Iterator[None]:
    """What a worker does beside: scoring what comes in, and telling Slack what is due."""
    stop = threading.Event()

    def step() -> None:
        while not stop.is_set():
            scored, told = world.scoring.score_batch(), world.publisher.deliver_due()
            if not scored and not told:
                stop.wait(0.01)

    thread = threading.Thread(target=step)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


@contextmanager
def traffic(world: World) -> Iterator[load.Traffic]:
    """Outputs that come in all the while."""
    services = world.services
    token, _ = create_token(services.store, token_id="tok-load", name="load", now=services.clock.now())

    def body(number: int) -> Mapping[str, Any]:
        prompt = [{"role": "user", "content": "What does it cost?"}]
        return {"output_id": f"in-{number}", "prompt": prompt, "completion": COMPLETION, "model": "load"}

    coming = load.Traffic(api=world.api, token=token, body=body)
    thread = threading.Thread(target=coming.run)
    thread.start()
    try:
        yield coming
    finally:
        coming.stop()
        thread.join()


def test_every_press_is_answered_and_every_verdict_is_stored_once_under_its_person(world: World) -> None:
    """No press is lost, no output is refused, and every card ends decided by somebody who pressed it."""
    tasks = world.bring(*[world.output() for _ in range(load.CARDS)])
    people = [person.id for person in load.reviewers()]
    cards = load.cards_of(world.workspace, people[0])
    with at_work(world), traffic(world) as coming:
        presses = load.press_all(world.workspace, [cards[task] for task in tasks], people)
        until(lambda: all(world.view(task).task.state is TaskState.RESOLVED for task in tasks), "not all decided")
        until(lambda: not any(map(load.is_open, redrawn(world, tasks))), "not all redrawn")

    assert Counter(press.answer for press in presses).keys() <= {"ok", load.TOO_LATE}
    assert coming.refused == []
    assert coming.sent
    pressed = {(press.task_id, press.user) for press in presses if press.answer == "ok"}
    for task in tasks:
        verdicts = world.verdicts(task)
        assert len(verdicts) == 1, verdicts
        assert (task, verdicts[0][0]) in pressed
        resolution = world.view(task).resolution
        assert resolution is not None
        assert (resolution.revision, resolution.resolved_by) == (1, verdicts[0][0])
    with world.store.read() as uow:
        assert all(uow.outputs.get(output_id) for output_id in coming.sent)


def redrawn(world: World, tasks: list[str]) -> list[dict[str, Any]]:
    """The cards as they stand."""
    cards = load.cards_of(world.workspace, load.reviewers()[0].id)
    return [cards[task] for task in tasks]
