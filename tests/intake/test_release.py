"""The loop is closed: the application learns what people decided, as soon as they have."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.intake.api import make_api
from bot.intake.watcher import ReleaseWatcher
from bot.runtime import _uvicorn
from reviewers.errors import Unavailable
from reviewers.model import OnTimeout, Release, ReleaseState, ReviewTask, VerdictKind
from reviewers.ports import UnitOfWork
from reviewers.workflow.verdicts import Ballot
from tests.builders import NOON, a_decision, a_release, a_task, an_output
from tests.fakes import FixedClock, MemoryStore
from tests.intake.rig import Parts, a_body, parts, service, serving, sql_store


@dataclass
class Asked:
    """A release desk that tells how many have asked: then they wait."""

    desk: Any
    changed: threading.Condition = field(default_factory=threading.Condition)
    times: int = 0

    def get(self, output_id: str) -> Release:
        """As the desk does."""
        release: Release = self.desk.get(output_id)
        with self.changed:
            self.times += 1
            self.changed.notify_all()
        return release

    def wait_for(self, times: int) -> None:
        """Until so many have asked."""
        with self.changed:
            assert self.changed.wait_for(lambda: self.times >= times, 60)


@dataclass(frozen=True)
class Held:
    """A service whose release desk can be watched."""

    http: httpx.Client
    address: str
    behind: Parts
    asked: Asked

    def hold(self, output_id: str) -> ReviewTask:
        """An output that is held, with its review task."""
        assert self.http.post("/v1/outputs", json=a_body(output_id, hold=True)).status_code == 202
        task = a_task(f"t-{output_id}", output_id=output_id, hold=True)
        with self.behind.store.begin() as uow:
            uow.decisions.add([a_decision(output_id)])
            uow.tasks.add(task)
        return task

    def decide(self, output_id: str, kind: VerdictKind, **more: Any) -> None:
        """A reviewer clicks."""
        self.behind.verdicts.record(Ballot(task_id=f"t-{output_id}", reviewer="U0MARA", kind=kind, **more))


@contextmanager
def holding(path: Path, **options: Any) -> Iterator[Held]:
    """A running service with one token."""
    store = sql_store(path / "whetstone.db")
    behind = parts(store, **options)
    asked = Asked(behind.services.release)
    app = make_api(replace(behind.services, release=asked))
    headers = {"Authorization": f"Bearer {behind.token()[0]}"}
    with (
        serving(app) as address,
        httpx.Client(base_url=address, headers=headers, timeout=30, trust_env=False) as client,
    ):
        yield Held(client, address, behind, asked)
    store.close()


@pytest.mark.parametrize(
    ("kind", "more", "told"),
    [
        (
            VerdictKind.APPROVE,
            {},
            {"state": "approved", "may_be_sent": True, "verified": True, "text": a_body()["completion"]},
        ),
        (
            VerdictKind.EDIT,
            {"correction": "It costs € 3.50."},
            {"state": "edited", "may_be_sent": True, "verified": True, "text": "It costs € 3.50."},
        ),
        (
            VerdictKind.REJECT,
            {"reasons": ("invented",), "note": "No such fee."},
            {
                "state": "rejected",
                "may_be_sent": False,
                "verified": False,
                "text": None,
                "reasons": ["invented"],
                "note": "No such fee.",
            },
        ),
    ],
)
def test_a_waiting_application_is_told_what_people_decided(
    tmp_path: Path, kind: VerdictKind, more: dict[str, Any], told: dict[str, Any]
) -> None:
    """The poll asks for a minute, the caller's patience ends after half of it: the click answers, not the time."""
    with holding(tmp_path) as held, ThreadPoolExecutor(1) as threads:
        held.hold("o-1")
        poll = threads.submit(held.http.get, "/v1/outputs/o-1/release?wait=60")
        held.asked.wait_for(1)
        held.decide("o-1", kind, **more)
        answer = poll.result().json()
        assert told.items() <= answer.items()
        assert answer["final"]
        assert held.http.get("/v1/outputs/o-1/release").json() == answer
        assert held.http.get("/v1/outputs/o-1").json()["release"] == answer


def test_an_output_that_nobody_decided_on_is_told_as_held(tmp_path: Path) -> None:
    """After the wait, with its deadline and no text: ask again."""
    with holding(tmp_path) as held:
        held.hold("o-1")
        answer = held.http.get("/v1/outputs/o-1/release?wait=0.05").json()
    assert (answer["state"], answer["final"], answer["may_be_sent"], answer["text"]) == ("held", False, False, None)
    assert answer["deadline"] > answer["held_since"]


@pytest.mark.parametrize(("policy", "sent"), [(OnTimeout.RELEASE, True), (OnTimeout.REFUSE, False)])
def test_a_passed_deadline_follows_the_policy(tmp_path: Path, policy: OnTimeout, sent: bool) -> None:
    """Timed out is no verdict: never verified, and sent only where the policy says so."""
    clock = FixedClock(NOON)
    with holding(tmp_path, clock=clock, on_timeout=policy, hold_minutes=10) as held:
        held.hold("o-1")
        clock.advance(600)
        answer = held.http.get("/v1/outputs/o-1/release").json()
    assert (answer["state"], answer["final"], answer["verified"]) == ("timed_out", True, False)
    assert (answer["may_be_sent"], answer["text"]) == (sent, a_body()["completion"] if sent else None)


