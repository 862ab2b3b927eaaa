"""Every family of Hugging Face detectors on a tiny random checkpoint, against its own model asked one pair alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reviewers.errors import Invalid
from reviewers.ports import Evidence
from reviewers.scorers.claims import SentenceClaims
from reviewers.scorers.huggingface import HuggingFaceScorer
from reviewers.scorers.huggingface_labels import Family, made_up_classes, supported_class
from reviewers.scorers.huggingface_readers import HHEM_PROMPT, filled
from reviewers.scorers.huggingface_tokens import TokenClassifierScorer
from reviewers.scorers.reader import ClaimReader
from tests.builders import a_passage, an_output
from tests.scorers import checkpoints

pytestmark = pytest.mark.models

PASSAGES = ("The fee is 3 .", "Your card works at every ATM in Thailand .")


def evidence(output_id: str = "o-1", *texts: str, **changes: Any) -> Evidence:
    own = tuple(a_passage(f"p-{number}", text=text) for number, text in enumerate(texts))
    return ClaimReader(splitter=SentenceClaims()).read([an_output(output_id, passages=own, **changes)])[0]


def loaded(kind: Any, folder: Path) -> Any:
    return kind.from_pretrained(folder).eval()


def encoder_by_hand(folder: Path, passage: str, claim: str, label: int) -> float:
    """One pair alone, as the model's card shows it."""
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    encoded = AutoTokenizer.from_pretrained(folder)(passage, claim, return_tensors="pt")
    with torch.inference_mode():
        logits = loaded(AutoModelForSequenceClassification, folder)(**encoded).logits[0]
    return float(logits.sigmoid()[0] if len(logits) == 1 else logits.softmax(dim=0)[label])


def head_by_hand(folder: Path, passage: str, claim: str, label: int) -> float:
    """The first token's class 1, after HHEM-2's question."""
    import torch
    from transformers import AutoTokenizer, T5ForTokenClassification

    text = HHEM_PROMPT.format(text1=passage, text2=claim)
    encoded = AutoTokenizer.from_pretrained(folder)(text, return_tensors="pt")
    with torch.inference_mode():
        logits = loaded(T5ForTokenClassification, folder)(**encoded).logits[0, 0]
    return float(logits.softmax(dim=0)[label])


def writer_by_hand(folder: Path, passage: str, claim: str, label: int) -> float:
    """The first token that a T5 writes, 1 against 0, by its own generation."""
    import torch
    from transformers import AutoTokenizer, T5ForConditionalGeneration

    words = AutoTokenizer.from_pretrained(folder)
    encoded = words(f"predict: {passage}</s>{claim}", return_tensors="pt")
    with torch.inference_mode():
        made = loaded(T5ForConditionalGeneration, folder).generate(
            **encoded, max_new_tokens=1, do_sample=False, output_logits=True, return_dict_in_generate=True
        )
    both = made.logits[0][0, [words.convert_tokens_to_ids("0"), words.convert_tokens_to_ids("1")]]
    return float(both.softmax(dim=0)[label])


ByHand = Callable[[Path, str, str, int], float]
CASES: dict[str, tuple[Family, Callable[[Path], Path], ByHand, int]] = {
    "NLI in three classes, RoBERTa": (
        "entailment",
        lambda folder: checkpoints.cross_encoder(folder, "roberta", "contradiction", "neutral", "entailment"),
        encoder_by_hand,
        2,
    ),
    "NLI in three classes, DeBERTa": (
        "entailment",
        lambda folder: checkpoints.cross_encoder(folder, "deberta-v2", "entailment", "neutral", "contradiction"),
        encoder_by_hand,
        0,
    ),
    "HHEM-1, one number": (
        "hallucination",
        lambda folder: checkpoints.cross_encoder(folder, "deberta-v2", "LABEL_0"),
        encoder_by_hand,
        0,
    ),
    "HHEM-2, a head on T5": ("hallucination", checkpoints.t5_head, head_by_hand, 1),
    "MiniCheck-RoBERTa": (
        "minicheck",
        lambda folder: checkpoints.cross_encoder(folder, "roberta", "LABEL_0", "LABEL_1"),
        encoder_by_hand,
        1,
    ),
    "MiniCheck-Flan-T5": ("minicheck", checkpoints.t5_writer, writer_by_hand, 1),
}


