"""A real service for tests: uvicorn on a free port of the loopback, SQLite in a folder, the use cases behind it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import uvicorn
from fastapi import FastAPI

from bot.clock import SortableIds, SystemClock
from bot.digest_files import written
from bot.intake.api import IntakeServices, IntakeSettings, make_api
from bot.intake.auth import create_token
from bot.metrics import PrometheusMetrics
from bot.reader_notices import reader_notice
from reviewers.decisions.routing import FixedPolicies
from reviewers.model import Policy
from reviewers.ports import Clock, Store
from reviewers.workflow.digest_shelf import DigestShelf
from reviewers.workflow.digesting import DigestDesk
from reviewers.workflow.intake import Intake
from reviewers.workflow.judgement import JudgementDesk
from reviewers.workflow.permissions import Permissions
from reviewers.workflow.release import ReleaseDesk
from reviewers.workflow.verdicts import VerdictDesk
from storage.engine import make_engine
from storage.migrations import upgrade_engine
from storage.unit_of_work import SqlStore
from tests.directory import FixedDirectory


def sql_store(path: Path) -> SqlStore:
    """A store on an SQLite file at the newest migration."""
    engine = make_engine(f"sqlite:///{path}")
    upgrade_engine(engine)
    return SqlStore(engine)


@dataclass(frozen=True, kw_only=True)
class Parts:
    """The service's parts, for tests that look behind the wire."""

    store: Store
    clock: Clock
    metrics: PrometheusMetrics
    services: IntakeServices
    verdicts: VerdictDesk

    def token(self, name: str = "app") -> tuple[str, str]:
        """A new token and its id."""
        token, kept = create_token(self.store, token_id=SortableIds().new("tok"), name=name, now=self.clock.now())
        return token, kept.token_id


def parts(store: Store, *, clock: Clock | None = None, missing: Sequence[str] = (), **policy: Any) -> Parts:
    """The use cases over this store."""
    clock = clock or SystemClock()
    metrics = PrometheusMetrics()
    rules = FixedPolicies(policy=Policy(version="policy-1", **policy))
    judged = JudgementDesk(store=store, clock=clock, policies=rules)
    shelf = DigestShelf(
        store=store,
        clock=clock,
        policies=rules,
        desk=lambda: DigestDesk(store=store, clock=clock, policies=rules),
        zone=ZoneInfo("UTC"),
    )
    services = IntakeServices(
        store=store,
        clock=clock,
        metrics=metrics,
        intake=Intake(store=store, policies=rules, metrics=metrics),
        release=ReleaseDesk(store=store, clock=clock, metrics=metrics),
        stats=lambda route, days: judged.stats(route, days, UTC),
        notice=reader_notice(judged),
        digest=lambda week, route, format: written(shelf, week, route, format),
        not_ready=lambda: missing,
    )
    permissions = Permissions(policies=rules, directory=FixedDirectory())
    desk = VerdictDesk(store=store, clock=clock, ids=SortableIds(), metrics=metrics, permissions=permissions)
    return Parts(store=store, clock=clock, metrics=metrics, services=services, verdicts=desk)


class _Server(uvicorn.Server):
    """Says when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """Run the app under uvicorn; gives its address."""
    # uvicorn binds by itself: a socket made with proto 0 would get no TCP_NODELAY, and each answer would take 40 ms.
    server = _Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning", timeout_graceful_shutdown=5))
    thread = threading.Thread(target=server.run, name="uvicorn")
    thread.start()
    try:
        assert server.ready.wait(30)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()


@dataclass(frozen=True, kw_only=True)
class Service:
    """A running service and a caller with a token."""

    address: str
    token: str
    parts: Parts
    http: httpx.Client

    def post(self, content: Any, **more: Any) -> httpx.Response:
        """Hand in outputs."""
        return self.http.post("/v1/outputs", json=content, **more)


@contextmanager
def service(path: Path, *, settings: IntakeSettings | None = None, **options: Any) -> Iterator[Service]:
    """The whole service on a folder; call it again on the same folder to start it anew."""
    store = sql_store(path / "whetstone.db")
    behind = parts(store, **options)
    token, _ = behind.token()
    headers = {"Authorization": f"Bearer {token}"}
    with (
        serving(make_api(behind.services, settings=settings)) as address,
        httpx.Client(base_url=address, headers=headers, timeout=30, trust_env=False) as http,
    ):
        yield Service(address=address, token=token, parts=behind, http=http)
    store.close()


def a_body(output_id: str = "o-1", **changes: Any) -> dict[str, Any]:
    """A valid body; a test changes one thing."""
    return {
        "output_id": output_id,
        "prompt": "What does it cost?",
        "completion": "It costs € 2.00.",
        "model": "helpdesk-8b",
    } | changes
