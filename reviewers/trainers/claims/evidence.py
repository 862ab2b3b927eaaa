"""Chooses what a window's claims are read against: sentences in a row, or such as the scorer finds for a claim."""

from __future__ import annotations

import random

from reviewers.decisions.evidence_choice import choose_evidence
from reviewers.model import Passage
from reviewers.trainers.claims.setting import SPEAKER, Pool, Setting
from reviewers.trainers.claims.spans import dates, numbers

SHOWN_WORDS, SHOWN_SENTENCES = 150, 6  # at most; the scorer reads more, which costs a training too much
CHOSEN = 0.5  # share of windows whose evidence stands apart in its document, as most of what the scorer reads does
RETOLD = 0.15  # share of windows at a sentence that a model retold, which few are
_IN_A_ROW = (1, 1, 2, 2, 3, 4, 5, 6)  # sentences, where they stand together: a short document is read whole
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
    document = list(own) if talk else [one for text in (around[1], own, around[2]) for one in text]
    if draw.random() < CHOSEN:
        evidence = _chosen(document, about or " ".join(draw.sample(own, min(len(own), draw.choice(_CLAIMED)))))
    else:
        evidence = _chosen(list(own), about) if about else _in_a_row(own, draw)
    near = tuple(one for text in (own, *around) for one in text if one not in evidence)
    return Setting(draw=draw, evidence=evidence, near=near, passage=own, pool=pool)


def _in_a_row(own: tuple[str, ...], draw: random.Random) -> tuple[str, ...]:
    size = min(len(own), draw.choice(_IN_A_ROW))
    start = draw.randrange(len(own) - size + 1)
    evidence = list(own[start : start + size])
    while len(evidence) > 1 and sum(len(one.split()) for one in evidence) > SHOWN_WORDS:
        evidence.pop()
    return tuple(evidence)


def _chosen(document: list[str], about: str) -> tuple[str, ...]:
    """What the scorer would read for a claim like this, in the document's order."""
    whole = (Passage(passage_id="document", text="\n".join(document)),)
    found = choose_evidence(about, whole, words=SHOWN_WORDS, sentences=SHOWN_SENTENCES)
    return tuple(one for one in dict.fromkeys(document) if " ".join(one.split()) in found) or (about,)


def _values(setting: Setting) -> int:
    return sum(len(numbers(one)) + len(dates(one)) for one in setting.evidence)
