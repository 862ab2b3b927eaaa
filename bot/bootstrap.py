"""The composition root: settings in, services out; the only place where adapters meet ports."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import structlog

from bot.bootstrap_models import build_embedder, build_scorers, prepare_models, report_failure, tell_conversion
from bot.clock import SortableIds, SystemClock
from bot.live_policies import FilePolicies, LivePolicies
from bot.settings import Settings
from reviewers.model.telling import Receiver
from reviewers.ports import SourceIndex
from reviewers.ports.outside import EventSink
from reviewers.workflow.services import Services, make_services

if TYPE_CHECKING:
    from fastapi import FastAPI
    from slack_bolt import App
    from slack_sdk import WebClient
    from sqlalchemy import Engine

    from bot.slack.desk import ReviewDesk
    from bot.slack.digest import Picture
    from bot.slack.people import People
    from reviewers.model.digest import Digest
    from reviewers.scorers.embedder import MiniLmEmbedder as Embedder
    from reviewers.scorers.reader import ClaimReader
    from reviewers.workflow.answering import CheckRunner
    from reviewers.workflow.evaluating import Evaluator
    from reviewers.workflow.publish import CardPublisher
    from reviewers.workflow.scoring import ScoringStep

log = structlog.get_logger()

SLACK_SECONDS = 10  # until a call to Slack counts as unanswered
PEOPLE_SECONDS = 1.5  # the same for "who is this", which a form waits for: Slack gives it three seconds in all


def build_services(settings: Settings) -> Services:
    """What every process has: the store and the use cases that need nothing else."""
    from bot.metrics import PrometheusMetrics
    from storage.datasets import FolderFiles
    from storage.engine import make_engine
    from storage.unit_of_work import SqlStore

    store, metrics = SqlStore(make_engine(settings.database)), PrometheusMetrics()
    return make_services(
        store=store,
        clock=SystemClock(),
        ids=SortableIds(),
        metrics=metrics,
        policies=LivePolicies(FilePolicies(settings.policy_file, metrics=metrics), store),
        directory=build_directory(settings),
        files=FolderFiles(),
        channel=settings.review_channel,
        zone=ZoneInfo(settings.time_zone),
        digest_at=settings.digest_time,
        digest_channel=settings.digest_channel,
        receivers=settings.receivers,
        prices=settings.token_prices,
    )


def open_services(settings: Settings) -> Services:
    """As `build_services`, for a command of its own. Raises a ReviewError that says what to do on an old schema."""
    check_database(settings)
    return build_services(settings)


def job_engine(settings: Settings) -> Engine:
    """Connections for what the clock keeps of its schedule."""
    from storage.engine import make_engine

    return make_engine(settings.database)


def upgrade_database(settings: Settings) -> str:
    """Bring the database to the newest schema; returns its revision. Raises Unavailable where it cannot be reached."""
    from bot import database_trouble
    from storage import migrations
    from storage.engine import make_engine

    with database_trouble.told(settings.database, in_data_dir=not settings.database_url):
        engine = make_engine(settings.database)
        engine.connect().close()  # a step that fails afterwards is raised as it is: another address would not mend it
    try:
        migrations.upgrade_engine(engine)
        return str(migrations.current_of(engine))
    finally:
        engine.dispose()


def check_database(settings: Settings) -> None:
    """Raise a ReviewError that says what to do when the database cannot be used, or its schema is not the newest."""
    from bot import database_trouble
    from storage import migrations
    from storage.engine import make_engine

    with database_trouble.told(settings.database, in_data_dir=not settings.database_url):
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
    refused = f", {counts.outbox_dead} refused for good (whetstone cards retry)" if counts.outbox_dead else ""
    return f"{counts.outputs} outputs, {counts.open_tasks} open tasks{refused}"


def build_directory(settings: Settings) -> People:
    """Who is in the workspace; Slack is asked when somebody is looked up, not before."""
    from bot.slack.people import People

    return People(slack_client(settings, retries=False, seconds=PEOPLE_SECONDS))


def build_sources(settings: Settings, embedder: Embedder | None = None) -> SourceIndex:
    """The index of passages."""
    from storage.citations import ChromaSources

    return ChromaSources(settings.chroma, embedder or build_embedder(settings))


def build_reader(settings: Settings, embedder: Embedder) -> ClaimReader:
    """Splits outputs into claims and finds the passages of each."""
    from reviewers.scorers.claims import SentenceClaims
    from reviewers.scorers.reader import ClaimReader

    sources = build_sources(settings, embedder)
    return ClaimReader(splitter=SentenceClaims(), index=sources, embedder=embedder)


def build_evaluator(settings: Settings) -> Evaluator:
    """What scores labelled outputs: the settings' scorers, and the outputs' own contexts in the place of an index."""
    from time import perf_counter

    from reviewers.scorers.claims import SentenceClaims
    from reviewers.scorers.reader import ClaimReader
    from reviewers.workflow.evaluating import Evaluator

    embedder = build_embedder(settings)
    return Evaluator(
        reader=ClaimReader(splitter=SentenceClaims(), embedder=embedder),
        scorers=build_scorers(settings, embedder),
        seconds=perf_counter,
    )


def build_scoring(settings: Settings, services: Services, worker: str, embedder: Embedder | None = None) -> ScoringStep:
    """The scoring step of one worker, with its machine reviewers."""
    from reviewers.scorers.languages import LanguageGuess
    from reviewers.workflow.describing import Describer
    from reviewers.workflow.learning import CurrentRisk
    from reviewers.workflow.scoring import ScoringStep

    embedder = embedder or build_embedder(settings)
    return ScoringStep(
        store=services.store,
        clock=services.clock,
        ids=services.ids,
        metrics=services.metrics,
        policies=services.policies,
        channel=settings.review_channel,
        reader=build_reader(settings, embedder),
        scorers=build_scorers(settings, embedder),
        assess=CurrentRisk(services.store).assess,
        report=report_failure,
        describe=Describer(
            embed=embedder.embed_documents,
            embedder=embedder.name,
            language=LanguageGuess(),
            clock=services.clock,
            metrics=services.metrics,
            report=report_failure,
        ).describe,
        worker=worker,
        batch_size=settings.worker_batch,
    )


def build_checks(
    settings: Settings, services: Services, worker: str, scoring: ScoringStep, embedder: Embedder
) -> CheckRunner:
    """One worker's hand on the ad-hoc checks, with the chat model that the settings name."""
    from bot.slack.check_screen import SlackCheckScreen
    from reviewers.scorers.claims import SentenceClaims
    from reviewers.scorers.reader import cosine
    from reviewers.workflow.answering import CheckRunner
    from reviewers.writers.chat import writer

    splitter = SentenceClaims()

    def likeness(question: str, texts: Sequence[str]) -> list[float]:
        asked, *found = embedder.embed_documents([question, *texts])
        return [cosine(asked, one) for one in found]

    return CheckRunner(
        store=services.store,
        clock=services.clock,
        metrics=services.metrics,
        policies=services.policies,
        sources=build_sources(settings, embedder),
        likeness=likeness,
        count_claims=lambda text: len(splitter.split(text)),
        chat=writer(settings.chat_model, lambda: _chat_folder(settings)),
        scoring=scoring,
        screen=SlackCheckScreen(slack_client(settings, retries=True), build_desk(settings, services).naming),
        report=report_failure,
        worker=worker,
    )


