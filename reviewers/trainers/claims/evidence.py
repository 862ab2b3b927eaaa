"""Chooses what a window's claims are read against: sentences in a row, or such as the scorer finds for a claim."""

from __future__ import annotations

import random
from collections.abc import Sequence

from reviewers.decisions.evidence_choice import choose_evidence
from reviewers.model import Passage
from reviewers.trainers.claims.setting import SPEAKER, Pool, Setting
from reviewers.trainers.claims.spans import dates, numbers

SHOWN_WORDS = (100, 150, 220, 300)  # at most, one of them for a window: the scorer reads up to 300
SHOWN_SENTENCES = 12  # at most, as the scorer reads
CHOSEN = 0.5  # share of windows whose evidence stands apart in its document, as most of what the scorer reads does
RETOLD = 0.15  # share of windows at a sentence that a model retold, which few are
AMONG_OTHERS = 0.5  # share of the windows with written claims whose evidence stands among that of other passages
_IN_A_ROW = (1, 1, 2, 2, 3, 4, 6, 10)  # sentences, where they stand together: a short document is read whole
_OTHERS = 20  # passages that the scorer's choice falls on
_CLAIMED = (1, 1, 2, 3)  # sentences that a claim is about
_AROUND = (-2, -1, 1, 2)  # neighbours of a passage in its collection that make a longer document with it


def choose_setting(pool: Pool, draw: random.Random, source: str) -> Setting:
    """Of two places in a collection the one with more values: numbers and dates are what people look for, and rare."""
    if pool.retold[source] and draw.random() < RETOLD:
        return _setting(pool, draw, source, *draw.choice(pool.retold[source]))
    places = range(len(pool.by_source[source]))
    return max((_setting(pool, draw, source, draw.choice(places)) for _ in range(2)), key=_values)


def _setting(pool: Pool, draw: random.Random, source: str, at: int, about: str = "") -> Setting:
    """At a passage of the collection; `about` is what must be in the evidence."""
    places = pool.by_source[source]
    own = pool.texts[places[at]].sentences
    around = [pool.texts[places[(at + step) % len(places)]].sentences for step in _AROUND]
    talk = any(SPEAKER.match(one) for one in own)  # two conversations would make one in which nobody knows who speaks
    document = list(own) if talk else [one for text in (*around[:2], own, *around[2:]) for one in text]
    shown = draw.choice(SHOWN_WORDS)
    if draw.random() < CHOSEN:
        evidence = _chosen(document, about or " ".join(draw.sample(own, min(len(own), draw.choice(_CLAIMED)))), shown)
    else:
        evidence = _chosen(list(own), about, shown) if about else _in_a_row(own, draw, shown)
    near = tuple(one for text in (own, *around) for one in text if one not in evidence)
    return Setting(draw=draw, evidence=evidence, near=near, passage=own, pool=pool)


def among_others(
    evidence: tuple[str, ...], about: str, pool: Pool, source: str, draw: random.Random
) -> tuple[str, ...]:
    """The evidence as it stands in a long document: between what the scorer would choose of other passages.

    These are of the same collection but not of the place itself, where what a wrong claim says may stand.
    A conversation stays alone: with another one nobody knows who speaks.
    """
    room = draw.choice(SHOWN_WORDS) - _words(evidence)
    places = pool.by_source.get(source, ())
    if room <= 0 or not places or any(SPEAKER.match(one) for one in evidence):
        return evidence
    drawn = [pool.texts[places[at]].sentences for at in _elsewhere(evidence, pool, places, draw)]
    document = [one for text in drawn for one in text]
    others = _chosen(document, about, room, SHOWN_SENTENCES - len(evidence)) if len(evidence) < SHOWN_SENTENCES else ()
    cut = draw.randrange(len(others) + 1)
    return (*others[:cut], *evidence, *others[cut:])


def _elsewhere(evidence: tuple[str, ...], pool: Pool, places: tuple[int, ...], draw: random.Random) -> list[int]:
    """Passages of a collection, by number, none of which is or stands beside one with this evidence."""
    drawn = draw.sample(range(len(places)), min(_OTHERS, len(places)))
    beside = [
        {one for step in (0, *_AROUND) for one in pool.texts[places[(at + step) % len(places)]].sentences}
        for at in drawn
    ]
    return [at for at, sentences in zip(drawn, beside, strict=True) if sentences.isdisjoint(evidence)]


def _in_a_row(own: tuple[str, ...], draw: random.Random, shown: int) -> tuple[str, ...]:
    size = min(len(own), draw.choice(_IN_A_ROW))
    start = draw.randrange(len(own) - size + 1)
    evidence = list(own[start : start + size])
    while len(evidence) > 1 and _words(evidence) > shown:
        evidence.pop()
    return tuple(evidence)


def _chosen(document: list[str], about: str, shown: int, sentences: int = SHOWN_SENTENCES) -> tuple[str, ...]:
    """What the scorer would read for a claim like this, in the document's order."""
    whole = (Passage(passage_id="document", text="\n".join(document)),)
    found = choose_evidence(about, whole, words=shown, sentences=sentences)
    return tuple(one for one in dict.fromkeys(document) if " ".join(one.split()) in found) or (about,)


def _words(sentences: Sequence[str]) -> int:
    return sum(len(one.split()) for one in sentences)


def _values(setting: Setting) -> int:
    return sum(len(numbers(one)) + len(dates(one)) for one in setting.evidence)
