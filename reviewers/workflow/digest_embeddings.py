"""The embeddings and word features of two windows, read in pieces, as findings of a digest."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from reviewers.decisions import embedding_drift, topics, value_drift
from reviewers.decisions.embedding_drift import EmbeddingDrift
from reviewers.decisions.estimate_inputs import Floats
from reviewers.decisions.findings import of_embeddings, of_topic, of_values
from reviewers.model.digest import Aspect, Example, Finding, State, Unit, Window
from reviewers.model.features import FeatureBlock
from reviewers.model.missing import Missing
from reviewers.ports import UnitOfWork

EMBEDDINGS = "outputs with a stored embedding"
COMPARED = 2_000  # outputs of each window whose embeddings are compared: enough for the power that is promised
LOOKS = 999  # permutations of the first look; what may be a finding is looked at with more
FINE = 9_999  # a week's findings are held to p near .0004, which fewer cannot reach
WORTH = 0.01  # p of the first look up to which the second one is taken: twenty times what can be a finding
EXAMPLES = 3
QUOTE = 160  # characters


class _Drawn(NamedTuple):
    """An even sample of one window's vectors, and the outputs that they belong to."""

    vectors: NDArray[np.float32]
    output_ids: tuple[str, ...]


Pick = Callable[[FeatureBlock], NDArray[np.float32]]


@dataclass(slots=True)
class _Words:
    """What the words of one window tell, as it grows."""

    language: list[str] = field(default_factory=list)  # where it is told
    refusal: list[str] = field(default_factory=list)
    citation: list[str] = field(default_factory=list)
    similarity: list[Floats] = field(default_factory=list)

    def add(self, block: FeatureBlock) -> None:
        """One more piece."""
        self.language += [one for one in block.language if one]
        self.refusal += ["refused" if one else "answered" for one in block.refusal]
        told = block.citation_missing[~np.isnan(block.citation_missing)]
        self.citation += ["missing" if one else "cited" for one in told]
        self.similarity.append(block.similarity)

    def nearness(self) -> Floats:
        """Similarities, NaN where there was no passage."""
        return np.concatenate([np.zeros(0), *self.similarity])


def findings(uow: UnitOfWork, route: str, reference: Window, current: Window, seed: int) -> tuple[Finding, ...]:
    """Whether questions and answers became other ones, which topics grew, and whether answers speak, refuse, cite
    and rest on sources as before.

    Args:
        uow: what is stored.
        route: its name; empty: the policy's own.
        reference: the window before.
        current: the window that is told.
        seed: of every draw; the same store and seed give the same findings.

    Of each window at most 2,000 outputs are compared by their embeddings, drawn evenly; only vectors of the model that
    made the newest are compared with each other. Memory does not grow with the vectors of a window, only with its ids.

    Too little data: state INSUFFICIENT below 100 outputs with an embedding in either window, or 50 values.
    """
    windows = (reference, current)
    embedder = _newest(uow, route, current)
    words = [_words(uow, route, window) for window in windows]
    picks: tuple[tuple[Aspect, Pick], ...] = (
        (Aspect.QUESTIONS, lambda block: block.question),
        (Aspect.ANSWERS, lambda block: block.answer),
    )
    found: list[Finding] = []
    for place, (aspect, pick) in enumerate(picks):
        rng = np.random.default_rng([seed, place])
        before, now = (_drawn(uow, route, window, pick, embedder, rng) for window in windows)
        found.append(_embedded(uow, before, now, aspect, rng))
        if aspect is Aspect.QUESTIONS:
            found += _topics(uow, before, now, seed)
    return (*found, *_told(*words))


def _told(before: _Words, now: _Words) -> Iterator[Finding]:
    if before.language or now.language:
        yield of_values(Aspect.LANGUAGE, value_drift.categories(before.language, now.language), Unit.SHARE)
    if before.refusal or now.refusal:
        found = value_drift.categories(before.refusal, now.refusal)
        yield of_values(Aspect.REFUSALS, found, Unit.SHARE, category="refused")
    if "cited" in before.citation or "cited" in now.citation:  # else nothing of this route ever cites
        found = value_drift.categories(before.citation, now.citation)
        yield of_values(Aspect.NO_CITATION, found, Unit.SHARE, category="missing")
    old, new = before.nearness(), now.nearness()
    if not (np.isnan(old).all() and np.isnan(new).all()):
        yield of_values(Aspect.SIMILARITY, value_drift.numbers(old, new), Unit.NUMBER)


