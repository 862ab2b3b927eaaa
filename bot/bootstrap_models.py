"""The composition root's machine reviewers: models, scorers and trainers, each loaded when it is first used."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from bot.settings import Settings
from reviewers.errors import Invalid, ReviewError, Unavailable
from reviewers.ports import Scorer

if TYPE_CHECKING:
    from reviewers.scorers.embedder import MiniLmEmbedder as Embedder

log = structlog.get_logger()

HF_FAMILIES = ("entailment", "hallucination", "minicheck", "tokens")  # kinds of Hugging Face detectors


def build_embedder(settings: Settings) -> Embedder:
    """The packaged MiniLM; torch is loaded with the first text."""
    from reviewers.scorers.embedder import MiniLmEmbedder

    return MiniLmEmbedder(threads=settings.threads or None)


def prepare_models(settings: Settings, progress: Callable[[int, int, str], None] | None = None) -> Path:
    """Convert the packaged language model into the cache, once; returns its folder."""
    from reviewers.scorers.conversion import converted
    from reviewers.scorers.packaged import smollm2_gguf

    return converted(smollm2_gguf(), settings.data_dir / "models", progress=progress)


@dataclass(frozen=True, kw_only=True, slots=True)
class Training:
    """What the command line says of a training of the detector."""

    steps: int
    seed: int
    rate: float  # the learning rate at its highest
    written: float  # share of windows with written claims
    batches: int | None  # of the written claims; None: all
    begin: Path | None  # folder of the adapter to go on from; None: a fresh one
    threads: int
    precision: str  # "float32" or "bfloat16"


def train_detector(
    settings: Settings,
    out: Path,
    texts: Path | None,
    training: Training,
    *,
    resume: bool,
    progress: Callable[[int, float, float], None],
) -> Path:
    """Make the grounding detector anew, or go on from an adapter; returns its manifest.

    `progress(step, loss, share of right answers)`. Raises Invalid (`begin`, `resume`) for what does not fit.
    """
    from reviewers.scorers.packaged import quiet_transformers, smollm2_release
    from reviewers.trainers.claims.texts import SHIPPED
    from reviewers.trainers.detector_training import Job, train
    from reviewers.trainers.lora import Recipe, adapter_hash

    quiet_transformers()
    recipe = Recipe(
        steps=training.steps,
        seed=training.seed,
        learning_rate=training.rate,
        written_share=training.written,
        written_batches=training.batches,
        threads=training.threads,
        precision=training.precision,
        begun_with=adapter_hash(training.begin) if training.begin is not None else None,
    )
    model = prepare_models(settings, tell_conversion)
    job = Job(model=model, base=smollm2_release(), texts=texts or SHIPPED, recipe=recipe, begin=training.begin)
    return train(job, out, resume=resume, progress=lambda step: progress(step.number, step.loss, step.correct))


def train_lexical_detector(out: Path, texts: Path | None, *, windows: int, seed: int) -> Path:
    """Fit the lexical fallback anew; returns its weights' file."""
    from reviewers.trainers.claims.texts import SHIPPED
    from reviewers.trainers.detector_training import train_lexical

    return train_lexical(texts or SHIPPED, out, windows=windows, seed=seed)


def build_scorers(settings: Settings, embedder: Embedder) -> tuple[Scorer, ...]:
    """The machine reviewers that the settings name. Raises Invalid (`scorers`) for an unknown one."""
    return tuple(_scorer(name, settings, embedder) for name in settings.scorers)


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
        "conditional_logprob": lambda: ConditionalLogprob(lambda: prepare_models(settings, tell_conversion)),
    }
    if name in makers:
        return makers[name]()
    if (found := _named_scorer(name, settings)) is not None:
        return found
    known = ", ".join([*makers, *(f"hf:{family}:NAME" for family in HF_FAMILIES), "judge:PROVIDER:MODEL"])
    raise Invalid("scorers", f"WHETSTONE_SCORERS: there is no scorer {name!r}. Known: {known}")


def build_detector(settings: Settings, *, on_torch: bool = False, alone: bool = False) -> Scorer:
    """The grounding detector, or its lexical stand-in where the model cannot be loaded (no torch, no package).

    It reads with an exported graph; with torch where that cannot be, or with `on_torch`, to compare. `alone`: without
    the words beside it.
    """
    from reviewers.scorers.detector import (
        ADAPTER,
        GroundingDetector,
        PackedReader,
        TorchEngine,
        WithFallback,
        WithWords,
        graph_or_torch,
        words_weight,
    )
    from reviewers.scorers.grounding_lexical import LexicalGrounding

    words = LexicalGrounding("grounding")
    engine = TorchEngine if on_torch else graph_or_torch(tell_torch, threads=settings.threads)
    try:
        reader = PackedReader(lambda: prepare_models(settings, tell_conversion), engine=engine)
        weight = words_weight(ADAPTER)
    except Unavailable as error:
        report_failure("detector", error)
        return words
    detector: Scorer = GroundingDetector(reader)
    if not alone:
        detector = WithWords(detector, words, weight)
    return WithFallback(detector, words, told=lambda error: report_failure("detector", error))


def prepare_detector(settings: Settings) -> str:
    """Export the detector's graph beside the converted model, once; returns what reads. Raises Unavailable."""
    from reviewers.scorers.detector import ADAPTER, graph_or_torch

    model = prepare_models(settings, tell_conversion)
    graph_or_torch(tell_torch, threads=settings.threads)(model, ADAPTER)
    return detector_state(settings)


def detector_state(settings: Settings) -> str:
    """What reads for the grounding detector, without loading it. Raises Unavailable where its model is missing."""
    from reviewers.scorers.conversion import converted_folder
    from reviewers.scorers.detector import ADAPTER, graph_state
    from reviewers.scorers.packaged import smollm2_gguf

    return graph_state(converted_folder(smollm2_gguf(), settings.data_dir / "models"), ADAPTER)


def _named_scorer(name: str, settings: Settings) -> Scorer | None:
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
        return TokenClassifierScorer(model, device=settings.device, precision=settings.precision)
    kind = next((known for known in PAIR_FAMILIES if known == family), None)
    model, _, label = model.partition("#")  # of the class that means supported, where a model does not name it so
    if not kind or not model:
        return None
    return HuggingFaceScorer(
        model, family=kind, supported_label=label, device=settings.device, precision=settings.precision
    )


def detector_files() -> Path:
    """The folder of the shipped adapter, its head, manifest and card."""
    from reviewers.scorers.detector import ADAPTER

    return ADAPTER


def tell_conversion(done: int, total: int, what: str) -> None:
    log.info("model_converting", step=done, steps=total, what=what)


def tell_torch(error: Exception) -> None:
    # The graph's errors are our own sentences or name a package: they quote no output.
    log.warning("detector_reads_with_torch", why=str(error))


def report_failure(part: str, error: Exception) -> None:
    # The exception's text can quote an output, so only its kind, its place and Slack's word for it are logged.
    code = getattr(error, "code", "") if isinstance(error, ReviewError) else ""
    log.error("part_failed", part=part, error=type(error).__name__, place=_place(error), code=code)


def _place(error: Exception) -> str:
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    return f"{frame.tb_frame.f_code.co_qualname}:{frame.tb_lineno}" if frame else ""
