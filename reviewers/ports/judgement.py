"""What the use cases need of the store: what was known of each route, and which proofs stand."""

from __future__ import annotations

from typing import Protocol

from reviewers.model import Judgement


class Judgements(Protocol):
    """Append-only judgements; the newest of a route counts."""

    def add(self, judgement: Judgement) -> None: ...

    def newest(self, route: str) -> Judgement | None:
        """The newest of the route of this name; empty: of the policy's own."""
