"""The demo that plays by itself: two scripted reviewers decide every card, and a summary says what came of it."""

from __future__ import annotations

import hashlib
import threading
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from rich.table import Table

from bot.bootstrap import build_services
from bot.cli.console import out, progress_bar
from bot.demo.data import Example
from bot.demo.feeding import client, feed, watch
from bot.demo.player import Player
from bot.demo.script import scripted_verdict
from bot.runtime import Part, running
from bot.settings import Settings
from reviewers.model import DatasetVersion, VerdictKind
from reviewers.ports import Counts

if TYPE_CHECKING:
    from whetstone_client import Whetstone

    from reviewers.workflow.services import Services

REVIEWERS = ("U0MARA", "U0JONAS")
FORMATS = ("sft", "dpo", "kto", "openai")
RELEASE_SECONDS = 30.0


def play(settings: Settings) -> int:
    """Feed, review, release, build; returns 0 when every card was decided and every dataset was written."""
    with running(settings, set(Part), sandbox_limits=False) as (api, workspace):
        services = build_services(settings)
        with client(api, services) as application:
            fed = feed(application, settings)
            watch(services.store, len(fed), threading.Event())
            decided = _review(workspace, settings.review_channel, application, fed)
            releases: Counter[str] = Counter(
                application.release(example.output_id, wait=RELEASE_SECONDS).state for example in fed if example.hold
            )
        counts = watch(services.store, len(fed), threading.Event())
        built = _build(services, settings.data_dir / "datasets")
        services.store.close()
    _summary(counts, releases, built)
    return 0 if counts.open_tasks == 0 and decided == sum(counts.selected.values()) else 1


def _review(workspace: str, channel: str, application: Whetstone, fed: tuple[Example, ...]) -> int:
    """Both people work through the channel; what one is unsure about, the other one decides. Returns how many."""
    people = [Player(workspace, user) for user in REVIEWERS]
    tasks = {story["task"]["task_id"]: e for e in fed if (story := application.get(e.output_id).raw)["task"]}
    cards = people[0].cards(channel)
    with progress_bar("Reviewing") as advance:
        for done, (task_id, example) in enumerate(sorted(tasks.items()), start=1):
            first, second = _in_turn(example, people)
            verdict = scripted_verdict(example)
            first.decide(channel, cards[task_id], verdict)
            if verdict.kind is VerdictKind.UNSURE:
                card = second.redrawn(channel, task_id, cards[task_id])
                second.decide(channel, card, scripted_verdict(example, sure=True))
            advance(done, len(tasks))
    for person in people:
        person.close()
    return len(tasks)


def _in_turn(example: Example, people: list[Player]) -> tuple[Player, Player]:
    turn = hashlib.sha256(example.output_id.encode()).digest()[0] % 2
    return people[turn], people[1 - turn]


def _build(services: Services, folder: Path) -> list[DatasetVersion]:
    return [services.datasets.build(name, str(folder)) for name in FORMATS]


def _summary(counts: Counts, releases: Counter[str], built: list[DatasetVersion]) -> None:
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    rows = (
        ("received", str(counts.outputs)),
        ("scored", f"{counts.assessed - counts.unscored} ({counts.unscored} unscored)"),
        ("selected", _told(counts.selected)),
        ("posted", str(counts.posted)),
        ("verdicts", _told(counts.verdicts)),
        ("resolutions", _told(counts.resolutions)),
        ("released", _told(dict(releases))),
        ("corrections", str(counts.resolutions.get("edited", 0))),
        *((f"dataset {one.format}", f"{one.path}, {one.examples} rows, sha256 {one.version}") for one in built),
    )
    for row in rows:
        table.add_row(*row)
    out.print(table)


def _told(counted: dict[str, int]) -> str:
    return f"{sum(counted.values())}: " + ", ".join(f"{number} {name}" for name, number in sorted(counted.items()))
