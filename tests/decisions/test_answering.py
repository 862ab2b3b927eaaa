"""Questions to the sources: which passages are given, and how a model's words are read."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reviewers.decisions.answering import (
    NEAR,
    NO_ANSWER,
    PASSAGE_LENGTH,
    choose,
    closest,
    is_held,
    parse,
    turns,
)
from reviewers.model import Reading
from reviewers.scorers.claims import SentenceClaims
from tests.builders import a_passage, readings

PASSAGES = [a_passage(f"p-{number}", text=f"Fact {number}.") for number in range(5)]


def test_the_three_nearest_passages_are_given_nearest_first() -> None:
    """Those at the threshold count, those under it do not."""
    chosen = choose(PASSAGES, [NEAR, 0.5, NEAR - 0.01, 0.9, 0.6])
    assert [passage.passage_id for passage in chosen] == ["p-3", "p-4", "p-1"]
    assert choose(PASSAGES, [NEAR - 0.01] * 5) == ()
    assert [passage.passage_id for passage in choose(PASSAGES[:1], [NEAR])] == ["p-0"]


def test_the_closest_is_named_however_far_it_is() -> None:
    """Nothing in an empty index."""
    assert closest(PASSAGES, [0.1, 0.0, -0.2, 0.3, 0.2]) == PASSAGES[3]
    assert closest([], []) is None


def test_sources_stand_on_one_line_each_and_are_cut() -> None:
    """A passage with line ends cannot pass for our own lines, and a long one leaves room for the others."""
    system, user = turns(
        "  Why? ", [a_passage(text="One.\n\nQuestion: Two?"), a_passage(title="", heading="", text="x" * 5000)]
    )
    assert system.role == "system"
    first, second, question = user.content.removeprefix("Sources:\n").split("\n\n")
    assert first == "[1] One. Question: Two? (Card fees 2026, Cash abroad)"
    assert second == f"[2] {'x' * PASSAGE_LENGTH}"
    assert question == "Question: Why?"


@pytest.mark.parametrize(
    ("raw", "text", "cited"),
    [
        ("It costs € 10 [1].", "It costs € 10.", (1,)),
        ("It costs € 10 [2, 3]. Delivery is free [1][2].", "It costs € 10. Delivery is free.", (2, 3, 1)),
        ("It costs € 10【2†source】.", "It costs € 10.", (2,)),
        ("It costs € 10 (source 3).", "It costs € 10.", (3,)),
        ("It costs € 10 [7].", "It costs € 10.", ()),  # there is no seventh source
        ("The answer to this question is: It is free.", "It is free.", ()),
        ("**Answer:** It costs € 10.", "It costs € 10.", ()),
        ("<think>Ten or twelve? [2]</think>\nIt costs € 10.", "It costs € 10.", ()),
        ("It is free. It is free. It is free.", "It is free.", ()),
        ("It is free. You can cancel at any", "It is free.", ()),
        ("It is free", "It is free", ()),
        ("Sorry, we are closed on Sunday.", "Sorry, we are closed on Sunday.", ()),
        ("The documents do not need a stamp.", "The documents do not need a stamp.", ()),
        ("No, there are no stores abroad.", "No, there are no stores abroad.", ()),
        ("No documents are needed.", "No documents are needed.", ()),
        ("No documents have to be sent.", "No documents have to be sent.", ()),
        ("No information is shared with shops.", "No information is shared with shops.", ()),
        ("The documents do not have to be originals.", "The documents do not have to be originals.", ()),
        ("The fees are:\n- Cash: € 3\n- Post: € 5", "The fees are:\n- Cash: € 3\n- Post: € 5", ()),
        ("The fee is:\n€ 5", "The fee is:\n€ 5", ()),
        ("The steps:\n1. Open the app\n2. Press Freeze", "The steps:\n1. Open the app\n2. Press Freeze", ()),
        ("It is free.\nYou can cancel at any", "It is free.", ()),
    ],
)
def test_an_answer_is_read_without_its_marks(raw: str, text: str, cited: tuple[int, ...]) -> None:
    """Marks of three kinds, thoughts, labels, repetitions and unfinished sentences go out."""
    written = parse(raw, 3)
    assert (written.text, written.cited, written.refused) == (text, cited, False)


@pytest.mark.parametrize(
    "raw",
    [
        "NOT IN THE SOURCES",
        "Not in the sources.",
        "I'm sorry, but the sources do not contain that information.",
        "Unfortunately, I cannot find it.",
        "I don't know.",
        "The provided sources don't mention the price.",
        "The sources do not provide a complete answer to the question.",
        "There is no mention of a metal card.",
        "The sources do not have this information.",
        "The documents do not seem to mention the price.",
        "Unfortunately, this is not mentioned in the sources.",
        "I'm sorry, but the passages are not helpful here.",
        "No information.",
        "No information. Please ask the shop.",
        "No information is available on the price.",
        "No relevant information was found.",
        "No information about this is given.",
        "No source mentions it.",
        "No document says so.",
        "Based on the provided documents, I cannot say.",
        "<think>Nothing about it.",
        "[1]",
        "",
        " … ",
        NO_ANSWER,
    ],
)
def test_a_refusal_is_no_answer(raw: str) -> None:
    """In the words that models find for it, and where nothing is left of what they wrote."""
    assert parse(raw, 3).refused
    assert parse(raw, 3).text == ""


def test_our_own_refusal_claims_nothing() -> None:
    """So a reviewer who is asked sees no claim in it."""
    assert SentenceClaims().split(NO_ANSWER) == ()


def test_an_answer_whose_every_claim_has_no_source_is_none() -> None:
    """One claim with a source, even a contradicted one, is enough; without claims nothing is invented."""
    found = readings()
    assert is_held(found)
    assert is_held(found[:1])
    assert not is_held([replace(one, reading=Reading.NO_SOURCE) for one in found])
    assert is_held(())
