"""The weekly digest of each route, made from what is stored: gather, decide, assemble. It writes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from reviewers.decisions import (
    agreement,
    digest_causes,
    digest_rates,
    digest_sources,
    digest_summary,
    digest_values,
    error_rates,
    figures,
    findings,
    opinions,
    prompt_versions,
    retraining,
    weeks,
)
from reviewers.decisions.agreement import Alpha
from reviewers.decisions.digest_rates import Compared
from reviewers.decisions.estimate_inputs import ReviewerErrors
from reviewers.decisions.retraining import CORRECTIONS_NEED, Facts
from reviewers.decisions.too_few import TooFew
from reviewers.errors import Invalid
from reviewers.model import Outcome, Reviewed, Route
from reviewers.model.digest import Aspect, Digest, Finding, State, Window
from reviewers.model.digest_parts import Corrections, MarksEffect, ReviewerFigures, WeekRate
from reviewers.model.missing import Missing
from reviewers.model.prices import Price
from reviewers.model.suggestion import Suggestion, Upstream
from reviewers.ports import Clock, Policies, Store
from reviewers.workflow import digest_citing, digest_embeddings, digest_reading
from reviewers.workflow.digest_citing import CitedSources
from reviewers.workflow.digest_reading import Period, Read, Week
from reviewers.workflow.judgement import named
from reviewers.workflow.watch_reading import within

SHOWN = 8  # weeks of the picture: our choice, so that a change is seen beside as many weeks as the risk learns from


@dataclass(frozen=True, kw_only=True, slots=True)
class DigestDesk:
    """Makes digests; the same store and the same week give the same ones."""

    store: Store
    clock: Clock
    policies: Policies
    prices: tuple[Price, ...] = ()  # of tokens, from the settings

    def last_week(self, zone: ZoneInfo) -> str:
        """The name of the newest week that is over where the team is."""
        return weeks.last_whole(self.clock.now(), zone)

    def digests(self, week: str, route: str, zone: ZoneInfo) -> tuple[Digest, ...]:
        """The digest of a route, or of each in the policy's order (`route` empty).

        Beside routes, the policy's own digest is made where any output belongs to none of them.
        Raises Invalid: `route` for one that nobody knows, `week` for what is no week that is over.
        """
        policy = self.policies.current()
        name = named(route, policy)
        made = self.of(week, [policy.route(name)] if name else self.routes(), zone)
        return tuple(one for one in made if one.route or not policy.routes or one.last_output_at is not None)

    def routes(self) -> tuple[Route, ...]:
        """All that a week can be told of: the policy's in their order, then its own for outputs of none of them."""
        policy = self.policies.current()
        return (*policy.routes, policy.own_route)

    def so_far(self, route: str, zone: ZoneInfo, *, as_of: datetime | None = None) -> Digest:
        """The week that runs where the team is, until now or `as_of`. Raises Invalid: `route`, `week`."""
        policy, now = self.policies.current(), as_of or self.clock.now()
        asked = policy.route(named(route, policy))
        return self.of(weeks.week_of(now, zone), [asked], zone, as_of=now, running=True)[0]

    def of(
        self,
        week: str,
        routes: Sequence[Route],
        zone: ZoneInfo,
        *,
        as_of: datetime | None = None,
        running: bool = False,
    ) -> tuple[Digest, ...]:
        """The digest of each of these, whether any output came or none. Raises Invalid: `week`, as `digests` does.

        What was written after `as_of`, or now, is unseen. `running`: a week that is not over ends with that moment.
        """
        now = as_of or self.clock.now()
        current = weeks.window(week, zone)
        period = Period(
            current=weeks.until(current, now) if running else current,
            reference=weeks.reference(week, zone),
            shown_from=_shown_from(week, zone),
            as_of=now,
        )
        if period.current.end > now:
            raise Invalid("week", f"Week {weeks.upto(week, 1)[0]} is not over yet; a digest is made of whole weeks.")
        return self._made(week, routes, zone, period, self.policies.current().version, self.prices)

    def rebuilt(self, kept: Digest, *, as_of: datetime) -> Digest:
        """A kept digest, made again as of the moment that was stored with it: the same bytes.

        Its windows, target, prices and the version of its policy are read from it, so another policy changes nothing,
        and its route may be gone. Verdicts, resolutions, cuts, tasks, corrections, datasets, risk models and features
        are read as they were at that moment. Only two things can make it differ: that outputs were erased since, and
        another version of this program.
        """
        zone, route = ZoneInfo(kept.zone), Route(name=kept.route, release_target=kept.target)
        period = Period(
            current=kept.current, reference=kept.reference, shown_from=_shown_from(kept.week, zone), as_of=as_of
        )
        prices = [one.price for one in kept.latency if one.price is not None]
        (made,) = self._made(kept.week, [route], zone, period, kept.policy_version, prices)
        return made

    def _made(
        self,
        week: str,
        routes: Sequence[Route],
        zone: ZoneInfo,
        period: Period,
        version: str,
        prices: Sequence[Price],
    ) -> tuple[Digest, ...]:
        with self.store.read() as uow:
            read_week = digest_reading.read_week(uow, period)
            read = [
                (
                    one,
                    found := digest_reading.read_route(uow, one.name, period, read_week),
                    described := digest_embeddings.read(uow, one.name, period, _seed(one, week)),
                    digest_citing.read(uow, one.name, found, described, period),
                )
                for one in routes
            ]
        return tuple(
            _digest(one, found, told.findings, cited, read_week, period, weeks.upto(week, SHOWN), zone, version, prices)
            for one, found, told, cited in read
        )


