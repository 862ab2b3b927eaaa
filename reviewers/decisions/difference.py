"""What an edit changed, word by word: whole words, with the punctuation and the blanks that moved with them.

Sentences are aligned first, then the words inside the sentences that differ, so that the time stays near linear: by
anchors that occur once in both texts (patience difference, B. Cohen 2008; cleanup after N. Fraser, "Diff Strategies",
2006), and by difflib only where at most PAIRS pairs of words are left to compare. Two blocks without an anchor that are
larger than that count as replaced.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import pairwise
from typing import TypeAlias

import regex

REWRITTEN_FROM = 0.60  # more of the words changed than this: shown as before and after (surfaces, section 3)
PAIRS = 40_000  # our choice: two blocks of 200 words, compared in some 10 ms
# A word with its marks and inner signs ("2.00", "don't"); a letter of Chinese or Japanese; any other single sign.
_TOKEN = regex.compile(
    r"[\p{Han}\p{Hiragana}\p{Katakana}]\p{M}*+|[\w\p{M}\u200c\u200d]++(?:[.,:'’\-/][\w\p{M}\u200c\u200d]++)*+|(?!\s)\X"
)
_SENTENCE_END = regex.compile(r"(?<![.!?])[.!?]++[\"”’»)\]]*+\s++|[。！？]++[」』”]*+\s*+|\n\s*+")
_SENTENCE_STOP = regex.compile(r"[.!?。！？\n]")


class Side(StrEnum):
    """Which of the two texts a piece stands in."""

    BOTH = "both"
    OUT = "out"  # only in the text before
    IN = "in"  # only in the text after


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """A run of characters."""

    side: Side
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One change; `before` is empty where something came in, `after` where something went out."""

    before: str
    after: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """Two texts as one run of pieces: BOTH and OUT joined are the first, BOTH and IN the second."""

    pieces: tuple[Piece, ...]
    share_changed: float  # of the letters and digits of both texts, in [0, 1]

    @property
    def rewritten(self) -> bool:
        """Too much changed to be read as a patchwork."""
        return self.share_changed > REWRITTEN_FROM

    @property
    def changes(self) -> tuple[Change, ...]:
        """The changes in the order of the text."""
        found: list[Change] = []
        before, after = "", ""
        for piece in (*self.pieces, Piece(side=Side.BOTH, text="")):
            if piece.side is Side.OUT:
                before += piece.text
            elif piece.side is Side.IN:
                after += piece.text
            elif before or after:
                found.append(Change(before=before, after=after))
                before, after = "", ""
        return tuple(found)


@dataclass(frozen=True, slots=True)
class _Token:
    """A word or a sign with the blanks before it; words are compared without their blanks."""

    gap: str
    word: str


@dataclass(frozen=True, slots=True)
class _Run:
    """Tokens [a0, a1) of the first text against [b0, b1) of the second; `same` when their words are equal."""

    same: bool
    a0: int
    a1: int
    b0: int
    b1: int


_Part: TypeAlias = "_Run | tuple[int, int, int, int]"  # an answer, or a block (a0, a1, b0, b1) still to be split


def compare(before: str, after: str) -> Difference:
    """The difference of two texts of any length.

    >>> [(c.before, c.after) for c in compare("It costs € 2.00.", "It costs € 3.50.").changes]
    [('2.00', '3.50')]
    """
    pieces = tuple(_joined(_pieces(before, after)))
    kept = sum(_letters(piece.text) for piece in pieces if piece.side is Side.BOTH)
    total = _letters(before) + _letters(after)
    return Difference(pieces=pieces, share_changed=1.0 - 2.0 * kept / total if total else float(before != after))


def _pieces(before: str, after: str) -> Iterator[Piece]:
    """Align sentences, then the words of the sentences that differ."""
    if before == after:
        yield from _piece(Side.BOTH, before)
        return
    a, b = _sentences(before), _sentences(after)
    bare_a, bare_b = [sentence.rstrip() for sentence in a], [sentence.rstrip() for sentence in b]
    for run in _aligned(bare_a, bare_b, 0, len(a), 0, len(b)):
        if run.same:
            for i, j in zip(range(run.a0, run.a1), range(run.b0, run.b1), strict=True):
                yield from _piece(Side.BOTH, bare_a[i])
                yield from _gap(a[i][len(bare_a[i]) :], b[j][len(bare_b[j]) :])
        else:
            yield from _by_words("".join(a[run.a0 : run.a1]), "".join(b[run.b0 : run.b1]))


def _sentences(text: str) -> list[str]:
    ends = [0, *(match.end() for match in _SENTENCE_END.finditer(text)), len(text)]
    return [text[start:end] for start, end in pairwise(ends) if end > start]


