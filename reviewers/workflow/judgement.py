"""What the verdicts prove, gathered: error rates with intervals, agreement, the signal, and what may leave unseen."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, tzinfo
from typing import NamedTuple

import numpy as np

from reviewers.decisions import agreement, error_rates, figures, guarantee, opinions, scorer_versions, signal
from reviewers.decisions.agreement import AllAlike, Alpha
from reviewers.decisions.error_rates import Line
from reviewers.decisions.estimate_inputs import ReviewerErrors
from reviewers.decisions.figures import Difference
from reviewers.decisions.scorer_versions import Present, Scored
from reviewers.decisions.signal import Auroc
from reviewers.decisions.stamps import moment, stamp
from reviewers.decisions.too_few import TooFew
from reviewers.errors import Invalid
from reviewers.model import (
    Guarantee,
    Judgement,
    Notice,
    NoticeKind,
    PeriodOutputs,
    Policy,
    Proof,
    ProofChange,
    Rate,
    Reviewed,
    Route,
)
from reviewers.ports import Clock, Policies, Store, UnitOfWork
from reviewers.workflow.remembering import Remembered
from reviewers.workflow.review import post_notice

FOUR_WEEKS = timedelta(days=28)
DEFAULT_DAYS, MOST_DAYS = 28, 366
OWN_ROUTE = "Answers of no route"  # the policy's own is asked for and told by this name, which Home gives it too
LARGE = 50_000  # outputs: an estimate of so many takes long enough to be kept for a while
KEPT_SECONDS = 300.0  # for which it is
LARGE_EVERY = timedelta(hours=1)  # between two looks of the sweep at a route with so many
STANDING_SECONDS = 60.0  # for which the standing judgements are kept in a process


@dataclass(frozen=True, kw_only=True, slots=True)
class Stats:
    """What the verdicts of a period say of a route, or of all routes together."""

    route: str  # its name; OWN_ROUTE: the policy's own; empty: all routes
    since: datetime
    until: datetime
    rate: Rate | TooFew
    outputs: int  # of the period
    reviewed: int  # of these, by people; where the rate is too few users, it does not say how many
    ranked: int  # of the reviewed ones, those with a risk
    weeks: tuple[Line, ...]  # newest first
    slices: tuple[Line, ...]  # most reviewed first; empty when there is only one
    versions: tuple[Line, ...]  # of models, most reviewed first; empty when there is only one
    routes: tuple[Line, ...]  # most reviewed first; empty for one route
    anchoring: Difference | TooFew
    agreement: Alpha | AllAlike | TooFew
    errors: ReviewerErrors | TooFew  # of what people decided; where it is too few, no rate is corrected
    signal: Auroc | TooFew
    drawn_evenly: bool  # the risk seems to tell nothing, so outputs are drawn evenly until it does
    judgement: Judgement | None  # the route's own, with its release guarantee; None: none yet, or several routes
    seconds_a_review: float  # of all the verdicts that one needs, as far as that is known


class Asked(NamedTuple):
    """Whose figures are asked for."""

    name: str  # as they are told; empty: of all routes
    route: str | None  # as outputs carry it, where the policy's own has no name; None: all


@dataclass(frozen=True, kw_only=True, slots=True)
class ForReaders:
    """What can be said to the readers of an output that nobody checked."""

    rate: Rate | None  # of its route; None: too few were reviewed, or it is not scored yet
    riskier: bool  # its own risk lies above the rate, its interval included


@dataclass(frozen=True, kw_only=True, slots=True)
class JudgementDesk:
    """Reads what the verdicts prove; the clock's sweep stores what stands of each route."""

    store: Store
    clock: Clock
    policies: Policies
    large_from: int = LARGE  # outputs: figures of so many are kept for a while
    large: Remembered[Stats] = field(default_factory=Remembered)
    teams: Remembered[tuple[Rate | TooFew, Rate | TooFew]] = field(default_factory=Remembered)
    standing: Remembered[Judgement | None] = field(default_factory=Remembered)
    seen: Remembered[bool] = field(default_factory=Remembered)  # large routes that the sweep need not look at yet

    def stats(self, route: str, days: int, zone: tzinfo) -> Stats:
        """The error rate of a route over the last days, with all that is said beside it.

        `route` is a name in any case, or OWN_ROUTE for outputs that belong to none; empty: all routes together.

        Raises Invalid: `route` for one that nobody knows, `days` outside 1 to 366.
        """
        if not 1 <= days <= MOST_DAYS:
            raise Invalid("days", f"Days go from 1 to {MOST_DAYS}, such as 28.")
        asked, now = _asked(route, self.policies.current()), self.clock.now()
        kept = self.large.get((asked, days, str(zone)), now)
        if kept is not None:
            return kept
        stats = self._stats(asked, now - timedelta(days=days), now, zone)
        if stats.outputs >= self.large_from:
            self.large.keep((asked, days, str(zone)), stats, until=now + timedelta(seconds=KEPT_SECONDS))
        return stats

    def rates_of(
        self, names: Collection[str], since: datetime, middle: datetime
    ) -> tuple[Rate | TooFew, Rate | TooFew]:
        """The rate of these routes together, from `since` to `middle`, and from there until now."""
        now, key = self.clock.now(), (frozenset(names), since, middle)
        kept = self.teams.get(key, now)
        if kept is not None:
            return kept
        with self.store.read() as uow:
            outputs = uow.decisions.sample(since, now)
            reviewed = uow.tasks.reviewed(since, now)
        errors = _errors(reviewed, names)
        mine = np.isin(outputs.route, [place for place, name in enumerate(outputs.routes) if name in names])
        edge = stamp(middle)
        before, after = outputs.decided_at < edge, outputs.decided_at >= edge
        found = (
            error_rates.rate(outputs, mine & before, errors=errors),
            error_rates.rate(outputs, mine & after, errors=errors),
        )
        if len(outputs) >= self.large_from:
            self.teams.keep(key, found, until=now + timedelta(seconds=KEPT_SECONDS))
        return found

    def for_readers(self, output_id: str) -> ForReaders:
        """The rate of the output's route over four weeks, as the clock stored it, and how its own risk compares.

        It is one small read, and none of reviews.
        """
        with self.store.read() as uow:
            decision = uow.decisions.get(output_id)
        found = self._standing(decision.route) if decision is not None else None
        rate = found.rate if found is not None and self.clock.now() - found.made_at < FOUR_WEEKS else None
        risk = decision.risk if decision is not None else None
        return ForReaders(rate=rate, riskier=rate is not None and risk is not None and risk > rate.high)

    def sweep(self) -> int:
        """Judge each route anew, and store what is new; returns of how many routes."""
        policy, now = self.policies.current(), self.clock.now()
        routes = (*policy.routes, policy.own_route)
        with self.store.read() as uow:
            before = {route.name: uow.judgements.newest(route.name) for route in routes}
        judged = [
            self._judged(route, before[route.name], now) for route in routes if not self.seen.has(route.name, now)
        ]
        fresh = [one for one in judged if _says_more(one, before[one.route])]
        if fresh:
            with self.store.begin() as uow:
                for one in fresh:
                    uow.judgements.add(one)
                    _tell(uow, one, before[one.route], policy.route(one.route))
        return len(fresh)

    def _standing(self, route: str) -> Judgement | None:
        """The newest judgement of this route, as of a minute ago at the most."""
        now = self.clock.now()
        if not self.standing.has(route, now):
            with self.store.read() as uow:
                found = uow.judgements.newest(route)
            self.standing.keep(route, found, until=now + timedelta(seconds=STANDING_SECONDS))
        return self.standing.get(route, now)

    def _stats(self, asked: Asked, since: datetime, until: datetime, zone: tzinfo) -> Stats:
        (name, route), policy = asked, self.policies.current()
        with self.store.read() as uow:
            outputs = uow.decisions.sample(since, until, route=route)
            everybody = uow.tasks.reviewed(since, until)
            # Where there are no routes, all outputs are those of the policy's own.
            one_route = "" if route is None and not policy.routes else route
            judgement = None if one_route is None else uow.judgements.newest(one_route)
            plan = None  # without a budget none draws anything, and the newest one is of before it was removed
            if one_route is not None and policy.route(one_route).has_budget:
                plan = uow.plans.newest(one_route)
        reviewed = [one for one in everybody if route is None or one.route == route]
        found = opinions.errors(everybody, None if route is None else [route])
        errors = _known(found)
        seconds, quorum = figures.seconds_for_one(reviewed), policy.route(one_route or "").quorum
        sample, _ = error_rates.inputs_of(outputs)
        return Stats(
            route=name,
            since=since,
            until=until,
            rate=error_rates.rate(outputs, errors=errors),
            outputs=len(outputs),
            reviewed=len(sample),
            ranked=int(np.count_nonzero(~np.isnan(sample.risk))),
            weeks=error_rates.weeks(outputs, zone, errors=errors),
            slices=_several(error_rates.lines(outputs, outputs.slice, outputs.slices, errors=errors)),
            versions=_several(error_rates.lines(outputs, outputs.model, outputs.models, errors=errors)),
            routes=() if name else _several(error_rates.lines(outputs, outputs.route, outputs.routes, errors=errors)),
            anchoring=figures.anchoring(reviewed),
            agreement=agreement.alpha(opinions.units(reviewed)),
            errors=found,
            signal=signal.auroc(sample),
            drawn_evenly=plan is not None and not plan.signal.trusted,
            judgement=judgement,
            seconds_a_review=quorum * (seconds if isinstance(seconds, float) else figures.DEFAULT_SECONDS),
        )

    def _judged(self, route: Route, before: Judgement | None, now: datetime) -> Judgement:
        since, name = now - FOUR_WEEKS, route.name
        with self.store.read() as uow:
            outputs = uow.decisions.sample(since, now, route=name)
            reviewed = uow.tasks.reviewed(since, now)
            read_by = _read_by(uow, outputs, reviewed) if route.release_target is not None else []
        if len(outputs) >= self.large_from:
            self.seen.keep(name, True, until=now + LARGE_EVERY)
        errors = _errors(reviewed, [name])
        rate = error_rates.rate(outputs, errors=errors)
        scorers = scorer_versions.present(read_by)
        tested, tested_at, proof = _test(route, before, outputs, errors, scorers, now)
        return Judgement(
            route=name,
            rate=None if isinstance(rate, TooFew) else rate,
            guarantee=tested,
            tested_at=tested_at,
            proof=proof,
            made_at=now,
            others_until=None if scorers.since is None else moment(scorers.since),
        )


