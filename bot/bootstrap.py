"""The composition root: settings in, services out; the only place where adapters meet ports."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import structlog

from bot.clock import SortableIds, SystemClock
from bot.policy_file import read_policy
from bot.settings import Settings
from reviewers.decisions.sampling import Policy
from reviewers.errors import Invalid
from reviewers.ports import Scorer, SourceIndex
from reviewers.workflow.datasets import DatasetBuilder
from reviewers.workflow.intake import Intake
from reviewers.workflow.release import ReleaseDesk
from reviewers.workflow.services import Services
from reviewers.workflow.verdicts import VerdictDesk

if TYPE_CHECKING:
    from fastapi import FastAPI
    from slack_bolt import App
    from slack_sdk import WebClient

    from reviewers.workflow.publish import CardPublisher
    from reviewers.workflow.scoring import ScoringStep

log = structlog.get_logger()

LISTENER_THREADS = 40  # Bolt's default of 5 starves at a handful of simultaneous clicks
SLACK_SECONDS = 10  # until a call to Slack counts as unanswered


def build_services(settings: Settings) -> Services:
    """What every process has: the store and the use cases that need nothing else."""
    from bot.metrics import PrometheusMetrics
    from storage.datasets import JsonlFiles
    from storage.engine import make_engine
    from storage.unit_of_work import SqlStore

    policy = read_policy(settings.policy_file)
    store, clock, ids, metrics = SqlStore(make_engine(settings.database)), SystemClock(), SortableIds(), PrometheusMetrics()
    return Services(
        store=store,
        clock=clock,
        ids=ids,
        metrics=metrics,
        policy=policy,
        intake=Intake(store=store, policy=policy, metrics=metrics),
        verdicts=VerdictDesk(store=store, clock=clock, ids=ids, metrics=metrics, policy=policy),
        release=ReleaseDesk(store=store, clock=clock, metrics=metrics),
        datasets=DatasetBuilder(store=store, files=JsonlFiles(), clock=clock),
    )


def upgrade_database(settings: Settings) -> str:
    """Bring the database to the newest schema; returns its revision."""
    from storage import migrations

    migrations.upgrade(settings.database)
    return str(migrations.current(settings.database))


def check_database(settings: Settings) -> None:
    """Raise a ReviewError that says what to do when the schema is not the newest."""
    from storage import migrations
    from storage.engine import make_engine

    engine = make_engine(settings.database)
    try:
        migrations.require_head(engine)
    finally:
        engine.dispose()


def database_state(settings: Settings) -> str:
    """One line for the check-up. Raises a ReviewError when the schema is not the newest."""
    check_database(settings)
    services = build_services(settings)
    with services.store.read() as uow:
        counts = uow.counts()
    services.store.close()
    return f"{counts.outputs} outputs, {counts.open_tasks} open tasks, {counts.outbox_dead} undeliverable cards"


def build_sources(settings: Settings) -> SourceIndex:
    """The index of passages, with the packaged embedder loaded when it is first needed."""
    from reviewers.scorers.packaged import PackagedEmbeddings
    from storage.citations import ChromaSources

    return ChromaSources(settings.chroma, PackagedEmbeddings(threads=settings.threads))


def prepare_models(settings: Settings, progress: Callable[[int, int], None] | None = None) -> Path:
    """Convert the packaged language model into the cache, once; returns its folder."""
    from reviewers.scorers.packaged import prepare_smollm2

    return prepare_smollm2(settings.data_dir / "models", progress=progress)


def build_scoring(settings: Settings, services: Services, worker: str) -> ScoringStep:
    """The scoring step of one worker, with its machine reviewers."""
    from reviewers.decisions import risk
    from reviewers.scorers.reader import ClaimReader
    from reviewers.workflow.scoring import ScoringStep

    sources = build_sources(settings)
    return ScoringStep(
        store=services.store,
        clock=services.clock,
        ids=services.ids,
        metrics=services.metrics,
        policy=services.policy,
        channel=settings.review_channel,
        reader=ClaimReader(sources),
        scorers=tuple(_scorer(name, settings, sources) for name in settings.scorers),
        assess=risk.assess,
        report=_report,
        worker=worker,
        batch_size=settings.worker_batch,
    )


def _scorer(name: str, settings: Settings, sources: Any) -> Scorer:
    raise NotImplementedError


def _report(part: str, error: Exception) -> None:
    # The exception's text can quote an output, so only its kind and place are logged.
    log.error("part_failed", part=part, error=type(error).__name__)


def slack_client(settings: Settings, *, retries: bool) -> WebClient:
    """A Web API client; with `retries` it waits out rate limits by itself, for calls that may be repeated."""
    from slack_sdk import WebClient
    from slack_sdk.http_retry.builtin_handlers import ConnectionErrorRetryHandler, RateLimitErrorRetryHandler

    handlers = [RateLimitErrorRetryHandler(max_retry_count=2), ConnectionErrorRetryHandler(max_retry_count=1)]
    return WebClient(
        token=settings.slack_bot_token.get_secret_value(),
        base_url=settings.slack_api_url,
        timeout=SLACK_SECONDS,
        retry_handlers=list(handlers) if retries else [],
    )


def build_publisher(settings: Settings, services: Services, worker: str) -> CardPublisher:
    """The outbox's reader of one worker."""
    from bot.slack.publisher import SlackMessenger
    from reviewers.workflow.publish import CardPublisher

    raise NotImplementedError


def build_slack_app(settings: Settings, services: Services) -> App:
    """The Bolt app with its listeners."""
    raise NotImplementedError


def build_api(settings: Settings, services: Services, slack: App | None) -> FastAPI:
    """The HTTP API; with a Bolt app, Slack's requests come to /slack/events of the same server."""
    raise NotImplementedError
