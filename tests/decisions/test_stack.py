"""The stack: what it adds up, when it is preferred, and when nothing can be said."""

from __future__ import annotations

import numpy as np
import pytest

from reviewers.decisions import calibration, stack
from reviewers.decisions.calibration import Verdicts
from reviewers.decisions.logistic import Floats
from reviewers.decisions.stack import Table
from reviewers.model import Candidate, RiskSignal

START = calibration.prior(0.12)
NAN = float("nan")


def drawn(count: int, seed: int, *apart: float) -> tuple[Table, Verdicts]:
    """One in four is wrong; column j is `apart[j]` standard deviations higher then."""
    rng = np.random.default_rng(seed)
    wrong = (np.arange(count) % 4 == 0).astype(np.float64)
    values = rng.standard_normal((count, len(apart))) + np.outer(wrong, apart)
    table = Table(scorers=tuple((f"s{at}", "1") for at in range(len(apart))), values=values)
    folds = calibration.folds([f"o-{number}" for number in range(count)])
    return table, Verdicts(evidence=values[:, 0], wrong=wrong, weights=np.ones(count), folds=folds)


def test_evidence_adds_up_and_skips_what_is_missing() -> None:
    """1 · 2 + .5 · (3 - 1) / 4 = 2.25; without the second score 2."""
    signals = (
        RiskSignal(scorer="grounding", version="1"),
        RiskSignal(scorer="coverage", version="1", centre=1.0, scale=4.0, weight=0.5),
    )
    values: Floats = np.array([[2.0, 3.0], [2.0, NAN]])
    assert stack.evidence(signals, values).tolist() == pytest.approx([2.25, 2.0])


def test_scores_that_most_outputs_lack_or_share_are_left_out() -> None:
    """The second column varies, the third is the same for all, the fourth is there for one in four."""
    values = np.array([[1.0, 1.0, 5.0, 1.0], [2.0, 2.0, 5.0, NAN], [3.0, NAN, 5.0, NAN], [4.0, 1.0, 5.0, NAN]])
    table = Table(scorers=(("a", "1"), ("b", "1"), ("c", "1"), ("d", "1")), values=values)
    assert stack.usable(table).scorers == (("a", "1"), ("b", "1"))


def test_weights_are_found_from_the_verdicts() -> None:
    """Two independent scores, each one standard deviation apart: each weighs 1 a standard deviation in truth.

    The second column's standard deviation is √(1 + 3/16) = 1.09, so that its weight is 1.09 on its own scale.
    """
    table, verdicts = drawn(20_000, 1, 1.0, 1.0)
    made = stack.fit(table, verdicts, START)
    assert [signal.weight for signal in made.signals] == pytest.approx([1.0, 1.09], abs=0.06)
    assert (made.signals[0].centre, made.signals[0].scale) == (0.0, 1.0)


def test_few_verdicts_leave_the_stack_near_the_detector() -> None:
    """The prior is the detector alone: slope .6, and no other weight."""
    made = stack.fit(*drawn(8, 2, 0.0, 0.0), START)
    assert made.signals[0].weight == pytest.approx(0.6, abs=0.2)
    assert made.signals[1].weight == pytest.approx(0.0, abs=0.2)


def test_a_score_that_helps_is_preferred() -> None:
    """It separates as much as the detector."""
    found = stack.compare(*drawn(800, 3, 1.0, 1.0), START)
    assert found is not None
    assert stack.preferred(found[1])


def test_noise_is_hardly_ever_preferred() -> None:
    """40 deployments with five useless scores: a gain of two standard errors in 2 of them at most."""
    count = 0
    for seed in range(40):
        found = stack.compare(*drawn(300, seed, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0), START)
        assert found is not None
        count += stack.preferred(found[1])
    assert count <= 2


def test_too_few_errors_or_scores_are_no_comparison() -> None:
    """49 wrong outputs, or nothing beside the detector."""
    assert stack.compare(*drawn(196, 4, 1.0, 3.0), START) is None
    assert stack.compare(*drawn(800, 5, 1.0), START) is None


def test_a_gain_within_chance_is_not_preferred() -> None:
    """1.9 standard errors are too few, 2 are enough; a loss never is."""

    def candidate(gain: float) -> Candidate:
        return Candidate(name="stack", brier=0.1, log_loss=0.3, gain=gain, gain_error=0.01)

    assert [stack.preferred(candidate(gain)) for gain in (0.019, 0.02, -0.1)] == [False, True, False]