def _shown_from(week: str, zone: ZoneInfo) -> datetime:
    return weeks.window(weeks.upto(week, SHOWN)[0], zone).start


def _seed(route: Route, week: str) -> int:
    return digest_summary.seed(route.name, weeks.upto(week, 1)[0])


def _digest(
    route: Route,
    read: Read,
    words: Sequence[Finding],
    cited: CitedSources,
    week: Week,
    period: Period,
    shown: Sequence[str],
    zone: ZoneInfo,
    version: str,
    prices: Sequence[Price],
) -> Digest:
    """All parts of one route's week."""
    errors = _errors(week.reviewed, route.name, period)
    whole, crossed = digest_rates.whole(read.windows, read.past, read.starts, errors)
    parts = digest_rates.parts(read.windows, read.past, read.starts, errors)
    reviewers = _reviewers(read, period)
    whole = digest_rates.trusted(whole, reviewers.alpha)
    parts = tuple(digest_rates.trusted(one, reviewers.alpha) for one in parts)
    before, now = read.traffic.before, read.traffic.now
    tested = [*_shown(whole, parts, read), *digest_values.findings(before, now), *words, *cited.findings]
    # Topics and sources that did not move were held against the others, and would fill a digest with what is as it was.
    found = tuple(
        one
        for one in findings.settled(tested)
        if one.aspect not in (Aspect.TOPIC, Aspect.SOURCE) or one.state is State.DRIFT
    )
    outputs, line = read.windows.outputs, whole.line
    suggestion = _suggestion(route, read, cited, week, whole, parts, crossed, reviewers)
    return Digest(
        week=shown[-1],
        route=route.name,
        zone=zone.key,
        current=period.current,
        reference=period.reference,
        headline=findings.headline(found, outputs=line.outputs, reviewed=line.reviewed),
        outputs=line.outputs,
        reviewed=line.reviewed,
        timed_out=read.timed_out,
        reviews_need=error_rates.RATE_NEEDS,
        rate=line.rate,
        before=line.before,
        target=route.release_target,
        wrong_ids=tuple(view.output.output_id for view in read.wrong),
        last_output_at=read.last_at,
        findings=found,
        cure=suggestion.cure,
        weeks=_weeks(read, shown, errors, zone),
        lines=tuple(one.line for one in parts),
        reliability=digest_summary.reliability(outputs, read.windows.now | read.windows.before, week.newest),
        latency=digest_values.latency(before, now, prices),
        sources=cited.sources,
        reviewers=reviewers,
        corrections=_corrections(read, period.current),
        suggestion=suggestion,
        policy_version=read.traffic.policy_version or version,
        risk_version=week.newest.version if before.scored or now.scored else "",
        seed=_seed(route, shown[-1]),
    )


def _errors(reviewed: Sequence[Reviewed], route: str, period: Period) -> ReviewerErrors | None:
    """How often verdicts are right, learned from the weeks that are shown; None where too little tells."""
    lately = [one for one in reviewed if one.recorded_at >= period.shown_from]
    found = opinions.errors(lately, [route])
    return None if isinstance(found, TooFew) else found


def _shown(whole: Compared, parts: Sequence[Compared], read: Read) -> list[Finding]:
    """The findings on wrong outputs, each that moved with outputs that show it."""
    return [
        replace(one.finding, examples=digest_causes.examples(digest_causes.of_part(read.wrong, one.finding)))
        if one.finding.state is State.DRIFT
        else one.finding
        for one in (whole, *parts)
    ]


