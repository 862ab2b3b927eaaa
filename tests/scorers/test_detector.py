"""The grounding detector around any reader: claims, evidence, what is remembered, and what stands in for it."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

from reviewers.decisions.alignment import align
from reviewers.errors import Unavailable
from reviewers.model import Score
from reviewers.ports import Evidence
from reviewers.scorers.claims import SentenceClaims
from reviewers.scorers.detector import GroundingDetector, WithFallback, WithWords
from reviewers.scorers.detector.scorer import Pair
from reviewers.scorers.grounding_lexical import LexicalGrounding, weighings
from reviewers.scorers.reader import ClaimReader
from tests.builders import a_passage, an_output


class LengthReader:
    """The longer a claim, the less it believes it; remembers what it was asked."""

    version = "length-1"

    def __init__(self) -> None:
        self.asked: list[list[Pair]] = []

    def logits(self, pairs: Sequence[Pair]) -> list[float]:
        self.asked.append(list(pairs))
        return [len(claim) - 30.0 for _, claim in pairs]


class Broken:
    """A scorer whose model cannot be loaded."""

    name, version = "grounding", "grounding-1-00000000"

    def score(self, batch: Sequence[Evidence]) -> list[Score | None]:
        raise Unavailable("The model cannot be written to the cache.")


def evidence(output_id: str = "o-1", *texts: str, **changes: Any) -> Evidence:
    own = tuple(a_passage(f"p-{number}", text=text, title="", heading="") for number, text in enumerate(texts))
    return ClaimReader(splitter=SentenceClaims()).read([an_output(output_id, passages=own, **changes)])[0]


FEE = "A withdrawal abroad costs € 3.50."


def test_an_output_has_the_value_of_its_worst_claim() -> None:
    """One logit a claim, the largest for the output, and a sentence that counts those above 0."""
    (score,) = GroundingDetector(LengthReader()).score([evidence("o-1", FEE)])
    assert score is not None
    assert score.claim_values == (8.0, -4.0, 11.0)  # claims of 38, 26 and 41 characters
    assert score.value == 11.0
    assert (score.scorer, score.version) == ("grounding", "length-1")
    assert score.explanation == "The detector finds no support for 2 of 3 claims."


def test_there_is_no_score_without_claims_or_without_passages() -> None:
    """The reader is not even asked."""
    reader = LengthReader()
    batch = [evidence("o-1"), evidence("o-2", FEE, completion="Hello!")]
    assert GroundingDetector(reader).score(batch) == [None, None]
    assert reader.asked == []


def test_each_pair_is_read_once_in_a_batch_and_not_again_later() -> None:
    """Two outputs with the same words on the same passage cost one, a third with one other claim costs that."""
    reader = LengthReader()
    detector = GroundingDetector(reader)
    first, second = detector.score([evidence("o-1", FEE), evidence("o-2", FEE)])
    assert [len(asked) for asked in reader.asked] == [3]
    assert first is not None
    assert second is not None
    assert first.claim_values == second.claim_values
    detector.score([evidence("o-3", FEE, completion="Your daily limit is € 500. The fee for cash is € 9.00.")])
    assert [claim for _, claim in reader.asked[1]] == ["The fee for cash is € 9.00."]


def test_the_memory_is_bounded_and_forgets_what_was_used_longest_ago() -> None:
    """With room for three pairs, the fourth pushes out the first; a larger batch still has its answers."""
    reader = LengthReader()
    detector = GroundingDetector(reader, remembered=3)
    detector.score([evidence("o-1", FEE)])
    (score,) = detector.score([evidence("o-2", FEE, completion="The fee for cash abroad is € 9.00.")])
    assert score is not None
    detector.score([evidence("o-3", FEE)])
    assert [len(asked) for asked in reader.asked] == [3, 1, 1]
    detector.score([evidence("o-4", "Another passage.", "A third passage."), evidence("o-5", FEE)])
    assert len(reader.asked[-1]) >= 3


def test_the_words_count_beside_the_detector() -> None:
    """Three eighths of their logit come to the output's: half as much again as the weight. Claims keep their own."""
    one = evidence("o-1", FEE)
    (read,), (by_words,) = GroundingDetector(LengthReader()).score([one]), LexicalGrounding().score([one])
    scorer = WithWords(GroundingDetector(LengthReader()), LexicalGrounding(), 0.25)
    (score, nothing) = scorer.score([one, evidence("o-2")])
    assert score is not None
    assert read is not None
    assert by_words is not None
    assert score.value == pytest.approx(11.0 + 0.375 * by_words.value)
    assert (score.claim_values, score.explanation) == (read.claim_values, read.explanation)
    assert (score.scorer, score.version, scorer.version) == ("grounding", *["length-1+lexical-5"] * 2)
    assert nothing is None
    with pytest.raises(Unavailable):
        WithWords(Broken(), LexicalGrounding(), 0.25).score([one])


