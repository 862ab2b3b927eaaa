"""A whole small Slack: the sandbox over the network, the real app on SQLite behind it, and people who click.

Nothing is patched. What a test may turn is the sandbox's faults and clock, and a store that can be slow or away.
"""

from __future__ import annotations

import gc
import socket
import threading
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI
from pydantic import SecretStr
from slack_bolt import App

from bot.bootstrap import build_api, build_directory, build_publisher, build_slack_app
from bot.clock import SortableIds
from bot.live_policies import LivePolicies
from bot.runtime import KEEP_ALIVE_SECONDS
from bot.sandbox.server import Sandbox, SandboxSettings
from bot.settings import Settings
from bot.slack.http import PATH
from bot.slack.manifest import manifest
from bot.slack.sockets import connected
from reviewers.decisions.routing import FixedPolicies
from reviewers.model import Output, Policy, TaskView
from reviewers.model.telling import Receiver
from reviewers.ports import Directory, Store
from reviewers.workflow.publish import CardPublisher
from reviewers.workflow.scoring import ScoringStep
from reviewers.workflow.services import Services, make_services
from storage import migrations
from storage.datasets import FolderFiles
from storage.engine import make_engine
from storage.unit_of_work import SqlStore
from tests.builders import an_output
from tests.slack.people import CHANNEL, Json, Person, until
from tests.slack.turnable import SharedClock, TroubledStore, WholeReader
from tests.workflow.worlds import CountedMetrics, FixedScorer, risk_of

SOCKETS, HTTP = "sockets", "http"
NEVER_REFUSED = frozenset(
    "invalid_blocks invalid_arguments invalid_metadata_format msg_too_long msg_blocks_too_long no_text "
    "view_too_large push_limit_reached invalid_auth not_authed unknown_method".split()
)


@dataclass(kw_only=True)
class World:
    """What a test does to one workspace and the app in it."""

    over: str
    workspace: str  # the sandbox's address
    api: str  # Whetstone's own address
    sandbox: SandboxSettings
    settings: Settings
    services: Services
    store: TroubledStore
    clock: SharedClock
    metrics: CountedMetrics
    scoring: ScoringStep
    publisher: CardPublisher
    reader: WholeReader
    http: httpx.Client
    late_acks: bool = False  # a test that makes the app too slow on purpose says so
    _people: dict[str, Person] = field(default_factory=dict)
    _mark: int = 0
    _since: float = 0.0
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def person(self, user: str) -> Person:
        """Somebody of the workspace."""
        if user not in self._people:
            self._people[user] = Person(self.workspace, user)
            self._people[user].listens_since = self._since
        return self._people[user]

    def begin(self) -> None:
        """Nothing is broken, nobody has a window open, and what people were told before is forgotten."""
        self.store.let_go()
        self.http.delete("/_sandbox/faults")
        self._since = float(self.control("clock", advance_seconds=0)["clock"])
        for person in self._people.values():
            person.listens_since = self._since
            person.leave_all()

    @property
    def mara(self) -> Person:
        """A reviewer."""
        return self.person("U0MARA")

    @property
    def jonas(self) -> Person:
        """Another reviewer."""
        return self.person("U0JONAS")

    def output(self, **changes: Any) -> Output:
        """An answer with an id of its own."""
        return an_output(f"o-{next(self._numbers)}", **changes)

    def receive(self, *outputs: Output) -> list[str]:
        """Receive, score and select, but post nothing; the tasks' ids in the outputs' order."""
        now = self.clock.now()
        self.services.intake.receive([replace(output, received_at=now, created_at=now) for output in outputs])
        while self.scoring.score_batch():
            pass
        tasks = []
        with self.store.read() as uow:
            for output in outputs:
                task = uow.tasks.for_output(output.output_id)
                assert task is not None
                tasks.append(task.task_id)
        return tasks

    def bring(self, *outputs: Output) -> list[str]:
        """Receive outputs until their cards stand in the channel; the tasks' ids."""
        tasks = self.receive(*outputs)
        self.deliver()
        return tasks

    def deliver(self) -> None:
        """Let the outbox tell Slack all that is due now."""
        while self.publisher.deliver_due():
            pass

    def view(self, task: str) -> TaskView:
        """A task as it is stored."""
        return self.services.verdicts.view(task)

    def verdicts(self, task: str) -> list[tuple[str, str]]:
        """Who said what, in order."""
        return [(verdict.reviewer, verdict.kind.value) for verdict in self.view(task).verdicts]

    def settled(self, task: str, revision: int = 1) -> Json:
        """The card as redrawn once the task has that resolution."""

        def resolved() -> bool:
            resolution = self.view(task).resolution
            return resolution is not None and resolution.revision >= revision

        until(resolved, "no resolution")
        self.deliver()
        return self.mara.card(task)

    def advance(self, seconds: float) -> None:
        """Move both clocks; no ack that is on its way comes late by that."""
        self.control("clock", advance_seconds=0, once_quiet=True)
        self.clock.ahead += timedelta(seconds=seconds)
        self.control("clock", advance_seconds=seconds)

    def arm(self, method: str, kind: str, times: int = 1, **more: Any) -> None:
        """Arm a fault of the sandbox."""
        answer = self.control("faults", method=method, kind=kind, times=times, **more)
        assert answer["ok"], answer

    def control(self, path: str, **body: Any) -> Json:
        """Post to the sandbox's controls."""
        return dict(self.http.post(f"/_sandbox/{path}", json=body).json())

    def call(self, method: str, **arguments: Any) -> None:
        """Call the Web API as the app."""
        headers = {"Authorization": f"Bearer {self.sandbox.bot_token}"}
        answer = self.http.post(f"/api/{method}", json=arguments, headers=headers).json()
        assert answer["ok"], answer

    def journal(self, method: str = "", direction: str = "api", *, since: int = 0) -> list[Json]:
        """What was called, delivered or acknowledged after the mark `since`, in order."""
        query = {"since": str(since), **({"method": method} if method else {})}
        entries = self.http.get("/_sandbox/journal", params=query).json()["entries"]
        return [entry for entry in entries if direction in ("", entry["direction"])]

    def mark(self) -> int:
        """The number of the journal's newest entry."""
        newer = self.journal(direction="", since=self._mark)
        self._mark = newer[-1]["n"] if newer else self._mark
        return self._mark

    def close(self) -> None:
        """Let everybody leave."""
        for person in self._people.values():
            person.close()


