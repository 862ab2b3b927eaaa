"""The watches over verdicts: when they begin is kept, and a rise that is sure is told at once, not on Monday."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from reviewers.decisions import digest_messages, digest_rates, opinions, risk, verdict_drift, watching, weeks
from reviewers.decisions.digest_rates import Windows
from reviewers.decisions.period_order import steady
from reviewers.decisions.too_few import TooFew
from reviewers.decisions.verdict_drift import Direction
from reviewers.decisions.watching import Because, Begun, Past
from reviewers.model import Policy, Reviewed, Route
from reviewers.model.digest import Digest, Finding, Window
from reviewers.model.missing import Missing
from reviewers.model.telling import DigestMessage, WatchName, WatchStart
from reviewers.model.watch import Watch
from reviewers.ports import Clock, Metrics, Policies, Store, UnitOfWork
from reviewers.workflow import watch_reading
from reviewers.workflow.digest_outbox import enqueue
from reviewers.workflow.watch_reading import HISTORY, within

OVERLAP = timedelta(minutes=1)  # looked at twice: a verdict is recorded before its transaction ends
TOLD_LATELY = 12  # weeks whose digests are asked whether they told a change: our choice, three times what is needed
SPEAKING = 1.0  # evidence below which no digest can have told a change
A_MOMENT = timedelta(seconds=1)  # periods end before the moment in which they are looked at


@dataclass(frozen=True, kw_only=True, slots=True)
class _Seen:
    """What is read of one route."""

    past: Past
    starts: dict[WatchName, WatchStart]
    digests: list[Digest]


@dataclass(frozen=True, kw_only=True, slots=True)
class WatchKeeper:
    """Part of the clock's sweep.

    What tells whether a change was told is the store. What is remembered here only spares looking at a route in which
    nothing was decided since.
    """

    store: Store
    clock: Clock
    metrics: Metrics
    policies: Policies
    zone: ZoneInfo  # where the team is
    channel: str = ""  # of all digests; empty: each route's own, else the review channel
    review_channel: str
    looked: dict[tuple[str, str], datetime] = field(default_factory=dict)  # by route and policy: when

    def sweep(self) -> int:
        """Keep the beginnings that are due and tell changes; returns how many there were of both.

        Raises ExceptionGroup with what kept routes from being looked at, after all others were.
        """
        policy, now = self.policies.current(), self.clock.now()
        done, failures, routes = 0, list[Exception](), self._with_news(policy, now)
        self._pass_by(policy, routes, now)
        reviewed = self._reviewed(now - HISTORY, now) if routes else []
        for route in routes:
            try:
                done += self._look(policy, route, [one for one in reviewed if one.route == route.name], now)
                self.looked[route.name, policy.version] = now
            except Exception as error:  # noqa: BLE001 - the other routes are looked at first; it is raised below
                self.metrics.count("watches_failed")
                error.add_note(f"the watches of route {route.name!r}")
                failures.append(error)
        if failures:
            raise ExceptionGroup("routes that could not be looked at", failures)
        return done

    def _with_news(self, policy: Policy, now: datetime) -> list[Route]:
        """Routes that were not looked at under this policy, and those in which somebody decided since."""
        routes = (*policy.routes, policy.own_route)
        looked = {route.name: self.looked.get((route.name, policy.version)) for route in routes}
        since = min((at for at in looked.values() if at is not None), default=None)
        newest: dict[str, datetime] = {}  # by route: when somebody decided last
        if since is not None:
            newest |= {one.route: one.recorded_at for one in self._reviewed(since - OVERLAP, now)}
        found = list[Route]()
        for route in routes:
            at, decided_at = looked[route.name], newest.get(route.name)
            if at is None or (decided_at is not None and decided_at >= at - OVERLAP):
                found.append(route)
        return found

    def _pass_by(self, policy: Policy, news: Sequence[Route], now: datetime) -> None:
        """Routes without news count as looked at: else one that rests would have all verdicts since read each time."""
        names = {route.name for route in news}
        for route in (*policy.routes, policy.own_route):
            if route.name not in names:
                self.looked[route.name, policy.version] = now

    def _reviewed(self, since: datetime, now: datetime) -> list[Reviewed]:
        with self.store.read() as uow:
            return uow.tasks.reviewed(since, now + A_MOMENT)

    def _look(self, policy: Policy, route: Route, reviewed: Sequence[Reviewed], now: datetime) -> int:
        with self.store.read() as uow:
            seen = self._read(uow, route, reviewed, now)
            fresh = _renewals(seen, route, now)
            starts = seen.starts | {one.start.watch: one.start for one in fresh}
            alert = self._alert(uow, policy, route, seen.past, starts.get(seen.past.whole), now)
        if not fresh and not alert:
            return 0

        with self.store.begin() as uow:
            for one in fresh:
                uow.watches.add(one.start)
            told = [message for message in alert if enqueue(uow, message)]
        for one in fresh:
            self.metrics.count("watches_begun", because=one.because.value)
        self.metrics.count("changes_told_at_once", len(told))
        return len(fresh) + len(told)

    def _read(self, uow: UnitOfWork, route: Route, reviewed: Sequence[Reviewed], now: datetime) -> _Seen:
        since, until = now - HISTORY, now + A_MOMENT
        starts = dict(uow.watches.of(route.name, until=until))
        history = steady(uow.decisions.sample(since, until, route=route.name, selected_only=True))
        learned = uow.risk_models.all()
        models = watch_reading.models_of(starts.values(), learned, learned[-1] if learned else risk.PRIOR)
        past, _ = watch_reading.read_past(uow, route.name, history, reviewed, until, models)
        return _Seen(past=past, starts=starts, digests=_digests(uow, past, starts))

    def _alert(
        self, uow: UnitOfWork, policy: Policy, route: Route, past: Past, start: WatchStart | None, now: datetime
    ) -> tuple[DigestMessage, ...]:
        """The rise of all outputs of the route that is to be told now; nothing where none is sure, or all were told."""
        watch = None if start is None else watching.standing(past, start)
        if start is None or watch is None or isinstance(watch, Missing):
            return ()
        if not watching.rises_now(watch, start, now):
            return ()
        leads = route.leads or policy.leads
        channel = digest_messages.channel_of(policy, route.name, digests=self.channel, reviews=self.review_channel)
        recipients = leads or (channel,)
        if any(uow.digest_messages.get(digest_messages.alert_id(start, one)) for one in recipients):
            return ()
        return digest_messages.alerts(
            start,
            _finding(uow, route.name, watch, now),
            recipients,
            week=weeks.week_of(now, self.zone),
            reviews=watching.reviews_until_told(past, start, watch),
            at=now,
        )


def _renewals(seen: _Seen, route: Route, now: datetime) -> list[Begun]:
    rules = watching.rules(route)
    found = list[Begun]()
    for watch in dict.fromkeys((seen.past.whole, *seen.past.parts(), *seen.starts)):
        start = seen.starts.get(watch)
        told = watching.told_in(seen.digests, start) if start else 0
        one = watching.renewed(seen.past, watch, start, rules=rules, told=told, now=now)
        if start is None and found and found[0].because is Because.RULES:
            one = watching.held_back(watch, rules=rules, now=now)
        if one is not None:
            found.append(one)
    return found


def _digests(uow: UnitOfWork, past: Past, starts: dict[WatchName, WatchStart]) -> list[Digest]:
    """The newest digests of the route, read only where one of them may have told a change."""
    states = [watching.standing(past, start) for start in starts.values()]
    if all(watching.evidence(state) < SPEAKING for state in states):
        return []
    found = [uow.digests.get(past.route, week) for week in uow.digests.weeks(TOLD_LATELY)]
    return [one for one in found if one is not None]


def _finding(uow: UnitOfWork, route: str, watch: Watch, now: datetime) -> Finding:
    """The rise with the rate since it began, of a week at least, and that of the four weeks before."""
    current, reference = _windows(verdict_drift.since(watch, Direction.MORE_WRONG), now)
    outputs = steady(uow.decisions.sample(reference.start, current.end, route=route))
    windows = Windows(outputs=outputs, now=within(outputs, current), before=within(outputs, reference))
    errors = opinions.errors(uow.tasks.reviewed(reference.start, current.end), [route])
    return digest_rates.alerted(windows, watch, None if isinstance(errors, TooFew) else errors)


def _windows(began: datetime | None, now: datetime) -> tuple[Window, Window]:
    """The beginning was chosen by the same verdicts, and a window of few days would overstate the change."""
    start = min(now - watching.WEEK, began or now)
    return (
        Window(start=start, end=now + A_MOMENT),
        Window(start=start - weeks.REFERENCE_WEEKS * watching.WEEK, end=start),
    )
