"""The Procfile's parts as processes of their own, on PostgreSQL, with the sandbox as their Slack."""

from __future__ import annotations

import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest
from whetstone_client import Whetstone

from bot.demo.player import Player
from bot.demo.script import ScriptedVerdict
from bot.sandbox.server import Sandbox, SandboxSettings
from bot.slack.manifest import manifest
from reviewers.model import VerdictKind
from storage.engine import make_engine
from storage.unit_of_work import SqlStore
from tests.system.parts import environment, free_port, running, whetstone

CHANNEL = "C0REVIEW"
PATIENCE_SECONDS = 90.0
ANSWER = "A cash withdrawal abroad costs € 2.00 for each withdrawal."
SOURCE = {"text": "A cash withdrawal abroad costs € 3.50 for each withdrawal.", "title": "Card fees"}
POLICY = 'uniform_rate = 0.3\non_timeout = "refuse"\nhold_minutes = {minutes}\n'


T = TypeVar("T")


def until(look: Callable[[], T]) -> T:
    """What `look` finds, once it finds something."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not (found := look()):
        assert time.monotonic() < end, "what was waited for did not come"
        time.sleep(0.05)
    return found


@dataclass
class Installation:
    """All parts on one machine."""

    folder: Path
    settings: Mapping[str, str]
    api: str
    workspace: str
    client: Whetstone
    store: SqlStore

    def cards(self) -> list[dict[str, Any]]:
        """The review cards that stand in the channel."""
        found = httpx.get(f"{self.workspace}/_sandbox/messages", params={"channel": CHANNEL, "user": "U0MARA"}).json()
        return [message for message in found["messages"] if message.get("metadata")]

    def press(self, kind: VerdictKind) -> None:
        """Mara decides the one card that stands there."""
        mara = Player(self.workspace, "U0MARA")
        (card,) = mara.cards(CHANNEL).values()
        mara.decide(CHANNEL, card, ScriptedVerdict(kind=kind))
        mara.close()


@contextmanager
def installed(
    folder: Path, database: str, *, signed_http: bool, minutes: float = 60.0, workers: int = 1, clocks: int = 1
) -> Iterator[Installation]:
    """Everything started; ended at the end of the block."""
    port = free_port()
    (folder / "policy.toml").write_text(POLICY.format(minutes=minutes), encoding="utf-8")
    request_url = f"http://127.0.0.1:{port}/slack/events" if signed_http else None
    sandbox = SandboxSettings.from_manifest(manifest(), request_url=request_url, rate_limits={})
    with ExitStack() as stack:
        workspace = stack.enter_context(Sandbox(sandbox).running())
        mode = (
            {"SLACK_SIGNING_SECRET": sandbox.signing_secret} if signed_http else {"SLACK_APP_TOKEN": sandbox.app_token}
        )
        settings = environment(
            folder,
            DATABASE_URL=database,
            PORT=str(port),
            SLACK_BOT_TOKEN=sandbox.bot_token,
            WHETSTONE_SLACK_API_URL=f"{workspace}/api/",
            WHETSTONE_CHANNEL=CHANNEL,
            WHETSTONE_POLICY_FILE=str(folder / "policy.toml"),
            WHETSTONE_POST_PACE_SECONDS="0",
            **mode,
        )
        assert whetstone("db", "upgrade", settings=settings, cwd=folder).returncode == 0
        token = whetstone("token", "create", "test", settings=settings, cwd=folder).stdout.split()[-1]
        stack.enter_context(running("serve", settings=settings, cwd=folder))
        for _ in range(workers):
            stack.enter_context(running("worker", settings=settings, cwd=folder))
        for _ in range(clocks):
            stack.enter_context(running("clock", settings=settings, cwd=folder))
        api = f"http://127.0.0.1:{port}"
        until(lambda: _ready(api))
        if not signed_http:
            httpx.get(f"{workspace}/_sandbox/connections", params={"opened": 1}, timeout=60)
        store = SqlStore(make_engine(database))
        stack.callback(store.close)
        client = stack.enter_context(Whetstone(api, token, timeout=30.0))
        yield Installation(folder=folder, settings=settings, api=api, workspace=workspace, client=client, store=store)


def _ready(api: str) -> bool:
    try:
        return httpx.get(f"{api}/readyz", timeout=5).status_code == 200
    except httpx.HTTPError:
        return False


def send(place: Installation, output_id: str, *, hold: bool) -> None:
    """An answer that its source contradicts."""
    place.client.submit(
        output_id=output_id, prompt="What does cash cost?", completion=ANSWER, model="m", passages=[SOURCE], hold=hold
    )


@pytest.mark.parametrize("signed_http", [False, True], ids=["socket mode", "signed HTTP"])
def test_held_output_is_released_by_a_click_across_processes(
    tmp_path: Path, create_postgres: Callable[[str], str], signed_http: bool
) -> None:
    """Intake, worker, Slack, verdict, long poll: each in its own process, joined by the database alone."""
    with installed(tmp_path, create_postgres("template1"), signed_http=signed_http) as place:
        send(place, "o-1", hold=True)
        until(place.cards)
        assert place.client.release("o-1").state == "held"
        place.press(VerdictKind.APPROVE)
        release = place.client.release("o-1", wait=60)
        assert (release.state, release.text) == ("approved", ANSWER)
        card = until(lambda: [c for c in place.cards() if "card.approve" not in str(c["blocks"])])
        assert len(card) == 1
        assert card[0]["text"].startswith("Approved by Mara Lindqvist")


def test_two_clocks_and_two_workers_do_each_thing_once(tmp_path: Path, create_postgres: Callable[[str], str]) -> None:
    """One card, one time-out: the clock is elected, the outbox is leased."""
    with installed(
        tmp_path, create_postgres("template1"), signed_http=False, minutes=0.1, workers=2, clocks=2
    ) as place:
        send(place, "o-1", hold=True)
        release = place.client.release("o-1", wait=60)
        assert (release.state, release.may_be_sent) == ("timed_out", False)
        until(lambda: [card for card in place.cards() if "Timed out" in card["text"]])
        assert len(place.cards()) == 1
        with place.store.read() as uow:
            counts = uow.counts()
        assert (counts.timed_out, counts.verdicts) == (1, {})


def test_worker_killed_amid_the_work_loses_and_doubles_nothing(
    tmp_path: Path, create_postgres: Callable[[str], str]
) -> None:
    """Sixty outputs, a kill -9 as soon as cards appear, another worker: all scored once, one card for each task."""
    names = [f"o-{number}" for number in range(60)]
    with installed(tmp_path, create_postgres("template1"), signed_http=False, workers=0) as place:
        with running("worker", settings=place.settings, cwd=place.folder) as victim:
            for name in names:
                send(place, name, hold=False)
            until(place.cards)
            victim.send_signal(signal.SIGKILL)
            victim.wait(30)
        _end_leases(place)
        with running("worker", settings=place.settings, cwd=place.folder):
            until(lambda: _settled(place, len(names)))
        cards = Counter(card["metadata"]["event_payload"]["task_id"] for card in place.cards())
        with place.store.read() as uow:
            tasks = {task.task_id for name in names if (task := uow.tasks.for_output(name))}
        assert tasks
        assert cards == dict.fromkeys(tasks, 1)


def _end_leases(place: Installation) -> None:
    """What the dead worker had leased is free at once, so that the test need not wait for minutes."""
    from sqlalchemy import text

    engine = make_engine(place.settings["DATABASE_URL"])
    with engine.begin() as connection:
        connection.execute(text("UPDATE outbox SET free_at = due_at WHERE state = 'waiting' AND leased"))
        connection.execute(text("UPDATE scoring_queue SET free_at = now() - interval '1 hour'"))
    engine.dispose()


def _settled(place: Installation, outputs: int) -> bool:
    with place.store.read() as uow:
        counts = uow.counts()
    return counts.assessed == outputs and counts.outbox_due == 0
