"""Sources of wrong outputs: which are told, when one stands out, and which questions had none."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.stats import fisher_exact

from reviewers.decisions import digest_sources
from reviewers.decisions.digest_sources import Asked, AskedSoFar, Citing, Source
from reviewers.model import TaskView
from reviewers.model.digest import Aspect, State
from reviewers.model.digest_parts import CitedSource, PartKind
from reviewers.model.features import FeatureBlock
from tests.builders import a_decision, a_passage, a_task, an_assessment, an_output

FEES = Source("Card fees 2026", "https://help.example/fees")
LIMITS = Source("Card limits", "https://help.example/limits")


def some(source: Source, *, right: int, wrong: int, current: bool) -> list[Citing]:
    """So many decided outputs that cite this source alone."""
    return [Citing(sources=frozenset({source}), wrong=place < wrong, current=current) for place in range(right + wrong)]


def a_view(**changes: Any) -> TaskView:
    """A task with the builders' three claims: fees contradicted, limits supported, and one without a source."""
    return replace(
        TaskView(task=a_task(), output=an_output(), assessment=an_assessment(), decision=a_decision()),
        **changes,
    )


def a_block(similarity: list[float], *, questions: list[float] | None = None) -> FeatureBlock:
    """One number a vector; NaN: there is no question."""
    count = len(similarity)
    return FeatureBlock(
        output_ids=tuple(f"o-{place}" for place in range(count)),
        embedder=np.zeros(count, np.int32),
        embedders=("small-1",),
        question=np.array(questions or [1.0] * count, np.float32).reshape(count, 1),
        answer=np.ones((count, 1), np.float32),
        language=("en",) * count,
        refusal=np.zeros(count, np.bool_),
        citation_missing=np.zeros(count),
        similarity=np.array(similarity),
    )


def test_output_rests_on_what_the_application_gave_else_on_what_its_claims_read() -> None:
    """The nearest passage of a claim without a source is none that it rests on."""
    read = digest_sources.of_view(a_view())
    assert {one.title for one in read} == {"Card fees 2026", "Card limits"}
    given = an_output(passages=(a_passage("p-9", title=" Travel ", address=""), a_passage("p-8", title="", address="")))
    assert digest_sources.of_view(a_view(output=given)) == {Source("Travel", "")}
    assert digest_sources.of_view(a_view(assessment=None)) == frozenset()


def test_sources_are_told_with_the_most_wrong_outputs_first() -> None:
    """7 of 10 and 1 of 9 this week, 2 of 12 and 3 of 3 before; what only right outputs cite is not told."""
    found = digest_sources.cited(
        [
            *some(LIMITS, right=8, wrong=1, current=True),
            *some(LIMITS, right=0, wrong=3, current=False),
            *some(FEES, right=3, wrong=7, current=True),
            *some(FEES, right=10, wrong=2, current=False),
            *some(Source("Travel", ""), right=5, wrong=0, current=True),
        ]
    )
    assert found == (
        CitedSource(title=FEES.title, address=FEES.address, wrong=7, cited=10, wrong_before=2, cited_before=12),
        CitedSource(title=LIMITS.title, address=LIMITS.address, wrong=1, cited=9, wrong_before=3, cited_before=3),
    )


def test_source_whose_outputs_became_wrong_stands_out() -> None:
    """20 of 25 that cite it are wrong after 5 of 100, and 20 of 25 wrong ones cite it after 5 of 25: scipy's p."""
    (fees, limits) = digest_sources.findings(
        [
            *some(FEES, right=5, wrong=20, current=True),
            *some(LIMITS, right=70, wrong=5, current=True),
            *some(FEES, right=95, wrong=5, current=False),
            *some(LIMITS, right=280, wrong=20, current=False),
        ]
    )
    citing = fisher_exact([[20, 5], [5, 95]], alternative="greater").pvalue
    among_wrong = fisher_exact([[20, 5], [5, 20]], alternative="greater").pvalue
    assert fees.p_value == pytest.approx(max(citing, among_wrong))
    assert (fees.aspect, fees.part, fees.name) == (Aspect.SOURCE, PartKind.SOURCE, "Card fees 2026")
    assert (fees.state, fees.now, fees.before, fees.n_now) == (State.DRIFT, 0.8, 0.2, 25)
    assert limits.state is State.STABLE


def test_source_does_not_stand_out_where_everything_got_worse_or_more_was_asked_of_it() -> None:
    """Twice 40 of 100 after 10 of 100; and four times as many outputs of which a tenth is wrong, as before."""
    worse = [
        *(one for source in (FEES, LIMITS) for one in some(source, right=60, wrong=40, current=True)),
        *(one for source in (FEES, LIMITS) for one in some(source, right=90, wrong=10, current=False)),
    ]
    asked = [
        *some(FEES, right=360, wrong=40, current=True),
        *some(LIMITS, right=90, wrong=10, current=True),
        *some(FEES, right=90, wrong=10, current=False),
        *some(LIMITS, right=90, wrong=10, current=False),
    ]
    for outputs in (worse, asked):
        found = digest_sources.findings(outputs)
        assert found
        assert {one.state for one in found} == {State.STABLE}


def test_too_few_wrong_outputs_are_not_tested() -> None:
    """Four that cite it; or none at all before."""
    before = some(FEES, right=50, wrong=5, current=False)
    assert digest_sources.findings([*some(FEES, right=0, wrong=4, current=True), *before]) == ()
    assert digest_sources.findings(some(FEES, right=0, wrong=9, current=True)) == ()


def test_on_stable_weeks_a_source_is_told_at_most_as_often_as_its_level_says() -> None:
    """2,000 drawn pairs of windows, of 100 and 400 reviews on one of two sources: p at most .05 in at most 5 of 100."""
    rng = np.random.default_rng(20261128)
    low = 0
    for _ in range(2_000):
        counts = [rng.binomial(count, 0.2) for count in (50, 50, 200, 200)]
        found = digest_sources.findings(
            [
                *some(FEES, right=50 - counts[0], wrong=counts[0], current=True),
                *some(LIMITS, right=50 - counts[1], wrong=counts[1], current=True),
                *some(FEES, right=200 - counts[2], wrong=counts[2], current=False),
                *some(LIMITS, right=200 - counts[3], wrong=counts[3], current=False),
            ]
        )
        low += any(one.name == FEES.title and one.state is State.DRIFT for one in found)
    assert low <= 100  # 5 of 100 of 2,000; the exact tests are below it by far


def asked(blocks: list[FeatureBlock]) -> Asked:
    """Of a window in these pieces."""
    found = AskedSoFar()
    for block in blocks:
        found.add(block)
    return found.asked()


def test_questions_without_a_source_are_those_that_nothing_came_near() -> None:
    """.29 and no passage at all, not .30; a question that is missing is not asked."""
    blocks = [a_block([0.29, 0.3, np.nan]), a_block([0.9, 0.1], questions=[1.0, np.nan])]
    assert asked(blocks) == Asked(without=2, asked=4)
    assert asked([a_block([np.nan, np.nan])]) == Asked(without=0, asked=0)
    assert asked([]) == Asked(without=0, asked=0)
