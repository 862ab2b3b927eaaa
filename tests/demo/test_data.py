"""The example data is real, small, attributed and whole, and the scripted reviewers follow its labels."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.demo import make_data
from bot.demo.data import ATTRIBUTION, DATA, DOCUMENTS, Example, documents, examples
from bot.demo.script import UNSURE_IN, scripted_verdict
from reviewers.model import VerdictKind

ALL = examples()
INPUT = make_data.DEFAULT_INPUT


def test_it_is_small() -> None:
    """Under 2 MB with everything."""
    assert sum(path.stat().st_size for path in DATA.rglob("*") if path.is_file()) < 2_000_000


def test_there_are_a_few_hundred_outputs_with_ids_of_their_own() -> None:
    """Enough for numbers, few enough for a minute."""
    assert 200 <= len(ALL) <= 500
    assert len({example.output_id for example in ALL}) == len(ALL)


def test_only_shippable_sets_are_in_it() -> None:
    """No topical chat, no CMU documents, no WiCE, no news articles, no SAMSum."""
    found = {(example.source_set, example.licence) for example in ALL}
    assert found == {
        ("begin_wow", "CC BY 4.0"),
        ("q2_wow", "MIT"),
        ("summedits_sales_email", "Apache-2.0"),
        ("summedits_sales_call", "Apache-2.0"),
        ("summedits_qmsumm", "Apache-2.0"),
        ("summedits_scitldr", "Apache-2.0"),
    }


def test_every_source_is_attributed_with_its_licence_and_its_counts() -> None:
    """The page names repository, licence and number of rows of each set, and every document."""
    page = ATTRIBUTION.read_text("utf-8")
    counts = Counter((example.source_set, example.label) for example in ALL)
    for source_set, licence in {(example.source_set, example.licence) for example in ALL}:
        assert f"| {source_set} | {counts[source_set, 0]} | {counts[source_set, 1]} | {licence} |" in page
    for repository in (
        "google/BEGIN-dataset",
        "orhonovich/q-squared",
        "salesforce/factualNLG",
        "openstax/osbooks-introduction-business",
        "openstax/osbooks-us-history",
        "18F/18f.gsa.gov",
    ):
        assert f"https://github.com/{repository}" in page
    for document in documents():
        assert re.search(rf"\b{document.stem}\b", page), f"{document.name} is not attributed"


def test_right_and_wrong_are_balanced() -> None:
    """Neither label has less than 40 % of the outputs, overall and in the larger sets."""
    for chosen in (ALL, [e for e in ALL if e.source_set == "q2_wow"], [e for e in ALL if e.source_set == "begin_wow"]):
        wrong = sum(example.label for example in chosen) / len(chosen)
        assert 0.4 <= wrong <= 0.6


def test_every_output_is_grounded_in_a_document_or_brings_passages() -> None:
    """The heading that it names stands in the document, with a text below it."""
    for example in ALL:
        assert example.document or example.passages
        if example.document:
            text = (DOCUMENTS / example.document).read_text("utf-8")
            assert re.search(rf"^## {re.escape(example.heading)}\n\n\S", text, re.MULTILINE)


def test_some_bring_passages_and_some_rely_on_the_documents() -> None:
    """Both ways of grounding are shown."""
    dialogues = [example for example in ALL if example.document]
    assert 20 <= sum(bool(example.passages) for example in dialogues) <= len(dialogues) / 2
    assert all(passage.title and passage.text for example in ALL for passage in example.passages)


def test_a_passage_of_a_dialogue_stands_in_its_document() -> None:
    """What an output brings along is what the index holds."""
    for example in ALL:
        if example.document and example.passages:
            assert example.passages[0].text in (DOCUMENTS / example.document).read_text("utf-8")


def test_passages_of_a_summary_are_pieces_of_the_document_in_the_prompt() -> None:
    """At the position that they state, and together all of it but line ends."""
    for example in ALL:
        if not example.document:
            whole = example.prompt[0].content
            for passage in example.passages:
                assert whole[passage.position : passage.position + len(passage.text)] == passage.text
            pieces = "".join(passage.text for passage in example.passages)
            assert pieces.split() == whole.split() or "".join(pieces.split()) == "".join(whole.split())


def test_documents_have_a_title_and_headings() -> None:
    """What a citation reads: "Title › Heading"."""
    assert len(documents()) >= 10
    for document in documents():
        text = document.read_text("utf-8")
        assert text.startswith("# ")
        assert text.count("\n## ") >= 2


def test_a_correction_is_a_text_that_people_found_right() -> None:
    """Only wrong outputs have one, and it differs from the output."""
    corrected = [example for example in ALL if example.correction is not None]
    assert len(corrected) >= 30
    for example in corrected:
        assert example.label == 1
        assert example.correction != example.completion
        assert example.correction_from


def test_some_outputs_are_held() -> None:
    """About twenty, right and wrong."""
    held = Counter(example.label for example in ALL if example.hold)
    assert held == {0: 10, 1: 10}


def test_the_body_that_is_sent_tells_nothing_of_the_label() -> None:
    """The machine reviewers must not see what people found."""
    example = next(example for example in ALL if example.correction)
    body = example.body(datetime(2026, 11, 23, 12, 0, tzinfo=UTC))
    assert body["created_at"] == "2026-11-23T12:00:00+00:00"
    assert not {"label", "correction", "correction_from", "document"} & set(body)
    assert body == replace(example, label=0, correction=None).body(datetime(2026, 11, 23, 12, 0, tzinfo=UTC))


def _sure(example: Example, **changes: object) -> Example:
    """The example as a held one: nobody is unsure about those."""
    return replace(example, hold=True, **changes)  # type: ignore[arg-type]  # a test changes one field of many types


def test_scripted_reviewers_decide_by_the_label() -> None:
    """Grounded: approve. Not grounded: the edit that the set holds, else a rejection with the set's own question."""
    any_one = ALL[0]
    assert scripted_verdict(_sure(any_one, label=0, correction=None)).kind is VerdictKind.APPROVE
    edit = scripted_verdict(_sure(any_one, label=1, correction="Better."))
    assert (edit.kind, edit.correction) == (VerdictKind.EDIT, "Better.")
    for source_set, reason in (
        ("begin_wow", "invented"),
        ("q2_wow", "contradicts"),
        ("summedits_qmsumm", "contradicts"),
    ):
        reject = scripted_verdict(_sure(any_one, label=1, correction=None, source_set=source_set))
        assert (reject.kind, reject.reasons) == (VerdictKind.REJECT, (reason,))


