"""Finds names, numbers and dates in a sentence, and puts other text in their place."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from typing import NamedTuple

from reviewers.trainers.claims.lexicon import Table, lexicon

MONTHS = "January February March April May June July August September October November December".split()
WEEKDAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
CARDINALS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty"
).split()
ORDINALS = "sixteenth seventeenth eighteenth nineteenth twentieth".split()  # of centuries
# Words with a capital that name nobody: what sentences begin with.
_NO_NAMES = frozenset(
    """I The A An In On At It He She They We You This That These Those There Here But And Or So If As By For From With
    Without When While Where What Which Who Why How Not No Yes Some Many Most Much All Both Each Every Any One Two Three
    After Before During Since Until Although Though Because However Moreover Indeed Finally Instead Meanwhile Also Then
    Thus Therefore Yet Still Even Only Just Once Now Today His Her Their Its Our My Your Such Other Another More Several
    Despite Unlike Like To Of Let Do Does Did Is Are Was Were Can Could Will Would Should May Might Must Have Has Had Ok
    OK Okay Sure Hi Hello Great Thanks Thank Please Well Oh""".split()
)
_NAME = re.compile(r"\b(?:[A-Z][a-z]+[\w-]*|[A-Z]{2,}\w*)(?: (?:of (?=[A-Z]))?(?:[A-Z][\w&-]*\b\.?))*(?<!\.)")
_YEAR = r"(?:1[5-9]\d\d|20[0-4]\d)"
_DATE = re.compile(rf"\b(?:{_YEAR}s?|{'|'.join(MONTHS)}|{'|'.join(WEEKDAYS)}|(?:{'|'.join(ORDINALS)})(?= century))\b")
_NUMBER = re.compile(
    rf"(?<![\w.,$£€–-])[$£€]?\d[\d,]*(?:\.\d+)?(?![\w.–-]*[A-Za-z\d])|(?<![–-])\b(?:{'|'.join(CARDINALS[2:])})\b(?![–-])"
)


class Piece(NamedTuple):
    """A part of a sentence: `start` and `end` are characters."""

    start: int
    end: int
    text: str


def names(sentence: str, known: Collection[str] = ()) -> list[Piece]:
    """Names of people, places and things; a first word alone counts where it is a `known` name."""
    found = []
    for match in _NAME.finditer(sentence):
        piece = Piece(match.start(), match.end(), match.group())
        first, *rest = piece.text.split()
        if first in _NO_NAMES and rest and rest[0] != "of":
            piece = Piece(piece.start + len(first) + 1, piece.end, piece.text[len(first) + 1 :])
            first, *rest = piece.text.split()
        alone_at_start = not rest and _begins(sentence, piece.start) and first not in known
        if first not in _NO_NAMES and first not in MONTHS and first not in WEEKDAYS and not alone_at_start:
            found.append(piece)
    return found


def _begins(sentence: str, at: int) -> bool:
    return not re.search(r"\w[^.!?:]*\s$", sentence[:at])


def kind_of(name: str) -> str:
    """People, abbreviations, and other names of one word or more take each other's places."""
    first = name.split()[0]
    if first in lexicon().first_names:
        return "person" if " " in name else "first name"
    if name.isupper():
        return "abbreviation"
    return "long" if " " in name else "short"


def numbers(sentence: str) -> list[Piece]:
    """Numbers in figures and in words from two to twenty; no years."""
    dates = {piece.start for piece in years(sentence)}
    return [
        Piece(match.start(), match.end(), match.group())
        for match in _NUMBER.finditer(sentence)
        if match.start() not in dates
    ]


def dates(sentence: str) -> list[Piece]:
    """Years, decades, months, weekdays and centuries."""
    found = [Piece(match.start(), match.end(), match.group()) for match in _DATE.finditer(sentence)]
    # "May" and "March" are words as well; without a day or a year beside them they are left alone.
    return [
        one
        for one in found
        if one.text not in ("May", "March") or re.search(r"\b(?:in|of|on|\d) $|^ \d", _around(sentence, one))
    ]


def _around(sentence: str, piece: Piece) -> str:
    before, after = sentence[max(0, piece.start - 4) : piece.start], sentence[piece.end : piece.end + 2]
    return after if re.match(r" \d", after) else before


def years(sentence: str) -> list[Piece]:
    """The dates that are years or decades."""
    return [piece for piece in dates(sentence) if piece.text[0].isdigit()]


def words_in(sentence: str, table: Table) -> list[Piece]:
    """Phrases of a table in a sentence, longest first where they overlap; none inside of a name."""
    taken = [(piece.start, piece.end) for piece in names(sentence)]
    found: list[Piece] = []
    for size in (3, 2, 1):
        for match in re.finditer(rf"(?=(?<![\w'-])((?:[\w'-]+ ){{{size - 1}}}[\w'-]+)\b)", sentence):
            start, end = match.start(1), match.end(1)
            free = all(end <= a or start >= b for a, b in taken)
            if free and match.group(1).lower() in table and (start == 0 or match.group(1).islower()):
                found.append(Piece(start, end, match.group(1)))
                taken.append((start, end))
    return sorted(found)


def replaced(sentence: str, piece: Piece, instead: str) -> str:
    """The sentence with other text in a piece's place; capital, "a" or "an" and blanks follow."""
    if piece.text[:1].isupper() and instead[:1].islower():
        instead = instead[:1].upper() + instead[1:]
    before, after = sentence[: piece.start], sentence[piece.end :]
    article = re.search(r"\b([Aa])(n?) $", before)
    if article and instead:
        vowel = instead[0].lower() in "aeiou"
        before = before[: article.start()] + article.group(1) + ("n " if vowel else " ")
    return re.sub(r"  +", " ", before + instead + after).replace(" ,", ",").strip()


def sentence_case(text: str) -> str:
    """With a capital at its start."""
    return text[:1].upper() + text[1:]


def inner_case(text: str, known: Collection[str]) -> str:
    """As it stands inside of a sentence: its first word keeps a capital only where it is a name or "I"."""
    first = re.match(r"[\w'-]+", text)
    word = first.group() if first else ""
    stem = word.split("'")[0]
    keeps = stem in known or stem == "I" or word.isupper() or word in MONTHS or word in WEEKDAYS
    keeps = keeps or stem in lexicon().first_names or any(piece.start == 0 for piece in names(text, known))
    return text if keeps and word != "A" else text[:1].lower() + text[1:]


def seen_names(sentences: Sequence[str]) -> frozenset[str]:
    """Words that are names inside of sentences at least as often as words: they are names at the start of one, too."""
    small = Counter(word for one in sentences for word in re.findall(r"\b[a-z]+\b", one))
    names_inside = Counter(
        piece.text.split()[0] for one in sentences for piece in names(one) if not _begins(one, piece.start)
    )
    return frozenset(word for word, count in names_inside.items() if count >= small[word.lower()])
