"""Which sentences of an output become claims, and that their places survive."""

from __future__ import annotations

import pytest

from reviewers.scorers.claims import SentenceClaims
from tests.builders import COMPLETION, SENTENCES

MARKDOWN = """# Fees

Here are the fees:

- **Cash abroad**: € 3.50 per withdrawal.
- Cards are free
  for students under 26.
1. Open the app.
2. Press Freeze in Settings for 10 seconds.

| card | price |
|------|-------|
| gold | € 90  |

```python
price = 90  # A comment. Not a claim.
```
**Limits**
The daily limit is
€ 500 for cash.
---
> The branch in Graz closed in 2019.
"""


def claims(text: str) -> list[str]:
    found = SentenceClaims().split(text)
    assert [claim.number for claim in found] == list(range(1, len(found) + 1))
    assert all(text[claim.span.start : claim.span.end] == claim.text for claim in found)
    return [claim.text for claim in found]


def test_each_sentence_of_plain_prose_is_a_claim() -> None:
    """The builders' answer has three, whole."""
    assert claims(COMPLETION) == list(SENTENCES)


def test_markdown_gives_its_sentences_and_nothing_of_its_frame() -> None:
    """No headings, tables, code, rules or markers; a wrapped line stays in its sentence."""
    assert claims(MARKDOWN) == [
        "**Cash abroad**: € 3.50 per withdrawal.",
        "Cards are free\n  for students under 26.",
        "Press Freeze in Settings for 10 seconds.",
        "The daily limit is\n€ 500 for cash.",
        "The branch in Graz closed in 2019.",
    ]


@pytest.mark.parametrize(
    "sentence",
    [
        "The fee is approx. 3.5 % of the amount (see No. 5 of the terms).",
        "Dr. Smith of Apple Inc. lives in St. Louis.",
        "It opens at 10:30 a.m. on Monday.",
        "Version 3.11.7 costs $ 1,299.00 in the U.S. this year.",
        "😀 The limit of the card is € 500.",
    ],
)
def test_points_inside_a_sentence_do_not_cut_it(sentence: str) -> None:
    """Abbreviations, decimals, times and signs outside the basic plane keep their sentence whole."""
    assert claims(f"{sentence} The next sentence names Vienna.") == [sentence, "The next sentence names Vienna."]


@pytest.mark.parametrize(
    "sentence",
    [
        "Hello!",
        "Thanks for asking.",
        "Great question!",
        "Which card do you have?",
        "What is the limit, and how do I raise it?",
        "If you travel to Vienna, do you need the card?",
        "Do you know the limit of the card?",
        "Did you know about the new limit?",
        "Wow, I didn't know that, have you read the terms?",
        "I hope this helps.",
        "Let me know if you need anything else.",
        "If you have more questions, feel free to ask.",
        "I'm sorry, but I don't know.",
        "As an AI language model I have no opinion on Vienna.",
        "Here are the steps to follow:",
        "Here are 3 tips:",
        "Here are the 3 steps: 1.",
        "Below is the table for 2024, 2025 and 2026.",
        "Feel free to ask, I'm here 24/7.",
        "We hope that this answers your 2 questions.",
        "I can help you with cards, loans, and 2 kinds of savings.",
        "I'd love to tell you about 5 tips.",
        "If you need a card that is valid for 2 years, let me know.",
        "Let me know before 10:30 today please.",
        "I'm sorry, but I don't know the fee for 2024.",
        "I'm sorry, I couldn't find any fee for 2024.",
        "As an AI, I was trained on data up to 2023.",
        "**Q3 2024 results**",
        "**Step 1: Setup**",
        "**What is new in 2024**",
        "**If your card is lost for 3 days**",
        "Please contact our support.",
        "Yes.",
        "…",
    ],
)
def test_what_states_nothing_is_no_claim(sentence: str) -> None:
    """Greetings, questions, offers, announcements and orders without facts cannot be right or wrong."""
    assert claims(sentence) == []


@pytest.mark.parametrize("code", ["```npm install```", "````npm ci````", "```\nnpm install\n```", "~~~ `sh`\nls\n~~~"])
def test_what_follows_code_is_still_read(code: str) -> None:
    """Backticks that close on their own line are code too, and open no block."""
    text = f"Run this on your machine.\n{code}\nThe fee is € 3.50 for each run."
    assert claims(text) == ["Run this on your machine.", "The fee is € 3.50 for each run."]


def test_a_line_that_begins_with_code_is_read() -> None:
    """It is a sentence with a word of code in it."""
    assert claims("```npm install``` takes 5 minutes.") == ["```npm install``` takes 5 minutes."]


def test_a_fact_after_a_greeting_counts() -> None:
    """The opening word does not hide the limit."""
    assert claims("Sure, the limit is € 500.") == ["Sure, the limit is € 500."]


