"""The past under another policy: routed anew, chances anew, and the expectations worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from math import sqrt
from typing import Any

import numpy as np
import pytest

from reviewers.decisions import selection
from reviewers.decisions.replay import Assumed, Found, chances, curve, replayed, stretches
from reviewers.decisions.too_few import TooFew
from reviewers.model import Match, Outcome, PastOutput, Policy, Reason, Route, Rule, Stratum
from tests.builders import NOON, a_decision, an_output

UNTIL = NOON + timedelta(days=7)
FIRST = NOON  # so that the last week is a whole one
ASSUMED = Assumed(weeks=1.0, seconds_a_verdict=60.0)


def a_past(number: int = 1, outcome: Outcome | None = None, **changes: Any) -> PastOutput:
    """An output that was drawn with a chance of .5 at a risk of .1, a week before the end."""
    fields: dict[str, Any] = {"tags": ("fees",), "hold": False, "metadata": {}}
    output = an_output(f"o-{number}", **(fields | {key: changes.pop(key) for key in fields if key in changes}))
    decided: dict[str, Any] = {
        "risk": 0.1,
        "inclusion_probability": 0.5,
        "reason": Reason.UNIFORM,
        "decided_at": FIRST,
    }
    return PastOutput(output=output, decision=a_decision(output.output_id, **(decided | changes)), outcome=outcome)


def a_policy(route: Route | None = None, **changes: Any) -> Policy:
    return Policy(version="p2", routes=(route,) if route else (), **changes)


def cards(**changes: Any) -> Route:
    return replace(Route(name="Cards", match=Match(tags=("fees",)), reviews_per_week=10), **changes)


def test_outputs_are_routed_by_the_other_policy_week_by_week() -> None:
    """Two weeks and two routes, of which one has no outputs in the week before."""
    past = [
        a_past(1),
        a_past(2, decided_at=UNTIL - timedelta(days=8)),
        a_past(3, tags=("loans",)),
    ]
    found = stretches(past, a_policy(cards()), until=UNTIL)
    assert sorted((part.route.name, len(part.risk)) for part in found) == [("", 1), ("Cards", 1), ("Cards", 1)]


def test_without_a_budget_threshold_rule_and_uniform_rate_give_the_chances() -> None:
    """High risk 1, a rule its rate, the rest the uniform rate; not scored is not risky."""
    rule = Rule(name="gold", metadata={"tier": "gold"}, rate=0.5)
    past = [
        a_past(1, risk=0.5),
        a_past(2, metadata={"tier": "gold"}),
        a_past(3),
        a_past(4, risk=None),
        a_past(5, hold=True),
    ]
    policy = a_policy(rules=(rule,))
    (part,) = stretches(past, policy, until=UNTIL)
    assert part.fixed.tolist() == [1.0, 0.5, 0.05, 0.05, 1.0]
    assert chances(part, policy, 0.0, ASSUMED).tolist() == part.fixed.tolist()


def test_budget_pays_for_held_outputs_and_rules_first() -> None:
    """10 reviews: 2 held, 1 of a rule; 7 are left for 39 outputs, all alike before any error was seen."""
    rule = Rule(name="gold", metadata={"tier": "gold"})
    past = [a_past(1, hold=True), a_past(2, hold=True), a_past(3, metadata={"tier": "gold"})]
    past += [a_past(number) for number in range(4, 43)]
    policy = a_policy(cards(), rules=(rule,))
    (part,) = stretches(past, policy, until=UNTIL)
    found = chances(part, policy, 0.0, ASSUMED)
    assert found[:3].tolist() == [1.0, 1.0, 1.0]
    assert found[3:].tolist() == pytest.approx([7 / 39] * 39)


def test_rule_beside_a_budget_is_paid_and_drawn_as_a_plan_does() -> None:
    """100 of 200 under a rule, 150 reviews: 50 for the rest, each with the chance of a plan made of that rest."""
    rule = Rule(name="gold", metadata={"tier": "gold"})
    risks = [0.05 if number % 2 else 0.4 for number in range(100)]
    past = [a_past(number, risk=0.01, metadata={"tier": "gold"}) for number in range(100)]
    past += [a_past(100 + number, risk=risk) for number, risk in enumerate(risks)]
    policy = a_policy(cards(reviews_per_week=150), rules=(rule,))
    (part,) = stretches(past, policy, until=UNTIL)
    found = chances(part, policy, 45.0, ASSUMED)
    made = selection.plan(
        np.array(risks), [""] * 100, budget=50.0, expected_outputs=100.0, errors_seen=45.0, floor=policy.uniform_rate
    )
    assert found[:100].tolist() == [1.0] * 100
    assert found[100:].tolist() == pytest.approx([selection.chance(made, risk) for risk in risks])
    assert found.sum() == pytest.approx(150.0)


@pytest.mark.parametrize(("rate", "rest"), [(0.1, 0.2), (0.2, 0.2), (0.5, 0.125)])
def test_rule_of_a_small_rate_takes_part_in_the_draw(rate: float, rest: float) -> None:
    """20 of 100 outputs under a rule, 20 reviews: all at .2, unless the rule gives more: then 10 are left for 80."""
    rule = Rule(name="gold", metadata={"tier": "gold"}, rate=rate)
    past = [a_past(number, metadata={"tier": "gold"} if number < 20 else {}) for number in range(100)]
    policy = a_policy(cards(reviews_per_week=20), rules=(rule,))
    (part,) = stretches(past, policy, until=UNTIL)
    found = chances(part, policy, 0.0, ASSUMED)
    assert found.tolist() == pytest.approx([max(rate, rest)] * 20 + [rest] * 80)


def let_go(count: int, **changes: Any) -> list[PastOutput]:
    """Held outputs that left at once, below what their route had proven, and were drawn with .05."""
    drawn: dict[str, Any] = {"inclusion_probability": 0.05, "stratum": Stratum.DRAWN}
    return [a_past(number, hold=True, **(drawn | changes)) for number in range(count)]


def test_held_outputs_that_left_at_once_are_drawn_like_any_other() -> None:
    """300 of them cost 15 reviews, before and after; what stayed held is reviewed always."""
    past = [*let_go(300), a_past(300, hold=True, inclusion_probability=1.0, stratum=Stratum.HELD)]
    policy = a_policy(release_below_proven=True)
    row = replayed(stretches(past, policy, until=UNTIL), policy, ASSUMED)[-1]
    assert (row.before.reviews, row.after.reviews) == pytest.approx((16.0, 16.0))


def test_budget_is_spread_over_what_left_at_once_too() -> None:
    """10 reviews for 40 outputs; a rule that names them gives its rate."""
    gold = Rule(name="gold", metadata={"tier": "gold"}, rate=0.5)
    (part,) = stretches(let_go(40), a_policy(cards(release_below_proven=True)), until=UNTIL)
    assert chances(part, a_policy(), 0.0, ASSUMED).tolist() == pytest.approx([0.25] * 40)
    past = let_go(40, metadata={"tier": "gold"})
    (part,) = stretches(past, a_policy(cards(release_below_proven=True), rules=(gold,)), until=UNTIL)
    assert part.least.tolist() == [0.5] * 40


def test_policy_that_lets_nothing_go_holds_what_left_before() -> None:
    """Then people would see all of them."""
    (part,) = stretches(let_go(3), a_policy(), until=UNTIL)
    assert part.fixed.tolist() == [1.0] * 3


def test_what_left_at_once_stays_on_the_route_that_held_it() -> None:
    """Not on one that its risk of .1 would bring it to: no risk was known when it was held."""
    low = Route(name="Low", risk_below=0.2)
    policy = Policy(version="p2", routes=(low, cards(release_below_proven=True)))
    (part,) = stretches(let_go(3), policy, until=UNTIL)
    assert part.route.name == "Cards"


def test_errors_seen_let_the_riskier_output_have_the_larger_chance() -> None:
    """The draw still spends the budget: 10 of 100."""
    past = [a_past(number, risk=0.05 if number % 2 else 0.4) for number in range(100)]
    policy = a_policy(cards())
    (part,) = stretches(past, policy, until=UNTIL)
    found = chances(part, policy, 45.0, ASSUMED)
    assert found.sum() == pytest.approx(10.0)
    assert found[0] > 1.5 * found[1]


def test_costs_and_errors_are_expectations() -> None:
    """40 outputs drawn with .5, 20 reviewed, 4 of them wrong; the other policy draws 10 of 40, each with .25."""
    past = [a_past(number) for number in range(20)]
    past += [a_past(number, Outcome.REJECTED if number < 24 else Outcome.APPROVED) for number in range(20, 40)]
    policy = a_policy(cards(quorum=2))
    rows = replayed(stretches(past, policy, until=UNTIL), policy, Assumed(weeks=1.0, seconds_a_verdict=60.0))
    assert [row.route for row in rows] == ["Cards", None]
    row = rows[-1]
    assert row.outputs == 40
    assert row.before.reviews == pytest.approx(20.0)  # 40 * .5
    assert row.before.minutes == pytest.approx(40.0)  # two verdicts of a minute each
    assert row.after.reviews == pytest.approx(10.0)
    assert isinstance(row.before.errors, Found)
    assert isinstance(row.after.errors, Found)
    assert row.before.errors.value == pytest.approx(4.0)
    # Each of 4 errors counts .25 / .5 = .5; sd = √(4 * .25 * .5) = .7071, so 2 ± 1.386.
    assert row.after.errors.value == pytest.approx(2.0)
    assert row.after.errors.low == pytest.approx(2.0 - 1.959964 * sqrt(0.5))
    assert row.after.errors.high == pytest.approx(2.0 + 1.959964 * sqrt(0.5))
    # Hájek's rate with half a wrong output and half a right one: (4 * 2 + .5) / (20 * 2 + 1) = .20732, for every risk.
    rate = 8.5 / 41
    width = 2 * 1.959964 * sqrt(40 * (0.75 / 0.25) * rate * (1 - rate)) / 40
    assert row.after.width == pytest.approx(width)
    assert row.before.width == pytest.approx(width / sqrt(3))  # (1 - .5) / .5 = 1 instead of 3


def test_replay_under_the_same_chances_changes_nothing() -> None:
    """Everything of risk .5 is drawn with 1, before and after."""
    past = [
        a_past(number, Outcome.EDITED if number < 5 else Outcome.APPROVED, risk=0.5, inclusion_probability=1.0)
        for number in range(30)
    ]
    policy = a_policy()
    row = replayed(stretches(past, policy, until=UNTIL), policy, ASSUMED)[-1]
    assert row.before == row.after
    assert row.after.width == 0.0  # all were reviewed: nothing was left to chance


def test_too_few_reviews_say_nothing_of_errors() -> None:
    """19 reviewed of 100; costs can be said all the same."""
    past = [a_past(number, Outcome.APPROVED if number < 19 else None) for number in range(100)]
    policy = a_policy(cards())
    row = replayed(stretches(past, policy, until=UNTIL), policy, ASSUMED)[-1]
    assert row.after.errors == row.after.width == TooFew(found=19, needed=20)
    assert row.after.reviews == pytest.approx(10.0)


def test_budget_of_a_week_that_was_not_whole_is_a_part_of_it() -> None:
    """The first output came three and a half days ago: half of the 10 reviews are for these days."""
    past = [a_past(number, decided_at=UNTIL - timedelta(days=3.5)) for number in range(100)]
    policy = a_policy(cards())
    (part,) = stretches(past, policy, until=UNTIL)
    assert part.covered == 0.5
    assert chances(part, policy, 0.0, ASSUMED).sum() == pytest.approx(5.0)


def test_no_outputs_make_no_rows() -> None:
    """Nothing to say is an empty answer."""
    assert replayed([], a_policy(), ASSUMED) == []
    assert curve([], a_policy(), ASSUMED, [1.0]) == {}


def test_curve_spends_in_proportion_until_everything_is_reviewed() -> None:
    """10, 20 and at most 40 reviews; more of them make a narrower interval."""
    past = [a_past(number, Outcome.REJECTED if number % 5 == 0 else Outcome.APPROVED) for number in range(40)]
    policy = a_policy(cards())
    found = curve(stretches(past, policy, until=UNTIL), policy, ASSUMED, [1.0, 2.0, 9.0])
    assert [round(cost.reviews, 6) for cost in found.values()] == [10.0, 20.0, 40.0]
    widths = [cost.width for cost in found.values()]
    assert all(isinstance(width, float) for width in widths)
    assert np.all(np.diff(np.array(widths, dtype=float)) < 0.0)


def test_slices_are_favoured_as_the_route_says() -> None:
    """A slice of 10 in 100 at q = .5: a chance three times that of the rest (√(.9 / .1))."""
    past = [a_past(number, metadata={"tenant": "small" if number < 10 else "large"}) for number in range(100)]
    policy = a_policy(cards(slice_by="tenant"))
    (part,) = stretches(past, policy, until=UNTIL)
    found = chances(part, policy, 0.0, ASSUMED)
    assert found[0] / found[99] == pytest.approx(3.0)
