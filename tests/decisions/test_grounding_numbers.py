"""Numbers in all their spellings."""

from __future__ import annotations

import pytest

from reviewers.decisions.numbers import NUMBER, Number, read_number, read_words


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
