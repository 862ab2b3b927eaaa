"""`whetstone simulate`: a year whose truth is known plays through the program; what its digests said of it."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from bot.cli.console import fail, out, progress_bar

WIDE = 110  # columns of the tables; a narrower terminal wraps lines itself, and nothing is cut off


def simulate(
    weeks: Annotated[int, typer.Option(help="1 to 52.")] = 52,
    outputs_per_week: Annotated[int, typer.Option(help="A quarter of them is reviewed, 100 at most.")] = 400,
    seed: Annotated[int, typer.Option(min=0, help="The same seed and options play the same year.")] = 1,
    change: Annotated[
        list[str] | None,
        typer.Option(help="topic:WEEK, model:WEEK, reviewers:WEEK, or none. Default: topic:20 model:30 reviewers:40."),
    ] = None,
    embeddings: Annotated[
        bool, typer.Option(help="Compare what is asked and said; without it a new topic is not seen.")
    ] = True,
    out_dir: Annotated[Path | None, typer.Option("--out", help="Folder for digests, picture and figures.")] = None,
    database: Annotated[
        str, typer.Option(help="An empty one, sqlite:///… or postgresql://…, that is kept; default: one that is not.")
    ] = "",
) -> None:
    """Play a year of traffic with known changes through intake, selection, scripted reviewers and 52 digests.

    It uses no settings, and touches no database but its own. Prints which digests spoke and what they named.
    """
    from rich.console import Console

    from bot.simulation.outcome import outcome_of
    from bot.simulation.plan import YearPlan, budget, read_changes
    from bot.simulation.report import notes, noticed_table, told_table, write
    from bot.simulation.year import play

    plan = YearPlan(
        weeks=weeks,
        outputs_per_week=outputs_per_week,
        reviews_per_week=budget(outputs_per_week),
        seed=seed,
        changes=read_changes(change or [], weeks),
    )
    from bot.bootstrap_simulation import simulated  # after the plan is known to be one

    with TemporaryDirectory(prefix="whetstone-year-") as folder:  # noqa: SIM117 - the database closes before its folder
        with (
            simulated(plan, Path(folder), database=database, embeddings=embeddings) as program,
            progress_bar("Playing the weeks") as advance,
        ):
            played = play(plan, program, advance)
    outcome = outcome_of(played, plan.changes)
    tables = Console(width=max(out.width, WIDE), highlight=False)
    for table in (told_table(outcome), noticed_table(outcome)):
        if table.row_count:
            tables.print(table)
            out.print()
    for line in notes(outcome, played):
        out.print(line, markup=False)
    if out_dir is not None:
        try:
            with progress_bar("Writing the digests") as advance:
                paths = write(out_dir, plan, outcome, played, advance)
        except OSError as error:
            raise fail(f"{out_dir} cannot be written: {error.strerror}.") from None
        for path in paths:
            out.print(str(path), markup=False)
