"""The past under another policy: what its reviews would have cost, which errors they would have found, and how exactly.

Nothing is drawn again: costs and errors are expectations. An output y that was reviewed with chance π counts
y π' / π under the chance π' of the other policy (Horvitz & Thompson, JASA 47, 1952), and the interval's width is that
of the design: 2 · 1.96 · √V, V = Σ (1 - π') / π' · q (1 - q) / N², at risks q that were shifted until they agree with
the rate that people found.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from math import ceil, sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from reviewers.decisions import routing, sampling, selection, slices
from reviewers.decisions.figures import WRONG
from reviewers.decisions.planning import FLOOR_PART
from reviewers.decisions.sampling import Terms
from reviewers.decisions.selection import LEAST_CHANCE, Caution
from reviewers.decisions.too_few import TooFew
from reviewers.model import PastOutput, Policy, Risk, Route, Stratum

Floats = NDArray[np.float64]

WEEK = timedelta(days=7)
REVIEWS_NEED = 20  # of the past: our choice, with fewer the errors of another policy are anybody's guess
Z95 = 1.959963984540054  # the standard normal's 97.5 % point
LEAST_COVERED = 1.0 / 7.0  # of a week: our choice, as in `pacing_budget`
EXTREME = 1e-5  # risks closer to 0 or 1 count as this


@dataclass(frozen=True, kw_only=True, slots=True)
class Stretch:
    """The outputs of one route in one week, as the other policy routes them; one place an output in each array."""

    route: Route  # of the other policy
    risk: Floats  # NaN where nothing scored it
    before: Floats  # chance as it was
    fixed: Floats  # chance by hold, rule, threshold or uniform rate; NaN where a plan of the budget gives it
    least: Floats  # what a rule gives at least, where the plan gives the chance; else 0
    slices: tuple[str, ...]
    wrong: Floats  # 1 wrong, 0 right, NaN not reviewed
    covered: float = 1.0  # share of the week since the very first output, in (0, 1]: so much of the budget is for it

    @property
    def reviewed(self) -> int:
        """How many of them people decided on."""
        return int((~np.isnan(self.wrong)).sum())


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """Errors that reviews would have found, with a 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Cost:
    """What a policy costs and brings, in one week on average."""

    reviews: float
    minutes: float
    errors: Found | TooFew
    width: float | TooFew  # of the 95 % interval of the error rate over the whole time, in [0, 1]


@dataclass(frozen=True, kw_only=True, slots=True)
class Replayed:
    """One route under the other policy, beside how it was; empty name: the policy's own; None: all routes together."""

    route: str | None
    outputs: float  # a week
    before: Cost
    after: Cost


@dataclass(frozen=True, kw_only=True, slots=True)
class Assumed:
    """What a replay takes as given."""

    weeks: float
    seconds_a_verdict: float
    budget_factor: float = 1.0  # every budget times this: for the curve


@dataclass(kw_only=True)
class _Columns:
    """One stretch while it is read."""

    route: Route
    numbers: list[tuple[float, float, float, float, float]] = field(default_factory=list)
    slices: list[str] = field(default_factory=list)


def stretches(past: Iterable[PastOutput], policy: Policy, *, until: datetime) -> list[Stretch]:
    """The past as the other policy routes it, week by week back from `until`, a stretch for each route and week."""
    terms = Terms(policy=policy)
    found: dict[tuple[str, int], _Columns] = {}
    first = until
    for one in past:
        before = one.decision
        first = min(first, before.decided_at)
        risk = None if before.risk is None else _risk(before.risk)
        left = _let_go(one, policy)
        so = replace(terms, let_go=frozenset({one.output.output_id})) if left else terms
        now = sampling.decide(one.output, risk, so, draw=0.0, now=before.decided_at)
        output = replace(one.output, hold=False) if left else one.output
        route = policy.route(now.route)
        planned = route.has_budget and not output.hold
        week = ceil((until - before.decided_at) / WEEK) - 1
        columns = found.setdefault((route.name, week), _Columns(route=route))
        columns.numbers.append(
            (
                np.nan if before.risk is None else before.risk,
                before.inclusion_probability,
                np.nan if planned else now.inclusion_probability,
                sampling.forced_chance(output, policy) if planned else 0.0,
                np.nan if one.outcome is None else float(one.outcome in WRONG),
            )
        )
        columns.slices.append(now.slice)
    ago = (until - first) / WEEK
    return [_stretch(columns, min(max(ago - week, LEAST_COVERED), 1.0)) for (_, week), columns in found.items()]