def _asked(route: str, policy: Policy) -> Asked:
    """Whose figures a name asks for; a route that is called as the policy's own is the one that is meant."""
    name = route.casefold()
    if name == OWN_ROUTE.casefold() and all(known.name.casefold() != name for known in policy.routes):
        return Asked(OWN_ROUTE, "")
    found = named(route, policy)
    return Asked(found, found or None)


def named(route: str, policy: Policy) -> str:
    """The route's own spelling. Raises Invalid."""
    names = {known.name.casefold(): known.name for known in policy.routes}
    found = names.get(route.casefold())
    if route and found is None:
        known = ", ".join(known.name for known in policy.routes) or "none yet: /whetstone setup makes one"
        raise Invalid("route", f"There is no route of that name. Routes: {known}.")
    return found or ""


def _test(
    route: Route,
    before: Judgement | None,
    outputs: PeriodOutputs,
    errors: ReviewerErrors | None,
    scorers: Present,
    now: datetime,
) -> tuple[Guarantee | None, datetime | None, Proof | None]:
    """The newest test of the route's guarantee, when it was, and the proof that stands; one test an ISO week.

    A proof falls at once when other scorers read: what these give is tested by itself, on what they read alone.
    """
    limit = route.release_target
    if limit is None:
        return None, None, None
    tested = before.guarantee if before else None
    proof = before.proof if before else None
    replaced = proof is not None and scorer_versions.is_of_others(proof, scorers)
    same_week = before is not None and _same_week(before.tested_at, now)
    if before is not None and tested is not None and tested.limit == limit and same_week and not replaced:
        return tested, before.tested_at, proof
    outputs = replace(outputs, risk=scorer_versions.risks_of(outputs, scorers))
    proof = None if replaced else proof
    found = guarantee.prove(outputs, limit=limit, errors=errors)
    seen = guarantee.part_of(outputs, proof.threshold, errors=errors) if proof else None
    return found, now, guarantee.renewed(proof, found, seen, now=now, scorers=scorers.scorers)


