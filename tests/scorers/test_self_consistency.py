"""How far other answers of the same model repeat an answer's claims."""

from __future__ import annotations

import pytest

from reviewers.ports import Evidence
from reviewers.scorers.claims import SentenceClaims
from reviewers.scorers.reader import ClaimReader
from reviewers.scorers.self_consistency import SelfConsistency
from tests.builders import an_output

SAID = "The daily limit is € 500."


def evidence(*samples: str, completion: str = SAID) -> Evidence:
    return ClaimReader(splitter=SentenceClaims()).read([an_output(completion=completion, samples=samples)])[0]


def test_what_every_sample_says_is_consistent() -> None:
    """Each of the claim's words stands in one place of each."""
    (score,) = SelfConsistency().score([evidence(SAID, "Hello! The daily limit is € 500. Anything else?")])
    assert score is not None
    assert (score.scorer, score.value, score.claim_values) == ("self_consistency", 1.0, (1.0,))


def test_a_sample_with_another_number_does_not_count() -> None:
    """One of two says € 900 in the place of € 500."""
    (score,) = SelfConsistency().score([evidence(SAID, "The daily limit is € 900.")])
    assert score is not None
    assert score.value == pytest.approx(0.5)


def test_the_least_repeated_claim_is_the_answers_value() -> None:
    """The museum is in one sample of two: its words daily, limit, 500 are nowhere else."""
    two = f"{SAID} The museum in Vienna opens on Monday."
    (score,) = SelfConsistency().score([evidence(SAID, two, completion=two)])
    assert score is not None
    assert score.claim_values == pytest.approx((1.0, 0.5))
    assert score.value == pytest.approx(0.5)


def test_without_samples_or_claims_there_is_nothing_to_say() -> None:
    """Most applications draw one answer."""
    assert SelfConsistency().score([evidence(), evidence(SAID, completion="Hello!")]) == [None, None]
