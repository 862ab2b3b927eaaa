"""What an answer's words tell: declining, and citing."""

import pytest

from reviewers.decisions.answer_features import citation_missing, cites, refuses


@pytest.mark.parametrize(
    "text",
    [
        "I'm sorry, but I can't help with that.",
        "I’m sorry, but I cannot share account details.",
        "Sorry, we are not able to look that up.",
        "Sorry, I couldn't find that.",
        "Sorry, but I have no idea.",
        "Sorry, we don't have that information.",
        "I am sorry, I won't do that.",
        "I'm sorry, but I don't have access to your account.",
        "Sorry, I don't have details on that fee.",
        "I am sorry, but I do not see that in the documents.",
        "Sorry, I have not found it.",
        "Sorry, we can't disclose that.",
        "Sorry, we cannot provide that information.",
        "Sorry, we can't share that.",
        "Sorry, we cannot give you account details.",
        "Sorry, we could not find out.",
        "I don't have enough information to answer this.",
        "I do not know.",
        "As an AI, I have no opinion.",
        "Ich kann Ihnen dabei leider nicht helfen.",
        "Je ne peux pas répondre à cette question.",
        "No puedo ayudar con eso.",
    ],
)
def test_an_answer_that_begins_by_declining_refuses(text: str) -> None:
    """In five languages, with either apostrophe."""
    assert refuses(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "You cannot return opened items.",
        "Yes, I can help with that.",
        "Sorry, we are closed on Sunday.",
        "Sorry, we do not ship abroad.",
        "Sorry, we cannot take opened items back.",
        "Sorry, we cannot give refunds after 30 days.",
        "Sorry, we can't provide that discount twice.",
        "Sorry, I am late: the fee is 2 %.",
        "I'm sorry, we have stores in Austria only.",
        "The bank will not provide a refund after 30 days.",
        "Refunds take five days. " * 10 + "I can't help with that.",
    ],
)
def test_an_answer_that_tells_what_is_not_possible_does_not_refuse(text: str) -> None:
    """Nor does one that declines far down, or an empty one."""
    assert not refuses(text)


@pytest.mark.parametrize(
    "text",
    [
        "Fees are 2 % [1].",
        "Fees are 2 % [1, 3].",
        "Fees are 2 % (Source: Card fees 2026).",
        "See [the page](https://example.com/fees).",
        "More at https://example.com/fees",
        "Fees are 2 %.\nSources: Card fees 2026",
    ],
)
def test_each_usual_form_of_a_citation_counts(text: str) -> None:
    """Numbers, links, and sources by name."""
    assert cites(text)


@pytest.mark.parametrize(
    "text", ["", "Fees are 2 %.", "The array a[i] holds the fee.", "The source of the river is far."]
)
def test_brackets_and_the_word_alone_are_no_citation(text: str) -> None:
    """A letter in brackets is code, a river has a source."""
    assert not cites(text)


def test_an_answer_that_states_nothing_lacks_no_citation() -> None:
    """Only where there are claims can one be missing."""
    assert citation_missing("Hello!", 0) is None
    assert citation_missing("Fees are 2 %.", 1) is True
    assert citation_missing("Fees are 2 % [1].", 1) is False