def test_another_scorer_takes_over_where_the_model_cannot_be_loaded() -> None:
    """From the first failure on; it is told once, and every score says which version it is of."""
    told: list[Exception] = []
    scorer = WithFallback(Broken(), LexicalGrounding("grounding"), told=told.append)
    assert (scorer.name, scorer.version) == ("grounding", "grounding-1-00000000")
    for _ in range(2):
        (score,) = scorer.score([evidence("o-1", FEE)])
        assert score is not None
        assert (score.scorer, score.version) == ("grounding", "grounding-lexical-5")
    assert len(told) == 1
    assert scorer.version == "grounding-lexical-5"


class WaitingThenBroken(Broken):
    """Fails once both threads are in it."""

    def __init__(self) -> None:
        self.both = Barrier(2)

    def score(self, batch: Sequence[Evidence]) -> list[Score | None]:
        self.both.wait(timeout=30)
        return super().score(batch)


def test_two_threads_that_fail_at_once_are_both_taken_over() -> None:
    """Scoring and checks share the scorer: the later one met what the earlier had put in place, and gave up."""
    told: list[Exception] = []
    scorer = WithFallback(WaitingThenBroken(), LexicalGrounding("grounding"), told=told.append)
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda number: scorer.score([evidence(f"o-{number}", FEE)]), range(2)))
    assert [of[0].version for of in found if of[0]] == ["grounding-lexical-5"] * 2
    assert len(told) == 1


def test_what_the_second_scorer_cannot_do_is_not_hidden() -> None:
    """Its own failure is the caller's to count."""
    scorer = WithFallback(Broken(), Broken(), told=lambda error: None)
    with pytest.raises(Unavailable):
        scorer.score([evidence("o-1", FEE)])
    with pytest.raises(Unavailable):
        scorer.score([evidence("o-1", FEE)])


def test_by_words_alone_a_changed_number_and_an_added_sentence_are_told_from_what_is_said() -> None:
    """The value is a logit, and the explanation says which it is, where that is clear."""
    said = "A cash withdrawal abroad costs € 3.50. Your daily limit is € 500."
    scorer = LexicalGrounding()
    true, altered, denied, added = scorer.score(
        [
            evidence("o-1", said, completion="A cash withdrawal abroad costs € 3.50."),
            evidence("o-2", said, completion="A cash withdrawal abroad costs € 9.00."),
            evidence("o-3", said, completion="Your daily limit is not € 500."),
            evidence("o-4", said, completion="A cash withdrawal is free on Sundays for our best customers in Norway."),
        ]
    )
    assert true is not None
    assert altered is not None
    assert denied is not None
    assert added is not None
    assert true.value < 0 < altered.value
    assert true.value < 0 < added.value
    assert altered.explanation == "By its words the answer changes a fact of its passages or says more than they do."
    assert denied.explanation == "By its words a claim changes a fact of its passages."
    assert added.explanation == "By its words the answer says more than its passages."
    assert (true.scorer, true.version) == ("grounding_lexical", "grounding-lexical-5")


def test_the_lexical_value_is_the_worst_alteration_and_the_mean_addition() -> None:
    """Put together from the shipped weights by hand."""
    one = evidence("o-1", FEE)
    rows = [align(claim.text, FEE) for claim in one.claims]
    altered = [weighings()["altered"].logit(row) for row in rows]
    added = [weighings()["added"].logit(row) for row in rows]
    (score,) = LexicalGrounding().score([one])
    assert score is not None
    assert score.value == pytest.approx(max(altered) + sum(added) / 3)
    assert score.claim_values == pytest.approx([a + b for a, b in zip(altered, added, strict=True)])
    assert LexicalGrounding().score([evidence("o-2")]) == [None]