def _chat_folder(settings: Settings) -> Path:
    """The packaged chat model's folder, with transformers told to stay offline and quiet before it is used."""
    from reviewers.scorers.packaged import quiet_transformers

    quiet_transformers()
    return prepare_models(settings, tell_conversion)


def slack_client(settings: Settings, *, retries: bool, seconds: float = SLACK_SECONDS) -> WebClient:
    """A Web API client; with `retries` it waits out rate limits by itself, for calls that may be repeated."""
    from slack_sdk import WebClient
    from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler

    return WebClient(
        token=settings.slack_bot_token.get_secret_value(),
        base_url=settings.slack_api_url,
        timeout=seconds,  # type: ignore[arg-type]  # slack_sdk says int; urllib takes fractions
        retry_handlers=[RateLimitErrorRetryHandler(max_retry_count=2)] if retries else [],
    )


def build_desk(settings: Settings, services: Services) -> ReviewDesk:
    """What the listeners and the cards share."""
    from bot.slack.cards import CardOptions
    from bot.slack.desk import ReviewDesk
    from bot.slack.people import People

    return ReviewDesk(
        services=services,
        people=People(
            slack_client(settings, retries=False, seconds=PEOPLE_SECONDS),
            seconds=lambda: services.clock.now().timestamp(),
        ),
        display=CardOptions(
            reasons=settings.reasons, zone=ZoneInfo(settings.time_zone), next_command="/whetstone next"
        ),
        channel=settings.review_channel,
        datasets=str(settings.data_dir / "datasets"),
    )


