"""Reads outputs: splits them into claims, finds passages for each, and reads each claim against its passages.

A batch of outputs costs one embedding of all its claims and passages and one question to the index.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from reviewers.decisions.grounding import SUPPORTS, read_claim
from reviewers.decisions.passages import cut, nearest, overlap
from reviewers.model import Claim, Output, Passage
from reviewers.ports import ClaimSplitter, Evidence, Sources

PER_CLAIM = 4  # passages a claim is read against: what a person reads in Check claims without scrolling
FROM_INDEX = 6  # asked of the index; the words choose among them
EMBEDDED = 6  # of an application's long passages, the pieces nearest by words are embedded, the rest is not


class Embedder(Protocol):
    """Turns texts into unit vectors."""

    def embed_documents(self, texts: list[str]) -> list[list[float]]: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class ClaimReader:
    """Evidence of outputs, with readings filled in.

    Without an embedder the application's passages are ranked by words alone; without an index only they are read.
    """

    splitter: ClaimSplitter
    index: Sources | None = None
    embedder: Embedder | None = None
    per_claim: int = PER_CLAIM

    def read(self, outputs: Sequence[Output], *, with_index: bool = True) -> list[Evidence]:
        """One Evidence an output, in order. Raises Unavailable when the index does not answer.

        `with_index=False` reads against the application's own passages alone: for when the index is down.
        """
        claims = [self.splitter.split(output.completion) for output in outputs]
        found = self._search([claim.text for of_one in claims for claim in of_one]) if with_index else {}
        shortlists = [
            self._shortlist(of_one, output.passages, found) for output, of_one in zip(outputs, claims, strict=True)
        ]
        chosen = self._choose(claims, shortlists)
        return [
            Evidence(
                output=output,
                claims=of_one,
                passages=passages,
                readings=tuple(read_claim(claim, near) for claim, near in zip(of_one, passages, strict=True)),
            )
            for output, of_one, passages in zip(outputs, claims, chosen, strict=True)
        ]

    def documents(self) -> int:
        """How many documents the index holds; 0 without an index. Raises Unavailable."""
        return 0 if self.index is None else self.index.documents()

    def _search(self, texts: Iterable[str]) -> dict[str, list[Passage]]:
        different = list(dict.fromkeys(texts))
        if self.index is None or not different:
            return {}
        return dict(zip(different, self.index.search(different, limit=FROM_INDEX), strict=True))

    def _shortlist(
        self, claims: Sequence[Claim], own: Sequence[Passage], found: dict[str, list[Passage]]
    ) -> list[list[Passage]]:
        """For each claim the pieces of the application's passages nearest by words, and what the index found."""
        pieces = [piece for passage in own for piece in cut(passage)]
        lists = []
        for claim in claims:
            mine = pieces
            if len(pieces) > EMBEDDED:
                mine = sorted(pieces, key=lambda piece: -overlap(claim.text, piece))[:EMBEDDED]
            lists.append([*mine, *found.get(claim.text, [])])
        return lists

    def _choose(
        self, claims: Sequence[Sequence[Claim]], shortlists: Sequence[Sequence[list[Passage]]]
    ) -> list[tuple[tuple[Passage, ...], ...]]:
        """The best passages of every claim; everything that has a choice is embedded in one go."""
        pairs = [
            (claim, candidates)
            for of_one, lists in zip(claims, shortlists, strict=True)
            for claim, candidates in zip(of_one, lists, strict=True)
        ]
        vectors = self._embed([pair for pair in pairs if self._undecided(*pair)])
        near = iter(
            nearest(claim.text, candidates, self._similarities(claim, candidates, vectors), limit=self.per_claim)
            for claim, candidates in pairs
        )
        return [tuple(next(near) for _ in of_one) for of_one in claims]

    def _undecided(self, claim: Claim, candidates: Sequence[Passage]) -> bool:
        """Embedding costs more than all the rest: it is left out where nothing is to choose, or the words decide."""
        return len(candidates) > self.per_claim and max(overlap(claim.text, one) for one in candidates) < SUPPORTS

    def _embed(self, pairs: Sequence[tuple[Claim, list[Passage]]]) -> dict[str, list[float]]:
        if self.embedder is None:
            return {}
        texts = [claim.text for claim, _ in pairs]
        texts += [passage.text for _, candidates in pairs for passage in candidates]
        different = list(dict.fromkeys(texts))
        return dict(zip(different, self.embedder.embed_documents(different), strict=True)) if different else {}

    def _similarities(
        self, claim: Claim, candidates: Sequence[Passage], vectors: dict[str, list[float]]
    ) -> list[float] | None:
        mine = vectors.get(claim.text)
        if mine is None or not all(passage.text in vectors for passage in candidates):
            return None
        return [cosine(mine, vectors[passage.text]) for passage in candidates]


def cosine(left: Sequence[float], right: Sequence[float]) -> float:
    """The cosine of two unit vectors, in [-1, 1]."""
    return sum(a * b for a, b in zip(left, right, strict=True))
