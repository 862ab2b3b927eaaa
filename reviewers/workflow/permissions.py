"""Whose verdicts count on a route."""

from __future__ import annotations

from dataclasses import dataclass

from reviewers.model import Route
from reviewers.ports import Directory, Policies


@dataclass(frozen=True, kw_only=True, slots=True)
class Permission:
    """Whose verdicts count on a route, user groups expanded."""

    route: Route
    reviewers: frozenset[str]  # empty: every full member

    def admits(self, person: str) -> bool:
        """Whether this person is a reviewer of the route."""
        return not self.reviewers or person in self.reviewers


@dataclass(frozen=True, kw_only=True, slots=True)
class Permissions:
    """Looks up whose verdicts count. It may ask Slack for user groups, so it is asked outside of transactions."""

    policies: Policies
    directory: Directory

    def of(self, route: Route) -> Permission:
        """Raises Unavailable when Slack does not tell who is in a user group."""
        people = {person for person in route.reviewers if not _is_group(person)}
        for group in filter(_is_group, route.reviewers):
            people |= self.directory.members(group)
        # A route whose groups are all empty admits nobody: an empty set would admit everybody.
        return Permission(route=route, reviewers=frozenset(people or {"nobody"} if route.reviewers else ()))

    def named(self, route_name: str) -> Permission:
        """Of the route of this name."""
        return self.of(self.policies.current().route(route_name))


def _is_group(name: str) -> bool:
    return name.startswith("S")
