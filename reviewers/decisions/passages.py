"""Which passages a claim is read against: long ones are cut at sentences, and the nearest are taken."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from reviewers.decisions.differences import content
from reviewers.decisions.stems import fold
from reviewers.decisions.words import analyse
from reviewers.model import Passage

PASSAGE_LENGTH = 600  # characters: what the claim view quotes of a passage, and within what MiniLM reads
SIMILARITY_WEIGHT = 0.5  # our choice: words decide, likeness breaks ties and finds other wordings


def cut(passage: Passage) -> Iterator[Passage]:
    """The passage in pieces of whole sentences, up to PASSAGE_LENGTH characters where a sentence is not longer.

    A piece keeps title, heading and address; its position moves, and its id gets a number ("p-1#2").
    """
    if len(passage.text) <= PASSAGE_LENGTH:
        yield passage
        return
    for number, (start, end) in enumerate(_pieces(passage.text), start=1):
        yield replace(
            passage,
            passage_id=f"{passage.passage_id}#{number}",
            text=passage.text[start:end],
            position=passage.position + start,
        )


def _pieces(text: str) -> Iterator[tuple[int, int]]:
    """Ranges of characters, without blanks at their ends."""
    begin, end = 0, 0
    for stop in (*_sentence_starts(text), len(text)):
        if stop - begin > PASSAGE_LENGTH and end > begin:
            yield from _trimmed(text, begin, end)
            begin = end
        while stop - begin > 2 * PASSAGE_LENGTH:  # a sentence without an end
            at = text.rfind(" ", begin + 1, begin + PASSAGE_LENGTH)
            at = at if at > 0 else begin + PASSAGE_LENGTH
            yield from _trimmed(text, begin, at)
            begin = at
        end = stop
    yield from _trimmed(text, begin, len(text))


def _trimmed(text: str, begin: int, end: int) -> Iterator[tuple[int, int]]:
    piece = text[begin:end]
    start = begin + len(piece) - len(piece.lstrip())
    stop = begin + len(piece.rstrip())
    if stop > start:
        yield start, stop


def _sentence_starts(text: str) -> list[int]:
    read = analyse(text)
    return [read.tokens[first].start for first, _ in read.sentences[1:]]


def overlap(claim: str, passage: Passage) -> float:
    """Share of the claim's content words that the passage, its title or its heading has, in [0, 1]."""
    wanted = {token.key for token in content(analyse(claim).tokens)}
    if not wanted:
        return 0.0
    return len(wanted & words_of(passage.text, passage.title, passage.heading)) / len(wanted)


@lru_cache(maxsize=8192)
def words_of(text: str, title: str, heading: str) -> frozenset[str]:
    return frozenset(token.key for part in (text, title, heading) for token in analyse(part).tokens)


def nearest(
    claim: str, candidates: Sequence[Passage], similarities: Sequence[float] | None, *, limit: int
) -> tuple[Passage, ...]:
    """The best candidates, best first, each text only once.

    `similarities` are cosines in [-1, 1], one a candidate, or None where there are none. Of equal ones the
    application's own come first: the model wrote from them.
    """
    scored = [
        (overlap(claim, passage) + SIMILARITY_WEIGHT * max(0.0, likeness), passage.origin == "application", passage)
        for passage, likeness in zip(candidates, similarities or [0.0] * len(candidates), strict=True)
    ]
    best: dict[str, Passage] = {}
    for _, _, passage in sorted(scored, key=lambda one: (-one[0], not one[1])):
        best.setdefault(fold(" ".join(passage.text.split())), passage)
        if len(best) == limit:
            break
    return tuple(best.values())
