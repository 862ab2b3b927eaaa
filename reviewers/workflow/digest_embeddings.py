"""The embeddings and word features of two windows, read in pieces, as findings of a digest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from reviewers.decisions import embedding_drift, topics, word_drift
from reviewers.decisions.digest_sources import Asked, AskedSoFar
from reviewers.decisions.embedding_drift import EvenSample
from reviewers.decisions.findings import of_embeddings, of_topic
from reviewers.decisions.word_drift import Words
from reviewers.model.digest import Aspect, Example, Finding, State, Window
from reviewers.model.features import FeatureBlock
from reviewers.model.missing import Missing
from reviewers.ports import UnitOfWork
from reviewers.workflow.digest_reading import Period

EMBEDDINGS = "outputs with a stored embedding"
COMPARED = 2_000  # outputs of each window whose embeddings are compared: enough for the power that is promised
EXAMPLES = 3
QUOTE = 160  # characters


class Described(NamedTuple):
    """What the features of both windows came to."""

    findings: tuple[Finding, ...]
    asked_before: Asked
    asked: Asked  # in the week


class _Samples(NamedTuple):
    """Even samples of one window's vectors, with the ids of their outputs."""

    question: EvenSample
    answer: EvenSample


class _Features:
    """The features of one window, as they are read: once, in pieces."""

    def __init__(self, seed: int, place: int) -> None:
        self.asked = AskedSoFar()
        self.newest = ""  # the model that made the newest vectors; empty: there are none
        self._seed, self._place = seed, place
        self._samples: dict[str, _Samples] = {}  # by the model that made them

    def seeing(self, blocks: Iterable[FeatureBlock]) -> Iterator[FeatureBlock]:
        """The same pieces, each once it was seen."""
        for block in blocks:
            self._add(block)
            yield block

    def _add(self, block: FeatureBlock) -> None:
        self.asked.add(block)
        for place, embedder in enumerate(block.embedders):
            if embedder:
                self._sample(block, embedder, block.embedder == place)
        named = [place for place in block.embedder if block.embedders[place]]
        self.newest = block.embedders[named[-1]] if named else self.newest

    def of(self, embedder: str) -> _Samples:
        """The samples of the vectors that this model made."""
        if embedder not in self._samples:
            question, answer = (
                EvenSample(np.random.default_rng([self._seed, aspect, self._place]), most=COMPARED) for aspect in (0, 1)
            )
            self._samples[embedder] = _Samples(question, answer)
        return self._samples[embedder]

    def _sample(self, block: FeatureBlock, embedder: str, mine: NDArray[np.bool_]) -> None:
        for sample, rows in zip(self.of(embedder), (block.question, block.answer), strict=True):
            if rows.shape[1]:
                kept = np.flatnonzero(mine & ~np.isnan(rows).any(axis=1))
                sample.add(rows[kept], [block.output_ids[place] for place in kept])


def read(uow: UnitOfWork, route: str, period: Period, seed: int) -> Described:
    """Whether questions and answers became other ones, which topics grew, and whether answers speak, refuse, cite
    and rest on sources as before; and how many questions no source came near.

    Args:
        uow: what is stored.
        route: its name; empty: the policy's own.
        period: its windows; features that were made after its moment are unseen.
        seed: of every draw; the same store and seed give the same findings.

    Of each window at most 2,000 outputs are compared by their embeddings, drawn evenly; only vectors of the model that
    made the newest are compared with each other. Memory does not grow with the vectors of a window.

    Too little data: state INSUFFICIENT below 100 outputs with an embedding in either window, or 50 values.
    """
    (before, before_words), (now, now_words) = (
        _read(uow, route, window, period, seed) for window in (period.reference, period.current)
    )
    old, new = before.of(now.newest), now.of(now.newest)
    questions, answers = (np.random.default_rng([seed, place]) for place in (0, 1))
    found = (
        _embedded(uow, old.question, new.question, Aspect.QUESTIONS, questions),
        *_topics(uow, old.question, new.question, seed),
        _embedded(uow, old.answer, new.answer, Aspect.ANSWERS, answers),
        *word_drift.findings(before_words, now_words),
    )
    return Described(findings=found, asked_before=before.asked.asked(), asked=now.asked.asked())


def _read(uow: UnitOfWork, route: str, window: Window, period: Period, seed: int) -> tuple[_Features, Words]:
    found = _Features(seed, int(window == period.current))
    blocks = uow.features.blocks(window.start, window.end, route=route, as_of=period.as_of)
    return found, word_drift.words_of(found.seeing(blocks))


def _embedded(
    uow: UnitOfWork, before: EvenSample, now: EvenSample, aspect: Aspect, rng: np.random.Generator
) -> Finding:
    found = embedding_drift.compare_closely(before.vectors, now.vectors, rng)
    if isinstance(found, Missing):
        return of_embeddings(aspect, Missing(found=found.found, needed=found.needed, of=EMBEDDINGS))
    pulling = [now.names[place] for place in found.pulling[:EXAMPLES]]
    return of_embeddings(aspect, found, _examples(uow, pulling, aspect))


def _topics(uow: UnitOfWork, before: EvenSample, now: EvenSample, seed: int) -> list[Finding]:
    """Each topic that has a name, moved or not: only held against all of them is a change more than chance."""
    asked = uow.features.questions([*before.names, *now.names])
    texts = tuple([asked.get(one, "") for one in drawn.names] for drawn in (before, now))
    found = topics.find(before.vectors, now.vectors, (texts[0], texts[1]), seed=seed)
    if isinstance(found, Missing):
        return []  # questions as a whole say what is missing
    return [
        of_topic(
            topic,
            len(now.vectors),
            len(before.vectors),
            _examples(uow, [now.names[place] for place in topic.examples], Aspect.TOPIC)
            if topic.state is State.DRIFT
            else (),
        )
        for topic in found.topics
        if topic.name
    ]


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
