"""Many reviewers at once: forty people press on two hundred cards while outputs come in.

Everything is pressed over the workspace's own controls, as its page does; the workspace measures how long the app takes
to acknowledge each press.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import httpx

from bot.sandbox.workspace import Person
from bot.settings import Settings
from bot.slack.ids import ActionId

CHANNEL = "C0REVIEW"
REVIEWERS = 40
CARDS = 200
OUTPUTS_A_SECOND = 20
AT_ONE_CARD = 2  # people who press on the same card: one is first, the other is told
LATE = "dispatch_failed"  # no ack within Slack's three seconds
TOO_LATE = "unknown_action"  # the card was redrawn before the press: its buttons are gone


@dataclass(frozen=True, kw_only=True, slots=True)
class Press:
    """One press on one card."""

    task_id: str
    user: str
    seconds: float  # until it was acknowledged
    answer: str  # "ok", TOO_LATE, or what went wrong


@dataclass
class Traffic:
    """Outputs that an application sends, so many a second, until it is stopped."""

    api: str
    token: str
    body: Callable[[int], Mapping[str, Any]]
    sent: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Send, at an even pace; one that takes longer than its slot delays the next ones."""
        headers = {"Authorization": f"Bearer {self.token}"}
        with httpx.Client(base_url=self.api, headers=headers, timeout=30, trust_env=False) as http:
            began, number = time.monotonic(), 0
            while not self._stop.wait(max(0.0, began + number / OUTPUTS_A_SECOND - time.monotonic())):
                body = self.body(number)
                answer = http.post("/v1/outputs", json=body)
                (self.sent if answer.is_success else self.refused).append(str(body["output_id"]))
                number += 1

    def stop(self) -> None:
        """No more."""
        self._stop.set()


def measure_load(settings: Settings, workspace: str, api: str, token: str) -> dict[str, float]:
    """Milliseconds from a press that leaves the workspace to its ack: p50, p99 and worst; how many came too late.

    Raises RuntimeError when a press was lost, or a card did not end decided.
    """
    from bot.bench.reviewing import ANSWER, open_tasks
    from bot.bootstrap import build_services

    services = build_services(settings)
    tasks = [view.task.task_id for view in open_tasks(services, CARDS, hold=False)]
    people = [person.id for person in reviewers()]
    tag = services.ids.new("load")

    def body(number: int) -> Mapping[str, Any]:
        prompt = [{"role": "user", "content": "What does it cost?"}]
        return {"output_id": f"{tag}-{number}", "prompt": prompt, "completion": ANSWER, "model": "load"}

    def cards() -> list[dict[str, Any]]:
        found = cards_of(workspace, people[0])
        return [found[task] for task in tasks if task in found]

    _wait(lambda: len(cards()) == len(tasks), "the cards were not posted")
    traffic = Traffic(api=api, token=token, body=body)
    sender = threading.Thread(target=traffic.run)
    sender.start()
    mark = _mark(workspace)
    presses = press_all(workspace, cards(), people)
    _wait(lambda: not any(map(is_open, cards())), "a card did not end decided")
    traffic.stop()
    sender.join()
    services.store.close()
    lost = [press.answer for press in presses if press.answer not in ("ok", TOO_LATE, LATE)]
    if lost or traffic.refused:
        raise RuntimeError(f"{len(lost)} presses were lost ({set(lost)}), {len(traffic.refused)} outputs refused")
    taken = sorted(seconds * 1000 for seconds in _acks(workspace, mark))
    return {
        "p50_ms": taken[len(taken) // 2],
        "p99_ms": taken[int(len(taken) * 0.99)],
        "worst_ms": taken[-1],
        "late": float(sum(press.answer == LATE for press in presses)),
    }


def _mark(workspace: str) -> int:
    """The number of the newest entry in the workspace's journal."""
    entries = httpx.get(f"{workspace}/_sandbox/journal", timeout=60, trust_env=False).json()["entries"]
    return int(entries[-1]["n"]) if entries else 0


def _acks(workspace: str, since: int) -> list[float]:
    """Seconds that the app took for each press, as the workspace saw it."""
    query = {"since": str(since), "method": "block_actions"}
    answer = httpx.get(f"{workspace}/_sandbox/journal", params=query, timeout=60, trust_env=False)
    return [entry["response"]["seconds"] for entry in answer.json()["entries"] if entry["direction"] == "deliver"]


def _wait(done: Callable[[], bool], what: str, seconds: float = 120.0) -> None:
    end = time.monotonic() + seconds
    while not done():
        if time.monotonic() > end:
            raise RuntimeError(what)
        time.sleep(0.1)


def reviewers(number: int = REVIEWERS) -> list[Person]:
    """More people for the sandbox."""
    return [
        Person(
            id=f"U0LOAD{place:02d}",
            name=f"reviewer{place}",
            real_name=f"Reviewer {place}",
            title="Reviewer",
            tz="Europe/Berlin",
            color="2f4858",
        )
        for place in range(number)
    ]


def cards_of(workspace: str, user: str) -> dict[str, dict[str, Any]]:
    """The review cards in the channel, by task id."""
    answer = httpx.get(f"{workspace}/_sandbox/messages", params={"user": user, "channel": CHANNEL}, trust_env=False)
    found = answer.raise_for_status().json()["messages"]
    return {message["metadata"]["event_payload"]["task_id"]: message for message in found if "metadata" in message}


def press_all(workspace: str, cards: Sequence[dict[str, Any]], people: Sequence[str]) -> list[Press]:
    """Everybody begins at the same moment; each card is pressed by two people, neighbours in time."""
    turns: dict[str, list[dict[str, Any]]] = {user: [] for user in people}
    for place, card in enumerate(cards):
        for other in range(AT_ONE_CARD):
            turns[people[(place + other * 7) % len(people)]].append(card)
    start = threading.Barrier(len(people))

    def one(user: str) -> list[Press]:
        with httpx.Client(base_url=workspace, timeout=60, trust_env=False) as http:
            start.wait()
            return [_press(http, user, card) for card in turns[user]]

    with ThreadPoolExecutor(len(people)) as pool:
        return [press for presses in pool.map(one, people) for press in presses]


def is_open(card: Mapping[str, Any]) -> bool:
    """Whether the card can still be approved."""
    return _button(card) is not None


def _press(http: httpx.Client, user: str, card: dict[str, Any]) -> Press:
    button = _button(card)
    assert button is not None
    began = time.perf_counter()
    answer = http.post(
        "/_sandbox/actions",
        json={
            "user": user,
            "container": {"type": "message", "channel": CHANNEL, "ts": card["ts"]},
            "block_id": button["block_id"],
            "action_id": button["action_id"],
            "value": button["value"],
        },
    ).json()
    return Press(
        task_id=card["metadata"]["event_payload"]["task_id"],
        user=user,
        seconds=time.perf_counter() - began,
        answer="ok" if answer.get("ok") else str(answer.get("error")),
    )


def _button(card: Mapping[str, Any]) -> dict[str, Any] | None:
    for block in card["blocks"]:
        for element in block.get("elements", ()) if block["type"] == "actions" else ():
            if element.get("action_id") == ActionId.APPROVE.value:
                return {**element, "block_id": block["block_id"]}
    return None
