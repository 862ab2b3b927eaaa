"""Edits that keep what a sentence says, or say less: the detector must see through them.

The same edits come before a sentence is corrupted, so that an edit alone tells nothing about the truth.
"""

from __future__ import annotations

import re

from reviewers.trainers.claims.lexicon import Table, lexicon
from reviewers.trainers.claims.persons import who
from reviewers.trainers.claims.setting import SPEAKER, Edit, Setting
from reviewers.trainers.claims.spans import (
    CARDINALS,
    MONTHS,
    Piece,
    inner_case,
    names,
    numbers,
    replaced,
    sentence_case,
    words_in,
)

HAND_MADE = 0.5  # share of the words that are put by the hand-made table, the rest by the longer one from WordNet
LEAST_WORDS = 4  # our choice: a shorter rest states too little
_NEGATIVE = re.compile(r"\b(?:not|no|never|nor|few|without|neither|hardly|unless|if|only)\b|n't")
# A sentence that ends with one of these was cut in two.
_DANGLING = re.compile(
    r"\b(?:and|or|but|nor|of|to|from|with|in|on|by|for|the|an?|than|as|that|at|into|those|is|are|was|were|be|been|during"
    r"|had|has|have|their|his|her|its|such|even|both|either|shortly|just|soon|not|months|years|days|weeks),?[.]$"
)
_VERB = re.compile(
    r" (?:is|are|was|were|has|have|had|did|do|does|can|could|would|will|came|took|began|went|got|made|left|ran|said|saw"
    r"|fell|rose|grew|held|won|lost|\w{2,}ed|\w{3,}[^s\W]s)\b"
)
# Begins in a way that nothing can stand before.
_LINKED = re.compile(
    r"(?:However|But|And|So|Also|Then|Thus|Therefore|Moreover|Furthermore|Instead|Indeed|Meanwhile|For|In fact|In short"
    r"|In addition|As|Yet|Still|Finally|Don't|Do|Let|Unlike|Though|Actually|Nevertheless|Nonetheless|Rather)\b",
    re.I,
)
_SUBORDINATE = re.compile(r"(?:When|If|While|As|Because|Although|Since|After|Before|Until|Unless|Though|Once|Where)\b")
_OPENING = re.compile(
    r"(?:In|On|At|By|During|After|Before|For|With|As|When|While|Although|Because|Since|However|Moreover|Indeed|Finally"
    r"|Instead|Meanwhile|Also|Then|So|And|But|Thus|Therefore)\b[^,;:]{0,60}, (?=[A-Za-z])"
)
_TAIL = re.compile(
    r"(?:,? (?:which|who|because|although|while|where|whereas|as well as|including|such as|according to|when|and then"
    r"|making|leaving)|, (?:after|before|as|with|and|but|so))\b.*$"
)
_WHICH = re.compile(
    r"\b((?:[Tt]he|[Aa]n?|[A-Z][\w'-]+)(?: [\w'-]+){0,3}), wh(?:ich|o) "
    r"((?:is|was|are|were|had|has|have|could|\w+ed) [^,.;:()]{8,80})[,.]"
)
_APPOSED = re.compile(r"^([A-Z][a-z]+(?: [A-Z][\w.]*){1,3}), (an? [^,.;:()]{5,60}),")
_DEFINITE = re.compile(r"\b(?:all|these|those|the|first|last|next|other|least|most|than|of|every|his|her|their)\s$")
_FRONT = re.compile(r"((?:In|On|At|By|During|After|Before|With) [^,;:]{3,40}), ([A-Za-z][^;:]*)[.]$")
_BACK = re.compile(
    r"([A-Z][^,;:]{20,}) ((?:in|on|during|after|before|by) (?:[A-Z\d]|the )[^,;: ]{2,20}(?: [^,;: ]+){0,2})[.]$"
)
_NOT_ADVERBS = frozenset(
    """only early family supply likely unlikely hardly nearly rarely barely daily weekly monthly yearly reply apply rely
    partially slightly fairly relatively potentially possibly probably largely virtually practically seemingly
    apparently presumably predominantly falsely wrongly poorly newly occasionally typically usually generally
    frequently commonly
    normally primarily similarly differently equally respectively highly increasingly significantly
    monopoly assembly ally rally fully exactly approximately roughly particularly mainly mostly partly formerly
    previously friendly costly lonely elderly lovely holy ugly silly bodily scarcely seldomly allegedly supposedly
    reportedly nominally initially finally ultimately eventually temporarily""".split()
)
_CONTRACTIONS = {
    "can't": "cannot", "won't": "will not", "n't": " not", "'re": " are", "'ll": " will", "'ve": " have",
    "I'm": "I am", "it's(?! been| had| got)": "it is", "It's(?! been| had| got)": "It is",
    "That's(?! been| had| got)": "That is", "there's(?! been| had| got)": "there is",
}  # fmt: skip
_SHORT_FORMS = {
    "did not": "didn't", "does not": "doesn't", "do not": "don't", "was not": "wasn't", "were not": "weren't",
    "is not": "isn't", "are not": "aren't", "could not": "couldn't", "would not": "wouldn't", "cannot": "can't",
    "will not": "won't", "had not": "hadn't", "has not": "hasn't", "it is": "it's", "they are": "they're",
}  # fmt: skip


