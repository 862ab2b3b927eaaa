"""Figures for people, gathered: a person's own week, the team's queue, and the error rate of a route."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

from reviewers.decisions import figures
from reviewers.decisions.figures import Difference, OwnWeek, Rate, TooFew
from reviewers.errors import Invalid, NotYourTask
from reviewers.model import Policy, Reviewed, ReviewTask, Route, TaskView
from reviewers.ports import Clock, Policies, QueueState, Store, UnitOfWork

WEEK = timedelta(days=7)
FOUR_WEEKS = 4 * WEEK
DEFAULT_DAYS, MOST_DAYS = 28, 366
VERSIONS = 5  # model versions in one table
OPEN_PAGE = 500  # tasks, without their texts, in one read
MOST_DISPUTED = 200
MOST_HELD = 200
FAR_OFF = datetime(9000, 1, 1, tzinfo=UTC)  # where what has no due time stands


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One row of the table: a week, or a model version."""

    name: str
    rate: Rate | TooFew
    reviewed: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Stats:
    """The error rate of a route, or of all."""

    route: str  # empty: all routes
    since: datetime
    until: datetime
    rate: Rate | TooFew
    weeks: tuple[Line, ...]  # newest first
    versions: tuple[Line, ...]  # of models, most reviewed first; empty when there is only one
    anchoring: Difference | TooFew


@dataclass(frozen=True, kw_only=True, slots=True)
class TeamQueue:
    """What waits in one route, for its leads."""

    state: QueueState
    minutes: int  # of review, about


@dataclass(frozen=True, kw_only=True, slots=True)
class Team:
    """What a lead sees of their routes."""

    queues: tuple[TeamQueue, ...]
    this_week: Rate | TooFew  # since Monday
    before: Rate | TooFew  # the four weeks before that
    review_seconds: float | None  # spent this week, where the times are known


@dataclass(frozen=True, kw_only=True, slots=True)
class RouteQueue:
    """What is undecided in one route, for its leads."""

    views: tuple[TaskView, ...]  # the first ones by due time
    count: int  # of all


@dataclass(frozen=True, kw_only=True, slots=True)
class HeldOnes:
    """Held outputs of one route that nobody has decided."""

    count: int
    since: datetime  # when the first of them was held


@dataclass(frozen=True, kw_only=True, slots=True)
class Reports:
    """Reads what was reviewed; writes nothing."""

    store: Store
    clock: Clock
    policies: Policies

    def own_week(self, reviewer: str) -> OwnWeek:
        """The last seven days of one person."""
        now = self.clock.now()
        return figures.own_week(self._reviewed(now - WEEK, now), reviewer)

    def leads(self, person: str) -> list[Route]:
        """The routes that this person leads, the policy's own among them."""
        policy = self.policies.current()
        return [route for route in (*policy.routes, policy.own_route) if person in route.leads]

    def team(self, lead: str, zone: tzinfo) -> Team:
        """The queues and the error rate of the routes that this person leads."""
        names = {route.name for route in self.leads(lead)}
        now = self.clock.now()
        monday = _monday(now, zone)
        reviewed = [one for one in self._reviewed(monday - FOUR_WEEKS, now) if one.route in names]
        this_week = [one for one in reviewed if one.recorded_at >= monday]
        with self.store.read() as uow:
            states = {state.route: state for state in uow.tasks.queues(now) if state.route in names}
        seconds = figures.seconds_for_one(reviewed)
        each = seconds if isinstance(seconds, float) else figures.DEFAULT_SECONDS
        spent = [(one.recorded_at - one.opened_at).total_seconds() for one in this_week if one.opened_at]
        return Team(
            queues=tuple(_queue(states.get(name) or _nothing(name, now), each) for name in sorted(names)),
            this_week=figures.error_rate(this_week),
            before=figures.error_rate([one for one in reviewed if one.recorded_at < monday]),
            review_seconds=sum(spent) if spent else None,
        )

    def queue_of(self, route_name: str, lead: str, limit: int) -> RouteQueue:
        """What is open or disputed in a route, by due time; whole texts are read for the first `limit` only.

        Raises NotYourTask for somebody who is no lead of it.
        """
        if lead not in self.policies.current().route(route_name).leads:
            raise NotYourTask("Only a lead of these answers can see their queue.")
        with self.store.read() as uow:
            states = uow.tasks.queues(self.clock.now())
            found = [task for task in _open(uow) if task.route == route_name]
            found += [task for task in uow.tasks.disputed(limit=MOST_DISPUTED) if task.route == route_name]
            first = sorted(found, key=_by_due)[:limit]
            views = uow.tasks.views([task.task_id for task in first])
        count = sum(state.open + state.disputed for state in states if state.route == route_name)
        return RouteQueue(views=tuple(views), count=max(count, len(views)))

    def held(self) -> dict[str, HeldOnes]:
        """Held outputs that wait, by route name; the first hundreds of them, which come before all others."""
        with self.store.read() as uow:
            waiting = [task for task in uow.tasks.open(limit=MOST_HELD) if task.hold]
        by_route: dict[str, list[datetime]] = {}
        for task in waiting:
            by_route.setdefault(task.route, []).append(task.created_at)
        return {route: HeldOnes(count=len(since), since=min(since)) for route, since in by_route.items()}

    def stats(self, route: str, days: int, zone: tzinfo) -> Stats:
        """The error rate of a route (empty: of all) over the last days, by week and by model version.

        Raises Invalid: `route` for one that nobody knows, `days` outside 1 to 366.
        """
        if not 1 <= days <= MOST_DAYS:
            raise Invalid("days", f"Days go from 1 to {MOST_DAYS}, such as 28.")
        name = _named(route, self.policies.current())
        now = self.clock.now()
        since = now - timedelta(days=days)
        reviewed = [one for one in self._reviewed(since, now) if not route or one.route == name]
        versions = _lines(reviewed, lambda one: f"{one.model} {one.model_version}".strip())
        return Stats(
            route=name,
            since=since,
            until=now,
            rate=figures.error_rate(reviewed),
            weeks=tuple(sorted(_lines(reviewed, lambda one: _week(one.recorded_at, zone)), key=_by_week, reverse=True)),
            versions=tuple(versions[:VERSIONS]) if len(versions) > 1 else (),
            anchoring=figures.anchoring(reviewed),
        )

    def _reviewed(self, since: datetime, until: datetime) -> list[Reviewed]:
        with self.store.read() as uow:
            return uow.tasks.reviewed(since, until)