def _let_go(one: PastOutput, policy: Policy) -> bool:
    """Whether it was held and left at once, on a route that would let it go under the other policy too.

    What was decided on as any other though it was sent with hold had left. What another proof would let go is unknown.
    """
    if not one.output.hold or one.decision.stratum is not Stratum.DRAWN:
        return False
    return routing.route_of(one.output, None, policy).release_below_proven


def replayed(parts: Sequence[Stretch], policy: Policy, assumed: Assumed) -> list[Replayed]:
    """Each route by name, and last all of them together. Of no outputs at all: an empty list."""
    after = [chances(part, policy, errors_of(parts, part.route.name), assumed) for part in parts]
    by_route: dict[str, list[int]] = {}
    for place, part in enumerate(parts):
        by_route.setdefault(part.route.name, []).append(place)
    rows: list[tuple[str | None, list[int]]] = [(name, by_route[name]) for name in sorted(by_route)]
    if rows:
        rows.append((None, list(range(len(parts)))))
    return [_row(name, [parts[place] for place in places], [after[place] for place in places], assumed)
            for name, places in rows]  # fmt: skip


def chances(part: Stretch, policy: Policy, errors_seen: float, assumed: Assumed) -> Floats:
    """The chance of each output of a stretch, as though its week's traffic had been known.

    The budget pays for held outputs and rules first, and the rest is drawn from what no rule decides on; `uniform_rate`
    is the floor. All as in `planning`: a rule decides where it gives at least as much as the plan would.

    Args:
        errors_seen: as many as people found in all this time on the route: then risks are believed as far as now.
    """
    planned = np.isnan(part.fixed)
    found = part.fixed.copy()
    if not planned.any():
        return found
    seconds = assumed.seconds_a_verdict * part.route.quorum
    weekly = (part.route.minutes(seconds) or 0.0) * 60.0 / seconds
    reviews = weekly * part.covered * assumed.budget_factor
    floor = max(min(policy.uniform_rate, FLOOR_PART * reviews / len(found)), LEAST_CHANCE)
    least, care = np.maximum(part.least, floor), selection.caution(errors_seen)
    found[planned] = _spread(part, planned, reviews - float(found[~planned].sum()), care, least)
    by_rule = planned & (part.least > 0.0) & (part.least >= found)
    drawn = planned & ~by_rule
    if by_rule.any() and drawn.any():  # whose risks and slices the plan is then made from
        found[drawn] = _spread(part, drawn, reviews - float(found[~drawn].sum()), care, least)
    return found


def _spread(part: Stretch, drawn: NDArray[np.bool_], budget: float, care: Caution, least: Floats) -> Floats:
    """The chances of these outputs of a stretch, each at least what it has there, that spend the budget on them."""
    names = slices.told_apart([name for name, one in zip(part.slices, drawn, strict=True) if one])
    _, codes = np.unique(np.asarray(names, dtype=str), return_inverse=True)
    return selection.chances(
        part.risk[drawn],
        budget=max(budget, 0.0),
        caution=care,
        slices=codes,
        slice_power=part.route.favours_small_slices,
        floor=least[drawn],
    )


def errors_of(parts: Sequence[Stretch], route: str) -> float:
    """Wrong outputs that people found on a route."""
    return float(sum(np.nansum(part.wrong) for part in parts if part.route.name == route))


def _stretch(columns: _Columns, covered: float) -> Stretch:
    risk, before, fixed, least, wrong = np.array(columns.numbers, dtype=np.float64).T
    return Stretch(
        route=columns.route,
        risk=risk,
        before=before,
        fixed=fixed,
        least=least,
        slices=tuple(columns.slices),
        wrong=wrong,
        covered=covered,
    )


