"""What may leave without review: parts in their order, exact bounds, what is needed, and the proof that stands."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from mapie.risk_control.fwer_control import FWERFixedSequenceTesting  # type: ignore[import-untyped]
from scipy.stats import binomtest

from reviewers.decisions import guarantee
from reviewers.decisions.estimate_inputs import Beta, ReviewerErrors
from reviewers.model import Guarantee, Part, Proof
from tests.builders import NOON
from tests.periods import a_period

PART = Part(threshold=0.1, share=0.5, predicted=0.02, reviewed=100, value=0.01, low=0.0, high=0.04, worth=100.0)
GUARANTEE = Guarantee(limit=0.05, confidence=0.9, outputs=1000, reviewed=200, proven=PART, missed=None, needed=None)
NOTHING = replace(GUARANTEE, proven=None, missed=replace(PART, high=0.08), needed=400)
READ = (("grounding", "1"),)
PROOF = Proof(
    limit=0.05, confidence=0.9, threshold=0.2, share=0.7, high=0.045, reviewed=140, proven_at=NOON, scorers=(READ,)
)


def test_parts_begin_where_the_risks_promise_most() -> None:
    """Ten risks: (0.05 − m) √n is 0.1, 0.1 and 0.087 at 4, 5 and 6 of them, so the first ends behind the fifth.

    m is 0 for four, 0.025 / 5 = 0.005 for five: 0.045 √5 = 0.1006 against 0.05 √4 = 0.1; six have 0.125 / 6.
    """
    risks = np.array([0.0, 0.0, 0.0, 0.0, 0.025, 0.1, 0.2, 0.4, 0.6, 0.9])
    assert guarantee.thresholds(risks, 0.05) == [0.025, 0.1, 0.2, 0.4, 0.6, 0.9]


def test_order_knows_nothing_of_verdicts_and_steps_over_equal_risks() -> None:
    """Of 1,000 outputs each part has 20 more, but parts of one risk are one part.

    0.04 √500 = 0.894 for the first 500; with the next 300 their mean is 17 / 800, and 0.02875 √800 = 0.813.
    """
    risks = np.repeat([0.01, 0.04, 0.5], [500, 300, 200])
    assert guarantee.thresholds(risks, 0.05) == [0.01, 0.04, 0.5]
    spread = guarantee.thresholds(np.linspace(0.0, 1.0, 1000), 0.05)
    assert len(spread) == 46  # from 100 of 1,000 on, every 20, and all of them
    assert spread == sorted(spread)


def test_no_outputs_have_no_parts() -> None:
    """Nothing is proven of nothing, and no reviews are asked for."""
    found = guarantee.prove(a_period([], [], []), limit=0.05)
    assert (found.proven, found.missed, found.needed, found.outputs) == (None, None, None, 0)


def test_none_of_forty_five_is_proof_and_none_of_forty_four_is_not() -> None:
    """1 − 0.1^(1/45) = 0.0499, 1 − 0.1^(1/44) = 0.0510."""
    for reviewed, high in ((45, 0.04988), (44, 0.05099)):
        part = guarantee.part_of(a_period([0.1] * 100, range(reviewed), [False] * reviewed), 0.1)
        assert part.high == pytest.approx(high, abs=1e-5)
        assert (part.share, part.reviewed, part.value) == (1.0, reviewed, 0.0)
        assert part.predicted == pytest.approx(0.1)


def test_bounds_are_those_of_the_exact_binomial() -> None:
    """3 of 100 wrong: at least 1.1, at most 6.6 of 100, each with 90 % confidence (scipy)."""
    wrong = [True] * 3 + [False] * 97
    part = guarantee.part_of(a_period([0.1] * 400, range(100), wrong), 0.1)
    both = binomtest(3, 100).proportion_ci(confidence_level=0.8, method="exact")
    assert (part.low, part.high) == pytest.approx((both.low, both.high), abs=1e-9)


def test_unscored_outputs_are_in_no_part() -> None:
    """Two of four have a risk, one of these up to 0.2."""
    outputs = a_period([0.1, float("nan"), 0.9, float("nan")], [0, 1], [False, True])
    part = guarantee.part_of(outputs, 0.2)
    assert (part.share, part.reviewed, part.value, part.high) == (0.5, 1, None, 1.0)


def test_errors_of_reviewers_widen_the_bound() -> None:
    """Reviewers who find half of the wrong ones leave twice as many unseen."""
    outputs = a_period([0.02] * 1000, range(200), [True] * 2 + [False] * 198)
    half = ReviewerErrors(sensitivity=Beta(right=50.0, missed=50.0), specificity=Beta(right=1e6, missed=1.0))
    plain, corrected = guarantee.part_of(outputs, 0.1), guarantee.part_of(outputs, 0.1, errors=half)
    assert plain.value == 0.01
    assert corrected.value == pytest.approx(0.02, abs=0.001)
    assert corrected.high > 1.6 * plain.high


ERRING = ReviewerErrors(sensitivity=Beta(right=90.0, missed=10.0), specificity=Beta(right=190.0, missed=10.0))


@pytest.mark.parametrize("each", [1, 10], ids=["strangers", "users of ten outputs"])
@pytest.mark.parametrize(("errors", "found"), [(None, 1.0), (ERRING, 0.9)])
def test_all_that_came_being_reviewed_is_no_proof_for_what_may_come(
    each: int, errors: ReviewerErrors | None, found: float
) -> None:
    """None wrong of six users: 1 − 0.1^(1/6) = 0.3187, over the share of errors that reviewers find."""
    count = 6 * each
    outputs = a_period([0.02] * count, range(count), [False] * count, cluster=np.repeat(np.arange(1, 7), each))
    part = guarantee.part_of(outputs, 0.1, errors=errors)
    assert (part.value, part.low) == (0.0, 0.0)
    assert part.high == pytest.approx(0.3187 / found, abs=1e-4)
    assert guarantee.prove(outputs, limit=0.05, errors=errors).proven is None


def test_reviews_of_one_user_prove_nothing_of_others() -> None:
    """46 right ones are too few users, and would be proof if they were of 46."""
    one, many = (
        a_period([0.02] * 1000, range(46), [False] * 46, cluster=cluster)
        for cluster in (np.ones(1000, np.int64), np.arange(1, 1001))
    )
    part = guarantee.part_of(one, 0.1)
    assert (part.value, part.high, guarantee.prove(one, limit=0.05).proven) == (None, 1.0, None)
    assert guarantee.prove(many, limit=0.05).proven is not None


def test_uneven_draws_are_bounded_by_the_score_interval() -> None:
    """One of 40 reviews at a chance of .1 and none of 60 at .4: about 1.8 of 100, and by far not proven."""
    risk, chance = [0.02] * 400 + [0.03] * 150, np.repeat([0.1, 0.4], [400, 150])
    outputs = a_period(risk, [*range(40), *range(400, 460)], [True] + [False] * 99, chance=chance)
    part = guarantee.part_of(outputs, 0.05)
    assert part.value == pytest.approx(0.018, abs=0.002)
    assert part.low < 0.018 < 0.05 < part.high
    assert part.worth < 100


def test_sequence_is_that_of_another_library() -> None:
    """MAPIE's fixed-sequence test rejects the same hypotheses, from exact p-values, whatever stands behind the stop."""
    rng = np.random.default_rng(4)
    for _ in range(50):
        reviewed = np.sort(rng.integers(30, 400, size=12))
        wrong = np.minimum(rng.binomial(reviewed, np.sort(rng.uniform(0.0, 0.08, size=12))), reviewed)
        values = [binomtest(int(k), int(n), 0.05, "less").pvalue for k, n in zip(wrong, reviewed, strict=True)]

        def at(threshold: float, wrong: np.ndarray = wrong, reviewed: np.ndarray = reviewed) -> Part:
            place, n = int(threshold), int(reviewed[int(threshold)])
            high = binomtest(int(wrong[place]), n).proportion_ci(confidence_level=0.8, method="exact").high
            return replace(PART, threshold=threshold, high=float(high))

        proven, missed = guarantee.in_order([float(place) for place in range(12)], at, 0.05)
        rejected = FWERFixedSequenceTesting(n_starts=1).run(np.array(values), 0.1)
        assert (proven.threshold if proven else -1) == (max(rejected) if len(rejected) else -1)
        assert (missed is None) == (len(rejected) == 12)


