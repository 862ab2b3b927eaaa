"""The weekly job: digests that are due are made and stored once, and their messages fall due with them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from reviewers.decisions import digest_messages, weeks
from reviewers.decisions.digest_answers import rests
from reviewers.decisions.weeks import WeekTime
from reviewers.model import Policy, Route
from reviewers.model.digest import Digest
from reviewers.model.telling import DigestMessageKind
from reviewers.ports import Clock, Metrics, Policies, Store, UnitOfWork
from reviewers.workflow.digest_outbox import enqueue

MONDAY_MORNING = WeekTime(day=0, hour=8, minute=0)
# Before the job runs: a digest is made as of then, so that what was being written in that moment stays out of it, and
# of one that is made again. Our choice: twice as long as a writer waits for another one.
SETTLED = timedelta(minutes=1)
CAUGHT_UP = 8  # weeks, as many as a digest's picture shows: what is older is told by no later digest


class DigestMaker(Protocol):
    """What `digesting.DigestDesk` makes, one route at a time, so that one's fault is not the others'."""

    def routes(self) -> tuple[Route, ...]: ...

    def of(
        self, week: str, routes: Sequence[Route], zone: ZoneInfo, *, as_of: datetime | None = None
    ) -> tuple[Digest, ...]: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class WeeklyDesk:
    """Part of the clock's sweep.

    What tells whether a week was done is the store: two clocks, or one that was started again, add nothing. What is
    remembered here only spares looking twice.
    """

    store: Store
    clock: Clock
    metrics: Metrics
    policies: Policies
    desk: Callable[[], DigestMaker]  # asked only when a week is due, since its tests bring scipy
    zone: ZoneInfo  # where the team is
    at: WeekTime = MONDAY_MORNING
    channel: str = ""  # of all digests; empty: each route's own, else the review channel
    review_channel: str
    done: set[str] = field(default_factory=set)  # weeks in which nothing is left to make

    def sweep(self) -> int:
        """Make and store what is due; returns how many digests were stored.

        Weeks that were missed since the oldest of the last eight that has a digest are made too, but only the newest
        week is told. Where there is none yet, the beginning is the newest week. A route that no output ever came to
        has no digest. Raises ExceptionGroup with what kept routes from having theirs, after all others have theirs.
        """
        now = self.clock.now()
        newest = weeks.last_told(now, self.at, self.zone)
        if newest in self.done:
            return 0
        stored, failures = 0, []
        for week in self._missed(newest):
            as_of = max(now - SETTLED, weeks.window(week, self.zone).end)  # one moment for all of the week
            made, failed = self._made(week, as_of)
            stored += self._keep(made, now, as_of, told=week == newest) if made else 0
            failures += failed
            if not failed:
                self.done.add(week)
        if failures:
            raise ExceptionGroup("digests that could not be made", failures)
        return stored

    def _missed(self, newest: str) -> list[str]:
        """The oldest first, so that those of a route are stored in the order of time; the newest is one of them."""
        with self.store.read() as uow:
            stored = uow.digests.weeks(CAUGHT_UP)
        lately = weeks.upto(newest, CAUGHT_UP)
        first = min([week for week in stored if week in lately], key=lately.index, default=newest)
        if stored and stored[0] not in lately and weeks.parsed(stored[0]) < weeks.parsed(newest):
            first = lately[0]  # away for longer than is caught up
        return [week for week in lately[lately.index(first) :] if week not in self.done]

    def _made(self, week: str, as_of: datetime) -> tuple[list[Digest], list[Exception]]:
        """The digests that the week lacks, and why others could not be made."""
        with self.store.read() as uow:
            stored = {one.route for one in uow.digests.of_week(week)}
        desk, made, failures = self.desk(), list[Digest](), list[Exception]()
        for route in desk.routes():
            if route.name in stored:
                continue
            try:
                made += desk.of(week, [route], self.zone, as_of=as_of)
            except Exception as error:  # noqa: BLE001 - the other routes have theirs first; `sweep` raises it
                self.metrics.count("digest_failed")
                error.add_note(f"digest of week {week}, route {route.name!r}")
                failures.append(error)
        return [one for one in made if one.last_output_at is not None], failures

    def _keep(self, made: Sequence[Digest], now: datetime, as_of: datetime, *, told: bool) -> int:
        """Store a week's digests with their messages, in one transaction; what another clock stored stays as it is.

        With each the moment is stored as of which it was made: made again as of then, it is the same.
        """
        with self.store.begin() as uow:
            new = [one for one in made if uow.digests.add(one, at=as_of)]
            if told:
                self._tell(uow, new, now)
        if new:
            self.metrics.count("digests_stored", len(new))
        return len(new)

    def _tell(self, uow: UnitOfWork, new: Sequence[Digest], now: datetime) -> None:
        policy = self.policies.current()
        channels = {one.route: self._channel(policy, one.route) for one in new}
        for channel, digests in digest_messages.by_channel(new, channels).items():
            self._send(uow, digests, channel, now)
        for digest in new:
            if digest.suggestion.suggested and rests(uow.digest_answers.of(digest.route), digest, now):
                continue  # a lead put it off, or dismissed it and nothing new has moved
            leads = policy.route(digest.route).leads or policy.leads
            for message in digest_messages.suggestions(digest, channels[digest.route], leads, at=now):
                enqueue(uow, message)
        for person in uow.preferences.subscribers():
            self._send(uow, new, person, now)

    def _send(self, uow: UnitOfWork, digests: Sequence[Digest], recipient: str, now: datetime) -> None:
        for message in digest_messages.for_recipient(digests, recipient, at=now):
            if not enqueue(uow, message) and message.kind is DigestMessageKind.CALM:
                # The week's calm routes were told before these could be made.
                for digest in digests:
                    if digest.route in message.routes:
                        enqueue(uow, digest_messages.of_route(digest, recipient, at=now))

    def _channel(self, policy: Policy, route: str) -> str:
        return digest_messages.channel_of(policy, route, digests=self.channel, reviews=self.review_channel)
