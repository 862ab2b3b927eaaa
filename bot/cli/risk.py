"""Commands about the risk: how good it is on labelled outputs, and what it has learned."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bot.cli.console import out, progress_bar

WIDE = 110  # columns of the tables; a narrower terminal wraps lines itself, and nothing is cut off

risk = typer.Typer(help="The risk: how good it is, and what it has learned.", no_args_is_help=True)


@risk.command("evaluate")
def risk_evaluate(
    file: Annotated[
        Path,
        typer.Argument(
            help="JSONL: id, output, context, label (1 is wrong), and where known source_set and question.",
            exists=True,
            dir_okay=False,
            readable=True,
        ),
    ],
    scorers: Annotated[str, typer.Option(help="Names as in WHETSTONE_SCORERS; default: that setting.")] = "",
    learn: Annotated[bool, typer.Option("--learn", help="Also against the number of verdicts learned from.")] = False,
    out_dir: Annotated[Path, typer.Option("--out", help="Folder for pictures and JSON.")] = Path("risk-evaluation"),
) -> None:
    """Measure the risk on labelled outputs: ranking, truthfulness, what would leave unseen, and what it costs."""
    from bot.bootstrap import build_evaluator
    from bot.cli.risk_tables import cost_line, lesson_table, scorer_table, set_table
    from bot.clock import SystemClock
    from bot.labelled import read_labelled
    from bot.risk_report import write_report
    from bot.settings import load
    from reviewers.decisions import evaluation

    found = read_labelled(file)
    settings = load(scorers=scorers) if scorers else load()
    evaluator, now = build_evaluator(settings), SystemClock().now()
    with progress_bar(f"Scoring {file.name}") as advance:
        scored = evaluator.score(found, now=now, progress=advance)
    reports = evaluation.by_set(scored.rows)
    lessons = []
    if learn:
        with progress_bar("Learning") as advance:
            lessons = evaluation.learning_curve(scored.rows, before=now, progress=advance)

    mean = evaluation.mean_auroc(reports)
    wide = Console(width=max(out.width, WIDE), highlight=False)
    for table in (set_table(reports, mean), scorer_table(reports), *([lesson_table(lessons)] if lessons else [])):
        wide.print(table)
        wide.print()
    out.print(cost_line(scored.milliseconds))
    for path in write_report(out_dir, reports, mean, lessons, scored.milliseconds):
        out.print(str(path), markup=False)


@risk.command("show")
def risk_show() -> None:
    """Print the model that risks come from now, what it learned from, and what was compared."""
    from bot.bootstrap import open_services
    from bot.cli.risk_tables import model_lines
    from bot.settings import load
    from reviewers.workflow.learning import CurrentRisk

    for line in model_lines(CurrentRisk(open_services(load()).store).model()):
        out.print(line, markup=False)
