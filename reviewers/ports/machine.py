"""What the use cases need of the machine reviewers: scorers, sources, and a model that answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from reviewers.model import Claim, ClaimReading, Message, Output, Passage, Score
from reviewers.model.sources import ChangedSentence


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """What a scorer reads: one output with its claims and the passages found for each."""

    output: Output
    claims: tuple[Claim, ...]
    passages: tuple[tuple[Passage, ...], ...]  # one tuple a claim, best first
    readings: tuple[ClaimReading, ...] = ()  # filled by the reading step, one a claim


class Scorer(Protocol):
    """A machine reviewer."""

    name: str
    version: str

    def score(self, batch: Sequence[Evidence]) -> list[Score | None]:
        """One score an output, in order; None where the scorer has nothing to read (no claims, no log-probabilities).

        Raises Unavailable, or whatever its model raises: the caller counts it and leaves the outputs unscored.
        """


class ClaimSplitter(Protocol):
    """Finds the sentences that state something."""

    def split(self, completion: str) -> tuple[Claim, ...]: ...


class Sources(Protocol):
    """The index of passages."""

    def search(self, queries: Sequence[str], *, limit: int) -> list[list[Passage]]:
        """The nearest passages of each query, best first. Raises Unavailable when the index does not answer."""

    def documents(self) -> int:
        """How many documents the index holds."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceChange:
    """What became of one document on `sources add`."""

    document: str
    status: str  # "added", "replaced", "unchanged", "removed" or "failed"
    passages: int = 0
    problem: str = ""
    title: str = ""  # of a document that was replaced or removed: as the index knew it
    address: str = ""
    sentences: tuple[ChangedSentence, ...] = ()  # that it no longer says
    change_id: str = ""  # the same for the same change; empty: it says what it said


class SourceIndex(Sources, Protocol):
    """The index of passages, with its upkeep."""

    def add_paths(
        self,
        paths: Sequence[str],
        *,
        prune: bool,
        base_address: str = "",
        progress: Callable[[int, int], None] | None = None,
        tell: Callable[[SourceChange], None] | None = None,
    ) -> list[SourceChange]:
        """Split and embed documents; `progress(done, total)` counts documents.

        `tell` hears of each document that no longer says what it said, before the index forgets the old text: where it
        raises, nothing is forgotten, and the next run tells it again.
        """


class ChatModel(Protocol):
    """A model that answers from passages."""

    name: str
    version: str

    def answer(self, turns: Sequence[Message]) -> Iterator[str]:
        """The answer piece by piece. Raises Unavailable."""
