"""A policy together with the routes that people made in Slack."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
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


def takes_all(route: Route) -> bool:
    """Whether it asks nothing of an output."""
    return route.match.is_empty and route.risk_from is None and route.risk_below is None


def _order(route: Route) -> tuple[bool, str]:
    return takes_all(route), route.name


def _version(policy: Policy, added: Sequence[Route]) -> str:
    told = [repr(sorted(asdict(route).items(), key=lambda item: item[0])) for route in added]
    return hashlib.sha256("\n".join([policy.version, *told]).encode()).hexdigest()[:VERSION_LENGTH]
