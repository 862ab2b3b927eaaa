"""What a digest is made of, read in one transaction: outputs, reviews and tasks of a route until the end of a week."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np

from reviewers.decisions import risk
from reviewers.decisions.corrections import DatasetFormat, to_examples
from reviewers.decisions.digest_rates import Windows
from reviewers.decisions.digest_values import Columns
from reviewers.decisions.error_rates import Mask
from reviewers.decisions.estimate_inputs import Floats
from reviewers.decisions.period_order import steady
from reviewers.decisions.prompt_versions import Seen
from reviewers.decisions.stamps import moment, stamp
from reviewers.decisions.watching import Past
from reviewers.model import PeriodOutputs, Reviewed, ReviewTask, RiskModel, TaskView
from reviewers.model.digest import Window
from reviewers.model.output_block import OutputBlock
from reviewers.model.telling import WatchName, WatchStart
from reviewers.ports import UnitOfWork
from reviewers.workflow import watch_reading
from reviewers.workflow.watch_reading import HISTORY

VIEWS_AT_ONCE = 200  # tasks with their texts
RISKS = 2_000  # outputs of each window whose risks are compared: our choice, as many as embeddings
A_MOMENT = timedelta(seconds=1)  # periods end before the moment in which they are looked at


@dataclass(frozen=True, kw_only=True, slots=True)
class Period:
    """The windows of a digest."""

    current: Window
    reference: Window
    shown_from: datetime  # where the first week of the picture begins


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Traffic:
    """What every output of a route tells, reviewed or not."""

    before: Columns
    now: Columns
    prompts_before: Mapping[str, Seen]  # versions of the system prompt, by name
    prompts_now: Mapping[str, Seen]
    selected: tuple[str, ...]  # outputs of both windows, by the time of their decision
    current: frozenset[str]  # those of them in the week
    policy_version: str  # of the newest decision; empty: there is none


@dataclass(frozen=True, kw_only=True, slots=True)
class Week:
    """What is read once for all routes."""

    reviewed: tuple[Reviewed, ...]  # since the history begins, and until now
    model: RiskModel  # what had been learned before the reference: it gives the risks of the watch
    newest: RiskModel  # what had been learned before the week
    models: tuple[RiskModel, ...]  # all that were ever learned
    dataset_at: datetime | None  # when the last dataset before the end of the week was built; None: none was
    datasets: int  # that were built until then


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
    tasks: tuple[ReviewTask, ...]  # of the outputs that were selected in both windows
    current_tasks: frozenset[str]  # those of them of the week's outputs
    wrong: tuple[TaskView, ...]  # of the week's outputs that people found wrong, by number
    corrected: tuple[str, ...]  # tasks of the corrections since the last dataset
    corrections: int  # of these, duplicates removed
    approved: int  # tasks since the last dataset
    last_at: datetime | None  # when the newest output came until the end of the week


def read_week(uow: UnitOfWork, period: Period, as_of: datetime) -> Week:
    """All that does not depend on the route; verdicts and resolutions that came after `as_of` are unseen."""
    end = period.current.end
    every = tuple(uow.risk_models.all())
    models = [one for one in every if one.before is None or one.before <= period.current.start]
    early = [one for one in models if one.before is None or one.before <= period.reference.start]
    built = [dataset.built_at for dataset in uow.datasets.all() if dataset.built_at < end]
    return Week(
        reviewed=tuple(uow.tasks.reviewed(period.reference.start - HISTORY, max(as_of, end) + A_MOMENT, as_of=as_of)),
        model=early[-1] if early else risk.PRIOR,
        newest=models[-1] if models else risk.PRIOR,
        models=every,
        dataset_at=max(built, default=None),
        datasets=len(built),
    )


def read_route(uow: UnitOfWork, route: str, period: Period, week: Week, as_of: datetime) -> Read:
    """All of one route; resolutions and cuts that came after `as_of` are unseen."""
    current, reference = period.current, period.reference
    outputs = steady(uow.decisions.sample(period.shown_from, current.end, route=route, as_of=as_of))
    windows = Windows(outputs=outputs, now=within(outputs, current), before=within(outputs, reference))
    since = reference.start - HISTORY
    history = steady(uow.decisions.sample(since, current.end, route=route, selected_only=True, as_of=as_of))
    reviewed = tuple(one for one in week.reviewed if one.route == route)
    starts = uow.watches.of(route, until=min(as_of, current.end))
    wanted = watch_reading.models_of(starts.values(), week.models, week.model)
    past, tasks_of = watch_reading.read_past(uow, route, history, reviewed, current.end, wanted)
    traffic = _traffic(uow, route, period, week.model)
    tasks = [(one, task) for one in traffic.selected if (task := uow.tasks.for_output(one)) is not None]
    dpo = to_examples(_since_dataset(uow, route, week, current.end), DatasetFormat.DPO)
    return Read(
        windows=windows,
        past=past,
        starts=starts,
        traffic=traffic,
        slices=dict(zip(tasks_of, past.slices, strict=True)),
        models=dict(zip(tasks_of, past.models, strict=True)),
        reviewed=reviewed,
        tasks=tuple(task for _, task in tasks),
        current_tasks=frozenset(task.task_id for output_id, task in tasks if output_id in traffic.current),
        wrong=_wrong(uow, windows),
        corrected=tuple(origin.task_id for origin in dpo.origins),
        corrections=len(dpo.lines),
        approved=dpo.outcomes.get("approved", 0),
        last_at=_last_at(uow, windows, period, route),
    )


def _traffic(uow: UnitOfWork, route: str, period: Period, model: RiskModel) -> Traffic:
    """One pass over each window, without texts; `model` gives the risks that are compared."""
    current, reference = period.current, period.reference
    before = tuple(uow.decisions.columns(reference.start, reference.end, route=route))
    now = tuple(uow.decisions.columns(current.start, current.end, route=route))
    policies = [block.policies[-1] for block in (*before, *now)]
    current_ids = _selected(now)
    return Traffic(
        before=replace(_joined(before), risk=_risks(uow, before, model)),
        now=replace(_joined(now), risk=_risks(uow, now, model)),
        prompts_before=_prompts(before),
        prompts_now=_prompts(now),
        selected=(*_selected(before), *current_ids),
        current=frozenset(current_ids),
        policy_version=policies[-1] if policies else "",
    )


def _joined(blocks: Sequence[OutputBlock]) -> Columns:
    def joined(column: Callable[[OutputBlock], Floats]) -> Floats:
        return np.concatenate([np.zeros(0), *map(column, blocks)])

    return Columns(
        risk=joined(lambda block: block.risk),
        characters=joined(lambda block: block.characters),
        latency_ms=joined(lambda block: block.latency_ms),
        tokens=joined(lambda block: block.tokens),
        confidence=joined(lambda block: block.confidence),
        models=tuple(model for block in blocks for model in block.models),
    )


def _risks(uow: UnitOfWork, blocks: Sequence[OutputBlock], model: RiskModel) -> Floats:
    """The risk of an even share of the outputs, all of them by one model; NaN for the others.

    The model learns every week. What its own outputs were selected by changes with it, though no output did.
    """
    ids = [output_id for block in blocks for output_id in block.output_ids]
    places = np.unique(np.linspace(0, len(ids) - 1, min(len(ids), RISKS)).astype(np.int64))
    scores = uow.assessments.scores([ids[place] for place in places])
    found = np.full(len(ids), np.nan)
    for place in places:
        if ids[place] in scores:
            found[place] = risk.assess(scores[ids[place]], model).probability
    return found


def _selected(blocks: Sequence[OutputBlock]) -> list[str]:
    return [block.output_ids[place] for block in blocks for place in np.flatnonzero(block.selected)]


def _prompts(blocks: Sequence[OutputBlock]) -> dict[str, Seen]:
    """The versions of the prompt, with the moment of the first output of each."""
    counts: Counter[str] = Counter()
    first: dict[str, datetime] = {}
    for block in blocks:
        counts.update(block.prompts)
        for place, name in enumerate(block.prompts):
            if name not in first:
                first[name] = block.decided_at[place].item().replace(tzinfo=UTC)
    return {name: Seen(outputs=counts[name], first_at=moment) for name, moment in first.items()}


def _since_dataset(uow: UnitOfWork, route: str, week: Week, end: datetime) -> Iterator[TaskView]:
    """What people decided of this route since the last dataset, until the end of the week."""
    for view in uow.tasks.resolved():
        resolution = view.resolution
        if view.task.route != route or resolution is None or resolution.resolved_at >= end:
            continue
        if week.dataset_at is None or resolution.resolved_at > week.dataset_at:
            yield view


def _wrong(uow: UnitOfWork, windows: Windows) -> tuple[TaskView, ...]:
    outputs = windows.outputs
    telling = outputs.wrong & windows.now[outputs.reviewed]
    tasks = [outputs.task_ids[at] for at in np.flatnonzero(telling)]
    pages = range(0, len(tasks), VIEWS_AT_ONCE)
    views = [view for start in pages for view in uow.tasks.views(tasks[start : start + VIEWS_AT_ONCE])]
    return tuple(sorted(views, key=lambda view: (view.task.number, view.task.task_id)))


def _last_at(uow: UnitOfWork, windows: Windows, period: Period, route: str) -> datetime | None:
    """To the second output by output in the weeks that are shown, before them to the hour."""
    if len(windows.outputs):
        return moment(windows.outputs.decided_at.max())
    hours = uow.decisions.traffic(period.reference.start - HISTORY, period.current.end, route=route)
    return hours[-1].hour if hours else None


def within(outputs: PeriodOutputs, window: Window) -> Mask:
    """Which outputs were decided on in this window."""
    start, end = stamp(window.start), stamp(window.end)
    return np.asarray((outputs.decided_at >= start) & (outputs.decided_at < end))