def drop_opening(sentence: str, setting: Setting) -> str | None:
    """ "In 1929, prices fell." -> "Prices fell." """
    match = _OPENING.match(sentence)
    if match is None or (_SUBORDINATE.match(sentence) and not _VERB.search(match.group())):
        return None  # "When Ida, a clerk, left, …": the comma ends no clause
    return _enough(sentence_case(sentence[match.end() :]))


def drop_tail(sentence: str, setting: Setting) -> str | None:
    """ "They left, because it rained." -> "They left."; not after "not" or "if", where less says more."""
    match = _TAIL.search(sentence, 24)
    if not match or _NEGATIVE.search(sentence[: match.start()]) or _SUBORDINATE.match(sentence):
        return None
    return _enough(sentence[: match.start()].rstrip(",;:") + ".")


def drop_aside(sentence: str, setting: Setting) -> str | None:
    """What stands in brackets, or between commas behind a name or noun."""
    match = re.search(r" \([^)]*\)", sentence)
    if match is None and sentence.count(",") == 2:
        match = re.search(r", (?:an?|the|who|which) [^,]{5,60},(?= )", sentence)
    return _enough(sentence[: match.start()] + sentence[match.end() :]) if match else None


def tell_aside(sentence: str, setting: Setting) -> str | None:
    """ "Ida, a clerk, left." -> "Ida was a clerk."; "the mill, which burned down, …" -> "The mill burned down." """
    found = [f"{match.group(1)} {match.group(2)}." for match in _WHICH.finditer(sentence)]
    found += [f"{match.group(1)} was {match.group(2)}." for match in _APPOSED.finditer(sentence)]
    return _enough(sentence_case(setting.draw.choice(found))) if found and not _NEGATIVE.search(sentence) else None


def keep_half(sentence: str, setting: Setting) -> str | None:
    """One half of two statements that "and" or "but" joins."""
    halves = re.split(r"(?:,|;) (?:and|but) (?=(?:the|it|they|he|she|we|this|many|some|most|[A-Z]\w+) )", sentence)
    if len(halves) != 2 or min(len(half.split()) for half in halves) < 5 or _SUBORDINATE.match(sentence):
        return None
    return _enough(sentence_case(setting.draw.choice(halves).rstrip(".,;") + "."))


def drop_detail(sentence: str, setting: Setting) -> str | None:
    """ "She sold it quickly in May 1990." -> "She sold it in May 1990." or "She sold it quickly." """
    found = [*re.finditer(rf" in (?:(?:{'|'.join(MONTHS)}) )?(?:early |late )?\d{{4}}(?=[ .,])", sentence)]
    found += [one for one in re.finditer(r" [a-z]{3,}ly(?= [a-z])", sentence) if one.group()[1:] not in _NOT_ADVERBS]
    if not found or _NEGATIVE.search(sentence):
        return None
    match = setting.draw.choice(found)
    return _enough((sentence[: match.start()] + sentence[match.end() :]).replace(",,", ","))


