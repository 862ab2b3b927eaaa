"""The reading of a claim against its passages, on examples worked out by hand."""

from __future__ import annotations

import pytest

from reviewers.decisions.grounding import compare, read_claim
from reviewers.model import Claim, Passage, Reading, Span
from tests.builders import readings

FEES = "Cash withdrawal outside the euro area: € 3.50 per withdrawal, plus 1.75 % of the amount."
LIMITS = "Daily limit for cash withdrawals: € 500."


def passage(text: str, heading: str = "") -> Passage:
    return Passage(passage_id=text[:8], text=text, heading=heading)


def said(claim: str, *texts: str) -> str:
    return compare(claim, tuple(passage(text) for text in texts)).reading.value


def differing(claim: str, text: str) -> list[str]:
    reading = read_claim(Claim(number=1, span=Span(start=0, end=len(claim)), text=claim), [passage(text)])
    return [text[span.start : span.end] for span in reading.differing]


def test_the_card_of_the_design_reads_as_designed() -> None:
    """The three claims of the builders' answer are contradicted, supported and without source, at the same words."""
    expected = readings()
    passages = (expected[0].passages[0], expected[1].passages[0])
    found = [read_claim(one.claim, passages) for one in expected]
    assert [one.reading for one in found] == [Reading.CONTRADICTED, Reading.SUPPORTED, Reading.NO_SOURCE]
    assert found[0].differing == expected[0].differing
    assert found[1].passages[0] == passages[1]


@pytest.mark.parametrize(
    ("claim", "text", "words"),
    [
        ("A cash withdrawal abroad costs € 2.00.", "Each cash withdrawal abroad costs € 3.50.", ["€ 3.50"]),
        ("You can return it within 14 days.", "You can return it within 30 days.", ["30"]),
        ("You can return it within 14 weeks.", "You can return it within 14 days.", ["days"]),
        ("Interest on the savings account is 2 percent.", "The savings account pays interest of 3 %.", ["3 %"]),
        ("The bank was founded in Vienna in 1987.", "The bank was founded in Vienna in 1978.", ["1978"]),
        ("The branch closes at 5 pm on Friday.", "On Friday the branch closes at 16:00.", ["16:00"]),
        ("The branch opens at 9 pm on Friday.", "The branch opens at 9 am on Friday.", ["9 am"]),
        ("The head office of the bank is in Munich.", "The head office of the bank is in Berlin.", ["Berlin"]),
        ("Orders placed before noon ship today.", "Orders placed after noon ship today.", ["after"]),
        ("Profit rose sharply in the third quarter.", "Profit fell sharply in the third quarter.", ["fell"]),
        ("Refunds are not possible after the purchase.", "Refunds are possible after the purchase.", ["possible"]),
        ("Students pay the yearly card fee.", "Students do not pay the yearly card fee.", ["not"]),
        ("银行卡每天最多可取600欧元。", "银行卡每天最多可取500欧元。", ["500"]),
    ],
)  # fmt: skip
def test_another_thing_in_the_same_place_contradicts(claim: str, text: str, words: list[str]) -> None:
    """A number, unit, name, opposite or negation in the claim's place is what differs."""
    assert said(claim, text) == "contradicted"
    assert differing(claim, text) == words


@pytest.mark.parametrize(
    ("claim", "text"),
    [
        ("Your daily limit is € 500.", LIMITS),
        ("The limit for a cash withdrawal is 500 euros.", "Limit for cash withdrawals: € 500.00"),
        ("The town has 1,200,000 inhabitants.", "About 1.2 million inhabitants live in the town."),
        ("Two hundred and fifty people work there.", "250 people work there."),
        ("It opens at 2:30 pm on Monday.", "On Monday it opens at 14:30."),
        ("It opens at 5:30 pm on Monday.", "On Monday it opens at 5.30 pm."),
        ("The fee is 12.500 euros a year.", "The fee is €12,500 a year."),
        ("She finished 3rd in the race.", "In the race she finished third."),
        ("Refunds aren't possible.", "Refunds are not possible."),
        ("The company was founded by Anna Berg.", "Anna Berg founded the company."),
    ],
)
def test_the_same_in_other_spelling_is_supported(claim: str, text: str) -> None:
    """Numbers, currencies, times, endings and order of words may be written in another way."""
    assert said(claim, text) == "supported"


