"""What is asked about: questions of both windows in clusters, named by their typical words, and which of them moved.

Clusters are made of both windows together and do not know which output came when, so whatever the clusters are, a
share that differs by more than chance is a difference of the windows. (Clusters of one window fit that window best, and
find the other to differ where nothing does.)
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import log, sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr
from scipy.stats import hypergeom
from sklearn.cluster import MiniBatchKMeans

from reviewers.decisions.e_values import FALSE_FINDINGS, benjamini_hochberg
from reviewers.decisions.figures import wilson
from reviewers.decisions.value_drift import share_shift
from reviewers.decisions.words import Kind, analyse
from reviewers.model.digest import State
from reviewers.model.missing import Missing

Vectors = NDArray[np.float32]

OUTPUTS_NEED = 100  # of each window: our choice, below it a topic is a handful of questions
TOPIC_NEEDS = 10.0  # outputs expected in each window by the topic's share of both, to say how it moved: our choice
FEWEST, MOST = 4, 40  # topics: our choice, more than people would read
NEGLIGIBLE = 0.005  # of all questions, by which a topic may grow or shrink: our choice
NEW_BELOW = 0.25  # of what it has now, a new topic had at most before: our choice
TERMS = 3  # that name a topic
TEXTS_NEED = 3  # that say a term, so that one person's words name nothing
READ = 400  # texts of a topic that name it, at most
EXAMPLES = 3
STARTS = 3  # of the clustering; the best is kept


@dataclass(frozen=True, kw_only=True, slots=True)
class Topic:
    """A cluster of questions and its share of each window."""

    place: int  # its number in the codes
    name: str  # its typical words; empty: none is said often enough. Untrusted text
    state: State
    missing: Missing | None  # with INSUFFICIENT
    now: float  # share of the current window's questions, in [0, 1]
    before: float  # share of the reference window's
    effect: float  # now minus before
    low: float  # of its 95 % interval
    high: float
    p_value: float | None  # of "it moved by no more than half a point"; None: too few
    new: bool  # it grew, and hardly was there before
    examples: tuple[int, ...]  # places in the current window of those in its middle


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Topics:
    """All topics of two windows."""

    topics: tuple[Topic, ...]  # those that moved first, then by the size of the change
    reference: NDArray[np.int32]  # the topic's place of each output of the reference window
    current: NDArray[np.int32]
    centres: Vectors  # one row a place: the nearest one is the topic of any other output


def find(
    reference: Vectors,
    current: Vectors,
    texts: tuple[Sequence[str], Sequence[str]],
    *,
    seed: int,
    level: float = FALSE_FINDINGS,
) -> Topics | Missing:
    """The topics of both windows, and which of them grew, shrank or are new.

    Mini-batch k-means on the embeddings (Sculley, Web-scale k-means clustering, WWW 2010) with √(n / 2) clusters, 4 to
    40. Each share's difference has Newcombe's interval (1998); its p-value is the larger of 2 Φ(-(|d| - 0.005) / s),
    s² = Σ share (1 - share) / n, and of Fisher's exact test (s is far too small where a window has hardly any of a
    topic). Benjamini & Hochberg's procedure says which are findings.

    Args:
        reference: unit vectors, one row an output.
        current: the same of the current window.
        texts: the questions of the two windows, in the order of the rows.
        seed: of the clustering, 0 or more; the same seed gives the same topics.
        level: share of false findings among the findings, in (0, 1).

    Too little data: `Missing` below 100 outputs in either window; a topic that has too few for itself says so.
    """
    if (fewer := min(len(reference), len(current))) < OUTPUTS_NEED:
        return Missing(found=fewer, needed=OUTPUTS_NEED, of="questions")
    both = np.concatenate([reference, current])
    count = min(max(round(sqrt(len(both) / 2.0)), FEWEST), MOST)
    clustering = MiniBatchKMeans(count, random_state=seed, n_init=STARTS, batch_size=1024).fit(both)
    codes = clustering.labels_.astype(np.int32)
    old, new = codes[: len(reference)], codes[len(reference) :]
    names = _names([*texts[0], *texts[1]], codes, count)
    found = [
        _topic(place, names[place], old, new, _middle(current, new, place, clustering.cluster_centers_[place]))
        for place in range(count)
        if (old == place).any() or (new == place).any()
    ]
    return Topics(topics=_tested(found, level), reference=old, current=new, centres=clustering.cluster_centers_)


def assign(vectors: Vectors, centres: Vectors) -> NDArray[np.int32]:
    """The place of the nearest centre of each row."""
    distance = (centres**2).sum(axis=1) - 2.0 * (vectors @ centres.T)
    return np.asarray(distance.argmin(axis=1), dtype=np.int32)


def _topic(place: int, name: str, old: NDArray[np.int32], new: NDArray[np.int32], examples: tuple[int, ...]) -> Topic:
    now, before = int((new == place).sum()), int((old == place).sum())
    shift = share_shift(name, now, len(new), before, len(old))
    expected = (now + before) * min(len(new), len(old)) / (len(new) + len(old))
    few = expected < TOPIC_NEEDS
    needed = int(np.ceil(TOPIC_NEEDS * (len(new) + len(old)) / min(len(new), len(old))))
    hardly_before = wilson(shift.before, len(old))[1] <= NEW_BELOW * wilson(shift.now, len(new))[0]
    return Topic(
        place=place,
        name=name,
        state=State.INSUFFICIENT if few else State.STABLE,
        missing=Missing(found=now + before, needed=needed, of="questions") if few else None,
        now=shift.now,
        before=shift.before,
        effect=shift.effect,
        low=shift.low,
        high=shift.high,
        p_value=None if few else _p_value(now, len(new), before, len(old)),
        new=hardly_before,
        examples=examples,
    )


def _p_value(now: int, n_now: int, before: int, n_before: int) -> float:
    """Of so many of each window: that it moved by no more than half a point, and that it did not move at all."""
    share, share_before = now / n_now, before / n_before
    error = sqrt(share * (1.0 - share) / n_now + share_before * (1.0 - share_before) / n_before)
    beyond = abs(share - share_before) - NEGLIGIBLE
    negligible = min(1.0, 2.0 * float(ndtr(-beyond / error))) if error > 0.0 else float(beyond <= 0.0)
    drawn = hypergeom(n_now + n_before, now + before, n_now)
    return max(negligible, min(1.0, 2.0 * float(min(drawn.cdf(now), drawn.sf(now - 1)))))


def _tested(topics: Sequence[Topic], level: float) -> tuple[Topic, ...]:
    """Findings are told apart from chance together; only those that grew can be new."""
    told = [topic for topic in topics if topic.p_value is not None]
    findings = benjamini_hochberg([topic.p_value or 0.0 for topic in told], level=level)
    moved = {topic.place for topic, finding in zip(told, findings, strict=True) if finding}
    settled = [
        replace(topic, state=State.DRIFT) if topic.place in moved else replace(topic, new=False) for topic in topics
    ]
    order = [State.DRIFT, State.STABLE, State.INSUFFICIENT]
    return tuple(sorted(settled, key=lambda topic: (order.index(topic.state), -abs(topic.effect), topic.place)))


def _middle(current: Vectors, codes: NDArray[np.int32], place: int, centre: Vectors) -> tuple[int, ...]:
    """The outputs of this window that lie nearest to the centre: they say best what the topic is."""
    mine = np.flatnonzero(codes == place)
    distance = ((current[mine] - centre) ** 2).sum(axis=1)
    return tuple(int(one) for one in mine[np.argsort(distance, kind="stable")[:EXAMPLES]])


def _names(texts: Sequence[str], codes: NDArray[np.int32], count: int) -> list[str]:
    """The words that are typical of each cluster, by class-based tf-idf.

    Weight of term t in cluster c: tf_tc ln(1 + A / f_t), with tf_tc its share of the cluster's terms, f_t how often all
    clusters say it together, and A the mean number of terms in a cluster (Grootendorst, BERTopic, 2022, equation 2). A
    term counts once a text. It is written as it is spelled most often.
    """
    spelled: defaultdict[str, Counter[str]] = defaultdict(Counter)
    said = [Counter[str]() for _ in range(count)]
    for place in range(count):
        for one in np.flatnonzero(codes == place)[:READ]:
            said[place].update(_terms(texts[int(one)], spelled))
    overall = sum(said, Counter[str]())
    mean = overall.total() / max(count, 1)
    return [", ".join(_most_typical(one, overall, mean, spelled)) for one in said]


def _terms(text: str, spelled: defaultdict[str, Counter[str]]) -> set[str]:
    found = {}
    for token in analyse(text).tokens:
        if token.kind in (Kind.WORD, Kind.NAME):
            spelling = text[token.start : token.end]
            found[token.key] = spelling if token.kind is Kind.NAME else spelling.lower()
    for key, spelling in found.items():
        spelled[key][spelling] += 1
    return set(found)


def _most_typical(
    said: Counter[str], overall: Counter[str], mean: float, spelled: defaultdict[str, Counter[str]]
) -> list[str]:
    weights = {
        key: times / said.total() * log(1.0 + mean / overall[key]) for key, times in said.items() if times >= TEXTS_NEED
    }
    keys = sorted(weights, key=lambda key: (-weights[key], key))[:TERMS]
    return [min(spelled[key].items(), key=lambda one: (-one[1], one[0]))[0] for key in keys]
