"""What is asked and answered: sentences of the demo's documents, each with a question and a version that is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bot.demo.data import DOCUMENTS

TOPICS = ("sport", "food-and-drink", "places-and-history", "music", "companies-and-products", "the-1920s")
NEW_TOPIC = "accounting"  # nobody asks about it until the topic changes
SHORTEST, LONGEST = 6, 40  # words of a sentence that can be an answer
BESIDE = 2  # sentences before and after it that its passage has too
YEARS_OFF, MUCH_OFF = 11, 3  # how a number is changed: years by decades, others to three times as much

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")
_NUMBER = re.compile(r"\b\d{1,4}\b")
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]{3,}\b")
_VERB = re.compile(r"\b(is|are|was|were|can|will|has|had)\b")


@dataclass(frozen=True, kw_only=True, slots=True)
class Fact:
    """One sentence of a document."""

    topic: str  # the document's name
    heading: str
    right: str  # the sentence
    wrong: str  # the same with another number, name or the opposite
    passage: str  # the sentences around it
    about: tuple[str, ...]  # its longest words


@cache
def facts(topic: str) -> tuple[Fact, ...]:
    """Of one document, in its order; sentences that cannot be made wrong by one change are left out."""
    return tuple(_facts(DOCUMENTS / f"{topic}.md", topic))


def _facts(path: Path, topic: str) -> Iterator[Fact]:
    for section in path.read_text(encoding="utf-8").split("\n## ")[1:]:
        heading, _, text = section.partition("\n")
        sentences = _SENTENCE_END.split(" ".join(text.split()))
        names = [name for sentence in sentences for name in _NAME.findall(sentence)]
        for place, sentence in enumerate(sentences):
            wrong = altered(sentence, names)
            if SHORTEST <= len(sentence.split()) <= LONGEST and wrong:
                yield Fact(
                    topic=topic,
                    heading=heading.strip(),
                    right=sentence,
                    wrong=wrong,
                    passage=" ".join(sentences[max(0, place - BESIDE) : place + BESIDE + 1]),
                    about=_longest(sentence),
                )


def altered(sentence: str, names: Sequence[str]) -> str:
    """The sentence with one thing wrong: a number, else a name of the same section, else it says the opposite.

    Empty where none of these is possible.
    """
    if found := _NUMBER.search(sentence):
        number = int(found.group())
        other = number + YEARS_OFF if number > 1000 else number * MUCH_OFF + 1
        return _replaced(sentence, found, str(other))
    if found := _NAME.search(sentence):
        others = [name for name in names if name != found.group()]
        if others:
            return _replaced(sentence, found, others[len(sentence) % len(others)])
    if found := _VERB.search(sentence):
        return _replaced(sentence, found, f"{found.group()} not")
    return ""


def _replaced(sentence: str, found: re.Match[str], by: str) -> str:
    return sentence[: found.start()] + by + sentence[found.end() :]


def _longest(sentence: str) -> tuple[str, ...]:
    words = dict.fromkeys(re.findall(r"[a-z]{5,}", sentence))
    return tuple(sorted(words, key=lambda word: (-len(word), word))[:2])
