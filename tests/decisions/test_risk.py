"""The prior risk, with its odds worked out by hand."""

from __future__ import annotations

import pytest

from reviewers.decisions.risk import assess
from reviewers.model import Score


def score(scorer: str, value: float) -> Score:
    return Score(output_id="o-1", scorer=scorer, version="1", value=value, explanation="")


def test_without_scores_the_risk_is_the_base_rate() -> None:
    """An answer that states no facts was not looked at: 12 of 100."""
    risk = assess([])
    assert risk.probability == pytest.approx(0.12)
    assert (risk.model_version, risk.verdicts_learned_from, risk.scores_used) == ("prior-1", 0, ())


@pytest.mark.parametrize(
    ("coverage", "missing", "contradicted", "probability"),
    [
        (1.0, 0, 0, 0.05),  # odds 1/19
        (0.0, 0, 0, 6 / 25),  # odds 6/19
        (1.0, 1, 0, 2 / 21),  # odds 2/19
        (1.0, 2, 0, 4 / 23),  # odds 4/19
        (1.0, 7, 0, 4 / 23),  # counted up to 2
        (1.0, 0, 1, 8 / 27),  # odds 8/19
        (1.0, 1, 1, 16 / 35),  # odds 16/19
        (0.0, 2, 1, 192 / 211),  # odds 6 * 4 * 8 / 19
    ],
)
def test_odds_multiply(coverage: float, missing: int, contradicted: int, probability: float) -> None:
    """19 to 1 for a covered answer; nothing covered 6 times, each missing fact 2, a contradiction 8 times the odds."""
    scores = [
        score("coverage", coverage),
        score("missing_facts", float(missing)),
        score("contradictions", float(contradicted)),
    ]
    assert assess(scores).probability == pytest.approx(probability)


@pytest.mark.parametrize(
    ("logprob", "odds"),
    [(-0.5, 1.0), (-1.5, 2.0), (0.0, 2**-0.5), (-9.0, 2**1.5)],  # a nat doubles; at most 1.5 nats, at least -0.5
)
def test_an_unsure_model_raises_the_risk_within_bounds(logprob: float, odds: float) -> None:
    """Base odds 12/88, times 2 for every nat below the usual -0.5."""
    expected = 12 / 88 * odds
    assert assess([score("token_logprob", logprob)]).probability == pytest.approx(expected / (1 + expected))


def test_similarity_does_not_move_the_prior() -> None:
    """Retrieval explains where the machine looked, and grounds nothing."""
    risk = assess([score("retrieval", 0.99)])
    assert risk.probability == pytest.approx(0.12)
    assert risk.scores_used == ()