def _weeks(read: Read, shown: Sequence[str], errors: ReviewerErrors | None, zone: ZoneInfo) -> tuple[WeekRate, ...]:
    """The picture's weeks; those before the first review are left out, but for the digest's own."""
    found = []
    for name in shown:
        kept = within(read.windows.outputs, weeks.window(name, zone))
        found.append(WeekRate(week=name, rate=digest_rates.rate(read.windows.outputs, kept, errors)))
    begun = [at for at, one in enumerate(found) if not isinstance(one.rate, Missing) or one.rate.found]
    return tuple(found[min(begun, default=len(found) - 1) :])


def _reviewers(read: Read, period: Period) -> ReviewerFigures:
    """What reviewing took in the week; agreement and marks over both windows, since a week seldom has enough."""
    current, end = period.current, period.current.end
    both = [one for one in read.reviewed if period.reference.start <= one.recorded_at < end]
    mine = [one for one in both if one.recorded_at >= current.start]
    alpha = agreement.alpha(opinions.units(both))
    known = alpha if isinstance(alpha, Alpha) else None
    seconds = figures.seconds_for_one(mine)
    spent = [(one.recorded_at - one.opened_at).total_seconds() for one in mine if one.opened_at is not None]
    return ReviewerFigures(
        minutes=sum(spent) / 60.0,
        people=len({one.reviewer for one in mine}),
        seconds_a_review=None if isinstance(seconds, TooFew) else seconds,
        alpha=known.value if known else None,
        alpha_low=known.low if known else None,
        alpha_high=known.high if known else None,
        twice=alpha.found if isinstance(alpha, TooFew) else alpha.units,
        waiting=read.waited.tasks,
        oldest_hours=read.waited.oldest_hours,
        marks=_marks(both),
    )


def _marks(reviewed: Sequence[Reviewed]) -> MarksEffect | Missing:
    found = figures.anchoring(reviewed)
    if isinstance(found, TooFew):
        return Missing(found=found.found, needed=found.needed, of=found.of)
    return MarksEffect(
        marked=found.first, unmarked=found.second, difference=found.value, low=found.low, high=found.high
    )


def _corrections(read: Read, current: Window) -> Corrections:
    edited = {
        one.task_id
        for one in figures.decided(read.reviewed)
        if one.outcome is Outcome.EDITED and _in(current, one.resolved_at)
    }
    return Corrections(week=len(edited), since_last=read.corrections, needed=CORRECTIONS_NEED, approved=read.approved)


def _suggestion(
    route: Route,
    read: Read,
    cited: CitedSources,
    week: Week,
    whole: Compared,
    parts: Sequence[Compared],
    crossed: bool | None,
    reviewers: ReviewerFigures,
) -> Suggestion:
    """Whether to retrain. Documents, prompts and models are seen to change; what a training brought is not told."""
    prompts = read.traffic.prompts_before, read.traffic.prompts_now
    part = digest_causes.failing(whole, parts)
    wrong = digest_causes.of_part(read.wrong, part.finding) if part else list(read.wrong)
    return retraining.suggest(
        Facts(
            rate=whole.line.rate,
            before=whole.line.before,
            target=route.release_target,
            crossed=crossed,
            corrections=read.corrections,
            approved=read.approved,
            part=part.finding.name if part else "",
            in_part=digest_causes.in_part(read.corrected, part, read.slices, read.models),
            points=(),
            alpha=reviewers.alpha,
            alpha_part="",
            twice=reviewers.twice,
            wrongs=digest_causes.kinds(wrong),
            changes=(
                *digest_sources.upstream(cited.changes, wrong),
                *digest_causes.new_models(read.windows, wrong),
                *prompt_versions.new(*prompts, wrong),
            ),
            unchanged_since=None,
            watched=(
                *([Upstream.SOURCE] if cited.watched else []),
                *([Upstream.PROMPT] if prompt_versions.watched(*prompts) else []),
                Upstream.MODEL,
            ),
            set_name=_set_name(route.name, week.datasets + 1),
        )
    )


def _set_name(route: str, number: int) -> str:
    """ "card-support-12"."""
    letters = "".join(letter if letter.isalnum() else "-" for letter in route.casefold())
    return f"{'-'.join(filter(None, letters.split('-'))) or 'corrections'}-{number}"


def _in(window: Window, moment: datetime | None) -> bool:
    return moment is not None and window.start <= moment < window.end
