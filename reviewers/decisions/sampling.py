"""Which outputs people see: the draw, and the chance that goes with it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from reviewers.decisions import routing, selection, slices
from reviewers.model import (
    MadePlan,
    Output,
    Policy,
    Reason,
    Risk,
    Route,
    Rule,
    SamplingDecision,
    SelectionPlan,
    Stratum,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Terms:
    """What holds while outputs are decided on."""

    policy: Policy
    plans: Mapping[str, MadePlan] = field(default_factory=dict)  # the newest of each route with a budget, by its name
    let_go: frozenset[str] = frozenset()  # ids of held outputs that left at once: reviews prove that few are wrong


@dataclass(frozen=True, kw_only=True, slots=True)
class _Offer:
    """One chance that applies to an output."""

    chance: float  # in (0, 1]
    stratum: Stratum
    reason: Reason  # where the draw takes it
    rule: Rule | None = None
    even: float = 0.0  # the part of the chance that does not depend on the risk: a draw below it is uniform
    plan_version: str = ""


def stable_draw(output_id: str, policy_version: str) -> float:
    """A number in [0, 1), uniform over output ids, the same for the same output and policy.

    The first 53 bits of SHA-256 over both, each with its length in front, so that no two pairs run together.
    Replayable: anyone can compute the draw again from what is stored.
    """
    keyed = f"{len(policy_version)}:{policy_version}{len(output_id)}:{output_id}".encode()
    return (int.from_bytes(hashlib.sha256(keyed).digest()[:8], "big") >> 11) / 2**53


def decide(output: Output, risk: Risk | None, terms: Terms, *, draw: float, now: datetime) -> SamplingDecision:
    """Select iff draw < inclusion probability, the largest chance that applies to this output.

    Held: 1. A matching rule: its rate. On a route with a budget: the chance that its newest plan gives to this risk
    and slice. Without a budget, or before the first plan: 1 from the risk threshold on, the uniform rate for every
    output, the unscored ones (`risk` None) included. The reason names the first of these, in this order, that gives
    the chance; among several rules it is the one with the largest rate. Of what a plan's draw takes, the part that it
    would have taken whatever the risk is uniform. What was held and left at once is drawn as though it had never been
    held, but on the route that held it: that one's next proof is to speak of it.
    """
    policy = terms.policy
    route = routing.route_of(output, None if output.hold else risk, policy)
    output = replace(output, hold=False) if output.output_id in terms.let_go else output
    name = slices.slice_of(output, route)
    offers = [*_forced(output, policy), *_drawn(risk, name, route, terms)]
    offer = max(offers, key=lambda one: one.chance)  # the first of equals, as listed above
    selected = draw < offer.chance
    reason = Reason.UNIFORM if draw < offer.even else offer.reason
    rule = offer.rule
    return SamplingDecision(
        output_id=output.output_id,
        selected=selected,
        inclusion_probability=offer.chance,
        reason=reason if selected else Reason.NOT_SELECTED,
        rule=rule.name if rule and selected else "",
        channel=rule.channel if rule else "",
        policy_version=policy.version,
        draw=draw,
        decided_at=now,
        route=route.name,
        model=f"{output.model} {output.model_version}".strip(),
        risk=risk.probability if risk else None,
        slice=name,
        cluster=slices.cluster_of(output, policy),
        stratum=offer.stratum,
        plan_version=offer.plan_version,
    )


def even_chance(plan: SelectionPlan, slice_name: str) -> float:
    """The part of a plan's chance that is the same for every risk: max(floor, c · tau · g / mean g), at most 1.

    Outputs whose draw lies below it are a sample in which risk has no say; a plan that is uniform has no other part.
    """
    share = plan.shares.get(slice_name, min(plan.shares.values(), default=1.0))
    factor = float(share**-plan.slice_power)
    return min(1.0, max(plan.floor, plan.scale * plan.uniform_part * factor / plan.mean_factor))


def forced_chance(output: Output, policy: Policy) -> float:
    """The chance that hold and rules give, whatever plan or threshold say; 0 where neither speaks of the output."""
    return max((offer.chance for offer in _forced(output, policy)), default=0.0)


def _forced(output: Output, policy: Policy) -> list[_Offer]:
    """The chances that no risk changes and no budget cuts."""
    offers = []
    if output.hold:
        offers.append(_Offer(chance=1.0, stratum=Stratum.HELD, reason=Reason.HELD))
    rule = max((r for r in policy.rules if r.matches(output)), key=lambda r: r.rate, default=None)
    if rule is not None:
        offers.append(_Offer(chance=rule.rate, stratum=Stratum.RULE, reason=Reason.RULE, rule=rule))
    return offers


def _drawn(risk: Risk | None, slice_name: str, route: Route, terms: Terms) -> list[_Offer]:
    """The chances of the draw: by the route's plan, or by threshold and uniform rate."""
    made = terms.plans.get(route.name) if route.has_budget else None
    if made is not None:
        known = slices.as_known(slice_name, made.plan.shares)
        chance = selection.chance(made.plan, risk.probability if risk else None, known)
        even = min(even_chance(made.plan, known), chance)
        return [_Offer(chance=chance, stratum=Stratum.DRAWN, reason=Reason.RISK, even=even, plan_version=made.version)]
    uniform = _Offer(chance=terms.policy.uniform_rate, stratum=Stratum.DRAWN, reason=Reason.UNIFORM)
    if risk is not None and risk.probability >= terms.policy.risk_threshold:
        return [_Offer(chance=1.0, stratum=Stratum.DRAWN, reason=Reason.RISK), uniform]
    return [uniform]