def build_publisher(settings: Settings, services: Services, worker: str) -> CardPublisher:
    """The outbox's reader of one worker."""
    from bot.slack.check_screen import SlackCheckScreen, TellingMessenger
    from bot.slack.digest_publisher import SlackDigestMessenger
    from bot.slack.publisher import SlackMessenger
    from reviewers.workflow.digest_publish import DigestPublisher
    from reviewers.workflow.event_publish import EventPublisher
    from reviewers.workflow.publish import CardPublisher

    client = slack_client(settings, retries=False)  # the outbox retries, after looking whether it happened
    desk = build_desk(settings, services)

    def leads(route: str) -> tuple[str, ...]:
        policy = services.policies.current()
        return policy.route(route).leads or policy.leads

    digests = DigestPublisher(
        store=services.store,
        clock=services.clock,
        metrics=services.metrics,
        messenger=SlackDigestMessenger(
            client,
            draw=_picture,
            leads=leads,
            display=services.digest_answers.display,
            late=services.shelf(ZoneInfo(settings.time_zone)).caught_up,
            zone=ZoneInfo(settings.time_zone),
        ),
    )
    return CardPublisher(
        store=services.store,
        clock=services.clock,
        metrics=services.metrics,
        messenger=TellingMessenger(
            SlackMessenger(client, desk.card, desk.notice),
            SlackCheckScreen(slack_client(settings, retries=True), desk.naming),
            services.checks,
        ),
        digests=digests.tell,
        events=EventPublisher(
            store=services.store, clock=services.clock, metrics=services.metrics, sinks=build_sinks(settings)
        ).tell,
        report=report_failure,
        worker=worker,
        post_pace_seconds=settings.post_pace_seconds,
    )


def build_sinks(settings: Settings) -> dict[Receiver, EventSink]:
    """The programs that the settings name to be told of events."""
    from bot.events import Command, Webhook, secret_key

    key = settings.webhook_secret.get_secret_value()
    sinks: dict[Receiver, EventSink] = {}
    if settings.webhook_url:
        sinks[Receiver.WEBHOOK] = Webhook(url=settings.webhook_url, key=secret_key(key))
    if settings.retrain_command:
        sinks[Receiver.COMMAND] = Command(template=settings.retrain_command)
    return sinks


def _picture(digest: Digest, picture: Picture) -> bytes:
    from bot.pictures.weekly import digest_pictures  # brings matplotlib, which only who draws needs

    return digest_pictures(digest)[picture]


def build_slack_app(settings: Settings, services: Services) -> App:
    """The Bolt app with its listeners."""
    from bot.slack.app import make_app

    client = slack_client(settings, retries=True)
    secret = settings.slack_signing_secret.get_secret_value()
    return make_app(build_desk(settings, services), client, signing_secret=secret)


def build_api(settings: Settings, services: Services, slack: App | None) -> FastAPI:
    """The HTTP API; with a Bolt app, Slack's requests come to /slack/events of the same server."""
    from bot.intake.api import make_api
    from bot.intake.desk import IntakeServices
    from bot.reader_notices import reader_notice

    def not_ready() -> list[str]:
        from storage.migrations import SchemaOutdated

        try:
            check_database(settings)
        except SchemaOutdated as error:  # another one names host and user, and whoever asks needs no token
            return [str(error)]
        return []

    def digest(week: str, route: str, format: str) -> str:
        from bot.digest_files import written

        return written(services.shelf(ZoneInfo(settings.time_zone)), week, route, format)

    api = make_api(
        IntakeServices(
            store=services.store,
            clock=services.clock,
            metrics=services.metrics,
            intake=services.intake,
            release=services.release,
            stats=lambda route, days: services.judgement.stats(route, days, UTC),
            notice=reader_notice(services.judgement),
            digest=digest,
            not_ready=not_ready,
        )
    )
    if slack is not None:
        from bot.slack.http import mount

        mount(api, slack)
    return api
