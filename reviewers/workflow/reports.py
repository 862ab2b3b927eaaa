"""Figures for people, gathered: a person's own week, and the team's queue with its week."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from reviewers.decisions import figures
from reviewers.decisions.figures import OwnWeek
from reviewers.decisions.too_few import TooFew
from reviewers.errors import NotYourTask
from reviewers.model import Rate, ReleaseState, Reviewed, ReviewTask, Route, TaskView
from reviewers.ports import Clock, Policies, QueueState, Store, UnitOfWork
from reviewers.workflow.judgement import FOUR_WEEKS, JudgementDesk

WEEK = timedelta(days=7)
OPEN_PAGE = 500  # tasks, without their texts, in one read
MOST_DISPUTED = 200
MOST_HELD = 200
FAR_OFF = datetime(9000, 1, 1, tzinfo=UTC)  # where what has no due time stands


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
    cut: int = 0  # closed by lot in the last seven days, since more waited than the budget reviews


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
    judgement: JudgementDesk

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
        before, this_week = self.judgement.rates_of(names, monday - FOUR_WEEKS, monday)
        reviewed = [one for one in self._reviewed(monday - FOUR_WEEKS, now) if one.route in names]
        with self.store.read() as uow:
            states = {state.route: state for state in uow.tasks.queues(now) if state.route in names}
        seconds = figures.seconds_for_one(reviewed)
        each = seconds if isinstance(seconds, float) else figures.DEFAULT_SECONDS
        recent = [one for one in reviewed if one.recorded_at >= monday]
        spent = [(one.recorded_at - one.opened_at).total_seconds() for one in recent if one.opened_at]
        return Team(
            queues=tuple(_queue(states.get(name) or _nothing(name, now), each) for name in sorted(names)),
            this_week=this_week,
            before=before,
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
        here = [state for state in states if state.route == route_name]
        count = sum(state.open + state.disputed for state in here)
        return RouteQueue(views=tuple(views), count=max(count, len(views)), cut=sum(state.cut for state in here))

    def held(self) -> dict[str, HeldOnes]:
        """Held outputs that wait, by route name; the first hundreds of them, which come before all others."""
        now = self.clock.now()
        with self.store.read() as uow:
            waiting = [task for task in uow.tasks.open(limit=MOST_HELD) if task.hold and _waited_for(uow, task, now)]
        by_route: dict[str, list[datetime]] = {}
        for task in waiting:
            by_route.setdefault(task.route, []).append(task.created_at)
        return {route: HeldOnes(count=len(since), since=min(since)) for route, since in by_route.items()}

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


def _waited_for(uow: UnitOfWork, task: ReviewTask, now: datetime) -> bool:
    """Whether somebody still waits for this held answer: opened again past its time, it has left long ago."""
    if task.due_at is None or now < task.due_at:
        return True
    release = uow.releases.get(task.output_id)
    return release is None or release.state is ReleaseState.HELD


def _by_due(task: ReviewTask) -> tuple[bool, datetime, str]:
    return not task.hold, task.due_at or FAR_OFF, task.task_id


def _monday(now: datetime, zone: tzinfo) -> datetime:
    """The start of this week where the team is."""
    local = now.astimezone(zone)
    first = local.date() - timedelta(days=local.weekday())
    return datetime(first.year, first.month, first.day, tzinfo=zone).astimezone(now.tzinfo)


def _queue(state: QueueState, seconds: float) -> TeamQueue:
    return TeamQueue(state=state, minutes=round(state.open * seconds / 60))


def _nothing(route: str, now: datetime) -> QueueState:
    return QueueState(route=route, open=0, disputed=0, past_due=0, oldest_at=now)
