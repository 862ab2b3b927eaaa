"""What the clock cuts: a queue that is longer than the budget reviews loses some by lot, and its leads are told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from reviewers.decisions import overflow
from reviewers.model import Cut, Notice, NoticeKind, QueueCut, ReviewTask, Route, SamplingDecision, TaskState
from reviewers.ports import Clock, Metrics, Policies, Store, UnitOfWork
from reviewers.workflow.review import post_notice, redraw_card


@dataclass(frozen=True, kw_only=True, slots=True)
class QueueCutter:
    """Part of the clock's sweep."""

    store: Store
    clock: Clock
    metrics: Metrics
    policies: Policies

    def sweep(self) -> int:
        """Returns how many tasks were closed."""
        policy = self.policies.current()
        return sum(self._look(route) for route in (*policy.routes, policy.own_route) if route.has_budget)

    def _look(self, route: Route) -> int:
        """Nothing is locked as long as the queue is short enough."""
        now = self.clock.now()
        with self.store.read() as uow:
            most = overflow.most_waiting(route, uow.plans.newest(route.name))
            if most is None or len(uow.tasks.in_queue(route.name)) <= most:
                return 0
        with self.store.begin() as uow:
            closed = self._cut(uow, route, most, now)
        if closed:
            self.metrics.count("tasks_cut", closed)
        return closed

    def _cut(self, uow: UnitOfWork, route: Route, most: float, now: datetime) -> int:
        waiting = [
            uow.tasks.lock(task_id) for task_id in sorted(task.task_id for task in uow.tasks.in_queue(route.name))
        ]
        untouched = {task.task_id for task in uow.tasks.in_queue(route.name)}  # as they stand now that they are locked
        asked = [(task, _decision(uow, task)) for task in waiting if task.task_id in untouched]
        drawn = [(task, decision) for task, decision in asked if overflow.may_be_cut(task, decision, route, now)]
        keep = overflow.keep_probability(len(drawn), len(untouched) - len(drawn), most)
        if keep is None:
            return 0
        cuts = _lots([decision for _, decision in drawn], route, keep, now)
        uow.cuts.add(cuts)
        closed = [task for (task, _), cut in zip(drawn, cuts, strict=True) if not cut.kept]
        for task in closed:
            _close(uow, task, now)
        if closed:
            _tell(uow, route, QueueCut(waited=len(untouched), cut=len(closed), most=round(most)), now)
        return len(closed)


def _decision(uow: UnitOfWork, task: ReviewTask) -> SamplingDecision:
    decision = uow.decisions.get(task.output_id)
    assert decision is not None, "no task is without its decision"
    return decision


def _lots(decisions: list[SamplingDecision], route: Route, keep: float, now: datetime) -> list[Cut]:
    """One for each task, kept ones too."""
    since = overflow.oldest(decisions)
    return [
        overflow.cut_of(decision, route=route.name, keep=keep, reaches_from=since, cut_at=now) for decision in decisions
    ]


def _close(uow: UnitOfWork, task: ReviewTask, now: datetime) -> None:
    """A state of its own: no verdict, no resolution, never in a dataset."""
    uow.tasks.set_state(task.task_id, TaskState.CUT)
    if not task.waits_for_batch:
        redraw_card(uow, task, why=f"{task.task_id}:cut", at=now)


def _tell(uow: UnitOfWork, route: Route, told: QueueCut, now: datetime) -> None:
    """Of the first cut of a day, in UTC: the queue of the route tells of them all."""
    for lead in route.leads:
        notice = Notice(
            notice_id=f"cut:{route.name}:{now.date().isoformat()}:{lead}",
            kind=NoticeKind.CUT,
            recipient=lead,
            task_ids=(),
            created_at=now,
            route=route.name,
            queue_cut=told,
        )
        post_notice(uow, notice)
