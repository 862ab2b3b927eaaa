"""Where a passage of a text stands after the text was edited elsewhere, inside it, or across its ends."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewers.decisions.carried_spans import carried
from reviewers.model import Span
from tests.builders import COMPLETION, SENTENCES

EDITED = (
    "A cash withdrawal abroad costs € 3.50.",
    "Your daily limit is € 600, never more.",
    "Your card works in most places.",
)


def place_of(sentence: str) -> Span:
    start = COMPLETION.index(sentence)
    return Span(start=start, end=start + len(sentence))


def found(sentence: str, after: str) -> str | None:
    """The words that stand at its place."""
    span = carried(place_of(sentence), COMPLETION, after)
    return after[span.start : span.end] if span else None


@pytest.mark.parametrize("which", list(product([False, True], repeat=3)))
def test_every_claim_is_found_whichever_others_were_edited(which: tuple[bool, ...]) -> None:
    """Three sentences, each edited or not: eight texts."""
    chosen = [new if edited else old for edited, old, new in zip(which, SENTENCES, EDITED, strict=True)]
    assert [found(sentence, " ".join(chosen)) for sentence in SENTENCES] == chosen


def test_words_beside_a_claim_are_not_taken_for_its_own() -> None:
    """A sentence that came in between two claims belongs to neither."""
    after = COMPLETION.replace("€ 2.00. ", "€ 2.00. Ask us first. ")
    assert [found(sentence, after) for sentence in SENTENCES] == list(SENTENCES)


def test_place_that_cannot_be_told_is_none() -> None:
    """The claim went out, or the whole text was written anew."""
    assert found(SENTENCES[1], f"{SENTENCES[0]} {SENTENCES[2]}") is None
    assert found(SENTENCES[0], "Please call us.") is None


WORDS = st.lists(st.sampled_from(["fee", "card", "limit.", "€ 2.00.", "day", "it", "Yes!", "\n"]), max_size=12)


@settings(deadline=None, max_examples=200)
@given(WORDS.map(" ".join), WORDS.map(" ".join), st.integers(0, 60), st.integers(1, 30))
def test_what_is_found_lies_in_the_text_and_says_something(before: str, after: str, start: int, size: int) -> None:
    """For any two texts; in the same text it is the place itself, unless only blanks stand there."""
    end = min(start + size, len(before))
    if start >= end:
        return
    span = Span(start=start, end=end)
    moved = carried(span, before, after)
    assert moved is None or (moved.end <= len(after) and after[moved.start : moved.end].strip())
    same = carried(span, before, before)
    assert same == (span if before[start:end].strip() else None)
