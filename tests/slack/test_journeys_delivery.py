"""Cards on their way to the channel when Slack limits, refuses or revokes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.sandbox.ratelimits import DEFAULT_LIMITS
from bot.slack.ids import ActionId
from reviewers.model import VerdictKind
from reviewers.ports import Counts
from reviewers.workflow.verdicts import Ballot
from tests.slack.people import CHANNEL, drawn, until
from tests.slack.worlds import HTTP, World, a_world


@pytest.fixture
def limited(tmp_path: Path) -> Iterator[World]:
    """A workspace with Slack's real limits, and a publisher that does not pace itself."""
    with a_world(tmp_path, over=HTTP, sandbox={"rate_limits": dict(DEFAULT_LIMITS)}) as one:
        yield one


def _run(world: World, seconds: int) -> None:
    """Let the outbox work on both clocks."""
    for _ in range(seconds):
        world.deliver()
        world.advance(1)


def _counts(world: World) -> Counts:
    with world.store.read() as uow:
        return uow.counts()


def _posted(world: World) -> list[str]:
    """The tasks of the cards in the channel, in the channel's order; one twice is listed twice."""
    return [m["metadata"]["event_payload"]["task_id"] for m in world.mara.seen() if "metadata" in m]


def test_cards_wait_out_slacks_limit_in_order(limited: World) -> None:
    """Twelve at once: Slack takes a burst, answers 429 with Retry-After, and gets the rest one after the other."""
    tasks = limited.receive(*[limited.output() for _ in range(12)])
    _run(limited, 60)
    assert _posted(limited) == tasks
    assert [e["status"] for e in limited.journal("chat.postMessage")].count(429) > 0
    assert _counts(limited).outbox_due == 0


def test_a_long_retry_after_is_waited_out_to_the_second(limited: World) -> None:
    """Slack says thirty seconds: nothing is tried before, and then it works at once."""
    (task,) = limited.receive(limited.output())
    limited.arm("chat.postMessage", "rate_limited", retry_after=30)
    _run(limited, 29)
    assert len(limited.journal("chat.postMessage")) == 1
    _run(limited, 3)
    assert _posted(limited) == [task]


def test_redrawn_cards_wait_out_slacks_limit_and_end_as_they_should(limited: World) -> None:
    """Every card is decided while updates are refused: each ends redrawn, by the newest verdict."""
    tasks = limited.receive(*[limited.output() for _ in range(8)])
    _run(limited, 30)
    limited.arm("chat.update", "rate_limited", times=3, retry_after=5)
    for task in tasks:
        for kind in (VerdictKind.APPROVE, VerdictKind.REJECT):
            limited.services.verdicts.record(
                Ballot(task_id=task, reviewer="U0MARA", kind=kind, reasons=("style",) if kind == "reject" else ())
            )
    _run(limited, 60)
    assert {limited.mara.card(task)["text"].split()[0] for task in tasks} == {"Rejected"}
    assert _counts(limited).outbox_due == 0
    assert _posted(limited) == tasks


def test_publisher_paces_itself_so_that_slack_need_not(tmp_path: Path) -> None:
    """With its pace of a second a channel, the real limits are never met."""
    with a_world(tmp_path, over=HTTP, pace=1.0, sandbox={"rate_limits": dict(DEFAULT_LIMITS)}) as world:
        tasks = world.receive(*[world.output() for _ in range(12)])
        _run(world, 30)
        assert _posted(world) == tasks
        assert {entry["status"] for entry in world.journal("chat.postMessage")} == {200}


def test_card_for_an_archived_channel_is_kept_as_dead_and_seen(alone: World) -> None:
    """Trying again would not help: the item is dead, counted and named; other channels go on, and Home still works."""
    alone.control("channels", channel=CHANNEL, archived=True)
    (task,) = alone.bring(alone.output())
    counts = _counts(alone)
    assert (counts.outbox_dead, counts.outbox_due, counts.posted) == (1, 0, 0)
    with alone.store.read() as uow:
        (dead,) = uow.outbox.dead()
    assert (dead.task_id, dead.last_error) == (task, "is_archived")
    assert alone.metrics.of("outbox_dead", kind="post_card") == 1
    alone.mara.open_home()
    assert "1 answer waits" in drawn(until(alone.mara.home)["blocks"])


@pytest.mark.parametrize("fault", ["token_revoked", "not_in_channel"])
def test_card_goes_out_once_people_have_repaired_the_installation(alone: World, fault: str) -> None:
    """A revoked token and an app that nobody invited are not the card's fault: it waits, and is posted once."""
    if fault == "token_revoked":
        alone.arm("chat.postMessage", "token_revoked")
    else:
        alone.control("channels", channel=CHANNEL, remove=["U0WHETSTONE"])
    (task,) = alone.bring(alone.output())
    counts = _counts(alone)
    assert (counts.outbox_dead, counts.outbox_due) == (0, 1)
    alone.control("channels", channel=CHANNEL, add=["U0WHETSTONE"])
    alone.advance(300)
    alone.deliver()
    assert _posted(alone) == [task]
    assert _counts(alone).outbox_due == 0


def test_redraw_of_a_deleted_card_is_given_up_and_the_verdict_stands(alone: World) -> None:
    """Somebody deleted the message: the update is dead, the verdict is not."""
    (task,) = alone.bring(alone.output())
    card = alone.mara.card(task)
    alone.mara.press(card, ActionId.APPROVE)
    until(lambda: alone.view(task).resolution)
    alone.call("chat.delete", channel=CHANNEL, ts=card["ts"])
    alone.deliver()
    assert _counts(alone).outbox_dead == 1
    assert alone.verdicts(task) == [("U0MARA", "approve")]
