"""Commands that move material: outputs in, sources in, datasets out."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.console import err, out, progress_bar

outputs = typer.Typer(help="Outputs of the application's model.", no_args_is_help=True)
sources = typer.Typer(help="Documents that claims are checked against.", no_args_is_help=True)
dataset = typer.Typer(help="Correction sets and labels.", no_args_is_help=True)


class Format(StrEnum):
    """What a dataset is for."""

    SFT = "sft"
    DPO = "dpo"
    KTO = "kto"
    OPENAI = "openai"
    SPANS = "spans"
    RETRIEVAL = "retrieval"


@outputs.command("import")
def outputs_import(
    file: Annotated[Path, typer.Argument(help="JSONL, CSV or Parquet.", exists=True, dir_okay=False, readable=True)],
) -> None:
    """Import outputs from a file; safe to run again after an interruption. Bad lines are named, the rest goes in."""
    from bot.bootstrap import open_services
    from bot.intake.imports import import_file
    from bot.settings import load

    services = open_services(load())
    with progress_bar(f"Importing {file.name}") as advance:
        report = import_file(
            file,
            services.intake.receive,
            progress=lambda so_far: advance(round(so_far.fraction * 100), 100),
            now=services.clock.now,
            submitted_by="import",
        )
    for problem in report.told:
        err.print(str(problem), markup=False)
    if report.bad > len(report.told):
        err.print(f"… and {report.bad - len(report.told)} more bad lines")
    out.print(f"{report.received} received, {report.same} were there already, {report.bad} bad lines.")
    if report.bad:
        raise typer.Exit(1)


@outputs.command("show")
def outputs_show(output_id: Annotated[str, typer.Argument(help="The output's id.")]) -> None:
    """Print all that is known of one output, as the API answers it."""
    from bot.bootstrap import open_services
    from bot.intake.answers import StoryAnswer
    from bot.reader_notices import reader_notice
    from bot.settings import load

    services = open_services(load())
    answer = StoryAnswer.of(services.intake.story(output_id), reader_notice(services.judgement))
    out.print_json(answer.model_dump_json())


@sources.command("add")
def sources_add(
    paths: Annotated[list[Path], typer.Argument(help="Files or folders: Markdown, text, HTML, PDF.", exists=True)],
    prune: Annotated[bool, typer.Option(help="Remove documents of these folders that are gone.")] = False,
    base_address: Annotated[str, typer.Option(help="Address that relative paths are appended to.")] = "",
) -> None:
    """Add documents: unchanged ones are skipped, changed ones replaced."""
    from collections import Counter

    from bot.bootstrap import build_sources, open_services
    from bot.settings import load

    settings = load()
    index, services = build_sources(settings), open_services(settings)
    with progress_bar("Reading documents") as advance:
        changes = index.add_paths(
            [str(path) for path in paths],
            prune=prune,
            base_address=base_address,
            progress=advance,
            tell=services.changes.note,
        )
    for change in changes:
        if change.problem:
            err.print(f"{change.document}: {change.problem}", markup=False)
    counted = Counter(change.status for change in changes)
    passages = sum(change.passages for change in changes)
    told = ", ".join(f"{number} {status}" for status, number in sorted(counted.items())) or "nothing found"
    out.print(f"{told}; {passages} new passages, {index.documents()} documents in the index.")
    if differing := sum(bool(change.change_id) for change in changes):
        which = "1 document says" if differing == 1 else f"{differing:,} documents say"
        out.print(f"{which} something else than before. Approved answers that rest on it are reopened for review.")
    if counted["failed"]:
        raise typer.Exit(1)


@dataset.command("build")
def dataset_build(
    format: Annotated[Format, typer.Option(help="What it is for.")],
    out_dir: Annotated[Path, typer.Option("--out", help="Folder for the file and its manifest.")] = Path("datasets"),
    route: Annotated[str, typer.Option(help="A route's name; all of them together when it is left out.")] = "",
    until: Annotated[
        datetime | None,
        typer.Option(help="Only what was resolved before then, in UTC; everything when it is left out."),
    ] = None,
    approved_at_most: Annotated[
        float | None,
        typer.Option(help="Greatest share of rows that are approved outputs beside corrections (sft, openai)."),
    ] = None,
) -> None:
    """Write the correction set, or the labels: the same reviews give the same bytes."""
    from bot.bootstrap import open_services
    from bot.settings import load
    from reviewers.workflow.judgement import named

    services = open_services(load())
    own = named(route, services.policies.current()) if route else None
    before = until.replace(tzinfo=UTC) if until else None
    built = services.datasets.build(
        format.value, str(out_dir), route=own, until=before, approved_at_most=approved_at_most
    )
    out.print(f"{built.path}: {built.examples} examples, sha256 {built.version}", markup=False)