def test_needed_reviews_are_those_of_the_textbook() -> None:
    """Limit .05, expected .02, confidence .9, power .8: (1.28155 · .21794 + .84162 · .14)² / .03² = 175.2 in it.

    Half of the outputs are in the part, and nobody reviewed yet, so 351 of all.
    """
    part = replace(PART, reviewed=0, value=None, worth=0.0)
    assert guarantee.reviews_needed(part, limit=0.05, reviewed=0) == 351


def test_needed_reviews_follow_what_one_is_worth() -> None:
    """100 reviews of which 100 are worth 40 in the part: 175.2 / .4; none wrong needs 45 there at the least."""
    part = replace(PART, value=0.02, worth=40.0)
    assert guarantee.reviews_needed(part, limit=0.05, reviewed=100) == 439
    sure = replace(PART, predicted=0.0, value=0.0, worth=50.0)
    assert guarantee.reviews_needed(sure, limit=0.05, reviewed=100) == 90  # 44.9 / .5


def test_no_number_of_reviews_proves_what_seems_false() -> None:
    """8 of 100 expected, 5 allowed."""
    part = replace(PART, value=0.1, predicted=0.04)
    assert guarantee.reviews_needed(part, limit=0.05, reviewed=100) is None


def test_only_reviews_say_that_no_number_would() -> None:
    """None of 40 wrong where the risks predict 12 of 100: 45 prove it, 44.9 with none wrong.

    3 of 100 in the reviews: (1.28155 · .21794 + .84162 · .17059)² / .02² = 447.05. Without any the prediction says no.
    """
    part = replace(PART, predicted=0.12, reviewed=40, value=0.0, worth=40.0)
    assert guarantee.reviews_needed(part, limit=0.05, reviewed=40) == 45
    assert guarantee.reviews_needed(replace(part, value=0.03), limit=0.05, reviewed=40) == 448
    assert guarantee.reviews_needed(replace(part, value=0.05), limit=0.05, reviewed=40) is None
    assert guarantee.reviews_needed(replace(part, value=None, worth=0.0), limit=0.05, reviewed=3) is None


