"""Reads a claim against its passages, by words alone: which words they cover, and where they say another thing.

The reading, in the order of the questions:
1. CONTRADICTED: a window of a passage covers most of the claim's other words and has another number, unit, name,
   opposite or negation in the place of the claim's, which no passage confirms.
2. SUPPORTED: one window of one passage has nearly all of the claim's words and every number and name of it.
3. NO_SOURCE: no window has half of the claim's words, so no passage is about it.
4. UNCLEAR: everything else. A person reads the passage.

It is careful on purpose. A wrong "contradicted" costs a reviewer's trust, a wrong "supported" costs their attention;
"unclear" costs half a minute. How near two sentences are in meaning never decides: an altered fact is as near as the
fact (measured on six sets: similarity adds nothing to the words). What words cannot see, such as who did it to whom,
is beyond this reading; two names in exchanged order are at least never SUPPORTED.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from reviewers.decisions.differences import Difference, content, find_differences, holds
from reviewers.decisions.words import Kind, Text, Token, analyse
from reviewers.model import Claim, ClaimReading, Passage, Reading, Span

ABOUT = 0.5  # our choice: under half of the words in common, a passage is about something else
SUPPORTS = 0.8  # our choice: one word in five may be said in another way
CONTRADICTS = 0.7  # our choice: 2 of 3 words in common is still often another fact, 3 of 4 seldom
CONTRADICTS_FREELY = 0.8  # for names, opposites and negations, which have no value to compare
WINDOW_SENTENCES = 3  # a claim is one sentence; what supports it seldom spreads over more than three
WINDOWS_READ = 6  # the windows that cover most; below them a difference has no place to stand in


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """A claim beside its passages."""

    reading: Reading
    coverage: float  # share of the claim's content words in the best window, in [0, 1]; 0 without passages
    words: int  # content words of the claim
    best: int | None  # index of the passage that the reading rests on
    differences: tuple[Difference, ...]  # against the best passage
    unsupported: tuple[Token, ...]  # content words of the claim that no passage has

    @property
    def missing_facts(self) -> tuple[Token, ...]:
        """Numbers and names of the claim that no passage, title or heading has."""
        return tuple(token for token in self.unsupported if token.kind in {Kind.NUMBER, Kind.NAME})


@dataclass(frozen=True, kw_only=True, slots=True)
class _Window:
    """Up to three sentences in a row of one passage, with a bit for each content word of the claim it has."""

    passage: int
    tokens: tuple[Token, ...]
    mask: int

    @property
    def covered(self) -> int:
        return self.mask.bit_count()


def read_claim(claim: Claim, passages: Sequence[Passage]) -> ClaimReading:
    """The machine's reading of a claim; the passage that it rests on comes first, the others keep their order."""
    found = compare(claim.text, tuple(passages))
    ordered = tuple(passages)
    if found.best:
        ordered = (passages[found.best], *passages[: found.best], *passages[found.best + 1 :])
    return ClaimReading(
        claim=claim,
        reading=found.reading,
        passages=ordered,
        differing=_spans([one.passage for one in found.differences]),
        unsupported=_spans(found.unsupported),
    )


@lru_cache(maxsize=4096)
def compare(claim: str, passages: tuple[Passage, ...]) -> Comparison:
    """Compare a claim with its passages.

    >>> fees = Passage(passage_id="p", text="Cash withdrawal abroad costs € 3.50.")
    >>> compare("A cash withdrawal abroad costs € 2.00.", (fees,)).reading.value
    'contradicted'
    """
    said = analyse(claim).tokens
    wanted = content(said)
    windows = [window for index, passage in enumerate(passages) for window in _windows(wanted, index, passage)]
    anywhere = 0
    for window in windows:
        anywhere |= window.mask
    unsupported = tuple(token for bit, token in enumerate(wanted) if not anywhere >> bit & 1)
    if not wanted or not windows:
        reading = Reading.UNCLEAR if passages and not wanted else Reading.NO_SOURCE
        return Comparison(
            reading=reading, coverage=0.0, words=len(wanted), best=None, differences=(), unsupported=unsupported
        )
    ranked = sorted(windows, key=lambda window: (-window.covered, len(window.tokens) if window.covered else 0))
    reading, window, differences = _read(said, wanted, unsupported, ranked)
    return Comparison(
        reading=reading,
        coverage=ranked[0].covered / len(wanted),
        words=len(wanted),
        best=window.passage,
        differences=differences,
        unsupported=unsupported,
    )


