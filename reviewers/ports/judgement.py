"""What the use cases need of the store: what was known of each route, and which proofs stand."""

from __future__ import annotations

from typing import Protocol

from reviewers.model import Judgement


class Judgements(Protocol):
    """Append-only judgements; the newest of a route counts."""

    def add(self, judgement: Judgement) -> None: ...

    def newest(self) -> dict[str, Judgement]:
        """The newest of each route, by route name."""