def _read_by(uow: UnitOfWork, outputs: PeriodOutputs, reviewed: Sequence[Reviewed]) -> list[Scored]:
    """What read each output that people decided on."""
    output_of = {one.task_id: one.output_id for one in reviewed}
    moments = zip(outputs.decided_at[outputs.reviewed], outputs.task_ids, strict=True)
    known = [(moment, output_of[task_id]) for moment, task_id in moments if task_id in output_of]
    scores = uow.assessments.scores([output_id for _, output_id in known])
    return [Scored(moment, scorer_versions.versions(scores[one])) for moment, one in known if scores.get(one)]


def _tell(uow: UnitOfWork, judgement: Judgement, before: Judgement | None, route: Route) -> None:
    """The leads hear when held outputs begin to leave by their risk, and when they wait for a person again."""
    stood, stands = before.proof if before else None, judgement.proof
    told = stands or stood
    if not route.release_below_proven or told is None or (stood is None) == (stands is None):
        return
    tested = judgement.guarantee
    change = ProofChange(
        began=stands is not None,
        limit=told.limit,
        confidence=told.confidence,
        share=told.share,
        reviewed=tested.reviewed if tested is not None and stands is None else told.reviewed,
    )
    for lead in route.leads:
        notice = Notice(
            notice_id=f"release:{route.name}:{judgement.made_at.isoformat()}:{lead}",
            kind=NoticeKind.RELEASE,
            recipient=lead,
            task_ids=(),
            created_at=judgement.made_at,
            route=route.name,
            proof_change=change,
        )
        post_notice(uow, notice)


