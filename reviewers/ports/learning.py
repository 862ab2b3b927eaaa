"""What the use cases need of the store: the risk models that were learned."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from reviewers.model import RiskModel


class RiskModels(Protocol):
    """Append-only risk models; the newest counts."""

    def add(self, model: RiskModel, *, at: datetime) -> None:
        """Store as the newest, whatever its version: verdicts that were taken back can lead to an earlier one."""

    def newest(self) -> RiskModel | None:
        """None while nothing was learned."""

    def all(self, *, as_of: datetime | None = None) -> list[RiskModel]:
        """The oldest first; those that were stored after `as_of` are left out. None: all."""
