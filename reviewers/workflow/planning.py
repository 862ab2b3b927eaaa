"""What the clock plans: hourly, for each route with a budget, how risk becomes a chance until the next plan."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from reviewers.decisions import planning
from reviewers.decisions.planning import GUARDED_WEEKS, TRAFFIC_WEEKS, WEEK, Seen, monday
from reviewers.decisions.too_few import TooFew
from reviewers.model import HourCount, MadePlan, Notice, NoticeKind, Policy, Route
from reviewers.ports import Clock, Ids, Metrics, Policies, Store, UnitOfWork
from reviewers.workflow.review import post_notice

RECENT = 2 * WEEK  # whose risks and slices a plan is made from
ENOUGH = 20_000  # of them; where more come in, a shorter time is recent, but a day at least
SHORTEST_RECENT = WEEK / 7
PLAN_SECONDS = 3600.0  # between two plans of a route
EARLY_SECONDS = 300.0  # before the first one, and while outputs are too few or the budget takes them all


@dataclass(frozen=True, kw_only=True, slots=True)
class Planner:
    """Part of the clock's sweep."""

    store: Store
    clock: Clock
    ids: Ids
    metrics: Metrics
    policies: Policies
    # Traffic of weeks that are over, by route and Monday: it changes no more, and may be of millions of outputs.
    over: dict[tuple[str, datetime], list[HourCount]] = field(default_factory=dict)

    def sweep(self) -> int:
        """Make the plans that are due; returns how many changed anything and were stored."""
        policy = self.policies.current()
        return sum(self._plan(route, policy) for route in (*policy.routes, policy.own_route) if route.has_budget)

    def _plan(self, route: Route, policy: Policy) -> int:
        """A lease says when the next one is due; another policy is due at once."""
        now, version = self.clock.now(), self.ids.new("plan")
        lease = f"plan:{policy.version}:{json.dumps(route.name)}"
        if not self.store.lease(lease, version, now=now, seconds=EARLY_SECONDS):
            return 0
        with self.store.read() as uow:
            seen = seen_by(uow, route, self._traffic(uow, route, now), now)
        made = planning.next_plan(seen, route, policy, version=version, now=now)
        if isinstance(made, TooFew):
            return 0
        if not planning.holds_briefly(made, seen):
            self.store.lease(lease, version, now=now, seconds=PLAN_SECONDS)
        if not planning.differs(made, seen.before):
            return 0
        with self.store.begin() as uow:
            uow.plans.add(made)
            self._tell(uow, made, seen.before, route)
        self.metrics.count("plans_made", trusted=str(made.signal.trusted).lower())
        return 1

    def _traffic(self, uow: UnitOfWork, route: Route, now: datetime) -> list[HourCount]:
        """Of up to eight earlier weeks and of this one, by hour."""
        this, counted = monday(now), []
        for back in range(TRAFFIC_WEEKS, 0, -1):
            begins = this - back * WEEK
            key = (route.name, begins)
            if key not in self.over:
                self.over[key] = uow.decisions.traffic(begins, begins + WEEK, route=route.name)
            counted += self.over[key]
        for old in [key for key in self.over if key[1] < this - TRAFFIC_WEEKS * WEEK]:
            del self.over[old]
        return [*counted, *uow.decisions.traffic(this, now, route=route.name)]

    def _tell(self, uow: UnitOfWork, made: MadePlan, before: MadePlan | None, route: Route) -> None:
        """The leads hear once that the risk is not followed any more, and once that it is again."""
        trusted_before = before is None or before.signal.trusted
        if made.signal.trusted == trusted_before:
            return
        for lead in route.leads:
            notice = Notice(
                notice_id=f"signal:{made.version}:{lead}",
                kind=NoticeKind.SIGNAL,
                recipient=lead,
                task_ids=(),
                created_at=made.made_at,
                route=route.name,
                signal=made.signal,
            )
            post_notice(uow, notice)


def seen_by(uow: UnitOfWork, route: Route, traffic: list[HourCount], now: datetime) -> Seen:
    """What a plan of this route is made from."""
    verdicts = uow.tasks.reviewed(now - TRAFFIC_WEEKS * WEEK, now)
    state = next((one for one in uow.tasks.queues(now) if one.route == route.name), None)
    return Seen(
        outputs=uow.decisions.sample(_recent_from(traffic, now), now, route=route.name),
        reviews=uow.decisions.sample(now - GUARDED_WEEKS * WEEK, now, route=route.name, selected_only=True),
        verdicts=[one for one in verdicts if one.route == route.name],
        traffic=traffic,
        waiting=state.open + state.disputed if state else 0,
        before=uow.plans.newest(route.name),
        reopened=uow.tasks.verdicts_on_reopened(monday(now), now, route=route.name),
    )


def _recent_from(traffic: Sequence[HourCount], now: datetime) -> datetime:
    """Since when outputs are recent: as far back as needed for enough of them, between a day and two weeks."""
    counted = 0
    for one in reversed(traffic):
        counted += one.outputs
        if counted >= ENOUGH:
            return max(min(one.hour, now - SHORTEST_RECENT), now - RECENT)
    return now - RECENT
