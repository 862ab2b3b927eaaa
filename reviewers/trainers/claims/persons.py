"""Whom "he" or "she" means, where the sentence before names one person only."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import NamedTuple

from reviewers.trainers.claims.setting import Setting
from reviewers.trainers.claims.spans import Piece, kind_of, names

_PRONOUN = re.compile(r"(?:[A-Z][^,;]{2,40}, )?\b([Hh]e|[Ss]he)(?= [a-z])")


class Who(NamedTuple):
    """A pronoun of a sentence and the person that it stands for."""

    pronoun: Piece
    person: str


def people(text: str, known: Collection[str]) -> list[str]:
    """Names of people: those with a first name."""
    return [one.text for one in names(text, known) if kind_of(one.text) in ("person", "first name")]


def who(sentence: str, setting: Setting) -> Who | None:
    """The first pronoun of a sentence as it stands in the evidence, where the one told before it names its person."""
    match = _PRONOUN.match(sentence)
    if match is None or sentence not in setting.passage[1:] or people(sentence, setting.pool.known):
        return None
    before = setting.passage[setting.passage.index(sentence) - 1]
    if not {sentence, before} <= set(setting.evidence):
        return None
    found = names(before, setting.pool.known)
    persons = people(before, setting.pool.known)
    if not persons and found and found[0].start == 0 and kind_of(found[0].text) == "short":
        persons = [found[0].text]  # a family name alone: what else begins a sentence that "he" follows
    if len(set(persons)) != 1:
        return None
    return Who(Piece(match.start(1), match.end(1), match.group(1)), persons[0])