def _words(uow: UnitOfWork, route: str, window: Window) -> _Words:
    found = _Words()
    for block in uow.features.blocks(window.start, window.end, route=route):
        found.add(block)
    return found


def _newest(uow: UnitOfWork, route: str, window: Window) -> str:
    """The model that made the newest vectors of the window; empty: there are none."""
    name = ""
    for block in uow.features.blocks(window.start, window.end, route=route):
        named = [block.embedders[place] for place in block.embedder if block.embedders[place]]
        name = named[-1] if named else name
    return name


def _drawn(uow: UnitOfWork, route: str, window: Window, pick: Pick, embedder: str, rng: np.random.Generator) -> _Drawn:
    ids: list[str] = []
    kept = embedding_drift.subsample(_vectors(uow, route, window, pick, embedder, ids), rng, most=COMPARED)
    return _Drawn(vectors=kept.vectors, output_ids=tuple(ids[place] for place in kept.places))


def _embedded(uow: UnitOfWork, before: _Drawn, now: _Drawn, aspect: Aspect, rng: np.random.Generator) -> Finding:
    found = _compared(before, now, rng)
    if isinstance(found, Missing):
        return of_embeddings(aspect, Missing(found=found.found, needed=found.needed, of=EMBEDDINGS))
    pulling = [now.output_ids[place] for place in found.pulling[:EXAMPLES]]
    return of_embeddings(aspect, found, _examples(uow, pulling, aspect))


def _topics(uow: UnitOfWork, before: _Drawn, now: _Drawn, seed: int) -> list[Finding]:
    """Each topic that has a name, moved or not: only held against all of them is a change more than chance."""
    asked = uow.features.questions([*before.output_ids, *now.output_ids])
    texts = tuple([asked.get(one, "") for one in drawn.output_ids] for drawn in (before, now))
    found = topics.find(before.vectors, now.vectors, (texts[0], texts[1]), seed=seed)
    if isinstance(found, Missing):
        return []  # questions as a whole say what is missing
    return [
        of_topic(
            topic,
            len(now.vectors),
            len(before.vectors),
            _examples(uow, [now.output_ids[place] for place in topic.examples], Aspect.TOPIC)
            if topic.state is State.DRIFT
            else (),
        )
        for topic in found.topics
        if topic.name
    ]


def _compared(reference: _Drawn, current: _Drawn, rng: np.random.Generator) -> EmbeddingDrift | Missing:
    """Looked at with few permutations, and with many where these leave a doubt."""
    if min(len(reference.vectors), len(current.vectors)) < embedding_drift.OUTPUTS_NEED:
        fewer = min(len(reference.vectors), len(current.vectors))
        return Missing(found=fewer, needed=embedding_drift.OUTPUTS_NEED, of=EMBEDDINGS)
    first = embedding_drift.compare(reference.vectors, current.vectors, rng, permutations=LOOKS)
    if isinstance(first, EmbeddingDrift) and first.p_value <= WORTH:
        return embedding_drift.compare(reference.vectors, current.vectors, rng, permutations=FINE)
    return first


def _vectors(
    uow: UnitOfWork, route: str, window: Window, pick: Pick, embedder: str, ids: list[str]
) -> Iterator[NDArray[np.float32]]:
    """Pieces with the vectors of this model; `ids` gets their outputs."""
    for block in uow.features.blocks(window.start, window.end, route=route):
        rows = pick(block)
        mine = np.array([block.embedders[place] == embedder for place in block.embedder], np.bool_)
        if not embedder or not rows.shape[1] or not mine.any():
            continue
        kept = np.flatnonzero(mine & ~np.isnan(rows).any(axis=1))
        ids += [block.output_ids[place] for place in kept]
        yield rows[kept]


def _examples(uow: UnitOfWork, output_ids: Sequence[str], aspect: Aspect) -> tuple[Example, ...]:
    """The outputs that pull the statistic: the question's words, or the answer's."""
    outputs = [output for one in output_ids if (output := uow.outputs.get(one)) is not None]
    return tuple(
        Example(
            output_id=output.output_id,
            number=output.number,
            quote=(output.completion if aspect is Aspect.ANSWERS else output.question)[:QUOTE],
        )
        for output in outputs
    )
