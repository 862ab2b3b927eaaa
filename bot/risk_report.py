"""Writes what `whetstone risk evaluate` found: pictures for people, JSON for programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import orjson

from bot.pictures.risk import auroc_picture, coverage_picture, learning_picture, truth_picture
from reviewers.decisions.evaluation import Lesson, SetReport
from reviewers.decisions.measures import Measured, RiskCoverage
from reviewers.decisions.too_few import TooFew
from reviewers.errors import Invalid

POINTS = 200  # of the risk-coverage curve in JSON: as fine as a picture


def write_report(
    folder: Path,
    reports: Sequence[SetReport],
    mean: Measured | TooFew,
    lessons: Sequence[Lesson],
    milliseconds: Mapping[str, float],
) -> list[Path]:
    """Write all files and return them; earlier ones of the same names go, also where there is nothing to draw now.

    Raises Invalid (`out`) when the folder cannot be written to.
    """
    whole = reports[-1].coverage
    pictures = {
        "auroc.png": auroc_picture(reports, mean if isinstance(mean, Measured) else None),
        "coverage.png": coverage_picture(whole) if isinstance(whole, RiskCoverage) else None,
        "learning.png": learning_picture(lessons),
        "truth.png": truth_picture(lessons),
        "risk.json": orjson.dumps(
            {
                "sets": [_set(one) for one in reports],
                "mean_auroc": _value(mean),
                "learning": [_lesson(one) for one in lessons],
                "milliseconds_an_output": dict(milliseconds),
            },
            option=orjson.OPT_INDENT_2,
        ),
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in pictures.items():
            if content is None:  # an earlier run's would stand beside numbers that are not its own
                (folder / name).unlink(missing_ok=True)
            else:
                (folder / name).write_bytes(content)
    except OSError as error:
        raise Invalid("out", f"{folder} cannot be written to: {error.strerror}.") from error
    return [folder / name for name, content in pictures.items() if content is not None]


def _set(one: SetReport) -> dict[str, Any]:
    plain = ("name", "total", "outputs", "wrong", "documents", "unscored")
    return {name: getattr(one, name) for name in plain} | {
        "auroc": _value(one.auroc),
        "brier": _value(one.brier),
        "calibration_error": _value(one.calibration_error),
        "coverage": _curve(one.coverage),
        "scorers": {name: _value(found) for name, found in one.scorers.items()},
    }


def _curve(found: RiskCoverage | TooFew) -> Any:
    if isinstance(found, TooFew):
        return _value(found)
    step = max(1, len(found.coverage) // POINTS)
    places = [*range(step - 1, len(found.coverage) - 1, step), len(found.coverage) - 1]
    points = [[float(found.coverage[at]), float(found.error[at])] for at in places]
    return {"aurc": found.aurc, "excess": found.excess, "coverage_and_error": points}


def _lesson(one: Lesson) -> dict[str, Any]:
    measured = {name: _value(getattr(one, name)) for name in ("auroc", "alone", "calibration_error")}
    return asdict(one) | measured


def _value(found: Measured | TooFew | float) -> Any:
    if isinstance(found, TooFew):
        return {"too_few": {"found": found.found, "needed": found.needed}}
    return asdict(found) if isinstance(found, Measured) else found