def test_what_nobody_decided_is_in_no_proof() -> None:
    """500 right ones of 10,000 drawn would prove it; 3,000 held ones were never decided."""
    held = np.repeat(np.arange(2, dtype=np.int32), [3000, 10_000])
    outputs = a_period(
        [0.02] * 13_000,
        range(3000, 3500),
        [False] * 500,
        chance=np.repeat([1.0, 0.05], [3000, 10_000]),
        stratum=held,
        strata=("held", "drawn"),
    )
    assert guarantee.prove(outputs, limit=0.05).proven is None
    drawn = replace(outputs, stratum=np.ones(13_000, np.int32), chance=np.full(13_000, 0.05))
    assert guarantee.prove(drawn, limit=0.05).proven is not None


def test_new_proof_counts_whether_larger_or_smaller() -> None:
    """It moves on proof, in both directions."""
    found = guarantee.renewed(PROOF, GUARANTEE, None, now=NOON + timedelta(days=7))
    assert found == Proof(
        limit=0.05,
        confidence=0.9,
        threshold=0.1,
        share=0.5,
        high=0.04,
        reviewed=100,
        proven_at=NOON + timedelta(days=7),
    )


def test_without_a_new_proof_the_last_one_stands_for_four_weeks() -> None:
    """A week that proves nothing says nothing against it; after four none of its reviews is in view."""
    unsure = replace(PART, threshold=0.2, low=0.01, high=0.08)
    assert guarantee.renewed(PROOF, NOTHING, unsure, now=NOON + timedelta(days=27)) == PROOF
    assert guarantee.renewed(PROOF, NOTHING, unsure, now=NOON + timedelta(days=28)) is None


def test_proof_falls_when_the_contrary_is_proven_or_the_limit_is_stricter() -> None:
    """More than 5 of 100 wrong with the confidence; or only 3 of 100 allowed from now on."""
    false = replace(PART, threshold=0.2, low=0.051, high=0.09)
    assert guarantee.renewed(PROOF, NOTHING, false, now=NOON) is None
    assert guarantee.renewed(PROOF, replace(NOTHING, limit=0.03), None, now=NOON) is None
    assert guarantee.renewed(None, NOTHING, None, now=NOON) is None


def test_proof_holds_up_to_its_threshold_for_its_time_and_limit() -> None:
    """An output of risk .2 may leave, one of .21 not; none after four weeks, and none under a stricter limit."""
    assert PROOF.holds(0.2, READ, limit=0.05, now=NOON)
    assert not PROOF.holds(0.2, (("grounding", "2"),), limit=0.05, now=NOON)
    assert not PROOF.holds(0.21, READ, limit=0.05, now=NOON)
    assert not PROOF.holds(0.2, READ, limit=0.04, now=NOON)
    assert not PROOF.holds(0.2, READ, limit=0.05, now=NOON + timedelta(days=28))
