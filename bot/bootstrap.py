"""The composition root: settings in, services out; the only place where adapters meet ports."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import structlog

from bot.clock import SortableIds, SystemClock
from bot.live_policies import FilePolicies, LivePolicies
from bot.settings import Settings
from reviewers.errors import Invalid, ReviewError, Unavailable
from reviewers.ports import Scorer, SourceIndex
from reviewers.workflow.services import Services, make_services

if TYPE_CHECKING:
    from fastapi import FastAPI
    from slack_bolt import App
    from slack_sdk import WebClient

    from bot.slack.desk import ReviewDesk
    from bot.slack.people import People
    from reviewers.scorers.embedder import MiniLmEmbedder as Embedder
    from reviewers.scorers.reader import ClaimReader
    from reviewers.workflow.answering import CheckRunner
    from reviewers.workflow.evaluating import Evaluator
    from reviewers.workflow.publish import CardPublisher
    from reviewers.workflow.scoring import ScoringStep

log = structlog.get_logger()

HF_FAMILIES = ("entailment", "hallucination", "minicheck", "tokens")  # kinds of Hugging Face detectors
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
    )


def open_services(settings: Settings) -> Services:
    """As `build_services`, for a command of its own. Raises a ReviewError that says what to do on an old schema."""
    check_database(settings)
    return build_services(settings)


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
    refused = f", {counts.outbox_dead} cards refused by Slack (whetstone cards retry)" if counts.outbox_dead else ""
    return f"{counts.outputs} outputs, {counts.open_tasks} open tasks{refused}"


def build_directory(settings: Settings) -> People:
    """Who is in the workspace; Slack is asked when somebody is looked up, not before."""
    from bot.slack.people import People

    return People(slack_client(settings, retries=False, seconds=PEOPLE_SECONDS))


def build_embedder(settings: Settings) -> Embedder:
    """The packaged MiniLM; torch is loaded with the first text."""
    from reviewers.scorers.embedder import MiniLmEmbedder

    return MiniLmEmbedder(threads=settings.threads or None)


def build_sources(settings: Settings, embedder: Embedder | None = None) -> SourceIndex:
    """The index of passages."""
    from storage.citations import ChromaSources

    return ChromaSources(settings.chroma, embedder or build_embedder(settings))


def prepare_models(settings: Settings, progress: Callable[[int, int, str], None] | None = None) -> Path:
    """Convert the packaged language model into the cache, once; returns its folder."""
    from reviewers.scorers.conversion import converted
    from reviewers.scorers.packaged import smollm2_gguf

    return converted(smollm2_gguf(), settings.data_dir / "models", progress=progress)


def train_detector(
    settings: Settings,
    out: Path,
    texts: Path | None,
    *,
    steps: int,
    seed: int,
    resume: bool,
    progress: Callable[[int, float, float], None],
) -> Path:
    """Make the grounding detector anew; returns its manifest. `progress(step, loss, share of right answers)`."""
    from reviewers.scorers.packaged import quiet_transformers, smollm2_release
    from reviewers.trainers.claims.texts import SHIPPED
    from reviewers.trainers.detector_training import Job, train
    from reviewers.trainers.lora import Recipe

    quiet_transformers()
    model = prepare_models(settings, _tell_conversion)
    job = Job(model=model, base=smollm2_release(), texts=texts or SHIPPED, recipe=Recipe(steps=steps, seed=seed))
    return train(job, out, resume=resume, progress=lambda step: progress(step.number, step.loss, step.correct))


def train_lexical_detector(out: Path, texts: Path | None, *, windows: int, seed: int) -> Path:
    """Fit the lexical fallback anew; returns its weights' file."""
    from reviewers.trainers.claims.texts import SHIPPED
    from reviewers.trainers.detector_training import train_lexical

    return train_lexical(texts or SHIPPED, out, windows=windows, seed=seed)


def build_reader(settings: Settings, embedder: Embedder) -> ClaimReader:
    """Splits outputs into claims and finds the passages of each."""
    from reviewers.scorers.claims import SentenceClaims
    from reviewers.scorers.reader import ClaimReader

    sources = build_sources(settings, embedder)
    return ClaimReader(splitter=SentenceClaims(), index=sources, embedder=embedder)


def build_scorers(settings: Settings, embedder: Embedder) -> tuple[Scorer, ...]:
    """The machine reviewers that the settings name. Raises Invalid (`scorers`) for an unknown one."""
    return tuple(_scorer(name, settings, embedder) for name in settings.scorers)


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
        report=_report,
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
        report=_report,
        worker=worker,
    )


def _chat_folder(settings: Settings) -> Path:
    """The packaged chat model's folder, with transformers told to stay offline and quiet before it is used."""
    from reviewers.scorers.packaged import quiet_transformers

    quiet_transformers()
    return prepare_models(settings, _tell_conversion)


