"""Run the parts of Whetstone in this process: web, worker, clock, sandbox; all of them, or one."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

import structlog
from pydantic import SecretStr

from bot import logs
from bot.bootstrap import build_api, build_services, check_database, upgrade_database
from bot.cli.console import out
from bot.settings import Settings
from reviewers.errors import Unavailable

if TYPE_CHECKING:
    from fastapi import FastAPI

    from reviewers.workflow.services import Services

log = structlog.get_logger()

KEEP_ALIVE_SECONDS = 75  # longer than proxies keep theirs (60, mostly): else a request meets a closed connection
SWITCH_SECONDS = (
    0.0005  # between two turns of Python's threads (5 ms by default): an ack must not wait for others' work
)


class Part(StrEnum):
    """What a process can hold."""

    WEB = "web"  # the HTTP API, and Slack's interactions
    WORKER = "worker"  # scoring, selection, the outbox
    CLOCK = "clock"  # what happens by the clock


class Addresses(NamedTuple):
    """Where a person or an application reaches what runs; empty for what does not."""

    api: str
    workspace: str  # the page of the Slack sandbox


def until_stopped() -> threading.Event:
    """An event that is set by SIGINT or SIGTERM."""
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    return stopped


def run(settings: Settings, parts: set[Part], *, migrate: bool = False) -> None:
    """Run until SIGINT or SIGTERM, then end each part after the work it has in hand."""
    stopped = until_stopped()
    with running(settings, parts, migrate=migrate) as (api, workspace):
        if workspace:
            out.print(f"Slack sandbox: {workspace}")
        if api:
            out.print(f"API: {api}, documentation at {api}/docs")
        stopped.wait()


@contextmanager
def running(
    settings: Settings, parts: set[Part], *, migrate: bool = False, sandbox_limits: bool = True
) -> Iterator[Addresses]:
    """The parts, started; with Slack's rate limits in the sandbox, or without."""
    logs.set_up(settings.log_level, as_json=settings.log_format == "json")
    if migrate:
        upgrade_database(settings)
    check_database(settings)
    with ExitStack() as stack:
        workspace = ""
        if settings.uses_sandbox:
            settings, workspace = stack.enter_context(with_sandbox(settings, limits=sandbox_limits))
        services = build_services(settings)
        stack.callback(services.store.close)
        address = ""
        if Part.WEB in parts:
            address = stack.enter_context(_web(settings, services))
        if Part.WORKER in parts:
            stack.enter_context(_worker(settings, services))
        if Part.CLOCK in parts:
            stack.enter_context(_clock(settings, services))
        log.info("started", parts=sorted(part.value for part in parts))
        yield Addresses(api=address, workspace=workspace)
        log.info("stopping")


@contextmanager
def with_sandbox(settings: Settings, *, limits: bool = True) -> Iterator[tuple[Settings, str]]:
    """The Slack sandbox, started: the settings that make it this process's Slack, and its address."""
    from bot.sandbox.server import Sandbox, SandboxSettings
    from bot.slack.manifest import manifest

    more: dict[str, Any] = {} if limits else {"rate_limits": {}}
    snapshot = settings.data_dir / "sandbox.json"
    sandbox_settings = SandboxSettings.from_manifest(manifest(), snapshot_path=snapshot, **more)
    with Sandbox(sandbox_settings).running(port=settings.sandbox_port) as address:
        given = settings.model_copy(
            update={
                "slack_bot_token": SecretStr(sandbox_settings.bot_token),
                "slack_app_token": SecretStr(sandbox_settings.app_token),
                "slack_api_url": f"{address}/api/",
                "channel": settings.review_channel,
            }
        )
        yield given, address


