"""Windows of made claims: the same from the same seed, half of them true, every kind among them."""

from __future__ import annotations

import gzip
import json
import random
import re
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold, cross_val_predict
from sklearn.pipeline import make_pipeline

from reviewers.errors import Invalid
from reviewers.trainers.claims.evidence import SHOWN_SENTENCES, SHOWN_WORDS, among_others
from reviewers.trainers.claims.lexicon import lexicon
from reviewers.trainers.claims.setting import Setting, gather
from reviewers.trainers.claims.texts import SHIPPED, SourceText, read_texts
from reviewers.trainers.claims.turning import UNTOLD, turn
from reviewers.trainers.claims.windows import (
    ADDED,
    BREAKING,
    CLAIMS,
    INVENTED,
    LEAST_CLAIMS,
    MadeClaim,
    Window,
    make_windows,
)
from reviewers.trainers.detector_training import fingerprint, held_out_texts, texts_to_learn_from

SOME = 120  # windows: some 950 claims, three seconds
ALTERED = 30  # words that what is added to two of its sentences makes the evidence longer at most


@pytest.fixture(scope="module")
def windows() -> list[Window]:
    return make_windows(read_texts(), SOME, seed=3)


def sides(windows: list[Window]) -> tuple[list[MadeClaim], list[MadeClaim]]:
    """All true claims, and all wrong ones."""
    claims = [claim for window in windows for claim in window.claims]
    return [claim for claim in claims if claim.supported], [claim for claim in claims if not claim.supported]


def test_the_same_seed_makes_the_same_claims_and_more_go_on_from_fewer() -> None:
    """So that a training that was interrupted, or is to be longer, sees the same windows first."""
    texts = read_texts()[:400]
    few = make_windows(texts, 5, seed=3)
    assert make_windows(texts, 8, seed=3)[:5] == few
    assert make_windows(texts, 5, seed=4) != few
    assert fingerprint(few) == fingerprint(make_windows(texts, 5, seed=3))


def test_half_of_the_claims_of_every_window_are_true(windows: list[Window]) -> None:
    """Four to eight a window, each another one, on evidence as the scorer reads it."""
    for window in windows:
        assert LEAST_CLAIMS <= len({claim.text for claim in window.claims}) == len(window.claims) <= CLAIMS
        assert sum(claim.supported for claim in window.claims) == len(window.claims) / 2
        assert len(window.evidence) == 1 or len(" ".join(window.evidence).split()) <= max(SHOWN_WORDS) + ALTERED
    assert sum(len(window.claims) == CLAIMS for window in windows) > 0.9 * SOME


def test_the_evidence_is_short_or_long_and_often_not_in_a_row(windows: list[Window]) -> None:
    """As the scorer meets it: a sentence or two of a short passage, or a dozen from here and there of a long one."""
    texts = read_texts()
    following = {(one, other) for text in texts for one, other in pairwise(text.sentences)}
    known = {sentence for text in texts for sentence in text.sentences}
    apart = [
        any(pair not in following for pair in pairwise(window.evidence) if known.issuperset(pair)) for window in windows
    ]
    assert sum(apart) >= 0.25 * SOME
    lengths = [len(" ".join(window.evidence).split()) for window in windows]
    assert sum(length <= 60 for length in lengths) >= 0.2 * SOME
    assert sum(length >= 110 for length in lengths) >= 0.25 * SOME
    assert sum(length >= 180 for length in lengths) >= 0.1 * SOME


TOWNS = tuple(
    SourceText(source="towns", sentences=(f"The mill of {name} burned down in {year}.", f"{name} has a museum."))
    for name, year in zip(
        "Harton Belby Corsk Dunmere Elling Farway Goss Hale Ilk Jarrow".split(), range(1901, 1911), strict=True
    )
)


def test_written_evidence_stands_between_what_is_near_its_claims_elsewhere() -> None:
    """In its order and whole, with sentences of its collection around that are no neighbours of it."""
    evidence, pool = TOWNS[4].sentences, gather(TOWNS)
    for seed in range(20):
        shown = among_others(evidence, "The mill burned down.", pool, "towns", random.Random(seed))
        at = shown.index(evidence[0])
        assert shown[at : at + 2] == evidence
        others = {one for one in shown if one not in evidence}
        assert others
        assert not others & {one for text in TOWNS[2:7] for one in text.sentences}
        assert len(shown) <= SHOWN_SENTENCES


def test_a_conversation_and_long_evidence_stay_alone() -> None:
    """With a second conversation nobody knows who speaks, and beyond the longest there is no room."""
    pool, draw = gather(TOWNS), random.Random(1)
    talk = ("Anna: I want a latte.", "Frank: Okay.")
    assert among_others(talk, "Anna wants a latte.", pool, "towns", draw) == talk
    long = (" ".join(["word"] * max(SHOWN_WORDS)),)
    assert among_others(long, "The mill burned down.", pool, "towns", draw) == long
    assert among_others(TOWNS[4].sentences, "The mill.", pool, "unknown", draw) == TOWNS[4].sentences


