"""The embeddings and word features of two windows, read in pieces, as findings of a digest."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from reviewers.decisions import embedding_drift, topics, word_drift
from reviewers.decisions.findings import of_embeddings, of_topic
from reviewers.model.digest import Aspect, Example, Finding, State, Window
from reviewers.model.features import FeatureBlock
from reviewers.model.missing import Missing
from reviewers.ports import UnitOfWork
from reviewers.workflow.digest_reading import Period

EMBEDDINGS = "outputs with a stored embedding"
COMPARED = 2_000  # outputs of each window whose embeddings are compared: enough for the power that is promised
EXAMPLES = 3
QUOTE = 160  # characters


class _Drawn(NamedTuple):
    """An even sample of one window's vectors, and the outputs that they belong to."""

    vectors: NDArray[np.float32]
    output_ids: tuple[str, ...]


Pick = Callable[[FeatureBlock], NDArray[np.float32]]


class _Window(NamedTuple):
    """One window of a route, as it was known at a moment; it is read as often as it is asked for."""

    uow: UnitOfWork
    route: str
    window: Window
    as_of: datetime

    def blocks(self) -> Iterator[FeatureBlock]:
        """Its features, in pieces."""
        return self.uow.features.blocks(self.window.start, self.window.end, route=self.route, as_of=self.as_of)


def findings(uow: UnitOfWork, route: str, period: Period, seed: int) -> tuple[Finding, ...]:
    """Whether questions and answers became other ones, which topics grew, and whether answers speak, refuse, cite
    and rest on sources as before.

    Args:
        uow: what is stored.
        route: its name; empty: the policy's own.
        period: its windows; features that were made after its moment are unseen.
        seed: of every draw; the same store and seed give the same findings.

    Of each window at most 2,000 outputs are compared by their embeddings, drawn evenly; only vectors of the model that
    made the newest are compared with each other. Memory does not grow with the vectors of a window, only with its ids.

    Too little data: state INSUFFICIENT below 100 outputs with an embedding in either window, or 50 values.
    """
    windows = [_Window(uow, route, window, period.as_of) for window in (period.reference, period.current)]
    embedder = _newest(windows[1])
    words = [word_drift.words_of(window.blocks()) for window in windows]
    picks: tuple[tuple[Aspect, Pick], ...] = (
        (Aspect.QUESTIONS, lambda block: block.question),
        (Aspect.ANSWERS, lambda block: block.answer),
    )
    found: list[Finding] = []
    for place, (aspect, pick) in enumerate(picks):
        rng = np.random.default_rng([seed, place])
        before, now = (_drawn(window, pick, embedder, rng) for window in windows)
        found.append(_embedded(uow, before, now, aspect, rng))
        if aspect is Aspect.QUESTIONS:
            found += _topics(uow, before, now, seed)
    return (*found, *word_drift.findings(*words))


def _newest(window: _Window) -> str:
    """The model that made the newest vectors of the window; empty: there are none."""
    name = ""
    for block in window.blocks():
        named = [block.embedders[place] for place in block.embedder if block.embedders[place]]
        name = named[-1] if named else name
    return name


def _drawn(window: _Window, pick: Pick, embedder: str, rng: np.random.Generator) -> _Drawn:
    ids: list[str] = []
    kept = embedding_drift.subsample(_vectors(window, pick, embedder, ids), rng, most=COMPARED)
    return _Drawn(vectors=kept.vectors, output_ids=tuple(ids[place] for place in kept.places))


def _embedded(uow: UnitOfWork, before: _Drawn, now: _Drawn, aspect: Aspect, rng: np.random.Generator) -> Finding:
    found = embedding_drift.compare_closely(before.vectors, now.vectors, rng)
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


def _vectors(window: _Window, pick: Pick, embedder: str, ids: list[str]) -> Iterator[NDArray[np.float32]]:
    """Pieces with the vectors of this model; `ids` gets their outputs."""
    for block in window.blocks():
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
