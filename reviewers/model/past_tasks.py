"""Review tasks as they stood at a moment, counted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from reviewers.model.checks import aware
from reviewers.model.review import TaskState


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskCount:
    """How many tasks stood in one state."""

    state: TaskState  # OPEN stands for disputed ones too: both wait
    tasks: int
    oldest_at: datetime  # when the oldest of them was made

    def __post_init__(self) -> None:
        aware("oldest_at", self.oldest_at)
