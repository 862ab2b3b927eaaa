"""Numbers in all their spellings."""

from __future__ import annotations

import pytest

from reviewers.decisions.numbers import NUMBER, Number, read_number, read_words
from reviewers.decisions.words import Kind, analyse


def number(text: str) -> Number:
    found = NUMBER.search(text)
    assert found is not None
    return read_number(found)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("1,000", "1000"),
        ("1.000", "1 000"),
        ("1'000", "1,000.00"),
        ("€ 3.50", "3,50 €"),
        ("3 million", "3,000,000"),
        ("$2.5bn", "2,500,000,000 dollars"),
        ("5k", "5000"),
        ("50%", "50 percent"),
        ("2:30 pm", "14:30"),
        ("5 pm", "17:00"),
        ("12 am", "0:00"),
        ("5 pm", "5"),
        ("9 am", "9:00 a.m."),
        ("5.30 pm", "5:30 pm"),
        ("5.30 p.m.", "17:30"),
        ("9.00 am", "9 am"),
        ("5.305 pm", "5.305 pm"),
        ("3rd", "3"),
        ("1,234", "1.234"),  # a thousand in London and Berlin
        ("1,234", "1234"),
        ("3.11.7", "3.11.7"),
    ],
)
def test_spellings_of_one_number_agree(left: str, right: str) -> None:
    """Marks for thousands, decimals, money, percent, time and size."""
    assert number(left).agrees_with(number(right))


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("1,000", "1"),
        ("€ 5", "$ 5"),
        ("5 %", "€ 5"),
        ("-5", "5"),
        ("3.11.7", "3.11.8"),
        ("14:30", "2:30"),
        ("9 am", "9 pm"),
        ("12 am", "12 pm"),
        ("5.30 am", "5.30 pm"),
        ("12.5", "125"),
    ],
)
def test_other_numbers_do_not_agree(left: str, right: str) -> None:
    """Neither do equal values of two currencies, nor with another sign."""
    assert not number(left).agrees_with(number(right))


@pytest.mark.parametrize(
    ("words", "taken", "value"),
    [
        ("two hundred and fifty cards", 4, "250"),
        ("twenty five", 2, "25"),
        ("three thousand two hundred", 4, "3200"),
        ("one million", 2, "1000000"),
        ("five six", 1, "5"),
        ("nineteen hundred", 2, "1900"),
        ("two hundred and fifty thousand", 5, "250000"),
        ("two million three hundred thousand and twenty", 7, "2300020"),
        ("one hundred and two thousand", 5, "102000"),
        ("one hundred and two hundred euros", 2, "100"),
        ("one hundred two hundred", 2, "100"),
        ("two hundred hundred dollar bills", 2, "200"),
        ("two thousand and three thousand", 2, "2000"),
        ("two thousand and one hundred thousand", 2, "2000"),
        ("two thousand one hundred and three thousand", 4, "2100"),
        ("one hundred thousand and two hundred thousand", 3, "100000"),
    ],
)
def test_numbers_in_words(words: str, taken: int, value: str) -> None:
    """As many words as belong to the number."""
    found = read_words(words.split())
    assert found.taken == taken
    assert found.number is not None
    assert found.number.values == {value}


def test_one_alone_is_a_pronoun() -> None:
    """'one of the cards' counts nothing."""
    assert read_words(["one", "of"]) == (0, None)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("It costs between one hundred and two hundred euros.", ["one hundred", "two hundred euros"]),
        ("From two thousand and three thousand on", ["two thousand", "three thousand"]),
        ("The fee is twenty. Five cards are free.", ["twenty", "Five"]),
        ("Fees\n- twenty\n- five", ["twenty", "five"]),
        ("twenty\n\nFive cards", ["twenty", "Five"]),
        ("In two thousand, five people came.", ["two thousand", "five"]),
        ("one thousand, two thousand", ["one thousand", "two thousand"]),
        ("Twenty-five euros", ["Twenty-five euros"]),
        ("twenty-\nfive", ["twenty-\nfive"]),
        ("**Two** hundred\nand *fifty* euros", ["Two** hundred\nand *fifty* euros"]),
        ("two thousand, three hundred and five", ["two thousand, three hundred and five"]),
    ],
)
def test_numbers_in_words_are_parted_where_a_text_parts_them(text: str, numbers: list[str]) -> None:
    """By a second number of the same scale, or by a point, a comma or an item; not by a hyphen or a broken line."""
    found = [text[token.start : token.end] for token in analyse(text).tokens if token.kind is Kind.NUMBER]
    assert found == numbers
