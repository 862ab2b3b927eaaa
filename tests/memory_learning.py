"""The repository of `MemoryStore` for risk models."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from reviewers.model import RiskModel
from tests.memory_queues import Repository


class MemoryRiskModels(Repository):
    """Implements `reviewers.ports.RiskModels`."""

    def add(self, model: RiskModel, *, at: datetime) -> None:
        before = model.before.astimezone(UTC) if model.before else None
        self._own.risk_models.append((at, replace(model, before=before)))

    def newest(self) -> RiskModel | None:
        return self._state.risk_models[-1][1] if self._state.risk_models else None

    def all(self, *, as_of: datetime | None = None) -> list[RiskModel]:
        return [model for at, model in self._state.risk_models if as_of is None or at <= as_of]