def _by_words(before: str, after: str) -> Iterator[Piece]:
    a, a_end = _tokens(before)
    b, b_end = _tokens(after)
    words_a, words_b = [t.word for t in a], [t.word for t in b]
    runs = _cleaned(list(_aligned(words_a, words_b, 0, len(a), 0, len(b))), a, b)
    for run in runs:
        if run.same:
            for i, j in zip(range(run.a0, run.a1), range(run.b0, run.b1), strict=True):
                yield from _gap(a[i].gap, b[j].gap)
                yield from _piece(Side.BOTH, a[i].word)
        else:
            yield from _replaced(_text(a[run.a0 : run.a1]), _text(b[run.b0 : run.b1]))
    yield from _gap(a_end, b_end)


def _replaced(out: str, into: str) -> Iterator[Piece]:
    """One change; the blanks that both sides begin with stay outside it."""
    lead = 0
    while out and into and lead < min(len(out), len(into)) and out[lead] == into[lead] and out[lead].isspace():
        lead += 1
    yield from _piece(Side.BOTH, out[:lead])
    yield from _piece(Side.OUT, out[lead:])
    yield from _piece(Side.IN, into[lead:])


def _gap(out: str, into: str) -> Iterator[Piece]:
    if out == into:
        yield from _piece(Side.BOTH, out)
    else:
        yield from _piece(Side.OUT, out)
        yield from _piece(Side.IN, into)


def _piece(side: Side, text: str) -> Iterator[Piece]:
    if text:
        yield Piece(side=side, text=text)


