"""Group commit: one commit for all that wait, and no answer before it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence

import pytest

from bot.intake.committer import Committer
from reviewers.errors import Unavailable
from reviewers.model import Output
from reviewers.ports import Receipt, Received
from tests.builders import NOON, an_output


class Door:
    """A store that commits when the test opens the door, and notes what came together."""

    def __init__(self, refuse: Callable[[Sequence[Output]], Exception | None] = lambda _: None) -> None:
        self.groups: list[list[str]] = []
        self.entered = threading.Event()
        self.open = threading.Event()
        self._refuse = refuse

    def receive(self, outputs: Sequence[Output]) -> list[Receipt]:
        """As the use case does."""
        self.entered.set()
        assert self.open.wait(30)
        self.groups.append([output.output_id for output in outputs])
        error = self._refuse(outputs)
        if error is not None:
            raise error
        return [
            Receipt(output_id=output.output_id, status=Received.NEW, number=1, received_at=NOON) for output in outputs
        ]


async def crowd(committer: Committer, door: Door, *others: str) -> list[list[Receipt] | BaseException]:
    """One request whose commit has begun, then the others, then the door opens."""
    first = asyncio.create_task(committer.commit([an_output("first")]))
    await asyncio.to_thread(door.entered.wait, 30)
    tasks = [asyncio.create_task(committer.commit([an_output(each)])) for each in others]
    await asyncio.sleep(0)  # lets the tasks put their outputs into the queue
    assert not any(task.done() and task.exception() is None for task in (first, *tasks))
    door.open.set()
    return await asyncio.gather(first, *tasks, return_exceptions=True)


def test_what_arrives_during_a_commit_goes_into_the_next_one_together() -> None:
    """Nobody is answered before; then each gets its own receipts."""
    door = Door()
    committer = Committer(door.receive)
    answers = asyncio.run(crowd(committer, door, "a", "b", "c"))
    committer.close()
    assert door.groups == [["first"], ["a", "b", "c"]]
    assert [answer[0].output_id for answer in answers if isinstance(answer, list)] == ["first", "a", "b", "c"]


def test_a_group_has_a_largest_size() -> None:
    """A flood does not make one endless transaction; a request is never split."""
    door = Door()
    committer = Committer(door.receive, most=2)
    asyncio.run(crowd(committer, door, "a", "b", "c"))
    committer.close()
    assert door.groups == [["first"], ["a", "b"], ["c"]]


def test_one_request_that_fails_spoils_no_other() -> None:
    """The group is tried again one by one."""
    door = Door(lambda outputs: ValueError("b") if "b" in {each.output_id for each in outputs} else None)
    committer = Committer(door.receive)
    answers = asyncio.run(crowd(committer, door, "a", "b", "c"))
    committer.close()
    assert [type(answer).__name__ for answer in answers] == ["list", "list", "ValueError", "list"]


def test_a_store_that_is_away_is_asked_once_for_the_whole_group() -> None:
    """Trying one by one would only multiply the waiting."""
    door = Door(lambda outputs: Unavailable("away"))
    committer = Committer(door.receive)
    answers = asyncio.run(crowd(committer, door, "a", "b"))
    committer.close()
    assert all(isinstance(answer, Unavailable) for answer in answers)
    assert door.groups == [["first"], ["a", "b"]]


def test_too_many_that_wait_are_asked_to_come_back() -> None:
    """Memory stays bounded when the database is slower than the callers."""
    door = Door()
    committer = Committer(door.receive, most_waiting=2)
    answers = asyncio.run(crowd(committer, door, "a", "b", "c"))
    committer.close()
    assert [type(answer).__name__ for answer in answers] == ["list", "list", "list", "Unavailable"]


def test_closing_writes_what_waits_and_takes_nothing_more() -> None:
    """A stop loses nothing that was promised."""
    door = Door()
    committer = Committer(door.receive)
    asyncio.run(crowd(committer, door, "a"))
    committer.close()
    assert door.groups == [["first"], ["a"]]
    with pytest.raises(Unavailable):
        asyncio.run(committer.commit([an_output("late")]))


def test_a_caller_who_hangs_up_does_not_disturb_the_others() -> None:
    """Its output may or may not be stored; theirs are."""
    door = Door()
    committer = Committer(door.receive)

    async def story() -> list[Receipt]:
        first = asyncio.create_task(committer.commit([an_output("first")]))
        await asyncio.to_thread(door.entered.wait, 30)
        gone = asyncio.create_task(committer.commit([an_output("gone")]))
        stays = asyncio.create_task(committer.commit([an_output("stays")]))
        await asyncio.sleep(0)
        gone.cancel()
        await asyncio.gather(gone, return_exceptions=True)
        door.open.set()
        await first
        return await stays

    assert [receipt.output_id for receipt in asyncio.run(story())] == ["stays"]
    committer.close()
    assert door.groups == [["first"], ["stays"]]
