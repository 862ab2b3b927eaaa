"""Windows of made claims: the same from the same seed, half of them true, every kind among them."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from pathlib import Path

import pytest

from reviewers.errors import Invalid
from reviewers.trainers.claims.lexicon import lexicon
from reviewers.trainers.claims.texts import SHIPPED, SourceText, read_texts
from reviewers.trainers.claims.windows import ADDED, BREAKING, CLAIMS, EVIDENCE_WORDS, Window, make_windows
from reviewers.trainers.detector_training import fingerprint, held_out_texts, texts_to_learn_from

SOME = 120  # windows: 1,200 claims, a second


@pytest.fixture(scope="module")
def windows() -> list[Window]:
    return make_windows(read_texts(), SOME, seed=3)


def test_the_same_seed_makes_the_same_claims_and_more_go_on_from_fewer() -> None:
    """So that a training that was interrupted, or is to be longer, sees the same windows first."""
    texts = read_texts()[:400]
    few = make_windows(texts, 5, seed=3)
    assert make_windows(texts, 8, seed=3)[:5] == few
    assert make_windows(texts, 5, seed=4) != few
    assert fingerprint(few) == fingerprint(make_windows(texts, 5, seed=3))


def test_half_of_the_claims_of_every_window_are_true(windows: list[Window]) -> None:
    """Ten a window, each another one, on evidence that the model can hold."""
    for window in windows:
        assert len({claim.text for claim in window.claims}) == CLAIMS
        assert sum(claim.supported for claim in window.claims) == CLAIMS // 2
        assert len(window.evidence) == 1 or len(" ".join(window.evidence).split()) <= EVIDENCE_WORDS


def test_at_most_a_fifth_of_the_true_claims_are_verbatim(windows: list[Window]) -> None:
    """Else the detector would learn to look for the sentence instead of for what it says."""
    true = [(claim, window) for window in windows for claim in window.claims if claim.supported]
    verbatim = [claim for claim, window in true if claim.text in window.evidence]
    assert 0.05 <= len(verbatim) / len(true) <= 0.2


def test_no_wrong_claim_stands_in_its_evidence(windows: list[Window]) -> None:
    """Whatever was done to it."""
    for window in windows:
        for claim in window.claims:
            assert claim.supported or claim.text.rstrip(".") not in " ".join(window.evidence)


def test_every_kind_of_wrong_claim_is_made(windows: list[Window]) -> None:
    """None has more than a sixth, and the kinds that are everywhere to be found have their share."""
    made = Counter(claim.kind for window in windows for claim in window.claims if not claim.supported)
    assert set(made) == {name for name, *_ in BREAKING}
    assert made.total() == SOME * CLAIMS // 2
    assert max(made.values()) <= made.total() / 6
    for kind in ("name", "negation", "opposite", "antonym", "noun", "exchanged names"):
        assert made[kind] >= 0.05 * made.total(), kind
    assert made["date"] + made["number"] + made["exchanged values"] >= 0.08 * made.total()
    assert {name for name, *_ in BREAKING} > ADDED


def test_some_true_claims_need_two_sentences(windows: list[Window]) -> None:
    """Joined ones, and those that say who "he" is."""
    made = Counter(claim.kind for window in windows for claim in window.claims if claim.supported)
    assert made["joined"] + made["who"] >= 0.08 * made.total()


def test_texts_to_test_with_are_kept_from_training() -> None:
    """One in twenty, and none of them in both."""
    texts = [SourceText(source="s", sentences=(str(number),)) for number in range(40)]
    assert [text.sentences[0] for text in held_out_texts(texts)] == ["19", "39"]
    assert len(texts_to_learn_from(texts)) == 38
    assert not set(texts_to_learn_from(texts)) & set(held_out_texts(texts))


def test_what_ships_is_attributed_and_small() -> None:
    """The texts of four sources stand in a table of licences, and weigh under 1.5 MB."""
    attribution = (SHIPPED.parent / "ATTRIBUTION.md").read_text(encoding="utf-8")
    assert SHIPPED.stat().st_size < 1_500_000
    for source, count in Counter(text.source for text in read_texts()).items():
        assert f"| {source} ({count:,}" in attribution
    assert "WordNet 3.0" in (SHIPPED.parent / "WORDNET_LICENSE.txt").read_text(encoding="utf-8")


def test_texts_of_ones_own_are_read_plain_or_packed(tmp_path: Path) -> None:
    """A wrong line is named."""
    row = json.dumps({"source": "mine", "sentences": ["It rained.", "It stopped."]})
    (tmp_path / "texts.jsonl").write_text(row + "\n", encoding="utf-8")
    with gzip.open(tmp_path / "texts.jsonl.gz", "wt", encoding="utf-8") as file:
        file.write(row + "\n")
    expected = [SourceText(source="mine", sentences=("It rained.", "It stopped."))]
    assert read_texts(tmp_path / "texts.jsonl") == read_texts(tmp_path / "texts.jsonl.gz") == expected
    (tmp_path / "texts.jsonl").write_text(row + '\n{"source": 1}\n', encoding="utf-8")
    with pytest.raises(Invalid, match="Line 2"):
        read_texts(tmp_path / "texts.jsonl")
    with pytest.raises(Invalid, match="cannot be read"):
        read_texts(tmp_path / "nothing.jsonl")


def test_no_word_is_its_own_opposite_or_synonym() -> None:
    """And a capital stands in no table, since only words in lower case are replaced."""
    tables = lexicon()
    for table in (tables.opposites, tables.antonyms, tables.sisters, tables.synonyms, tables.weaker, tables.stronger):
        for phrase, others in table.items():
            assert phrase not in others
            assert phrase == phrase.lower()
    assert all("{claim}" in wrap or "{Claim}" in wrap for wrap in tables.wraps)