def be_vague(sentence: str, setting: Setting) -> str | None:
    """ "five ships" -> "several ships", "40 ships" -> "dozens of ships" """
    found = [
        one
        for one in re.finditer(
            r"(?<![\w$.,–-])(\d{1,4}|[a-z]{3,6})"
            r"(?= (?!years|months|weeks|days|hours|minutes|times|points|percent)[a-z]{3,}s\b)",
            sentence,
        )
        if (one.group(1).isdigit() or one.group(1) in CARDINALS[3:10]) and not _DEFINITE.search(sentence[: one.start()])
    ]
    for match in found[:1]:
        count = int(match.group(1)) if match.group(1).isdigit() else CARDINALS.index(match.group(1))
        instead = "several" if 3 <= count < 12 else "dozens of" if 24 <= count < 100 else "hundreds of"
        if 3 <= count < 12 or 24 <= count < 1000:
            return replaced(sentence, Piece(match.start(1), match.end(1), match.group(1)), instead)
    return None


def move_time(sentence: str, setting: Setting) -> str | None:
    """ "In 1929, prices fell." <-> "Prices fell in 1929." """
    front = _FRONT.match(sentence)
    if front and not re.search(r"\b(?:and|but|which|who)\b", front.group(2)):
        return f"{sentence_case(front.group(2))} {inner_case(front.group(1), ())}."
    back = _BACK.match(sentence)
    if back and not re.search(
        r"\b(?:and|but|that|which|who)\b|\b(?:only|just|even|not|also|early|late)$", back.group(1)
    ):
        return f"{sentence_case(back.group(2))}, {inner_case(back.group(1), setting.pool.known)}."
    return None


def say_otherwise(sentence: str, setting: Setting) -> str | None:
    """One to three words or phrases by others that say the same."""
    for _ in range(setting.draw.randint(1, 3)):
        table = lexicon().synonyms if setting.draw.random() < HAND_MADE else lexicon().reworded
        sentence = by_table(sentence, setting, table) or sentence
    return sentence


def turn_owner(sentence: str, setting: Setting) -> str | None:
    """ "Gage's actions" <-> "the actions of Gage" """
    owned = re.finditer(r"\b(?P<who>[A-Z][a-z]+)'s (?P<what>[a-z]{4,})(?= [a-z]{1,3}\b|[,.])", sentence)
    found = [one for one in owned if not re.search(r"\b[A-Z][\w.]* $", sentence[: one.start()])]
    if found:
        match = setting.draw.choice(found)
        turned = f"the {match.group('what')} of {match.group('who')}"
        return sentence_case(f"{sentence[: match.start()]}{turned}{sentence[match.end() :]}")
    match_of = re.search(
        r"\b[Tt]he (?P<what>[a-z]{4,}) of (?P<who>[A-Z][a-z]{2,})"
        r"(?= (?:in|on|at|to|by|for|from|with|was|were|is)\b|[,.;])",
        sentence,
    )
    if match_of is None or match_of.group("who") in (*MONTHS, "The", "This"):
        return None
    return (
        f"{sentence[: match_of.start()]}{match_of.group('who')}'s {match_of.group('what')}{sentence[match_of.end() :]}"
    )


def say_it(sentence: str, setting: Setting) -> str | None:
    """ "The NASDAQ is …" -> "It is …": as people go on talking of what a passage is about."""
    match = re.match(r"(?:The|This|An?) [\w'-]+(?: [\w'-]+)?(?= (?:is|was|has|had) (?!not\b))", sentence)
    if match is None or re.search(r"\b(?:man|woman|king|president|s|people|who|that|which)$", match.group(), re.I):
        return None
    return "It" + sentence[match.end() :]


def say_less(sentence: str, setting: Setting) -> str | None:
    """ "all" -> "many"; not in a negative sentence, where less says more."""
    return None if _NEGATIVE.search(sentence) else by_table(sentence, setting, lexicon().weaker)


def write_number(sentence: str, setting: Setting) -> str | None:
    """ "12" <-> "twelve", "1,200" -> "1200", "5%" -> "5 percent"."""
    found = []
    for piece in numbers(sentence):
        if piece.text in CARDINALS:
            found.append(replaced(sentence, piece, str(CARDINALS.index(piece.text))))
        elif piece.text.isdigit() and 1 < int(piece.text) < len(CARDINALS) and sentence[piece.end :][:1] != "%":
            found.append(replaced(sentence, piece, CARDINALS[int(piece.text)]))
        elif "," in piece.text:
            found.append(replaced(sentence, piece, piece.text.replace(",", "")))
        elif sentence[piece.end :][:1] == "%":
            found.append(f"{sentence[: piece.end]} percent{sentence[piece.end + 1 :]}")
    return setting.draw.choice(found) if found else None


