"""Measures of risks in words and tables for the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from reviewers.decisions.evaluation import Lesson, SetReport
from reviewers.decisions.measures import Measured, RiskCoverage
from reviewers.decisions.too_few import TooFew
from reviewers.model import RiskKind, RiskModel

if TYPE_CHECKING:
    from rich.table import Table

KINDS = {
    RiskKind.PRIOR: "the prior of the first day",
    RiskKind.ALONE: "the detector alone, calibrated",
    RiskKind.STACK: "a stack of scores",
}


def set_table(reports: Sequence[SetReport], mean: Measured | TooFew) -> Table:
    """One row a source set: how the risk ranks and how true it is."""
    table = _table("set", "outputs", "wrong", "documents", "AUROC", "Brier", "calibration", "E-AURC", "not read")
    for one in reports:
        excess = one.coverage.excess if isinstance(one.coverage, RiskCoverage) else one.coverage
        table.add_row(
            _plain(one.name),
            str(one.outputs),
            str(one.wrong),
            str(one.documents),
            _interval(one.auroc),
            _number(one.brier),
            _number(one.calibration_error),
            _number(excess),
            str(one.unscored),
            style="bold" if one.total else None,
        )
    if len(reports) > 1:
        table.add_row("mean of sets", "", "", "", _interval(mean), "", "", "", "", style="bold")
    return table


def scorer_table(reports: Sequence[SetReport]) -> Table:
    """One row a set, one column a scorer: AUROC of the score alone."""
    names = sorted({name for one in reports for name in one.scorers})
    table = _table("AUROC of each score", *(name.replace("_", "\n") for name in names))
    for one in reports:
        found = (one.scorers.get(name, TooFew(found=0, needed=1)) for name in names)
        values = (f"{each.value:.3f}" if isinstance(each, Measured) else "too few" for each in found)
        table.add_row(_plain(one.name), *values, style="bold" if one.total else None)
    return table


def lesson_table(lessons: Sequence[Lesson]) -> Table:
    """One row a number of verdicts."""
    table = _table("verdicts", "AUROC", "detector alone", "Brier", "calibration", "stack preferred")
    for one in lessons:
        table.add_row(
            str(one.verdicts),
            _number(one.auroc),
            _number(one.alone),
            _number(one.brier),
            _number(one.calibration_error),
            f"{one.stacked:.0%}",
        )
    return table


def cost_line(milliseconds: Mapping[str, float]) -> str:
    """Milliseconds an output once models are loaded, the most costly part first."""
    parts = sorted(((part, ms) for part, ms in milliseconds.items() if part != "all"), key=lambda one: -one[1])
    told = ", ".join(f"{part} {ms:.1f}" for part, ms in parts)
    return f"{milliseconds['all']:.1f} ms an output: {told}."


def model_lines(model: RiskModel) -> Iterator[str]:
    """The model in sentences."""
    yield f"{model.version}: {KINDS[model.kind]}."
    if model.before is not None:
        yield (
            f"Learned from {model.verdicts} verdicts ({model.errors} of them wrong answers), all from before "
            f"{model.before:%d %B %Y}."
        )
    numbers = ", ".join(f"{number:.3f}" for number in model.curve.numbers[:8])
    yield f"Curve: {model.curve.kind.value} ({numbers}{', …' * (len(model.curve.numbers) > 8)})."
    for signal in model.signals:
        if signal.scorer:
            yield f"  {signal.scorer} ({signal.version}): weight {signal.weight:+.3f}"
    yield f"Answers that nothing can be read in: {100 * model.base_rate:.0f} in 100."
    for place, one in enumerate(model.candidates):
        gain = f", loss lower by {one.gain:.4f} (standard error {one.gain_error:.4f})" if one.gain_error else ""
        preferred = "preferred" if place == 0 else "compared"
        yield f"  {preferred}: {one.name}, Brier {one.brier:.4f}, log-loss {one.log_loss:.4f}{gain}"


def _table(*columns: str) -> Table:
    from rich.table import Table

    table = Table(box=None, header_style="bold", pad_edge=False)
    for place, column in enumerate(columns):
        table.add_column(column, justify="right" if place else "left")
    return table


def _plain(text: str) -> str:
    """Names come from files: brackets in them are no markup."""
    from rich.markup import escape

    return escape(text)


def _interval(found: Measured | TooFew) -> str:
    if isinstance(found, TooFew):
        return f"too few ({found.found})"
    return f"{found.value:.3f} ({found.low:.2f} to {found.high:.2f})"


def _number(found: float | TooFew) -> str:
    return f"too few ({found.found})" if isinstance(found, TooFew) else f"{found:.3f}"
