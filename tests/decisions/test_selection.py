"""What each output's chance of review is, against numbers worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewers.decisions.selection import Caution, caution, chance, chances, plan
from reviewers.model import SelectionPlan

TRUSTING = Caution(humility=1e-12, uniform_part=0.2)
# sqrt(f (1 - f)) is .5 and .3, their mean .4, so with a uniform part of .2 the mixed worth is 1.2 and .8.
FOUR = np.array([0.5, 0.5, 0.1, 0.1])
risks = st.lists(st.floats(0.0, 1.0), min_size=1, max_size=60).map(np.array)


@pytest.mark.parametrize(
    ("budget", "expected"),
    [
        (2.0, [0.6, 0.6, 0.4, 0.4]),  # c = 2 / 4
        (3.0, [0.9, 0.9, 0.6, 0.6]),  # c = 3 / 4
        (3.6, [1.0, 1.0, 0.8, 0.8]),  # 1.2 c would be 1.08: two are sure, 1.6 is left for two
        (4.0, [1.0, 1.0, 1.0, 1.0]),
        (9.0, [1.0, 1.0, 1.0, 1.0]),  # more than there is to review
    ],
)
def test_a_budget_is_spent_by_worth_up_to_certainty(budget: float, expected: list[float]) -> None:
    """Chances follow the mixed worth, none beyond 1, and add up to the budget."""
    assert chances(FOUR, budget=budget, caution=TRUSTING) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("budget", "expected"),
    [
        (1.0, [0.28, 0.28, 0.22, 0.22]),  # c = 1 / 4 would leave .2: two stay on the floor, .56 is left for two
        (0.5, [0.22, 0.22, 0.22, 0.22]),  # the floor's own sum is .88: it is kept, and the budget is not
        (0.0, [0.22, 0.22, 0.22, 0.22]),
    ],
)
def test_no_output_falls_below_the_floor(budget: float, expected: list[float]) -> None:
    """The floor is filled first, and what is left goes by worth."""
    assert chances(FOUR, budget=budget, caution=TRUSTING, floor=0.22) == pytest.approx(expected)


def test_each_output_may_have_a_floor_of_its_own() -> None:
    """One is sure and one stays on its floor of .5, so .8 is left for a worth of 1.2 and .8."""
    floors = np.array([1.0, 0.2, 0.2, 0.5])
    found = chances(FOUR, budget=2.3, caution=TRUSTING, floor=floors)
    assert found == pytest.approx([1.0, 0.48, 0.32, 0.5])
    with pytest.raises(ValueError, match="floor"):
        chances(FOUR, budget=2.0, caution=TRUSTING, floor=np.array([0.5, 0.0, 0.5, 0.5]))


def test_without_errors_seen_the_draw_is_uniform() -> None:
    """Humility is 1 then: 5 / (5 + 0)."""
    assert caution(0.0) == Caution(humility=1.0, uniform_part=1.0)
    assert chances(FOUR, budget=2.0, caution=caution(0.0)) == pytest.approx([0.5] * 4)


@pytest.mark.parametrize(
    ("errors", "guard", "humility", "part"),
    [
        (5.0, 0.0, 0.5, 0.5),  # 5 / 10
        (45.0, 0.0, 0.1, 0.2),  # 5 / 50; the uniform part stays at .2
        (45.0, 0.7, 0.1, 0.7),  # the guard asks for more
        (45.0, 1.0, 0.1, 1.0),  # a dead signal
    ],
)
def test_risks_are_believed_as_far_as_errors_were_seen(
    errors: float, guard: float, humility: float, part: float
) -> None:
    """Each error counts; the largest of floor, humility and guard is the uniform part."""
    assert caution(errors, guard=guard) == Caution(
        humility=pytest.approx(humility),  # type: ignore[arg-type]
        uniform_part=pytest.approx(part),  # type: ignore[arg-type]
    )


def test_an_unscored_output_counts_as_of_mean_risk() -> None:
    """Beside .5 and .1 it is as good as .3."""
    with_gap = chances(np.array([0.5, 0.1, np.nan]), budget=1.0, caution=TRUSTING)
    assert with_gap == pytest.approx(chances(np.array([0.5, 0.1, 0.3]), budget=1.0, caution=TRUSTING))
    assert chances(np.full(5, np.nan), budget=1.0, caution=TRUSTING) == pytest.approx([0.2] * 5)


@pytest.mark.parametrize(
    ("power", "large", "small"),
    [
        (0.0, 0.3, 0.3),  # 3 / 10
        (0.5, 0.25, 0.5),  # factors as 1 : 2 (sizes as 4 : 1): 8 c + 2 · 2 c = 3
        (1.0, 0.1875, 0.75),  # as 1 : 4: 1.5 reviews for each slice
    ],
)
def test_power_moves_reviews_to_small_slices(power: float, large: float, small: float) -> None:
    """Eight outputs of one slice and two of another, all of the same risk."""
    slices = np.array([0] * 8 + [1] * 2)
    found = chances(np.full(10, 0.2), budget=3.0, caution=TRUSTING, slices=slices, slice_power=power)
    assert found == pytest.approx([large] * 8 + [small] * 2)


@settings(deadline=None)
@given(risk=risks, part=st.floats(0.0, 1.2), floor=st.floats(0.001, 0.5), errors=st.floats(0.0, 1e4))
def test_chances_add_up_and_stay_between_floor_and_one(
    risk: np.ndarray, part: float, floor: float, errors: float
) -> None:
    """Whatever the risks are."""
    budget = part * len(risk)
    found = chances(risk, budget=budget, caution=caution(errors), floor=floor)
    assert found.min() >= floor
    assert found.max() <= 1.0
    assert found.sum() == pytest.approx(min(max(budget, floor * len(risk)), len(risk)))


def test_no_outputs_have_no_chances() -> None:
    """An empty batch is no error."""
    assert len(chances(np.zeros(0), budget=5.0, caution=TRUSTING)) == 0


def test_a_floor_of_nothing_is_refused() -> None:
    """An output without a chance cannot be spoken for."""
    with pytest.raises(ValueError, match="floor"):
        chances(FOUR, budget=2.0, caution=TRUSTING, floor=0.0)
    with pytest.raises(ValueError, match="floor"):
        plan(FOUR, [""] * 4, budget=2.0, expected_outputs=4.0, errors_seen=9.0, floor=0.0)


def a_plan(**changes: float) -> SelectionPlan:
    """Of forty recent outputs in two slices, some of them unscored."""
    rng = np.random.default_rng(4)
    recent = rng.beta(1.0, 9.0, 40)
    recent[:3] = np.nan
    numbers = {"budget": 8.0, "expected_outputs": 40.0, "errors_seen": 30.0, "slice_power": 0.5, "floor": 0.02}
    return plan(recent, ["web"] * 30 + ["phone"] * 10, **(numbers | changes))


def test_one_at_a_time_is_as_in_a_batch() -> None:
    """The plan gives the recent outputs, one by one, what `chances` gives all of them at once."""
    rng = np.random.default_rng(4)
    recent = rng.beta(1.0, 9.0, 40)
    recent[:3] = np.nan
    slices = ["web"] * 30 + ["phone"] * 10
    codes = np.array([0] * 30 + [1] * 10)
    batch = chances(recent, budget=8.0, caution=caution(30.0), slices=codes, slice_power=0.5, floor=0.02)
    alone = [
        chance(a_plan(), None if np.isnan(risk) else float(risk), name)
        for risk, name in zip(recent, slices, strict=True)
    ]
    assert alone == pytest.approx(batch)


def test_the_budget_is_spread_over_what_is_expected() -> None:
    """Twice the outputs, half the chance."""
    assert chance(a_plan(expected_outputs=80.0), 0.1, "web") == pytest.approx(chance(a_plan(), 0.1, "web") / 2.0)


def test_without_a_past_the_plan_is_uniform() -> None:
    """Nothing was scored yet, so that errors seen say nothing of the risk: 20 of 400 for every output."""
    first = plan(np.zeros(0), [], budget=20.0, expected_outputs=400.0, errors_seen=50.0)
    assert [chance(first, risk, name) for risk, name in ((None, ""), (0.9, ""), (0.01, "web"))] == [0.05] * 3
    unscored = plan(np.full(7, np.nan), [""] * 7, budget=20.0, expected_outputs=400.0, errors_seen=50.0)
    assert chance(unscored, 0.9) == pytest.approx(0.05)


def test_a_dead_signal_makes_the_plan_uniform() -> None:
    """The guard at 1: the risk no longer counts, the slices still do."""
    dead = a_plan(guard=1.0)
    assert chance(dead, 0.9, "web") == chance(dead, 0.01, "web") == chance(dead, None, "web")
    # sizes as 3 : 1, so factors as 1 : √3
    assert chance(dead, 0.9, "phone") == pytest.approx(np.sqrt(3.0) * chance(dead, 0.9, "web"))


def test_a_slice_never_seen_counts_as_the_smallest() -> None:
    """A new slice gets no more than the smallest one, or a flood of new names would take the budget."""
    assert chance(a_plan(), 0.1, "fax") == chance(a_plan(), 0.1, "phone")


def test_no_reviews_left_leaves_the_floor() -> None:
    """An overdrawn week draws by the floor alone."""
    assert chance(a_plan(budget=0.0), 0.5, "web") == 0.02
