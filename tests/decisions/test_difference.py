"""What an edit changed: whole words, whole texts, and never a long wait."""

from __future__ import annotations

import random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reviewers.decisions.difference import Difference, Piece, Side, compare

WORDS = st.text(alphabet=st.sampled_from("ab .,!\n漢é\u0301👩\u200d👧€1"), max_size=60)


def changes(before: str, after: str) -> list[tuple[str, str]]:
    return [(change.before, change.after) for change in compare(before, after).changes]


def rebuilt(difference: Difference) -> tuple[str, str]:
    before = "".join(piece.text for piece in difference.pieces if piece.side is not Side.IN)
    after = "".join(piece.text for piece in difference.pieces if piece.side is not Side.OUT)
    return before, after


@settings(deadline=None, max_examples=300)
@given(WORDS, WORDS)
@example("", "")
@example("a\n", "a")
@example("a. b", "a. a. b")
def test_both_texts_can_be_read_out_of_the_difference(before: str, after: str) -> None:
    """Not a character is lost or invented."""
    assert rebuilt(compare(before, after)) == (before, after)


@settings(deadline=None, max_examples=300)
@given(WORDS, WORDS)
def test_a_text_is_unchanged_only_when_it_is_equal(before: str, after: str) -> None:
    """Blanks and signs count as changes too."""
    difference = compare(before, after)
    assert (not difference.changes) == (before == after)
    assert 0.0 <= difference.share_changed <= 1.0


def test_the_designs_edit_is_three_changes() -> None:
    """The picture's own example."""
    before = (
        "A cash withdrawal abroad costs € 2.00. Outside the euro area we add a currency fee of 1.75 %. Your daily "
        "limit is € 500. You do not have to tell us before you travel, and your card works at every ATM in Thailand."
    )
    after = (
        "A cash withdrawal outside the euro area costs € 3.50. Outside the euro area we add a currency fee of 1.75 %. "
        "Your daily limit is € 500. You do not have to tell us before you travel."
    )
    assert changes(before, after) == [
        ("abroad", "outside the euro area"),
        ("2.00", "3.50"),
        (", and your card works at every ATM in Thailand", ""),
    ]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("It costs 2.00.", "It costs 2.50.", [("2.00", "2.50")]),  # a number is one word
        ("We don't know.", "We do know.", [("don't", "do")]),
        ("In Thailand.", "In Thailand!", [("Thailand.", "Thailand!")]),  # a sign moves with its word
        ("red, blue and so on", "green, yellow and so on", [("red, blue", "green, yellow")]),
        ("It is good.", "It is very good.", [("", " very")]),
        ("One. Two. Three.", "One. Three.", [("Two. ", "")]),
        ("One. Two.", "One.", [(" Two.", "")]),  # the sentence goes with its own stop
        ("One.", "One. Two.", [("", " Two.")]),
        ("One\n\ntwo", "One two", [("\n\n", " ")]),
        ("手数料は三百円です", "手数料は五百円です", [("三", "五")]),
        ("caf\u0301e now", "cafe now", [("caf\u0301e", "cafe")]),  # an accent belongs to its word
        ("ask 👩\u200d👧 first", "ask 👩 first", [("👩\u200d👧", "👩")]),
    ],
)
def test_changes_are_whole_words(before: str, after: str, expected: list[tuple[str, str]]) -> None:
    """Letters are never marked inside a word."""
    assert changes(before, after) == expected


def test_changes_of_two_sentences_stay_two() -> None:
    """A stop between them keeps them apart, so that each can be read by itself."""
    assert changes("It is red. Blue it is.", "It is green. Yellow it is.") == [("red", "green"), ("Blue", "Yellow")]


def test_what_goes_out_stands_before_what_comes_in() -> None:
    """The order in which it is drawn."""
    assert compare("a b c", "a x c").pieces == (
        Piece(side=Side.BOTH, text="a "),
        Piece(side=Side.OUT, text="b"),
        Piece(side=Side.IN, text="x"),
        Piece(side=Side.BOTH, text=" c"),
    )


def test_the_share_counts_letters_of_both_texts() -> None:
    """ "aaaa bb" to "aaaa cc": 4 of 6 letters stay in each, so 1 − 2·4/12 = 1/3 changed."""
    assert compare("aaaa bb", "aaaa cc").share_changed == pytest.approx(1 / 3)
    assert compare("same", "same").share_changed == 0.0
    assert compare("one", "two").share_changed == 1.0
    assert compare("", "new").share_changed == 1.0


def test_more_than_sixty_percent_is_a_rewriting() -> None:
    """10 words of one letter: with 4 kept 1 − 4/10 = 60 % changed, which is not more; with 3 kept, 70 %."""
    before = "a b c d e f g h i j"
    assert not compare(before, "a b c d 1 2 3 4 5 6").rewritten
    assert compare(before, "a b c 1 2 3 4 5 6 7").rewritten


def _text(seed: int, length: int, words: int, stop: float) -> str:
    source = random.Random(seed)
    vocabulary = ["".join(source.choices("abcdefghij", k=5)) for _ in range(words)]
    parts = [source.choice(vocabulary) + (". " if source.random() < stop else " ") for _ in range(length // 6 + 1)]
    return "".join(parts)[:length]


def test_sparse_changes_in_a_long_text_are_found_one_by_one() -> None:
    """20 numbers changed in 100,000 characters: 20 changes, nothing else."""
    text = _text(1, 100_000, 3000, 0.08)
    sentences = text.split(". ")
    places = range(10, len(sentences), len(sentences) // 20)
    edited = [f"{sentence} 4711" if n in places else sentence for n, sentence in enumerate(sentences)]
    difference = compare(text, ". ".join(edited))
    assert [change.after for change in difference.changes] == [" 4711"] * len(places)
    assert not difference.rewritten


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    ("before", "after"),
    [
        (_text(1, 100_000, 3000, 0.08), _text(2, 100_000, 3000, 0.08)),
        (_text(1, 100_000, 2, 0.08), _text(2, 100_000, 2, 0.08)),
        (_text(1, 100_000, 2, 0.0), _text(2, 100_000, 2, 0.0)),
        ("a " * 50_000, "b " * 50_000),
        ("a b " * 25_000, "b a " * 25_000),
        ("x" * 100_000, "x" * 99_999 + "y"),
        ("." * 100_000, "." * 99_999 + "!"),
        ("漢字" * 50_000, "字漢" * 50_000),
        ("\n" * 100_000, " " * 100_000),
        ("(" * 100_000, ")" * 100_000),
    ],
)
def test_texts_made_to_be_slow_are_not(before: str, after: str) -> None:
    """Repetition without anchors counts as replaced; it does not take quadratic time (which would take hours)."""
    assert rebuilt(compare(before, after)) == (before, after)
