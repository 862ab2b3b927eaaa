"""Exactly one card a task stands in the channel, whatever gets lost on the way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from slack_sdk import WebClient

from bot.bootstrap import build_desk
from bot.slack.publisher import SlackMessenger
from reviewers.model import VerdictKind
from reviewers.workflow.verdicts import Ballot
from tests.slack.worlds import HTTP, World, a_world

FAULTS = ["drop_response_after_commit", "time_out_after_commit", "time_out", "http_500", "reset"]
IMPATIENT_SECONDS = 1  # until the worker gives an answer up


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A workspace whose worker waits a second for Slack; each test looks at its own cards."""
    with a_world(tmp_path_factory.mktemp("world"), over=HTTP) as one:
        client = WebClient(
            one.sandbox.bot_token, base_url=f"{one.workspace}/api/", timeout=IMPATIENT_SECONDS, retry_handlers=[]
        )
        desk = build_desk(one.settings, one.services)
        messenger = SlackMessenger(client, desk.card, desk.notice)
        one.publisher = replace(one.publisher, messenger=messenger)
        yield one


def _cards(world: World, tasks: list[str]) -> list[str]:
    """The cards of these tasks in the channel; one that stands there twice is listed twice."""
    found = sorted(m["metadata"]["event_payload"]["task_id"] for m in world.mara.seen() if "metadata" in m)
    return [task for task in found if task in tasks]


def _settle(world: World) -> None:
    """Let the retries fall due, over half an hour."""
    for _ in range(10):
        world.deliver()
        world.advance(180)
    with world.store.read() as uow:
        counts = uow.counts()
    assert (counts.outbox_due, counts.outbox_dead) == (0, 0)


@pytest.mark.parametrize("fault", FAULTS)
def test_one_card_a_task_when_the_answer_to_a_posting_is_lost(world: World, fault: str) -> None:
    """One of three postings fails so: three cards, each where its task says."""
    tasks = world.receive(*[world.output() for _ in range(3)])
    world.arm("chat.postMessage", fault)
    _settle(world)
    assert _cards(world, tasks) == sorted(tasks)
    for task in tasks:
        posting = world.view(task).task.posting
        assert posting is not None
        assert posting.ts == world.mara.card(task)["ts"]


@pytest.mark.parametrize("fault", FAULTS)
def test_one_card_when_even_looking_for_it_fails(world: World, fault: str) -> None:
    """The answer is lost, and then history cannot be read for a while."""
    tasks = world.receive(world.output())
    world.arm("chat.postMessage", "drop_response_after_commit")
    world.arm("conversations.history", fault)
    _settle(world)
    assert _cards(world, tasks) == tasks


def test_card_is_found_again_behind_many_other_messages(world: World) -> None:
    """It was pushed off the first page of history before anybody looked."""
    before = world.mark()
    tasks = world.receive(world.output())
    world.arm("chat.postMessage", "drop_response_after_commit")
    world.deliver()
    for number in range(230):
        world.control("messages", user="U0MARA", channel="C0REVIEW", text=f"good morning {number}")
    _settle(world)
    assert _cards(world, tasks) == tasks
    assert len(world.journal("conversations.history", since=before)) == 2


@pytest.mark.parametrize("fault", FAULTS)
def test_card_is_redrawn_when_the_answer_to_an_update_is_lost(world: World, fault: str) -> None:
    """Updating twice is harmless; not updating is not."""
    (task,) = world.bring(world.output())
    world.arm("chat.update", fault)
    world.services.verdicts.record(Ballot(task_id=task, reviewer="U0MARA", kind=VerdictKind.APPROVE))
    _settle(world)
    assert world.mara.card(task)["text"].startswith("Approved by Mara Lindqvist")
