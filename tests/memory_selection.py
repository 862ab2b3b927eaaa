"""The repositories of `MemoryStore` for decisions, plans of selection, and cuts of queues."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

import numpy as np

from reviewers.decisions import consensus, overflow, prompt_versions
from reviewers.decisions.overflow import Lot
from reviewers.errors import UnknownOutput
from reviewers.model import (
    Cut,
    HourCount,
    MadePlan,
    Outcome,
    PastOutput,
    PeriodOutputs,
    Purpose,
    ReviewTask,
    SamplingDecision,
    Stratum,
)
from reviewers.model.output_block import OutputBlock
from tests.memory_queues import Repository, corrected, newest_resolutions
from tests.memory_state import State, in_utc


class MemoryDecisions(Repository):
    """Implements `reviewers.ports.Decisions`."""

    def add(self, decisions: Sequence[SamplingDecision]) -> None:
        for decision in decisions:
            if decision.output_id not in self._own.outputs:
                raise UnknownOutput(decision.output_id)
            self._own.decisions.setdefault(decision.output_id, in_utc(replace(decision, keep_probability=1.0)))

    def get(self, output_id: str) -> SamplingDecision | None:
        found = self._state.decisions.get(output_id)
        return corrected(self._state, found) if found else None

    def sample(
        self,
        since: datetime,
        until: datetime,
        *,
        route: str | None = None,
        selected_only: bool = False,
        as_of: datetime | None = None,
    ) -> PeriodOutputs:
        found = [one for one in self._in_period(since, until, route) if not is_known(self._state, one)]
        found = [one for one in found if one.selected or not selected_only]
        own = [corrected(self._state, one, as_of) for one in found]
        chances = own if selected_only else with_cuts(self._state, found, as_of)
        reviewed = [(place, *_outcome(self._state, one, as_of)) for place, one in enumerate(found)]
        decided = [(place, task_id, outcome) for place, task_id, outcome in reviewed if outcome is not None]
        names = [[one.stratum or "" for one in found], *([getattr(one, name) for one in found] for name in NAMES)]
        (strata, stratum), (routes, route_), (slices, slice_), (models, model) = (_coded(column) for column in names)
        return PeriodOutputs(
            decided_at=np.array([one.decided_at.replace(tzinfo=None) for one in found], dtype="datetime64[us]"),
            risk=np.array([np.nan if one.risk is None else one.risk for one in found], dtype=np.float64),
            chance=np.array([one.inclusion_probability for one in chances], dtype=np.float64),
            cluster=np.array([one.cluster for one in found], dtype=np.int64),
            stratum=np.array(stratum, dtype=np.int32),
            route=np.array(route_, dtype=np.int32),
            slice=np.array(slice_, dtype=np.int32),
            model=np.array(model, dtype=np.int32),
            strata=strata,
            routes=routes,
            slices=slices,
            models=models,
            reviewed=np.array([place for place, _, _ in decided], dtype=np.intp),
            wrong=np.array([outcome is not Outcome.APPROVED for _, _, outcome in decided], dtype=np.bool_),
            task_ids=tuple(task_id for _, task_id, _ in decided),
        )

    def past(self, since: datetime, until: datetime) -> Iterator[PastOutput]:
        found = [one for one in self._in_period(since, until, None) if not is_known(self._state, one)]
        ordered = sorted(found, key=lambda one: (one.decided_at, one.output_id))
        for one in with_cuts(self._state, ordered):
            yield PastOutput(
                output=self._state.outputs[one.output_id],
                decision=one,
                outcome=_outcome(self._state, one)[1],
            )

    def columns(self, since: datetime, until: datetime, *, route: str) -> Iterator[OutputBlock]:
        found = [one for one in self._in_period(since, until, route) if not is_known(self._state, one)]
        found.sort(key=lambda one: (one.decided_at, one.output_id))
        for start in range(0, len(found), BLOCK):
            yield _block(found[start : start + BLOCK], self._state)

    def traffic(self, since: datetime, until: datetime, *, route: str | None = None) -> list[HourCount]:
        hours = Counter(
            one.decided_at.replace(minute=0, second=0, microsecond=0) for one in self._in_period(since, until, route)
        )
        return [HourCount(hour=hour, outputs=hours[hour]) for hour in sorted(hours)]

    def _in_period(self, since: datetime, until: datetime, route: str | None) -> Iterable[SamplingDecision]:
        found = (one for one in self._state.decisions.values() if since <= one.decided_at < until)
        return (one for one in found if route is None or (one.route == route and one.stratum is not None))


NAMES = ("route", "slice", "model")
BLOCK = 64  # outputs: small, so that windows of tests have several


def _block(found: Sequence[SamplingDecision], state: State) -> OutputBlock:
    written = [state.outputs[one.output_id] for one in found]
    tokens = [one.usage and one.usage.prompt_tokens + one.usage.completion_tokens for one in written]
    return OutputBlock(
        output_ids=tuple(one.output_id for one in found),
        decided_at=np.array([one.decided_at.replace(tzinfo=None) for one in found], "datetime64[us]"),
        characters=np.array([len(one.completion) for one in written], np.float64),
        latency_ms=np.array([one.latency_ms for one in written], np.float64),
        tokens=np.array(tokens, np.float64),
        prompt_tokens=np.array([one.usage and one.usage.prompt_tokens for one in written], np.float64),
        confidence=np.array([one.confidence for one in written], np.float64),
        models=tuple(one.model for one in found),
        prompts=tuple(prompt_versions.of(one) for one in written),
        policies=tuple(one.policy_version for one in found),
    )


def _coded(values: Sequence[str]) -> tuple[tuple[str, ...], list[int]]:
    known = {value: number for number, value in enumerate(dict.fromkeys(values))}
    return tuple(known), [known[value] for value in values]


def _deciding(state: State, output_id: str) -> ReviewTask | None:
    tasks = (task for task in state.tasks.values() if task.purpose is Purpose.REVIEW)
    return next((task for task in tasks if task.output_id == output_id), None)


def is_known(state: State, decision: SamplingDecision) -> bool:
    task = _deciding(state, decision.output_id)
    return decision.selected and task is not None and bool(task.known)


def _outcome(state: State, decision: SamplingDecision, as_of: datetime | None = None) -> tuple[str, Outcome | None]:
    task = _deciding(state, decision.output_id)
    if task is None or task.sent_by or not decision.selected:
        return "", None
    resolved = consensus.live(newest_resolutions(state.resolutions, as_of).get(task.task_id))
    return task.task_id, resolved.outcome if resolved else None


def with_cuts(state: State, found: Sequence[SamplingDecision], as_of: datetime | None = None) -> list[SamplingDecision]:
    """These decisions of a period with all cuts until then in their chances, as those selected among them tell."""
    cuts = [cut for cut in state.cuts if as_of is None or cut.cut_at <= as_of]
    closed = {cut.output_id: cut.cut_at for cut in cuts if not cut.kept}
    drawn = [one for one in found if one.stratum is Stratum.DRAWN and not is_known(state, one)]
    met = {}
    for route in dict.fromkeys(one.route for one in drawn):
        picked = [one for one in drawn if one.route == route and one.selected]
        lots = _lots([cut for cut in cuts if cut.output_id in {one.output_id for one in picked}], picked)
        by_a_draw = [one for one in picked if not _sent_by_hand(state, one)]
        met[route] = overflow.met(lots, overflow.drawn(by_a_draw, closed))
    return overflow.with_cuts([corrected(state, one, as_of) for one in found], closed, met)


def _lots(cuts: Sequence[Cut], picked: Sequence[SamplingDecision]) -> list[Lot]:
    decided = {one.output_id: one.decided_at for one in picked}
    found: dict[tuple[datetime, datetime, float], Counter[int]] = {}
    for cut in cuts:
        hour = int(decided[cut.output_id].timestamp()) // 3600
        found.setdefault((cut.reaches_from, cut.cut_at, cut.keep_probability), Counter())[hour] += 1
    return [
        Lot(
            reaches_from=np.datetime64(since.replace(tzinfo=None), "us"),
            cut_at=np.datetime64(at.replace(tzinfo=None), "us"),
            keep=keep,
            waited=waited,
        )
        for (since, at, keep), waited in found.items()
    ]


def _sent_by_hand(state: State, decision: SamplingDecision) -> bool:
    task = _deciding(state, decision.output_id)
    return task is not None and bool(task.sent_by)


class MemoryPlans(Repository):
    """Implements `reviewers.ports.Plans`."""

    def add(self, made: MadePlan) -> None:
        self._own.plans.setdefault(made.version, in_utc(made))

    def get(self, version: str) -> MadePlan | None:
        return self._state.plans.get(version)

    def newest(self, route: str) -> MadePlan | None:
        return next((made for made in reversed(self._state.plans.values()) if made.route == route), None)


class MemoryCuts(Repository):
    """Implements `reviewers.ports.Cuts`."""

    def add(self, cuts: Sequence[Cut]) -> None:
        for cut in cuts:
            if cut.output_id not in self._own.decisions:
                raise UnknownOutput(cut.output_id)
            self._own.cuts.append(in_utc(cut))

    def of(self, output_id: str) -> list[Cut]:
        return [cut for cut in self._state.cuts if cut.output_id == output_id]
