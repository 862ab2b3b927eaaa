"""Which sentences of the passages a claim is read against."""

from __future__ import annotations

from reviewers.decisions.evidence_choice import EVIDENCE_WORDS, choose_evidence
from reviewers.model import Passage
from tests.builders import a_passage


def passage(text: str, **titles: str) -> Passage:
    return a_passage(text=text, **{"title": "", "heading": "", **titles})


def test_a_short_passage_is_read_as_a_whole() -> None:
    """White space is made plain, and the order stays."""
    text = "It rained on Monday.\n\nThe match  was put off. Nobody came."
    assert choose_evidence("The match was on Monday.", [passage(text)]) == " ".join(text.split())


FILLER = [f"Sentence number {number} speaks of nothing but the weather." for number in range(40)]  # 360 words


def test_of_long_passages_the_nearest_sentences_are_read_in_their_order() -> None:
    """Forty sentences of nine words are too many: those that have a word of the claim are taken."""
    told = ["The mill was sold in Harton.", "Its owner was Ida Lovell."]
    evidence = choose_evidence("Ida Lovell sold the mill.", [passage(" ".join([told[1], *FILLER, told[0]]))])
    assert evidence == f"{told[1]} {told[0]}"


def test_the_next_sentence_is_the_one_that_tells_what_the_others_do_not() -> None:
    """Seven sentences on the mill in Harton would leave no room for the one that says who Lovell was."""
    mill = [f"The mill in Harton had {word} wheels." for word in "two three four five six seven eight".split()]
    told = passage(" ".join([*mill, *FILLER, "Lovell, a clerk, came in."]))
    evidence = choose_evidence("The mill in Harton was run by a clerk.", [told], sentences=6)
    # "clerk" stands in one sentence of 48, "mill" and "Harton" in seven: log(49) < 2 · log(1 + 48 / 7), so a mill comes
    # first and the clerk second; then nothing is gained, and four more mills fill the six places.
    assert evidence == " ".join([*mill[:5], "Lovell, a clerk, came in."])


def test_no_more_words_are_read_than_there_is_room_for() -> None:
    """Sentences of forty-one words: three of them have room in 150, seven in 300."""
    long = [f"The mill number {number} " + "stood there and " * 12 + "burned." for number in range(9)]
    assert {len(one.split()) for one in long} == {41}
    told = [passage(" ".join(long))]
    assert choose_evidence("The mill burned.", told, words=150) == " ".join(long[:3])
    assert choose_evidence("The mill burned.", told) == " ".join(long[:7])
    assert 7 * 41 <= EVIDENCE_WORDS < 8 * 41


def test_where_nothing_has_a_word_of_the_claim_the_first_sentence_is_read() -> None:
    """The detector then sees what the passage is about; an empty evidence would say less."""
    assert choose_evidence("Llamas spit.", [passage(" ".join(FILLER))]) == FILLER[0]


def test_a_sentence_that_is_too_long_is_read_all_the_same_when_it_is_the_best() -> None:
    """The model's own limit cuts it; an empty evidence would say less."""
    long = "The mill in Harton " + "and so on " * 110 + "was sold."
    other = "Other things happened. " * 3
    assert choose_evidence("The mill in Harton was sold.", [passage(long), passage(other)]) == long


def test_title_and_heading_are_read_where_they_name_what_no_sentence_names() -> None:
    """A table of fees says "abroad" in its heading only."""
    fees = passage("Cash withdrawal: € 3.50.", title="Card fees", heading="Cash abroad")
    assert choose_evidence("A withdrawal abroad costs € 3.50.", [fees]) == "Cash abroad. Cash withdrawal: € 3.50."
    assert choose_evidence("A cash withdrawal costs € 3.50.", [fees]) == "Cash withdrawal: € 3.50."


def test_the_same_text_twice_is_read_once_and_none_is_empty() -> None:
    """Two passages of one text, and no passage at all."""
    twice = [passage("It rained."), passage("It rained.")]
    assert choose_evidence("It rained.", twice) == "It rained."
    assert choose_evidence("It rained.", []) == ""


def test_a_script_without_blanks_is_measured_by_its_characters() -> None:
    """Sixty sentences of ten characters are more than 300 words, so the one that says it is found and not cut off."""
    filler = [f"天气不好我们没有出门{number}。" for number in range(60)]
    told = "银行的手续费是每月五欧元。"
    evidence = choose_evidence("手续费是每月五欧元。", [passage("".join([*filler, told]))])
    assert told in evidence
    assert len(evidence) < 400
