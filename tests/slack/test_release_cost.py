"""Why no number of reviews would prove that more may leave: the number that this was decided on, and whose it is."""

from __future__ import annotations

from dataclasses import replace

from bot.slack import rates
from reviewers.decisions import guarantee
from reviewers.model import Guarantee, Part
from tests.builders import NOON

UNSURE = Part(threshold=0.2, share=0.64, predicted=0.12, reviewed=40, value=0.0, low=0.0, high=0.056, worth=40.0)


def cost(part: Part) -> str:
    """What is said of a route that wants 5 of 100 and proved nothing."""
    needed = guarantee.reviews_needed(part, limit=0.05, reviewed=part.reviewed)
    found = Guarantee(
        limit=0.05, confidence=0.9, outputs=100, reviewed=part.reviewed, proven=None, missed=part, needed=needed
    )
    return list(rates.guarantee_sentences(found, None, 60.0, tested_at=NOON))[-1]


def test_reviews_that_are_all_right_ask_for_a_few_more() -> None:
    """None of 40 wrong: 45 prove it, whatever the risks predict."""
    assert cost(UNSURE).startswith("About 45 reviews in 4 weeks, 45 min of work, would prove that some may")


def test_too_many_wrong_ones_are_said_as_the_reviews_have_them() -> None:
    """8 of 100 are."""
    told = cost(replace(UNSURE, value=0.08, high=0.15))
    assert told.startswith(
        "No number of reviews would prove that some may: about 8 of 100 of the least risky 64 of 100"
    )


def test_a_prediction_is_called_one() -> None:
    """Too few of them were reviewed to say anything else."""
    told = cost(replace(UNSURE, value=None, reviewed=3, worth=0.0))
    assert told.startswith(
        "By the risk alone no number of reviews would prove that some may: it predicts about 12 of 100 of the least "
        "risky 64 of 100 to be wrong (too few reviewed, 3"
    )
