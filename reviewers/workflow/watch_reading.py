"""What watches look at: the reviews of a route with the risks that their baselines speak of, read from the store."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import numpy as np

from reviewers.decisions import figures, risk
from reviewers.decisions.error_rates import Mask
from reviewers.decisions.stamps import stamp
from reviewers.decisions.watching import Past
from reviewers.model import PeriodOutputs, Reviewed, RiskModel
from reviewers.model.digest import Window
from reviewers.model.telling import WatchStart
from reviewers.ports import UnitOfWork

HISTORY = timedelta(weeks=52)  # of reviews, before what is told: evidence of longer ago is not counted again
UNSCORED = ""  # the version of a baseline from before anything was scored


def read_past(
    uow: UnitOfWork,
    route: str,
    history: PeriodOutputs,
    reviewed: Iterable[Reviewed],
    end: datetime,
    models: Sequence[RiskModel],
) -> tuple[Past, list[str]]:
    """The reviews of a route that were decided before `end`, in the order of their decision; and their tasks.

    Args:
        uow: what is stored.
        route: its name; empty: the policy's own.
        history: its outputs, with those that were decided.
        reviewed: the verdicts on them.
        end: of what is told.
        models: whose risks are wanted, the last one that of new baselines.
    """
    known = {one.task_id: one for one in figures.decided(reviewed)}
    rows = []
    for place, task_id, wrong in zip(history.reviewed, history.task_ids, history.wrong, strict=True):
        one = known.get(task_id)
        if one is not None and one.resolved_at is not None and one.resolved_at < end:
            names = history.slices[history.slice[place]], history.models[history.model[place]]
            rows.append((one.resolved_at, task_id, one.output_id, bool(wrong), *names))
    rows.sort()
    scores = uow.assessments.scores([row[2] for row in rows])
    risks = {UNSCORED: np.full(len(rows), np.nan)}
    for model in models:
        found = [risk.assess(scores[row[2]], model).probability if row[2] in scores else np.nan for row in rows]
        risks[model.version] = np.array(found, np.float64)
    past = Past(
        route=route,
        at=np.array([stamp(row[0]) for row in rows], dtype="datetime64[us]"),
        wrong=np.array([row[3] for row in rows], dtype=np.float64),
        risks=risks,
        fresh=models[-1].version if scores else UNSCORED,
        slices=tuple(row[4] for row in rows),
        models=tuple(row[5] for row in rows),
    )
    return past, [row[1] for row in rows]


def models_of(starts: Iterable[WatchStart], known: Iterable[RiskModel], newest: RiskModel) -> tuple[RiskModel, ...]:
    """The risk models that these baselines speak of, as far as they are known, and the newest last."""
    wanted = {start.baseline.risk_version for start in starts}
    found = {model.version: model for model in (risk.PRIOR, *known) if model.version in wanted}
    found.pop(newest.version, None)
    return (*found.values(), newest)


def within(outputs: PeriodOutputs, window: Window) -> Mask:
    """Which outputs were decided on in this window."""
    start, end = stamp(window.start), stamp(window.end)
    return np.asarray((outputs.decided_at >= start) & (outputs.decided_at < end))
