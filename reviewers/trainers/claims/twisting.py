"""Edits that turn what a sentence says by its other words: negation, opposites, other nouns, and more than was said."""

from __future__ import annotations

import re

from reviewers.trainers.claims.keeping import by_table
from reviewers.trainers.claims.lexicon import lexicon
from reviewers.trainers.claims.setting import Setting
from reviewers.trainers.claims.spans import Piece, replaced, words_in

NEAR_NOUNS = 0.4  # share of wrong nouns that stand in the evidence elsewhere
_NEGATION = re.compile(r"\b(?:not|never|no longer) |n't\b")
_AUXILIARY = re.compile(
    r"\b(?:is|are|was|were|has|have|had|can|could|will|would|should|may|might|must|does|did|do)\b(?! not\b|n't|')"
)
_POSSESSION = re.compile(  # "had a mill": no "had not a mill"
    r"^(?:has|have|had|do|does|did) (?!been\b|become\b|made\b|come\b|taken\b|found\b|begun\b|grown\b|long\b)(?!\w+ed\b)"
)
_AFTER_HELP = re.compile(r"\b(?:was|were|is|are|be|been|being|had|has|have|by|and|the|a|an|of|in|to|as|with|not)\s$")
_NOUN_AHEAD = re.compile(
    r"\b(?:the|a|an|of|his|her|their|its|our|for|with|in|on|by|and|more|[a-z]+ic|[a-z]+al|[a-z]+ed)\s$"
)
# Before these a noun is part of another one ("trade agreement"); another noun makes no sense there.
_NOUN_BEHIND = re.compile(
    r"[ ](?:of|in|on|at|for|to|by|with|and|or|was|were|is|are|had|that|which|who|from|as|the|a)\b|[,.;:!?]"
)


def negate(sentence: str, setting: Setting) -> str | None:
    """ "not" goes where it stands, or comes where it does not."""
    match = _NEGATION.search(sentence)
    if match and setting.draw.random() < 0.8:
        affirmed = sentence[: match.start()] + sentence[match.end() :]
        return re.sub(r"\bca(?= )", "can", re.sub(r"\bwo(?= )", "will", affirmed))
    found = [one for one in _AUXILIARY.finditer(sentence) if not _POSSESSION.search(sentence[one.start() :][:24])]
    if found and setting.draw.random() < 0.75:
        place = setting.draw.choice(found[:2]).end()
        return sentence[:place] + setting.draw.choice([" not", " not", " never"]) + sentence[place:]
    return _did_not(sentence, setting)


def _did_not(sentence: str, setting: Setting) -> str | None:
    """ "opened" -> "did not open", for regular verbs whose base the texts use."""
    for match in re.finditer(r"(?<![\w-])([a-z]{3,})ed\b(?!-)", sentence):
        bases = [one for one in (match.group(1), match.group(1) + "e") if one in setting.pool.words]
        if bases and not _AFTER_HELP.search(sentence[: match.start()]):
            instead = setting.draw.choice(["did not", "never", "failed to"])
            verb = match.group() if instead == "never" else bases[-1]
            return replaced(sentence, Piece(match.start(), match.end(), match.group()), f"{instead} {verb}")
    return None


def opposite(sentence: str, setting: Setting) -> str | None:
    """A word or phrase by its opposite, of the hand-made table."""
    return by_table(sentence, setting, lexicon().opposites)


def antonym(sentence: str, setting: Setting) -> str | None:
    """A word by its opposite in WordNet."""
    return by_table(sentence, setting, lexicon().antonyms)


def overstate(sentence: str, setting: Setting) -> str | None:
    """ "some" -> "all", "may" -> "must": more than the passage says."""
    if re.search(r"\b(?:not|no|never|if)\b|n't", sentence):
        return None
    return by_table(sentence, setting, lexicon().stronger)


def other_noun(sentence: str, setting: Setting) -> str | None:
    """A noun by another of its kind, or by one of the evidence."""
    sisters = lexicon().sisters
    found = [
        piece
        for piece in words_in(sentence, sisters)
        if len(piece.text) > 3
        and _NOUN_AHEAD.search(sentence[: piece.start])
        and _NOUN_BEHIND.match(sentence[piece.end :])
    ]
    if not found:
        return None
    piece = setting.draw.choice(found)
    plural = piece.text.endswith("s")
    evidence = [word for text in setting.evidence for word in re.findall(r"\b[a-z]{4,}\b", text)]
    near = [one for one in evidence if one in sisters and one.endswith("s") == plural and one not in sentence.lower()]
    if near and setting.draw.random() < NEAR_NOUNS:
        return replaced(sentence, piece, setting.draw.choice(near))
    return replaced(sentence, piece, setting.draw.choice(sisters[piece.text.lower()]))
