"""How much of a long answer a token classifier reads where only its model says how much it can."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import Any

import pytest

from reviewers.ports import Evidence
from reviewers.scorers.huggingface_tokens import TokenClassifierScorer
from tests.builders import an_output


class Asked(Exception):
    """The tokenizer was asked for both texts; with how."""


class Words:
    """A tokenizer of words that names no limit."""

    model_max_length = 10**30

    def __call__(self, texts: Any, *_: Any, **how: Any) -> Any:
        if "truncation" in how:
            raise Asked(how["truncation"], how["max_length"])
        return SimpleNamespace(input_ids=texts.split())


@pytest.mark.parametrize(("words", "cut"), [(90, "only_first"), (150, "longest_first"), (1500, "longest_first")])
def test_positions_of_the_model_are_the_room(monkeypatch: pytest.MonkeyPatch, words: int, cut: str) -> None:
    """Of 200 an answer of 150 leaves too little to the passages: both give way."""
    monkeypatch.setitem(sys.modules, "torch", SimpleNamespace())
    scorer = TokenClassifierScorer("nowhere")
    scorer._parts = Words(), SimpleNamespace(config=SimpleNamespace(max_position_embeddings=200)), [1]
    one = Evidence(output=an_output("o-1", completion="fee " * words), claims=(), passages=())
    with pytest.raises(Asked) as asked:
        scorer._read([one])
    assert asked.value.args == (cut, 200)
