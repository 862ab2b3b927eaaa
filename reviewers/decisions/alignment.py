"""How a claim lies on its evidence, word for word: eleven numbers that a small model can weigh. No language model.

They are of two sorts. An *altered* fact leaves the claim's words in place and changes one: a number, a name, an
opposite, a negation, an order. *Added* text leaves the evidence behind: words that it does not have, mostly at the end.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from functools import lru_cache
from itertools import pairwise

from reviewers.decisions.differences import content
from reviewers.decisions.stems import OPPOSITES
from reviewers.decisions.words import Kind, Text, Token, analyse

END = 1 / 3  # share of a claim that counts as its end: what is made up is mostly put there
NEAR = 4  # words within which two neighbours of the claim still stand together in the evidence
_SPEAKER = frozenset("i me my mine we us our".split())


@dataclass(frozen=True, kw_only=True, slots=True)
class Alignment:
    """Shares lie in [0, 1] and count content words of the claim; without any of them they are 0."""

    missing: float  # share of words that the evidence does not have
    missing_at_end: float  # the same of the last third
    longest_gap: float  # share of the longest run of missing words
    broken_pairs: float  # share of neighbours that stand nowhere near each other in the evidence
    outside_order: float  # share of words that are not on the longest common sequence with one sentence
    missing_numbers: float  # numbers that the evidence does not have, at most 2
    missing_names: float  # the same of names
    replaced: float  # missing words between two words that the evidence has side by side, at most 2
    opposites: float  # words whose opposite the evidence has and not themselves, at most 2
    negation: float  # 1 where claim and nearest sentence differ in whether they negate
    speaker: float  # 1 where the claim speaks of "I" or "we" and the evidence does not


NAMES = tuple(Alignment.__dataclass_fields__)


def align(claim: str, evidence: str) -> tuple[float, ...]:
    """The numbers of `Alignment`, in its order.

    >>> align("The fee is two euros.", "The fee is two euros.") == (0.0,) * len(NAMES)
    True
    """
    return astuple(_aligned(claim, evidence))


@lru_cache(maxsize=4096)
def _aligned(claim: str, evidence: str) -> Alignment:
    said, read = analyse(claim), analyse(evidence)
    words = content(said.tokens)
    places = _places(read)
    keys = [_key(token, places, read) for token in words]
    lacking = [key not in places for key in keys]
    kinds = [token.kind for token, lost in zip(words, lacking, strict=True) if lost]
    nearest = _nearest(keys, read)
    return Alignment(
        missing=_share(lacking),
        missing_at_end=_share(lacking[len(words) - max(1, round(len(words) * END)) :] if words else []),
        longest_gap=_longest(lacking) / max(1, len(words)),
        broken_pairs=_share([not _within(NEAR, one, other, places) for one, other in pairwise(keys)]),
        outside_order=1 - _common(keys, nearest) / len(words) if words else 0.0,
        missing_numbers=_few(kinds.count(Kind.NUMBER)),
        missing_names=_few(kinds.count(Kind.NAME)),
        replaced=_few(_replaced(keys, lacking, places)),
        opposites=_few(sum(bool(set(OPPOSITES.get(key, ())) & places.keys()) for key in keys if key not in places)),
        negation=float(any(one.negates for one in said.tokens) != any(one.negates for one in nearest)),
        speaker=float(bool(_SPEAKER & {one.key for one in said.tokens} - {one.key for one in read.tokens})),
    )


def _places(read: Text) -> Mapping[str, tuple[int, ...]]:
    """Where each content word of the evidence stands among the others."""
    found: dict[str, tuple[int, ...]] = {}
    for at, token in enumerate(content(read.tokens)):
        found[token.key] = (*found.get(token.key, ()), at)
    return found


def _key(token: Token, places: Mapping[str, tuple[int, ...]], read: Text) -> str:
    """The word as the evidence has it, where it has the same number in another form."""
    if token.key in places or token.number is None:
        return token.key
    same = (one.key for one in read.tokens if one.number and token.number.agrees_with(one.number))
    return next(same, token.key)


def _within(words: int, first: str, second: str, places: Mapping[str, tuple[int, ...]]) -> bool:
    """Whether the second stands so few words behind the first, anywhere."""
    return any(0 < b - a <= words for a in places.get(first, ()) for b in places.get(second, ()))


def _replaced(keys: Sequence[str], lacking: Sequence[bool], places: Mapping[str, tuple[int, ...]]) -> int:
    """Single missing words whose two neighbours the evidence has with one word between them, or none."""
    middle = zip(keys, lacking[1:], keys[2:], strict=False)
    return sum(lost and _within(2, before, after, places) for before, lost, after in middle)


def _nearest(keys: Sequence[str], read: Text) -> tuple[Token, ...]:
    """The sentence of the evidence with most of the claim's words; the first of equals."""
    wanted = set(keys)
    sentences = [read.tokens[first:last] for first, last in read.sentences]
    return max(sentences, key=lambda one: len(wanted & {token.key for token in one}), default=())


def _common(keys: Sequence[str], sentence: Sequence[Token]) -> int:
    """Length of the longest common subsequence."""
    row = [0] * (len(sentence) + 1)
    for key in keys:
        before = 0
        for at, token in enumerate(sentence, start=1):
            before, row[at] = row[at], before + 1 if key == token.key else max(row[at], row[at - 1])
    return row[-1]


def _longest(lacking: Sequence[bool]) -> int:
    longest = run = 0
    for lost in lacking:
        run = run + 1 if lost else 0
        longest = max(longest, run)
    return longest


def _share(flags: Sequence[bool]) -> float:
    return sum(flags) / len(flags) if flags else 0.0


def _few(count: int) -> float:
    return float(min(2, count))
