"""The risk of the first day with its odds worked out by hand, and what verdicts change of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from reviewers.decisions import risk
from reviewers.decisions.risk import PRIOR, Judged, assess, fit
from reviewers.model import Curve, CurveKind, RiskKind, RiskModel, RiskSignal, Score

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)


def score(scorer: str, value: float, version: str = "1") -> Score:
    return Score(output_id="o-1", scorer=scorer, version=version, value=value, explanation="")


def judged(number: int, *scores: Score, wrong: bool = False, chance: float = 1.0) -> Judged:
    return Judged(group=f"o-{number}", scores=scores, wrong=wrong, chance=chance)


def test_without_scores_the_risk_is_the_base_rate() -> None:
    """An answer that states no facts was not looked at: 12 of 100."""
    found = assess([])
    assert found.probability == pytest.approx(0.12)
    assert (found.model_version, found.verdicts_learned_from, found.scores_used) == ("prior-2", 0, ())


@pytest.mark.parametrize(
    ("logit", "odds"),
    [(0.0, 12 / 88), (5.0, 12 / 88 * 20.0855369), (-5.0, 12 / 88 / 20.0855369)],  # e^(0.6 · 5) = e³ = 20.0855369
)
def test_the_detector_alone_moves_the_first_days_risk(logit: float, odds: float) -> None:
    """Evidence 0 is the base rate; each logit of the detector counts for six tenths of one."""
    found = assess([score("grounding", logit), score("coverage", 0.0), score("token_logprob", -3.0)])
    assert found.probability == pytest.approx(odds / (1 + odds))
    assert found.scores_used == ("grounding",)


def test_the_lexical_detector_counts_where_the_other_one_is_not() -> None:
    """Both are logits of being wrong."""
    assert assess([score("grounding_lexical", 1.0)]).probability == assess([score("grounding", 1.0)]).probability
    both = assess([score("grounding_lexical", 1.0), score("grounding", -1.0)])
    assert both.scores_used == ("grounding",)


def test_a_model_that_is_meant_for_it_stands_in_for_the_detector() -> None:
    """Supported to .9 is odds of 1/9 of being wrong, evidence -2.197; times .6, the odds are 12/88 · 9^-.6."""
    odds = 12 / 88 * 9**-0.6
    found = assess([score("hallucination", 0.9), score("entailment", 0.1), score("coverage", 0.0)])
    assert found.probability == pytest.approx(odds / (1 + odds))
    assert found.scores_used == ("hallucination",)
    assert assess([score("entailment", 0.1)]).probability == pytest.approx(0.12)
    assert assess([score("minicheck", 0.0)]).probability < 0.9  # nobody is that sure: 999 to 1 at most


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
def test_without_a_detector_the_odds_of_the_words_multiply(
    coverage: float, missing: int, contradicted: int, probability: float
) -> None:
    """19 to 1 for a covered answer; nothing covered 6 times, each missing fact 2, a contradiction 8 times the odds."""
    scores = [
        score("coverage", coverage),
        score("missing_facts", float(missing)),
        score("contradictions", float(contradicted)),
    ]
    found = assess(scores)
    assert found.probability == pytest.approx(probability)
    assert found.scores_used == ("coverage", "missing_facts", "contradictions")


def test_similarity_does_not_move_the_prior() -> None:
    """Retrieval explains where the machine looked, and grounds nothing."""
    found = assess([score("retrieval", 0.99)])
    assert found.probability == pytest.approx(0.12)
    assert found.scores_used == ()


def a_model(**changes: object) -> RiskModel:
    """A stack of the detector (weight 1) and of how sure the model was: each standard deviation less sure counts 2."""
    model = RiskModel(
        version="stack-1",
        kind=RiskKind.STACK,
        signals=(
            RiskSignal(scorer="grounding", version="1"),
            RiskSignal(scorer="token_logprob", version="1", centre=-1.0, scale=0.5, weight=-2.0),
        ),
        curve=Curve(kind=CurveKind.PLATT, numbers=(-1.0, 1.0)),
        base_rate=0.2,
        verdicts=400,
        errors=60,
        before=MONDAY,
    )
    return replace(model, **changes)  # type: ignore[arg-type]


def test_a_stack_adds_its_signals_up() -> None:
    """-1 + 1 · 0.5 - 2 · (-1.25 + 1) / 0.5 = 0.5, and 1 / (1 + e^-0.5) = 0.6224593."""
    found = assess([score("grounding", 0.5), score("token_logprob", -1.25)], a_model())
    assert found.probability == pytest.approx(0.6224593)
    assert (found.model_version, found.verdicts_learned_from) == ("stack-1", 400)
    assert found.scores_used == ("grounding", "token_logprob")


def test_a_missing_signal_adds_nothing() -> None:
    """-1 + 1 · 0.5 = -0.5 without log-probabilities: 1 / (1 + e^0.5) = 0.3775407."""
    found = assess([score("grounding", 0.5)], a_model())
    assert found.probability == pytest.approx(0.3775407)
    assert found.scores_used == ("grounding",)


def test_without_a_claim_to_detect_anything_in_the_learned_base_rate_holds_in_a_stack_too() -> None:
    """The other scores were weighed beside a detector: without it they would stand beside a logit of 0, as few do."""
    found = assess([score("token_logprob", -0.5)], a_model())
    assert (found.probability, found.scores_used) == (0.2, ())


def test_without_any_signal_the_learned_base_rate_holds() -> None:
    """It was learned from outputs of the same kind."""
    assert assess([score("retrieval", 0.9)], a_model()).probability == 0.2


def test_a_changed_detector_is_read_through_the_prior() -> None:
    """Its numbers mean something else; the risk says that nothing was learned about it."""
    found = assess([score("grounding", 0.5, version="2"), score("token_logprob", -9.0)], a_model())
    assert (found.model_version, found.verdicts_learned_from) == ("prior-2", 0)
    assert found.probability == assess([score("grounding", 0.5)]).probability


def test_without_verdicts_the_prior_stays() -> None:
    """Nothing was learned, and it says so."""
    assert fit([], before=MONDAY) is PRIOR


def test_outputs_without_a_detector_teach_the_base_rate() -> None:
    """Of all (10 · 0.12 + 6) / (10 + 30) = 0.18 are wrong, and of these (10 · 0.18 + 6) / (10 + 30) = 0.195."""
    learned = fit([judged(n, wrong=n < 6) for n in range(30)], before=MONDAY)
    assert learned.base_rate == pytest.approx(0.195)
    assert (learned.verdicts, learned.errors, learned.before) == (30, 6, MONDAY)
    assert assess([], learned).probability == pytest.approx(0.195)
    assert assess([score("grounding", 0.0)], learned).probability == pytest.approx(0.12)


def history(count: int, seed: int, *, second: float = 0.0, version: str = "1") -> list[Judged]:
    """Every fourth output is wrong; the detector separates by 1, the second score by `second` standard deviations."""
    draws = np.random.default_rng(seed).standard_normal((count, 2))
    return [
        judged(
            number,
            score("grounding", 2.0 * (draw + (number % 4 == 0)), version),
            score("token_logprob", -(other + second * (number % 4 == 0))),
            wrong=number % 4 == 0,
        )
        for number, (draw, other) in enumerate(draws.tolist())
    ]


def test_verdicts_move_the_curve() -> None:
    """One in four is wrong at the mean evidence, more above it: the curve goes through what was seen."""
    learned = fit(history(400, seed=1), before=MONDAY)
    risks = [assess(one.scores, learned).probability for one in history(2000, seed=2)]
    assert learned.kind is RiskKind.ALONE
    assert (learned.verdicts, learned.errors) == (400, 100)
    assert np.mean(risks) == pytest.approx(0.25, abs=0.03)  # 2000 draws: ±.01 of their own


def test_the_same_verdicts_make_the_same_version() -> None:
    """A later week without news stores nothing new; one more verdict is news."""
    first = fit(history(50, seed=1), before=MONDAY)
    later = fit(history(50, seed=1), before=MONDAY.replace(day=30))
    assert later.version == first.version
    assert first.version.startswith("alone-")
    assert fit(history(51, seed=1), before=MONDAY).version != first.version


def test_what_another_version_said_teaches_nothing_of_the_new_one() -> None:
    """Forty old verdicts and ten new ones, half of the newest twenty: ten were learned from."""
    learned = fit([*history(40, seed=1), *history(10, seed=2, version="2")], before=MONDAY)
    assert learned.verdicts == 10
    assert learned.signals[0].version == "2"


def test_a_stand_in_of_an_hour_is_no_change_of_the_detector() -> None:
    """Nine of the newest twenty were read by the fallback while the model could not be loaded."""
    learned = fit([*history(40, seed=1), *history(9, seed=2, version="lexical")], before=MONDAY)
    assert learned.verdicts == 40
    assert learned.signals[0].version == "1"


def test_a_second_score_that_helps_is_stacked_and_the_gain_is_told() -> None:
    """It separates as well as the detector: the stack's loss on unseen verdicts is lower by many standard errors."""
    learned = fit(history(800, seed=3, second=1.0), before=MONDAY)
    assert learned.kind is RiskKind.STACK
    assert [signal.scorer for signal in learned.signals] == ["grounding", "token_logprob"]
    stacked, alone = learned.candidates
    assert (stacked.name, alone.name) == ("stack", "alone")
    assert stacked.log_loss == pytest.approx(alone.log_loss - stacked.gain)
    assert stacked.gain > 2 * stacked.gain_error