@pytest.mark.parametrize("case", CASES)
def test_a_model_of_each_family_is_read_as_its_authors_read_it(tmp_path: Path, case: str) -> None:
    """Batched and padded as alone; a claim's value is its best passage's, the output's its worst claim's."""
    family, make, by_hand, label = CASES[case]
    folder = make(tmp_path / "tiny")
    one = evidence("o-1", *PASSAGES)
    score, none = HuggingFaceScorer(str(folder), family=family).score([one, evidence("o-2")])
    assert none is None
    assert score is not None
    expected = [
        max(by_hand(folder, passage.text, claim.text, label) for passage in near)
        for claim, near in zip(one.claims, one.passages, strict=True)
    ]
    assert score.claim_values == pytest.approx(expected, abs=1e-5)
    assert score.value == pytest.approx(min(expected), abs=1e-5)
    assert (score.scorer, score.version) == (family, "tiny@main")
    assert len({round(value, 6) for value in expected}) > 1  # a model that says the same of all would prove nothing


@pytest.mark.parametrize("case", CASES)
def test_a_model_of_each_family_says_in_bfloat16_what_it_says_in_float32(tmp_path: Path, case: str) -> None:
    """As it runs on a GPU: eight bits of a number are kept, so probabilities agree within 0.05; that they differ at all
    shows that the model computed in it."""
    family, make, _, _ = CASES[case]
    # The T5 of the other tests is so steep that rounding alone turns an answer over.
    folder = str(
        make(tmp_path / "tiny") if make != checkpoints.t5_writer else checkpoints.t5_writer(tmp_path, spread=1.0)
    )
    one = evidence("o-1", *PASSAGES)
    (whole,) = HuggingFaceScorer(folder, family=family, device="cpu", precision="float32").score([one])
    (half,) = HuggingFaceScorer(folder, family=family, device="cpu", precision="bfloat16").score([one])
    assert whole is not None
    assert half is not None
    assert half.claim_values == pytest.approx(whole.claim_values, abs=0.05)
    assert half.claim_values != whole.claim_values


def test_a_token_classifier_says_in_bfloat16_what_it_says_in_float32(tmp_path: Path) -> None:
    """The same of words."""
    folder = str(checkpoints.token_classifier(tmp_path / "tiny", "supported", "hallucinated"))
    one = evidence("o-1", *PASSAGES)
    (whole,) = TokenClassifierScorer(folder, device="cpu", precision="float32").score([one])
    (half,) = TokenClassifierScorer(folder, device="cpu", precision="bfloat16").score([one])
    assert whole is not None
    assert half is not None
    assert half.claim_values == pytest.approx(whole.claim_values, abs=0.05)
    assert half.claim_values != whole.claim_values


def test_a_gpu_that_is_not_there_is_named(tmp_path: Path) -> None:
    """With the setting to leave out, not torch's own words."""
    import torch

    if torch.cuda.is_available():
        pytest.skip("this machine has a GPU")
    folder = str(checkpoints.t5_head(tmp_path / "tiny"))
    with pytest.raises(Invalid, match="WHETSTONE_DEVICE"):
        HuggingFaceScorer(folder, family="hallucination", device="cuda:0").score([evidence("o-1", *PASSAGES)])


def test_hhem_2_is_read_without_running_its_code(tmp_path: Path) -> None:
    """Its checkpoint brings a program, which raises here; the weights are read by ours, to the same numbers."""
    folder = checkpoints.hhem(tmp_path / "hhem")
    one = evidence("o-1", *PASSAGES)
    theirs = HuggingFaceScorer(str(folder), family="hallucination").score([one])[0]
    plain = HuggingFaceScorer(str(folder / "foundation"), family="hallucination").score([one])[0]
    assert theirs is not None
    assert plain is not None
    assert theirs.claim_values == pytest.approx(plain.claim_values)


def test_a_class_named_in_the_setting_is_read_where_labels_say_nothing(tmp_path: Path) -> None:
    """Without it the error says where to write it."""
    folder = checkpoints.cross_encoder(tmp_path / "tiny", "roberta", "LABEL_0", "LABEL_1", "LABEL_2")
    one = evidence("o-1", *PASSAGES)
    with pytest.raises(Invalid, match=r"LABEL_0, LABEL_1, LABEL_2.*hf:entailment:NAME#LABEL_0"):
        HuggingFaceScorer(str(folder)).score([one])
    (score,) = HuggingFaceScorer(str(folder), supported_label="LABEL_2").score([one])
    assert score is not None
    expected = [
        max(encoder_by_hand(folder, passage.text, claim.text, 2) for passage in near)
        for claim, near in zip(one.claims, one.passages, strict=True)
    ]
    assert score.claim_values == pytest.approx(expected, abs=1e-5)


