"""Edits that add what no passage says, or put together what does not belong together."""

from __future__ import annotations

import re

from reviewers.trainers.claims.keeping import drop_opening, joined
from reviewers.trainers.claims.lexicon import lexicon
from reviewers.trainers.claims.setting import SPEAKER, Setting, elsewhere
from reviewers.trainers.claims.spans import inner_case, names, sentence_case

_PHRASE = re.compile(
    r"\b((?:in|on|during|after|because|with|by|for|while|when|due to|at|to|through|from) "
    r"(?!which|whom|that)[^,;:.()]{8,60})[,.]"
)
_THING = re.compile(r"\b[a-z]{3,}[b-rt-z]\b")  # nouns in the singular among them
_JOINT = re.compile(r" (?=(?:because|by|to|after|for|with|in|on|during|until|when|while|through|from|into) )")


def add_phrase(sentence: str, setting: Setting) -> str | None:
    """A phrase of another text at the end: "… in the hope of better pay." """
    match = _PHRASE.search(elsewhere(setting))
    if match is None or match.group(1) in " ".join(setting.evidence):
        return None
    return sentence.rstrip(".!?") + setting.draw.choice([" ", " ", ", "]) + match.group(1) + "."


def add_statement(sentence: str, setting: Setting) -> str | None:
    """A statement of another or a neighbouring text behind "and"."""
    other = setting.draw.choice(setting.near) if setting.near and setting.draw.random() < 0.4 else elsewhere(setting)
    clause = re.split(r"[,;:] ", other)[0].rstrip(".!?")
    if not 4 <= len(clause.split()) <= 16 or re.match(
        r"(?:When|If|While|As|Because|Although|In|By|After|For)\b", clause
    ):
        return None
    joint = setting.draw.choice([", and ", ", and ", ", because ", ", so ", "; "])
    return sentence.rstrip(".!?") + joint + inner_case(clause, setting.pool.known) + "."


def add_near(sentence: str, setting: Setting) -> str | None:
    """A sentence of the same or a neighbouring passage that is not evidence, joined as true ones are."""
    others = [
        one for one in setting.near if 5 <= len(one.split()) <= 22 and one.endswith(".") and not SPEAKER.match(one)
    ]
    if not others or len(sentence.split()) > 22 or not sentence.endswith("."):
        return None
    other = drop_opening(one := setting.draw.choice(others), setting) or one
    pair = (sentence, other) if setting.draw.random() < 0.5 else (other, sentence)
    return joined(*pair, setting)


def add_personal(sentence: str, setting: Setting) -> str | None:
    """What anybody might say of anything, behind the sentence or instead of it."""
    words = setting.draw.choice(lexicon().personal)
    if setting.draw.random() < 0.3:
        return sentence_case(words) + "."
    return sentence.rstrip(".!?") + setting.draw.choice([", and ", ", but "]) + words + "."


def add_opinion(sentence: str, setting: Setting) -> str | None:
    """What somebody thinks of a thing that the evidence speaks of: alone, or before or behind the sentence."""
    said = " ".join(setting.evidence)
    things = sorted({f"the {one}" for one in _THING.findall(said) if one in lexicon().sisters})
    things += [piece.text for piece in names(sentence, setting.pool.known)]
    if not things:
        return None
    thing = setting.draw.choice(things)
    words = setting.draw.choice(lexicon().opinions).format(thing=thing, Thing=thing[:1].upper() + thing[1:])
    place = setting.draw.random()
    if place < 0.4:
        return sentence_case(words) + setting.draw.choice([".", ".", "!"])
    if place < 0.6:
        return f"{sentence_case(words)}, and {inner_case(sentence, setting.pool.known)}"
    link = setting.draw.choice([", and ", ", but ", ", so "])
    return sentence.rstrip(".!?") + link + inner_case(words, setting.pool.known) + "."


def cross(sentence: str, setting: Setting) -> str | None:
    """The beginning of one sentence of the evidence with the end of another: every word stands in the sources."""
    others = [one for one in setting.evidence if one != sentence]
    if not others:
        return None
    other = setting.draw.choice(others)
    heads, tails = list(_JOINT.finditer(sentence, 20)), list(_JOINT.finditer(other, 12))
    if not heads or not tails:
        return None
    head, tail = setting.draw.choice(heads), setting.draw.choice(tails)
    crossed = sentence[: head.start()].rstrip(",;") + other[tail.start() :]
    return crossed if len(other[tail.start() :].split()) >= 3 else None


def exchange_end(sentence: str, setting: Setting) -> str | None:
    """The end of the sentence by a phrase of another text that begins with the same word."""
    found = list(_JOINT.finditer(sentence, 20))
    if not found:
        return None
    place = setting.draw.choice(found)
    link = sentence[place.end() :].split()[0]
    for _ in range(40):  # texts tried; nearly all links are found within ten
        match = re.search(rf" ({link} [^,;:()]{{10,70}}[.])$", elsewhere(setting))
        if match and match.group(1) not in sentence:
            return f"{sentence[: place.start()]} {match.group(1)}"
    return None


def say_other(sentence: str, setting: Setting) -> str | None:
    """A sentence of the same or a neighbouring passage that is not evidence: true perhaps, but nowhere to be read."""
    found = [one for one in setting.near if 4 <= len(one.split()) <= 30 and not one.endswith("?")]
    return setting.draw.choice(found) if found else None