def _joined(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """Neighbours of one side as one piece; inside a change what goes out stands before what comes in."""
    waiting = dict.fromkeys(Side, "")
    for piece in pieces:
        changing = bool(waiting[Side.OUT] or waiting[Side.IN])
        if changing if piece.side is Side.BOTH else waiting[Side.BOTH]:
            yield from _flushed(waiting)
        waiting[piece.side] += piece.text
    yield from _flushed(waiting)


def _flushed(waiting: dict[Side, str]) -> Iterator[Piece]:
    for side in (Side.BOTH, Side.OUT, Side.IN):
        yield from _piece(side, waiting[side])
        waiting[side] = ""


def _tokens(text: str) -> tuple[list[_Token], str]:
    tokens, end = [], 0
    for match in _TOKEN.finditer(text):
        tokens.append(_Token(text[end : match.start()], match.group()))
        end = match.end()
    return tokens, text[end:]


def _text(tokens: Sequence[_Token]) -> str:
    return "".join(token.gap + token.word for token in tokens)


def _letters(text: str) -> int:
    return sum(character.isalnum() for character in text)


def _aligned(a: Sequence[str], b: Sequence[str], a0: int, a1: int, b0: int, b1: int) -> Iterator[_Run]:
    """Runs that cover both ranges in order. A stack instead of recursion: texts may be long."""
    stack: list[_Part] = [(a0, a1, b0, b1)]
    while stack:
        item = stack.pop()
        if isinstance(item, _Run):
            yield item
        else:
            stack.extend(reversed(_split(a, b, *item)))


def _split(a: Sequence[str], b: Sequence[str], a0: int, a1: int, b0: int, b1: int) -> list[_Part]:
    """One step: equal ends off, then the blocks between anchors, or a final answer for a small block."""
    head = 0
    while a0 + head < a1 and b0 + head < b1 and a[a0 + head] == b[b0 + head]:
        head += 1
    tail = 0
    while a0 + head < a1 - tail and b0 + head < b1 - tail and a[a1 - tail - 1] == b[b1 - tail - 1]:
        tail += 1
    parts: list[_Part] = []
    if head:
        parts.append(_Run(True, a0, a0 + head, b0, b0 + head))
    parts.extend(_middle(a, b, a0 + head, a1 - tail, b0 + head, b1 - tail))
    if tail:
        parts.append(_Run(True, a1 - tail, a1, b1 - tail, b1))
    return parts


def _middle(a: Sequence[str], b: Sequence[str], a0: int, a1: int, b0: int, b1: int) -> list[_Part]:
    if a0 == a1 and b0 == b1:
        return []
    if a0 == a1 or b0 == b1:
        return [_Run(False, a0, a1, b0, b1)]
    if (a1 - a0) * (b1 - b0) <= PAIRS:
        matcher = SequenceMatcher(None, a[a0:a1], b[b0:b1], autojunk=False)
        return [
            _Run(tag == "equal", a0 + i0, a0 + i1, b0 + j0, b0 + j1) for tag, i0, i1, j0, j1 in matcher.get_opcodes()
        ]
    anchors = _anchors(a, b, a0, a1, b0, b1)
    if not anchors:
        return [_Run(False, a0, a1, b0, b1)]
    parts: list[_Part] = []
    for i, j in anchors:
        parts += [(a0, i, b0, j), _Run(True, i, i + 1, j, j + 1)]
        a0, b0 = i + 1, j + 1
    return [*parts, (a0, a1, b0, b1)]


def _anchors(a: Sequence[str], b: Sequence[str], a0: int, a1: int, b0: int, b1: int) -> list[tuple[int, int]]:
    """Words that occur once in each block, as the longest run that keeps the order of both."""
    once_a, once_b = Counter(a[a0:a1]), Counter(b[b0:b1])
    place_in_b = {b[j]: j for j in range(b0, b1) if once_b[b[j]] == 1}
    pairs = [(i, place_in_b[a[i]]) for i in range(a0, a1) if once_a[a[i]] == 1 and a[i] in place_in_b]
    tops: list[int] = []  # tops[k]: the smallest end of an increasing run of length k + 1
    top_pairs: list[int] = []
    before: list[int] = []
    for index, (_, j) in enumerate(pairs):
        k = bisect_left(tops, j)
        before.append(top_pairs[k - 1] if k else -1)
        if k == len(tops):
            tops.append(j)
            top_pairs.append(index)
        else:
            tops[k], top_pairs[k] = j, index
    chain: list[tuple[int, int]] = []
    index = top_pairs[-1] if top_pairs else -1
    while index >= 0:
        chain.append(pairs[index])
        index = before[index]
    return chain[::-1]


def _cleaned(runs: list[_Run], a: Sequence[_Token], b: Sequence[_Token]) -> list[_Run]:
    """Join changes that only a blank, a sign or a few letters less than either of them keep apart.

    Signs that end a sentence keep changes apart, so that each change can be read by itself.
    """
    merged = runs[:1]
    for run in runs[1:]:
        merged.append(run)
        while len(merged) >= 3 and not merged[-1].same and merged[-2].same and not merged[-3].same:
            left, middle, right = merged[-3:]
            if not _swallowed(left, middle, right, a, b):
                break
            merged[-3:] = [_Run(False, left.a0, right.a1, left.b0, right.b1)]
    return _with_their_words(_with_their_stops(merged, a, b), a, b)


def _with_their_stops(runs: list[_Run], a: Sequence[_Token], b: Sequence[_Token]) -> list[_Run]:
    """A sentence that goes out or comes in takes its own stop with it, not the one of the sentence before it."""
    found: list[_Run] = []
    for run in runs:
        last = found[-1] if found else None
        rest = run
        if last is not None and run.same and not last.same and _begins_with_a_stop(last, run, a, b):
            found[-1:] = [
                _Run(True, last.a0, last.a0 + 1, last.b0, last.b0 + 1),
                _Run(False, last.a0 + 1, run.a0 + 1, last.b0 + 1, run.b0 + 1),
            ]
            rest = _Run(True, run.a0 + 1, run.a1, run.b0 + 1, run.b1)
        if rest.a1 > rest.a0 or rest.b1 > rest.b0:
            found.append(rest)
    return found


def _begins_with_a_stop(change: _Run, after: _Run, a: Sequence[_Token], b: Sequence[_Token]) -> bool:
    goes_out, comes_in = change.b0 == change.b1, change.a0 == change.a1
    if not goes_out and not comes_in:
        return False
    first = a[change.a0] if goes_out else b[change.b0]
    return not first.gap and first.word == a[after.a0].word and bool(_SENTENCE_STOP.fullmatch(first.word))


def _with_their_words(runs: list[_Run], a: Sequence[_Token], b: Sequence[_Token]) -> list[_Run]:
    """A change of signs alone takes in the word that they stand at: “Thailand.” becomes “Thailand!”."""
    found: list[_Run] = []
    for run in runs:
        if found and not run.same and found[-1].same and _stands_at_a_word(run, a, b):
            word = found.pop()
            if word.a1 - word.a0 > 1:
                found.append(_Run(True, word.a0, word.a1 - 1, word.b0, word.b1 - 1))
            found.append(_Run(False, word.a1 - 1, run.a1, word.b1 - 1, run.b1))
        else:
            found.append(run)
    return found


def _stands_at_a_word(run: _Run, a: Sequence[_Token], b: Sequence[_Token]) -> bool:
    tokens = [*a[run.a0 : run.a1], *b[run.b0 : run.b1]]
    return not tokens[0].gap and not any(_letters(token.word) for token in tokens)


def _swallowed(left: _Run, middle: _Run, right: _Run, a: Sequence[_Token], b: Sequence[_Token]) -> bool:
    text = _text(a[middle.a0 : middle.a1])
    if _SENTENCE_STOP.search(text):
        return False
    length = _letters(text)
    return length == 0 or length < min(_span(left, a, b), _span(right, a, b))


def _span(run: _Run, a: Sequence[_Token], b: Sequence[_Token]) -> int:
    return max(_letters(_text(a[run.a0 : run.a1])), _letters(_text(b[run.b0 : run.b1])))