def test_a_few_are_handed_on_and_never_a_held_one() -> None:
    """About one in 25, whatever the label: within four standard deviations of the binomial mean."""
    unsure = [example for example in ALL if scripted_verdict(example).kind is VerdictKind.UNSURE]
    mean = len(ALL) / UNSURE_IN
    assert 1 <= len(unsure) <= mean + 4 * mean**0.5
    assert not any(example.hold for example in unsure)


def test_all_verdicts_are_complete() -> None:
    """Every kind of verdict is played, and each has what the ballot asks for."""
    verdicts = [scripted_verdict(example) for example in ALL]
    assert {verdict.kind for verdict in verdicts} == set(VerdictKind) - {VerdictKind.WITHDRAWN}
    for verdict in verdicts:
        assert (verdict.correction is not None) == (verdict.kind is VerdictKind.EDIT)
        assert bool(verdict.reasons) == (verdict.kind is VerdictKind.REJECT)


@pytest.mark.parametrize(
    ("gaps", "closed"),
    [
        ("i ' m not sure , but he won .", "i'm not sure, but he won."),
        ("I do n't know . It 's 2010 !", "I don't know. It's 2010!"),
        ('they wrote " pablo honey " in 1993', 'they wrote "pablo honey" in 1993'),
        ("it cost $ 200 million", "it cost $200 million"),
        ("They've been here, haven't they?", "They've been here, haven't they?"),
    ],
)
def test_gaps_of_tokenisers_are_closed_and_no_word_is_changed(gaps: str, closed: str) -> None:
    """Only spaces go."""
    assert make_data.tidy(gaps) == closed
    assert make_data.tidy(gaps).replace(" ", "") == gaps.replace(" ", "")


def test_the_maker_says_when_its_input_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And writes nothing."""
    before = ATTRIBUTION.read_bytes()
    assert make_data.main([str(tmp_path)]) == 1
    assert "nothing was made" in capsys.readouterr().err
    assert ATTRIBUTION.read_bytes() == before


@pytest.mark.skipif(
    not (INPUT / "grounding_dev.jsonl").is_file(),
    reason="the public sets do not lie in shared/data beside the checkout",
)
def test_the_maker_gives_the_same_bytes_again() -> None:
    """What is in the tree is what the maker makes of the public sets, no file more or less."""
    made = make_data.make(INPUT)
    there = {str(path.relative_to(DATA)): path.read_bytes() for path in DATA.rglob("*") if path.is_file()}
    assert made == there