@pytest.mark.parametrize(
    ("claim", "text"),
    [
        # Another office: its hours say nothing of this one.
        ("The Munich office opens at 9:00.", "The Berlin office opens at 9:00."),
        # All words are there, in exchanged roles.
        ("Google acquired Fitbit in 2021.", "Fitbit acquired Google in 2021."),
        # The number is missing, and nothing stands in its place.
        ("The daily limit for cash withdrawals is € 500.", "There is a daily limit for cash withdrawals."),
        # "4 people" is not in the place of "12 rooms".
        ("The house in the old town has 12 rooms.", "The house in the old town was built by 4 people."),
    ],
)
def test_a_person_reads_what_words_cannot_decide(claim: str, text: str) -> None:
    """Near, but neither said nor contradicted in so many words: unclear."""
    assert said(claim, text) == "unclear"


def test_a_number_that_another_passage_confirms_is_not_contradicted() -> None:
    """Two cards have two fees; the claim is about the other one."""
    assert (
        said("The fee for the card is € 20.", "The fee for the gold card is € 90.", "The fee for the card is € 20.")
        == "supported"
    )


def test_an_answering_no_negates_nothing() -> None:
    """'No, but they sold' is no denial of selling."""
    assert (
        said("No, but they have sold many records worldwide.", "They have sold many records worldwide.")
        != "contradicted"
    )


def test_without_passages_there_is_no_source() -> None:
    """Nothing to read is no source, with coverage 0."""
    found = compare("The fee is € 2.00.", ())
    assert (found.reading, found.coverage, found.best) == (Reading.NO_SOURCE, 0.0, None)


def test_coverage_counts_the_words_of_the_best_window() -> None:
    """cash, withdrawal, abroad, costs, € 2.00: the passage has two, its heading one more. 3 / 5 = 0.6."""
    found = compare("A cash withdrawal abroad costs € 2.00.", (passage(FEES, heading="Cash abroad"),))
    assert found.coverage == pytest.approx(0.6)
    assert [token.key for token in found.unsupported] == ["cost", "€ 2.00"]


def test_words_that_no_passage_has_are_marked_in_the_claim() -> None:
    """The spans are places of the claim's own text, once each and in order."""
    claim = "Your card works at every ATM in Thailand."
    reading = read_claim(
        Claim(number=1, span=Span(start=0, end=len(claim)), text=claim), [passage("Your card works in shops.")]
    )
    assert [claim[span.start : span.end] for span in reading.unsupported] == ["ATM", "Thailand"]


def test_words_from_far_apart_do_not_support_together() -> None:
    """What supports a claim stands within three sentences; six sentences away it is another subject."""
    filler = " ".join(["The garden is green today."] * 6)
    text = f"The parcel leaves Hamburg. {filler} Delivery takes 3 days."
    assert said("Delivery of the parcel from Hamburg takes 3 days.", text) == "unclear"


def test_the_passage_that_the_reading_rests_on_comes_first() -> None:
    """The others keep their order."""
    claim = Claim(number=1, span=Span(start=0, end=26), text="Your daily limit is € 500.")
    given = [passage("The weather is fine."), passage("Parking is free."), passage(LIMITS)]
    assert [one.text for one in read_claim(claim, given).passages] == [LIMITS, given[0].text, given[1].text]


def test_marks_of_citation_and_links_are_not_read_as_numbers() -> None:
    """[2] and the digits of an address are not facts of the claim."""
    claim = "The [daily limit](https://x.example/4711) for cash is high [2]."
    assert compare(claim, (passage("The daily limit for cash is high."),)).missing_facts == ()
