"""Score labelled outputs as the worker does, and take the time: what `whetstone risk evaluate` measures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from reviewers.decisions.evaluation import Labelled
from reviewers.model import Message, Output, Passage, Score
from reviewers.ports import Scorer
from reviewers.workflow.scoring import Reader

BATCH = 32  # as a worker's


@dataclass(frozen=True, kw_only=True, slots=True)
class LabelledOutput:
    """A row of a labelled file."""

    output_id: str
    source_set: str
    question: str
    context: str  # the source document that the output is held against
    text: str
    wrong: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Scored:
    """Labelled outputs with their scores, and what scoring cost."""

    rows: tuple[Labelled, ...]
    milliseconds: dict[str, float]  # an output, by part: "reading", each scorer's name, and "all"


@dataclass(frozen=True, kw_only=True, slots=True)
class Evaluator:
    """Reads and scores without a store."""

    reader: Reader
    scorers: tuple[Scorer, ...]
    seconds: Callable[[], float]  # a stopwatch

    def score(self, found: Sequence[LabelledOutput], *, now: datetime, progress: Callable[[int, int], None]) -> Scored:
        """Score all of them in batches; `progress(done, total)` counts outputs. Raises what a scorer raises."""
        spent = {"reading": 0.0, **{scorer.name: 0.0 for scorer in self.scorers}}
        rows: list[Labelled] = []
        for start in range(0, len(found), BATCH):
            batch = found[start : start + BATCH]
            rows += self._batch(batch, now, spent)
            progress(len(rows), len(found))
        each = {part: 1000.0 * seconds / max(1, len(rows)) for part, seconds in spent.items()}
        return Scored(rows=tuple(rows), milliseconds=each | {"all": sum(each.values())})

    def _batch(self, batch: Sequence[LabelledOutput], now: datetime, spent: dict[str, float]) -> list[Labelled]:
        began = self.seconds()
        evidence = self.reader.read([_output(one, now) for one in batch], with_index=False)
        spent["reading"] += self.seconds() - began
        scores: list[list[Score]] = [[] for _ in batch]
        for scorer in self.scorers:
            began = self.seconds()
            for place, score in enumerate(scorer.score(evidence)):
                scores[place] += [score] if score is not None else []
            spent[scorer.name] += self.seconds() - began
        return [
            Labelled(
                output_id=one.output_id,
                source_set=one.source_set,
                document=one.context,
                wrong=one.wrong,
                scores=tuple(of),
            )
            for one, of in zip(batch, scores, strict=True)
        ]


def _output(one: LabelledOutput, now: datetime) -> Output:
    return Output(
        output_id=one.output_id,
        prompt=(Message(role="user", content=one.question),) if one.question else (),
        completion=one.text,
        model="",
        passages=(Passage(passage_id="given-1", text=one.context),),
        created_at=now,
        received_at=now,
    )