def test_a_fact_after_a_doubt_counts() -> None:
    """Doubting aloud does not make the year right."""
    assert claims("i'm not sure, but he was born in 1813") == ["i'm not sure, but he was born in 1813"]


@pytest.mark.parametrize(
    "sentence",
    [
        "I'm happy to confirm the fee is € 5.",
        "I think the fee is € 5.",
        "I think you pay € 5.",
        "I don't think the fee is € 5.",
        "I'm afraid that it costs € 5.",
        "I can tell you the fee is € 5.",
        "I am sorry, the fee is € 5.",
        "I am sorry, but I think the fee is € 5.",
        "I'm sorry, the fee is € 5, but I don't know when.",
        "As an AI language model, I think the fee is € 5.",
        "If you have an account, the fee is € 5, feel free to ask.",
        "Here is the fee: € 5 a month.",
        "Sure, here is the fee: € 5 a month.",
        "Here's the list of fees: transfers cost € 5, cards cost € 9.",
        "Glad to help: fee is € 5",
        "Hope this helps – the fee is € 5.",
        "**The daily limit is € 500**",
        "__The fee was 5 euros:__",
    ],
)
def test_a_number_behind_words_that_say_nothing_counts(sentence: str) -> None:
    """A wrong amount is wrong however it is announced; the claim is the whole sentence."""
    assert claims(sentence) == [sentence]


def test_a_sentence_in_bold_stands_alone() -> None:
    """It has no full stop, and the line below is no part of it."""
    text = "Fees changed in May.\n**The daily limit is € 500**\nThe fee is € 3.\n**Limits**\nIt opens at 9."
    assert claims(text) == ["Fees changed in May.", "**The daily limit is € 500**", "The fee is € 3.", "It opens at 9."]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("The answer is no. It costs € 5.", ["It costs € 5."]),
        ("The bank says no. It costs € 5.", ["The bank says no.", "It costs € 5."]),
        ("It takes 5 min. Your card works at once.", ["It takes 5 min.", "Your card works at once."]),
        (
            "The museum shut in Dec. The shop opened in Jan. 2024.",
            ["The museum shut in Dec.", "The shop opened in Jan. 2024."],
        ),
        ("The rule stands in vol. IV of the terms.", ["The rule stands in vol. IV of the terms."]),
        ("It costs max. EUR 5 a month.", ["It costs max. EUR 5 a month."]),
        ("The plan is in fig. B of it.", ["The plan is in fig. B of it."]),
    ],
)
def test_no_and_min_end_a_sentence_before_a_word(text: str, said: list[str]) -> None:
    """Before a figure, an amount or a Roman numeral they are abbreviations."""
    assert claims(text) == said


@pytest.mark.parametrize(
    "asked",
    [
        "Did you know that the bank was founded in 1819?",
        "that is a lot, did you know the highest score ever was 222 - 0 ?",
        "Do you know that the card works in Thailand?",
        "The card works at every ATM in Thailand, doesn't it?",
        "She has been with the bank since 1993, right ?",
        "Goldendoodles are called designer dogs, do you like them?",
    ],
)
def test_what_a_question_tells_counts(asked: str) -> None:
    """A model that wonders aloud has said it, and a reader believes it."""
    assert claims(asked) == [asked]


def test_the_following_day_is_no_announcement() -> None:
    """What announces a list ends with a colon."""
    assert claims("The following steps are needed:") == []
    told = "The following day, his contract was bought by the Seattle Mariners."
    assert claims(told) == [told]


def test_an_order_with_a_fact_counts() -> None:
    """A wrong number of seconds is wrong in an instruction too."""
    assert claims("Press the button for 10 seconds.") == ["Press the button for 10 seconds."]


def test_text_without_blanks_is_split_at_its_own_points() -> None:
    """Chinese ends a sentence with 。 and no blank."""
    assert claims("每天最多可取五百欧元。手续费是三欧元。") == ["每天最多可取五百欧元。", "手续费是三欧元。"]


def test_a_sentence_without_end_is_cut_at_600_characters() -> None:
    """The pieces are claims of their own, and nothing is lost but blanks."""
    text = "word stands here, " * 100
    found = claims(text)
    assert max(len(claim) for claim in found) <= 600
    assert " ".join(found) == text.strip()


@pytest.mark.parametrize(
    "text", ["", " \n\t ", "```\ncode. More code.\n", "\ud800 is a lone surrogate of a bad sender."]
)
def test_odd_texts_do_not_break_it(text: str) -> None:
    """Empty, blank, an open fence, and text that is no valid Unicode."""
    claims(text)


def test_a_long_hostile_text_takes_no_long_time() -> None:
    """100,000 characters that make careless patterns go quadratic; the suite's time limit is the judge."""
    for unit in (
        "【",
        " ",
        "](",
        "1 000",
        "a.",
        "|",
        "- ",
        "**",
        "<a",
        "let me know, 5 is, ",
        "I think that 5: ",
        "**is 5",
    ):
        claims(unit * (100_000 // len(unit)))