def _read(
    said: Sequence[Token], wanted: Sequence[Token], unsupported: Sequence[Token], ranked: Sequence[_Window]
) -> tuple[Reading, _Window, tuple[Difference, ...]]:
    """The reading with the window it rests on; a window that says the claim outweighs one that says another thing."""
    against = [(window, _contradictions(said, wanted, unsupported, window)) for window in ranked[:WINDOWS_READ]]
    for window, differences in against:
        if not differences and _supports(said, wanted, window):
            return Reading.SUPPORTED, window, ()
    for window, differences in against:
        if differences:
            return Reading.CONTRADICTED, window, differences
    about = ranked[0].covered >= ABOUT * len(wanted)
    return (Reading.UNCLEAR if about else Reading.NO_SOURCE), ranked[0], ()


def _windows(wanted: Sequence[Token], index: int, passage: Passage) -> Iterator[_Window]:
    """Windows of one to three sentences; the words of title and heading count with each of them."""
    text = analyse(passage.text)
    context = _mask(wanted, _titles(passage.title, passage.heading).tokens)
    masks = [_mask(wanted, text.tokens[first:last]) for first, last in text.sentences]
    for first in range(len(masks)):
        mask = context
        for last in range(first, min(first + WINDOW_SENTENCES, len(masks))):
            mask |= masks[last]
            tokens = text.tokens[text.sentences[first][0] : text.sentences[last][1]]
            yield _Window(passage=index, tokens=tokens, mask=mask)


def _mask(wanted: Sequence[Token], tokens: Sequence[Token]) -> int:
    """A bit for each wanted token that stands among the tokens."""
    keys = {token.key for token in tokens}
    numbers = [token for token in tokens if token.number is not None]
    mask = 0
    for bit, token in enumerate(wanted):
        spelled = token.kind is not Kind.NUMBER and token.key in keys
        if spelled or (token.number is not None and holds(token, numbers)):
            mask |= 1 << bit
    return mask


@lru_cache(maxsize=4096)
def _titles(title: str, heading: str) -> Text:
    return analyse(f"{title}\n{heading}")


def _contradictions(
    said: Sequence[Token], wanted: Sequence[Token], unsupported: Sequence[Token], window: _Window
) -> tuple[Difference, ...]:
    """Differences at a place of the window, where the rest of the claim is in the window."""
    if 2 * window.covered < ABOUT * len(wanted):
        return ()
    found = find_differences(said, window.tokens, unsupported)
    differing = {one.claim.start for one in found if one.kind != "negation"}
    rest = [bit for bit, token in enumerate(wanted) if token.start not in differing]
    covered = sum(window.mask >> bit & 1 for bit in rest)
    share = covered / len(rest) if rest else 0.0
    valued = {"number", "unit"}
    return tuple(
        one
        for one in found
        if covered >= (2 if one.kind in valued else 3)
        and share >= (CONTRADICTS if one.kind in valued else CONTRADICTS_FREELY)
    )


def _supports(said: Sequence[Token], wanted: Sequence[Token], window: _Window) -> bool:
    """Nearly all words, two at least, every number and name; the same negation; no two names in exchanged order."""
    if window.covered < max(2, SUPPORTS * len(wanted)):
        return False
    facts = [bit for bit, token in enumerate(wanted) if token.kind in {Kind.NUMBER, Kind.NAME}]
    if not all(window.mask >> bit & 1 for bit in facts):
        return False
    if any(token.negates for token in said) != any(token.negates for token in window.tokens):
        return False
    there = {token.key for token in window.tokens if token.kind is Kind.NAME}
    return not _exchanged([token for token in wanted if token.kind is Kind.NAME or token.key in there], window.tokens)


def _exchanged(names: Sequence[Token], tokens: Sequence[Token]) -> bool:
    """Whether names that the passage has only once each stand there in another order."""
    places: dict[str, list[int]] = {}
    for token in tokens:
        places.setdefault(token.key, []).append(token.start)
    once = [places[name.key][0] for name in names if len(places.get(name.key, ())) == 1]
    return once != sorted(once)


def _spans(tokens: Sequence[Token]) -> tuple[Span, ...]:
    """Places of the tokens in order, each once; neighbours that overlap (pairs of characters) are joined."""
    joined: list[Span] = []
    for start, end in sorted({(token.start, token.end) for token in tokens}):
        if joined and start < joined[-1].end:
            joined[-1] = Span(start=joined[-1].start, end=max(end, joined[-1].end))
        else:
            joined.append(Span(start=start, end=end))
    return tuple(joined)
