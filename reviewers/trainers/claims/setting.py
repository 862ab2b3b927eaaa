"""What an edit of a sentence may look at: the passage around it, other passages, and the draw."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from reviewers.trainers.claims.lexicon import lexicon
from reviewers.trainers.claims.retelling import retold
from reviewers.trainers.claims.spans import kind_of, names, seen_names
from reviewers.trainers.claims.texts import SourceText


@dataclass(frozen=True, kw_only=True, slots=True)
class Pool:
    """All source texts, and what stands in them."""

    texts: tuple[SourceText, ...]
    by_source: Mapping[str, tuple[int, ...]]  # collection -> places of its texts, in order
    retold: Mapping[
        str, tuple[tuple[int, str], ...]
    ]  # collection -> of what a model retold, place among its texts and text
    names: Mapping[str, tuple[str, ...]]  # kind of name -> names as often as they occur
    known: frozenset[str]  # words that begin names
    words: frozenset[str]  # in lower case


@dataclass(frozen=True, kw_only=True, slots=True)
class Setting:
    """Where a claim is made."""

    draw: random.Random
    evidence: tuple[str, ...]  # sentences that the claim is read against
    near: tuple[str, ...]  # sentences of the same or a neighbouring passage that are not evidence
    passage: tuple[str, ...]  # the sentences in the order in which they were told: what "he" means is to be found there
    pool: Pool


SPEAKER = re.compile(rf"({'|'.join(sorted(lexicon().first_names))}): ")  # a line of a conversation begins so
Edit = Callable[[str, Setting], str | None]  # another sentence, or None where the edit finds no place


def gather(texts: Sequence[SourceText]) -> Pool:
    """The pool of these texts."""
    sentences = [sentence for text in texts for sentence in text.sentences]
    known = seen_names(sentences)
    found: dict[str, list[str]] = defaultdict(list)
    for sentence in sentences:
        for piece in names(sentence, known):
            found[kind_of(piece.text)].append(piece.text)
    places: dict[str, list[int]] = defaultdict(list)
    for at, text in enumerate(texts):
        places[text.source].append(at)
    return Pool(
        texts=tuple(texts),
        by_source={source: tuple(at) for source, at in places.items()},
        retold={source: tuple(_retold(texts, at)) for source, at in places.items()},
        names={kind: tuple(of_kind) for kind, of_kind in found.items()},
        known=known,
        words=frozenset(word for sentence in sentences for word in sentence.split() if word.islower()),
    )


def _retold(texts: Sequence[SourceText], places: Sequence[int]) -> Iterator[tuple[int, str]]:
    for number, at in enumerate(places):
        for sentence in texts[at].sentences:
            for of in dict.fromkeys(one.of for one in retold().get(sentence, ())):
                yield number, " ".join(of)


def elsewhere(setting: Setting) -> str:
    """A sentence of any other passage."""
    text = setting.draw.choice(setting.pool.texts)
    return setting.draw.choice(text.sentences)