def problems_on_the_wire(world: World) -> list[str]:
    """What must never happen in any journey: a call that Slack refuses as malformed, a message that says nothing."""
    found = []
    for entry in world.journal():
        method, request, response = entry["method"], entry["request"], entry["response"]
        if response.get("error") in NEVER_REFUSED or not entry["token_ok"]:
            found.append(f"{method}: {response}")
        if method in ("chat.postMessage", "chat.update", "chat.postEphemeral"):
            found += [f"{method} without {name}" for name in ("text", "blocks") if not request.get(name)]
        if method == "chat.postMessage":
            found += [f"{name} not off" for name in ("unfurl_links", "unfurl_media") if request.get(name) is not False]
        payload = (request.get("metadata") or {}).get("event_payload", {})
        if set(payload) - {"task_id", "notice_id", "check_id", "message_id", "attempt"}:
            found.append(f"metadata: {payload}")
    if not world.late_acks:
        found += [f"{e['method']}: {e['response']}" for e in world.journal(direction="deliver") if e["status"] != 200]
    return found


@contextmanager
def a_world(
    folder: Path,
    *,
    over: str = SOCKETS,
    sandbox: dict[str, Any] | None = None,
    pace: float = 0.0,
    events: dict[str, Any] | None = None,
    **policy: Any,
) -> Iterator[World]:
    """The workspace with the app connected; without Slack's rate limits unless `sandbox` gives them.

    `events` are the settings that say which programs are told of events.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    more: dict[str, Any] = {"rate_limits": {}, **(sandbox or {})}
    if over == HTTP:
        more["request_url"] = f"{address}{PATH}"
    workspace = SandboxSettings.from_manifest(manifest(), **more)
    clock, metrics, reader = SharedClock(), CountedMetrics(), WholeReader()
    with ExitStack() as stack:
        stack.callback(listener.close)
        url = stack.enter_context(Sandbox(workspace).running())
        settings = a_setting(folder, url, workspace, over=over, pace=pace, **(events or {}))
        store = TroubledStore(a_store(settings.database))
        stack.callback(store.close)
        chosen: dict[str, Any] = {"version": "policy-1", "unmarked_rate": 0.0} | policy
        services = _services(
            store,
            clock,
            metrics,
            Policy(**chosen),
            build_directory(settings),
            receivers=settings.receivers,
        )
        app = build_slack_app(settings, services)
        stack.enter_context(serving(build_api(settings, services, app if over == HTTP else None), listener))
        http = stack.enter_context(httpx.Client(base_url=url, timeout=60, trust_env=False))
        if over == SOCKETS:
            stack.enter_context(_over_sockets(app, workspace, http))
        world = World(
            over=over,
            workspace=url,
            api=address,
            sandbox=workspace,
            settings=settings,
            services=services,
            store=store,
            clock=clock,
            metrics=metrics,
            scoring=_scoring(services, reader),
            publisher=build_publisher(settings, services, "w1"),
            reader=reader,
            http=http,
        )
        stack.callback(world.close)
        stack.callback(store.let_go)
        yield world
        problems = problems_on_the_wire(world)
        assert problems == [], problems


def a_store(database: str) -> SqlStore:
    """A store on the newest schema."""
    migrations.upgrade(database)
    return SqlStore(make_engine(database))


def a_setting(
    folder: Path, url: str, workspace: SandboxSettings, *, over: str = SOCKETS, pace: float = 0.0, **more: Any
) -> Settings:
    """The settings of an installation whose Slack is the sandbox."""
    way = {
        SOCKETS: {"slack_app_token": SecretStr(workspace.app_token)},
        HTTP: {"slack_signing_secret": SecretStr(workspace.signing_secret)},
    }[over]
    given: dict[str, Any] = {
        "data_dir": folder,
        "slack_bot_token": SecretStr(workspace.bot_token),
        "slack_api_url": f"{url}/api/",
        "channel": CHANNEL,
        "post_pace_seconds": pace,
        **way,
        **more,
    }
    return Settings(_env_file=None, **given)


def _services(
    store: Store,
    clock: SharedClock,
    metrics: CountedMetrics,
    policy: Policy,
    directory: Directory,
    *,
    receivers: tuple[Receiver, ...] = (),
) -> Services:
    return make_services(
        store=store,
        clock=clock,
        ids=SortableIds(),
        metrics=metrics,
        policies=LivePolicies(FixedPolicies(policy=policy), store, seconds=lambda: clock.now().timestamp()),
        directory=directory,
        files=FolderFiles(),
        channel=CHANNEL,
        receivers=receivers,
    )


def _scoring(services: Services, reader: WholeReader) -> ScoringStep:
    return ScoringStep(
        store=services.store,
        clock=services.clock,
        ids=services.ids,
        metrics=services.metrics,
        policies=services.policies,
        channel=CHANNEL,
        reader=reader,
        scorers=(FixedScorer(),),
        assess=risk_of,
        report=_fail,
        worker="w1",
    )


def _fail(part: str, error: Exception) -> None:
    raise AssertionError(part) from error


@contextmanager
def serving(api: FastAPI, listener: socket.socket) -> Iterator[None]:
    """The API in a thread, on a socket that is bound already: the sandbox has to know the address before."""
    server = uvicorn.Server(
        uvicorn.Config(
            api, log_config=None, access_log=False, timeout_keep_alive=KEEP_ALIVE_SECONDS, timeout_graceful_shutdown=2
        )
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="api")
    thread.start()
    until(lambda: server.started, "the API did not start")
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()


@contextmanager
def _over_sockets(app: App, workspace: SandboxSettings, http: httpx.Client) -> Iterator[None]:
    with connected(app, workspace.app_token) as handler:
        http.get("/_sandbox/connections", params={"wait": 1})
        try:
            yield
        finally:
            # The sandbox closes first: websocket-client waits for seconds when it closes while it reads.
            handler.client.auto_reconnect_enabled = False
            http.post("/_sandbox/faults", json={"method": "socket", "kind": "disconnect", "times": 9})
    with warnings.catch_warnings():
        # It also leaves closed sessions' sockets to the garbage collector.
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()
