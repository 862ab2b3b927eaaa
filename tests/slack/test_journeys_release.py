"""Held answers: the application that waits learns what people decided, and the card tells what became of it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from bot.intake.auth import create_token
from bot.jobs.loops import Loop, Watch
from bot.slack.ids import ActionId, CallbackId
from reviewers.model import OnTimeout, Output
from tests.builders import COMPLETION
from tests.slack.people import Json, answer_of, drawn, has_live_verdicts, refusal, until
from tests.slack.worlds import HTTP, World, a_world


class Application:
    """The program that asks before it sends an answer to its customer."""

    def __init__(self, world: World) -> None:
        token, _ = create_token(world.store, token_id=world.services.ids.new("k"), name="app", now=world.clock.now())
        headers = {"Authorization": f"Bearer {token}"}
        self._http = httpx.Client(base_url=world.api, headers=headers, timeout=90, trust_env=False)
        self._threads = ThreadPoolExecutor(2)

    def waits(self, output_id: str, seconds: int = 60) -> Future[Json]:
        """Ask with a long poll."""
        return self._threads.submit(self.asks, output_id, wait=seconds)

    def asks(self, output_id: str, **query: Any) -> Json:
        """Ask, and return the answer."""
        return dict(self._http.get(f"/v1/outputs/{output_id}/release", params=query).raise_for_status().json())

    def close(self) -> None:
        """End."""
        self._threads.shutdown()
        self._http.close()


@contextmanager
def _application(world: World) -> Iterator[Application]:
    one = Application(world)
    try:
        yield one
    finally:
        one.close()


@contextmanager
def _outbox(world: World) -> Iterator[None]:
    """The worker's loop, which redraws cards by itself."""
    watch = Watch(world.store, world.clock, world.publisher.next_due)
    loop = Loop("outbox", world.publisher.deliver_due, watch, world.metrics)
    loop.start()
    try:
        yield
    finally:
        loop.stop()


def _held(world: World) -> tuple[Output, str]:
    output = world.output(hold=True)
    (task,) = world.receive(output)
    until(lambda: task in world.mara.cards("C0REVIEW"))
    return output, task


def test_waiting_application_learns_of_each_verdict(world: World) -> None:
    """Approved, edited with the text, rejected with the reasons: the long poll ends with the click."""
    with _application(world) as application, _outbox(world):
        output, task = _held(world)
        answer = application.waits(output.output_id)
        world.mara.press(world.mara.card(task), ActionId.APPROVE)
        told = answer.result(60)
        assert (told["state"], told["text"], told["may_be_sent"], told["verified"]) == (
            "approved",
            COMPLETION,
            True,
            True,
        )
        until(lambda: world.mara.card(task)["text"].startswith("Approved by Mara Lindqvist"))

        output, task = _held(world)
        answer = application.waits(output.output_id)
        world.mara.press(world.mara.card(task), ActionId.EDIT)
        world.mara.form(CallbackId.EDIT)
        world.mara.hand_in(answer_of("It costs € 3.50."))
        world.mara.hand_in()
        told = answer.result(60)
        assert (told["state"], told["text"], told["may_be_sent"]) == ("edited", "It costs € 3.50.", True)

        output, task = _held(world)
        answer = application.waits(output.output_id)
        world.mara.press(world.mara.card(task), ActionId.REJECT)
        world.mara.form(CallbackId.REJECT)
        world.mara.hand_in(refusal("invented"))
        told = answer.result(60)
        assert (told["state"], told["text"], told["may_be_sent"]) == ("rejected", None, False)
        assert told["reasons"] == ["invented"]
        until(lambda: world.mara.card(task)["text"].startswith("Rejected by Mara Lindqvist"))


@pytest.mark.parametrize(
    ("on_timeout", "text", "words"),
    [
        (OnTimeout.REFUSE, None, "The chat went to a person."),
        (OnTimeout.RELEASE, COMPLETION, "It was sent, not verified."),
    ],
)
def test_answer_that_nobody_decided_in_time_says_so_on_its_card(
    tmp_path: Any, on_timeout: OnTimeout, text: str | None, words: str
) -> None:
    """After ten minutes the policy decides; the card is redrawn without buttons, and it counts as no verdict."""
    with a_world(tmp_path, over=HTTP, on_timeout=on_timeout) as world, _application(world) as application:
        output = world.output(hold=True)
        (task,) = world.bring(output)
        card = world.mara.card(task)
        assert "waiting" in drawn(card["blocks"])
        assert application.asks(output.output_id)["state"] == "held"
        world.advance(601)
        assert world.services.release.sweep() == 1
        told = application.asks(output.output_id)
        assert (told["state"], told["text"], told["verified"]) == ("timed_out", text, False)

        world.mara.press(card, ActionId.APPROVE)
        assert "timed out before you decided" in world.mara.wait_until_told()[-1]["text"]

        world.deliver()
        redrawn = world.mara.card(task)
        assert redrawn["text"].startswith("Timed out")
        assert words in drawn(redrawn["blocks"])
        assert not has_live_verdicts(redrawn)
        assert world.verdicts(task) == []
