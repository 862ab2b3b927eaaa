"""Puts claims together: a few sentences of a passage as evidence, and as many true claims as wrong ones on them.

The claims of a window are made by rules, or were written (`claims.written`).
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from reviewers.trainers.claims import adding, breaking, twisting
from reviewers.trainers.claims.dialogue import reported
from reviewers.trainers.claims.evidence import AMONG_OTHERS, among_others, choose_setting
from reviewers.trainers.claims.keeping import KEEPING, REWORDING, wrapped
from reviewers.trainers.claims.retelling import retellings
from reviewers.trainers.claims.setting import SPEAKER, Edit, Pool, Setting, gather
from reviewers.trainers.claims.spans import sentence_case
from reviewers.trainers.claims.texts import SourceText
from reviewers.trainers.claims.turning import UNTOLD, Turned, turn
from reviewers.trainers.claims.written import Written

GENERATOR = "claims-3"  # raise it with any rule of this package: other claims are then made from the same seed
CLAIMS = 8  # a window at most; half of them wrong. More share the reading of the evidence, fewer show more evidence
LEAST_CLAIMS = 4  # of a window on short evidence
LONGEST_CLAIM = 40  # words
MOST_CAPITALS = 0.5  # share of a statement's words
MOST_VERBATIM = 0.16  # share of the true claims that are a sentence as it stands
WRAPPED, LOWERED, UNENDED = 0.2, 0.3, 0.08  # shares of claims said as in a conversation, without capitals, without "."
TRIES = 120  # of edits for one window, until it is given up as too poor
_SOFTENINGS = (0, 1, 2, 3, 4, 5, 6)  # edits that keep the meaning, tried on each claim
_SOURCE_SHARES = {"us-history": 0.4, "business": 0.25, "18f": 0.2, "taskmaster": 0.15}

# Each wrong kind with the share that it should have, in percent. The kind furthest below its share is tried first, so
# that rare places (two dates, a verb with two sides) are taken wherever they are found. A third and more go beyond the
# evidence.
BREAKING: tuple[tuple[str, Edit, float], ...] = (
    ("number", breaking.other_number, 7),
    ("date", breaking.other_date, 6),
    ("name", breaking.other_name, 8),
    ("exchanged names", breaking.exchange_names, 6),
    ("exchanged values", breaking.exchange_values, 2),
    ("who", breaking.wrong_who, 3),
    ("speaker", breaking.other_speaker, 4),
    ("negation", twisting.negate, 7),
    ("opposite", twisting.opposite, 8),
    ("antonym", twisting.antonym, 6),
    ("overstated", twisting.overstate, 3),
    ("noun", twisting.other_noun, 7),
    ("added phrase", adding.add_phrase, 8),
    ("added statement", adding.add_statement, 6),
    ("added sentence", adding.add_near, 8),
    ("personal", adding.add_personal, 2),
    ("opinion", adding.add_opinion, 6),
    ("crossed", adding.cross, 3),
    ("other end", adding.exchange_end, 5),
    ("elsewhere", adding.say_other, 5),
)
ADDED = frozenset(  # the others alter a fact
    {"added phrase", "added statement", "added sentence", "personal", "opinion", "other end", "elsewhere", UNTOLD}
)
INVENTED = "invented"  # what a model said beyond the text that it should retell
TOLD_AS_RETOLD = 0.6  # share of the claims on a sentence that a model retold which begin with its words
MOST_OF_A_KIND = 2  # in one window
WRITTEN = "written"


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


def make_windows(
    texts: Sequence[SourceText],
    count: int,
    *,
    seed: int,
    written: Sequence[Written] = (),
    written_share: float = 0.0,
) -> list[Window]:
    """So many windows; the same texts, count and seed give the same, and a larger count goes on from a smaller.

    Of the windows `written_share`, in [0, 1], have `written` claims, each as often as the others; the rest by rules.
    """
    draw = random.Random(seed)  # noqa: S311  # the same each time is the point
    pool = gather(texts)
    made = _windows(pool, draw)
    waiting: list[Written] = []
    windows: list[Window] = []
    while len(windows) < count:
        if written and written_share > 0.0 and draw.random() < written_share:
            waiting = waiting or draw.sample(written, len(written))
            windows.append(_written(waiting.pop(), pool, draw))
        else:
            windows.append(next(made))
    return windows


def written_windows(written: Sequence[Written]) -> list[Window]:
    """The written claims as they stand, to test with."""
    return [
        Window(
            source=one.source,
            evidence=one.evidence,
            claims=tuple(
                MadeClaim(text=text, supported=supported, kind=WRITTEN)
                for pair in one.pairs
                for text, supported in ((pair.true, True), (pair.wrong, False))
            ),
        )
        for one in written
    ]


def _written(one: Written, pool: Pool, draw: random.Random) -> Window:
    (window,) = written_windows([one])
    evidence = one.evidence
    if draw.random() < AMONG_OTHERS:
        said = " ".join(claim.text for claim in window.claims)
        evidence = among_others(evidence, said, pool, one.source, draw)
    claims = [replace(claim, text=_cased(claim.text, draw)) for claim in window.claims]
    draw.shuffle(claims)
    return replace(window, evidence=evidence, claims=tuple(claims))


def _windows(pool: Pool, draw: random.Random) -> Iterator[Window]:
    shares = {source: _SOURCE_SHARES.get(source, 0.2) for source in pool.by_source}
    made: Counter[str] = Counter()  # kinds so far
    turned_kinds: Counter[str] = Counter()
    while True:
        source = draw.choices(list(shares), list(shares.values()))[0]
        setting = choose_setting(pool, draw, source)
        turned = turn(setting, [one for one in _bases(setting) if not SPEAKER.match(one)], turned_kinds)
        true = _true_claims(turned, made)
        wrong = _wrong_claims(turned, made)
        pairs = min(len(true), len(wrong))
        if pairs >= LEAST_CLAIMS // 2:
            claims = [*true[:pairs], *wrong[:pairs]]
            draw.shuffle(claims)
            made.update(claim.kind for claim in claims)
            yield Window(source=source, evidence=turned.setting.evidence, claims=tuple(claims))


def _true_claims(turned: Turned, made: Mapping[str, int]) -> list[MadeClaim]:
    """Half a window of true claims, of which sentences as they stand keep to their share; fewer on poor evidence."""
    setting = turned.setting
    bases = _bases(setting)
    claims: dict[str, MadeClaim] = {}
    room = int(MOST_VERBATIM * sum(made.values()) / 2) + 1 - made.get("verbatim", 0)
    first = [one for one in turned.edited if one in bases]
    for one in retellings(setting.evidence, supported=True):
        if len(one.of) > 1 and len(claims) < MOST_OF_A_KIND:
            claims[_plain(one.said)] = MadeClaim(text=_dressed(one.said, setting), supported=True, kind="retold")
    for turn_ in range(TRIES if bases else 0):
        base = first[turn_] if turn_ < len(first) else setting.draw.choice(bases)
        told = _told(base, setting)
        if told is None:
            continue
        text, softened = _softened(told, setting, KEEPING)
        kind = softened or ("verbatim" if told == base else "reported" if SPEAKER.match(base) else "retold")
        if not _fits(text) or _plain(text) in claims or (kind == "verbatim" and room < 1):
            continue
        room -= kind == "verbatim"
        claims[_plain(text)] = MadeClaim(text=_dressed(text, setting), supported=True, kind=kind)
        if len(claims) >= CLAIMS // 2:
            break
    return list(claims.values())


def _wrong_claims(turned: Turned, made: Mapping[str, int]) -> list[MadeClaim]:
    """Half a window of wrong claims: what the evidence was made to deny, then the kinds that are most wanting."""
    setting = turned.setting
    bases = _bases(setting)
    evidence = _plain(" ".join(setting.evidence))
    claims: dict[str, MadeClaim] = {}

    def add(kind: str, text: str, before: str = "") -> bool:
        fits = _fits(text) and _plain(text) not in evidence and _plain(text) != _plain(before)
        if fits:
            claims.setdefault(_plain(text), MadeClaim(text=_dressed(text, setting), supported=False, kind=kind))
        return fits

    for one in retellings(setting.evidence, supported=False)[:MOST_OF_A_KIND]:
        add(INVENTED, one.said)
    for kind, sentence in turned.wrong:
        add(kind, _softened(sentence, setting, REWORDING)[0])
    wanting = sorted(BREAKING, key=lambda kind: made.get(kind[0], 0) / kind[2] + setting.draw.random())
    for name, edit, _ in wanting * MOST_OF_A_KIND:
        if len(claims) == CLAIMS // 2:
            break
        for base in setting.draw.sample(bases, len(bases)):
            told = _told(base, setting)
            text = _softened(told, setting, KEEPING)[0] if told else ""
            wrong = edit(text, setting) if told else None
            if wrong and add(name, wrong, text):
                break
    return list(claims.values())


def _bases(setting: Setting) -> list[str]:
    """Sentences of the evidence that state something, and are no headings or references."""
    return [
        one
        for one in setting.evidence
        if 4 <= len(one.split()) <= LONGEST_CLAIM
        and (SPEAKER.match(one) or (_STATEMENT.fullmatch(one) and _is_told(one)))
    ]


def _is_told(sentence: str) -> bool:
    """Whether it is more than a title, which is mostly capitals, and has both ends of what it quotes."""
    words = sentence.split()
    quotes = sentence.count('"') % 2 == 0 and sentence.count("“") == sentence.count("”")
    return quotes and sum(one[0].isupper() for one in words) <= MOST_CAPITALS * len(words)


_STATEMENT = re.compile(r"(?!.*(?:\bPress\b|https?:|\\| [.]$|Noun Project))[A-Z\"“].*[a-z].*[.!][\"”]?")


def _told(base: str, setting: Setting) -> str | None:
    """A line of a conversation mostly as a report (None where no rule can tell it), others as a model retold them."""
    if SPEAKER.match(base) and setting.draw.random() < 0.8:
        return reported(base, setting)
    others = [one.said for one in retellings([base], supported=True)]
    return setting.draw.choice(others) if others and setting.draw.random() < TOLD_AS_RETOLD else base


def _softened(text: str, setting: Setting, edits: Sequence[tuple[str, Edit, int]]) -> tuple[str, str]:
    """After some of the edits, which keep the meaning, and the first of them that found a place ("" for none)."""
    first = ""
    for _ in range(setting.draw.choice(_SOFTENINGS)):
        (name, edit, _), *_ = setting.draw.choices(edits, [weight for *_, weight in edits])
        changed = edit(text, setting)
        if changed and changed != text:
            text, first = changed, first or name
    return text, first


def _dressed(text: str, setting: Setting) -> str:
    """Said as people say it, for true and wrong claims alike."""
    if setting.draw.random() < WRAPPED and not SPEAKER.match(text):
        text = wrapped(text, setting)
    return _cased(sentence_case(text), setting.draw)


def _cased(text: str, draw: random.Random) -> str:
    """Some without the last full stop, some without capitals."""
    if draw.random() < UNENDED:
        text = text.rstrip(".")
    return text.lower() if draw.random() < LOWERED else text


def _fits(text: str) -> bool:
    return 4 <= len(text.split()) <= LONGEST_CLAIM + 8


def _plain(text: str) -> str:
    return re.sub(r"\W+", " ", text).strip().lower()
