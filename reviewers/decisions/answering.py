"""A question to the sources: which passages a model is given, what it is told, and how its words are read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from reviewers.model import ClaimReading, Message, Passage, Reading

# Our choice, measured on the demo's documents with MiniLM: of 59 questions with an answer there 94 % came nearer, of 20
# questions about other things none did (the nearest had a cosine of 0.33).
NEAR = 0.35
GIVEN = 3  # passages that the model is given; more of them only distract a small one
PASSAGE_LENGTH = 1200  # characters of each
LONGEST_QUESTION = 1000  # characters
LONGEST_TEXT = 12_000  # characters of a text whose claims are checked

REFUSAL = "NOT IN THE SOURCES"
NO_ANSWER = "I cannot find an answer to this in the sources."  # what is said in place of an answer; it claims nothing
INSTRUCTION = (
    "You answer questions from numbered sources. Use only what the sources say, in their words. Answer in one or two "
    f"short sentences. If the sources do not say it, reply only: {REFUSAL}."
)

_THOUGHT = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL | re.IGNORECASE)
_CITED = re.compile(
    r"\s*(?:\[\s*\d{1,2}(?:\s*[,;–-]\s*\d{1,2})*\s*\]|【\d{1,2}[^】]{0,20}】|\(sources?\s+\d{1,2}\))", re.I
)
_NUMBER = re.compile(r"\d{1,2}")
_LABEL = re.compile(
    r"^\s*(?:\*\*)?(?:the )?(?:answer|a)(?: to (?:the|this|your) question)?(?: is)?(?:\*\*)?\s*:(?:\*\*)?\s*",
    re.IGNORECASE,
)
_SOURCES = r"(?:sources?|passages?|documents?|context|texts?|information)"
# "Do not have to" and "have been" speak of duties and events, not of what a source tells.
_TELL = (
    r"(?:(?:say|contain|mention|provide|answer|give|state|tell|include|specify|cover|address|find|know|see|help)"
    r"(?:e?s|n|e?d|ing|able|ful)?|have(?!\ (?:to|been)\b))\b"
)
_TELL_NOW = rf"(?:(?:seem|appear)\ to\ |\w+\ )?{_TELL}"
# Ways in which models say that they cannot tell; only the beginning of an answer is looked at.
_REFUSES = re.compile(
    rf"""^\W*(?:
      not\ in\ the\ sources?
      |(?:i['’]m\ |i\ am\ )?(?:sorry|afraid|unfortunately)\b[^.]{{0,60}}
        (?:\b(?:can)?not|n['’]t|unable\ to)\ {_TELL_NOW}
      |(?:i|we)\ (?:do\ not|don['’]t|can\ ?not|can['’]t|could\ not|couldn['’]t|am\ (?:not\ able|unable)\ to)
        \ {_TELL_NOW}
      |(?:the|these|your|provided|given|none\ of\ the)\ (?:\w+\ ){{0,2}}{_SOURCES}\ (?:\w+\ ){{0,2}}
        (?:do(?:es)?(?:\ not|n['’]t)\ {_TELL_NOW}|(?:mention|say)s?\ nothing
        |(?:contain|provide)s?\ no|says?\ this)
      |(?:there\ is|there['’]s)\ (?:no|not\ enough)\ (?:\w+\ ){{0,2}}(?:{_SOURCES}|answer|mention)
      |no\ (?:\w+\ )?{_SOURCES}(?:\W*\Z
        |\ (?:(?:is|are|was|were|has\ been|have\ been)\ )?(?:\w+\ )?(?:{_TELL}|found\b|available\b))
      |no\ (?:\w+\ )?(?:information|context)(?:[.,;!]|\ (?:about|on|regarding|concerning|in|for|to|that)\b)
      |based\ on\ the\ (?:\w+\ ){{0,2}}{_SOURCES},?\ (?:i\ )?(?:cannot|can['’]t|it\ is\ (?:not|un))
    )""",
    re.VERBOSE | re.IGNORECASE,
)
_SENTENCE = re.compile(r".+?(?:[.!?…][\"”’)\]]*(?=\s)|\n+|\Z)", re.DOTALL)
_STOPS = re.compile(r"[.!?…][\"”’)\]*]*\s*\Z")
_ENDS = re.compile(r"[.!?…:][\"”’)\]*]*\s*\Z")


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """What a model wrote, read."""

    text: str  # without the marks of its sources; empty when it refused
    refused: bool
    cited: tuple[int, ...] = ()  # the numbers of the sources that it named, 1-based, each once


def choose(passages: Sequence[Passage], likeness: Sequence[float]) -> tuple[Passage, ...]:
    """The passages that the question is about, nearest first; none when the sources do not hold the answer.

    Args:
        passages: what the index found for the question.
        likeness: the cosine of each passage and the question, in [-1, 1].
    """
    near = sorted(
        (-value, place) for place, value in enumerate(likeness) if value >= NEAR and passages[place].text.strip()
    )
    return tuple(passages[place] for _, place in near[:GIVEN])


def closest(passages: Sequence[Passage], likeness: Sequence[float]) -> Passage | None:
    """The nearest passage, however far; None without any."""
    best = max(zip(likeness, range(len(passages)), strict=True), default=None)
    return passages[best[1]] if best else None


def turns(question: str, sources: Sequence[Passage]) -> tuple[Message, ...]:
    """What the model is told: the rules, then the numbered sources and the question.

    A source is somebody's text: it stands between our own lines, so that what it says is read as a quotation.
    """
    numbered = "\n\n".join(_numbered(number, source) for number, source in enumerate(sources, start=1))
    return (
        Message(role="system", content=INSTRUCTION),
        Message(role="user", content=f"Sources:\n{numbered}\n\nQuestion: {question.strip()}"),
    )


def _numbered(number: int, source: Passage) -> str:
    title = ", ".join(part for part in (source.title.strip(), source.heading.strip()) if part)
    text = " ".join(source.text[:PASSAGE_LENGTH].split())
    # The title comes last: a small model begins its answer with what stands before the text.
    return f"[{number}] {text} ({title})" if title else f"[{number}] {text}"


def parse(raw: str, sources: int) -> Written:
    """Read what a model wrote from so many sources.

    Its thoughts, the word "Answer:" and the marks of sources go out; so do a sentence said before, and an unfinished
    one after a finished one. Marks of sources that do not exist are not counted.
    """
    text = _LABEL.sub("", _THOUGHT.sub("", raw)).strip()
    named = (int(number) for mark in _CITED.finditer(text) for number in _NUMBER.findall(mark[0]))
    cited = tuple(dict.fromkeys(number for number in named if 1 <= number <= sources))
    text = _without_repeats(_CITED.sub("", text).strip())
    if not any(sign.isalnum() for sign in text) or REFUSAL in text.upper() or _REFUSES.match(text):
        return Written(text="", refused=True)
    return Written(text=text, refused=False, cited=cited)


def _without_repeats(text: str) -> str:
    seen: set[str] = set()
    kept: list[str] = []
    for found in _SENTENCE.finditer(text):
        sentence = found[0]
        key = " ".join(sentence.lower().split())
        if key and key in seen:
            continue
        seen.add(key)
        kept.append(sentence)
    if len(kept) > 1 and not _ENDS.search(kept[-1]) and _is_finished(kept[-2]):
        kept.pop()
    return "".join(kept).strip()


def _is_finished(sentence: str) -> bool:
    """Whether it ends as a sentence does: no item of a list, no line before one, and no number of an item ("2.")."""
    return _STOPS.search(sentence) is not None and any(sign.isalpha() for sign in sentence)


def is_held(readings: Sequence[ClaimReading]) -> bool:
    """Whether the sources hold anything of what was written: an answer whose every claim has no source is no answer.

    An answer without claims stands: nothing in it can be invented.
    """
    return not readings or any(reading.reading is not Reading.NO_SOURCE for reading in readings)
