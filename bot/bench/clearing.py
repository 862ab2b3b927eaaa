"""How fast one person clears a queue in the review run, and how fast cards are drawn."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx

from bot.bench.load import CHANNEL
from bot.bench.reviewing import open_tasks
from bot.bootstrap import build_services
from bot.settings import Settings
from bot.slack.cards import CardOptions, task_card
from bot.slack.forms.run import TOO_FAST_SECONDS
from bot.slack.ids import ActionId

ANSWERS = 40
READING = TOO_FAST_SECONDS + 0.05  # the scripted reviewer "reads" as long as the guard against double presses asks
PERSON = "U0MARA"


def measure_run(settings: Settings, workspace: str) -> dict[str, float]:
    """A scripted reviewer approves 40 answers: verdicts a minute, and milliseconds from a press to the next answer."""
    services = build_services(settings)
    open_tasks(services, ANSWERS, hold=False)
    with httpx.Client(base_url=workspace, timeout=60, trust_env=False) as http:
        _begin(http)
        began = time.perf_counter()
        view, waits = _window(http, ""), []
        for _ in range(ANSWERS):
            time.sleep(READING)  # part of what is measured: people do not decide before they have read
            before = view["private_metadata"]
            pressed = time.perf_counter()
            _press(http, view)
            view = _window(http, before)
            waits.append((time.perf_counter() - pressed) * 1000)
        seconds = time.perf_counter() - began
    with services.store.read() as uow:
        recorded = sum(uow.counts().verdicts.values())
    services.store.close()
    if recorded < ANSWERS:
        raise RuntimeError(f"{recorded} of {ANSWERS} verdicts were recorded")
    return {"a_minute": ANSWERS / seconds * 60, "p50_ms": statistics.median(waits), "worst_ms": max(waits)}


def _begin(http: httpx.Client) -> None:
    """Type the command, once the app's sockets are connected."""
    body = {"user": PERSON, "channel": CHANNEL, "command": "/whetstone", "text": "next"}
    end = time.perf_counter() + 30
    while not (answer := http.post("/_sandbox/commands", json=body).json()).get("ok"):
        if time.perf_counter() > end:
            raise RuntimeError(f"/whetstone next was answered {answer}")
        time.sleep(0.1)


def _window(http: httpx.Client, before: str) -> dict[str, Any]:
    """The run's window once it shows something else."""
    end = time.perf_counter() + 30
    while time.perf_counter() < end:
        stack = http.get("/_sandbox/views", params={"user": PERSON}).json()["stack"]
        if stack and stack[-1]["private_metadata"] != before:
            top: dict[str, Any] = stack[-1]
            return top
        time.sleep(0.005)
    raise RuntimeError("the next answer did not come")


def _press(http: httpx.Client, view: dict[str, Any]) -> None:
    for block in view["blocks"]:
        for element in block.get("elements", ()) if block["type"] == "actions" else ():
            if element.get("action_id") == ActionId.RUN_APPROVE.value:
                pressed = {"block_id": block["block_id"], "action_id": element["action_id"], "value": element["value"]}
                container = {"type": "view", "view_id": view["id"]}
                answer = http.post("/_sandbox/actions", json={"user": PERSON, "container": container, **pressed})
                if not answer.json().get("ok"):
                    raise RuntimeError(f"the press was answered {answer.text}")
                return
    raise RuntimeError("the window has no Approve")


def measure_drawing(settings: Settings, seconds: float = 2.0) -> dict[str, float]:
    """Cards drawn a second, from the task to its blocks; beside it, how often these blocks become JSON in a second."""
    services = build_services(settings)
    views = open_tasks(services, 50, hold=False)
    now = services.clock.now() + timedelta(minutes=1)
    drawn = [task_card(view, display=CardOptions(), now=now).blocks for view in views]
    cards = _rate(lambda place: task_card(views[place % len(views)], display=CardOptions(), now=now), seconds)
    floor = _rate(lambda place: json.dumps(drawn[place % len(drawn)]), seconds / 4)
    services.store.close()
    return {"cards": cards, "json": floor}


def _rate(work: Callable[[int], object], seconds: float) -> float:
    """How often in a second."""
    done, began = 0, time.perf_counter()
    while time.perf_counter() - began < seconds:
        work(done)
        done += 1
    return done / (time.perf_counter() - began)
