"""`whetstone detector`: makes the grounding detector again, from texts to adapter, without any human label."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from statistics import fmean
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from bot.cli.console import err, out


class Precision(StrEnum):
    """What a training computes in."""

    FLOAT32 = "float32"
    BFLOAT16 = "bfloat16"


detector = typer.Typer(help="The grounding detector that ships with the project.", no_args_is_help=True)


@detector.callback()
def _detector() -> None:
    """A group, though it has one command only."""


@detector.command("train")
def detector_train(
    steps: Annotated[int, typer.Option(min=1, help="Windows of up to eight claims that it learns from.")] = 700,
    seed: Annotated[int, typer.Option(help="The same seed, steps and texts give the same adapter.")] = 1,
    out_dir: Annotated[Path, typer.Option("--out", help="Where the files go.")] = Path("var/detector"),
    texts: Annotated[Path | None, typer.Option(help="JSONL with source and sentences; default: what ships.")] = None,
    written: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="Share of windows with written claims; the rest are by rules.")
    ] = 0.0,
    batches: Annotated[
        int | None, typer.Option("--written-batches", min=1, help="Only the first so many batches of them.")
    ] = None,
    begin: Annotated[
        Path | None, typer.Option("--from", help="Go on from the adapter in this folder instead of a fresh one.")
    ] = None,
    rate: Annotated[
        float, typer.Option(min=0.0, help="Learning rate at its highest; less for one that goes on.")
    ] = 8e-4,
    threads: Annotated[int, typer.Option(min=1, help="Cores; another number gives another adapter.")] = 1,
    precision: Annotated[
        Precision, typer.Option(help="Of a step's products: bfloat16 takes half the time where a processor has it.")
    ] = Precision.FLOAT32,
    resume: Annotated[
        bool, typer.Option(help="Go on from the checkpoint of an interrupted training in --out.")
    ] = False,
    lexical: Annotated[bool, typer.Option(help="Fit the lexical fallback only: seconds, without torch.")] = False,
) -> None:
    """Train the adapter on claims by rules and written ones (700 steps: half an hour on a core), and test it."""
    from bot.bootstrap_models import Training, train_detector, train_lexical_detector
    from bot.settings import load

    if lexical:
        out.print(f"Weights are in {train_lexical_detector(out_dir, texts, windows=steps, seed=seed)}.")
        return
    training = Training(
        steps=steps,
        seed=seed,
        rate=rate,
        written=written,
        batches=batches,
        begin=begin,
        threads=threads,
        precision=precision.value,
    )
    with _training_bar(steps) as advance:
        manifest = train_detector(load(), out_dir, texts, training, resume=resume, progress=advance)
    out.print(f"The adapter and its head are in {out_dir}; what it is and how well it does in {manifest.name}.")


@contextmanager
def _training_bar(steps: int) -> Iterator[Callable[[int, float, float], None]]:
    """A bar with the loss and the share of right answers, both over the last 40 steps."""
    columns = (TextColumn("Training"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"))
    losses: deque[float] = deque(maxlen=_SHOWN)
    correct: deque[float] = deque(maxlen=_SHOWN)
    with Progress(*columns, TimeElapsedColumn(), TimeRemainingColumn(), console=err) as bar:
        row = bar.add_task("", total=steps)

        def advance(step: int, loss: float, right: float) -> None:
            losses.append(loss)
            correct.append(right)
            bar.update(row, completed=step, description=f"loss {fmean(losses):.3f}, right {fmean(correct):.0%}")

        yield advance


_SHOWN = 40  # a single window says little: it has eight claims at most
