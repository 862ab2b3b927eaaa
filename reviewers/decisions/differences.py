"""Where a passage says another thing than a claim: another number, unit, name, opposite or negation in the same place.

Every rule asks for a *place*: the same words around, so that the passage is about the same fact. Without a place a
difference is only a word that the passage does not have, and that never contradicts anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from reviewers.decisions.stems import OPPOSITES, UNIT_KIND
from reviewers.decisions.words import Kind, Token


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """A token of the claim and the token of the passage that stands in its place; equal places for a negation."""

    claim: Token
    passage: Token
    kind: str  # "number", "unit", "name", "opposite" or "negation"


def content(tokens: Sequence[Token]) -> list[Token]:
    """Words, names and numbers: what a statement is about."""
    return [token for token in tokens if token.kind is not Kind.FUNCTION]


def holds(token: Token, others: Sequence[Token]) -> bool:
    """Whether the word, name or number stands among the others."""
    if token.kind is Kind.NUMBER:
        assert token.number is not None
        return any(other.number and token.number.agrees_with(other.number) for other in others)
    if any(token.key == other.key for other in others):
        return True
    return token.number is not None and any(
        other.kind is Kind.NUMBER and other.number and token.number.agrees_with(other.number) for other in others
    )


def find_differences(claim: Sequence[Token], window: Sequence[Token], missing: Sequence[Token]) -> list[Difference]:
    """Differences between a claim and a window of a passage, in the order of the claim.

    `missing` are the claim's content tokens that no passage has anywhere: a number that another passage confirms is
    not contradicted by this one.
    """
    found = [
        *(_number(token, claim, window) for token in missing if token.kind is Kind.NUMBER),
        *(_name(token, claim, window) for token in missing if token.kind is Kind.NAME),
        *(_unit(token, claim, window) for token in missing if token.key in UNIT_KIND),
        *(_opposite(token, claim, window) for token in claim if token.key in OPPOSITES),
        *_negations(claim, window),
    ]
    return sorted((one for one in found if one), key=lambda one: one.claim.start)


def _neighbours(token: Token, tokens: Sequence[Token]) -> tuple[set[str], set[str]]:
    """The two content words before and the two after a token."""
    words = [one for one in tokens if one.kind is not Kind.FUNCTION or one is token]
    at = words.index(token)
    return {one.key for one in words[max(0, at - 2) : at]}, {one.key for one in words[at + 1 : at + 3]}


def _same_place(token: Token, claim: Sequence[Token], other: Token, window: Sequence[Token]) -> int:
    """How many of the neighbouring content words two tokens share."""
    before, after = _neighbours(token, claim)
    other_before, other_after = _neighbours(other, window)
    return len((before | after) & (other_before | other_after))


def _class(token: Token) -> str:
    """Only numbers of one class can contradict each other: money, percentages, times, years, counts."""
    assert token.number is not None
    unit = token.number.unit
    return unit if unit in {"%", "time"} else "money" if unit else "year" if token.number.is_year else "count"


def _number(token: Token, claim: Sequence[Token], window: Sequence[Token]) -> Difference | None:
    """Another number of the same class in the same place.

    Money, percentages, times and years stand for themselves where the window has only one that the claim lacks;
    counts are too common for that and must count the same thing ("14 days", "30 days").
    """
    rivals = [
        other
        for other in window
        if other.kind is Kind.NUMBER and _class(other) == _class(token) and not holds(other, claim)
        if _class(token) != "count" or _count_the_same(token, claim, other, window)
    ]
    placed = sorted(rivals, key=lambda other: -_same_place(token, claim, other, window))
    if not placed:
        return None
    alone = len(rivals) == 1 and _class(token) != "count"
    if not alone and _same_place(token, claim, placed[0], window) == 0:
        return None
    return Difference(claim=token, passage=placed[0], kind="number")


def _count_the_same(token: Token, claim: Sequence[Token], other: Token, window: Sequence[Token]) -> bool:
    """Whether a word just after both numbers is the same; where one ends its sentence, a word just before."""
    before, after = _neighbours(token, claim)
    other_before, other_after = _neighbours(other, window)
    return bool(after & other_after) if after and other_after else bool(before & other_before)


def _unit(token: Token, claim: Sequence[Token], window: Sequence[Token]) -> Difference | None:
    """The same number with another unit of the same kind: 14 weeks against 14 days."""
    at = claim.index(token)
    count = claim[at - 1] if at and claim[at - 1].kind is Kind.NUMBER else None
    if count is None or count.number is None:
        return None
    for before, other in pairwise(window):
        same = before.kind is Kind.NUMBER and before.number is not None and count.number.agrees_with(before.number)
        if same and other.key != token.key and UNIT_KIND.get(other.key) == UNIT_KIND[token.key]:
            return Difference(claim=token, passage=other, kind="unit")
    return None


def _name(token: Token, claim: Sequence[Token], window: Sequence[Token]) -> Difference | None:
    """Another name after the same word, and not as the subject.

    "The office is in Berlin" differs from "The office is in Munich"; "The Berlin office opens at 9" says nothing
    against "The Munich office opens at 9", which is another office. So two content words must come before the name.
    """
    at = claim.index(token)
    if at == 0 or len(content(claim[:at])) < 2:
        return None
    before = claim[at - 1].key
    for place, other in pairwise(window):
        rival = other.kind is Kind.NAME and place.key == before and not holds(other, claim)
        if rival and (place.kind is not Kind.FUNCTION or _same_place(token, claim, other, window)):
            return Difference(claim=token, passage=other, kind="name")
    return None


def _opposite(token: Token, claim: Sequence[Token], window: Sequence[Token]) -> Difference | None:
    """The opposite word, where the claim's own word is absent and the words around agree.

    An opposite under a negation says the same ("not allowed", "forbidden"), so a negation on either side ends it.
    """
    if holds(token, window) or any(one.negates for one in (*claim, *window)):
        return None
    for other in window:
        opposed = other.key in OPPOSITES[token.key] and not holds(other, claim)
        if opposed and _same_place(token, claim, other, window):
            return Difference(claim=token, passage=other, kind="opposite")
    return None


def _negated(tokens: Sequence[Token]) -> dict[str, Token]:
    """The content word that each negation turns round, by its key; the "No" that answers a question turns none."""
    found = {}
    for at, token in enumerate(tokens):
        if token.negates:
            reach = tokens[at + 1 : at + (2 if token.key == "no" else 4)]
            word = next((one for one in reach if one.kind is not Kind.FUNCTION), None)
            if word is not None:
                found[word.key] = token
    return found


def _negations(claim: Sequence[Token], window: Sequence[Token]) -> list[Difference]:
    """A word that is negated on one side and stands un-negated on the other, which has no negation at all."""
    here, there = _negated(claim), _negated(window)
    quiet = not any(token.negates for token in claim)
    found = []
    for key, negation in there.items():
        word = next((token for token in claim if token.key == key), None)
        if quiet and word is not None:
            found.append(Difference(claim=word, passage=negation, kind="negation"))
    if there or any(token.negates for token in window):
        return found
    for key, negation in here.items():
        word = next((token for token in window if token.key == key), None)
        if word is not None:
            found.append(Difference(claim=negation, passage=word, kind="negation"))
    return found
