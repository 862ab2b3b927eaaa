"""Sentences as a language model retold them: some say the same, some say what stands nowhere.

Rules do not write as a model does, and what people review was written by models. The packaged one was asked once for
other words (`make_retold`); what it wrote is shipped. As it is a small one, most of that is a copy, or neither clearly
true nor clearly wrong: two strict rules keep the rest.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from reviewers.decisions.differences import content, holds
from reviewers.decisions.words import Kind, Text, Token, analyse
from reviewers.trainers.claims.lexicon import lexicon
from reviewers.trainers.claims.spans import words_in

SHIPPED = Path(__file__).parent / "data" / "retold.jsonl"
KEPT = 0.75  # share of a text's words that its retelling must have to say the same: our choice, after reading some
NEW_WORDS = 1  # that no table has for a word of the text: more make another statement of it
_FORM = re.compile(r"[A-Z\d][^\"“”:;()\\\[\]]{20,240}[^\s.!?][.]")
_META = re.compile(
    r"\b(?:sentences?|texts?|passage|paraphras\w*|rewrit\w*|version|other words|rephras\w*|summar\w*)\b", re.I
)
# Words that say how much or whether: the same ones on both sides, or it is another statement.
_MEASURES = frozenset(
    """may might could would should must can will all most some many few only more less least every each both always
    often sometimes if unless because before after""".split()
)
_HERE = frozenset(token.key for token in analyse("the US, the USA, the U.S., America, American, Americans").tokens)


@dataclass(frozen=True, kw_only=True, slots=True)
class Retold:
    """What the model made of one sentence, or of two that follow each other."""

    of: tuple[str, ...]
    said: str
    supported: bool


@lru_cache(maxsize=1)
def retold() -> Mapping[str, tuple[Retold, ...]]:
    """What ships, by the first sentence that it retells; read once."""
    found: dict[str, list[Retold]] = defaultdict(list)
    for line in SHIPPED.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        one = Retold(of=tuple(row["of"]), said=str(row["said"]), supported=bool(row["supported"]))
        found[one.of[0]].append(one)
    return {first: tuple(of_one) for first, of_one in found.items()}


def retellings(evidence: Sequence[str], *, supported: bool) -> list[Retold]:
    """Those of which every sentence stands in the evidence."""
    return [
        one
        for sentence in evidence
        for one in retold().get(sentence, ())
        if one.supported == supported and all(part in evidence for part in one.of)
    ]


def says_the_same(of: str, said: str) -> bool:
    """Whether a retelling has the names, numbers, negations and measures of a text, most of its words, and no others.

    >>> says_the_same("In May, Ida Lovell bought the old mill.", "Ida Lovell purchased the old mill in May.")
    True
    >>> says_the_same("In May, Ida Lovell bought the old mill.", "Ida Lovell lost the old mill by fire in May.")
    False
    """
    before, after = analyse(of), analyse(said)
    theirs, ours = content(before.tokens), content(after.tokens)
    named = [token for token in theirs if token.kind is not Kind.WORD]
    kept = sum(holds(token, ours) for token in theirs) / max(1, len(theirs))
    return (
        _is_statement(said)
        and not _copies(of, said)
        and all(holds(token, ours) for token in named)
        and not any(token.kind is not Kind.WORD for token in _new(ours, of, theirs))
        and _negations(before) == _negations(after)
        and _measures(of) == _measures(said)
        and kept >= KEPT
        and len(_new(ours, of, theirs)) <= NEW_WORDS
    )


def invents(said: str, document: str) -> bool:
    """Whether a statement has a name or number that the document has not: other words may say the same, these do not.

    >>> invents("Ida Lovell bought the mill for $900.", "Ida Lovell bought the old mill.")
    True
    """
    theirs = content(analyse(document).tokens)
    named = [token for token in analyse(said).tokens if token.kind in (Kind.NAME, Kind.NUMBER)]
    return _is_statement(said) and any(not holds(token, theirs) and token.key not in _HERE for token in named)


def _new(ours: Sequence[Token], of: str, theirs: Sequence[Token]) -> list[Token]:
    """Tokens that the text has not, nor a word that a table has for one of them."""
    alike = _alike(of)
    return [token for token in ours if not holds(token, theirs) and token.key not in alike]


@lru_cache(maxsize=4096)
def _alike(text: str) -> frozenset[str]:
    tables = (lexicon().synonyms, lexicon().reworded)
    said = [" ".join(table[piece.text.lower()]) for table in tables for piece in words_in(text, table)]
    return frozenset(token.key for one in said for token in analyse(one).tokens)


def _is_statement(said: str) -> bool:
    """One whole sentence that goes round in no circles and does not speak of the text."""
    words = re.findall(r"\w+", said.lower())
    fours = [tuple(words[at : at + 4]) for at in range(len(words) - 3)]
    whole = _FORM.fullmatch(said) is not None and not re.search(r"[.!?] [A-Z]", said)
    return whole and len(set(fours)) == len(fours) and not _META.search(said)


def _copies(of: str, said: str) -> bool:
    """Whether it is a part of the text as it stands."""
    plain = [re.sub(r"\W+", " ", one.lower()).strip() for one in (said, of)]
    return plain[0] in plain[1]


def _negations(text: Text) -> int:
    return sum(token.negates for token in text.tokens)


def _measures(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.lower())) & _MEASURES
