"""What the words of answers tell of two windows: what is compared, and what is not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from reviewers.decisions import word_drift
from reviewers.decisions.word_drift import Words
from reviewers.model.digest import Aspect, Finding, State
from reviewers.model.features import FeatureBlock
from reviewers.model.missing import Missing


def words(**changes: Any) -> Words:
    """A hundred answers in English that answer and state nothing."""
    fields: dict[str, Any] = {
        "language": ["en"] * 100,
        "refusal": ["answered"] * 100,
        "citation": [],
        "similarity": np.full(100, np.nan),
    }
    return Words(**(fields | changes))


def found(before: Words, now: Words) -> dict[Aspect, Finding]:
    """By what was compared."""
    return {one.aspect: one for one in word_drift.findings(before, now)}


def test_what_no_answer_tells_is_not_compared() -> None:
    """No passages, and nothing of the route ever cites; of windows without answers nothing is left at all."""
    assert set(found(words(), words())) == {Aspect.LANGUAGE, Aspect.REFUSALS}
    never = words(citation=["missing"] * 100)
    assert Aspect.NO_CITATION not in found(never, never)
    assert found(Words(), Words()) == {}


def test_shares_of_both_windows_are_told() -> None:
    """2 of 100 refuse and then 30; all cite and then 60 of 100; German grows from none to 40 of 100."""
    before = words(refusal=["refused"] * 2 + ["answered"] * 98, citation=["cited"] * 100)
    now = words(
        language=["en"] * 60 + ["de"] * 40,
        refusal=["refused"] * 30 + ["answered"] * 70,
        citation=["missing"] * 40 + ["cited"] * 60,
    )
    moved = found(before, now)
    for aspect, shares in (
        (Aspect.REFUSALS, (0.02, 0.3, 0.28)),
        (Aspect.NO_CITATION, (0.0, 0.4, 0.4)),
    ):
        one = moved[aspect]
        assert (one.before, one.now, one.effect) == pytest.approx(shares)
        assert (one.state, one.n_before, one.n_now) == (State.DRIFT, 100, 100)
    assert abs(moved[Aspect.LANGUAGE].effect or 0.0) == pytest.approx(0.4)


def test_nearness_is_compared_where_there_are_passages() -> None:
    """All came .2 nearer; the median moves by that."""
    old = np.linspace(0.3, 0.6, 100)
    one = found(words(similarity=old), words(similarity=old + 0.2))[Aspect.SIMILARITY]
    assert one.effect == pytest.approx(0.2)
    assert one.state is State.DRIFT


def test_few_answers_are_too_few() -> None:
    """49 of this week."""
    one = found(words(), words(refusal=["answered"] * 49))[Aspect.REFUSALS]
    assert (one.state, one.missing) == (State.INSUFFICIENT, Missing(found=49, needed=50, of="outputs"))


def test_pieces_of_a_window_add_up() -> None:
    """Languages that are not told, and answers that state nothing, are in no share."""
    block = FeatureBlock(
        output_ids=("a", "b", "c"),
        embedder=np.zeros(3, np.int32),
        embedders=("",),
        question=np.zeros((3, 0), np.float32),
        answer=np.zeros((3, 0), np.float32),
        language=("en", "", "de"),
        refusal=np.array([True, False, False]),
        citation_missing=np.array([1.0, np.nan, 0.0]),
        similarity=np.array([0.5, np.nan, 0.7]),
    )
    grown = word_drift.words_of([block, block])
    assert grown.language == ["en", "de", "en", "de"]
    assert grown.refusal == ["refused", "answered", "answered"] * 2
    assert grown.citation == ["missing", "cited"] * 2
    assert grown.similarity == pytest.approx([0.5, np.nan, 0.7, 0.5, np.nan, 0.7], nan_ok=True)
