"""`whetstone stats`: what the verdicts prove, as a table or as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.console import out

if TYPE_CHECKING:
    from rich.table import Table

    from bot.slack.rates import RowMethods
    from reviewers.decisions.error_rates import Line
    from reviewers.decisions.too_few import TooFew
    from reviewers.workflow.judgement import Stats


def stats(
    route: Annotated[
        str,
        typer.Option(help="A route's name, or “Answers of no route”; all of them together when it is left out."),
    ] = "",
    days: Annotated[int, typer.Option(help="Days back from now.", min=1, max=366)] = 28,
    as_json: Annotated[bool, typer.Option("--json", help="As GET /v1/stats answers it.")] = False,
) -> None:
    """Say how many outputs are wrong, with interval, n, method and period, and what may leave without review."""
    from bot.bootstrap import open_services
    from bot.settings import load
    from bot.slack.rates import RowMethods

    found = open_services(load()).judgement.stats(route, days, UTC)
    if as_json:
        from bot.intake.figures import StatsAnswer

        out.print_json(StatsAnswer.of(found).model_dump_json())
        return
    lines = (*found.weeks, *found.routes, *found.slices, *found.versions)
    methods = RowMethods.of(found.rate, [line.rate for line in lines])
    out.print(_title(found), style="bold", markup=False)
    if lines:
        out.print(_table(found, methods))
    for sentence in _sentences(found, methods):
        out.print(sentence, markup=False)


def _title(found: Stats) -> str:
    from bot.slack import rates
    from reviewers.decisions.too_few import TooFew

    name = found.route or "All routes"
    if isinstance(found.rate, TooFew):
        return f"{name}: too few {found.rate.of} to say ({_missing(found.rate)})"
    return f"{name}: {rates.share(found.rate)} wrong ({rates.interval(found.rate)})"


def _table(found: Stats, methods: RowMethods) -> Table:
    from rich.table import Table

    from bot.slack import rates

    rows = list(_rows(found))
    corrected = any(rates.uncorrected(line.rate) for _, line in rows)
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("", overflow="fold")
    for name in ("wrong of 100", *(["uncorrected"] if corrected else []), "reviewed", "outputs"):
        table.add_column(name, justify="right")
    table.add_column("")
    for label, line in rows:
        without = [rates.uncorrected(line.rate)] if corrected else []
        differs = "differs from the rest" if line.finding else ""
        counts = f"{line.reviewed:,}", f"{line.outputs:,}"
        table.add_row(_plain(label), methods.cell(line.rate), *without, *counts, differs)
    return table


def _rows(found: Stats) -> Iterator[tuple[str, Line]]:
    """ "week 2026-W47", "route Cards"; what has no name is said to have none."""
    from reviewers.workflow.judgement import OWN_ROUTE

    for kind, nameless, lines in (
        ("week", "no week named", found.weeks),
        ("route", OWN_ROUTE, found.routes),
        ("slice", "no slice named", found.slices),
        ("model", "no model named", found.versions),
    ):
        yield from ((f"{kind} {line.name}" if line.name else nameless, line) for line in lines)


def _sentences(found: Stats, methods: RowMethods) -> Iterator[str]:
    """Period, n and method; then what is known of reviewers, of the risk, and of what may leave."""
    from bot.slack import rates
    from reviewers.decisions.figures import Difference
    from reviewers.decisions.too_few import TooFew

    period = f"{found.since:%d %b %Y} to {found.until:%d %b %Y}, UTC"
    if isinstance(found.rate, TooFew):
        needs = rates.needs(found.rate, found.reviewed)
        yield f"{period}; {found.reviewed:,} of {found.outputs:,} outputs reviewed{needs}."
    else:
        yield f"{period}; {found.rate.reviewed:,} of {found.rate.speaks_for:,} reviewed; {rates.method(found.rate)}."
    yield from (f"{note}." for note in methods.notes())
    if isinstance(found.anchoring, Difference):
        yield rates.marks_sentence(found.anchoring)
    elif found.anchoring.found:  # without any, marks are not drawn here
        yield f"What the machine's marks do: too few {found.anchoring.of} to say ({_missing(found.anchoring)})."
    if isinstance(found.agreement, TooFew):
        yield f"Agreement of reviewers: too few {found.agreement.of} to say ({_missing(found.agreement)})."
    else:
        yield rates.agreement_sentence(found.agreement)
    if isinstance(found.errors, TooFew):
        checked = "verdicts with a second opinion or a known answer"
        yield f"What people decided: too few {checked} to say how often it is right ({_missing(found.errors)})."
    else:
        yield rates.errors_sentence(found.errors, (found.until - found.since).days)
    if isinstance(found.signal, TooFew) and not found.drawn_evenly:
        yield f"How well the risk ranks: too few {found.signal.of} to say ({_missing(found.signal)})."
    else:
        yield rates.signal_sentence(found.signal, drawn_evenly=found.drawn_evenly)
    judged = found.judgement
    if judged is not None and judged.guarantee is not None:
        yield from rates.guarantee_sentences(
            judged.guarantee,
            judged.proof,
            found.seconds_a_review,
            tested_at=judged.tested_at,
            others_until=judged.others_until,
        )


def _missing(few: TooFew) -> str:
    return f"{few.found} of {few.needed}"


def _plain(text: str) -> str:
    from rich.markup import escape

    return escape(text)