def test_at_most_a_fifth_of_the_true_claims_are_verbatim(windows: list[Window]) -> None:
    """Else the detector would learn to look for the sentence instead of for what it says."""
    true, _ = sides(windows)
    assert 0.05 <= sum(claim.kind == "verbatim" for claim in true) / len(true) <= 0.2
    stands = [
        claim for window in windows for claim in window.claims if claim.supported and claim.text in window.evidence
    ]
    assert len(stands) / len(true) <= 0.2


def test_no_wrong_claim_stands_in_its_evidence(windows: list[Window]) -> None:
    """Whatever was done to it."""
    for window in windows:
        for claim in window.claims:
            assert claim.supported or claim.text.rstrip(".") not in " ".join(window.evidence)


def test_every_kind_of_wrong_claim_is_made(windows: list[Window]) -> None:
    """None has more than a sixth, and the kinds that are everywhere to be found have their share."""
    made = Counter(claim.kind for claim in sides(windows)[1])
    assert set(made) | {"who"} == {name for name, *_ in BREAKING} | {UNTOLD, INVENTED}  # "who" has hardly ever a place
    assert max(made.values()) <= made.total() / 6
    for kind in ("name", "negation", "opposite", "antonym", "noun", "exchanged names"):
        assert made[kind] >= 0.04 * made.total(), kind
    assert made["date"] + made["number"] + made["exchanged values"] >= 0.08 * made.total()
    assert {name for name, *_ in BREAKING} | {UNTOLD} > ADDED
    assert sum(made[kind] for kind in ADDED) >= 0.3 * made.total()  # what stands nowhere


def test_some_true_claims_need_two_sentences(windows: list[Window]) -> None:
    """Joined ones, and those that say who "he" is."""
    made = Counter(claim.kind for claim in sides(windows)[0])
    assert made["joined"] + made["who"] >= 0.08 * made.total()


def test_true_and_wrong_claims_look_alike(windows: list[Window]) -> None:
    """A fifth of each are long, a fifth without capitals, a tenth said as in a conversation."""
    talk = re.compile(
        r"(?:yes|well|oh|sure|hmm|yeah|no|actually|basically|interestingly|it turns|note|according"
        r"|i (?:think|believe|heard|know)|did you)\b",
        re.I,
    )
    for side in sides(windows):
        assert sum(25 <= len(claim.text.split()) <= 48 for claim in side) >= 0.2 * len(side)
        assert sum(claim.text == claim.text.lower() for claim in side) >= 0.2 * len(side)
        assert sum(bool(talk.match(claim.text)) for claim in side) >= 0.1 * len(side)


def test_the_words_of_a_claim_alone_do_not_tell_whether_it_is_true(windows: list[Window]) -> None:
    """A bag of words and of pairs, tested on windows that it did not see: near 0.5, as it reads no evidence."""
    claims = [(claim, number) for number, window in enumerate(windows) for claim in window.claims]
    words = make_pipeline(
        TfidfVectorizer(ngram_range=(1, 2), min_df=3, sublinear_tf=True, lowercase=False, token_pattern=r"\S+"),
        LogisticRegression(C=2, max_iter=500),
    )
    wrong = [not claim.supported for claim, _ in claims]
    groups = [number for _, number in claims]
    said = cross_val_predict(
        words, [claim.text for claim, _ in claims], wrong, groups=groups, cv=GroupKFold(5), method="decision_function"
    )
    assert roc_auc_score(wrong, said) <= 0.62


def test_what_the_evidence_was_made_to_deny_is_wrong_and_what_it_was_made_to_say_is_true() -> None:
    """The edit goes into the evidence; the sentence as a person wrote it is then the wrong claim."""
    sentence = "Ida Lovell opened the large mill in Harton in 1911."
    text = SourceText(source="town", sentences=(sentence, "It burned down."))
    for seed in range(30):
        setting = Setting(
            draw=random.Random(seed), evidence=text.sentences, near=(), passage=text.sentences, pool=gather([text])
        )
        turned = turn(setting, [sentence], Counter())
        if turned.edited:
            assert turned.setting.evidence == (*turned.edited, "It burned down.")
            assert turned.edited != (sentence,)
        assert all(said == sentence for _, said in turned.wrong)


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
    of_words = (tables.opposites, tables.antonyms, tables.sisters, tables.synonyms, tables.reworded)
    for table in (*of_words, tables.weaker, tables.stronger):
        for phrase, others in table.items():
            assert phrase not in others
            assert phrase == phrase.lower()
    assert all("{claim}" in wrap or "{Claim}" in wrap for wrap in tables.wraps)