def _same_week(tested_at: datetime | None, now: datetime) -> bool:
    return tested_at is not None and tested_at.isocalendar()[:2] == now.isocalendar()[:2]


def _says_more(judgement: Judgement, before: Judgement | None) -> bool:
    """Whether it differs in anything that people read; a rate by a tenth of one in 100."""
    if before is None:
        return judgement.rate is not None or judgement.guarantee is not None
    if judgement.made_at - before.made_at >= timedelta(days=1):
        return True  # what readers are told must not be older than its period
    same = replace(judgement, rate=before.rate, made_at=before.made_at) == before
    return not same or _rounded(judgement.rate) != _rounded(before.rate)


def _rounded(rate: Rate | None) -> tuple[float, ...]:
    return () if rate is None else tuple(round(one, 3) for one in (rate.value, rate.low, rate.high))


def _errors(reviewed: Sequence[Reviewed], names: Collection[str]) -> ReviewerErrors | None:
    return _known(opinions.errors(reviewed, names))


def _known(found: ReviewerErrors | TooFew) -> ReviewerErrors | None:
    """None where too little tells: then verdicts are taken as the truth, and what is said is not called corrected."""
    return None if isinstance(found, TooFew) else found


def _several(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """A table of one line says what the whole says."""
    return lines if len(lines) > 1 else ()
