"""What the use cases need of the store: plans of selection, and the cuts of queues that overflowed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from reviewers.model import Cut, MadePlan


class Plans(Protocol):
    """Append-only plans; the newest of a route counts."""

    def add(self, made: MadePlan) -> None:
        """Store; a second one of the same version is ignored."""

    def get(self, version: str) -> MadePlan | None: ...

    def newest(self, route: str) -> MadePlan | None:
        """The newest plan of the route of this name; empty: of the policy's own."""


class Cuts(Protocol):
    """Append-only: what each cut of a queue meant for the tasks in it, kept ones too."""

    def add(self, cuts: Sequence[Cut]) -> None:
        """Store. Raises UnknownOutput, or the database's own error, for an output without a decision."""

    def of(self, output_id: str) -> list[Cut]:
        """The cuts that this output's task went through, the oldest first."""