def test_a_second_score_that_says_nothing_is_not_stacked() -> None:
    """The comparison is told all the same."""
    learned = fit(history(400, seed=4), before=MONDAY)
    assert learned.kind is RiskKind.ALONE
    assert [one.name for one in learned.candidates] == ["alone", "stack"]


def test_few_errors_leave_nothing_to_compare() -> None:
    """Forty-nine wrong outputs are one too few."""
    assert fit(history(196, seed=5, second=3.0), before=MONDAY).candidates == ()


def test_after_two_hundred_errors_the_curves_compete() -> None:
    """Platt's is true here, so that no other one gains more than chance."""
    learned = fit(history(800, seed=6), before=MONDAY)
    assert learned.curve.kind is CurveKind.PLATT
    assert learned.candidates[0].name == "platt"
    assert {one.name for one in learned.candidates} == {"platt", "beta", "isotonic", "stack"}


def test_reviewing_the_risky_more_often_does_not_raise_the_risk() -> None:
    """Half of the right outputs are seen, all of the wrong ones: with weights the mean risk is still one in four."""
    seen = [one for number, one in enumerate(history(1600, seed=7)) if one.wrong or number % 2]
    kept = [replace(one, chance=1.0 if one.wrong else 2 / 3) for one in seen]  # of each three right ones two are odd
    learned = fit(kept, before=MONDAY)
    risks = [assess(one.scores, learned).probability for one in history(2000, seed=8)]
    assert np.mean(risks) == pytest.approx(0.25, abs=0.03)


def test_the_table_has_the_detector_first_and_the_others_by_name() -> None:
    """What an output lacks is missing, and not 0."""
    one = judged(1, score("retrieval", 0.5), score("grounding", 1.0), score("coverage", 0.25))
    two = judged(2, score("grounding", 2.0))
    newest = risk.detect(two.scores)
    assert newest is not None
    found = risk.table([one, two], newest)
    assert found.scorers == (("grounding", "1"), ("coverage", "1"), ("retrieval", "1"))
    assert found.values.tolist()[0] == [1.0, 0.25, 0.5]
    assert np.isnan(found.values[1]).tolist() == [False, True, True]
