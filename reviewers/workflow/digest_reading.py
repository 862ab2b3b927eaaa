"""What a digest is made of, read in one transaction: outputs, reviews and tasks of a route until the end of a week."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from reviewers.decisions import digest_summary, risk
from reviewers.decisions.corrections import USES, DatasetFormat, to_examples
from reviewers.decisions.digest_rates import Windows
from reviewers.decisions.digest_summary import Waited
from reviewers.decisions.period_order import steady
from reviewers.decisions.stamps import moment
from reviewers.decisions.watching import Past
from reviewers.model import Outcome, Reviewed, RiskModel, TaskState, TaskView
from reviewers.model.digest import Window
from reviewers.model.telling import WatchName, WatchStart
from reviewers.ports import UnitOfWork
from reviewers.workflow import watch_reading
from reviewers.workflow.digest_traffic import Traffic, read_traffic
from reviewers.workflow.watch_reading import HISTORY, within

VIEWS_AT_ONCE = 200  # tasks with their texts
A_MOMENT = timedelta(seconds=1)  # periods end before the moment in which they are looked at
# Formats in which edits stand: a dataset of any other, such as of labels, uses no correction up.
WITH_CORRECTIONS = tuple(format.value for format, outcomes in USES.items() if Outcome.EDITED in outcomes)


@dataclass(frozen=True, kw_only=True, slots=True)
class Period:
    """The windows of a digest, and what of them it knows."""

    current: Window
    reference: Window
    shown_from: datetime  # where the first week of the picture begins
    as_of: datetime  # at the end of the current one or later: what was written after it is unseen


@dataclass(frozen=True, kw_only=True, slots=True)
class Week:
    """What is read once for all routes."""

    reviewed: tuple[Reviewed, ...]  # since the history begins, and until now
    model: RiskModel  # what had been learned before the reference: it gives the risks of the watch
    newest: RiskModel  # what had been learned before the week
    models: tuple[RiskModel, ...]  # all that were ever learned
    datasets: int  # that were built until the end of the week


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Read:
    """What is read of one route."""

    windows: Windows
    past: Past
    starts: Mapping[WatchName, WatchStart]  # of its watches, as they were kept when the week ended
    traffic: Traffic
    slices: Mapping[str, str]  # of the outputs in `past`: task id -> slice
    models: Mapping[str, str]  # task id -> model
    reviewed: tuple[Reviewed, ...]  # of this route
    waited: Waited  # of the outputs of both windows, when the week ended
    timed_out: int  # of the week's outputs
    wrong: tuple[TaskView, ...]  # of the week's outputs that people found wrong, by number
    corrected: tuple[str, ...]  # tasks of the corrections since the last dataset with some of this route
    corrections: int  # of these, duplicates removed
    approved: int  # tasks since the same dataset
    last_at: datetime | None  # when the newest output came until the end of the week


def read_week(uow: UnitOfWork, period: Period) -> Week:
    """All that does not depend on the route."""
    as_of, end = period.as_of, period.current.end
    every = tuple(uow.risk_models.all(as_of=as_of))
    models = [one for one in every if one.before is None or one.before <= period.current.start]
    early = [one for one in models if one.before is None or one.before <= period.reference.start]
    return Week(
        reviewed=tuple(uow.tasks.reviewed(period.reference.start - HISTORY, max(as_of, end) + A_MOMENT, as_of=as_of)),
        model=early[-1] if early else risk.PRIOR,
        newest=models[-1] if models else risk.PRIOR,
        models=every,
        datasets=sum(dataset.built_at < end for dataset in uow.datasets.all()),
    )


def read_route(uow: UnitOfWork, route: str, period: Period, week: Week) -> Read:
    """All of one route."""
    current, reference, as_of = period.current, period.reference, period.as_of
    outputs = steady(uow.decisions.sample(period.shown_from, current.end, route=route, as_of=as_of))
    windows = Windows(outputs=outputs, now=within(outputs, current), before=within(outputs, reference))
    since = reference.start - HISTORY
    history = steady(uow.decisions.sample(since, current.end, route=route, selected_only=True, as_of=as_of))
    reviewed = tuple(one for one in week.reviewed if one.route == route)
    starts = uow.watches.of(route, until=min(as_of, current.end))
    wanted = watch_reading.models_of(starts.values(), week.models, week.model)
    past, tasks_of = watch_reading.read_past(uow, route, history, reviewed, current.end, wanted)
    ended = uow.tasks.standing(reference.start, current.end, route=route, as_of=current.end)
    lately = uow.tasks.standing(current.start, current.end, route=route, as_of=as_of)
    dpo = to_examples(_since_dataset(uow, route, period), DatasetFormat.DPO)
    return Read(
        windows=windows,
        past=past,
        starts=starts,
        traffic=read_traffic(uow, route, reference, current, week.model),
        slices=dict(zip(tasks_of, past.slices, strict=True)),
        models=dict(zip(tasks_of, past.models, strict=True)),
        reviewed=reviewed,
        waited=digest_summary.waited(ended, current.end),
        timed_out=sum(one.tasks for one in lately if one.state is TaskState.TIMED_OUT),
        wrong=_wrong(uow, windows, as_of),
        corrected=tuple(origin.task_id for origin in dpo.origins),
        corrections=len(dpo.lines),
        approved=dpo.outcomes.get("approved", 0),
        last_at=_last_at(uow, windows, period, route),
    )


def _since_dataset(uow: UnitOfWork, route: str, period: Period) -> Iterator[TaskView]:
    """What people decided of this route since the last dataset with corrections of it, until the end of the week.

    Since the newest decision in it, not since it was built: one that a lead accepts reaches to the end of the week that
    its digest tells of, and what was decided between the two stands in no dataset yet.
    """
    since = uow.datasets.reaches(route, WITH_CORRECTIONS, before=period.current.end)
    for view in uow.tasks.resolved(route=route, since=since, as_of=period.as_of):
        if view.resolution is not None and view.resolution.resolved_at < period.current.end:
            yield view


def _wrong(uow: UnitOfWork, windows: Windows, as_of: datetime) -> tuple[TaskView, ...]:
    outputs = windows.outputs
    telling = outputs.wrong & windows.now[outputs.reviewed]
    tasks = [outputs.task_ids[at] for at in np.flatnonzero(telling)]
    pages = range(0, len(tasks), VIEWS_AT_ONCE)
    views = [view for start in pages for view in uow.tasks.views(tasks[start : start + VIEWS_AT_ONCE], as_of=as_of)]
    return tuple(sorted(views, key=lambda view: (view.task.number, view.task.task_id)))


def _last_at(uow: UnitOfWork, windows: Windows, period: Period, route: str) -> datetime | None:
    """To the second output by output in the weeks that are shown, before them to the hour."""
    if len(windows.outputs):
        return moment(windows.outputs.decided_at.max())
    hours = uow.decisions.traffic(period.reference.start - HISTORY, period.current.end, route=route)
    return hours[-1].hour if hours else None
