"""Puts claims together: a few sentences of a passage as evidence, and as many true claims as wrong ones on them."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from reviewers.trainers.claims import adding, breaking, twisting
from reviewers.trainers.claims.dialogue import reported
from reviewers.trainers.claims.keeping import KEEPING, wrapped
from reviewers.trainers.claims.setting import SPEAKER, Edit, Pool, Setting, gather
from reviewers.trainers.claims.spans import dates, numbers, sentence_case
from reviewers.trainers.claims.texts import SourceText

GENERATOR = "claims-1"  # raise it with any rule of this package: other claims are then made from the same seed
CLAIMS = 10  # a window; half of them wrong. More share the reading of the evidence, fewer show more evidence
EVIDENCE_WORDS = 95  # what the scorer gives the model at most, and a little
LONGEST_CLAIM = 40  # words
MOST_VERBATIM = 0.18  # share of the true claims that are a sentence as it stands
MIXED = 0.25  # share of windows with a sentence of another passage in the evidence
WRAPPED, LOWERED = 0.12, 0.06  # shares of all claims said as in a conversation, and written without capitals
TRIES = 120  # of edits for one window, until it is given up as too poor
_SOFTENINGS = (0, 1, 2, 2, 3, 3, 4)  # edits that keep the meaning, tried on each claim
_SENTENCES = (1, 2, 2, 3, 3, 4, 4, 5)  # of evidence
_SOURCE_SHARES = {"us-history": 0.4, "business": 0.25, "18f": 0.2, "taskmaster": 0.15}

# Each wrong kind with the share that it should have, in percent. The kind furthest below its share is tried first, so
# that rare places (two dates, a verb with two sides) are taken wherever they are found.
BREAKING: tuple[tuple[str, Edit, float], ...] = (
    ("number", breaking.other_number, 8),
    ("date", breaking.other_date, 8),
    ("name", breaking.other_name, 9),
    ("exchanged names", breaking.exchange_names, 7),
    ("exchanged values", breaking.exchange_values, 3),
    ("who", breaking.wrong_who, 4),
    ("speaker", breaking.other_speaker, 5),
    ("negation", twisting.negate, 9),
    ("opposite", twisting.opposite, 10),
    ("antonym", twisting.antonym, 8),
    ("overstated", twisting.overstate, 3),
    ("noun", twisting.other_noun, 8),
    ("added phrase", adding.add_phrase, 5),
    ("added statement", adding.add_statement, 5),
    ("personal", adding.add_personal, 3),
    ("crossed", adding.cross, 4),
    ("other end", adding.exchange_end, 5),
    ("elsewhere", adding.say_other, 4),
)
ADDED = frozenset({"added phrase", "added statement", "personal", "other end", "elsewhere"})  # the others alter a fact
MOST_OF_A_KIND = 2  # in one window


@dataclass(frozen=True, kw_only=True, slots=True)
class MadeClaim:
    """A claim with its answer."""

    text: str
    supported: bool
    kind: str  # the edit that made it wrong; of a true one the first that changed it, or "verbatim"


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """Evidence with the claims on it."""

    source: str
    evidence: tuple[str, ...]
    claims: tuple[MadeClaim, ...]


def make_windows(texts: Sequence[SourceText], count: int, *, seed: int) -> list[Window]:
    """So many windows; the same texts, count and seed give the same, and a larger count goes on from a smaller."""
    made = _windows(gather(texts), random.Random(seed))  # noqa: S311  # the same each time is the point
    return [next(made) for _ in range(count)]


def _windows(pool: Pool, draw: random.Random) -> Iterator[Window]:
    shares = {source: _SOURCE_SHARES.get(source, 0.2) for source in pool.by_source}
    made: Counter[str] = Counter()  # kinds so far
    while True:
        source = draw.choices(list(shares), list(shares.values()))[0]
        # Of two the one with more values in it: numbers and dates are what people look for, and are rare.
        setting = max(_setting(pool, draw, source), _setting(pool, draw, source), key=_values)
        claims = _true_claims(setting, made) + _wrong_claims(setting, made)
        if len(claims) == CLAIMS:
            draw.shuffle(claims)
            made.update(claim.kind for claim in claims)
            yield Window(source=source, evidence=setting.evidence, claims=tuple(claims))


def _setting(pool: Pool, draw: random.Random, source: str) -> Setting:
    """Sentences in a row of one passage; in one of four windows a neighbour's sentence stands among them."""
    places = pool.by_source[source]
    at = draw.randrange(len(places))
    own = pool.texts[places[at]].sentences
    neighbour = pool.texts[places[(at + draw.choice([-2, -1, 1, 2])) % len(places)]].sentences
    size = min(len(own), draw.choice(_SENTENCES))
    start = draw.randrange(len(own) - size + 1)
    evidence = list(own[start : start + size])
    if draw.random() < MIXED:
        evidence.insert(draw.choice([0, len(evidence)]), draw.choice(neighbour))
    while len(evidence) > 1 and sum(len(one.split()) for one in evidence) > EVIDENCE_WORDS:
        evidence.pop()
    near = tuple(one for one in (*own, *neighbour) if one not in evidence)
    return Setting(draw=draw, evidence=tuple(evidence), near=near, pool=pool)


