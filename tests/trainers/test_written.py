"""Written claims: pairs that differ in little, and windows that begin with them."""

from __future__ import annotations

import re
from collections import Counter
from statistics import fmean

import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold, cross_val_predict
from sklearn.pipeline import make_pipeline

from reviewers.trainers.claims.texts import read_texts
from reviewers.trainers.claims.windows import CLAIMS, WRITTEN, make_windows, written_windows
from reviewers.trainers.claims.written import SHIPPED, Pair, held_out_written, written, written_to_learn_from
from reviewers.trainers.detector_training import held_out_texts, texts_to_learn_from


def words(text: str) -> set[str]:
    return set(re.findall(r"\w{3,}", text.lower()))


def bag_says(pairs: list[tuple[Pair, int]]) -> float:
    """AUROC of a bag of words that sees no evidence, on windows that it did not learn from."""
    claims = [(text, wrong, number) for pair, number in pairs for text, wrong in ((pair.true, 0), (pair.wrong, 1))]
    bag = make_pipeline(TfidfVectorizer(ngram_range=(1, 2), min_df=3), LogisticRegression(max_iter=500))
    texts, answers, groups = zip(*claims, strict=True)
    said = cross_val_predict(bag, texts, answers, groups=groups, cv=GroupKFold(5), method="decision_function")
    return float(roc_auc_score(answers, said))


def test_every_claim_has_a_twin() -> None:
    """Up to four pairs on evidence of the same collections; in the first batch most words of a pair are in both.

    Up to the third the evidence is of the shipped passages; nowhere is it of those that made claims are tested with.
    """
    texts = read_texts()
    known = {sentence for text in texts_to_learn_from(texts) for sentence in text.sentences}
    tested = {sentence for text in held_out_texts(texts) for sentence in text.sentences}
    assert len(written()) >= 4500
    assert len({one.evidence for one in written()}) == len(written())
    for one in written():
        assert one.source in {text.source for text in texts}
        assert one.batch > 3 or known.issuperset(one.evidence)
        assert one.batch <= 3 or tested.isdisjoint(one.evidence)
        assert 1 <= len(one.pairs) <= CLAIMS // 2
        for pair in one.pairs:
            assert pair.true.lower() != pair.wrong.lower()
            assert all(3 <= len(text.split()) <= 48 and text == text.strip() for text in (pair.true, pair.wrong))
    first = [pair for one in written() if one.batch == 1 for pair in one.pairs]
    alike = sum(len(words(pair.true) & words(pair.wrong)) for pair in first)
    assert alike / sum(len(words(pair.true) | words(pair.wrong)) for pair in first) >= 0.65
    assert len(first) >= 6000


def test_neither_length_nor_words_tell_the_true_ones() -> None:
    """As long as each other within half a word; a bag of words comes to .64 without the evidence, as rules' do to .58.

    Shared words tell as little: a true claim has a few more of the evidence's, since a wrong one has a foreign part.
    In the other batches small talk and opinions can be told by their tone, as they can in life.
    """
    pairs = [(pair, number) for number, one in enumerate(written()) for pair in one.pairs]
    assert bag_says([(pair, number) for pair, number in pairs if written()[number].batch == 1]) <= 0.66
    assert bag_says([(pair, number) for pair, number in pairs if written()[number].batch in {2, 3}]) <= 0.74
    assert bag_says([(pair, number) for pair, number in pairs if written()[number].batch == 4]) <= 0.66
    assert bag_says([(pair, number) for pair, number in pairs if written()[number].batch == 5]) <= 0.86
    longer = fmean(len(pair.true.split()) - len(pair.wrong.split()) for pair, _ in pairs)
    assert abs(longer) <= 0.5
    foreign = [
        len(words(text) - words(" ".join(written()[number].evidence))) / len(words(text))
        for pair, number in pairs
        if written()[number].batch < 5  # the last sets what anybody might say beside what was said: its words do tell
        for text in (pair.true, pair.wrong)
    ]
    assert roc_auc_score([0, 1] * (len(foreign) // 2), foreign) <= 0.62


def test_true_claims_are_no_copies() -> None:
    """A third of their words and more are not the evidence's, as a summary's are not."""
    foreign = [
        len(words(pair.true) - words(" ".join(one.evidence))) / len(words(pair.true))
        for one in written()
        for pair in one.pairs
    ]
    assert fmean(foreign) >= 0.3
    earlier = [
        (pair, one) for one in written() for pair in one.pairs if one.batch < 5
    ]  # the last has copies on purpose
    assert sum(pair.true in one.evidence for pair, one in earlier) <= 0.01 * len(earlier)


def test_what_tests_is_kept_from_training() -> None:
    """Of every batch some, and all are in one of both; the first batches can be learned from alone."""
    learned, tested = set(written_to_learn_from()), set(held_out_written())
    assert not learned & tested
    assert learned | tested == set(written())
    assert len(tested) == pytest.approx(0.21 * len(written()), rel=0.05)
    assert {one.batch for one in tested} == {one.batch for one in learned} == {1, 2, 3, 4, 5}
    assert written_to_learn_from(2) == [one for one in written_to_learn_from() if one.batch <= 2]


def test_windows_take_every_written_one_before_any_comes_again() -> None:
    """In their share; the others are as without, and more windows go on from fewer."""
    texts, some = read_texts()[:400], written()[:20]
    few = make_windows(texts, 10, seed=3, written=some, written_share=0.6)
    windows = make_windows(texts, 60, seed=3, written=some, written_share=0.6)
    assert windows[:10] == few
    taken = [window for window in windows if {claim.kind for claim in window.claims} == {WRITTEN}]
    assert len(taken) == pytest.approx(36, abs=10)
    of = [frozenset(claim.text.lower().rstrip(".") for claim in window.claims) for window in taken]
    assert max(Counter(of[:20]).values()) == 1
    assert len(set(of)) == 20
    assert len({window.evidence for window in taken}) > 20  # among others, now these and now those
    for window in windows:
        assert sum(claim.supported for claim in window.claims) == len(window.claims) / 2
        assert all(claim.kind != WRITTEN for claim in window.claims) or window in taken
    assert make_windows(texts, 10, seed=3, written=some) == make_windows(texts, 10, seed=3)


def test_to_test_with_they_stand_as_they_were_written() -> None:
    """Capitals and full stops stay, and each pair is there."""
    (window,) = written_windows(written()[:1])
    assert [claim.text for claim in window.claims] == [
        text for pair in written()[0].pairs for text in (pair.true, pair.wrong)
    ]


def test_what_was_written_is_small_and_told_of() -> None:
    """Two megabytes; the table of sources says what it is."""
    attribution = (SHIPPED.parent / "ATTRIBUTION.md").read_text(encoding="utf-8")
    assert SHIPPED.stat().st_size < 2_200_000
    assert f"{len(written()):,} windows" in attribution
    assert f"{sum(len(one.pairs) for one in written()):,} pairs" in attribution