def test_a_deadline_that_passes_during_the_wait_is_told_without_a_clock_process(tmp_path: Path) -> None:
    """Nobody depends on the sweep of another process."""
    with holding(tmp_path, hold_minutes=0.001) as held:
        held.http.post("/v1/outputs", json=a_body(hold=True))
        assert held.http.get("/v1/outputs/o-1/release?wait=20").json()["state"] == "timed_out"


@pytest.mark.parametrize(
    ("kind", "more", "note", "told_of_the_output"),
    [
        (VerdictKind.REJECT, {"reasons": ("invented",), "note": "No such fee."}, "No such fee.", ""),
        (VerdictKind.EDIT, {"correction": "It costs € 3.50."}, "", "Checked by a person on 23 Nov."),
    ],
)
def test_after_a_recall_nothing_may_be_sent(
    tmp_path: Path, kind: VerdictKind, more: dict[str, Any], note: str, told_of_the_output: str
) -> None:
    """What was told before stays, so that it can be taken back; the edit is of the output, and no new release."""
    with holding(tmp_path, clock=FixedClock(NOON)) as held:
        held.hold("o-1")
        held.decide("o-1", VerdictKind.APPROVE)
        before = held.http.get("/v1/outputs/o-1/release").json()
        assert before["notice"] == "Checked by a person on 23 Nov."
        held.decide("o-1", kind, **more)
        answer = held.http.get("/v1/outputs/o-1/release").json()
        story = held.http.get("/v1/outputs/o-1").json()
    changed = {"may_be_sent": False, "verified": False, "notice": "", "note": note}
    assert answer == before | changed | {"recalled_at": answer["recalled_at"]}
    assert answer["recalled_at"] is not None
    assert (story["release"], story["notice"]) == (answer, told_of_the_output)


def test_after_a_mistaken_undo_it_may_be_sent_again(tmp_path: Path) -> None:
    """The same text was approved once more: the release is told as before."""
    with holding(tmp_path, clock=FixedClock(NOON)) as held:
        held.hold("o-1")
        held.decide("o-1", VerdictKind.APPROVE)
        before = held.http.get("/v1/outputs/o-1/release").json()
        held.behind.verdicts.withdraw("t-o-1", "U0MARA")
        assert not held.http.get("/v1/outputs/o-1/release").json()["may_be_sent"]
        held.decide("o-1", VerdictKind.APPROVE)
        assert held.http.get("/v1/outputs/o-1/release").json() == before


def test_an_output_that_was_not_held_has_no_release(tmp_path: Path) -> None:
    """409 says that nothing holds it back."""
    with service(tmp_path) as started:
        started.post(a_body())
        answer = started.http.get("/v1/outputs/o-1/release?wait=60")
    assert answer.status_code == 409
    assert "not sent with hold" in answer.json()["detail"]


def test_who_waits_is_answered_before_the_service_ends() -> None:
    """As if the time were over, rather than cut off: the next attempt finds the service that is started anew."""
    behind = parts(MemoryStore())
    asked = Asked(behind.services.release)
    headers = {"Authorization": f"Bearer {behind.token()[0]}"}
    with ThreadPoolExecutor(1) as threads:
        with _uvicorn(make_api(replace(behind.services, release=asked)), "127.0.0.1", 0) as address:
            body = a_body("o-1", hold=True)
            httpx.post(f"{address}/v1/outputs", json=body, headers=headers, trust_env=False)
            url = f"{address}/v1/outputs/o-1/release?wait=60"
            poll = threads.submit(httpx.get, url, headers=headers, timeout=30, trust_env=False)
            asked.wait_for(1)
        answer = poll.result()
    assert (answer.status_code, answer.json()["state"], answer.json()["final"]) == (200, "held", False)


def test_two_hundred_who_wait_hold_no_thread_and_each_is_answered(tmp_path: Path) -> None:
    """While all wait the service takes outputs as before; then one commit answers all."""
    many = 200
    with holding(tmp_path) as held:
        ids = [f"o-{number}" for number in range(many)]
        held.http.post("/v1/outputs", json={"outputs": [a_body(each, hold=True) for each in ids]})
        threads_before = threading.active_count()

        async def poll() -> list[str]:
            limits = httpx.Limits(max_connections=many + 1)
            async with httpx.AsyncClient(
                base_url=held.address, headers=held.http.headers, limits=limits, timeout=50, trust_env=False
            ) as client:
                polls = [asyncio.create_task(client.get(f"/v1/outputs/{each}/release?wait=60")) for each in ids]
                await asyncio.to_thread(held.asked.wait_for, many)
                assert threading.active_count() <= threads_before + 8  # readers, the watcher, the writer, this wait
                assert (await client.post("/v1/outputs", json=a_body("other"))).status_code == 202
                await asyncio.to_thread(release_all, held, ids)
                return [answer.json()["state"] for answer in await asyncio.gather(*polls)]

        assert asyncio.run(poll()) == ["approved"] * many


