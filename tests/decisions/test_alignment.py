"""How a claim lies on its evidence: each number by hand."""

from __future__ import annotations

import pytest

from reviewers.decisions.alignment import NAMES, align

EVIDENCE = "The old mill in Harton was sold to Berger for 4,000 pounds. The workers did not stay."


def numbers(claim: str, evidence: str = EVIDENCE) -> dict[str, float]:
    """Those that are not 0."""
    return {name: value for name, value in zip(NAMES, align(claim, evidence), strict=True) if value}


def test_what_the_evidence_says_is_all_zeros() -> None:
    """Word for word, or a part of it in the same order."""
    assert numbers("The old mill in Harton was sold to Berger for 4,000 pounds.") == {}
    assert numbers("The mill in Harton was sold for 4000 pounds.") == {}


def test_a_changed_number_is_missing_between_its_neighbours() -> None:
    """Content words: mill, sold, 5,000, pounds. One of four is missing, a quarter.

    Neighbours: mill-sold stands near; sold-5,000 and 5,000-pounds do not: two of three are broken.
    """
    found = numbers("The mill was sold for 5,000 pounds.")
    assert found["missing"] == found["longest_gap"] == 0.25
    assert found["missing_numbers"] == 1.0
    assert found["broken_pairs"] == pytest.approx(2 / 3)
    assert found["outside_order"] == 0.25
    assert "missing_at_end" not in found  # the last of four words is "pounds"


def test_added_text_is_missing_at_the_end() -> None:
    """Six content words, of which the last three are nowhere: the end are two words, both missing."""
    found = numbers("The mill was sold in Harton during heavy winter storms.")
    assert found["missing"] == pytest.approx(3 / 6)
    assert found["missing_at_end"] == 1.0
    assert found["longest_gap"] == found["missing"]
    assert "missing_numbers" not in found


def test_another_order_breaks_pairs_and_leaves_the_common_sequence() -> None:
    """All words are there. "Berger … sold … Harton" has one word in order with its sentence at most two of three."""
    found = numbers("Berger sold Harton.")
    assert "missing" not in found
    assert found["outside_order"] == pytest.approx(2 / 3)
    assert found["broken_pairs"] == 1.0


def test_a_negation_that_one_side_lacks_counts() -> None:
    """Against the sentence that is nearest, not against the whole evidence."""
    assert numbers("The workers did stay.") == {"negation": 1.0}
    assert numbers("The workers did not stay.") == {}
    assert numbers("The mill was not sold.") == {"negation": 1.0}


def test_an_opposite_counts_where_the_word_itself_is_missing() -> None:
    """ "Small" is missing, and "large" is there."""
    evidence = "The large mill in Harton was sold."
    assert numbers("The small mill in Harton was sold.", evidence)["opposites"] == 1.0
    assert "opposites" not in numbers("The large mill in Harton was sold.", evidence)
    assert "opposites" not in numbers("The old mill in Harton was sold.", evidence)


def test_i_and_we_speak_of_somebody_else_than_the_evidence() -> None:
    """A claim about whoever speaks."""
    assert numbers("I sold the mill.")["speaker"] == 1.0
    assert "speaker" not in numbers("I sold the mill.", "I sold the mill.")


def test_a_claim_without_words_or_an_evidence_without_any_has_numbers_too() -> None:
    """Nothing to miss is 0; nothing to be found in is 1."""
    assert numbers("It was.") == {}
    assert numbers("The mill was sold.", "")["missing"] == 1.0