def _risk(value: float) -> Risk:
    return Risk(probability=value, model_version="past", verdicts_learned_from=0, scores_used=())


def _row(name: str | None, parts: Sequence[Stretch], after: Sequence[Floats], assumed: Assumed) -> Replayed:
    risk, before = np.concatenate([one.risk for one in parts]), np.concatenate([one.before for one in parts])
    wrong, now = np.concatenate([one.wrong for one in parts]), np.concatenate(list(after))
    quorum = np.concatenate([np.full(len(one.risk), one.route.quorum) for one in parts])
    seen = _Seen(risk=risk, before=before, wrong=wrong, quorum=quorum)
    return Replayed(
        route=name,
        outputs=len(risk) / assumed.weeks,
        before=_cost(seen, before, assumed),
        after=_cost(seen, now, assumed),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Seen:
    """All outputs of one row."""

    risk: Floats
    before: Floats
    wrong: Floats
    quorum: NDArray[np.int64]

    @property
    def reviewed(self) -> NDArray[np.bool_]:
        return ~np.isnan(self.wrong)


def _cost(seen: _Seen, chance: Floats, assumed: Assumed) -> Cost:
    verdicts = float((chance * seen.quorum).sum())
    reviewed = int(seen.reviewed.sum())
    too_few = TooFew(found=reviewed, needed=REVIEWS_NEED)
    return Cost(
        reviews=float(chance.sum()) / assumed.weeks,
        minutes=verdicts * assumed.seconds_a_verdict / 60.0 / assumed.weeks,
        errors=too_few if reviewed < REVIEWS_NEED else _errors(seen, chance, assumed.weeks),
        width=too_few if reviewed < REVIEWS_NEED else _width(seen, chance),
    )


def _errors(seen: _Seen, chance: Floats, weeks: float) -> Found:
    """Σ y π' / π over the reviewed; its variance under the draw as it was is Σ y (π' / π)² (1 - π)."""
    taken = seen.reviewed
    ratio = seen.wrong[taken] * chance[taken] / seen.before[taken]
    value = float(ratio.sum())
    half = Z95 * sqrt(float((ratio**2 * (1.0 - seen.before[taken])).sum()))
    return Found(value=value / weeks, low=max(value - half, 0.0) / weeks, high=(value + half) / weeks)


def _width(seen: _Seen, chance: Floats) -> float:
    """Of the 95 % interval that these chances would give; 0 where all outputs are reviewed."""
    taken = seen.reviewed
    weight = 1.0 / seen.before[taken]
    # Half a wrong and half a right output are added, so that none found does not make a rate of 0 that is certain.
    rate = float((weight @ seen.wrong[taken] + 0.5) / (weight.sum() + 1.0))
    q = _shifted(seen.risk, rate)
    variance = float(((1.0 - chance) / chance * q * (1.0 - q)).sum()) / len(q) ** 2
    return min(2.0 * Z95 * sqrt(variance), 1.0)


def _shifted(risk: Floats, rate: float) -> Floats:
    """The risks moved on the logit scale until their mean is this rate; without any risk the rate itself."""
    from scipy.optimize import brentq  # here: 23 MB that every process would carry, and few compute with

    known = risk[~np.isnan(risk)]
    if not len(known):
        return np.full(len(risk), rate)
    logits = logit(np.clip(np.where(np.isnan(risk), known.mean(), risk), EXTREME, 1.0 - EXTREME))
    shift = brentq(lambda by: float(expit(logits + by).mean()) - rate, -30.0, 30.0)
    return np.asarray(expit(logits + shift))


def curve(parts: Sequence[Stretch], policy: Policy, assumed: Assumed, factors: Sequence[float]) -> Mapping[float, Cost]:
    """What all routes together cost and bring with every budget times each of these factors."""
    found = {}
    for factor in factors:
        scaled = Assumed(weeks=assumed.weeks, seconds_a_verdict=assumed.seconds_a_verdict, budget_factor=factor)
        rows = replayed(parts, policy, scaled)
        if rows:
            found[factor] = rows[-1].after
    return found
