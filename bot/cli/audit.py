"""The command that hands out the history of verdicts and of answers to digests."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.console import out

audit = typer.Typer(help="Who decided what, when, and why: a history that nobody can change.", no_args_is_help=True)

EARLIEST, LATEST = datetime(1970, 1, 1), datetime(9999, 1, 1)  # noqa: DTZ001 - typer reads days without a zone


@audit.command("export")
def audit_export(
    file: Annotated[Path, typer.Argument(help="FILE.jsonl or FILE.csv; it is replaced.")],
    since: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="First day, UTC.")] = EARLIEST,
    until: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="The day after the last, UTC.")] = LATEST,
) -> None:
    """Write every verdict, what it came to, and each answer to a digest, in the order of time.

    Changes and recalls are lines of their own.
    """
    from bot.audit import export, history
    from bot.bootstrap import open_services
    from bot.settings import load

    with open_services(load()).store.read() as uow:
        count = export(history(uow, since.replace(tzinfo=UTC), until.replace(tzinfo=UTC)), file)
    out.print(f"{file}: {count} lines.", markup=False)
