"""Intervals hold the truth as often as they say, and chosen reviews are worth more than uniform ones.

By default a few cells and few repetitions; `make guarantees` runs the whole table with 800 and prints it. Of few
repetitions each bound is the binomial's .001 point: one right program of a thousand fails it. Of the whole table the
bounds are what must be reached, Monte-Carlo noise included: at 800 repetitions the standard error of a coverage is .8
points at 95 % and 1.1 at 90 %, and that of a gain 2 % over the six cells of one AUROC.

Outputs are drawn one by one, by their hash, as they come. A batch of a fixed size is what a program could draw that
sees them all at once; its gain, width and errors found are printed beside and not asserted.
"""

from __future__ import annotations

from functools import cache
from zlib import crc32

import numpy as np
import pytest
from scipy.stats import binom, chi2

from tests.guarantees.simulation import STRESS, TABLE, Cell, Outcome, line, run, weeks_until_dead

FEW = 50  # repetitions by default
SURE = 0.001
LEAST_95, LEAST_90 = 0.935, 0.88
LEAST_GAIN = {0.70: 1.10, 0.80: 1.35, 0.90: 2.10}  # effective sample size over uniform's, from 200 reviews on
MOST_WIDTH = {0.80: 0.88, 0.90: 0.72}  # of Wilson's
LEAST_FOUND = {0.80: 1.30, 0.90: 1.65}  # wrong outputs a review, over uniform's
LEAST_GAIN_WITHOUT_SIGNAL = 0.70
# Widths over Wilson's that another program reached (800 repetitions, draws one by one, a risk that is not stretched).
ANCHORS = {"0.05/0.90/50": 0.78, "0.10/0.70/200": 0.95, "0.10/0.80/200": 0.88, "0.10/0.90/200": 0.71}
DRAWN = "hash"  # as the program draws
WAYS = (DRAWN, "batch")
DEAD = [cell for cell in STRESS if cell.name in ("signal dead now", "signal reversed now")]
DEFAULT_CELLS = [
    Cell(rate=0.05, auroc=0.90, reviews=50),
    Cell(rate=0.10, auroc=0.70, reviews=200),
    Cell(rate=0.10, auroc=0.80, reviews=200),
    Cell(rate=0.10, auroc=0.90, reviews=200),
    *DEAD,
]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """The whole table where repetitions were asked for."""
    asked = metafunc.config.getoption("repetitions")
    if "cell" in metafunc.fixturenames:
        metafunc.parametrize("cell", TABLE + STRESS if asked else DEFAULT_CELLS, ids=lambda cell: cell.label)
    if "cells" in metafunc.fixturenames:
        metafunc.parametrize("cells", [TABLE if asked else DEFAULT_CELLS], ids=["table" if asked else "few"])


@pytest.fixture
def repetitions(request: pytest.FixtureRequest) -> int:
    """Of each cell."""
    return int(request.config.getoption("repetitions") or FEW)


@cache
def outcome(cell: Cell, repetitions: int) -> Outcome:
    """Run once for all tests; each cell has a seed of its own."""
    found = run(cell, repetitions, crc32(cell.label.encode()))
    print(line(found), flush=True)
    return found


def fewest(trials: int, chance: float) -> int:
    """Successes that a right program falls short of with a chance of .001."""
    return int(binom.ppf(SURE, trials, chance))


def allowed(repetitions: int) -> float:
    """How much a variance that is measured so often may exceed the true one, with a chance of .001 (chi-squared)."""
    return float(chi2.ppf(1.0 - SURE, repetitions)) / repetitions


def geometric_mean(numbers: list[float]) -> float:
    """Of ratios."""
    return float(np.exp(np.mean(np.log(numbers))))


def told(by_way: dict[str, float]) -> str:
    """As it is printed."""
    return ", ".join(f"{number:.3f} by {way}" for way, number in by_way.items())


def test_intervals_hold_the_truth_as_often_as_they_should(cell: Cell, repetitions: int) -> None:
    """At least 93.5 of 100 at 95 %, and 88 at 90 %, in every cell, drawn one by one or as a batch."""
    found = outcome(cell, repetitions)
    for way in WAYS:
        if repetitions > FEW:
            assert found.coverage(way, 95) >= LEAST_95
            assert found.coverage(way, 90) >= LEAST_90
        else:
            assert round(found.coverage(way, 95) * repetitions) >= fewest(repetitions, LEAST_95)
            assert round(found.coverage(way, 90) * repetitions) >= fewest(repetitions, LEAST_90)


