"""The policy's chances, the order of reasons, and a draw that anyone can compute again."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from reviewers.decisions.sampling import Terms, decide, even_chance, stable_draw
from reviewers.model import MadePlan, Match, Output, Policy, Reason, Risk, Route, Rule, SelectionPlan, Stratum
from tests.builders import NOON, a_made_plan, an_output

FEES = Rule(name="mentions a fee", tags=("fees",), rate=0.5, channel="C0FEES")


def risk(probability: float) -> Risk:
    return Risk(probability=probability, model_version="prior-2", verdicts_learned_from=0, scores_used=())


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
    decision = decide(output, risk_now, Terms(policy=policy(rules=rules)), draw=draw, now=NOON)
    assert (decision.inclusion_probability, decision.reason) == (chance, reason)
    assert decision.selected is (reason is not Reason.NOT_SELECTED)


def test_rule_names_itself_and_its_channel() -> None:
    """The card says "Rule: mentions a fee" in the rule's channel."""
    decision = decide(an_output(), risk(0.1), Terms(policy=policy(rules=(FEES,))), draw=0.1, now=NOON)
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


CARDS = Route(name="Cards", match=Match(tags=("fees",)), minutes_per_week=240, slice_by="tenant")
PLAN = SelectionPlan(
    humility=0.1,
    uniform_part=0.2,
    slice_power=0.5,
    mean_risk=0.1,
    mean_worth=0.3,
    mean_factor=1.0,
    scale=0.1,
    floor=0.01,
    shares={"a": 1.0, "b": 0.25},
    budget=100.0,
    expected_outputs=1000.0,
    learned_from=500,
    errors_seen=45.0,
)


def planned(**changes: object) -> Terms:
    """The route Cards has a plan, and the policy itself a threshold."""
    made: MadePlan = a_made_plan("plan-7", route="Cards", plan=PLAN)
    return Terms(policy=policy(routes=(CARDS,), **changes), plans={"Cards": made})


@pytest.mark.parametrize(
    ("output", "risk_now", "draw", "chance", "reason", "stratum"),
    [
        # f = .9 * .5 + .1 * .1 = .46, √(.46 * .54) = .498397; .1 * (.8 * .498397 / .3 + .2) = .152906
        (an_output(metadata={"tenant": "a"}), risk(0.5), 0.1529, 0.152906, Reason.RISK, Stratum.DRAWN),
        (an_output(metadata={"tenant": "a"}), risk(0.5), 0.1530, 0.152906, Reason.NOT_SELECTED, Stratum.DRAWN),
        # Whatever the risk, .1 * .2 = .02 of the chance would have taken it.
        (an_output(metadata={"tenant": "a"}), risk(0.5), 0.0199, 0.152906, Reason.UNIFORM, Stratum.DRAWN),
        (an_output(metadata={"tenant": "a"}), risk(0.5), 0.0201, 0.152906, Reason.RISK, Stratum.DRAWN),
        # A quarter of the outputs at q = .5: twice the chance, and twice the uniform part.
        (an_output(metadata={"tenant": "b"}), risk(0.5), 0.0399, 0.305812, Reason.UNIFORM, Stratum.DRAWN),
        # The threshold says nothing where a plan does; f = .9 + .01 = .91, √(.91 * .09) = .286182.
        (an_output(metadata={"tenant": "a"}), risk(1.0), 0.5, 0.096315, Reason.NOT_SELECTED, Stratum.DRAWN),
        # Not scored counts as of mean risk: √(.1 * .9) = .3, .1 * (.8 + .2) = .1.
        (an_output(metadata={"tenant": "a"}), None, 0.0999, 0.1, Reason.RISK, Stratum.DRAWN),
        (an_output(hold=True), risk(0.5), 0.999, 1.0, Reason.HELD, Stratum.HELD),
    ],
)
def test_plan_of_the_route_gives_the_chance(
    output: Output, risk_now: Risk | None, draw: float, chance: float, reason: Reason, stratum: Stratum
) -> None:
    """By the formula of the plan, worked out by hand."""
    decision = decide(output, risk_now, planned(), draw=draw, now=NOON)
    assert decision.inclusion_probability == pytest.approx(chance, abs=1e-6)
    assert (decision.reason, decision.stratum, decision.route) == (reason, stratum, "Cards")
    assert decision.selected is (reason is not Reason.NOT_SELECTED)
    assert decision.plan_version == ("" if output.hold else "plan-7")


