"""The policy's chances, the order of reasons, and a draw that anyone can compute again."""

from __future__ import annotations

import hashlib

import pytest

from reviewers.decisions.sampling import decide, stable_draw
from reviewers.model import Output, Policy, Reason, Risk, Rule
from tests.builders import NOON, an_output

FEES = Rule(name="mentions a fee", tags=("fees",), rate=0.5, channel="C0FEES")


def risk(probability: float) -> Risk:
    return Risk(probability=probability, model_version="prior-1", verdicts_learned_from=0, scores_used=())


def policy(**changes: object) -> Policy:
    return Policy(version="p1", **changes)  # type: ignore[arg-type]  # a test changes one field of many types


def test_draw_is_the_top_53_bits_of_sha256() -> None:
    """Worked out with hashlib alone, from the documented text."""
    digest = hashlib.sha256(b"2:p13:o-1").hexdigest()
    assert stable_draw("o-1", "p1") == (int(digest[:16], 16) // 2**11) / 2**53


def test_ids_that_run_together_draw_apart() -> None:
    """The lengths in front keep ("1", "1p") and ("11", "p") apart."""
    assert stable_draw("1", "1p") != stable_draw("11", "p")


def test_draws_are_uniform() -> None:
    """Of 20,000 draws about 5 % lie under .05: sd = sqrt(20000 * .05 * .95) = 30.8, so 1000 ± 4 sd."""
    under = sum(stable_draw(f"o-{n}", "p1") < 0.05 for n in range(20_000))
    assert 877 <= under <= 1123


@pytest.mark.parametrize(
    ("output", "risk_now", "rules", "draw", "chance", "reason"),
    [
        (an_output(hold=True), risk(0.9), (FEES,), 0.999, 1.0, Reason.HELD),
        (an_output(), risk(0.40), (), 0.999, 1.0, Reason.RISK),  # the threshold itself counts
        (an_output(), risk(0.39), (), 0.049, 0.05, Reason.UNIFORM),
        (an_output(), risk(0.39), (), 0.05, 0.05, Reason.NOT_SELECTED),  # selected iff draw < chance
        (an_output(), risk(0.01), (FEES,), 0.49, 0.5, Reason.RULE),
        (an_output(tags=()), risk(0.01), (FEES,), 0.49, 0.05, Reason.NOT_SELECTED),
        (an_output(), risk(0.9), (FEES,), 0.7, 1.0, Reason.RISK),  # the larger chance wins
        (an_output(tags=()), None, (), 0.01, 0.05, Reason.UNIFORM),  # unscored: eligible for the uniform sample
        (an_output(tags=()), None, (), 0.9, 0.05, Reason.NOT_SELECTED),
    ],
)
def test_largest_chance_that_applies_decides(
    output: Output, risk_now: Risk | None, rules: tuple[Rule, ...], draw: float, chance: float, reason: Reason
) -> None:
    """Held 1, a rule its rate, high risk 1, everything the floor."""
    decision = decide(output, risk_now, policy(rules=rules), draw=draw, now=NOON)
    assert (decision.inclusion_probability, decision.reason) == (chance, reason)
    assert decision.selected is (reason is not Reason.NOT_SELECTED)


def test_rule_names_itself_and_its_channel() -> None:
    """The card says "Rule: mentions a fee" in the rule's channel."""
    decision = decide(an_output(), risk(0.1), policy(rules=(FEES,)), draw=0.1, now=NOON)
    assert (decision.rule, decision.channel) == ("mentions a fee", "C0FEES")


def test_rule_with_several_conditions_needs_all_of_them() -> None:
    """Tags and models are any-of, metadata all-of, and the three are joined by and."""
    rule = Rule(name="r", tags=("fees", "cards"), models=("helpdesk-8b",), metadata={"tier": "gold"})
    assert rule.matches(an_output(metadata={"tier": "gold"}))
    assert not rule.matches(an_output(metadata={"tier": "basic"}))
    assert not rule.matches(an_output(metadata={"tier": "gold"}, model="other"))
    assert not rule.matches(an_output(metadata={"tier": "gold"}, tags=("loans",)))


@pytest.mark.parametrize("rate", [0.0, -0.1, 1.1])
def test_floor_stays_above_zero(rate: float) -> None:
    """An output that can never be reviewed makes every estimate a guess."""
    with pytest.raises(ValueError, match="uniform_rate"):
        policy(uniform_rate=rate)
