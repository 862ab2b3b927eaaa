"""Edits that make a sentence say another thing about the same facts: values, names, who did it, and to whom."""

from __future__ import annotations

import re
from itertools import combinations

from reviewers.trainers.claims.persons import people, who
from reviewers.trainers.claims.setting import SPEAKER, Setting
from reviewers.trainers.claims.spans import (
    CARDINALS,
    MONTHS,
    ORDINALS,
    WEEKDAYS,
    Piece,
    dates,
    kind_of,
    names,
    numbers,
    replaced,
)

NEAR = 0.6  # share of wrong names and values that the evidence has elsewhere: every word is then in the sources
_YEARS_OFF = (-100, -50, -20, -10, -5, -3, -2, -1, 1, 2, 3, 5, 10, 20, 50, 100)
_FACTORS = (0.1, 0.5, 1.5, 2.0, 3.0, 10.0)
_STEPS = (-10, -5, -2, -1, 1, 2, 3, 5, 10, 20)


def other_number(sentence: str, setting: Setting) -> str | None:
    """Another number, of the evidence or near in size."""
    found = numbers(sentence)
    if not found:
        return None
    piece = setting.draw.choice(found)
    alike = [
        one.text
        for text in setting.evidence
        for one in numbers(text)
        if one.text not in sentence and one.text[0].isdigit() == piece.text[0].isdigit()
    ]
    if alike and setting.draw.random() < NEAR:
        return replaced(sentence, piece, setting.draw.choice(alike))
    return replaced(sentence, piece, _number_unlike(piece.text, setting))


def _number_unlike(text: str, setting: Setting) -> str:
    draw = setting.draw
    if text in CARDINALS:
        return draw.choice([one for one in CARDINALS[2:13] if one != text])
    sign = text[0] if text[0] in "$£€" else ""
    plain = text.lstrip("$£€").replace(",", "")
    places = len(plain.partition(".")[2])
    unit = 10 ** (len(plain) - len(plain.rstrip("0"))) if not places else 1  # a round number becomes another round one
    value = other = float(plain)
    while f"{other:.{places}f}" == f"{value:.{places}f}" or other <= 0:
        step = draw.choice(_STEPS) * unit * (10 if value >= 100 * unit else 1)
        other = value * draw.choice(_FACTORS) if draw.random() < 0.4 else value + step
        other = other if places else float(round(other))
    return sign + (f"{other:,.{places}f}" if "," in text else f"{other:.{places}f}")


def other_date(sentence: str, setting: Setting) -> str | None:
    """Another year, month, weekday or century."""
    found = dates(sentence)
    if not found:
        return None
    piece = setting.draw.choice(found)
    alike = [
        one.text
        for text in setting.evidence
        for one in dates(text)
        if _form(one.text) == _form(piece.text) and one.text not in sentence
    ]
    if alike and setting.draw.random() < NEAR:
        return replaced(sentence, piece, setting.draw.choice(alike))
    return replaced(sentence, piece, _date_unlike(piece.text, setting))


def _form(date: str) -> str:
    if date[0].isdigit():
        return "decade" if date.endswith("s") else "year"
    return next(name for name, of_kind in _CALENDAR.items() if date in of_kind)


_CALENDAR = {"month": MONTHS, "weekday": WEEKDAYS, "century": ORDINALS}


def _date_unlike(date: str, setting: Setting) -> str:
    form = _form(date)
    if form in _CALENDAR:
        return setting.draw.choice([one for one in _CALENDAR[form] if one != date])
    if form == "decade":
        return f"{int(date[:4]) + setting.draw.choice([-30, -20, -10, 10, 20, 30])}s"
    return str(int(date) + setting.draw.choice(_YEARS_OFF))


def other_name(sentence: str, setting: Setting) -> str | None:
    """Another name of the same kind, of the evidence or of anywhere."""
    found = names(sentence, setting.pool.known)
    if not found:
        return None
    piece = setting.draw.choice(found)
    kind = kind_of(piece.text)
    near = [
        one.text
        for text in (*setting.evidence, *setting.near)
        for one in names(text, setting.pool.known)
        if kind_of(one.text) == kind and not _overlap(one.text, sentence, piece.text)
    ]
    if near and setting.draw.random() < NEAR:
        return replaced(sentence, piece, setting.draw.choice(near))
    far = setting.draw.choice(setting.pool.names[kind])
    return None if _overlap(far, sentence, piece.text) else replaced(sentence, piece, far)


def _overlap(name: str, sentence: str, instead_of: str) -> bool:
    """Whether a name shares a word with what it would replace, or stands in the sentence already."""
    return name in sentence or bool(set(name.split()) & set(instead_of.split()))


def exchange_names(sentence: str, setting: Setting) -> str | None:
    """Two names in each other's places; not in a list, where order says nothing."""
    return _exchange(sentence, names(sentence, setting.pool.known), setting)


def exchange_values(sentence: str, setting: Setting) -> str | None:
    """Two numbers or two dates in each other's places."""
    pairs = [found for found in (numbers(sentence), dates(sentence)) if len(found) > 1]
    return _exchange(sentence, setting.draw.choice(pairs), setting) if pairs else None


def _exchange(sentence: str, found: list[Piece], setting: Setting) -> str | None:
    found = [one for one in found if len(one.text) > 1 or one.text.isdigit()]  # a letter is no name
    if len(found) < 2:
        return None
    pairs = list(combinations(sorted(found), 2))
    alike = [(one, other) for one, other in pairs if _sort(one.text) == _sort(other.text)]
    first, second = setting.draw.choice(alike or pairs)
    between = sentence[first.end : second.start]
    listed = re.fullmatch(r"(?:[, ]|and|or|to|–|-|between|from|both|with)*", between)
    if listed or set(first.text.split()) & set(second.text.split()):
        return None
    return sentence[: first.start] + second.text + between + first.text + sentence[second.end :]


def _sort(text: str) -> str:
    return "figures" if text[0].isdigit() else kind_of(text)


def wrong_who(sentence: str, setting: Setting) -> str | None:
    """ "He" or "she" becomes somebody whom the sentence before does not name."""
    found = who(sentence, setting)
    if found is None:
        return None
    meant = set(found.person.split())
    near = [name for text in (*setting.evidence, *setting.near) for name in people(text, setting.pool.known)]
    others = [one for one in near or setting.pool.names.get("person", ()) if not set(one.split()) & meant]
    return replaced(sentence, found.pronoun, setting.draw.choice(others)) if others else None


def other_speaker(sentence: str, setting: Setting) -> str | None:
    """What one person of a conversation says, said by the other."""
    speakers = list(dict.fromkeys(match.group(1) for one in setting.evidence if (match := SPEAKER.match(one))))
    first = re.match(r"[A-Z][a-z]+\b", sentence)
    if len(speakers) < 2 or first is None or first.group() not in speakers:
        return None
    other = setting.draw.choice([one for one in speakers if one != first.group()])
    both = {first.group(): other, other: first.group()}
    return re.sub(rf"\b(?:{'|'.join(both)})\b", lambda match: both[match.group()], sentence)