def test_rule_is_a_stratum_of_its_own_beside_the_plan() -> None:
    """Its rate holds where it is the larger chance, whether the draw takes the output or not."""
    often = Rule(name="mentions a fee", tags=("fees",), rate=0.5)
    seldom = Rule(name="mentions a fee", tags=("fees",), rate=0.01)
    output = an_output(metadata={"tenant": "a"})
    decision = decide(output, risk(0.5), planned(rules=(often,)), draw=0.7, now=NOON)
    assert (decision.inclusion_probability, decision.stratum, decision.plan_version) == (0.5, Stratum.RULE, "")
    decision = decide(output, risk(0.5), planned(rules=(seldom,)), draw=0.7, now=NOON)
    assert (decision.stratum, decision.plan_version) == (Stratum.DRAWN, "plan-7")


def test_outputs_of_no_budget_go_by_the_threshold() -> None:
    """A plan of one route is no plan of another, and a plan whose route lost its budget is over."""
    elsewhere = decide(an_output(tags=()), risk(0.5), planned(), draw=0.7, now=NOON)
    assert (elsewhere.inclusion_probability, elsewhere.reason, elsewhere.plan_version) == (1.0, Reason.RISK, "")
    free = Terms(policy=policy(routes=(Route(name="Cards"),)), plans=planned().plans)
    assert decide(an_output(), risk(0.5), free, draw=0.7, now=NOON).inclusion_probability == 1.0


def test_route_with_a_budget_goes_by_the_threshold_until_its_first_plan() -> None:
    """From the first output on something decides."""
    early = Terms(policy=policy(routes=(CARDS,)))
    assert decide(an_output(), risk(0.5), early, draw=0.7, now=NOON).inclusion_probability == 1.0
    assert decide(an_output(), risk(0.1), early, draw=0.7, now=NOON).inclusion_probability == 0.05


def test_decision_keeps_what_figures_group_by() -> None:
    """Risk, slice, model and for whom; nobody's name is in it."""
    output = an_output(metadata={"tenant": "a", "user": "mara@example.com"}, model_version="")
    decision = decide(output, risk(0.5), planned(), draw=0.7, now=NOON)
    assert (decision.risk, decision.slice, decision.model) == (0.5, "a", "helpdesk-8b")
    assert decision.cluster == int(hashlib.sha256(b"user:mara@example.com").hexdigest()[:16], 16) // 2
    assert decide(an_output(), None, planned(), draw=0.7, now=NOON).cluster == 0


def test_even_part_of_a_chance_is_at_least_the_floor() -> None:
    """.001 * .2 is less than the floor of .01; with scale 100 it is 1."""
    assert even_chance(replace(PLAN, scale=0.001), "a") == 0.01
    assert even_chance(replace(PLAN, scale=100.0), "a") == 1.0


def test_draws_of_the_even_part_are_a_sample_in_which_risk_has_no_say() -> None:
    """Of 20,000 outputs of two risks each has .02: both parts lie within 4 sd of 200 (sd = 14)."""
    taken = {0.05: 0, 0.9: 0}
    for number in range(20_000):
        probability = 0.9 if number % 2 else 0.05
        output = an_output(f"o-{number}", metadata={"tenant": "a"})
        decision = decide(output, risk(probability), planned(), draw=stable_draw(output.output_id, "p1"), now=NOON)
        taken[probability] += decision.reason is Reason.UNIFORM
    assert all(144 <= count <= 256 for count in taken.values())
