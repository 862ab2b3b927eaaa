"""Reviews that were left undecided, by stratum and route: what was answered less must not count for less."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from reviewers.decisions import error_rates
from reviewers.decisions.decided_shares import decided_chances
from reviewers.decisions.period_order import steady
from reviewers.model import PeriodOutputs, Rate
from tests.periods import a_period

Kind = tuple[int, float, int, int]  # outputs, chance of each, decided, wrong of these


def kinds(first: Kind, second: Kind, *, routes: bool = False) -> PeriodOutputs:
    """Held and drawn outputs of one route, or outputs of two routes; all of one risk."""
    codes = np.repeat(np.arange(2, dtype=np.int32), [first[0], second[0]])
    names = {"route": codes, "routes": ("A", "B")} if routes else {"stratum": codes, "strata": ("held", "drawn")}
    reviewed = [*range(first[2]), *range(first[0], first[0] + second[2])]
    wrong = [place < kind[3] for kind in (first, second) for place in range(kind[2])]
    chance = np.repeat([first[1], second[1]], [first[0], second[0]])
    return a_period([0.1] * len(codes), reviewed, wrong, chance=chance, **names)


def chances(outputs: PeriodOutputs) -> list[float]:
    """Of the first and the last output."""
    found = decided_chances(outputs, np.ones(len(outputs), np.bool_))
    return [float(found[0]), float(found[-1])]


@pytest.mark.parametrize(
    ("outputs", "truth"),
    [
        # All 1,000 held ones: 300 wrong. 3 of the 100 decided of 10,000: 300 more, of 11,000.
        (kinds((1000, 1.0, 1000, 300), (10_000, 0.05, 100, 3)), 600 / 11_000),
        # 60 of 200 stand for 300 of the 1,000 held ones; 15 of 500 for 300 of 10,000.
        (kinds((1000, 1.0, 200, 60), (10_000, 0.05, 500, 15)), 600 / 11_000),
        # 5 of 100 in one route, 30 of 100 in another of the same traffic.
        (kinds((10_000, 0.05, 500, 25), (10_000, 0.05, 100, 30), routes=True), 0.175),
    ],
    ids=["drawn ones stay undecided", "held ones stay undecided", "one route is not staffed"],
)
def test_rate_is_that_of_all_outputs_whatever_is_answered_first(outputs: PeriodOutputs, truth: float) -> None:
    """One share of decided ones for all said 12.0, 3.5 and 9.2 of 100."""
    rate = error_rates.rate(outputs)
    assert isinstance(rate, Rate)
    assert rate.value == pytest.approx(truth, abs=1e-4)
    assert rate.low < truth < rate.high


def test_what_was_answered_less_is_known_less() -> None:
    """100 decided of the 500 drawn: a half width of 1.96 · 10/11 · √(.03 · .97 / 100) = 3.0 points at the least."""
    rate = error_rates.rate(kinds((1000, 1.0, 1000, 300), (10_000, 0.05, 100, 3)))
    assert isinstance(rate, Rate)
    assert rate.high - rate.low > 0.06


def test_each_stratum_has_its_own_share() -> None:
    """All held ones, and 100 of 500 drawn: 1 · 1 and .05 · .2; the rest of the period has no part in it."""
    outputs = kinds((1000, 1.0, 1000, 300), (10_000, 0.05, 100, 3))
    assert chances(outputs) == pytest.approx([1.0, 0.01])
    kept = np.arange(11_000) >= 1000
    found = decided_chances(outputs, kept)
    assert found[-1] == pytest.approx(0.01)


def test_strata_of_few_are_joined_with_the_next_one_of_their_route() -> None:
    """8 held ones say nothing of how many are answered: 0 of 8, and 10,000 as if all, so 10,000 / 10,008 of both."""
    found = chances(kinds((8, 1.0, 0, 0), (10_000, 0.05, 500, 15)))
    assert found == pytest.approx([10_000 / 10_008, 0.05 * 10_000 / 10_008])


def test_routes_of_few_are_joined_with_each_other() -> None:
    """5 expected reviews each, 4 and 2 decided: (100 · .8 + 100 · .4) / 200."""
    found = chances(kinds((100, 0.05, 4, 0), (100, 0.05, 2, 0), routes=True))
    assert found == pytest.approx([0.03, 0.03])


def test_a_route_of_few_beside_a_large_one_takes_its_share() -> None:
    """100 outputs with 5 expected and 1 decided, 10,000 with 250 of 500: (100 · .2 + 10,000 · .5) / 10,100."""
    found = chances(kinds((100, 0.05, 1, 0), (10_000, 0.05, 250, 0), routes=True))
    assert found == pytest.approx([0.05 * 5020 / 10_100] * 2)


def test_a_route_of_which_nothing_was_decided_widens_the_interval_by_all_that_is_unknown() -> None:
    """Half of all outputs were never looked at: the others' 5 of 100 stand for them, and the interval says how well.

    It counts as half a review of 500: .05 · .5 / 500.
    """
    outputs = kinds((10_000, 0.05, 500, 25), (10_000, 0.05, 0, 0), routes=True)
    assert chances(outputs) == pytest.approx([0.05, 0.00005])
    rate = error_rates.rate(outputs)
    assert isinstance(rate, Rate)
    assert rate.value == pytest.approx(0.05, abs=1e-4)
    assert rate.high > 0.5


def test_verdicts_that_are_all_right_prove_nothing_of_a_route_without_any() -> None:
    """0 of 500 have 0.7 of 100 at the most, and half of all outputs are of the other route."""
    rate = error_rates.rate(kinds((10_000, 0.05, 500, 0), (10_000, 0.05, 0, 0), routes=True))
    assert isinstance(rate, Rate)
    assert rate.value == 0.0
    assert rate.high > 0.5


def test_a_draw_of_more_than_expected_counts_as_far_as_chance_goes() -> None:
    """105 of 100 are 105; of 130 as many as two standard deviations more, 120. A chance of 1 stays 1."""
    assert chances(kinds((500, 1.0, 500, 0), (1000, 0.1, 105, 0))) == pytest.approx([1.0, 0.105])
    assert chances(kinds((500, 1.0, 500, 0), (1000, 0.1, 130, 0))) == pytest.approx([1.0, 0.12])


def test_nothing_decided_leaves_the_inclusion_probabilities() -> None:
    """There is no share, and nothing is divided by."""
    assert chances(kinds((100, 1.0, 0, 0), (100, 0.1, 0, 0))) == [1.0, 0.1]
    assert len(decided_chances(a_period([], [], []), np.ones(0, np.bool_))) == 0


def test_stores_that_name_strata_in_another_order_give_the_same() -> None:
    """Byte for byte, since digests are made again."""
    outputs = kinds((1000, 1.0, 731, 97), (10_000, 0.05, 113, 7))
    turned = replace(outputs, strata=("drawn", "held"), stratum=1 - outputs.stratum)
    assert error_rates.rate(steady(outputs)) == error_rates.rate(steady(turned))