def release_all(held: Held, ids: list[str]) -> None:
    """Decide for all in one transaction."""
    with held.behind.store.begin() as uow:
        for each in ids:
            standing = uow.releases.get(each)
            assert standing is not None
            uow.releases.decide(replace(standing, state=ReleaseState.APPROVED, text="It.", decided_at=NOON))


class WatchedStore(MemoryStore):
    """Counts looks, and can go away."""

    def __init__(self) -> None:
        super().__init__()
        self.reads = 0
        self.looks = 0
        self.looked = threading.Condition()
        self.away = False

    @contextmanager
    def read(self) -> Iterator[UnitOfWork]:
        """As the store does."""
        self.reads += 1
        with super().read() as uow:
            yield uow

    def change_marker(self) -> object:
        """As the store does."""
        if self.away:
            raise Unavailable("The database does not answer.")
        with self.looked:
            self.looks += 1
            self.looked.notify_all()
        return super().change_marker()

    def look_again(self, times: int) -> None:
        """Until so many more looks have begun."""
        with self.looked:
            wanted = self.looks + times
            assert self.looked.wait_for(lambda: self.looks >= wanted, 30)


def held_store(*ids: str) -> WatchedStore:
    """A store with held outputs."""
    store = WatchedStore()
    with store.begin() as uow:
        uow.outputs.add([an_output(each, hold=True) for each in ids])
        for each in ids:
            uow.releases.add(a_release(each))
    return store


def approve(store: MemoryStore, output_id: str, at: datetime = NOON) -> None:
    """Decide in the store."""
    with store.begin() as uow:
        uow.releases.decide(a_release(output_id, state=ReleaseState.APPROVED, text="It.", decided_at=at))


def test_the_watcher_reads_releases_only_after_a_commit_and_stops_when_nobody_waits() -> None:
    """Looks without a change read nothing; after the last answer the task ends by itself."""
    store = held_store("o-1", "o-2")

    async def story() -> tuple[int, int]:
        watcher = ReleaseWatcher(store, seconds=0.001)
        waits = [asyncio.create_task(watcher.final(each, 30)) for each in ("o-1", "o-2")]
        await asyncio.to_thread(store.look_again, 2)
        quiet = store.reads
        await asyncio.to_thread(store.look_again, 5)
        assert (store.reads, watcher.waiting) == (quiet, 2)
        approve(store, "o-1")
        approve(store, "o-2")
        found = await asyncio.gather(*waits)
        assert [release.state for release in found if release] == [ReleaseState.APPROVED] * 2
        assert watcher.waiting == 0
        await asyncio.gather(*(asyncio.all_tasks() - {asyncio.current_task()}))  # ends: nobody has to cancel it
        await watcher.close()
        return quiet, store.looks

    reads, looks = asyncio.run(story())
    assert reads <= 2  # the first read, and one for a newcomer
    assert looks == store.looks


def test_a_decision_before_the_wait_is_found_by_the_newcomer() -> None:
    """The marker does not change any more, and still nobody is forgotten."""
    store = held_store("o-1", "o-2")

    async def story() -> list[str]:
        watcher = ReleaseWatcher(store, seconds=0.001)
        patient = asyncio.create_task(watcher.final("o-1", 30))
        await asyncio.to_thread(store.look_again, 1)
        approve(store, "o-2")
        await asyncio.to_thread(store.look_again, 2)  # the commit has been seen before the newcomer comes
        newcomer = await watcher.final("o-2", 30)
        approve(store, "o-1")
        first = await patient
        await watcher.close()
        assert newcomer
        assert first
        return [newcomer.output_id, first.output_id]

    assert asyncio.run(story()) == ["o-2", "o-1"]


def test_a_store_that_goes_away_is_told_to_all_who_wait() -> None:
    """They get an error that says to come back, rather than a minute of silence."""
    store = held_store("o-1")

    async def story() -> BaseException | Release | None:
        watcher = ReleaseWatcher(store, seconds=0.001)
        wait = asyncio.create_task(watcher.final("o-1", 30))
        await asyncio.to_thread(store.look_again, 1)
        store.away = True
        (found,) = await asyncio.gather(wait, return_exceptions=True)
        store.away = False
        again = asyncio.create_task(watcher.final("o-1", 30))
        await asyncio.to_thread(store.look_again, 1)
        approve(store, "o-1")
        assert await again
        await watcher.close()
        return found

    assert isinstance(asyncio.run(story()), Unavailable)


def test_closing_answers_who_waits() -> None:
    """A stop does not hold a caller for a minute."""
    store = held_store("o-1")

    async def story() -> Release | None:
        watcher = ReleaseWatcher(store, seconds=0.001)
        wait = asyncio.create_task(watcher.final("o-1", 30))
        await asyncio.to_thread(store.look_again, 1)
        await watcher.close()
        assert await watcher.final("o-1", 30) is None
        return await wait

    assert asyncio.run(story()) is None