def test_a_long_passage_gives_way_to_the_claim(tmp_path: Path) -> None:
    """A T5 has no last position, so the limit is ours: the passage is cut between two words."""
    from reviewers.scorers import huggingface_readers

    words = checkpoints.tokenizer(pairs=False)
    cut = huggingface_readers._fitting(words, "the fee is 3 " * 1000, "The fee is 2 .")
    assert cut.endswith(("the", "fee", "is", "3"))
    assert 1900 < len(cut.split()) < 2048


def test_texts_with_braces_are_no_places(tmp_path: Path) -> None:
    """Whoever writes {text1} into a claim must not get the passage there."""
    assert filled("{text1} / {text2} {else}", text1="a {text2}", text2="b") == "a {text2} / b {else}"


def test_a_token_classifier_marks_the_worst_word_of_each_claim(tmp_path: Path) -> None:
    """1 less the largest probability of class 1 among the claim's own tokens, asked without batch or padding."""
    import torch
    from transformers import AutoTokenizer, ModernBertForTokenClassification

    from reviewers.scorers.huggingface_tokens import _asked

    folder = checkpoints.token_classifier(tmp_path / "tiny", "LABEL_0", "LABEL_1")
    one = evidence("o-1", *PASSAGES)
    scores = TokenClassifierScorer(str(folder)).score([evidence("o-2", "A", completion="The fee is 2 ."), one])
    score = scores[1]
    assert score is not None
    encoded = AutoTokenizer.from_pretrained(folder)(
        _asked(one), one.output.completion, return_offsets_mapping=True, return_tensors="pt"
    )
    offsets, parts = encoded.pop("offset_mapping")[0].tolist(), encoded.sequence_ids(0)
    with torch.inference_mode():
        logits = loaded(ModernBertForTokenClassification, folder)(**encoded).logits[0]
    made_up = logits.softmax(dim=1)[:, 1].tolist()
    expected = [
        1 - max(value for value, (start, end), part in zip(made_up, offsets, parts, strict=True)
                if part == 1 and claim.span.start <= start and end <= claim.span.end)
        for claim in one.claims
    ]  # fmt: skip
    assert score.claim_values == pytest.approx(expected, abs=1e-5)
    assert score.value == pytest.approx(min(expected), abs=1e-5)
    assert (score.scorer, score.version) == ("tokens", "tiny@main")


def test_an_answer_too_long_for_the_model_is_cut_and_a_claim_beyond_it_has_the_answers_value(tmp_path: Path) -> None:
    """200 positions: the passage and the end of the answer give way, and nothing is made up about what was not read."""
    folder = checkpoints.token_classifier(tmp_path / "tiny", "supported", "hallucinated")
    long = " ".join(f"The fee in Thailand is {number} ." for number in range(80))
    score = TokenClassifierScorer(str(folder)).score([evidence("o-1", "The fee is 3 . " * 50, completion=long)])[0]
    assert score is not None
    assert score.claim_values[-1] == score.value
    assert score.value == min(score.claim_values)


def test_a_token_classifier_is_silent_without_passages(tmp_path: Path) -> None:
    """There is nothing to hold the answer against, and no model is loaded for it."""
    assert TokenClassifierScorer(str(tmp_path / "nowhere")).score([evidence("o-1")]) == [None]


def test_a_model_of_the_wrong_kind_says_which_setting_fits(tmp_path: Path) -> None:
    """Before the first output is scored."""
    tokens = checkpoints.token_classifier(tmp_path / "tokens", "LABEL_0", "LABEL_1")
    pairs = checkpoints.cross_encoder(tmp_path / "pairs", "roberta", "entailment", "contradiction")
    one = evidence("o-1", *PASSAGES)
    with pytest.raises(Invalid, match=r"ModernBertForTokenClassification.*named with hf:tokens"):
        HuggingFaceScorer(str(tokens), family="minicheck").score([one])
    with pytest.raises(Invalid, match=r"RobertaForSequenceClassification.*named with hf:entailment"):
        TokenClassifierScorer(str(pairs)).score([one])


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ({0: "LABEL_0", 1: "LABEL_1"}, [1]),
        ({0: "supported", 1: "hallucinated"}, [1]),
        ({0: "O", 1: "B-HAL", 2: "I-HAL"}, [1, 2]),
    ],
)
def test_made_up_classes_are_known_by_their_labels(labels: dict[int, str], expected: list[int]) -> None:
    """As the models on the hub write them."""
    assert made_up_classes(labels) == expected


def test_labels_that_say_nothing_of_made_up_are_refused() -> None:
    """Names of persons are no hallucinations."""
    with pytest.raises(Invalid, match="O, B-PER"):
        made_up_classes({0: "O", 1: "B-PER"})
    assert supported_class({0: "LABEL_0", 1: "LABEL_1"}, "minicheck") == 1
