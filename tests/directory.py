"""The people of a workspace, as a table: the double of `reviewers.ports.Directory`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from reviewers.errors import Unavailable


@dataclass
class FixedDirectory:
    """Groups, zones and who left, which a test can change; `silent` makes it not answer."""

    groups: Mapping[str, frozenset[str]] = field(default_factory=dict)
    zones: Mapping[str, str] = field(default_factory=dict)
    left: set[str] = field(default_factory=set)  # deactivated, or guests by now
    silent: bool = False

    def members(self, group: str) -> frozenset[str]:
        """Who is in the group; an unknown one is empty."""
        self._answer()
        return self.groups.get(group, frozenset())

    def zone(self, user_id: str) -> str:
        """The person's zone; empty when it is not in the table."""
        self._answer()
        return self.zones.get(user_id, "")

    def is_able(self, user_id: str) -> bool:
        """Whether they are still there; while it is silent everybody is."""
        return self.silent or user_id not in self.left

    def _answer(self) -> None:
        if self.silent:
            raise Unavailable("Slack does not tell who is in the group.")
