"""Documents behind the answers, as they changed, and what became of the answers that rest on them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from reviewers.model.checks import aware


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangedSentence:
    """A sentence that a document no longer says. Untrusted text."""

    was: str
    now: str  # the new sentence that is most like it; empty: none is


@dataclass(frozen=True, kw_only=True, slots=True)
class DocumentChange:
    """One document of the index that says something else than before. Untrusted text."""

    change_id: str  # the same for the same change, however often it is noticed
    document: str  # the name that it was added under
    title: str
    address: str
    removed: bool  # it is gone from the index
    sentences: tuple[ChangedSentence, ...]  # in the order of the old text; never empty
    changed_at: datetime

    def __post_init__(self) -> None:
        aware("changed_at", self.changed_at)


@dataclass(frozen=True, kw_only=True, slots=True)
class Reopening:
    """What became of the approved answers that rest on what a document no longer says."""

    change_id: str
    ended_at: datetime
    resting: int  # approved answers that rest on it
    reopened: int  # of these, that people are asked about again

    def __post_init__(self) -> None:
        aware("ended_at", self.ended_at)
        if not 0 <= self.reopened <= self.resting:
            raise ValueError(f"{self.reopened} of {self.resting} reopened")
