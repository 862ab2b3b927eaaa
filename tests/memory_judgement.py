"""The repository of `MemoryStore` for what was known of each route."""

from __future__ import annotations

from dataclasses import replace

from reviewers.model import Judgement
from tests.memory_queues import Repository
from tests.memory_state import in_utc


class MemoryJudgements(Repository):
    """Implements `reviewers.ports.Judgements`."""

    def add(self, judgement: Judgement) -> None:
        proof = in_utc(judgement.proof) if judgement.proof else None
        self._own.judgements.append(in_utc(replace(judgement, proof=proof)))

    def newest(self, route: str) -> Judgement | None:
        return next((one for one in reversed(self._state.judgements) if one.route == route), None)
