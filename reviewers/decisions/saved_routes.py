"""The routes that people make in Slack: how they join the policy, and who may make them."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import asdict, replace

from reviewers.model import Policy, Route

VERSION_LENGTH = 12  # hexadecimal characters, as those of the policy's own version


def with_saved(policy: Policy, saved: Sequence[Route]) -> Policy:
    """The policy, with the saved routes behind its own; one that is called as one of its own is left out.

    The saved ones that ask for something stand before those that take every output, each kind by name, so that the
    order in which people made them changes nothing. The version changes with what the routes say.
    """
    own = {route.name for route in policy.routes}
    added = sorted((route for route in saved if route.name not in own), key=_order)
    if not added:
        return policy
    return replace(policy, routes=(*policy.routes, *added), version=_version(policy, added))


def may_set_up(person: str, *, is_admin: bool, channel: str, policy: Policy, saved: Sequence[Route]) -> bool:
    """Whether this person may make or change the route of this channel.

    An administrator of the workspace and a lead of the policy may always; a lead of a route may make new routes and
    change their own; as long as nobody is named a reviewer or lead anywhere, everybody may.
    """
    routes = (*policy.routes, *saved)
    named = (policy.reviewers, policy.leads, *(route.reviewers for route in routes), *(route.leads for route in routes))
    return is_admin or not any(named) or person in {*policy.leads, *leads_of(channel, policy, saved)}


def leads_of(channel: str, policy: Policy, saved: Sequence[Route]) -> tuple[str, ...]:
    """Who leads the route of this channel; where it has no lead yet, who leads anything."""
    standing = next((route for route in saved if channel and route.channel == channel), None)
    if standing is not None and standing.leads:
        return standing.leads
    every = (policy.leads, *(route.leads for route in (*policy.routes, *saved)))
    return tuple(dict.fromkeys(lead for leads in every for lead in leads))


def free_name(name: str, taken: Collection[str]) -> str:
    """The name, or with the first number behind it that is not taken: "Cards 2"."""
    numbered = (f"{name} {number}" for number in range(2, len(taken) + 3))
    return next(one for one in (name, *numbered) if one not in taken)


def takes_all(route: Route) -> bool:
    """Whether it asks nothing of an output."""
    return route.match.is_empty and route.risk_from is None and route.risk_below is None


def _order(route: Route) -> tuple[bool, str]:
    return takes_all(route), route.name


def _version(policy: Policy, added: Sequence[Route]) -> str:
    told = [repr(sorted(asdict(route).items(), key=lambda item: item[0])) for route in added]
    return hashlib.sha256("\n".join([policy.version, *told]).encode()).hexdigest()[:VERSION_LENGTH]
