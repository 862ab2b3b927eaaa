"""Which sources wrong outputs rest on, whether one of them stands out since the week before, and what had no source."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.stats import hypergeom

from reviewers.decisions.value_drift import share_shift
from reviewers.model import Output, Passage, Reading, TaskView
from reviewers.model.digest import Aspect, Finding, State, Unit
from reviewers.model.digest_parts import ChangedSource, CitedSource, PartKind
from reviewers.model.features import FeatureBlock
from reviewers.model.sources import DocumentChange
from reviewers.model.suggestion import Upstream, UpstreamChange

WRONG_NEED = 5  # wrong outputs of the week that cite a source, to test it: our choice, fewer are told one by one
MOST_TESTED = 20  # sources, those that the most wrong outputs cite: our choice, so that few tests share the level
MOST_TOLD = 10  # sources that a digest keeps: our choice, twice what a message shows
LEVEL = 0.05  # of one test alone; `findings.settled` holds all tests of a week to a far smaller one
# Cosine of a question and its nearest passage below which none came near. Over the demo's passages MiniLM gives less to
# 3 of 100 questions that they answer, and to 94 of 100 banking questions (tests/demo/test_near_sources.py).
NEAR_FROM = 0.3
TEST = "Fisher's exact test, twice"


class Source(NamedTuple):
    """A document, as people know it. Untrusted text."""

    title: str
    address: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Citing:
    """One decided output with what it rests on."""

    sources: frozenset[Source]
    wrong: bool  # edited or rejected
    current: bool  # of the week; else of the reference window


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """The questions of one window."""

    without: int  # to which no passage came near
    asked: int  # that have an embedding


@dataclass(slots=True)
class AskedSoFar:
    """The questions of one window, counted as it is read: to which no passage came near, a cosine below 0.3, or none.

    Too little data: 0 of 0 where no question has an embedding, and where no question has a passage: then nothing is
    searched, and none could come near.
    """

    without: int = 0
    questions: int = 0
    any_passage: bool = False

    def add(self, block: FeatureBlock) -> None:
        """Some outputs more."""
        if not block.question.shape[1]:
            return
        near = block.similarity[~np.isnan(block.question[:, 0])]
        self.questions += len(near)
        self.without += int((~(near >= NEAR_FROM)).sum())  # NaN is not near
        self.any_passage = self.any_passage or not bool(np.isnan(near).all())

    def asked(self) -> Asked:
        """What was counted."""
        return Asked(without=self.without, asked=self.questions) if self.any_passage else Asked(without=0, asked=0)


def of_view(view: TaskView) -> frozenset[Source]:
    """The sources that an output rests on: of the passages that the application gave, else of those that the claims'
    readings name. A claim without a source rests on none, whatever passage came nearest.
    """
    readings = view.assessment.readings if view.assessment else ()
    read = (passage for one in readings if one.reading is not Reading.NO_SOURCE for passage in one.passages)
    return sources_of(view.output, read)


def sources_of(output: Output, read: Iterable[Passage]) -> frozenset[Source]:
    """By title and address; a passage that has neither belongs to no source that could be named."""
    named = (Source(one.title.strip(), one.address.strip()) for one in output.passages or tuple(read))
    return frozenset(one for one in named if one.title or one.address)


def cited(outputs: Sequence[Citing]) -> tuple[CitedSource, ...]:
    """Each source that a wrong output of the week cites, with the decided outputs of both windows that cite it.

    The most wrong outputs first; at most ten. None where nothing wrong cites anything.
    """
    return tuple(_told(*one) for one in _counted(outputs)[:MOST_TOLD])


def findings(outputs: Sequence[Citing]) -> tuple[Finding, ...]:
    """Whether wrong outputs cite one source more often than before, a finding for each source that was tested.

    A source stands out where two things hold at once: of the outputs that cite it more are wrong than before, and of
    the wrong outputs more cite it. The first alone is so for every source when everything got worse, the second alone
    when more is asked about it. Each is Fisher's exact test, one-sided, of two windows; the p-value is the larger of
    the two, so it is at most as often below a level as the level says where either of them did not change (Berger,
    Technometrics 24, 1982: intersection-union tests).

    `now` and `before` are the shares of wrong outputs that cite it; `effect` has Newcombe's interval.

    Args:
        outputs: decided ones of both windows.

    Too little data: a source is left out below 5 wrong outputs of the week that cite it, and all of them where the
    reference window has no wrong output. Of more than 20 sources those are tested that the most wrong outputs cite.
    """
    wrong, wrong_before = (sum(one.wrong and one.current is now for one in outputs) for now in (True, False))
    tested = [one for one in _counted(outputs) if one[1].wrong >= WRONG_NEED][:MOST_TESTED]
    return tuple(_finding(*one, wrong, wrong_before) for one in tested) if wrong_before else ()


def cites(view: TaskView, finding: Finding) -> bool:
    """Whether this output cites the source that the finding speaks of."""
    return any(_name(one) == finding.name for one in of_view(view))


def changed(documents: Sequence[DocumentChange], reopened: Mapping[str, int]) -> tuple[ChangedSource, ...]:
    """Documents that approved answers of the route rested on, the newest change first.

    Args:
        documents: that changed in the week.
        reopened: by change, the answers of the route that people are asked about again; others are left out.
    """
    told = [
        ChangedSource(
            title=one.title or one.document,
            address=one.address,
            changed_at=one.changed_at,
            reopened=reopened[one.change_id],
        )
        for one in documents
        if reopened.get(one.change_id)
    ]
    return tuple(sorted(told, key=lambda one: (one.changed_at, one.title), reverse=True))


def upstream(documents: Sequence[DocumentChange], wrong: Sequence[TaskView]) -> tuple[UpstreamChange, ...]:
    """Each changed document that wrong outputs cite which came after the change; others explain nothing.

    Args:
        documents: that changed in the two windows.
        wrong: the wrong outputs of the failing part.
    """
    found = []
    for one in documents:
        source = Source(one.title.strip(), one.address.strip())
        citing = sum(view.output.received_at >= one.changed_at and source in of_view(view) for view in wrong)
        if citing:
            name = one.title or one.document
            found.append(
                UpstreamChange(kind=Upstream.SOURCE, name=name, changed_at=one.changed_at, wrong=citing, of=len(wrong))
            )
    return tuple(found)


class _Counts(NamedTuple):
    wrong: int
    cited: int
    wrong_before: int
    cited_before: int


def _counted(outputs: Sequence[Citing]) -> list[tuple[Source, _Counts]]:
    """Sources of wrong outputs of the week, the most wrong first, then the least cited, then by name."""
    counts: Counter[tuple[Source, bool, bool]] = Counter()
    for one in outputs:
        counts.update((source, one.current, one.wrong) for source in one.sources)
    found = []
    for source in {source for source, current, wrong in counts if current and wrong}:
        now, before = counts[source, True, True], counts[source, False, True]
        of_now, of_before = now + counts[source, True, False], before + counts[source, False, False]
        found.append((source, _Counts(now, of_now, before, of_before)))
    return sorted(found, key=lambda one: (-one[1].wrong, one[1].cited, one[0]))


def _told(source: Source, counts: _Counts) -> CitedSource:
    return CitedSource(title=source.title, address=source.address, **counts._asdict())


def _finding(source: Source, counts: _Counts, wrong: int, wrong_before: int) -> Finding:
    of_citing = _more(counts.wrong, counts.cited, counts.wrong_before, counts.cited_before)
    of_wrong = _more(counts.wrong, wrong, counts.wrong_before, wrong_before)
    p_value = max(of_citing, of_wrong)
    shift = share_shift("", counts.wrong, wrong, counts.wrong_before, wrong_before)
    return Finding(
        aspect=Aspect.SOURCE,
        part=PartKind.SOURCE,
        name=_name(source),
        state=State.DRIFT if p_value <= LEVEL else State.STABLE,
        now=shift.now,
        before=shift.before,
        effect=shift.effect,
        low=shift.low,
        high=shift.high,
        unit=Unit.SHARE,
        n_now=wrong,
        n_before=wrong_before,
        test=TEST,
        p_value=p_value,
    )


def _more(now: int, of_now: int, before: int, of_before: int) -> float:
    """P(as many or more in the week), the whole known; 1 where the reference has none to compare with."""
    if not of_before:
        return 1.0
    return min(1.0, float(hypergeom.sf(now - 1, of_now + of_before, now + before, of_now)))


def _name(source: Source) -> str:
    return source.title or source.address
