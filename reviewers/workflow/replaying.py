"""Replay the past under another policy or budget: read it, route it anew, and say what it would have come to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from reviewers.decisions import pacing_budget, planning, replay
from reviewers.decisions.figures import DEFAULT_SECONDS
from reviewers.decisions.replay import Assumed, Cost, Replayed
from reviewers.errors import Invalid
from reviewers.model import PastOutput, Policy, Route
from reviewers.ports import Clock, Store

WEEK = timedelta(days=7)
MOST_WEEKS = 52
FACTORS = (0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0)  # of the budgets, for the curve


@dataclass(frozen=True, kw_only=True, slots=True)
class Replay:
    """What the other policy would have come to."""

    since: datetime
    until: datetime
    weeks: float  # in which outputs came in, at most as many as were asked for
    outputs: int
    reviewed: int
    seconds_a_verdict: float
    rows: Sequence[Replayed]  # each route, and last all together
    curve: Mapping[float, Cost]  # all together, by what every budget is multiplied with; empty without a budget


@dataclass(frozen=True, kw_only=True, slots=True)
class Replayer:
    """Reads the store; writes nothing."""

    store: Store
    clock: Clock

    def run(self, policy: Policy, weeks: int, progress: Callable[[int, int], None] | None = None) -> Replay:
        """Replay the last weeks. Raises Invalid: `weeks` outside 1 to 52, `past` where too little came in.

        Args:
            policy: the other one.
            weeks: up to now.
            progress: told how many outputs were read, of how many.
        """
        if not 1 <= weeks <= MOST_WEEKS:
            raise Invalid("weeks", f"Weeks go from 1 to {MOST_WEEKS}, such as 4.")
        now = self.clock.now()
        since = now - weeks * WEEK
        with self.store.read() as uow:
            traffic = uow.decisions.traffic(since, now)
            total = sum(one.outputs for one in traffic)
            if total < planning.OUTPUTS_NEED:
                message = f"{total} outputs came in within {weeks} weeks, and {planning.OUTPUTS_NEED} are needed."
                raise Invalid("past", f"There is too little past to replay: {message}")
            past = _told(uow.decisions.past(since, now), total, progress)
            parts = replay.stretches(past, policy, until=now)
            verdicts = uow.tasks.reviewed(since, now)
        times = [(one.recorded_at - one.opened_at).total_seconds() for one in verdicts if one.opened_at is not None]
        assumed = Assumed(
            weeks=min(weeks, max((now - traffic[0].hour) / WEEK, 1 / 7)),
            seconds_a_verdict=pacing_budget.seconds_a_review([time for time in times if time > 0.0], DEFAULT_SECONDS),
        )
        has_budget = any(part.route.has_budget for part in parts)
        return Replay(
            since=since,
            until=now,
            weeks=assumed.weeks,
            outputs=sum(len(part.risk) for part in parts),
            reviewed=sum(part.reviewed for part in parts),
            seconds_a_verdict=assumed.seconds_a_verdict,
            rows=replay.replayed(parts, policy, assumed),
            curve=replay.curve(parts, policy, assumed, FACTORS) if has_budget else {},
        )


def with_minutes(policy: Policy, minutes: float) -> Policy:
    """The policy with this budget of minutes a week on each of its routes, and on its own."""

    def changed(route: Route) -> Route:
        return replace(route, minutes_per_week=minutes, reviews_per_week=None)

    routes = tuple(changed(route) for route in policy.routes)
    return replace(policy, routes=routes, minutes_per_week=minutes, reviews_per_week=None)


def _told(past: Iterator[PastOutput], total: int, progress: Callable[[int, int], None] | None) -> Iterator[PastOutput]:
    for done, one in enumerate(past, start=1):
        yield one
        if progress is not None:
            progress(done, total)
