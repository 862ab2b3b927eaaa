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
WARM_LONGEST = 6_000  # characters of the context of the made-up output: more pieces than a claim is read against


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
    milliseconds: dict[str, float]  # an output, models loaded, by part: "reading", each scorer's name, and "all"


@dataclass(frozen=True, kw_only=True, slots=True)
class Evaluator:
    """Reads and scores without a store."""

    reader: Reader
    scorers: tuple[Scorer, ...]
    seconds: Callable[[], float]  # a stopwatch

    def score(self, found: Sequence[LabelledOutput], *, now: datetime, progress: Callable[[int, int], None]) -> Scored:
        """Score all of them in batches; `progress(done, total)` counts outputs. Raises what a scorer raises.

        Models load with the first output that they read, which is made up and not timed.
        """
        if found:
            self._batch([_made_up(max(len(one.context) for one in found))], now, self._nothing_spent())
        spent = self._nothing_spent()
        rows: list[Labelled] = []
        for start in range(0, len(found), BATCH):
            batch = found[start : start + BATCH]
            rows += self._batch(batch, now, spent)
            progress(len(rows), len(found))
        each = {part: 1000.0 * seconds / max(1, len(rows)) for part, seconds in spent.items()}
        return Scored(rows=tuple(rows), milliseconds=each | {"all": sum(each.values())})

    def _nothing_spent(self) -> dict[str, float]:
        return {"reading": 0.0, **{scorer.name: 0.0 for scorer in self.scorers}}

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


def _made_up(longest: int) -> LabelledOutput:
    """An output that every part has to read: its claim has no word of a context as long as the file's longest.

    Not one of the file's: a scorer may remember what it has read, and would have that for nothing afterwards.
    """
    rained = "It rained. "
    return LabelledOutput(
        output_id="made-up",
        source_set="made-up",
        question="What was the weather?",
        context=rained * max(1, min(longest, WARM_LONGEST) // len(rained)),
        text="Snow fell on Monday.",
        wrong=True,
    )


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