def run_sandbox(settings: Settings) -> None:
    """The sandbox alone, until it is interrupted."""
    stopped = until_stopped()
    with with_sandbox(settings) as (given, address):
        out.print(f"Slack sandbox: {address}")
        out.print("Another process uses it as its Slack with these settings:")
        out.print(f"SLACK_BOT_TOKEN={given.slack_bot_token.get_secret_value()}")
        out.print(f"SLACK_APP_TOKEN={given.slack_app_token.get_secret_value()}")
        out.print(f"WHETSTONE_SLACK_API_URL={given.slack_api_url}")
        out.print(f"WHETSTONE_CHANNEL={given.channel}")
        stopped.wait()


@contextmanager
def _web(settings: Settings, services: Services) -> Iterator[str]:
    from bot.bootstrap import build_slack_app
    from bot.slack.sockets import connected

    sys.setswitchinterval(SWITCH_SECONDS)
    slack = build_slack_app(settings, services)
    api = build_api(settings, services, None if settings.uses_socket_mode else slack)
    with ExitStack() as stack:
        if settings.uses_socket_mode:
            stack.enter_context(connected(slack, settings.slack_app_token.get_secret_value()))
        yield stack.enter_context(_uvicorn(api, settings.host, settings.port))


@contextmanager
def _uvicorn(api: FastAPI, host: str, port: int) -> Iterator[str]:
    """The API in a thread of its own, since the signals belong to `run`; yields its address."""
    import uvicorn

    # The protocol is named since asyncio switches Nagle's algorithm off only where it stands: else answers take 40 ms.
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        where = f"{host}, port {port}: {error.strerror or type(error).__name__}"
        raise Unavailable(f"The API cannot listen on {where}. Set WHETSTONE_PORT or WHETSTONE_HOST.") from error

    class Server(uvicorn.Server):
        """Answers who waits for a release before it ends: they would be cut off after its five seconds."""

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            await api.state.intake.watcher.close()
            await super().shutdown(sockets)

    server = Server(
        uvicorn.Config(
            api,
            log_config=None,
            access_log=False,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=5,
        )
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="api", daemon=True)
    thread.start()
    while not server.started and thread.is_alive():
        thread.join(0.01)
    if not server.started:
        raise RuntimeError("the API did not start")
    try:
        yield f"http://{host}:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
        listener.close()


@contextmanager
def _worker(settings: Settings, services: Services) -> Iterator[None]:
    from bot.bootstrap import build_checks, build_publisher, build_scoring
    from bot.bootstrap_models import build_embedder
    from bot.jobs.loops import Loop, Watch

    name = f"{socket.gethostname()}:{os.getpid()}"
    publisher = build_publisher(settings, services, name)
    embedder = build_embedder(settings)  # one for both: its model is loaded once
    scoring = build_scoring(settings, services, name, embedder)
    checks = build_checks(settings, services, name, scoring, embedder)
    store, clock = services.store, services.clock
    loops = [
        Loop("outbox", publisher.deliver_due, Watch(store, clock, publisher.next_due), services.metrics),
        Loop("scoring", scoring.score_batch, Watch(store, clock), services.metrics),
        Loop("checks", checks.run_due, Watch(store, clock), services.metrics),
    ]
    for loop in loops:
        loop.start()
    try:
        yield
    finally:
        for loop in reversed(loops):
            loop.stop()


@contextmanager
def _clock(settings: Settings, services: Services) -> Iterator[None]:
    from bot.bootstrap import job_engine
    from bot.jobs.schedule import make_kept_schedule, make_schedule, sweep_once

    holder = f"{socket.gethostname()}:{os.getpid()}"
    store, clock, metrics, weekly = services.store, services.clock, services.metrics, services.weekly
    scheduler = make_schedule(store, clock, metrics, holder, services.sweeps)
    engine = job_engine(settings)
    kept = make_kept_schedule(
        engine,
        {"digests": (weekly.at, weekly.zone)},
        {"digests": lambda: sweep_once(store, clock, metrics, holder, "digests", weekly.sweep)},
    )
    scheduler.start()
    kept.resume()
    try:
        yield
    finally:
        scheduler.shutdown(wait=True)
        kept.shutdown(wait=True)
        engine.dispose()
