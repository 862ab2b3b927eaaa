"""A replay in a table, in words, and in files."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from reviewers.decisions.replay import Cost, Found, Replayed
from reviewers.decisions.too_few import TooFew
from reviewers.workflow.replaying import Replay

if TYPE_CHECKING:
    from rich.table import Table

OTHERS, TOGETHER = "(all others)", "together"
ARROW = " → "


def replay_table(replay: Replay) -> Table:
    """One row a route: as it was, and as it would have been."""
    from rich.table import Table

    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in ("a week", "outputs", "reviews", "minutes", "errors found", "rate known to ± points"):
        table.add_column(column, overflow="fold")
    for row in replay.rows:
        table.add_row(*_cells(row), style="bold" if row.route is None else None)
    return table


def notes(replay: Replay) -> list[str]:
    """What stands below the table: the period, n, and what the numbers are."""
    days = (replay.until - replay.since).days
    told = [
        f"As it was{ARROW}as it would have been. {replay.outputs:,} outputs of {days} days, "
        f"{replay.reviewed:,} reviewed; a verdict takes {replay.seconds_a_verdict:.0f} s.",
        "Errors: those found, each counted by its new chance over its old one, with a 95 % interval. Points: half the "
        "width of the 95 % interval over all these days.",
    ]
    if any(isinstance(row.after.errors, TooFew) for row in replay.rows):
        told.append("Too few: so many outputs were reviewed, and so many are needed.")
    if not replay.curve:
        told.append("No route has a budget: add minutes_per_week to the policy, or --minutes.")
    return told


def write(folder: Path, replay: Replay) -> list[Path]:
    """The picture, where it says anything, and all figures as JSON; the paths."""
    from bot.pictures.replay import replay_picture

    folder.mkdir(parents=True, exist_ok=True)
    figures = folder / "simulation.json"
    figures.write_text(json.dumps(asdict(replay), default=str, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    last = replay.rows[-1]
    drawn = replay_picture(last.before, last.after, replay.curve)
    if drawn is None:
        return [figures]
    picture = folder / "simulation.png"
    picture.write_bytes(drawn)
    return [picture, figures]


def _cells(row: Replayed) -> tuple[str, ...]:
    name = TOGETHER if row.route is None else row.route or OTHERS
    return (
        _plain(name),
        f"{row.outputs:,.0f}",
        f"{row.before.reviews:,.0f}{ARROW}{row.after.reviews:,.0f}",
        f"{row.before.minutes:,.0f}{ARROW}{row.after.minutes:,.0f}",
        _errors(row.before, row.after),
        _points(row.before, row.after),
    )


def _errors(before: Cost, after: Cost) -> str:
    if isinstance(before.errors, Found) and isinstance(after.errors, Found):
        found = after.errors
        return f"{before.errors.value:.1f}{ARROW}{found.value:.1f} ({found.low:.1f} to {found.high:.1f})"
    return _too_few(after.errors)


def _points(before: Cost, after: Cost) -> str:
    if isinstance(before.width, float) and isinstance(after.width, float):
        return f"{before.width * 50:.1f}{ARROW}{after.width * 50:.1f}"
    return _too_few(after.width)


def _too_few(found: object) -> str:
    return f"too few ({found.found} of {found.needed})" if isinstance(found, TooFew) else ""


def _plain(text: str) -> str:
    from rich.markup import escape

    return escape(" ".join(text.split()))
