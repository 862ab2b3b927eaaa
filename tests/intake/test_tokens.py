"""Bearer tokens: shown once, kept as a hash, revoked within a second or two."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from bot.intake.auth import Gatekeeper, create_token
from bot.intake.problems import ProblemFound
from reviewers.errors import Invalid
from reviewers.ports import UnitOfWork
from tests.builders import NOON
from tests.fakes import MemoryStore
from tests.intake.rig import Service, a_body


class CountingStore(MemoryStore):
    """Counts reads."""

    def __init__(self) -> None:
        super().__init__()
        self.reads = 0

    @contextmanager
    def read(self) -> Iterator[UnitOfWork]:
        """As the store does."""
        self.reads += 1
        with super().read() as uow:
            yield uow


class Hand:
    """A monotonic clock that is set by hand."""

    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_only_the_hash_of_a_token_is_kept() -> None:
    """The token itself is nowhere in the store."""
    store = MemoryStore()
    token, kept = create_token(store, token_id="tok-1", name="app", now=NOON)
    with store.read() as uow:
        stored = uow.tokens.all()
    assert token.startswith("wst_")
    assert len(token) == len("wst_") + 43  # 32 bytes in base64 without padding
    assert stored == [kept]
    assert kept.token_hash == hashlib.sha256(token.encode()).hexdigest()
    assert token not in repr(stored)


@pytest.mark.parametrize("name", ["", "  ", "x" * 101, "a\nb"])
def test_a_token_needs_a_name(name: str) -> None:
    """People must be able to tell tokens apart when they revoke one."""
    with pytest.raises(Invalid):
        create_token(MemoryStore(), token_id="tok-1", name=name, now=NOON)


def test_a_revoked_token_stops_working_when_the_trusted_second_is_over() -> None:
    """Until then the store is not asked again; after it, 401."""
    store, clock = CountingStore(), Hand()
    token, kept = create_token(store, token_id="tok-1", name="app", now=NOON)
    with ThreadPoolExecutor(1) as threads:
        gate = Gatekeeper(store, threads, seconds=1.0, monotonic=clock)

        def admit() -> str:
            return asyncio.run(gate.admit(f"Bearer {token}"))

        assert (admit(), admit(), store.reads) == ("app", "app", 1)
        with store.begin() as uow:
            uow.tokens.revoke(kept.token_id, NOON)
        assert (admit(), store.reads) == ("app", 1)
        clock.seconds = 1.0
        with pytest.raises(ProblemFound) as found:
            admit()
    assert found.value.problem.kind.status == 401
    assert store.reads == 2


def test_wrong_tokens_do_not_fill_memory() -> None:
    """What is remembered is bounded."""
    store = CountingStore()
    with ThreadPoolExecutor(1) as threads:
        gate = Gatekeeper(store, threads, seconds=60.0, monotonic=Hand())

        async def guess() -> None:
            for number in range(1_100):
                with pytest.raises(ProblemFound):
                    await gate.admit(f"Bearer wst_{number}")

        asyncio.run(guess())
        assert len(gate._cache) == 1_000


def test_a_token_that_was_revoked_before_its_first_use_opens_nothing(running: Service, new_id: str) -> None:
    """Over HTTP, with the real store."""
    token, token_id = running.parts.token("other")
    with running.parts.store.begin() as uow:
        assert uow.tokens.revoke(token_id, running.parts.clock.now())
    answer = running.post(a_body(new_id), headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 401
