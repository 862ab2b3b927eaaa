"""The history that nobody can change, as it is exported."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from reviewers.model.checks import aware
from reviewers.model.review import Purpose, Resolution, Verdict


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditEntry:
    """A verdict that somebody recorded, or what the verdicts on a task came to."""

    at: datetime
    task_id: str
    output_id: str
    number: int
    route: str  # the route's name; empty: the policy's own
    purpose: Purpose
    verdict: Verdict | None = None
    resolution: Resolution | None = None

    def __post_init__(self) -> None:
        aware("at", self.at)
        if (self.verdict is None) == (self.resolution is None):
            raise ValueError("an entry has either a verdict or a resolution")