def _scorer(name: str, settings: Settings, embedder: Embedder) -> Scorer:
    """The scorer of this name. Raises Invalid (`scorers`) for an unknown one."""
    from reviewers.scorers.conditional import ConditionalLogprob
    from reviewers.scorers.grounding_lexical import LexicalGrounding
    from reviewers.scorers.lexical import Contradictions, Coverage, MissingFacts
    from reviewers.scorers.retrieval import Retrieval
    from reviewers.scorers.self_consistency import SelfConsistency
    from reviewers.scorers.token_logprob import TokenLogprob

    makers: dict[str, Callable[[], Scorer]] = {
        "grounding": lambda: build_detector(settings),
        "grounding_lexical": LexicalGrounding,
        "coverage": Coverage,
        "missing_facts": MissingFacts,
        "contradictions": Contradictions,
        "token_logprob": TokenLogprob,
        "self_consistency": SelfConsistency,
        "retrieval": lambda: Retrieval(embedder),
        "conditional_logprob": lambda: ConditionalLogprob(lambda: prepare_models(settings, _tell_conversion)),
    }
    if name in makers:
        return makers[name]()
    if (found := _named_scorer(name)) is not None:
        return found
    known = ", ".join([*makers, *(f"hf:{family}:NAME" for family in HF_FAMILIES), "judge:PROVIDER:MODEL"])
    raise Invalid("scorers", f"WHETSTONE_SCORERS: there is no scorer {name!r}. Known: {known}")


def build_detector(settings: Settings) -> Scorer:
    """The grounding detector, or its lexical stand-in where the model cannot be loaded (no torch, no package)."""
    from reviewers.scorers.detector import GroundingDetector, PackedReader, WithFallback
    from reviewers.scorers.grounding_lexical import LexicalGrounding

    words = LexicalGrounding("grounding")
    try:
        reader = PackedReader(lambda: prepare_models(settings, _tell_conversion))
    except Unavailable as error:
        _report("detector", error)
        return words
    return WithFallback(GroundingDetector(reader), words, told=lambda error: _report("detector", error))


def _named_scorer(name: str) -> Scorer | None:
    """A scorer around a model that the setting names: `hf:family:name`, or `judge:provider:model`."""
    from reviewers.scorers.huggingface import HuggingFaceScorer
    from reviewers.scorers.huggingface_labels import PAIR_FAMILIES
    from reviewers.scorers.huggingface_tokens import TokenClassifierScorer
    from reviewers.scorers.judge import JudgeScorer
    from reviewers.writers.chat import named_model

    start, _, rest = name.partition(":")
    family, _, model = rest.partition(":")
    if start == "judge" and family and model:
        return JudgeScorer(lambda: named_model(rest, setting="WHETSTONE_SCORERS"), model=model)
    if start != "hf" or not model:
        return None
    if family == "tokens":
        return TokenClassifierScorer(model)
    kind = next((known for known in PAIR_FAMILIES if known == family), None)
    model, _, label = model.partition("#")  # of the class that means supported, where a model does not name it so
    return HuggingFaceScorer(model, family=kind, supported_label=label) if kind and model else None


def detector_files() -> Path:
    """The folder of the shipped adapter, its head, manifest and card."""
    from reviewers.scorers.detector import ADAPTER

    return ADAPTER


def _tell_conversion(done: int, total: int, what: str) -> None:
    log.info("model_converting", step=done, steps=total, what=what)


def _report(part: str, error: Exception) -> None:
    # The exception's text can quote an output, so only its kind, its place and Slack's word for it are logged.
    code = getattr(error, "code", "") if isinstance(error, ReviewError) else ""
    log.error("part_failed", part=part, error=type(error).__name__, place=_place(error), code=code)


def _place(error: Exception) -> str:
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    return f"{frame.tb_frame.f_code.co_qualname}:{frame.tb_lineno}" if frame else ""


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
    )


def build_publisher(settings: Settings, services: Services, worker: str) -> CardPublisher:
    """The outbox's reader of one worker."""
    from bot.slack.check_screen import SlackCheckScreen, TellingMessenger
    from bot.slack.publisher import SlackMessenger
    from reviewers.workflow.publish import CardPublisher

    client = slack_client(settings, retries=False)  # the outbox retries, after looking whether it happened
    desk = build_desk(settings, services)
    return CardPublisher(
        store=services.store,
        clock=services.clock,
        metrics=services.metrics,
        messenger=TellingMessenger(
            SlackMessenger(client, desk.card, desk.notice),
            SlackCheckScreen(slack_client(settings, retries=True), desk.naming),
            services.checks,
        ),
        report=_report,
        worker=worker,
        post_pace_seconds=settings.post_pace_seconds,
    )


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
        try:
            check_database(settings)
        except ReviewError as error:
            return [str(error)]
        return []

    api = make_api(
        IntakeServices(
            store=services.store,
            clock=services.clock,
            metrics=services.metrics,
            intake=services.intake,
            release=services.release,
            stats=lambda route, days: services.judgement.stats(route, days, UTC),
            notice=reader_notice(services.judgement),
            not_ready=not_ready,
        )
    )
    if slack is not None:
        from bot.slack.http import mount

        mount(api, slack)
    return api
