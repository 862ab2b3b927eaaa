"""What scoring labelled outputs costs: models loaded, and nothing remembered of the file's own outputs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from reviewers.model import Score
from reviewers.ports import Evidence
from reviewers.scorers.claims import SentenceClaims
from reviewers.scorers.reader import ClaimReader
from reviewers.workflow.evaluating import Evaluator, LabelledOutput
from tests.builders import NOON

LONG = "The desk in Graz closed at noon on Friday. " * 80  # 3,440 characters, which are six pieces to choose from
SHORT = "The fee is € 3."


@dataclass
class Work:
    """A stopwatch, a scorer and an embedder: each takes 90 seconds to load, then a tenth for a claim or a batch."""

    name: str = "slow"
    version: str = "1"
    clock: float = 0.0
    loaded: set[str] = field(default_factory=set)
    seen: list[str] = field(default_factory=list)  # claims that were scored

    def seconds(self) -> float:
        return self.clock

    def score(self, batch: Sequence[Evidence]) -> list[Score | None]:
        self._take("scorer", sum(len(one.claims) for one in batch))
        self.seen += [claim.text for one in batch for claim in one.claims]
        return [None for _ in batch]

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        self._take("embedder", 1)
        return [[1.0] for _ in texts]

    def _take(self, part: str, units: int) -> None:
        self.clock += 0.1 * units + (0.0 if part in self.loaded else 90.0)
        self.loaded.add(part)


def rows(context: str) -> list[LabelledOutput]:
    return [
        LabelledOutput(
            output_id=f"o-{number}", source_set="s", question="", context=context,
            text=f"Account {number} costs € {number}.", wrong=False,
        )
        for number in range(4)
    ]  # fmt: skip


@pytest.mark.parametrize(("context", "reading"), [(SHORT, 0.0), (LONG, 25.0)])
def test_loading_is_not_in_what_an_output_costs(context: str, reading: float) -> None:
    """A claim each of .1 seconds, and .1 seconds of embedding for four where the context has pieces to choose from."""
    work = Work()
    evaluator = Evaluator(
        reader=ClaimReader(splitter=SentenceClaims(), embedder=work), scorers=(work,), seconds=work.seconds
    )
    told: list[tuple[int, int]] = []
    found = evaluator.score(rows(context), now=NOON, progress=lambda done, total: told.append((done, total)))
    assert found.milliseconds == pytest.approx({"reading": reading, "slow": 100.0, "all": 100.0 + reading})
    assert [row.output_id for row in found.rows] == ["o-0", "o-1", "o-2", "o-3"]
    assert told == [(4, 4)]


def test_what_loads_the_models_is_none_of_the_file() -> None:
    """A scorer that remembers what it read would have the file's for nothing; each of those is scored once."""
    work = Work()
    evaluator = Evaluator(reader=ClaimReader(splitter=SentenceClaims()), scorers=(work,), seconds=work.seconds)
    evaluator.score(rows(SHORT), now=NOON, progress=lambda done, total: None)
    assert work.seen[1:] == [f"Account {number} costs € {number}." for number in range(4)]
    assert work.seen[0] not in work.seen[1:]


def test_without_an_output_nothing_loads() -> None:
    """And nothing is divided by none."""
    work = Work()
    evaluator = Evaluator(reader=ClaimReader(splitter=SentenceClaims()), scorers=(work,), seconds=work.seconds)
    found = evaluator.score([], now=NOON, progress=lambda done, total: None)
    assert (found.rows, found.milliseconds) == ((), {"reading": 0.0, "slow": 0.0, "all": 0.0})
    assert not work.loaded
