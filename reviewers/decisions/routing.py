"""Which route an output takes, and what its task follows from it."""

from __future__ import annotations

from dataclasses import dataclass

from reviewers.model import Output, Policy, Risk, Route


@dataclass(frozen=True, kw_only=True, slots=True)
class FixedPolicies:
    """A policy that never changes: for benchmarks, tests, and a command that runs once."""

    policy: Policy

    def current(self) -> Policy:
        """The policy."""
        return self.policy


def route_of(output: Output, risk: Risk | None, policy: Policy) -> Route:
    """The first route that matches; the policy's own when none does.

    A route with a bound on the risk never takes an output without one: an unscored output, or a held one at the moment
    it is received, when no risk is known yet. The route that set how long an output is held keeps it, also where the
    output left at once, below what that route had proven: so its risk stays None here.
    """
    return next((route for route in policy.routes if takes(route, output, risk)), policy.own_route)


def takes(route: Route, output: Output, risk: Risk | None) -> bool:
    """Whether this route takes this output."""
    if route.risk_from is None and route.risk_below is None:
        return route.match.holds(output)
    if risk is None:
        return False
    return (
        (route.risk_from is None or risk.probability >= route.risk_from)
        and (route.risk_below is None or risk.probability < route.risk_below)
        and route.match.holds(output)
    )