def _open(uow: UnitOfWork) -> Iterator[ReviewTask]:
    """All open tasks, in the queue's order."""
    after = ""
    while page := uow.tasks.open(limit=OPEN_PAGE, after=after):
        yield from page
        after = page[-1].task_id
        if len(page) < OPEN_PAGE:
            return


def _by_due(task: ReviewTask) -> tuple[bool, datetime, str]:
    return not task.hold, task.due_at or FAR_OFF, task.task_id


def _named(route: str, policy: Policy) -> str:
    """The route's own spelling. Raises Invalid."""
    names = {known.name.casefold(): known.name for known in policy.routes}
    found = names.get(route.casefold())
    if route and found is None:
        known = ", ".join(known.name for known in policy.routes) or "none yet: /whetstone setup makes one"
        raise Invalid("route", f"There is no route of that name. Routes: {known}.")
    return found or ""


def _lines(reviewed: Sequence[Reviewed], name: Callable[[Reviewed], str]) -> list[Line]:
    """One line for each name, the most reviewed first."""
    parts: dict[str, list[Reviewed]] = {}
    for one in figures.decided(reviewed):
        parts.setdefault(name(one), []).append(one)
    lines = [Line(name=key, rate=figures.error_rate(part), reviewed=len(part)) for key, part in parts.items()]
    return sorted(lines, key=lambda line: (-line.reviewed, line.name))


def _week(moment: datetime, zone: tzinfo) -> str:
    year, week, _ = moment.astimezone(zone).isocalendar()
    return f"{year}-W{week:02d}"


def _by_week(line: Line) -> date:
    year, _, week = line.name.partition("-W")
    return date.fromisocalendar(int(year), int(week), 1)


def _monday(now: datetime, zone: tzinfo) -> datetime:
    """The start of this week where the team is."""
    local = now.astimezone(zone)
    first = local.date() - timedelta(days=local.weekday())
    return datetime(first.year, first.month, first.day, tzinfo=zone).astimezone(now.tzinfo)


def _queue(state: QueueState, seconds: float) -> TeamQueue:
    return TeamQueue(state=state, minutes=round(state.open * seconds / 60))


def _nothing(route: str, now: datetime) -> QueueState:
    return QueueState(route=route, open=0, disputed=0, past_due=0, oldest_at=now)
