"""From the click to the commit, and from the commit to the application that waits: the real Bolt app, over its port."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import httpx
from pydantic import SecretStr
from slack_bolt import BoltRequest
from slack_sdk.signature import SignatureVerifier

from bot.bench.intake import percentiles
from bot.bootstrap import build_desk, build_services, slack_client, upgrade_database
from bot.intake.auth import create_token
from bot.metrics import PrometheusMetrics
from bot.runtime import Part, running
from bot.settings import Settings
from bot.slack.app import make_app
from bot.slack.ids import ActionId
from bot.slack.values import ButtonValue
from reviewers.decisions.sampling import Terms, decide
from reviewers.model import Message, Output, Policy, TaskView
from reviewers.workflow.review import open_task

if TYPE_CHECKING:
    from slack_bolt import App

    from reviewers.workflow.services import Services

ANSWER = "A cash withdrawal abroad costs € 2.00. Your daily limit is € 500. Your card works at every ATM in Thailand."


class _Bell(PrometheusMetrics):
    """Metrics that ring when a verdict is committed, and know when."""

    def __init__(self) -> None:
        super().__init__()
        self.rang = threading.Event()
        self.at = 0.0

    def count(self, name: str, amount: int = 1, **labels: str) -> None:
        super().count(name, amount, **labels)
        if name == "verdicts_recorded":
            self.at = time.perf_counter()
            self.rang.set()


def measure_verdicts(settings: Settings, clicks: int = 300) -> dict[str, float]:
    """Milliseconds of server time from a signed click's arrival to the committed verdict: p50 and p95."""
    from bot.sandbox.server import Sandbox, SandboxSettings

    upgrade_database(settings)
    services = build_services(settings)
    bell = _Bell()
    services = replace(services, verdicts=replace(services.verdicts, metrics=bell))
    tasks = open_tasks(services, clicks + 20, hold=False)
    # The sandbox answers who is pressing; no card is posted, since only the click is measured.
    sandbox = SandboxSettings(rate_limits={})
    with Sandbox(sandbox).running() as address:
        given = {"slack_api_url": f"{address}/api/", "slack_bot_token": SecretStr(sandbox.bot_token)}
        slack = settings.model_copy(update=given)
        client = slack_client(slack, retries=True)
        app = make_app(build_desk(slack, services), client, signing_secret=sandbox.signing_secret)
        seconds = [_click(app, sandbox.signing_secret, view, bell) for view in tasks]
    services.store.close()
    return percentiles(seconds[20:])


def _click(app: App, secret: str, view: TaskView, bell: _Bell) -> float:
    body = urlencode({"payload": json.dumps(_payload(view))})
    stamp = str(int(time.time()))
    signature = SignatureVerifier(secret).generate_signature(timestamp=stamp, body=body)
    headers: dict[str, str | Sequence[str]] = {
        "content-type": ["application/x-www-form-urlencoded"],
        "x-slack-request-timestamp": [stamp],
        "x-slack-signature": [signature or ""],
    }
    bell.rang.clear()
    started = time.perf_counter()
    answer = app.dispatch(BoltRequest(body=body, headers=headers))
    if answer.status != 200 or not bell.rang.wait(10):
        raise RuntimeError(f"the click was answered {answer.status} and no verdict was recorded")
    return bell.at - started


def _payload(view: TaskView) -> dict[str, object]:
    return {
        "type": "block_actions",
        "user": {"id": "U0MARA", "team_id": "T0MERIDIAN"},
        "team": {"id": "", "domain": "meridian"},
        "api_app_id": "A0BENCH",
        "trigger_id": "1.2.3",
        "response_url": "",
        "container": {"type": "message", "channel_id": view.task.channel, "message_ts": "1.0"},
        "channel": {"id": view.task.channel, "name": "review"},
        "actions": [
            {
                "type": "button",
                "action_id": ActionId.APPROVE.value,
                "block_id": "verdict",
                "value": ButtonValue(task_id=view.task.task_id).to_json(),
                "action_ts": "1.0",
            }
        ],
    }


def measure_release(settings: Settings, decisions: int = 40) -> dict[str, float]:
    """Milliseconds from a verdict's commit in one process to the answer in the application that waits: p50 and p95."""
    upgrade_database(settings)
    with running(settings, {Part.WEB}) as (api, _):
        services = build_services(settings)
        views = open_tasks(services, decisions, hold=True)
        secret, _kept = create_token(
            services.store, token_id=services.ids.new("tok"), name="bench", now=services.clock.now()
        )
        seconds = []
        with httpx.Client(base_url=api, headers={"Authorization": f"Bearer {secret}"}, timeout=60) as http:
            for view in views:
                with _waiting(http, view.output.output_id) as answered:
                    seconds.append(_decide(services, view, answered))
        services.store.close()
    return percentiles(seconds)


@contextmanager
def _waiting(http: httpx.Client, output_id: str) -> Iterator[list[float]]:
    """A long poll in a thread; the list holds when its answer came."""
    answered: list[float] = []
    begun = threading.Event()

    def wait() -> None:
        http.get(f"/v1/outputs/{output_id}/release", params={"wait": 0}).raise_for_status()
        begun.set()
        http.get(f"/v1/outputs/{output_id}/release", params={"wait": 30}).raise_for_status()
        answered.append(time.perf_counter())

    thread = threading.Thread(target=wait)
    thread.start()
    begun.wait(10)
    time.sleep(0.1)  # until the poll hangs: what is measured is the wake-up, not the request
    yield answered
    thread.join()


def _decide(services: Services, view: TaskView, answered: list[float]) -> float:
    from reviewers.model import VerdictKind
    from reviewers.workflow.verdicts import Ballot

    services.verdicts.record(Ballot(task_id=view.task.task_id, reviewer="U0MARA", kind=VerdictKind.APPROVE))
    committed = time.perf_counter()
    deadline = committed + 30
    while not answered and time.perf_counter() < deadline:
        time.sleep(0.0005)
    return answered[0] - committed


def open_tasks(services: Services, number: int, *, hold: bool) -> list[TaskView]:
    """So many open tasks, without the machine reviewers."""
    now = services.clock.now()
    tag = services.ids.new("bench")
    outputs = [
        Output(
            output_id=f"{tag}-{place}",
            prompt=(Message(role="user", content="What does it cost to take out cash in Thailand?"),),
            completion=ANSWER,
            model="bench",
            created_at=now - timedelta(seconds=1),
            received_at=now,
            hold=hold,
            body_hash=f"{tag}-{place}",
        )
        for place in range(number)
    ]
    services.intake.receive(outputs)
    policy = Policy(version="bench", risk_threshold=1.0, uniform_rate=1.0)
    decisions = [decide(output, None, Terms(policy=policy), draw=0.0, now=now) for output in outputs]
    task_ids = [services.ids.new("t") for _ in outputs]
    with services.store.begin() as uow:
        uow.decisions.add(decisions)
        for output, decision, task_id in zip(outputs, decisions, task_ids, strict=True):
            open_task(uow, output, decision, None, policy, task_id=task_id, channel="C0REVIEW")
        return uow.tasks.views(task_ids)


def bench_settings(base: Settings, folder: Path) -> Settings:
    """Settings for a measurement in a folder of its own, on ports that are free."""
    changes = {"data_dir": folder, "database_url": "", "port": 0, "sandbox_port": 0, "log_level": "ERROR"}
    return base.model_copy(update=changes)
