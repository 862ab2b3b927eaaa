"""What WHETSTONE_SCORERS may name: each is built without loading a model, and a name that nobody knows is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.bootstrap_models import build_embedder, build_scorers
from bot.settings import load
from reviewers.errors import Invalid
from reviewers.ports import Scorer
from reviewers.scorers.huggingface import HuggingFaceScorer


def built(names: str, folder: Path) -> tuple[Scorer, ...]:
    settings = load(scorers=names, data_dir=folder)
    return build_scorers(settings, build_embedder(settings))


@pytest.mark.parametrize(
    ("name", "scorer", "version"),
    [
        ("coverage", "coverage", "words-2"),
        ("missing_facts", "missing_facts", "words-2"),
        ("contradictions", "contradictions", "words-2"),
        ("token_logprob", "token_logprob", "mean-1"),
        ("self_consistency", "self_consistency", "words-2"),
        ("retrieval", "retrieval", "minilm-l6-v2-1"),
        ("conditional_logprob", "conditional_logprob", "smollm2-135m-1"),
        ("hf:entailment:cross-encoder/nli-deberta-v3-base", "entailment", "cross-encoder/nli-deberta-v3-base@main"),
        (
            "hf:hallucination:vectara/hallucination_evaluation_model",
            "hallucination",
            "vectara/hallucination_evaluation_model@main",
        ),
        ("hf:minicheck:lytang/MiniCheck-Flan-T5-Large", "minicheck", "lytang/MiniCheck-Flan-T5-Large@main"),
        (
            "hf:tokens:KRLabsOrg/lettucedect-base-modernbert-en-v1",
            "tokens",
            "KRLabsOrg/lettucedect-base-modernbert-en-v1@main",
        ),
        ("judge:openai:gpt-4.1-mini", "judge", "gpt-4.1-mini-1"),
    ],
)
def test_each_name_builds_its_scorer(tmp_path: Path, name: str, scorer: str, version: str) -> None:
    """The name and the version stand with every score; nothing is fetched before the first output."""
    (found,) = built(name, tmp_path)
    assert (found.name, found.version) == (scorer, version)


def test_a_class_that_the_labels_do_not_name_is_named_behind_the_model(tmp_path: Path) -> None:
    """The version names it too, since another class turns the score round."""
    (found,) = built("hf:entailment:a/tiny#LABEL_2", tmp_path)
    assert isinstance(found, HuggingFaceScorer)
    assert (found.version, found._label) == ("a/tiny@main#LABEL_2", "LABEL_2")


def test_several_are_named_with_commas(tmp_path: Path) -> None:
    """In the order in which they are to run."""
    assert [one.name for one in built("coverage, hf:tokens:a/b", tmp_path)] == ["coverage", "tokens"]


@pytest.mark.parametrize("name", ["vibes", "hf:entailment:", "hf:poetry:a/b", "judge:openai", "judge::x"])
def test_an_unknown_name_is_refused_with_those_that_are_known(tmp_path: Path, name: str) -> None:
    """Before the worker starts."""
    with pytest.raises(
        Invalid, match=r"there is no scorer '.*Known: .*coverage.*hf:minicheck:NAME.*judge:PROVIDER:MODEL"
    ):
        built(name, tmp_path)
