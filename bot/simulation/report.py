"""A simulated year in tables, in words, and in files."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from bot.simulation.outcome import Noticed, Outcome, spoke
from bot.simulation.plan import ChangeKind, YearPlan
from bot.simulation.year import PlayedWeek
from bot.slack.digest.options import DigestOptions
from reviewers.model.judgement import Rate
from reviewers.workflow.services import UTC

if TYPE_CHECKING:
    from rich.table import Table

HAPPENED = {
    ChangeKind.TOPIC: "a new topic, 30 of 100 questions",
    ChangeKind.MODEL: "a new version of the model, 35 of 100 wrong",
    ChangeKind.REVIEWERS: "one of four reviewers approves everything",
}


def told_table(outcome: Outcome) -> Table:
    """One row a digest that spoke."""
    from rich.table import Table

    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in ("week", "its digest says", "what moved", "known to have changed"):
        table.add_column(column, overflow="fold")
    for one in outcome.told:
        changed = ", ".join(kind.value for kind in one.upstream)
        table.add_row(str(one.week), one.headline, _plain(", ".join(one.names)), changed)
    return table


def noticed_table(outcome: Outcome) -> Table:
    """One row a change: when a digest told it."""
    from rich.table import Table

    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in ("week", "what happened", "told", "after reviews"):
        table.add_column(column, overflow="fold")
    for one in outcome.noticed:
        table.add_row(str(one.change.week), HAPPENED[one.change.kind], _when(one), f"{one.reviews or 0:,}")
    return table


def notes(outcome: Outcome, played: Sequence[PlayedWeek]) -> list[str]:
    """What stands below the tables."""
    outputs, reviewed = sum(one.outputs for one in played), sum(one.digest.reviewed for one in played)
    held = [one for one in played if isinstance(one.digest.rate, Rate)]
    inside = sum(_holds(one) for one in held)
    alarms = ", ".join(map(str, outcome.false_alarms)) or "none"
    return [
        f"{len(played)} weeks, {outputs:,} outputs, {reviewed:,} of them reviewed.",
        f"False alarms before the first change: {alarms}.",
        f"The 95 % interval of the week's error rate held the truth in {inside} of {len(held)} weeks that have one.",
    ]


def write(
    folder: Path, plan: YearPlan, outcome: Outcome, played: Sequence[PlayedWeek], progress: Callable[[int, int], None]
) -> list[Path]:
    """Every digest as Markdown and JSON, the picture of the year, and all figures as JSON; picture and figures' paths.

    Raises OSError where the folder cannot be written.
    """
    from bot.digest_text import to_json, to_markdown
    from bot.pictures.year import year_picture

    folder.mkdir(parents=True, exist_ok=True)
    options = DigestOptions(zone=UTC)
    for done, one in enumerate(played, start=1):
        path = folder / f"{one.digest.week}.md"
        path.write_text(to_markdown(one.digest, options), encoding="utf-8", newline="\n")
        path.with_suffix(".json").write_text(to_json(one.digest, options), encoding="utf-8", newline="\n")
        progress(done, len(played))
    picture, figures = folder / "year.png", folder / "year.json"
    picture.write_bytes(
        year_picture(
            [one.digest.rate for one in played],
            [one.wrong / one.outputs for one in played],
            {change.week: change.kind.value for change in plan.changes},
            [one.number for one in played if spoke(one.digest)],
        )
    )
    figures.write_text(json.dumps(_figures(plan, outcome, played), indent=1) + "\n", encoding="utf-8", newline="\n")
    return [picture, figures]


def _figures(plan: YearPlan, outcome: Outcome, played: Sequence[PlayedWeek]) -> dict[str, object]:
    weeks = [
        {
            "week": one.number,
            "outputs": one.outputs,
            "wrong": one.wrong,
            "reviewed": one.digest.reviewed,
            "rate": asdict(one.digest.rate),
            "headline": one.digest.headline.value,
        }
        for one in played
    ]
    return {"plan": asdict(plan), "outcome": asdict(outcome), "weeks": weeks}


def _when(one: Noticed) -> str:
    if one.told is None or one.weeks is None:
        return "not told, as it should be" if one.change.kind is ChangeKind.REVIEWERS else "not told"
    return f"by the digest of week {one.told.week}, the {_ordinal(one.weeks)} since"


def _ordinal(number: int) -> str:
    words = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
    return words[number - 1] if number <= len(words) else f"{number}th"


def _holds(one: PlayedWeek) -> bool:
    rate = one.digest.rate
    return isinstance(rate, Rate) and rate.low <= one.wrong / one.outputs <= rate.high


def _plain(text: str) -> str:
    from rich.markup import escape

    return escape(text)