def test_over_all_cells_intervals_hold_the_truth_as_often_as_they_say(cells: list[Cell], repetitions: int) -> None:
    """95 of 100 and 90 of 100 on average: no cell makes up for what others miss."""
    for way in WAYS:
        for level in (95, 90):
            held = sum(round(outcome(cell, repetitions).coverage(way, level) * repetitions) for cell in cells)
            assert held >= fewest(len(cells) * repetitions, level / 100.0)


@pytest.mark.parametrize("auroc", LEAST_GAIN)
def test_chosen_reviews_are_worth_more_than_uniform_ones(auroc: float, cells: list[Cell], repetitions: int) -> None:
    """From 200 reviews on, on the geometric mean; the limit is exp(shift² / 4): 1.15, 1.42 and 2.27."""
    found = [outcome(cell, repetitions) for cell in cells if cell.auroc == auroc and cell.reviews >= 200]
    gain = {way: geometric_mean([one.gain(way) for one in found]) for way in WAYS}
    print(f"AUROC {auroc:.2f}: gain {told(gain)}, at least {LEAST_GAIN[auroc]:.2f}", flush=True)
    assert gain[DRAWN] * (1.0 if repetitions > FEW else allowed(repetitions)) >= LEAST_GAIN[auroc]


@pytest.mark.parametrize("auroc", MOST_WIDTH)
def test_intervals_are_narrower_than_wilsons_and_reviews_find_more(
    auroc: float, cells: list[Cell], repetitions: int
) -> None:
    """From 200 reviews on, on the geometric mean over rates: width at most .88 and .72, found at least 1.3 and 1.65."""
    found = [outcome(cell, repetitions) for cell in cells if cell.auroc == auroc and cell.reviews >= 200]
    width, more = (
        {way: geometric_mean([part(one, way) for one in found]) for way in WAYS}
        for part in (Outcome.width, Outcome.found)
    )
    print(f"AUROC {auroc:.2f}: width {told(width)}, found {told(more)}", flush=True)
    assert width[DRAWN] <= MOST_WIDTH[auroc] * (1.0 if repetitions > FEW else 1.02)  # a mean of 50 widths varies by 1 %
    assert more[DRAWN] >= LEAST_FOUND[auroc] * (
        1.0 if repetitions > FEW else 0.92
    )  # of 50 times some 30 errors, by 2.5 %


@pytest.mark.parametrize("label", ANCHORS)
def test_widths_are_those_of_an_independent_program(label: str, repetitions: int) -> None:
    """Its reviews, estimates and uniform draws are simulated by other code; a mean of 50 widths varies by 1 %."""
    (cell,) = (cell for cell in DEFAULT_CELLS if cell.label == label)
    assert outcome(cell, repetitions).width(DRAWN) == pytest.approx(ANCHORS[label], abs=0.04)


@pytest.mark.parametrize("dead", DEAD, ids=lambda cell: cell.label)
def test_a_dead_or_reversed_signal_costs_less_than_a_third(dead: Cell, repetitions: int) -> None:
    """The first week, before anything was noticed: at least .7 of the effective sample of a uniform draw."""
    found = outcome(dead, repetitions)
    for way in WAYS:
        assert found.gain(way) * (1.0 if repetitions > FEW else allowed(repetitions)) >= LEAST_GAIN_WITHOUT_SIGNAL


@pytest.mark.parametrize("dead", DEAD, ids=lambda cell: cell.label)
def test_a_dead_or_reversed_signal_is_found_within_two_weeks(dead: Cell, repetitions: int) -> None:
    """In 95 of 100 cases, at 200 reviews a week."""
    weeks = weeks_until_dead(dead, repetitions, seed=21)
    found = sum(week is not None for week in weeks)
    print(f"{dead.label}: found dead in {found} of {repetitions}, {weeks.count(1)} in the first week", flush=True)
    assert found >= fewest(repetitions, 0.95)


@pytest.mark.parametrize(("auroc", "most"), [(0.70, 0.20), (0.80, 0.02), (0.90, 0.01)])
def test_a_living_signal_is_seldom_taken_for_dead(auroc: float, most: float, repetitions: int) -> None:
    """Within two weeks of 200 reviews; at AUROC .7 it would save 1 review in 8, so that a mistake costs little."""
    weeks = weeks_until_dead(Cell(auroc=auroc), repetitions, seed=22)
    mistaken = sum(week is not None for week in weeks)
    print(f"AUROC {auroc:.2f}: taken for dead in {mistaken} of {repetitions}", flush=True)
    assert mistaken <= binom.ppf(1.0 - SURE, repetitions, most)
