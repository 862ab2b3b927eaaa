"""Let held outputs leave at once where reviews prove that few enough of such a risk are wrong."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from reviewers.decisions import gate, routing, scorer_versions
from reviewers.model import Assessment, Output, Policy, Proof, ReleaseState, Route
from reviewers.ports import Metrics, UnitOfWork


def let_go(
    uow: UnitOfWork,
    outputs: Sequence[Output],
    assessments: Sequence[Assessment],
    policy: Policy,
    *,
    metrics: Metrics,
    now: datetime,
) -> frozenset[str]:
    """Release what is proven; the ids of what left. They stay on the route that held them, and are drawn as any other.

    What a rule names never leaves so: people are to see it whatever the risk says.
    """
    if not any(output.hold for output in outputs) or not _asked_for(policy):
        return frozenset()
    proofs: dict[str, Proof | None] = {}
    found: set[str] = set()
    for output, assessment in zip(outputs, assessments, strict=True):
        release = uow.releases.get(output.output_id) if output.hold else None
        if release is None or any(rule.matches(output) for rule in policy.rules):
            continue
        route = routing.route_of(output, None, policy)  # the one that held it, when no risk was known
        if route.name not in proofs:
            proofs[route.name] = _proof(uow, route)
        read_by = scorer_versions.versions(assessment.scores)
        decided = gate.below_proven(release, output, assessment.risk, read_by, route, proofs[route.name], now=now)
        left = decided.state is ReleaseState.RELEASED
        if decided != release:
            left = uow.releases.decide(decided)  # False: it became final meanwhile
            metrics.count("releases_below_proven", int(left))
        if left:
            found.add(output.output_id)
    return frozenset(found)


def _proof(uow: UnitOfWork, route: Route) -> Proof | None:
    found = uow.judgements.newest(route.name) if route.release_below_proven else None
    return found.proof if found else None


def _asked_for(policy: Policy) -> bool:
    return any(route.release_below_proven for route in (*policy.routes, policy.own_route))
