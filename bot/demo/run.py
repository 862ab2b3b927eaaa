"""The demo: the main job on example data, with people in the browser or with the scripted reviewers."""

from __future__ import annotations

import shutil
import signal
import threading
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import SecretStr

from bot.bootstrap import build_services, build_sources, upgrade_database
from bot.cli.console import out, progress_bar
from bot.demo.data import DOCUMENTS, Example, examples
from bot.runtime import Part, running
from bot.settings import Settings, load

if TYPE_CHECKING:
    from whetstone_client import Whetstone

    from reviewers.ports import Counts, Store
    from reviewers.workflow.services import Services

POLICY = Path(__file__).with_name("policy.toml")
ADDRESS = "https://handbook.example/"  # where the example documents would be read; links on cards lead there
BATCH = 50
# What a CPU reads in a blink; the similarity of the best passage takes as long as all the rest, and grounds nothing.
SCORERS = ("coverage", "missing_facts", "contradictions", "token_logprob")


def run_demo(*, scripted: bool, fresh: bool) -> int:
    """Run it; returns the exit code. The scripted demo begins anew each time, the other one goes on where it was."""
    base = load(slack_bot_token=SecretStr(""), slack_app_token=SecretStr(""), slack_signing_secret=SecretStr(""))
    folder = base.data_dir / ("demo-script" if scripted else "demo")
    if scripted or fresh:
        shutil.rmtree(folder, ignore_errors=True)
    settings = base.model_copy(
        update={
            "data_dir": folder,
            "database_url": "",
            "chroma_url": "",
            "channel": "",
            "policy_file": POLICY,
            "post_pace_seconds": 0.0,
            "scorers": SCORERS,
            **({"port": 0, "sandbox_port": 0, "log_level": "WARNING"} if scripted else {}),
        }
    )
    upgrade_database(settings)
    _add_documents(settings)
    if scripted:
        from bot.demo.scripted import play

        return play(settings)
    return _wait_for_people(settings)


def _add_documents(settings: Settings) -> None:
    with progress_bar("Reading the example documents") as advance:
        build_sources(settings).add_paths(
            [str(DOCUMENTS)], prune=True, base_address=ADDRESS, progress=lambda done, total: advance(done, total)
        )


def _wait_for_people(settings: Settings) -> int:
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    with running(settings, set(Part), sandbox_limits=False) as (api, workspace):
        out.print(
            f"\n[bold]Open {workspace} in a browser[/bold] and choose who you are on the left; review in #review."
        )
        out.print(f"The API answers at {api} (documentation: {api}/docs). Ctrl-C ends the demo.\n")
        services = build_services(settings)
        with client(api, services) as application:
            feed(application, settings)
            watch(services.store, len(examples()), stopped)
        out.print("All outputs are scored. The cards wait in #review.")
        stopped.wait()
        services.store.close()
    return 0


def client(api: str, services: Services) -> Whetstone:
    """The application's side, with a token of its own; those of earlier demos are revoked."""
    from whetstone_client import Whetstone

    from bot.intake.auth import create_token

    now = services.clock.now()
    with services.store.begin() as uow:
        for token in uow.tokens.all():
            if token.name == "demo" and token.revoked_at is None:
                uow.tokens.revoke(token.token_id, now)
    secret, _ = create_token(services.store, token_id=services.ids.new("tok"), name="demo", now=now)
    return Whetstone(api, secret, timeout=30.0)


def feed(application: Whetstone, settings: Settings) -> tuple[Example, ...]:
    """Hand in all example outputs, spread over the week before the first demo in this folder."""
    all_examples = examples()
    first = _first_start(settings.data_dir)
    step = timedelta(days=7) / len(all_examples)
    bodies = [example.body(first - step * place) for place, example in enumerate(all_examples, start=1)]
    for start in range(0, len(bodies), BATCH):
        results = application.submit_all(_fields(body) for body in bodies[start : start + BATCH])
        bad = [result for result in results if result.status not in ("received", "same")]
        if bad:
            raise RuntimeError(f"the API did not take {len(bad)} example outputs: {bad[0]}")
    return all_examples


def _fields(body: Mapping[str, object]) -> dict[str, object]:
    created = body["created_at"]
    assert isinstance(created, str)
    return {**body, "created_at": datetime.fromisoformat(created)}


def _first_start(folder: Path) -> datetime:
    """Kept in a file: an output that is handed in again must be the same to the letter."""
    kept = folder / "first-start"
    if not kept.exists():
        kept.write_text(datetime.now(UTC).isoformat(timespec="seconds"), encoding="utf-8")
    return datetime.fromisoformat(kept.read_text(encoding="utf-8"))


def watch(store: Store, total: int, stopped: threading.Event) -> Counts:
    """Show how scoring goes, until all is scored and posted or somebody stops it."""
    with progress_bar("Scoring the example outputs") as advance:
        while True:
            with store.read() as uow:
                counts = uow.counts()
            advance(counts.assessed, total)
            if (counts.assessed >= total and counts.outbox_due == 0) or stopped.wait(0.1):
                return counts
