"""Intervals hold the truth where outputs hang together, where reviewers err, and in slices of a week.

By default few repetitions; `make guarantees` runs all settings with 800 and prints them. Bounds as in `test_coverage`.
"""

from __future__ import annotations

from functools import cache

import pytest
from scipy.stats import binom

from tests.guarantees.simulation import Cell
from tests.guarantees.simulation_errors import Slice, run_errors, run_slices
from tests.guarantees.simulation_users import CROWDS, Crowd, run
from tests.guarantees.simulation_users import LEAST as LEAST_BY_LEVEL

FEW = 50
SURE = 0.001
LEAST = 0.935  # of 95 % intervals
LEAST_SLICE = 0.90  # in the worst of six slices, some with 8 reviews
DEFAULT_CROWDS = [crowd for crowd in CROWDS if crowd.users == 100 and crowd.spread == 1.0]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """All crowds where repetitions were asked for."""
    if "crowd" in metafunc.fixturenames:
        asked = metafunc.config.getoption("repetitions")
        metafunc.parametrize("crowd", CROWDS if asked else DEFAULT_CROWDS, ids=lambda crowd: crowd.label)


@pytest.fixture
def repetitions(request: pytest.FixtureRequest) -> int:
    """Of each setting."""
    return int(request.config.getoption("repetitions") or FEW)


def least(repetitions: int, chance: float) -> float:
    """The bound itself, or of few repetitions what a right program falls short of with a chance of .001."""
    return chance if repetitions > FEW else float(binom.ppf(SURE, repetitions, chance)) / repetitions


def test_outputs_of_one_user_hang_together(crowd: Crowd, repetitions: int) -> None:
    """The week's own rate is held one by one and by user; that of the outputs that may come, by user."""
    for level, held in run(crowd, repetitions, seed=31).items():
        print(f"{crowd.label:40} at {100 * level:.0f} %: {held}", flush=True)
        assert min(held.week_one_by_one, held.week_by_user) >= least(repetitions, LEAST_BY_LEVEL[level])
        assert held.process_by_user >= least(repetitions, crowd.least[level])


@pytest.mark.parametrize(("reviews", "golden"), [(200, 20), (200, 60), (500, 200)])
def test_reviewers_who_err_are_corrected(reviews: int, golden: int, repetitions: int) -> None:
    """They miss 20 of 100 errors and reject 4 of 100 right outputs; so many known answers of each kind tell."""
    held = run_errors(Cell(reviews=reviews), golden, repetitions, seed=32)
    print(
        f"{reviews} reviews, {golden} known answers: corrected {100 * held.corrected:.1f}, "
        f"not corrected {100 * held.uncorrected:.1f}",
        flush=True,
    )
    assert held.corrected >= least(repetitions, LEAST)


@cache
def sliced(power: float, repetitions: int) -> list[Slice]:
    """Run once for all tests."""
    return run_slices(Cell(reviews=500), power, repetitions, seed=33)


@pytest.mark.parametrize("power", [0.0, 0.5])
def test_slices_are_held_each_by_itself(power: float, repetitions: int) -> None:
    """Six slices from 40 to 4 of 100 outputs; 500 reviews a week in all."""
    slices = sliced(power, repetitions)
    for share in slices:
        held, width = 100 * share.held, 100 * share.width
        print(f"q {power}: {held:5.1f} held, {width:4.1f} points wide, {share.reviews:.0f} reviews")
    assert min(share.held for share in slices) >= least(repetitions, LEAST_SLICE)
    assert sum(share.held for share in slices) / len(slices) >= least(repetitions, LEAST)


def test_power_narrows_small_slices(repetitions: int) -> None:
    """At q = .5 the smallest slice's interval has at most 3/4 of its width; the largest's widens by 1/4 at most."""
    whole, by_slice = (sliced(power, repetitions) for power in (0.0, 0.5))
    assert by_slice[-1].width <= 0.75 * whole[-1].width
    assert by_slice[0].width <= 1.25 * whole[0].width