def _values(setting: Setting) -> int:
    return sum(len(numbers(one)) + len(dates(one)) for one in setting.evidence)


def _true_claims(setting: Setting, made: Mapping[str, int]) -> list[MadeClaim]:
    """Half a window of true claims, of which sentences as they stand keep to their share; fewer on poor evidence."""
    bases = _bases(setting)
    claims: dict[str, MadeClaim] = {}
    room = int(MOST_VERBATIM * sum(made.values()) / 2) + 1 - made.get("verbatim", 0)
    for _ in range(TRIES if bases else 0):
        base = setting.draw.choice(bases)
        told = _told(base, setting)
        if told is None:
            continue
        text, softened = _softened(told, setting)
        kind = softened or ("reported" if told != base else "verbatim")
        if not _fits(text) or _plain(text) in claims or (kind == "verbatim" and room < 1):
            continue
        room -= kind == "verbatim"
        claims[_plain(text)] = MadeClaim(text=_dressed(text, setting), supported=True, kind=kind)
        if len(claims) == CLAIMS // 2:
            break
    return list(claims.values())


def _wrong_claims(setting: Setting, made: Mapping[str, int]) -> list[MadeClaim]:
    """Half a window of wrong claims: the kinds that are most wanting first; fewer on poor evidence."""
    bases = _bases(setting)
    evidence = _plain(" ".join(setting.evidence))
    claims: dict[str, MadeClaim] = {}
    wanting = sorted(BREAKING, key=lambda kind: made.get(kind[0], 0) / kind[2] + setting.draw.random())
    for name, edit, _ in wanting * MOST_OF_A_KIND:
        for base in setting.draw.sample(bases, len(bases)):
            told = _told(base, setting)
            text = _softened(told, setting)[0] if told else ""
            wrong = edit(text, setting) if told else None
            if wrong and _fits(wrong) and _plain(wrong) != _plain(text) and _plain(wrong) not in evidence:
                claims.setdefault(_plain(wrong), MadeClaim(text=_dressed(wrong, setting), supported=False, kind=name))
                break
        if len(claims) == CLAIMS // 2:
            break
    return list(claims.values())


def _bases(setting: Setting) -> list[str]:
    """Sentences of the evidence that state something, and are no headings or references."""
    return [
        one
        for one in setting.evidence
        if 4 <= len(one.split()) <= LONGEST_CLAIM and (SPEAKER.match(one) or _STATEMENT.fullmatch(one))
    ]


_STATEMENT = re.compile(r"(?!.*(?:\bPress\b|https?:|\\| [.]$|Noun Project))[A-Z\"“].*[a-z].*[.!][\"”]?")


def _told(base: str, setting: Setting) -> str | None:
    """A line of a conversation mostly as a report of it; None where no rule can tell it."""
    if SPEAKER.match(base) and setting.draw.random() < 0.8:
        return reported(base, setting)
    return base


def _softened(text: str, setting: Setting) -> tuple[str, str]:
    """After some edits that keep the meaning, and the first of them that found a place ("" for none)."""
    first = ""
    for _ in range(setting.draw.choice(_SOFTENINGS)):
        (name, edit, _), *_ = setting.draw.choices(KEEPING, [weight for *_, weight in KEEPING])
        changed = edit(text, setting)
        if changed and changed != text:
            text, first = changed, first or name
    return text, first


def _dressed(text: str, setting: Setting) -> str:
    """Said as people say it, for true and wrong claims alike."""
    if setting.draw.random() < WRAPPED and not SPEAKER.match(text):
        text = wrapped(text, setting)
    text = sentence_case(text)
    return text.lower() if setting.draw.random() < LOWERED else text


def _fits(text: str) -> bool:
    return 4 <= len(text.split()) <= LONGEST_CLAIM + 8


def _plain(text: str) -> str:
    return re.sub(r"\W+", " ", text).strip().lower()