def contract(sentence: str, setting: Setting) -> str | None:
    """Short forms written out, or long ones shortened."""
    table = _CONTRACTIONS if "'" in sentence and setting.draw.random() < 0.7 else _SHORT_FORMS
    changed = sentence
    for form, instead in table.items():
        changed = re.sub(rf"(?<!\w){form}\b" if form[0] != "n" and form[0] != "'" else rf"{form}\b", instead, changed)
    return changed if changed != sentence else None


def shorten_name(sentence: str, setting: Setting) -> str | None:
    """ "Hillary Clinton" -> "Clinton"; only after a first name of people."""
    people = [
        piece
        for piece in names(sentence, setting.pool.known)
        if len(piece.text.split()) == 2 and piece.text.split()[0] in lexicon().first_names
    ]
    if not people:
        return None
    piece = setting.draw.choice(people)
    return replaced(sentence, piece, piece.text.split()[1])


def name_who(sentence: str, setting: Setting) -> str | None:
    """ "She leaned in." -> "Clinton leaned in.", where the sentence before names one person: it takes two to know."""
    found = who(sentence, setting)
    return replaced(sentence, found.pronoun, found.person) if found else None


def join_two(sentence: str, setting: Setting) -> str | None:
    """Two sentences of the evidence in one: both must be read."""
    words = set(sentence.lower().split())
    others = [
        one
        for one in setting.evidence
        if len(one.split()) < 22
        and one.endswith(".")
        and one.rstrip(".").lower() not in sentence.lower()
        and len(words & set(one.lower().split())) < len(words) / 2
    ]
    if not others or len(sentence.split()) > 22 or not sentence.endswith("."):
        return None
    other = setting.draw.choice(others)
    other = drop_opening(other, setting) or drop_tail(other, setting) or other
    if SPEAKER.match(other):
        return None
    return joined(sentence, other, setting)


def joined(sentence: str, other: str, setting: Setting) -> str:
    """Two sentences in one."""
    joint = setting.draw.choice([", and ", ", and ", "; ", ", while "])
    return sentence.rstrip(".") + joint + inner_case(other, setting.pool.known)


def wrapped(sentence: str, setting: Setting) -> str:
    """As people say it in a conversation: "Did you know that …?" """
    if _LINKED.match(sentence):
        return sentence
    body = sentence.rstrip(".! ")
    wrap = setting.draw.choice(lexicon().wraps)
    return wrap.replace("{claim}", inner_case(body, setting.pool.known)).replace("{Claim}", body)


def by_table(sentence: str, setting: Setting, table: Table) -> str | None:
    """One phrase of the sentence by one that the table has for it."""
    found = words_in(sentence, table)
    if not found:
        return None
    piece = setting.draw.choice(found)
    return replaced(sentence, piece, setting.draw.choice(table[piece.text.lower()]))


def _enough(text: str) -> str | None:
    whole = text.count('"') % 2 == 0 and text.count("“") == text.count("”") and text.count("(") == text.count(")")
    return text if whole and len(text.split()) >= LEAST_WORDS and not _DANGLING.search(text) else None


# Each as often as it should be tried. What leaves something out says less; what rewords says all of it.
SHORTENING: tuple[tuple[str, Edit, int], ...] = (
    ("drop", drop_opening, 2),
    ("drop", drop_tail, 2),
    ("drop", drop_aside, 2),
    ("detail", drop_detail, 2),
    ("half", keep_half, 2),
    ("aside", tell_aside, 6),
)
REWORDING: tuple[tuple[str, Edit, int], ...] = (
    ("synonym", say_otherwise, 12),
    ("move", move_time, 2),
    ("number", write_number, 1),
    ("contraction", contract, 2),
    ("owner", turn_owner, 2),
)
KEEPING: tuple[tuple[str, Edit, int], ...] = (
    *SHORTENING,
    *REWORDING,
    ("vague", be_vague, 1),
    ("less", say_less, 1),
    ("name", shorten_name, 2),
    ("it", say_it, 1),
    ("who", name_who, 5),
    ("joined", join_two, 4),
)
