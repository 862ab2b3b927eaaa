"""Training an adapter: the same in one go or in two, and the files that come of it. On a tiny random model."""

from __future__ import annotations

import hashlib
import json
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reviewers.errors import Invalid
from reviewers.trainers.claims.windows import MadeClaim, Window
from reviewers.trainers.detector_training import auroc_by_kind
from reviewers.trainers.lora import Recipe, Step, Trainer, adapter_hash, rate
from tests.trainers.tiny import tiny_llama

pytestmark = pytest.mark.models

RECIPE = Recipe(steps=8, seed=5, rank=2, scale=4, first_layer=1, warm_up=2, learning_rate=0.02)
COLOURS = "red blue green black white".split()


def windows(count: int) -> list[Window]:
    """ "The ball is red." with a true and a wrong claim."""
    made = []
    for number in range(count):
        colour, other = COLOURS[number % 5], COLOURS[(number + 1 + number // 5) % 5]
        claims = (
            MadeClaim(text=f"The ball is {colour}.", supported=True, kind="verbatim"),
            MadeClaim(text=f"The ball is {other}.", supported=False, kind="noun"),
        )
        made.append(Window(source="toys", evidence=(f"The ball is {colour}.",), claims=claims))
    return made


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_llama(tmp_path_factory.mktemp("tiny"))


def test_a_training_that_was_interrupted_ends_as_one_that_was_not(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three steps, a new process, and the other five: adapter and head have the hashes of eight in a row."""
    monkeypatch.setattr("reviewers.trainers.lora.CHECKPOINT_EVERY", 3)
    whole = Trainer(model, tmp_path / "whole", RECIPE)
    whole.run(windows(8))
    expected = whole.export(tmp_path / "whole")

    class Stopped(Exception):
        pass

    def stop(step: Step) -> None:
        if step.number == 4:  # one step beyond the checkpoint is lost, and done again
            raise Stopped

    begun = Trainer(model, tmp_path / "parts", RECIPE)
    with pytest.raises(Stopped):
        begun.run(windows(8), progress=stop)
    resumed = Trainer(model, tmp_path / "parts", RECIPE)
    resumed.resume()
    steps: list[int] = []
    resumed.run(windows(8), progress=lambda step: steps.append(step.number))
    assert steps == [4, 5, 6, 7, 8]
    assert resumed.export(tmp_path / "parts") == expected
    assert not (tmp_path / "parts" / "checkpoint.pt").exists()


def test_a_checkpoint_of_another_training_is_refused(model: Path, tmp_path: Path) -> None:
    """Its steps would be neither of the one nor of the other."""
    trainer = Trainer(model, tmp_path, RECIPE)
    trainer.run(windows(8))
    with pytest.raises(Invalid, match="other settings"):
        Trainer(model, tmp_path, Recipe(steps=9)).resume()
    fresh = Trainer(model, tmp_path / "nothing", RECIPE)
    fresh.resume()
    assert fresh.done == 0


def test_a_training_can_go_on_from_an_adapter(model: Path, tmp_path: Path) -> None:
    """It begins with what the adapter and its head say, to the three digits of half precision, and learns on."""
    first = Trainer(model, tmp_path, RECIPE)
    first.run(windows(8))
    expected = first.export(tmp_path)
    assert adapter_hash(tmp_path) == expected["adapter_sha256"]
    second = Trainer(model, tmp_path / "second", RECIPE, begin=tmp_path)
    assert second.answers(windows(1)[0]) == pytest.approx(first.answers(windows(1)[0]), abs=2e-2)
    assert second.answers(windows(1)[0]) != Trainer(model, tmp_path / "fresh", RECIPE).answers(windows(1)[0])
    second.run(windows(8))
    assert second.export(tmp_path / "second") != expected


def test_an_adapter_that_does_not_fit_is_refused(model: Path, tmp_path: Path) -> None:
    """None at all, no head, and one of another rank."""
    with pytest.raises(Invalid, match="has no adapter_model"):
        adapter_hash(tmp_path)
    with pytest.raises(Invalid, match="does not fit"):
        Trainer(model, tmp_path / "second", RECIPE, begin=tmp_path)
    Trainer(model, tmp_path, RECIPE).export(tmp_path)
    with pytest.raises(Invalid, match="does not fit"):
        Trainer(model, tmp_path / "second", replace(RECIPE, rank=4), begin=tmp_path)
    (tmp_path / "head.safetensors").unlink()
    with pytest.raises(Invalid, match="does not fit"):
        Trainer(model, tmp_path / "second", RECIPE, begin=tmp_path)


def test_it_learns_what_it_is_shown(model: Path, tmp_path: Path) -> None:
    """Forty times the same window: the loss falls far under that of guessing, log 2 = 0.69."""
    seen: list[Step] = []
    recipe = Recipe(steps=40, seed=5, rank=4, scale=8, first_layer=0, warm_up=5, learning_rate=0.02)
    Trainer(model, tmp_path, recipe).run(windows(1) * 40, progress=seen.append)
    assert seen[0].loss > 0.4
    assert max(step.loss for step in seen[-5:]) < 0.2
    assert min(step.correct for step in seen[-5:]) == 1.0


def test_it_learns_in_half_precision_too(model: Path, tmp_path: Path) -> None:
    """The products of a step are rounded to eight bits; another adapter comes of it, which says much the same."""
    exact, halved = Trainer(model, tmp_path, RECIPE), Trainer(model, tmp_path, replace(RECIPE, precision="bfloat16"))
    for trainer in (exact, halved):
        trainer.run(windows(8))
    assert halved.answers(windows(1)[0]) == pytest.approx(exact.answers(windows(1)[0]), abs=0.3)
    assert halved.export(tmp_path / "halved") != exact.export(tmp_path / "exact")


def test_lower_layers_are_not_trained(model: Path, tmp_path: Path) -> None:
    """The adapter names layers 1 and 2 of three: seven matrices with two parts each, in half precision."""
    from safetensors.torch import load_file

    trainer = Trainer(model, tmp_path, RECIPE)
    hashes = trainer.export(tmp_path)
    weights = load_file(tmp_path / "adapter_model.safetensors")
    assert len(weights) == 28
    assert all(".layers.0." not in name and str(one.dtype) == "torch.float16" for name, one in weights.items())
    content = (tmp_path / "adapter_model.safetensors").read_bytes()
    assert hashes["adapter_sha256"] == hashlib.sha256(content).hexdigest()
    config = json.loads((tmp_path / "adapter_config.json").read_text(encoding="utf-8"))
    assert (config["r"], config["lora_alpha"], config["layers_to_transform"]) == (2, 4, [1, 2])
    assert str(model) not in json.dumps(config)


def test_the_files_load_with_peft_and_give_the_same_answers(model: Path, tmp_path: Path) -> None:
    """They are in PEFT's own form; half precision costs three digits."""
    import torch
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    trainer = Trainer(model, tmp_path, RECIPE)
    trainer.run(windows(8))
    trainer.export(tmp_path)
    plain: Any = AutoModelForCausalLM.from_pretrained(model, dtype=torch.float32)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        loaded: Any = PeftModel.from_pretrained(plain, str(tmp_path))
    ids = torch.tensor([[5, 6, 7, 8, 9]])
    with torch.inference_mode():
        expected = trainer.model.base_model.model.model(input_ids=ids).last_hidden_state
        found = loaded.base_model.model.model(input_ids=ids).last_hidden_state
    assert torch.allclose(found, expected, atol=2e-2)


def test_the_learning_rate_rises_then_falls_in_a_line() -> None:
    """Of 100 steps, 4 of them warm-up: a quarter, a half, what has fallen since, a half, a twentieth at the end."""
    recipe = Recipe(steps=100, warm_up=4)
    assert [rate(done, recipe) for done in (0, 1, 3, 50, 99)] == [0.25, 0.5, 0.97, 0.5, 0.05]


def test_made_claims_are_tested_kind_by_kind() -> None:
    """Each wrong kind against all true claims.

    True: 0, 2. Noun: 1 (over one of two: 0.5). Date: 3 (over both: 1). All: 0.75.
    """
    claims = (
        MadeClaim(text="a", supported=True, kind="verbatim"),
        MadeClaim(text="b", supported=False, kind="noun"),
    )
    others = (
        MadeClaim(text="c", supported=True, kind="verbatim"),
        MadeClaim(text="d", supported=False, kind="date"),
    )
    made = [Window(source="s", evidence=("e",), claims=claims), Window(source="s", evidence=("e",), claims=others)]
    assert auroc_by_kind(made, [[0.0, 1.0], [2.0, 3.0]]) == {
        "all": {"claims": 2, "auroc": 0.75},
        "date": {"claims": 1, "auroc": 1.0},
        "noun": {"claims": 1, "auroc": 0.5},
    }
