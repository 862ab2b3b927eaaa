"""A text as the comparison reads it: its words, numbers, names and sentences, each with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise

from reviewers.decisions.numbers import NUMBER, ORDINAL_WORDS, Number, begins_number, read_number, read_words
from reviewers.decisions.stems import FUNCTION_WORDS, NEGATIONS, fold, stem

# Scripts without spaces between words are compared by pairs of characters.
_SPACELESS = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_WORD = re.compile(
    rf"(?P<pairs>[{_SPACELESS}]+)|(?P<word>[^\W\d_{_SPACELESS}][^\W_{_SPACELESS}]*(?:['’][^\W\d_{_SPACELESS}]+)*)"
)
# What is on the page but not said: link targets, bare addresses, tags, and marks of citation such as [2] or [A].
_UNSAID = re.compile(
    r"\]\([^()\s]{0,500}\)|https?://\S+|</?[a-zA-Z][^<>\n]{0,200}>|\[(?:\d{1,3}|[A-Z])\]|【[^】\n]{0,80}】"
)
_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"'”’)\]]*\s+(?=[^\sa-z])|(?<=[。！？])|\n\s*")
# Between the words of one number: blanks with at most one end of a line, or a hyphen, in emphasis too; a comma before
# hundreds ("two thousand, three hundred"). Whatever else stands there parts two numbers.
_WITHIN_NUMBER = re.compile(r"[*_]*(?:(?=\s)[^\S\n]*\n?[^\S\n]*|[-\u00ad\u2010\u2011][^\S\n]*\n?[^\S\n]*)[*_]*")
_BEFORE_HUNDREDS = re.compile(
    r"(?:thousand|million|billion),\s+(?=[a-z]+(?:[\s-][a-z]+)?[\s-](?:hundred|thousand|million)\b)", re.IGNORECASE
)
_STARTS = frozenset('.!?…:;\n•“"„«([*#>|。！？')


class Kind(StrEnum):
    """What a token counts as."""

    FUNCTION = "function"  # carries grammar, not content; compared only where it turns a statement round
    WORD = "word"
    NAME = "name"
    NUMBER = "number"


@dataclass(frozen=True, kw_only=True, slots=True)
class Token:
    """A word, name or number at characters [start, end) of its text."""

    start: int
    end: int
    key: str  # the stem, or the folded spelling of a number
    kind: Kind
    number: Number | None = None  # also for words that can stand for a number ("first")
    negates: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Text:
    """A text with its tokens; `sentences` are ranges [first, last) of tokens."""

    tokens: tuple[Token, ...]
    sentences: tuple[tuple[int, int], ...]


@lru_cache(maxsize=8192)
def analyse(text: str) -> Text:
    """Read a text. Passages come again with every output that cites them, so readings are kept."""
    plain = _UNSAID.sub(lambda found: " " * len(found.group()), text)
    tokens = tuple(_join_number_words(plain, list(_tokens(plain))))
    starts = [0] + [found.end() for found in _SENTENCE_END.finditer(plain)] + [len(plain) + 1]
    ranges, at = [], 0
    for stop in starts[1:]:
        first = at
        while at < len(tokens) and tokens[at].start < stop:
            at += 1
        if at > first:
            ranges.append((first, at))
    return Text(tokens=tokens, sentences=tuple(ranges))


def sentence_spans(text: str) -> Iterator[tuple[int, int]]:
    """Where each sentence begins and ends: up to the next one, so that nothing between them is lost.

    >>> [text[start:end] for text in ["It rained. We left."] for start, end in sentence_spans(text)]
    ['It rained. ', 'We left.']
    """
    read = analyse(text)
    if read.sentences:
        yield from pairwise([0, *(read.tokens[first].start for first, _ in read.sentences[1:]), len(text)])


def _tokens(plain: str) -> Iterator[Token]:
    """Tokens in order; a number keeps its currency and percent sign, and wins over a word at the same place."""
    at, numbers, words = 0, NUMBER.finditer(plain), _WORD.finditer(plain)
    number, word = next(numbers, None), next(words, None)
    while number or word:
        if number and (not word or number.start() <= word.start()):
            if number.start() >= at:
                yield Token(
                    start=number.start(), end=number.end(), key=fold(number.group()), kind=Kind.NUMBER,
                    number=read_number(number),
                )  # fmt: skip
                at = number.end()
            number = next(numbers, None)
        elif word:
            if word.start() >= at:
                yield from _pairs(word) if word["pairs"] else (_word(plain, word),)
                at = word.end()
            word = next(words, None)


def _pairs(run: re.Match[str]) -> Iterator[Token]:
    text = run.group()
    for offset in range(max(1, len(text) - 1)):
        piece = text[offset : offset + 2]
        start = run.start() + offset
        yield Token(start=start, end=start + len(piece), key=piece, kind=Kind.WORD)


def _word(plain: str, found: re.Match[str]) -> Token:
    spelled = found.group()
    folded = fold(spelled)
    short = folded.endswith("n't")
    base = folded.removesuffix("n't") if short else folded
    kind = Kind.WORD
    if base in FUNCTION_WORDS or base in {"ca", "wo"} or base.partition("'")[0] in FUNCTION_WORDS:
        kind = Kind.FUNCTION
    elif _is_name(plain, found, spelled):
        kind = Kind.NAME
    value = ORDINAL_WORDS.get(base)
    return Token(
        start=found.start(), end=found.end(), key=stem(base), kind=kind,
        number=Number(values=frozenset({value})) if value else None, negates=short or base in NEGATIONS,
    )  # fmt: skip


def _is_name(plain: str, found: re.Match[str], spelled: str) -> bool:
    """Capitals mark a name, save the one that starts a sentence; codes such as A4 and EU are names anywhere."""
    if not spelled[0].isupper() and not any(sign.isdigit() for sign in spelled):
        return False
    if any(sign.isupper() or sign.isdigit() for sign in spelled[1:]):
        return True
    before = plain[max(0, found.start() - 40) : found.start()].rstrip(" \t'’*_-")
    if before and before[-1] not in _STARTS:
        return True
    follower = plain[found.end() : found.end() + 2]
    return len(follower) == 2 and follower[0] == " " and follower[1].isupper()


def _join_number_words(plain: str, tokens: list[Token]) -> Iterator[Token]:
    """`two hundred and fifty euros` becomes one number."""
    at = 0
    while at < len(tokens):
        token = tokens[at]
        taken, number = 0, None
        if token.kind is not Kind.NUMBER and begins_number(fold(plain[token.start : token.end])):
            run = list(_run(plain, tokens[at : at + 9]))
            taken, number = read_words(run)
        if number is None:
            yield token
            at += 1
            continue
        last = tokens[at + taken - 1]
        yield Token(start=token.start, end=last.end, key=" ".join(run[:taken]), kind=Kind.NUMBER, number=number)
        at += taken


def _run(plain: str, tokens: Sequence[Token]) -> Iterator[str]:
    """The folded tokens up to the first gap that a number in words cannot have."""
    for at, token in enumerate(tokens):
        if at and not _goes_on(plain, tokens[at - 1], token):
            return
        yield fold(plain[token.start : token.end])


def _goes_on(plain: str, before: Token, token: Token) -> bool:
    if _WITHIN_NUMBER.fullmatch(plain, before.end, token.start):
        return True
    comma = _BEFORE_HUNDREDS.match(plain, before.start)
    return comma is not None and comma.end() == token.start
