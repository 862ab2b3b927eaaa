"""Which sentences of a claim's passages a small model reads it against: the few that together cover its words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import log

from reviewers.decisions.differences import content
from reviewers.decisions.words import analyse, sentence_spans
from reviewers.model import Passage

EVIDENCE_WORDS = 300  # measured: with 150 more summaries of long documents look unsupported that are not
_WITHOUT_BLANKS = re.compile(  # Chinese, Japanese, Thai, Lao, Burmese, Khmer
    r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]"
)
_LATIN = "\u024f"  # the last of its letters
SENTENCES = 12  # our choice: a sentence of 25 words is long


@dataclass(frozen=True, kw_only=True, slots=True)
class _Sentence:
    place: int  # in the order of the passages
    text: str
    words: int
    keys: frozenset[str]


def choose_evidence(
    claim: str, passages: Sequence[Passage], *, words: int = EVIDENCE_WORDS, sentences: int = SENTENCES
) -> str:
    """The sentences that together cover most of the claim, in the order of the passages.

        gain(s) = Σ over content words of claim and s that no sentence taken has of log(1 + sentences / those with it)

    All of them where they are few. Else the sentence of most gain is taken again and again (a greedy cover: Nemhauser,
    Wolsey and Fisher 1978), up to so many `sentences` with so many `words` together, one at least. Of equal gain, and
    when no sentence gains anything, the one that shares most words with the claim comes first; one without any is left
    out.
    A passage's title and heading come before the sentences where they have a word of the claim that no sentence taken
    has. Without passages the evidence is empty.

    >>> rain = Passage(passage_id="p", text="It rained on Monday. The match was put off.")
    >>> choose_evidence("The match was on Monday.", (rain,))
    'It rained on Monday. The match was put off.'
    """
    wanted = frozenset(token.key for token in content(analyse(claim).tokens))
    told = tuple(dict.fromkeys((one.title, one.heading, one.text) for one in passages))
    return _chosen(wanted, told, words, sentences)


@lru_cache(maxsize=4096)
def _chosen(wanted: frozenset[str], passages: tuple[tuple[str, str, str], ...], words: int, most: int) -> str:
    sentences = [one for number, (*_, text) in enumerate(passages) for one in _sentences(number, text)]
    taken = _best(wanted, sentences, words, most)
    lacking = wanted.difference(*(one.keys for one in taken)) if taken else wanted
    titles = dict.fromkeys(part for title, heading, _ in passages for part in (title, heading) if part)
    before = [title.rstrip(".") + "." for title in titles if lacking & _keys(title)]
    return " ".join([*before[:2], *(one.text for one in taken)])


def _best(wanted: frozenset[str], sentences: Sequence[_Sentence], words: int, most: int) -> list[_Sentence]:
    if sum(one.words for one in sentences) <= words:
        return list(sentences)
    weights = _weights(wanted, sentences)
    lacking, room = wanted, words
    taken: list[_Sentence] = []
    waiting = [one for one in sentences if one.keys & wanted] or list(sentences[:1])
    while waiting and len(taken) < most:
        best = max(waiting, key=lambda one: (_weight(lacking & one.keys, weights), _weight(wanted & one.keys, weights)))
        taken.append(best)
        lacking, room = lacking - best.keys, room - best.words
        waiting = [one for one in waiting if one is not best and one.words <= room]
    return sorted(taken, key=lambda one: one.place)


def _weight(keys: frozenset[str], weights: Mapping[str, float]) -> float:
    return sum(weights[key] for key in sorted(keys))  # in one order, so that the sum is the same each time


def _weights(wanted: frozenset[str], sentences: Sequence[_Sentence]) -> Mapping[str, float]:
    counts = {key: sum(key in one.keys for one in sentences) for key in wanted}
    return {key: log(1 + len(sentences) / count) if count else 0.0 for key, count in counts.items()}


def _sentences(number: int, text: str) -> Iterator[_Sentence]:
    """Sentences with their text up to the next one, white space made plain."""
    read = analyse(text)
    for at, ((first, last), (begin, end)) in enumerate(zip(read.sentences, sentence_spans(text), strict=True)):
        said = " ".join(text[begin:end].split())
        keys = frozenset(token.key for token in read.tokens[first:last])
        yield _Sentence(place=number * 100_000 + at, text=said, words=_length(said), keys=keys)


def _length(said: str) -> int:
    """In words. Other scripts than Latin cost a model more: without blanks one a character, else one for three.

    >>> _length("It rained on Monday."), _length("月曜日は雨でした。")
    (4, 8)
    """
    without_blanks = len(_WITHOUT_BLANKS.findall(said))
    others = sum(one.isalpha() and one > _LATIN for one in said) - without_blanks
    return max(len(said.split()), without_blanks + others // 3)


@lru_cache(maxsize=4096)
def _keys(title: str) -> frozenset[str]:
    return frozenset(token.key for token in content(analyse(title).tokens))
