"""The application's side of the demo: it hands in the example outputs and watches them being scored."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli.console import progress_bar
from bot.demo.data import Example, examples
from bot.settings import Settings

if TYPE_CHECKING:
    from whetstone_client import Whetstone

    from reviewers.ports import Counts, Store
    from reviewers.workflow.services import Services

BATCH = 50


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
